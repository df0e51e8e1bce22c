//! `conv(filters, kernel, …)`: convolution (cross-correlation, as every framework's).

use super::{
    Body, ByLayout, Code, Field, InBlocks, Init, Kernel, Layer, Merges, Operand, Param, Record,
    checks, depends, expect_volume, pad, sane, table::Table,
};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::report::Report;
use crate::window::{Misfit, Rounding, Window, volume};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) static RECORD: Record = Record {
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
    joins: false,
    build,
    output_anyway: depends,
};

pub(super) const STRIDE: Spec =
    Spec::optional("stride", Kind::Pair(1), "rows and columns from window to window (1)");
pub(super) const PAD: Spec = Spec::optional(
    "pad",
    Kind::Padding,
    "rows and columns around the input: n, (height, width), (top, bottom, left, right), same, keep, valid (0)",
);
pub(super) const PAD_MODE: Spec = Spec::optional(
    "pad_mode",
    Kind::Word(pad::MODES),
    "what the padding holds: zero, reflect, replicate, circular (zero)",
)
.network_wide();
pub(super) const DILATION: Spec =
    Spec::optional("dilation", Kind::Pair(1), "spacing of the kernel's elements (1)");
pub(super) const BIAS: Spec =
    Spec::optional("bias", Kind::Flag, "whether a bias is added (true)").network_wide();
pub(super) const ROUND: Spec = Spec::optional(
    "round",
    Kind::Word(&["floor", "ceil", "exact"]),
    "what happens to a remainder (floor)",
)
.network_wide();

/// A convolution with its arguments read.
#[derive(Clone, Copy)]
pub(super) struct Convolution<'a> {
    pub keyword: &'static str,
    pub filters: usize,
    pub groups: usize,
    pub window: Window,
    pub table: Option<&'a Table>,
}

/// The rounding that the call or the network asks for.
pub(super) fn rounding(args: &Args) -> Rounding {
    match args.word("round") {
        Some("ceil") => Rounding::Ceil,
        Some("exact") => Rounding::Exact,
        _ => Rounding::Floor,
    }
}

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
    let text = text(record.keyword, args);
    let window = checks::window(&text, args, [1, 1], (channels, size), report)?;
    let table = Table::read(args, channels, filters, report).ok()?;
    Convolution { keyword: record.keyword, filters, groups, window, table: table.as_ref() }
        .layer(args, channels, size, report)
}

/// A layer with a kernel in short: `conv 5x5`.
pub(super) fn text(keyword: &str, args: &Args) -> String {
    let [height, width] = args.pair("kernel", [1, 1]);
    format!("{keyword} {height}x{width}")
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
                    divisors(channels, filters)
                ),
            );
            ok = false;
        }
    }
    ok
}

fn divisors(channels: usize, filters: usize) -> String {
    const MOST: usize = 12;
    let all = super::split::divisors(channels.min(filters));
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

impl Convolution<'_> {
    pub(super) fn layer(
        &self,
        args: &Args,
        channels: usize,
        size: [usize; 2],
        report: &mut Report,
    ) -> Option<Layer> {
        let Self { keyword, filters, groups, window, table } = *self;
        let [kh, kw] = window.kernel;
        let text = format!("{keyword} {kh}x{kw}");
        let output = match window.output(size) {
            Ok(output) => output,
            Err(misfit) => {
                report
                    .error(args.area, misfit_text(&text, filters, channels, size, window, &misfit));
                return None;
            }
        };
        let mode = args.word("pad_mode").unwrap_or("zero");
        if !pad::reaches(&text, mode, window.pad, size, args.area_of("pad"), report) {
            return None;
        }
        let shape = volume(filters, output);
        let seen = table.map_or(channels / groups, Table::most);
        let fan_in = seen.saturating_mul(kh * kw);
        // Of a table's weights, only those of connections are there, one filter's after the other's.
        let dims = match table {
            None => vec![filters, channels / groups, kh, kw],
            Some(table) => vec![table.connections(), kh, kw],
        };
        let mut params = vec![Param::trainable("weight", dims, Init::FanIn(fan_in))];
        if args.flag("bias", true) {
            params.push(Param::trainable("bias", vec![filters], Init::FanIn(fan_in)));
        }
        if !sane(args.area, &text, shape, &params, report) {
            return None;
        }
        let weights = params[0].len();
        if table.is_some() {
            let outputs = weights.div_ceil(channels);
            params[0].init = Init::Connected { inputs: fan_in, outputs };
        }
        let macs = weights as u64 * shape.positions() as u64;
        let before = (mode != "zero" && window.pad != [0; 4])
            .then(|| pad::before(channels, size, window.pad, mode));
        // Then the convolution finds its padding in the image.
        let (inner, size) = match &before {
            Some(before) => {
                let window = Window { pad: [0; 4], ..window };
                (Self { window, ..*self }, before.output.size())
            }
            None => (*self, size),
        };
        Some(Layer {
            text,
            output: shape,
            macs,
            params,
            field: Field::Window(window),
            body: Body::Kernel(Box::new(Kernel {
                before,
                reads_input: true,
                scratch: true,
                blocked: Some(inner.in_blocks(args, channels, size, output)),
                ..inner.in_planes(args, channels, size, output)
            })),
        })
    }

    /// The kernel in planes and of interleaved images.
    fn in_planes(
        &self,
        args: &Args,
        channels: usize,
        size: [usize; 2],
        output: [usize; 2],
    ) -> Kernel {
        let code = self.kernels(channels, size, output);
        let Some(table) = self.table else { return Kernel::by_layout(code) };
        let table = table.tokens();
        let over = |wrapper: TokenStream, Code { algorithm, ty, args }: &Code| Code {
            algorithm,
            ty: quote!(#wrapper<rt::#ty>),
            args: quote!(#args, #table),
        };
        let both = |wrapper: TokenStream| ByLayout {
            nchw: over(wrapper.clone(), &code.nchw),
            lanes: over(wrapper, &code.lanes),
        };
        let [kh, kw] = self.window.kernel;
        let mut packed = vec![self.filters * channels * kh * kw];
        packed.extend(args.flag("bias", true).then_some(self.filters));
        Kernel {
            inference: Some(both(quote!(conv::PackedTable))),
            packed: ByLayout { nchw: Some(packed.clone()), lanes: Some(packed) },
            ..Kernel::by_layout(both(quote!(conv::Connected)))
        }
    }

    /// The runtime's `Geometry`.
    fn geometry(&self, channels: usize, size: [usize; 2], output: [usize; 2]) -> TokenStream {
        let Self { filters, groups, window, .. } = *self;
        let ([h, w], [oh, ow], [kh, kw], [sh, sw], [dh, dw]) =
            (size, output, window.kernel, window.stride, window.dilation);
        let [top, bottom, left, right] = window.pad;
        quote!(rt::conv::Geometry::new(
            [#channels, #h, #w], #filters, [#kh, #kw], [#sh, #sw],
            [#top, #bottom, #left, #right], [#dh, #dw], #groups, [#oh, #ow]
        ))
    }

    /// The kernel of each layout.
    fn kernels(&self, channels: usize, size: [usize; 2], output: [usize; 2]) -> ByLayout<Code> {
        let Self { filters, groups, .. } = *self;
        let args = self.geometry(channels, size, output);
        let nchw = if groups == channels && filters == channels && self.table.is_none() {
            Code { algorithm: "depthwise", ty: quote!(conv::Depthwise), args: args.clone() }
        } else {
            Code { algorithm: "implicit gemm", ty: quote!(conv::Gemm), args: args.clone() }
        };
        ByLayout { nchw, lanes: Code { algorithm: "direct", ty: quote!(conv::Direct), args } }
    }

    /// The kernel in blocks of sixteen channels.
    fn in_blocks(
        &self,
        args: &Args,
        channels: usize,
        size: [usize; 2],
        output: [usize; 2],
    ) -> InBlocks {
        let Self { filters, groups, window, .. } = *self;
        let taps = window.kernel[0] * window.kernel[1];
        let rows = filters.div_ceil(BLOCK);
        let group = channels / groups;
        let (algorithm, training, inference, weights) =
            if groups > 1 && filters == channels && matches!(group, 1 | 2 | 4 | 8) {
                let (a, b) = (quote!(blocked::Grouped), quote!(blocked::PackedGrouped));
                let algorithm = if group == 1 { "depthwise" } else { "small groups" };
                (algorithm, a, b, rows * taps * group * BLOCK)
            } else {
                let seen = blocks_seen(filters, channels, groups);
                let weights = rows * seen * taps * channels.min(BLOCK) * BLOCK;
                if self.table.is_some() {
                    let (a, b) = (quote!(blocked::Connected), quote!(blocked::PackedTable));
                    ("direct", a, b, weights)
                } else if window.winograd(args, channels.min(filters), groups, output) {
                    let (a, b) = (quote!(blocked::Tiles), quote!(blocked::PackedTiles));
                    ("winograd", a, b, weights)
                } else {
                    let (a, b) = (quote!(blocked::Direct), quote!(blocked::PackedDirect));
                    ("direct", a, b, weights)
                }
            };
        let mut args_of = self.geometry(channels, size, output);
        if let Some(table) = self.table.map(Table::tokens) {
            args_of = quote!(#args_of, #table);
        }
        let planes = self.planes_waste_less(output).then(|| Code {
            algorithm: "planes",
            ty: quote!(blocked::PlaneConv),
            args: args_of.clone(),
        });
        let winograd = algorithm == "winograd";
        let [halo, d_halo] = window.halos(size, output);
        InBlocks {
            inference: Code { algorithm, ty: inference, args: args_of.clone() },
            merges: Some(Merges {
                bias: args.flag("bias", true),
                packed: vec![weights, rows * BLOCK],
                pooled: self.pools(output).then(|| match winograd {
                    true => quote!(blocked::PooledTiles),
                    false => quote!(blocked::PooledDirect),
                }),
            }),
            planes,
            halo,
            d_halo,
            few: groups == 1 && !winograd,
            ..InBlocks::plain(Code { algorithm, ty: training, args: args_of })
        }
    }

    /// Whether a pool behind it is better computed with it: the output would go to memory, and has
    /// pixels enough for all threads.
    fn pools(&self, output: [usize; 2]) -> bool {
        const CACHE: usize = 256 * 1024;
        const PIXELS: usize = 48 * 48;
        let positions = output[0] * output[1];
        let floats = positions * self.filters.next_multiple_of(BLOCK);
        self.plain() && positions >= PIXELS && floats >= CACHE
    }

    /// Whether all filters see all channels.
    fn plain(&self) -> bool {
        self.groups == 1 && self.table.is_none()
    }

    /// Whether vectors of sixteen columns do much less for nothing than vectors of sixteen filters.
    fn planes_waste_less(&self, [_, columns]: [usize; 2]) -> bool {
        let blocks = self.filters.next_multiple_of(BLOCK) * columns;
        let planes = self.filters * columns.next_multiple_of(BLOCK);
        let plain = self.plain() && self.window.stride == [1, 1];
        plain && columns >= BLOCK && 10 * planes <= 7 * blocks
    }
}

impl Window {
    /// Whether Winograd's algorithm computes it with fewer operations: not for the few channels
    /// of a first layer, nor for outputs smaller than a tile.
    pub(super) fn winograd(
        &self,
        args: &Args,
        channels: usize,
        groups: usize,
        output: [usize; 2],
    ) -> bool {
        const LEAST: usize = 32;
        let plain = self.kernel == [3, 3] && self.stride == [1, 1] && self.dilation == [1, 1];
        plain && groups == 1 && !args.accurate && channels >= LEAST && output[0].min(output[1]) >= 3
    }
}

/// Channels of a block.
pub(super) const BLOCK: usize = 16;

/// How many blocks of channels a block of filters sees at most.
pub(super) fn blocks_seen(filters: usize, channels: usize, groups: usize) -> usize {
    let (outputs, inputs, lanes) = (filters / groups, channels / groups, channels.min(BLOCK));
    let seen = |block: usize| {
        let (first, last) = (block * BLOCK, filters.min((block + 1) * BLOCK) - 1);
        let (first, end) = (first / outputs * inputs, (last / outputs + 1) * inputs);
        end.div_ceil(lanes) - first / lanes
    };
    // What a block sees depends on where in its group it starts, and on where in a block of channels the
    // group does. Both come round after so many blocks or, where groups are larger, so many groups, in which
    // the blocks at either end see most.
    const ROUND: usize = BLOCK * BLOCK;
    let blocks = filters.div_ceil(BLOCK);
    if outputs < BLOCK || blocks <= ROUND {
        (0..blocks.min(ROUND)).map(seen).max().unwrap_or(1)
    } else {
        let ends = |g: usize| {
            [g * outputs / BLOCK, g * outputs / BLOCK + 1, ((g + 1) * outputs - 1) / BLOCK]
        };
        (0..groups.min(ROUND)).flat_map(ends).filter(|&b| b < blocks).map(seen).max().unwrap_or(1)
    }
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

#[cfg(test)]
mod tests {
    use super::{BLOCK, blocks_seen};

    #[test]
    fn blocks_are_counted_without_looking_at_all() {
        let all = |filters: usize, channels: usize, groups: usize| {
            let (outputs, inputs, lanes) =
                (filters / groups, channels / groups, channels.min(BLOCK));
            let seen = |block: usize| {
                let (first, last) = (block * BLOCK, filters.min((block + 1) * BLOCK) - 1);
                let (first, end) = (first / outputs * inputs, (last / outputs + 1) * inputs);
                end.div_ceil(lanes) - first / lanes
            };
            (0..filters.div_ceil(BLOCK)).map(seen).max().unwrap()
        };
        for groups in [1, 2, 3, 7, 16, 100, 257, 300, 1000] {
            for outputs in [1, 2, 3, 5, 15, 16, 17, 24, 31, 33, 40, 64] {
                for inputs in [1, 2, 3, 5, 8, 16, 17, 24] {
                    let (filters, channels) = (groups * outputs, groups * inputs);
                    assert_eq!(
                        blocks_seen(filters, channels, groups),
                        all(filters, channels, groups),
                        "{filters} filters, {channels} channels, {groups} groups"
                    );
                }
            }
        }
    }
}
