//! `lrn(size)`: local response normalization over neighboring channels (Krizhevsky et al., 2012).

use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{LocalResponse, Op, Real};

pub(crate) static RECORD: Record = Record {
    keyword: "lrn",
    summary: "each element over (k + alpha · mean of squares of size channels around it)^beta",
    aliases: &["localresponsenorm", "crosschannellrn"],
    args: &[
        Spec::required("size", Kind::Int(1), "channels that a mean is of"),
        Spec::optional("alpha", Kind::Real(0.0, f64::MAX), "weight of the mean of squares (1e-4)"),
        Spec::optional("beta", Kind::Real(0.0, 16.0), "exponent (0.75)"),
        Spec::optional("k", Kind::Real(0.0, f64::MAX), "added to the weighted mean (1)"),
    ],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let size = args.int("size");
    let [alpha, beta, k] =
        [("alpha", 1e-4), ("beta", 0.75), ("k", 1.0)].map(|(name, d)| args.real(name, d) as f32);
    if k < f32::MIN_POSITIVE {
        report.error(
            args.area_of("k"),
            format!("{} with k=0 divides zeros by zeros\nhelp: k=1 is the default", record.keyword),
        );
        return None;
    }
    let [alpha, beta, k] = [alpha, beta, k].map(Real::new);
    Some(Layer::plain(Op::Lrn(LocalResponse { size, alpha, beta, k }), shape))
}
