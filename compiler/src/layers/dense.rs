//! `dense(n)`: every output sees every input.

use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::layers::checks::sane;
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::BIAS;
use crate::param::{Init, Param};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "dense",
    summary: "fully connected layer; weight outputs × inputs",
    aliases: &["linear", "fc", "fullyconnected", "innerproduct", "gemm"],
    args: &[Spec::required("n", Kind::Int(1), "outputs"), BIAS, INIT, BIAS_INIT],
    build,
    output_anyway: |args| Some(Shape::Vector(args.int("n"))),
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let n = args.int("n");
    let bias = args.flag("bias", true);
    let op = Op::Dense { outputs: n, bias };
    let len = match inputs[0].shape {
        Shape::Vector(len) => len,
        volume @ Shape::Volume { channels, .. } => {
            report.error(
                args.area,
                format!(
                    "{op} takes a vector, but its input is {volume}\nhelp: `flatten -> {}({n})` sees all {} elements; `global_avgpool -> flatten -> {}({n})` sees the {channels} channel means",
                    record.keyword,
                    volume.len(),
                    record.keyword,
                ),
            );
            return None;
        }
    };
    let mut params = vec![Param::trainable("weight", vec![n, len], Init::FanIn(len))];
    if bias {
        params.push(Param::trainable("bias", vec![n], Init::FanIn(len)));
    }
    let output = Shape::Vector(n);
    sane(args.area, &op.to_string(), output, &params, report)
        .then(|| Layer { params, ..Layer::plain(op, output) })
}
