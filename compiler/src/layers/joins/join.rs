//! What layers with several inputs have in common.

use crate::args::Args;
use crate::layers::record::{Operand, Sweep};
use crate::report::Report;
use crate::window::WindowRule;
use cnn_ir::Window;

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

/// What makes the height and width of two branches the same, if a small change does.
pub(super) fn same_size(inputs: &[Operand], first: usize, second: usize) -> Option<String> {
    [(first, second), (second, first)].into_iter().find_map(|(changed, other)| {
        let (sweep, target) = (inputs[changed].last?, inputs[other].shape.size());
        let change = padding(sweep, target).or_else(|| stride(sweep, target))?;
        let layer = sweep.keyword;
        let [h, w] = target;
        Some(format!("{change} in the last {layer} of branch {} gives it {h}x{w}", changed + 1))
    })
}

/// The padding with which a layer has an output of that size.
fn padding(Sweep { keyword, window, size }: Sweep, target: [usize; 2]) -> Option<String> {
    let most = window.kernel[0].min(window.kernel[1]);
    // A pool's window holds more than padding.
    let most = if keyword == "conv" { window.reach(0).max(window.reach(1)) } else { most / 2 };
    let fits = |pad: &usize| window.with_pad(*pad).output(size).is_ok_and(|o| o == target);
    (0..=most.min(MOST_PADDING)).find(fits).map(|pad| format!("pad={pad}"))
}

/// The most padding that is looked at.
const MOST_PADDING: usize = 16;

/// The stride with which a layer of stride 1 has an output of that size.
fn stride(Sweep { window, size, .. }: Sweep, target: [usize; 2]) -> Option<String> {
    let with = |stride: usize| Window { stride: [stride; 2], ..window };
    let fits = |s: &usize| with(*s).output(size).is_ok_and(|o| o == target);
    let found =
        if window.stride == [1, 1] { (2..=4).find(fits) } else { [1].into_iter().find(fits) };
    found.map(|stride| format!("stride={stride}"))
}
