//! What layers with several inputs have in common.

use super::Operand;
use crate::args::Args;
use crate::report::Report;

/// At least two branches.
pub(super) fn several(
    keyword: &str,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<()> {
    if inputs.len() >= 2 {
        return Some(());
    }
    report.error(
        args.area,
        format!("{keyword} joins at least two branches, but has {}\nhelp: {keyword}(_ | …) joins the unchanged input", inputs.len()),
    );
    None
}

/// `branch 1 gives 64x56x56, branch 2 gives 128x28x28`, a line each.
pub(super) fn listed(inputs: &[Operand], first: usize, second: usize) -> String {
    [first, second].map(|i| format!("\nbranch {} gives {}", i + 1, inputs[i].shape)).concat()
}
