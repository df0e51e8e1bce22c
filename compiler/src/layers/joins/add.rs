//! `add(a | b)`: the sum of the branches, as in residual networks (He et al., 2016); one of channels x 1 x 1
//! or 1 x height x width counts at every pixel or in every channel.

use super::broadcast::joined;
use super::join::{listed, same_size, several};
use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::{Op, Shape};

pub(crate) static RECORD: Record = Record {
    keyword: "add",
    summary: "sum of the branches, which have one shape; or channels x 1 x 1, or 1 x height x width",
    aliases: &["sum", "residual", "plus"],
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
    match joined(inputs) {
        Ok(shape) => Some(Layer::plain(Op::Add, shape)),
        Err([first, second]) => {
            let help = remedy(inputs, first, second);
            let help = help.map(|h| format!("\nhelp: {h}")).unwrap_or_default();
            let differ = listed(inputs, first, second);
            let text = format!("the branches of add differ{differ}{help}");
            report.error(inputs[second].area, text);
            None
        }
    }
}

/// What a residual branch most often lacks.
fn remedy(inputs: &[Operand], first: usize, second: usize) -> Option<String> {
    let (a, b) = (inputs[first].shape, inputs[second].shape);
    let (Shape::Volume { .. }, Shape::Volume { .. }) = (a, b) else {
        return None;
    };
    let (large, small) = if a.positions() >= b.positions() { (a, b) } else { (b, a) };
    let [lh, lw] = large.size();
    let [sh, sw] = small.size();
    let stride = if sh == lh && sw == lw {
        String::new()
    } else {
        if let Some(size) = same_size(inputs, first, second) {
            // The branch without a convolution is the one to give the other's channels.
            let [kept, other] = if inputs[first].last.is_some() { [a, b] } else { [b, a] };
            let (n, branch) = (kept.channels(), 1 + if other == a { first } else { second });
            return Some(match a.channels() == b.channels() {
                true => size,
                false => format!("{size}; conv({n}, 1x1) gives branch {branch} its channels"),
            });
        }
        let (rh, rw) = (lh.div_ceil(sh), lw.div_ceil(sw));
        if rh != rw || lh.div_ceil(rh) != sh || lw.div_ceil(rw) != sw {
            return None;
        }
        format!(", stride={rh}")
    };
    if large == a || large.positions() != small.positions() {
        return Some(format!("conv({}, 1x1{stride}) makes {small} of {large}", small.channels()));
    }
    Some(format!("conv({}, 1x1) makes {a} of {b}", a.channels()))
}
