//! `dense(n)`: every output sees every input.

use super::conv::BIAS;
use super::{Body, ByLayout, Code, Field, Init, Kernel, Layer, Operand, Param, Record, sane};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::report::Report;
use crate::shape::Shape;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "dense",
    summary: "fully connected layer; weight outputs × inputs",
    aliases: &["linear", "fc", "fullyconnected", "innerproduct", "gemm"],
    args: &[Spec::required("n", Kind::Int(1), "outputs"), BIAS, INIT, BIAS_INIT],
    joins: false,
    build,
    output_anyway: |args| Some(Shape::Vector(args.int("n"))),
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let n = args.int("n");
    let text = format!("{} {n}", record.keyword);
    let len = match inputs[0].shape {
        Shape::Vector(len) => len,
        volume @ Shape::Volume { channels, .. } => {
            report.error(
                args.area,
                format!(
                    "{text} takes a vector, but its input is {volume}\nhelp: `flatten -> {}({n})` sees all {} elements; `global_avgpool -> flatten -> {}({n})` sees the {channels} channel means",
                    record.keyword,
                    volume.len(),
                    record.keyword,
                ),
            );
            return None;
        }
    };
    let mut params = vec![Param::trainable("weight", vec![n, len], Init::FanIn(len))];
    if args.flag("bias", true) {
        params.push(Param::trainable("bias", vec![n], Init::FanIn(len)));
    }
    if !sane(args.area, &text, Shape::Vector(n), &params, report) {
        return None;
    }
    Some(Layer {
        text,
        output: Shape::Vector(n),
        params,
        macs: n as u64 * len as u64,
        field: Field::Everything,
        body: Body::Kernel(Box::new(kernel(len, n))),
    })
}

/// Weights up to which they are packed in inference: a near cache holds them. Beyond, they come
/// from the memory, where only the order in which they lie there counts.
const PACKED: usize = 1 << 18;

fn kernel(len: usize, n: usize) -> Kernel {
    let code = |algorithm, ty| Code { algorithm, ty, args: quote!(#len, #n) };
    let lanes = code("direct", quote!(dense::Direct));
    let training = ByLayout { nchw: code("gemm", quote!(dense::Gemm)), lanes: lanes.clone() };
    let plain = Kernel { reads_input: true, scratch: true, ..Kernel::by_layout(training) };
    let blocks = n.div_ceil(16);
    if blocks.saturating_mul(16 * len) > PACKED {
        return plain;
    }
    Kernel {
        inference: Some(ByLayout { nchw: code("packed", quote!(dense::Packed)), lanes }),
        packed: ByLayout { nchw: Some(vec![blocks * 16 * len, blocks * 16]), lanes: None },
        ..plain
    }
}
