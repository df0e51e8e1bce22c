//! The graph of a network as a constant, in as few tokens as it takes: see `cnn_ir::make`.

use super::own;
use crate::net::Net;
use crate::plan::Stretch;
use crate::schedule::Storage;
use crate::text::list;
use cnn_ir::{
    Activation, Border, Convolution, Deconvolution, Graph, Init, Interpolation, LocalResponse,
    Node, Norm, Op, Over, Real, Role, Rounding, Shape, Source, Target, Tensor, Window,
};
use std::fmt::Write;

/// The graph of a network; of users' own layers, what only rustc knows is joined in.
pub(super) fn constant(net: &Net) -> String {
    net.with_graph(|graph| {
        let Graph { name, inputs, nodes, outputs, labels, blocks } = graph;
        let (inputs, count) = (list(inputs.iter().map(|&s| shape(s))), nodes.len());
        let nodes = list(nodes.iter().enumerate().map(|(i, n)| node(n, net.own_number(i))));
        let outputs =
            list(outputs.iter().map(|o| format!("output({}, {})", o.layer, o.training_only)));
        let labels =
            list(labels.iter().map(|l| format!("label({:?}, {})", l.path, source(l.source))));
        let blocks = list(blocks.iter().map(|b| {
            let cnn_ir::Block { name, path, first, layers, times } = b;
            format!("Block::new({name:?}, {path:?}, {first}, {layers}, {times})")
        }));
        format!(
            "{{
                use __cnn_rt::ir::{{
                    Activation as Function, Block, Border, Graph, Init::*, Interpolation, LocalResponse, Node, Op::*,
                    Over, Rounding, Source::*, Target, make::*,
                }};
                // A constant's data would be in every unit of code that looks at it.
                static NODES: [Node<'static>; {count}] = [{nodes}];
                Graph {{
                    name: {name:?}, inputs: &[{inputs}], nodes: &NODES, outputs: &[{outputs}],
                    labels: &[{labels}], blocks: &[{blocks}],
                }}
            }}"
        )
    })
}

/// What the network amounts to, in numbers, so that nobody has to read the graph for them, unless there are
/// layers of which only rustc knows it.
pub(super) fn totals(net: &Net) -> String {
    match own::layers(net).next() {
        Some(_) => String::new(),
        None => format!(
            "const PARAMETERS: usize = {}; const MACS: u64 = {};",
            net.parameters(),
            net.macs()
        ),
    }
}

/// How long the lists are that are read from it, and path and offset of each tensor: so nobody has to read it
/// for them, unless there are layers of which only rustc knows the tensors.
pub(super) fn lengths(net: &Net, storage: &Storage) -> String {
    net.with_graph(|graph| {
        let Graph { nodes, outputs, labels, .. } = graph;
        if nodes.iter().any(|n| matches!(n.op, Op::Custom { .. })) {
            return String::new();
        }
        let (layers, outputs, labels) = (nodes.len(), outputs.len(), labels.len());
        let (mut places, mut tensors) = (String::new(), 0);
        for (Node { path, tensors: all, .. }, stretches) in nodes.iter().zip(&storage.places) {
            for (Tensor { name, .. }, Stretch { offset, .. }) in all.iter().zip(stretches) {
                let dot = if name.is_empty() { "" } else { "." };
                let _ = write!(places, "(\"{path}{dot}{name}\", {offset}), ");
                tensors += 1;
            }
        }
        format!(", {layers}, {outputs}, {labels}, {tensors}, &[{places}]")
    })
}

/// A layer; `own` is its number if it is a user's.
fn node(node: &Node<'_>, own: Option<usize>) -> String {
    let Node { path, op, text, inputs, output, tensors } = node;
    let (inputs, output) = (list(inputs.iter().map(|&s| source(s))), shape(*output));
    let (op, tensors) = match own {
        Some(k) => (own::op(op, k), own::tensors(k)),
        None => (spelled(op), all(tensors)),
    };
    format!(
        "Node {{ path: {path:?}, op: {op}, text: {text:?}, inputs: &[{inputs}], output: {output}, \
         tensors: &{tensors} }}"
    )
}

fn source(source: Source) -> String {
    match source {
        Source::Input(i) => format!("Input({i})"),
        Source::Layer(i) => format!("Layer({i})"),
    }
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Volume { channels, height, width } => {
            format!("volume({channels}, {height}, {width})")
        }
        Shape::Vector(n) => format!("rt::Shape::Vector({n})"),
    }
}

/// The tensors of a layer.
fn all(tensors: &[Tensor<'_>]) -> String {
    match tensors {
        [Tensor { dims, .. }, ..] if is_usual(tensors, dims) => {
            format!("statistics(&{dims:?})")
        }
        _ => format!("[{}]", list(tensors.iter().map(tensor))),
    }
}

/// Whether they are those of batch normalization as it usually starts.
fn is_usual(tensors: &[Tensor<'_>], dims: &[usize]) -> bool {
    let usual = cnn_ir::make::statistics(&[]);
    let same = |(a, b): (&Tensor<'_>, &Tensor<'_>)| {
        let alike = (a.name, a.role, a.init) == (b.name, b.role, b.init);
        alike && (a.dims == dims || a.role == Role::Counter && a.dims.is_empty())
    };
    dims.len() == 1 && tensors.len() == usual.len() && tensors.iter().zip(&usual).all(same)
}

fn tensor(tensor: &Tensor<'_>) -> String {
    let Tensor { name, dims, role, init } = tensor;
    match (role, init) {
        (Role::Trainable, init) => format!("tensor({name:?}, &{dims:?}, {})", initial(*init)),
        (Role::Buffer, Init::Constant(value)) => {
            format!("buffer({name:?}, &{dims:?}, {})", number(*value))
        }
        (Role::Counter, _) => format!("counter({name:?})"),
        (Role::Buffer, _) => unreachable!("running statistics start with a number"),
    }
}

fn initial(init: Init) -> String {
    match init {
        Init::Uniform(low, high) if low == -high && high != 0.0 => {
            format!("within({})", number(high))
        }
        Init::Uniform(low, high) => format!("Uniform({}, {})", number(low), number(high)),
        Init::Normal(mean, std) => format!("Normal({}, {})", number(mean), number(std)),
        Init::TruncatedNormal(std) => format!("TruncatedNormal({})", number(std)),
        Init::Dirac(bound) => format!("Dirac({})", number(bound)),
        Init::Constant(value) => format!("Constant({})", number(value)),
    }
}

/// A number as it is.
fn number(x: f32) -> String {
    if x.is_finite() { format!("{x:?}") } else { format!("f32::from_bits({})", x.to_bits()) }
}

/// A number as an attribute.
fn real(x: Real) -> String {
    format!("real({})", number(x.get()))
}

/// Rust's text of an operation: the one place where it is spelled.
pub(super) fn spelled(op: &Op<'_>) -> String {
    match op {
        Op::Conv(c) => format!("Conv({})", convolution(c)),
        Op::Depthwise(c) => format!("Depthwise({})", convolution(c)),
        Op::Pointwise(c) => format!("Pointwise({})", convolution(c)),
        Op::Deconv(d) => format!("Deconv({})", deconvolution(d)),
        Op::Pad { pad, border: b } => format!("Pad {{ pad: {pad:?}, border: {} }}", border(*b)),
        Op::Crop { crop } => format!("Crop {{ crop: {crop:?} }}"),
        Op::Upsample { target, interpolation } => upsample(*target, *interpolation),
        Op::MaxPool(w) => format!("MaxPool({})", window(w)),
        Op::AvgPool { window: w, count_pad } => {
            format!("AvgPool {{ window: {}, count_pad: {count_pad} }}", window(w))
        }
        Op::SumPool(w) => format!("SumPool({})", window(w)),
        Op::LpPool { window: w, p } => {
            format!("LpPool {{ window: {}, p: {} }}", window(w), real(*p))
        }
        Op::ProdPool(w) => format!("ProdPool({})", window(w)),
        Op::AdaptiveAvgPool { size } => format!("AdaptiveAvgPool {{ size: {size:?} }}"),
        Op::AdaptiveMaxPool { size } => format!("AdaptiveMaxPool {{ size: {size:?} }}"),
        Op::GlobalAvgPool => "GlobalAvgPool".into(),
        Op::GlobalMaxPool => "GlobalMaxPool".into(),
        Op::AttnPool => "AttnPool".into(),
        Op::Unpool { pool, window: w } => {
            format!("Unpool {{ pool: {pool:?}, window: {} }}", window(w))
        }
        Op::Flatten => "Flatten".into(),
        Op::Reshape { shape: s } => format!("Reshape {{ shape: {} }}", shape(*s)),
        Op::Dense { outputs, bias } => format!("Dense {{ outputs: {outputs}, bias: {bias} }}"),
        Op::BatchNorm { norm: Norm { eps, affine: true }, momentum: Some(share) } => {
            format!("bn({}, {})", number(eps.get()), number(share.get()))
        }
        Op::BatchNorm { norm: n, momentum } => {
            format!("BatchNorm {{ norm: {}, momentum: {} }}", norm(*n), optional(*momentum))
        }
        Op::LayerNorm { norm: n, over } => {
            let over = match over {
                Over::Channels => "Channels",
                Over::All => "All",
            };
            format!("LayerNorm {{ norm: {}, over: Over::{over} }}", norm(*n))
        }
        Op::GroupNorm { norm: n, groups } => {
            format!("GroupNorm {{ norm: {}, groups: {groups} }}", norm(*n))
        }
        Op::InstanceNorm(n) => format!("InstanceNorm({})", norm(*n)),
        Op::Lrn(LocalResponse { size, alpha, beta, k }) => {
            let [alpha, beta, k] = [alpha, beta, k].map(|x| real(*x));
            format!("Lrn(LocalResponse {{ size: {size}, alpha: {alpha}, beta: {beta}, k: {k} }})")
        }
        Op::Scale { bias, bare } => format!("Scale {{ bias: {bias}, bare: {bare} }}"),
        Op::Split { parts, part } => format!("Split {{ parts: {parts}, part: {part} }}"),
        Op::Shuffle { groups } => format!("Shuffle {{ groups: {groups} }}"),
        Op::Identity => "Identity".into(),
        Op::Dropout { p } => format!("Dropout {{ p: {} }}", real(*p)),
        Op::Dropout2d { p } => format!("Dropout2d {{ p: {} }}", real(*p)),
        Op::DropPath { p } => format!("DropPath {{ p: {} }}", real(*p)),
        Op::Activation(f) => format!("Activation(Function::{})", function(*f)),
        Op::Prelu { per_channel } => format!("Prelu {{ per_channel: {per_channel} }}"),
        Op::Softmax => "Softmax".into(),
        Op::LogSoftmax => "LogSoftmax".into(),
        Op::Add => "Add".into(),
        Op::Concat => "Concat".into(),
        Op::Mul => "Mul".into(),
        Op::Custom { path, macs } => format!("Custom {{ path: {path:?}, macs: {macs} }}"),
    }
}

fn convolution(c: &Convolution<'_>) -> String {
    let mut text = format!("conv({}, {})", c.filters, window(&c.window));
    if c.groups != 1 {
        text.push_str(&format!(".groups({})", c.groups));
    }
    if let Some(table) = c.table {
        text.push_str(&format!(".sees(&[{}])", list(table.iter().map(|row| format!("&{row:?}")))));
    }
    if c.border != Border::ZERO {
        text.push_str(&format!(".border({})", border(c.border)));
    }
    if !c.bias {
        text.push_str(".unbiased()");
    }
    if c.accurate {
        text.push_str(".accurate()");
    }
    text
}

fn deconvolution(d: &Deconvolution) -> String {
    let mut text = format!("deconv({}, {})", d.filters, window(&d.window));
    if d.output_pad != [0, 0] {
        text.push_str(&format!(".output_pad({:?})", d.output_pad));
    }
    if d.groups != 1 {
        text.push_str(&format!(".groups({})", d.groups));
    }
    if !d.bias {
        text.push_str(".unbiased()");
    }
    if d.accurate {
        text.push_str(".accurate()");
    }
    text
}

fn window(w: &Window) -> String {
    let Window { kernel, stride, dilation, pad, rounding } = w;
    let [size, step, around] = [kernel[0], stride[0], pad[0]];
    if *w == cnn_ir::make::square(size, step, around) {
        return format!("square({size}, {step}, {around})");
    }
    let rounding = match rounding {
        Rounding::Floor => "Floor",
        Rounding::Ceil => "Ceil",
        Rounding::Exact => "Exact",
    };
    format!("window({kernel:?}, {stride:?}, {dilation:?}, {pad:?}, Rounding::{rounding})")
}

fn border(border: Border) -> String {
    match border {
        Border::Constant(x) => format!("Border::Constant({})", real(x)),
        Border::Reflect => "Border::Reflect".into(),
        Border::Replicate => "Border::Replicate".into(),
        Border::Circular => "Border::Circular".into(),
    }
}

fn upsample(target: Target, interpolation: Interpolation) -> String {
    let target = match target {
        Target::Factor(factor) => format!("Factor({factor:?})"),
        Target::Size(size) => format!("Size({size:?})"),
    };
    let interpolation = match interpolation {
        Interpolation::Nearest => "Nearest",
        Interpolation::Bilinear => "Bilinear",
        Interpolation::Aligned => "Aligned",
    };
    format!(
        "Upsample {{ target: Target::{target}, interpolation: Interpolation::{interpolation} }}"
    )
}

fn norm(norm: Norm) -> String {
    let kind = if norm.affine { "affine" } else { "plain" };
    format!("{kind}({})", number(norm.eps.get()))
}

fn optional(x: Option<Real>) -> String {
    match x {
        Some(x) => format!("::core::option::Option::Some({})", real(x)),
        None => "::core::option::Option::None".into(),
    }
}

fn function(f: Activation) -> String {
    match f {
        Activation::Sigmoid => "Sigmoid".into(),
        Activation::Tanh { scale, slope } => {
            format!("Tanh {{ scale: {}, slope: {} }}", real(scale), real(slope))
        }
        Activation::Relu => "Relu".into(),
        Activation::Relu6 => "Relu6".into(),
        Activation::LeakyRelu { slope } => format!("LeakyRelu {{ slope: {} }}", real(slope)),
        Activation::Elu { alpha } => format!("Elu {{ alpha: {} }}", real(alpha)),
        Activation::Selu => "Selu".into(),
        Activation::Gelu => "Gelu".into(),
        Activation::GeluTanh => "GeluTanh".into(),
        Activation::Silu => "Silu".into(),
        Activation::Mish => "Mish".into(),
        Activation::HardSigmoid => "HardSigmoid".into(),
        Activation::HardSwish => "HardSwish".into(),
        Activation::Softplus { beta, threshold } => {
            format!("Softplus {{ beta: {}, threshold: {} }}", real(beta), real(threshold))
        }
        Activation::Rescale { factor } => format!("Rescale {{ factor: {} }}", real(factor)),
    }
}
