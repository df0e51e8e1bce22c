//! `conv(filters, kernel, …)`: convolution (cross-correlation, as every framework's).

use super::table;
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::layers::checks;
use crate::layers::checks::{
    enough_inside, expect_volume, kernel_text, misfit_text, padded_window, sane,
};
use crate::layers::record::{Layer, Operand, Record};
use crate::layers::specs::{BIAS, DILATION, PAD, PAD_MODE, ROUND, border};
use crate::param::{Init, Param};
use crate::report::Report;
use crate::window::{WindowRule, volume};
use cnn_ir::{Border, Convolution, Op, Window};

pub(crate) static RECORD: Record = Record {
    keyword: "conv",
    summary: "convolution; weight filters × channels/groups × height × width",
    aliases: &["conv2d", "convolution", "conv2"],
    args: &[
        Spec::required("filters", Kind::Int(1), "output channels"),
        Spec::required("kernel", Kind::Pair(1), "kernel height x width"),
        STRIDE,
        PAD,
        PAD_MODE,
        DILATION,
        Spec::optional("groups", Kind::Int(1), "groups of channels that don't see each other (1)"),
        Spec::optional(
            "table",
            Kind::Lists,
            "the channels that each filter sees: [[0, 1, 2], [1, 2, 3], …] (all)",
        ),
        BIAS,
        INIT,
        BIAS_INIT,
        ROUND,
    ],
    build,
    ..Record::PLAIN
};

pub(super) const STRIDE: Spec =
    Spec::optional("stride", Kind::Pair(1), "rows and columns from window to window (1)");
fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let input = inputs[0];
    let (channels, size) = expect_volume(record.keyword, args, input, report)?;
    let groups = args.int("groups");
    let filters = args.int("filters");
    if !check_groups(args, groups, channels, filters, report) {
        return None;
    }
    let text = kernel_text(record.keyword, args);
    let window = padded_window(&text, args, [1, 1], (channels, size), report)?;
    let table = table::read(args, channels, filters, report).ok()?;
    let convolution = Convolution { filters, groups, table, ..plain(args, window) };
    layer(Op::Conv, convolution, args, (channels, size), report)
}

/// A convolution with this window, of one filter and all channels.
pub(super) fn plain(args: &Args, window: Window) -> Convolution<'static> {
    let border = match window.pad {
        [0, 0, 0, 0] => Border::ZERO,
        _ => border(args.word("pad_mode").unwrap_or("zero"), 0.0),
    };
    Convolution {
        filters: 1,
        window,
        groups: 1,
        table: None,
        border,
        bias: args.flag("bias", true),
        accurate: args.accurate,
    }
}

/// Whether the groups divide both channels and filters.
pub(super) fn check_groups(
    args: &Args,
    groups: usize,
    channels: usize,
    filters: usize,
    report: &mut Report,
) -> bool {
    let mut ok = true;
    for (what, n) in [("input channels", channels), ("filters", filters)] {
        if n % groups != 0 {
            report.error(
                args.area_of("groups"),
                format!(
                    "groups={groups} does not divide the {n} {what}\nhelp: {}",
                    common_divisors(channels, filters)
                ),
            );
            ok = false;
        }
    }
    ok
}

fn common_divisors(channels: usize, filters: usize) -> String {
    const MOST: usize = 12;
    let all = checks::divisors(channels.min(filters));
    let common =
        all.into_iter().filter(|g| channels.is_multiple_of(*g) && filters.is_multiple_of(*g));
    let mut common: Vec<String> = common.map(|g| g.to_string()).collect();
    if common.len() > MOST {
        common.truncate(MOST);
        common.push("…".to_owned());
    }
    match common.as_slice() {
        [_] => format!("only groups=1 divides both {channels} channels and {filters} filters"),
        _ => format!("{} divide both {channels} channels and {filters} filters", common.join(", ")),
    }
}

/// The layer of a convolution of a volume of that number of channels and that size.
pub(super) fn layer(
    op: fn(Convolution<'static>) -> Op<'static>,
    convolution: Convolution<'static>,
    args: &Args,
    (channels, size): (usize, [usize; 2]),
    report: &mut Report,
) -> Option<Layer> {
    let Convolution { filters, groups, window, table, bias, .. } = convolution;
    let op = op(convolution);
    let text = kernel_text(op.keyword(), args);
    let output = match window.output(size) {
        Ok(output) => output,
        Err(misfit) => {
            report.error(args.area, misfit_text(&text, filters, channels, size, window, &misfit));
            return None;
        }
    };
    let mode = args.word("pad_mode").unwrap_or("zero");
    if !enough_inside(&text, mode, window.pad, size, args.area_of("pad"), report) {
        return None;
    }
    let (shape, [kh, kw]) = (volume(filters, output), window.kernel);
    let seen = table.map_or(channels / groups, table::most);
    let fan_in = seen.saturating_mul(kh * kw);
    // Of a table's weights, only those of connections are there, one filter's after the other's.
    let dims = match table {
        None => vec![filters, channels / groups, kh, kw],
        Some(_) => vec![convolution.connections(channels), kh, kw],
    };
    let mut params = vec![Param::trainable("weight", dims, Init::FanIn(fan_in))];
    if bias {
        params.push(Param::trainable("bias", vec![filters], Init::FanIn(fan_in)));
    }
    if !sane(args.area, &text, shape, &params, report) {
        return None;
    }
    if table.is_some() {
        let outputs = params[0].len().div_ceil(channels);
        params[0].init = Init::Connected { inputs: fan_in, outputs };
    }
    Some(Layer { params, ..Layer::plain(op, shape) })
}
