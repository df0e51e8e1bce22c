//! Checks that many layers make of their shapes.

use super::conv::rounding;
use super::{Operand, Param};
use crate::args::Args;
use crate::report::{Area, Report};
use crate::shape::{MOST_ELEMENTS, Shape};
use crate::window::{Window, volume};

/// Refuses shapes beyond what any machine holds, before anything multiplies them.
pub(crate) fn sane(
    area: Area,
    text: &str,
    shape: Shape,
    params: &[Param],
    report: &mut Report,
) -> bool {
    let elements = |dims: &[usize]| dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    let too_many = |n: Option<usize>| n.is_none_or(|n| n > MOST_ELEMENTS);
    if too_many(shape.checked_len()) {
        report.error(
            area,
            format!("{text} gives {shape}, more than {MOST_ELEMENTS} elements an image"),
        );
        return false;
    }
    for p in params {
        if too_many(elements(&p.dims)) {
            let dims: Vec<String> = p.dims.iter().map(ToString::to_string).collect();
            report.error(
                area,
                format!(
                    "{text} needs a {} of {}, more than {MOST_ELEMENTS} elements",
                    p.name,
                    dims.join("x")
                ),
            );
            return false;
        }
    }
    true
}

/// A layer's window over an input, its stride this one unless given; none where its padding or its reach
/// is beyond what any machine holds, which is then reported.
pub(crate) fn window(
    text: &str,
    args: &Args,
    stride: [usize; 2],
    (channels, size): (usize, [usize; 2]),
    report: &mut Report,
) -> Option<Window> {
    let window = Window {
        kernel: args.pair("kernel", [1, 1]),
        stride: args.pair("stride", stride),
        dilation: args.pair("dilation", [1, 1]),
        pad: [0; 4],
        rounding: rounding(args),
    }
    .padded(args.padding(), size);
    let padded = |d: usize| size[d] + window.pad[2 * d] + window.pad[2 * d + 1];
    let padded = volume(channels, [padded(0), padded(1)]);
    let pads = format!("{text} pads its input to {padded}");
    (reaches(text, args, window, report) && padding(pads, args, padded, report)).then_some(window)
}

/// Refuses a window that reaches over more rows or columns than an image can have.
pub(crate) fn reaches(text: &str, args: &Args, window: Window, report: &mut Report) -> bool {
    let too_far = (0..2).find(|&d| window.reach(d) > MOST_ELEMENTS);
    if let Some(d) = too_far {
        let (reach, unit) = (window.reach(d), ["rows", "columns"][d]);
        report.error(
            args.area_of("dilation"),
            format!("{text} reaches over {reach} {unit}, more than {MOST_ELEMENTS}"),
        );
    }
    too_far.is_none()
}

/// Refuses an image that is too large with its padding.
pub(crate) fn padding(text: String, args: &Args, padded: Shape, report: &mut Report) -> bool {
    let fits = padded.checked_len().is_some_and(|n| n <= MOST_ELEMENTS);
    if !fits {
        let text = format!("{text}, more than {MOST_ELEMENTS} elements an image");
        report.error(args.area_of("pad"), text);
    }
    fits
}

/// The volume that a layer takes, or an error that says what it got.
pub(crate) fn expect_volume(
    keyword: &str,
    args: &Args,
    input: Operand,
    report: &mut Report,
) -> Option<(usize, [usize; 2])> {
    match input.shape {
        Shape::Volume { channels, height, width } => Some((channels, [height, width])),
        Shape::Vector(n) => {
            report.error(
                args.area,
                format!("{keyword} takes a volume, channels x height x width, but its input is a vector of {n}"),
            );
            None
        }
    }
}
