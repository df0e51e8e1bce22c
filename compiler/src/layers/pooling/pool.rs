//! What the pools have in common.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::{expect_volume, kernel_text, misfit_text, padded_window, sane};
use crate::layers::record::{Operand, Record};
use crate::report::Report;
use crate::window::{WindowRule, volume};
use cnn_ir::{Shape, Window};

/// The arguments that all have.
pub(super) const KERNEL: Spec = Spec::required("kernel", Kind::Pair(1), "window height x width");
pub(super) const STRIDE: Spec =
    Spec::optional("stride", Kind::Pair(1), "rows and columns from window to window (the window)");

/// A pool with its arguments read and checked.
pub(super) struct Pool {
    pub text: String,
    /// Height and width of the input.
    pub size: [usize; 2],
    pub output: Shape,
    pub window: Window,
}

pub(super) fn pool(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Pool> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let text = kernel_text(record.keyword, args);
    let kernel = args.pair("kernel", [1, 1]);
    let window = padded_window(&text, args, kernel, (channels, size), report)?;
    for (d, unit) in ["row", "column"].into_iter().enumerate() {
        let (pad, reach) = (window.pad[2 * d].max(window.pad[2 * d + 1]), window.reach(d));
        if pad > reach / 2 {
            let s = if reach == 1 { "" } else { "s" };
            report.error(
                args.area_of("pad"),
                format!(
                    "{text} is padded by {pad}, more than half of the {reach} {unit}{s} that its window reaches over\nhelp: at most pad={}, as in PyTorch",
                    window.reach(0).min(window.reach(1)) / 2
                ),
            );
            return None;
        }
    }
    let output = match window.output(size) {
        Ok(output) => output,
        Err(misfit) => {
            report.error(args.area, misfit_text(&text, channels, channels, size, window, &misfit));
            return None;
        }
    };
    let shape = volume(channels, output);
    if !sane(args.area, &text, shape, &[], report) {
        return None;
    }
    Some(Pool { text, size, output: shape, window })
}
