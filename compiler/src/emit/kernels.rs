//! Kernels as Rust text: the runtime's type, and the arguments of its `new`.

use crate::plan::{
    Convolving, Epilogue, Frame, Geometry, Kernel, KernelSpec, Layout, Multiplying, PoolGeometry,
    Pooling, Select, dims,
};
use crate::text::list;
use cnn_ir::{Activation, Border, Interpolation, Shape, Table, Window};
use std::fmt::Write;

/// The runtime's type and the arguments of its `new`.
pub(super) struct Code {
    pub(super) ty: String,
    pub(super) args: String,
}

/// A kernel with what it is made with.
pub(super) fn code(spec: &KernelSpec, epilogue: Epilogue) -> Code {
    let (ty, mut args) = bare(spec);
    if spec.takes_epilogue() {
        let norm = match epilogue.norm {
            Some(eps) => format!("::core::option::Option::Some({})", real(eps.get())),
            None => "::core::option::Option::None".to_owned(),
        };
        let _ = write!(args, ", {}, {norm}", epilogue.bias);
    }
    if let Some(frame) = &spec.frame {
        let _ = write!(args, ", {}", self::frame(frame));
    }
    Code { ty, args }
}

/// The runtime's type of a kernel, for tests and tools: `blocked::PackedDirect`.
pub fn kernel_type(spec: &KernelSpec) -> String {
    bare(spec).0
}

/// The runtime's value of an activation.
pub(super) fn activation(activation: Option<Activation>) -> String {
    let Some(activation) = activation else { return "rt::NoActivation".to_owned() };
    let name = match activation {
        Activation::Sigmoid => "Sigmoid",
        Activation::Tanh { scale, slope } if scale.get() == 1.0 && slope.get() == 1.0 => "Tanh",
        Activation::Tanh { scale, slope } => {
            let (scale, slope) = (real(scale.get()), real(slope.get()));
            return format!("rt::ScaledTanh {{ scale: {scale}, slope: {slope} }}");
        }
        Activation::Relu => "Relu",
        Activation::Relu6 => "Relu6",
        Activation::LeakyRelu { slope } => {
            return format!("rt::LeakyRelu {{ slope: {} }}", real(slope.get()));
        }
        Activation::Elu { alpha } => {
            return format!("rt::Elu {{ alpha: {} }}", real(alpha.get()));
        }
        Activation::Selu => "Selu",
        Activation::Gelu => "Gelu",
        Activation::GeluTanh => "GeluTanh",
        Activation::Silu => "Silu",
        Activation::Mish => "Mish",
        Activation::HardSigmoid => "HardSigmoid",
        Activation::HardSwish => "HardSwish",
        Activation::Softplus { beta, threshold } => {
            let (beta, threshold) = (real(beta.get()), real(threshold.get()));
            return format!("rt::Softplus {{ beta: {beta}, threshold: {threshold} }}");
        }
        Activation::Rescale { factor } => {
            return format!("rt::Rescale {{ factor: {} }}", real(factor.get()));
        }
    };
    format!("rt::{name}")
}

/// A finite number as a literal.
pub(super) fn real(x: f32) -> String {
    format!("{x:?}f32")
}

/// The type and the arguments before those of the epilogue and the frame.
fn bare(spec: &KernelSpec) -> (String, String) {
    let blocked = spec.layout == Layout::Blocked;
    let ty = |name: &str| if blocked { format!("blocked::{name}") } else { name.to_owned() };
    // `[channels, height, width]` in blocks, else channels and positions.
    let flat = |shape: Shape| format!("{}, {}", shape.channels(), shape.positions());
    let each = |shape: &Shape| if blocked { volume(*shape) } else { flat(*shape) };
    let both = |shape: &Shape| if blocked { volume(*shape) } else { format!("[{}]", flat(*shape)) };
    match &spec.kernel {
        Kernel::Conv { by, geometry, table, packed } => {
            (convolution(spec.layout, *by, geometry, *table, *packed), {
                let table = table.map(|t| format!(", {}", rows(t))).unwrap_or_default();
                format!("{}{table}", self::geometry(geometry))
            })
        }
        Kernel::Dense { by, inputs, outputs } => {
            let name = match by {
                Multiplying::Gemm => "dense::Gemm",
                Multiplying::Direct => "dense::Direct",
                Multiplying::Packed => "dense::Packed",
            };
            (name.to_owned(), format!("{inputs}, {outputs}"))
        }
        Kernel::Pool { of, geometry } => {
            let (name, more) = match of {
                Pooling::Max => ("MaxPool", String::new()),
                Pooling::Mean { count_pad } => ("AvgPool", format!(", {count_pad}")),
                Pooling::Sum => ("SumPool", String::new()),
                Pooling::Norm { p } => ("LpPool", format!(", {}", real(p.get()))),
                Pooling::Product => ("ProdPool", String::new()),
            };
            (ty(name), pool(geometry) + &more)
        }
        Kernel::PlaneMeans(geometry) => (ty("PlaneMeans"), pool(geometry)),
        Kernel::Unpool(geometry) => (ty("Unpool"), pool(geometry)),
        Kernel::GlobalAvgPool(shape) => (ty("GlobalAvgPool"), each(shape)),
        Kernel::AttnPool(shape) => (ty("AttnPool"), each(shape)),
        Kernel::BatchNorm { shape, eps, momentum, affine } => {
            let (eps, momentum) = (real(eps.get()), real(momentum.get()));
            (ty("BatchNorm"), format!("{}, {eps}, {momentum}, {affine}", each(shape)))
        }
        Kernel::FoldedBatchNorm { shape, eps } => {
            (ty("FoldedBatchNorm"), format!("{}, {}", each(shape), real(eps.get())))
        }
        Kernel::GroupNorm { shape, groups, eps } => {
            (ty("GroupNorm"), format!("{}, {groups}, {}", both(shape), real(eps.get())))
        }
        Kernel::LayerNorm { shape, eps } => {
            (ty("LayerNorm"), format!("{}, {}", both(shape), real(eps.get())))
        }
        Kernel::Lrn { shape, rule } => {
            let [alpha, beta, k] = [rule.alpha, rule.beta, rule.k].map(|x| real(x.get()));
            let size = rule.size;
            let rule = format!("rt::Lrn {{ size: {size}, alpha: {alpha}, beta: {beta}, k: {k} }}");
            (ty("LocalResponseNorm"), format!("{}, {rule}", both(shape)))
        }
        Kernel::Scale(shape) => (ty("Scale"), each(shape)),
        Kernel::Prelu(shape) => (ty("Prelu"), each(shape)),
        Kernel::Softmax(shape) => (ty("Softmax"), each(shape)),
        Kernel::LogSoftmax(shape) => (ty("LogSoftmax"), each(shape)),
        Kernel::Split { shape, first, count } => {
            (ty("Split"), format!("{}, {first}, {count}", both(shape)))
        }
        Kernel::Shuffle { shape, groups } => (ty("Shuffle"), format!("{}, {groups}", both(shape))),
        Kernel::Concat { inputs } if blocked => (ty("Concat"), channels(inputs)),
        Kernel::Concat { inputs } => {
            ("Concat".to_owned(), format!("&[{}]", list(inputs.iter().map(|s| s.len()))))
        }
        Kernel::Selection { inputs, steps } => {
            let step = |select: &Select| match select {
                Select::Shuffled { groups } => format!("rt::blocked::Select::Shuffled({groups})"),
                Select::Part { first, count } => {
                    format!("rt::blocked::Select::Part({first}, {count})")
                }
            };
            let steps = list(steps.iter().map(step));
            (ty("Selection"), format!("{}, &[{steps}]", channels(inputs)))
        }
        Kernel::Add(shape) if blocked => (ty("Add"), volume(*shape)),
        Kernel::Add(_) => ("Add".to_owned(), String::new()),
        Kernel::Broadcast { inputs, output, product } => {
            let extents = list(inputs.iter().map(|s| extent(*s, *output)));
            let combine = if *product { "Product" } else { "Sum" };
            let args = format!("{}, &[{extents}], rt::Combine::{combine}", each(output));
            (ty("Broadcast"), args)
        }
        Kernel::Dropout { p, key } => (ty("Dropout"), format!("{}, {key}", real(p.get()))),
        Kernel::Dropout2d { shape, draws, p, key } => {
            let shape = if blocked { volume(*shape) + ", " } else { String::new() };
            (ty("Dropout2d"), format!("{shape}{draws}, {}, {key}", real(p.get())))
        }
        Kernel::Pad { shape, pad, border } => {
            (ty("Pad"), format!("{}, {pad:?}, {}", volume(*shape), self::border(*border)))
        }
        Kernel::Crop { shape, crop } => (ty("Crop"), format!("{}, {crop:?}", volume(*shape))),
        Kernel::Upsample { shape, size, interpolation } => {
            let interpolation = match interpolation {
                Interpolation::Nearest => "Nearest",
                Interpolation::Bilinear => "Bilinear",
                Interpolation::Aligned => "Aligned",
            };
            let args = format!("{}, {size:?}, rt::Interpolation::{interpolation}", volume(*shape));
            (ty("Upsample"), args)
        }
        Kernel::Identity(shape) if blocked => (ty("Identity"), volume(*shape)),
        Kernel::Identity(_) => ("Identity".to_owned(), String::new()),
        Kernel::ToPlanes(shape) => (ty("Flatten"), volume(*shape)),
        Kernel::ToBlocks(shape) => (ty("Reorder"), volume(*shape)),
        Kernel::Own(_) => ("Custom".to_owned(), String::new()),
    }
}

fn convolution(
    layout: Layout,
    by: Convolving,
    geometry: &Geometry,
    table: Option<Table<'_>>,
    packed: bool,
) -> String {
    let name = match (layout, geometry.transposed) {
        (Layout::Blocked, transposed) => {
            let name = match (by, transposed) {
                (Convolving::Planes, _) => return "blocked::PlaneConv".to_owned(),
                (Convolving::Grouped, false) => "Grouped",
                (Convolving::Grouped, true) => "GroupedDeconv",
                (Convolving::Winograd, false) => "Tiles",
                (Convolving::Winograd, true) => "DeconvTiles",
                (_, true) => "Deconv",
                (_, false) if table.is_some() && packed => {
                    return "blocked::PackedTable".to_owned();
                }
                (_, false) if table.is_some() => "Connected",
                (_, false) => "Direct",
            };
            return format!("blocked::{}{name}", if packed { "Packed" } else { "" });
        }
        (Layout::Nchw, true) => "deconv::Gemm".to_owned(),
        (Layout::Interleaved, true) => "deconv::Direct".to_owned(),
        (Layout::Nchw, false) if by == Convolving::Depthwise => "conv::Depthwise".to_owned(),
        (Layout::Nchw, false) => "conv::Gemm".to_owned(),
        (Layout::Interleaved, false) => "conv::Direct".to_owned(),
    };
    match (table.is_some(), packed) {
        (false, _) => name,
        (true, false) => format!("conv::Connected<rt::{name}>"),
        (true, true) => format!("conv::PackedTable<rt::{name}>"),
    }
}

/// `[channels, height, width]`.
fn volume(shape: Shape) -> String {
    format!("{:?}", dims(shape))
}

/// The channels of the inputs, and their common height and width.
fn channels(inputs: &[Shape]) -> String {
    let channels = list(inputs.iter().map(|s| s.channels()));
    format!("&[{channels}], {:?}", inputs[0].size())
}

/// The runtime's table.
fn rows(table: Table<'_>) -> String {
    format!("&[{}]", list(table.iter().map(|row| format!("&{row:?}"))))
}

/// What a branch has of a result.
fn extent(branch: Shape, output: Shape) -> &'static str {
    let channels = branch.channels() == output.channels();
    match (channels, branch.size() == output.size()) {
        (true, true) => "rt::Extent::All",
        (true, false) => "rt::Extent::Channels",
        (false, true) => "rt::Extent::Pixels",
        (false, false) => "rt::Extent::One",
    }
}

fn border(border: Border) -> String {
    match border {
        Border::Constant(x) => format!("rt::Border::Constant({})", real(x.get())),
        Border::Reflect => "rt::Border::Reflect".to_owned(),
        Border::Replicate => "rt::Border::Replicate".to_owned(),
        Border::Circular => "rt::Border::Circular".to_owned(),
    }
}

/// The runtime's `Geometry`.
fn geometry(g: &Geometry) -> String {
    let Window { kernel, stride, dilation, pad, .. } = g.window;
    let new = if g.transposed { "transposed" } else { "new" };
    format!(
        "rt::conv::Geometry::{new}({}, {}, {kernel:?}, {stride:?}, {pad:?}, {dilation:?}, {}, {:?})",
        volume(g.input),
        g.output.channels(),
        g.groups,
        g.output.size()
    )
}

/// The runtime's `PoolGeometry`.
fn pool(g: &PoolGeometry) -> String {
    let (input, output) = (volume(g.input), g.output);
    match g.window {
        None => format!("rt::PoolGeometry::adaptive({input}, {output:?})"),
        Some(Window { kernel, stride, dilation, pad, .. }) => format!(
            "rt::PoolGeometry::new({input}, {kernel:?}, {stride:?}, {pad:?}, {dilation:?}, {output:?})"
        ),
    }
}

/// The runtime's `Frame`.
fn frame(frame: &Frame) -> String {
    let Frame { block, inputs, output, d_inputs, d_output, parts } = frame;
    let parts = match parts {
        Some((of, output_of)) => format!("input_blocks: &{of:?}, output_blocks: {output_of}"),
        None => "..rt::Frame::WHOLE".to_owned(),
    };
    format!(
        "rt::Frame {{ block: {block}, inputs: &{inputs:?}, output: {output}, \
         d_inputs: &{d_inputs:?}, d_output: {d_output}, {parts} }}"
    )
}
