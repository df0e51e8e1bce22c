//! Graphs in few words: what the compiler writes for every network. Each token of it costs time and memory
//! where the network is compiled, so that what most layers have is not written out, and so does each lifetime
//! that is to be inferred, so that all are `'static`.

use crate::graph::{Block, Graph, Label, Node, Output, Source};
use crate::op::{Border, Convolution, Deconvolution, Norm, Op, Table};
use crate::real::Real;
use crate::shape::Shape;
use crate::tensor::{Init, Role, Tensor};
use crate::window::{Rounding, Window};

/// A graph, from its fields in order.
pub const fn graph(
    name: &'static str,
    inputs: &'static [Shape],
    nodes: &'static [Node<'static>],
    outputs: &'static [Output],
    labels: &'static [Label<'static>],
    blocks: &'static [Block<'static>],
) -> Graph<'static> {
    Graph { name, inputs, nodes, outputs, labels, blocks }
}

/// A layer, from its fields in order.
pub const fn node(
    path: &'static str,
    op: Op<'static>,
    text: &'static str,
    inputs: &'static [Source],
    output: Shape,
    tensors: &'static [Tensor<'static>],
) -> Node<'static> {
    Node { path, op, text, inputs, output, tensors }
}

/// An output of evaluation, or with `true` of training only.
pub const fn output(layer: usize, training_only: bool) -> Output {
    Output { layer, training_only }
}

/// A value with a name.
pub const fn label(path: &'static str, source: Source) -> Label<'static> {
    Label { path, source }
}

/// Channels × height × width.
pub const fn volume(channels: usize, height: usize, width: usize) -> Shape {
    Shape::Volume { channels, height, width }
}

/// A number as an attribute.
pub const fn real(x: f32) -> Real {
    Real::new(x)
}

/// A window of one height and width, stride and padding on all sides.
pub const fn square(kernel: usize, stride: usize, pad: usize) -> Window {
    window([kernel; 2], [stride; 2], [1; 2], [pad; 4], Rounding::Floor)
}

/// A window, from its fields in order.
pub const fn window(
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    pad: [usize; 4],
    rounding: Rounding,
) -> Window {
    Window { kernel, stride, dilation, pad, rounding }
}

/// A convolution in one group, padded with zeros, with a bias.
pub const fn conv(filters: usize, window: Window) -> Convolution<'static> {
    let border = Border::ZERO;
    Convolution { filters, window, groups: 1, table: None, border, bias: true, accurate: false }
}

impl Convolution<'static> {
    /// The same with a number of groups.
    pub const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The same with these channels for each filter.
    pub const fn sees(self, table: Table<'static>) -> Self {
        Self { table: Some(table), ..self }
    }

    /// The same with this in its padding.
    pub const fn border(self, border: Border) -> Self {
        Self { border, ..self }
    }

    /// The same without a bias.
    pub const fn unbiased(self) -> Self {
        Self { bias: false, ..self }
    }

    /// The same without algorithms that round more than the plain one.
    pub const fn accurate(self) -> Self {
        Self { accurate: true, ..self }
    }
}

/// A transposed convolution in one group, with a bias.
pub const fn deconv(filters: usize, window: Window) -> Deconvolution {
    Deconvolution { filters, window, output_pad: [0; 2], groups: 1, bias: true, accurate: false }
}

impl Deconvolution {
    /// The same with a number of groups.
    pub const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// The same with a number of rows and columns more at the output's end.
    pub const fn output_pad(self, output_pad: [usize; 2]) -> Self {
        Self { output_pad, ..self }
    }

    /// The same without a bias.
    pub const fn unbiased(self) -> Self {
        Self { bias: false, ..self }
    }

    /// The same without algorithms that round more than the plain one.
    pub const fn accurate(self) -> Self {
        Self { accurate: true, ..self }
    }
}

/// A normalization with a weight and a bias.
pub const fn affine(eps: f32) -> Norm {
    Norm { eps: Real::new(eps), affine: true }
}

/// A normalization without.
pub const fn plain(eps: f32) -> Norm {
    Norm { eps: Real::new(eps), affine: false }
}

/// Batch normalization with a weight and a bias, the newest batch having a share of its own.
pub const fn bn(eps: f32, momentum: f32) -> Op<'static> {
    Op::BatchNorm { norm: affine(eps), momentum: Some(Real::new(momentum)) }
}

/// A trainable tensor.
pub const fn tensor(name: &'static str, dims: &'static [usize], init: Init) -> Tensor<'static> {
    Tensor { name, dims, role: Role::Trainable, init }
}

/// A tensor that the forward pass updates.
pub const fn buffer(name: &'static str, dims: &'static [usize], value: f32) -> Tensor<'static> {
    Tensor { name, dims, role: Role::Buffer, init: Init::Constant(value) }
}

/// A counter from 0 on.
pub const fn counter(name: &'static str) -> Tensor<'static> {
    Tensor { name, dims: &[], role: Role::Counter, init: Init::Constant(0.0) }
}

/// Uniform between `−bound` and `bound`.
pub const fn within(bound: f32) -> Init {
    Init::Uniform(-bound, bound)
}

/// The tensors of batch normalization as it usually starts.
pub const fn statistics(channels: &'static [usize]) -> [Tensor<'static>; 5] {
    [
        tensor("weight", channels, Init::Constant(1.0)),
        tensor("bias", channels, Init::Constant(0.0)),
        buffer("running_mean", channels, 0.0),
        buffer("running_var", channels, 1.0),
        counter("num_batches_tracked"),
    ]
}
