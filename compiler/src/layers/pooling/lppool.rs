//! `lppool(p, kernel, …)`: the p-norm under each window, `(Σ |x|ᵖ)^(1/p)`.

use super::pool::{KERNEL, STRIDE, pool};
use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{DILATION, PAD, ROUND};
use crate::report::Report;
use cnn_ir::{Op, Real};

pub(crate) static RECORD: Record = Record {
    keyword: "lppool",
    summary: "p-norm under each window, the p-th root of the sum of |x|^p",
    aliases: &["lppool2d", "lpnormpool"],
    args: &[
        Spec::required("p", Kind::Real(1.0, f64::INFINITY), "exponent, at least 1"),
        KERNEL,
        STRIDE,
        PAD,
        DILATION,
        ROUND,
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
    let pool = pool(record, args, inputs, report)?;
    let p = Real::new(args.real("p", 2.0) as f32);
    Some(Layer::plain(Op::LpPool { window: pool.window, p }, pool.output))
}
