//! What a network is made of, as constants: its layers, and the blocks that they were written in.

use crate::shape::Shape;

/// One layer of a network, as its summary and its drawing show it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerInfo {
    /// Parameter path of the layer: `layer1.0.conv1`.
    pub path: &'static str,
    /// The layer's word in the language: `conv`.
    pub keyword: &'static str,
    /// The layer in short: `conv 7x7 /2 pad 3`, where `/2` is the stride.
    pub text: &'static str,
    /// Where its inputs come from.
    pub inputs: &'static [Source],
    /// Shape of the (first) input.
    pub input: Shape,
    /// Shape of the output.
    pub output: Shape,
    /// Trainable parameters.
    pub parameters: usize,
    /// Multiply–adds for one image.
    pub macs: u64,
    /// Bytes of the output for one image; 0 for the same numbers under another shape.
    pub memory: usize,
    /// Height and width, in input pixels, that one output element sees.
    pub receptive_field: (usize, usize),
    /// Input pixels from what one output element sees to what its neighbor sees, down and to the
    /// right.
    pub jump: (f32, f32),
    /// The input row and column at which the receptive field of the first output element starts;
    /// negative in the padding.
    pub start: (isize, isize),
    /// Whether only training computes it, for an output that exists in training only.
    pub training_only: bool,
}

impl LayerInfo {
    /// A layer: its path, keyword and text; its inputs; their first one's shape and the output's; the
    /// parameters, multiply–adds and memory; the receptive field, its jump and its start; whether only
    /// training computes it.
    pub const fn new(
        [path, keyword, text]: [&'static str; 3],
        inputs: &'static [Source],
        [input, output]: [Shape; 2],
        (parameters, macs, memory): (usize, u64, usize),
        (receptive_field, jump, start): ((usize, usize), (f32, f32), (isize, isize)),
        training_only: bool,
    ) -> Self {
        Self {
            path,
            keyword,
            text,
            inputs,
            input,
            output,
            parameters,
            macs,
            memory,
            receptive_field,
            jump,
            start,
            training_only,
        }
    }
}

/// Where a layer's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An input of the network, by its index in [`Network::INPUTS`](crate::Network::INPUTS).
    Input(usize),
    /// A layer before, by its index in [`Network::LAYERS`](crate::Network::LAYERS).
    Layer(usize),
}

/// Layers that were written as one piece – a call of a block, a labeled group, a repetition –, or
/// several copies of them one behind the other.
///
/// Copies differ in nothing but their channels – in a dense block, each sees more of them – and in how
/// often `drop_path` drops them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// The block's name, or the label; empty for the copies of a group.
    pub name: &'static str,
    /// The level of the parameter path that the first copy opens: `layer1.0`; empty for none.
    pub path: &'static str,
    /// Index of the first copy's first layer.
    pub first: usize,
    /// Layers of each copy.
    pub layers: usize,
    /// How many copies there are.
    pub times: usize,
}

impl BlockInfo {
    /// A block, from its fields in order.
    pub const fn new(
        name: &'static str,
        path: &'static str,
        first: usize,
        layers: usize,
        times: usize,
    ) -> Self {
        Self { name, path, first, layers, times }
    }

    /// The layer behind the last copy.
    pub const fn end(&self) -> usize {
        self.first + self.layers * self.times
    }
}
