//! Operations as the language writes them.

use cnn_ir::{
    Activation, Border, Convolution, Interpolation, LocalResponse, Norm, Op, Over, Real, Rounding,
    Target, Window,
};
use std::fmt::Write;

/// Arguments that a whole network's options give, so that its layers don't.
#[derive(Clone, Debug, Default)]
pub(super) struct Hoisted {
    /// Convolutions have no bias.
    unbiased: bool,
    /// Whether there are depthwise ones among them.
    depthwise: bool,
    /// What batch normalizations have beside the usual.
    norm: String,
}

/// Whether a word has a meaning of its own in the language.
pub fn is_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "conv",
        "depthwise",
        "deconv",
        "pad",
        "crop",
        "upsample",
        "maxpool",
        "avgpool",
        "sumpool",
        "prodpool",
        "lppool",
        "adaptive_avgpool",
        "adaptive_maxpool",
        "unpool",
        "global_avgpool",
        "global_maxpool",
        "flatten",
        "attnpool",
        "dense",
        "pointwise",
        "bn",
        "ln",
        "gn",
        "instancenorm",
        "lrn",
        "reshape",
        "scale",
        "split",
        "shuffle",
        "dropout",
        "dropout2d",
        "drop_path",
        "identity",
        "sigmoid",
        "tanh",
        "relu",
        "relu6",
        "selu",
        "silu",
        "mish",
        "hardsigmoid",
        "hardswish",
        "leaky_relu",
        "elu",
        "gelu",
        "softplus",
        "prelu",
        "rescale",
        "softmax",
        "log_softmax",
        "add",
        "mul",
        "concat",
        "custom",
        "net",
        "with",
        "block",
        "inline",
        "struct",
        "let",
        "use",
        "if",
        "else",
        "for",
        "in",
        "train",
        "pub",
        "C",
        "H",
        "W",
        "crate",
        "false",
        "self",
        "Self",
        "super",
        "true",
    ];
    WORDS.contains(&word)
}

impl Hoisted {
    pub(super) fn of<'a>(ops: impl Iterator<Item = &'a Op<'a>> + Clone) -> Self {
        let convolutions: Vec<bool> = ops
            .clone()
            .filter_map(|op| match op {
                Op::Conv(c) | Op::Depthwise(c) => Some(c.bias),
                _ => None,
            })
            .collect();
        let depthwise = ops.clone().any(|op| matches!(op, Op::Depthwise(_)));
        let norms: Vec<String> = ops
            .filter_map(|op| match op {
                Op::BatchNorm { norm, momentum } => Some(batch_norm(norm, momentum)),
                _ => None,
            })
            .collect();
        let same = norms.len() > 1 && norms.windows(2).all(|w| w[0] == w[1]);
        Self {
            depthwise,
            unbiased: convolutions.len() > 1 && convolutions.iter().all(|bias| !bias),
            norm: norms.first().filter(|_| same).cloned().unwrap_or_default(),
        }
    }

    /// The options after `with`.
    pub(super) fn options(&self) -> String {
        let mut options = Vec::new();
        if self.unbiased {
            options.push("conv(bias=false)".to_owned());
        }
        if self.unbiased && self.depthwise {
            options.push("depthwise(bias=false)".to_owned());
        }
        if !self.norm.is_empty() {
            options.push(format!("bn({})", self.norm));
        }
        options.join(", ")
    }
}

/// A real number that reads as the same single-precision one.
fn real(x: Real) -> String {
    let x = x.get();
    let plain = format!("{x}");
    let short = format!("{x:e}");
    let text = if plain.len() > short.len() + 2 { short } else { plain };
    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
}

fn batch_norm(norm: &Norm, momentum: &Option<Real>) -> String {
    let mut args = Vec::new();
    if norm.eps != Real::new(1e-5) {
        args.push(format!("eps={}", real(norm.eps)));
    }
    match momentum {
        None => args.push("momentum=none".to_owned()),
        Some(m) if *m != Real::new(0.1) => args.push(format!("momentum={}", real(*m))),
        Some(_) => {}
    }
    if !norm.affine {
        args.push("affine=false".to_owned());
    }
    args.join(", ")
}

fn pair(name: &str, [a, b]: [usize; 2], usual: [usize; 2], into: &mut String) {
    if [a, b] != usual {
        let _ =
            if a == b { write!(into, ", {name}={a}") } else { write!(into, ", {name}=({a}, {b})") };
    }
}

fn margins([top, bottom, left, right]: [usize; 4]) -> String {
    match (top == bottom, left == right, top == left) {
        (true, true, true) => format!("{top}"),
        (true, true, false) => format!("({top}, {left})"),
        _ => format!("({top}, {bottom}, {left}, {right})"),
    }
}

fn kernel([a, b]: [usize; 2]) -> String {
    format!("{a}x{b}")
}

fn window(w: &Window, stride: [usize; 2], into: &mut String) {
    pair("stride", w.stride, stride, into);
    if w.pad != [0; 4] {
        let _ = write!(into, ", pad={}", margins(w.pad));
    }
    pair("dilation", w.dilation, [1, 1], into);
}

fn rounding(w: &Window, into: &mut String) {
    into.push_str(match w.rounding {
        Rounding::Floor => "",
        Rounding::Ceil => ", round=ceil",
        Rounding::Exact => ", round=exact",
    });
}

fn border(border: &Border, name: &str) -> String {
    match border {
        Border::Constant(x) if x.get() == 0.0 => String::new(),
        Border::Constant(x) => format!(", value={}", real(*x)),
        Border::Reflect => format!(", {name}=reflect"),
        Border::Replicate => format!(", {name}=replicate"),
        Border::Circular => format!(", {name}=circular"),
    }
}

fn convolution(c: &Convolution<'_>, unbiased: bool) -> String {
    let mut text = kernel(c.window.kernel);
    window(&c.window, [1, 1], &mut text);
    text.push_str(&border(&c.border, "pad_mode"));
    rounding(&c.window, &mut text);
    if !c.bias && !unbiased {
        text.push_str(", bias=false");
    }
    text
}

fn pool(keyword: &str, first: &str, w: &Window, rest: &str) -> String {
    let mut text = format!("{keyword}({first}");
    if w.kernel[0] == w.kernel[1] {
        let _ = write!(text, "{}", w.kernel[0]);
    } else {
        text.push_str(&kernel(w.kernel));
    }
    window(w, w.kernel, &mut text);
    text.push_str(rest);
    rounding(w, &mut text);
    text.push(')');
    text
}

fn norm(keyword: &str, first: &str, norm: &Norm, affine: bool, rest: &str) -> String {
    let mut args = Vec::new();
    if !first.is_empty() {
        args.push(first.to_owned());
    }
    if norm.eps != Real::new(1e-5) {
        args.push(format!("eps={}", real(norm.eps)));
    }
    if norm.affine != affine {
        args.push(format!("affine={}", norm.affine));
    }
    if !rest.is_empty() {
        args.push(rest.to_owned());
    }
    if args.is_empty() { keyword.to_owned() } else { format!("{keyword}({})", args.join(", ")) }
}

/// The layer's text; `name` is what the layer whose places an `unpool` takes is called.
pub(super) fn spell(op: &Op<'_>, hoisted: &Hoisted, name: &str) -> String {
    let keyword = op.keyword();
    let called = |args: String| format!("{keyword}({args})");
    match op {
        Op::Conv(c) => {
            let mut text = format!("{}, {}", c.filters, convolution(c, hoisted.unbiased));
            if c.groups > 1 {
                let _ = write!(text, ", groups={}", c.groups);
            }
            if let Some(table) = c.table {
                let rows: Vec<String> = table.iter().map(|row| format!("{row:?}")).collect();
                let _ = write!(text, ", table=[{}]", rows.join(", "));
            }
            called(text)
        }
        Op::Depthwise(c) => called(convolution(c, hoisted.unbiased)),
        Op::Pointwise(c) => {
            called(format!("{}{}", c.filters, if c.bias { "" } else { ", bias=false" }))
        }
        Op::Deconv(d) => {
            let mut text = format!("{}, {}", d.filters, kernel(d.window.kernel));
            window(&d.window, [1, 1], &mut text);
            pair("output_pad", d.output_pad, [0, 0], &mut text);
            if d.groups > 1 {
                let _ = write!(text, ", groups={}", d.groups);
            }
            if !d.bias {
                text.push_str(", bias=false");
            }
            called(text)
        }
        Op::Pad { pad, border: b } => called(format!("{}{}", margins(*pad), border(b, "mode"))),
        Op::Crop { crop } => called(margins(*crop)),
        Op::Upsample { target, interpolation } => {
            let mut text = match target {
                Target::Factor([a, b]) if a == b => format!("{a}"),
                Target::Factor([a, b]) => format!("({a}, {b})"),
                Target::Size(size) => format!("size={}", kernel(*size)),
            };
            text.push_str(match (interpolation, target) {
                (Interpolation::Nearest, _) => "",
                (Interpolation::Bilinear, Target::Factor(_)) => ", bilinear",
                (Interpolation::Bilinear, Target::Size(_)) => ", mode=bilinear",
                (Interpolation::Aligned, Target::Factor(_)) => ", bilinear, align_corners=true",
                (Interpolation::Aligned, Target::Size(_)) => ", mode=bilinear, align_corners=true",
            });
            called(text)
        }
        Op::MaxPool(w) | Op::SumPool(w) | Op::ProdPool(w) => pool(keyword, "", w, ""),
        Op::AvgPool { window, count_pad } => {
            pool(keyword, "", window, if *count_pad { "" } else { ", count_pad=false" })
        }
        Op::LpPool { window, p } => pool(keyword, &format!("{}, ", p), window, ""),
        Op::AdaptiveAvgPool { size } | Op::AdaptiveMaxPool { size } => called(kernel(*size)),
        Op::Unpool { .. } => called(name.to_owned()),
        Op::Reshape { shape } => called(shape.to_string()),
        Op::Dense { outputs, bias } => {
            called(format!("{outputs}{}", if *bias { "" } else { ", bias=false" }))
        }
        Op::BatchNorm { norm, momentum } => match batch_norm(norm, momentum) {
            args if args.is_empty() || args == hoisted.norm => keyword.to_owned(),
            args => called(args),
        },
        Op::LayerNorm { norm: n, over } => {
            // Those of the language, which are the paper's of each.
            norm(keyword, "", n, true, if *over == Over::All { "over=all" } else { "" })
        }
        Op::GroupNorm { norm: n, groups } => norm(keyword, &groups.to_string(), n, true, ""),
        Op::InstanceNorm(n) => norm(keyword, "", n, false, ""),
        Op::Lrn(LocalResponse { size, alpha, beta, k }) => {
            called(format!("{size}, alpha={}, beta={}, k={}", real(*alpha), real(*beta), real(*k)))
        }
        Op::Scale { bias, bare } => match (bias, bare) {
            (true, _) => called("bias=true".to_owned()),
            (false, true) => called("bare=true".to_owned()),
            (false, false) => keyword.to_owned(),
        },
        Op::Split { parts, part } => called(format!("{parts}, {part}")),
        Op::Shuffle { groups } => called(groups.to_string()),
        Op::Dropout { p } | Op::Dropout2d { p } | Op::DropPath { p } => called(real(*p)),
        Op::Activation(activation) => spell_activation(activation),
        Op::Prelu { per_channel: true } => called("per_channel=true".to_owned()),
        Op::Prelu { per_channel: false }
        | Op::GlobalAvgPool
        | Op::GlobalMaxPool
        | Op::AttnPool
        | Op::Flatten
        | Op::Identity
        | Op::Softmax
        | Op::LogSoftmax
        | Op::Add
        | Op::Concat
        | Op::Mul => keyword.to_owned(),
        Op::Custom { path, .. } => called((*path).to_owned()),
    }
}

fn spell_activation(activation: &Activation) -> String {
    let keyword = activation.keyword();
    let one = Real::new(1.0);
    match activation {
        Activation::Tanh { scale, slope } if [*scale, *slope] != [one, one] => {
            format!("{keyword}(scale={}, slope={})", real(*scale), real(*slope))
        }
        Activation::LeakyRelu { slope } => format!("{keyword}({})", real(*slope)),
        Activation::Elu { alpha } => format!("{keyword}({})", real(*alpha)),
        Activation::GeluTanh => format!("{keyword}(approx=tanh)"),
        Activation::Softplus { beta, threshold }
            if [*beta, *threshold] != [one, Real::new(20.0)] =>
        {
            format!("{keyword}(beta={}, threshold={})", real(*beta), real(*threshold))
        }
        Activation::Rescale { factor } => format!("{keyword}({})", real(*factor)),
        Activation::Tanh { .. }
        | Activation::Softplus { .. }
        | Activation::Sigmoid
        | Activation::Relu
        | Activation::Relu6
        | Activation::Selu
        | Activation::Gelu
        | Activation::Silu
        | Activation::Mish
        | Activation::HardSigmoid
        | Activation::HardSwish => keyword.to_owned(),
    }
}
