//! `split(n, i)`: one of n equal parts of the channels, as `torch.chunk` cuts them.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::divisors_of;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "split",
    summary: "part i of n equal parts of the channels, counted from 0",
    aliases: &["chunk", "slice", "narrow"],
    args: &[
        Spec::required("n", Kind::Int(1), "equal parts of the channels"),
        Spec::required("i", Kind::Int(0), "which part, from 0 to n − 1"),
    ],
    build,
    ..Record::PLAIN
};

fn build(
    _: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let channels = shape.channels();
    let (n, i) = (args.int("n"), args.int("i"));
    let mut ok = true;
    if !channels.is_multiple_of(n) {
        report.error(
            args.area_of("n"),
            format!(
                "n={n} does not divide the {channels} channels of the input into equal parts\nhelp: {}",
                divisors_of(channels, "n")
            ),
        );
        ok = false;
    }
    if i >= n {
        report.error(
            args.area_of("i"),
            format!(
                "there is no part {i} of {n}: they are counted from 0\nhelp: the last one is i={}",
                n - 1
            ),
        );
        ok = false;
    }
    if !ok {
        return None;
    }
    Some(Layer::plain(Op::Split { parts: n, part: i }, shape.with_channels(channels / n)))
}
