//! What the pools have in common.

use super::conv::{misfit_text, rounding};
use super::{Operand, Record, expect_volume, sane};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::shape::Shape;
use crate::window::{Window, volume};
use proc_macro2::TokenStream;
use quote::quote;

/// The arguments that all have.
pub(super) const KERNEL: Spec = Spec::required("kernel", Kind::Pair(1), "window height x width");
pub(super) const STRIDE: Spec =
    Spec::optional("stride", Kind::Pair(1), "rows and columns from window to window (the window)");

/// A pool with its arguments read and checked.
pub(super) struct Pool {
    pub text: String,
    pub output: Shape,
    pub window: Window,
    /// The runtime's `PoolGeometry`.
    pub geometry: TokenStream,
}

pub(super) fn pool(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Pool> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let kernel = args.pair("kernel", [1, 1]);
    let window = Window {
        kernel,
        stride: args.pair("stride", kernel),
        dilation: args.pair("dilation", [1, 1]),
        pad: [0; 4],
        rounding: rounding(args),
    }
    .padded(args.padding(), size);
    let text = format!("{} {}x{}", record.keyword, kernel[0], kernel[1]);
    for (d, name) in ["height", "width"].into_iter().enumerate() {
        let pad = window.pad[2 * d].max(window.pad[2 * d + 1]);
        if pad > kernel[d] / 2 {
            report.error(
                args.area_of("pad"),
                format!(
                    "{text} is padded by {pad} in {name}, more than half its window: some windows would hold only padding\nhelp: at most pad={}",
                    kernel[0].min(kernel[1]) / 2
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
    let geometry = geometry(channels, size, window, output);
    Some(Pool { text, output: shape, window, geometry })
}

/// The runtime's `PoolGeometry`.
pub(super) fn geometry(
    channels: usize,
    size: [usize; 2],
    window: Window,
    output: [usize; 2],
) -> TokenStream {
    let ([h, w], [kh, kw], [sh, sw], [dh, dw], [oh, ow]) =
        (size, window.kernel, window.stride, window.dilation, output);
    let [top, bottom, left, right] = window.pad;
    quote!(rt::PoolGeometry::new(
        [#channels, #h, #w], [#kh, #kw], [#sh, #sw], [#top, #bottom, #left, #right], [#dh, #dw], [#oh, #ow]
    ))
}
