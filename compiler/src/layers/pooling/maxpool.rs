//! `maxpool(kernel, …)`: the largest element under each window.

use super::pool::{KERNEL, STRIDE, pool};
use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{DILATION, PAD, ROUND};
use crate::report::Report;
use crate::window::WindowRule;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "maxpool",
    summary: "largest element under each window; the stride is the window unless given",
    aliases: &["maxpool2d", "maxpooling2d", "maxpooling"],
    args: &[KERNEL, STRIDE, PAD, DILATION, ROUND],
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
    if let Some((d, [before, after])) = pool.window.in_padding(pool.size, pool.output.size()) {
        let (n, unit) = (pool.size[d], ["row", "column"][d]);
        let image = match n {
            1 => format!("the only {unit} of the image is {unit} 0"),
            _ => format!("those of the image are 0 to {}", n - 1),
        };
        report.error(
            args.area,
            format!(
                "{} has a window of nothing but padding, in which there is no maximum\nof the {unit}s that it holds, {} and {after} lie next to each other, but {image}\nhelp: a dilation of at most {n}, or less padding",
                pool.text,
                before.to_string().replace('-', "−"),
            ),
        );
        return None;
    }
    Some(Layer::plain(Op::MaxPool(pool.window), pool.output))
}
