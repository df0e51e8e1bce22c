//! `pad(amount, …)`: rows and columns around each channel, as a layer and as a convolution's
//! `pad_mode`.

use super::{
    Before, Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends, expect_volume,
    sane,
};
use crate::args::{Args, Kind, Spec};
use crate::report::{Area, Report};
use crate::window::{Window, volume};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "pad",
    summary: "rows and columns around each channel: zeros, another number, or copies of what is inside",
    aliases: &[
        "zeropad2d",
        "zeropadding2d",
        "constantpad2d",
        "reflectionpad2d",
        "replicationpad2d",
        "circularpad2d",
        "padding",
    ],
    args: &[
        Spec::required(
            "pad",
            Kind::Margins,
            "how many: n, (height, width) or (top, bottom, left, right)",
        ),
        Spec::optional(
            "mode",
            Kind::Word(MODES),
            "what they hold: zero, reflect, replicate, circular (zero)",
        ),
        Spec::optional(
            "value",
            Kind::Real(-(f32::MAX as f64), f32::MAX as f64),
            "a number that they hold instead of zero",
        ),
    ],
    joins: false,
    build,
    output_anyway: depends,
};

/// What padding can hold.
pub(super) const MODES: &[&str] = &["zero", "reflect", "replicate", "circular"];

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let (more, mode) = (args.margins("pad"), args.word("mode").unwrap_or("zero"));
    if mode != "zero" && args.has("value") {
        report.error(
            args.area_of("value"),
            format!("`value` is what zero padding holds instead of zeros, but {mode} padding holds copies of what is inside"),
        );
        return None;
    }
    if !reaches(record.keyword, mode, more, size, args.area_of("pad"), report) {
        return None;
    }
    let output = volume(channels, padded(size, more));
    if !sane(args.area, record.keyword, output, &[], report) {
        return None;
    }
    let [code, blocked] = codes(channels, size, more, border(mode, args.real("value", 0.0) as f32));
    let blocked = Some(InBlocks::plain(blocked));
    Some(Layer {
        text: record.keyword.to_owned(),
        output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window { pad: more, ..Window::POINT }),
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}

/// The size with so many rows and columns more.
fn padded([height, width]: [usize; 2], [top, bottom, left, right]: [usize; 4]) -> [usize; 2] {
    [height + top + bottom, width + left + right]
}

/// The runtime's name of what padding holds.
fn border(mode: &str, value: f32) -> TokenStream {
    match mode {
        "reflect" => quote!(rt::Border::Reflect),
        "replicate" => quote!(rt::Border::Replicate),
        "circular" => quote!(rt::Border::Circular),
        _ => quote!(rt::Border::Constant(#value)),
    }
}

/// The kernel in planes, and the one in blocks.
fn codes(
    channels: usize,
    [height, width]: [usize; 2],
    [top, bottom, left, right]: [usize; 4],
    border: TokenStream,
) -> [Code; 2] {
    let args = quote!([#channels, #height, #width], [#top, #bottom, #left, #right], #border);
    let code = Code { algorithm: "copy", ty: quote!(Pad), args };
    [code.clone(), Code { ty: quote!(blocked::Pad), ..code }]
}

/// The step that pads a convolution's input.
pub(super) fn before(channels: usize, size: [usize; 2], more: [usize; 4], mode: &str) -> Before {
    let [code, blocked] = codes(channels, size, more, border(mode, 0.0));
    Before { output: volume(channels, padded(size, more)), code, blocked }
}

/// Whether there is enough inside to fill the padding with.
pub(super) fn reaches(
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
