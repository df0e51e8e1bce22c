//! `reshape(CxHxW)`: the same elements in the same order as a volume of another shape.

use crate::args::{Args, Kind, Spec};
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "reshape",
    summary: "the same elements, in PyTorch's order, as a volume of another shape",
    aliases: &["view", "unflatten"],
    args: &[Spec::required("shape", Kind::Volume, "channels x height x width")],
    build,
    output_anyway: |args| Some(output(args)),
    ..Record::PLAIN
};

fn output(args: &Args) -> Shape {
    let [channels, height, width] = args.volume("shape");
    Shape::volume(channels, height, width)
}

fn build(
    _: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (input, output) = (inputs[0].shape, output(args));
    if output.checked_len() != Some(input.len()) {
        let len = output.checked_len().map_or("too many".to_owned(), |n| n.to_string());
        let [height, width] = output.size();
        let channels = input.len() / height.saturating_mul(width).max(1);
        let help = match Shape::volume(channels, height, width) {
            fits if fits.checked_len() == Some(input.len()) => format!("\nhelp: {fits} does"),
            _ => String::new(),
        };
        report.error(
            args.area_of("shape"),
            format!("{output} has {len} elements, but the input {input} has {}{help}", input.len()),
        );
        return None;
    }
    Some(Layer::plain(Op::Reshape { shape: output }, output))
}
