//! `concat(a | b)`: the channels of the branches one after the other.

use super::join::{listed, same_size, several};
use crate::args::Args;
use crate::layers::checks::sane;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "concat",
    summary: "the channels of the branches one after the other",
    aliases: &["cat", "concatenate"],
    joins: true,
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    several(record.keyword, args, inputs, report)?;
    let first = inputs[0].shape;
    for (i, operand) in inputs.iter().enumerate().skip(1) {
        let same_kind = matches!(
            (first, operand.shape),
            (Shape::Volume { .. }, Shape::Volume { .. }) | (Shape::Vector(_), Shape::Vector(_))
        );
        if !same_kind || first.size() != operand.shape.size() {
            let what = if same_kind { "height or width" } else { "kind" };
            report.error(
                operand.area,
                format!(
                    "the branches of concat differ in {what}{}\nonly their channels may differ{}",
                    listed(inputs, 0, i),
                    sizes(inputs, 0, i).map(|h| format!("\nhelp: {h}")).unwrap_or_default(),
                ),
            );
            return None;
        }
    }
    let channels = inputs.iter().map(|o| o.shape.channels()).fold(0usize, usize::saturating_add);
    let output = first.with_channels(channels);
    if !sane(args.area, record.keyword, output, &[], report) {
        return None;
    }
    Some(Layer::plain(Op::Concat, output))
}

/// What makes heights and widths the same.
fn sizes(inputs: &[Operand], first: usize, second: usize) -> Option<String> {
    let (Shape::Volume { .. }, Shape::Volume { .. }) = (inputs[first].shape, inputs[second].shape)
    else {
        return None;
    };
    same_size(inputs, first, second).or_else(|| {
        let [a, b] = [first, second].map(|i| inputs[i].shape.size());
        let (small, large, branch) = if a[0] < b[0] { (a, b, first) } else { (b, a, second) };
        let factor = large[0] / small[0];
        let whole = factor > 1 && [0, 1].iter().all(|&d| small[d] * factor == large[d]);
        whole.then(|| format!("upsample({factor}) at the end of branch {}", branch + 1))
    })
}
