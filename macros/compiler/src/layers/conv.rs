//! `conv(filters, kernel, …)`: convolution (cross-correlation, as every framework's).

use super::{
    Body, ByLayout, Code, Field, InBlocks, Init, Kernel, Layer, Merges, Operand, Param, Record,
    depends, expect_volume, sane,
};
use crate::args::{Args, Kind, Spec};
use crate::init::{BIAS_INIT, INIT};
use crate::report::Report;
use crate::window::{Misfit, Rounding, Window, volume};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub(super) static RECORD: Record = Record {
    keyword: "conv",
    summary: "convolution; weight filters × channels/groups × height × width",
    aliases: &["conv2d", "convolution", "conv2"],
    args: &[
        Spec::required("filters", Kind::Int(1), "output channels"),
        Spec::required("kernel", Kind::Pair(1), "kernel height x width"),
        STRIDE,
        PAD,
        DILATION,
        Spec::optional("groups", Kind::Int(1), "groups of channels that don't see each other (1)"),
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
    "zeros around the input: n, (height, width), (top, bottom, left, right), same, valid (0)",
);
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

/// Kernels that the runtime holds ready-made: height, width, strides.
const NAMED: &[[usize; 4]] = &[
    [1, 1, 1, 1],
    [1, 1, 2, 2],
    [3, 3, 1, 1],
    [3, 3, 2, 2],
    [5, 5, 1, 1],
    [5, 5, 2, 2],
    [7, 7, 1, 1],
    [7, 7, 2, 2],
    [11, 11, 4, 4],
];

/// A convolution with its arguments read.
pub(super) struct Convolution {
    pub keyword: &'static str,
    pub filters: usize,
    pub groups: usize,
    pub window: Window,
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
    if !ok {
        return None;
    }
    let window = Window {
        kernel: args.pair("kernel", [1, 1]),
        stride: args.pair("stride", [1, 1]),
        dilation: args.pair("dilation", [1, 1]),
        pad: [0; 4],
        rounding: rounding(args),
    }
    .padded(args.padding(), size);
    Convolution { keyword: record.keyword, filters, groups, window }
        .layer(args, channels, size, report)
}

fn divisors(channels: usize, filters: usize) -> String {
    let common: Vec<String> = (1..=channels.min(filters))
        .filter(|g| channels.is_multiple_of(*g) && filters.is_multiple_of(*g))
        .map(|g| g.to_string())
        .collect();
    match common.as_slice() {
        [_] => format!("only groups=1 divides both {channels} channels and {filters} filters"),
        _ => format!("{} divide both {channels} channels and {filters} filters", common.join(", ")),
    }
}

impl Convolution {
    pub(super) fn layer(
        &self,
        args: &Args,
        channels: usize,
        size: [usize; 2],
        report: &mut Report,
    ) -> Option<Layer> {
        let Self { keyword, filters, groups, window } = *self;
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
        let shape = volume(filters, output);
        let fan_in = (channels / groups).saturating_mul(kh * kw);
        let mut params = vec![Param::trainable(
            "weight",
            vec![filters, channels / groups, kh, kw],
            Init::FanIn(fan_in),
        )];
        if args.flag("bias", true) {
            params.push(Param::trainable("bias", vec![filters], Init::FanIn(fan_in)));
        }
        if !sane(args.area, &text, shape, &params, report) {
            return None;
        }
        Some(Layer {
            text,
            output: shape,
            macs: shape.len() as u64 * fan_in as u64,
            params,
            field: Field::Window(window),
            body: Body::Kernel(Box::new(Kernel {
                reads_input: true,
                scratch: true,
                blocked: Some(self.in_blocks(args, channels, size, output)),
                ..Kernel::by_layout(self.kernels(channels, size, output))
            })),
        })
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
        let Self { filters, groups, window, .. } = *self;
        let args = self.geometry(channels, size, output);
        let named = named(window);
        let nchw = if groups == channels && filters == channels {
            Code { algorithm: "depthwise", ty: quote!(conv::Depthwise), args: args.clone() }
        } else {
            Code { algorithm: "implicit gemm", ty: quote!(conv::Gemm), args: args.clone() }
        };
        ByLayout {
            nchw,
            lanes: Code { algorithm: "direct", ty: quote!(conv::Direct<#named>), args },
        }
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
        let (algorithm, training, inference, weights) = if groups == channels && filters == channels
        {
            let (a, b) = (quote!(blocked::Depthwise), quote!(blocked::PackedDepthwise));
            ("depthwise", a, b, rows * taps * BLOCK)
        } else {
            let seen = blocks_seen(filters, channels, groups);
            let weights = rows * seen * taps * channels.min(BLOCK) * BLOCK;
            if self.winograd(args, channels, output) {
                let (a, b) = (quote!(blocked::Tiles), quote!(blocked::PackedTiles));
                ("winograd", a, b, weights)
            } else {
                let (a, b) = (quote!(blocked::Direct), quote!(blocked::PackedDirect));
                ("direct", a, b, weights)
            }
        };
        let args_of = self.geometry(channels, size, output);
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
        self.groups == 1 && positions >= PIXELS && floats >= CACHE
    }

    /// Whether vectors of sixteen columns do much less for nothing than vectors of sixteen filters.
    fn planes_waste_less(&self, [_, columns]: [usize; 2]) -> bool {
        let blocks = self.filters.next_multiple_of(BLOCK) * columns;
        let planes = self.filters * columns.next_multiple_of(BLOCK);
        let plain = self.groups == 1 && self.window.stride == [1, 1];
        plain && columns >= BLOCK && 10 * planes <= 7 * blocks
    }

    /// Whether Winograd's algorithm computes it with fewer operations: not for the few channels
    /// of a first layer, nor for outputs smaller than a tile.
    fn winograd(&self, args: &Args, channels: usize, output: [usize; 2]) -> bool {
        const LEAST: usize = 32;
        let w = self.window;
        let plain = w.kernel == [3, 3] && w.stride == [1, 1] && w.dilation == [1, 1];
        plain
            && self.groups == 1
            && !args.accurate
            && channels.min(self.filters) >= LEAST
            && output[0].min(output[1]) >= 3
    }
}

/// Channels of a block.
const BLOCK: usize = 16;

/// How many blocks of channels a block of filters sees at most.
fn blocks_seen(filters: usize, channels: usize, groups: usize) -> usize {
    let (outputs, inputs, lanes) = (filters / groups, channels / groups, channels.min(BLOCK));
    let seen = |block: usize| {
        let (first, last) = (block * BLOCK, filters.min((block + 1) * BLOCK) - 1);
        let (first, end) = (first / outputs * inputs, (last / outputs + 1) * inputs);
        end.div_ceil(lanes) - first / lanes
    };
    (0..filters.div_ceil(BLOCK)).map(seen).max().unwrap_or(1)
}

/// The runtime's name of the kernel's size and stride.
fn named(window: Window) -> TokenStream {
    let ([kh, kw], [sh, sw]) = (window.kernel, window.stride);
    if NAMED.contains(&[kh, kw, sh, sw]) {
        let name = format_ident!("K{kh}x{kw}S{sh}");
        quote!(rt::conv::#name)
    } else {
        quote!(rt::conv::Fixed<#kh, #kw, #sh, #sw>)
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
    if let Ok(output) = window.with_pad(pad).output(size) {
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
