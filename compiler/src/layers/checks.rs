//! Checks that many layers make of their shapes.

use crate::args::Args;
use crate::layers::record::Operand;
use crate::layers::specs::rounding;
use crate::limits::MOST_ELEMENTS;
use crate::param::Param;
use crate::report::{Area, Report};
use crate::window::{Misfit, WindowRule, volume};
use cnn_ir::{Shape, Window};

/// Refuses shapes beyond what any machine holds, before anything multiplies them.
pub(super) fn sane(
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
pub(super) fn padded_window(
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
    (reaches(text, args, window, report) && padding_fits(pads, args, padded, report))
        .then_some(window)
}

/// Refuses a window that reaches over more rows or columns than an image can have.
pub(super) fn reaches(text: &str, args: &Args, window: Window, report: &mut Report) -> bool {
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
pub(super) fn padding_fits(text: String, args: &Args, padded: Shape, report: &mut Report) -> bool {
    let fits = padded.checked_len().is_some_and(|n| n <= MOST_ELEMENTS);
    if !fits {
        let text = format!("{text}, more than {MOST_ELEMENTS} elements an image");
        report.error(args.area_of("pad"), text);
    }
    fits
}

/// The volume that a layer takes, or an error that says what it got.
pub(super) fn expect_volume(
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

/// Whether there is enough inside to fill the padding with.
pub(super) fn enough_inside(
    text: &str,
    mode: &str,
    pad: [usize; 4],
    size: [usize; 2],
    area: Area,
    report: &mut Report,
) -> bool {
    let sides = ["at the top", "at the bottom", "on the left", "on the right"];
    for (i, side) in sides.into_iter().enumerate() {
        let (n, unit) = (size[i / 2], ["row", "column"][i / 2]);
        let (most, why) = match mode {
            "reflect" => (n - 1, "the border itself is not repeated"),
            "circular" => (n, "it goes round no more than once"),
            _ => continue,
        };
        if pad[i] > most {
            let be = if n == 1 { "" } else { "s" };
            report.error(
                area,
                format!(
                    "{text} is padded by {} {side}, but {mode} padding finds at most {most} in {n} {unit}{be}: {why}\nhelp: replicate padding has no such limit",
                    pad[i]
                ),
            );
            return false;
        }
    }
    true
}

/// A layer with a kernel in short: `conv 5x5`.
pub(super) fn kernel_text(keyword: &str, args: &Args) -> String {
    let [height, width] = args.pair("kernel", [1, 1]);
    format!("{keyword} {height}x{width}")
}

/// Says why a window does not fit, and the smallest changes that would make it fit.
pub(super) fn misfit_text(
    text: &str,
    channels_out: usize,
    channels: usize,
    size: [usize; 2],
    window: Window,
    misfit: &Misfit,
) -> String {
    let verb = if misfit.remainder { "does not divide" } else { "does not fit" };
    let mut message = format!("{text} {verb} its input {}{}", volume(channels, size), misfit.lines);
    if misfit.remainder {
        message.push_str("\nhelp: `floor` on the layer drops them, as PyTorch does");
        return message;
    }
    let mut help = Vec::new();
    let pad = window.fitting_pad(size);
    // More padding than image is not what was meant.
    if pad <= size[0].min(size[1])
        && let Ok(output) = window.with_pad(pad).output(size)
    {
        help.push(format!("pad={pad} gives {}", volume(channels_out, output)));
    }
    if let Some(kernel) = window.fitting_kernel(size)
        && let Ok(output) = window.with_kernel(kernel).output(size)
    {
        help.push(format!("a {kernel}x{kernel} kernel gives {}", volume(channels_out, output)));
    }
    if !help.is_empty() {
        message.push_str(&format!("\nhelp: {}", help.join("; ")));
    }
    message
}

/// What divides a number, in ascending order.
pub(super) fn divisors(n: usize) -> Vec<usize> {
    let small: Vec<usize> = (1..=n.isqrt()).filter(|d| n.is_multiple_of(*d)).collect();
    let large = small.iter().rev().map(|d| n / d).filter(|d| !small.contains(d));
    let large: Vec<usize> = large.collect();
    [small, large].concat()
}

/// What divides the channels, for a help.
pub(super) fn divisors_of(channels: usize, name: &str) -> String {
    const MOST: usize = 8;
    let all = &divisors(channels)[1..];
    let listed: Vec<String> = all.iter().take(MOST).map(|n| format!("{name}={n}")).collect();
    match listed.as_slice() {
        [] => format!("only {name}=1 does"),
        [one] => format!("{one} does"),
        _ => {
            format!("{} do{}", listed.join(", "), if all.len() > MOST { ", and more" } else { "" })
        }
    }
}
