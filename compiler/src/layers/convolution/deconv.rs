//! `deconv(filters, kernel, …)`: transposed convolution.

use super::conv::{STRIDE, check_groups};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::layers::checks::{expect_volume, padding_fits, reaches, sane};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{BIAS, DILATION};
use crate::param::{Init, Param};
use crate::report::Report;
use crate::window::{Padding, volume};
use cnn_ir::{Deconvolution, Op, Window};

pub(crate) static RECORD: Record = Record {
    keyword: "deconv",
    summary: "transposed convolution; weight channels × filters/groups × height × width",
    aliases: &["convtranspose2d", "conv2dtranspose", "convtranspose", "deconvolution", "upconv"],
    args: &[
        Spec::required("filters", Kind::Int(1), "output channels"),
        Spec::required("kernel", Kind::Pair(1), "kernel height x width"),
        STRIDE,
        Spec::optional(
            "pad",
            Kind::Padding,
            "rows and columns cut off the output: n, (height, width), (top, bottom, left, right), same, keep, valid (0)",
        ),
        Spec::optional(
            "output_pad",
            Kind::Pair(0),
            "rows and columns more at the output's end (0)",
        ),
        DILATION,
        Spec::optional("groups", Kind::Int(1), "groups of channels that don't see each other (1)"),
        BIAS,
        INIT,
        BIAS_INIT,
    ],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let (filters, groups) = (args.int("filters"), args.int("groups"));
    if !check_groups(args, groups, channels, filters, report) {
        return None;
    }
    let window = Window {
        kernel: args.pair("kernel", [1, 1]),
        stride: args.pair("stride", [1, 1]),
        dilation: args.pair("dilation", [1, 1]),
        ..Window::POINT
    };
    let [kh, kw] = window.kernel;
    let text = format!("{} {kh}x{kw}", record.keyword);
    let extra = args.pair("output_pad", [0, 0]);
    if !reaches(&text, args, window, report) {
        return None;
    }
    let window = Window { pad: padding(&text, args, size, window, report)?, ..window };
    let output = output(&text, args, size, window, extra, report)?;
    let shape = volume(filters, output);
    let whole = [0, 1].map(|d| output[d] + window.pad[2 * d] + window.pad[2 * d + 1]);
    let whole = volume(filters, whole);
    if whole != shape {
        let gives = format!("{text} gives {whole} before its padding is cut off");
        if !padding_fits(gives, args, whole, report) {
            return None;
        }
    }
    // PyTorch's fan-in of a transposed convolution is that of its weight's second dimension.
    let fan_in = (filters / groups).saturating_mul(kh * kw);
    let mut params = vec![Param::trainable(
        "weight",
        vec![channels, filters / groups, kh, kw],
        Init::FanIn(fan_in),
    )];
    let bias = args.flag("bias", true);
    if bias {
        params.push(Param::trainable("bias", vec![filters], Init::FanIn(fan_in)));
    }
    if !sane(args.area, &text, shape, &params, report) {
        return None;
    }
    let accurate = args.accurate;
    let op =
        Op::Deconv(Deconvolution { filters, window, output_pad: extra, groups, bias, accurate });
    Some(Layer { params, ..Layer::plain(op, shape) })
}

/// What is cut off. `same` gives `N·S` positions and `keep` gives `N`; what is odd goes off the end.
fn padding(
    text: &str,
    args: &Args,
    size: [usize; 2],
    window: Window,
    report: &mut Report,
) -> Option<[usize; 4]> {
    let wanted = match args.padding() {
        Padding::Explicit(pad) => return Some(pad),
        Padding::Same => [0, 1].map(|d| size[d] * window.stride[d]),
        Padding::Keep => size,
    };
    let mut pad = [0; 4];
    for (d, name) in ["height", "width"].into_iter().enumerate() {
        let (stride, reach) = (window.stride[d], window.reach(d));
        let all = (size[d] - 1) * stride + reach;
        let Some(total) = all.checked_sub(wanted[d]) else {
            report.error(
                args.area_of("pad"),
                format!("{text} with a stride of {stride} leaves gaps in {name}: it gives ({} − 1)·{stride} + {reach} = {all}, less than the {} of pad=same\nhelp: a kernel of at least the stride", size[d], wanted[d]),
            );
            return None;
        };
        pad[2 * d] = total / 2;
        pad[2 * d + 1] = total - total / 2;
    }
    Some(pad)
}

/// `(N − 1)·S + D·(F − 1) + 1 − P_begin − P_end + O` of each dimension.
fn output(
    text: &str,
    args: &Args,
    size: [usize; 2],
    window: Window,
    extra: [usize; 2],
    report: &mut Report,
) -> Option<[usize; 2]> {
    let mut output = [0; 2];
    let mut lines = String::new();
    for (d, name) in ["height", "width"].into_iter().enumerate() {
        let (n, stride, dilation) = (size[d], window.stride[d], window.dilation[d]);
        if extra[d] >= stride.max(dilation) {
            report.error(
                args.area_of("output_pad"),
                format!("output_pad={} in {name} is no less than the stride of {stride} and the dilation of {dilation}: no kernel would reach the last positions", extra[d]),
            );
            return None;
        }
        let (begin, end) = (window.pad[2 * d], window.pad[2 * d + 1]);
        let all = (n - 1) * stride + window.reach(d) + extra[d];
        match all.checked_sub(begin + end).filter(|&rest| rest > 0) {
            Some(rest) => output[d] = rest,
            None => {
                let kernel = match dilation {
                    1 => format!("{}", window.kernel[d]),
                    _ => format!("({dilation}·({} − 1) + 1)", window.kernel[d]),
                };
                let pad =
                    if begin == end { format!("2·{begin}") } else { format!("{begin} − {end}") };
                let more = if extra[d] > 0 { format!(" + {}", extra[d]) } else { String::new() };
                let rest = all as i128 - begin as i128 - end as i128;
                lines.push_str(&format!(
                    "\n{name}: ({n} − 1)·{stride} + {kernel} − {pad}{more} = {rest}, but an output needs at least 1"
                ));
            }
        }
    }
    if lines.is_empty() {
        return Some(output);
    }
    report.error(
        args.area_of("pad"),
        format!(
            "{text} leaves nothing of its output{lines}\nhelp: padding is cut off the output here"
        ),
    );
    None
}
