//! How values lie in memory.

use super::ValueId;
use cnn_ir::Shape;

/// Channels of a block.
pub const BLOCK: usize = 16;

/// How one image of a value lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Channel after channel, or sixteen images interleaved, as the plan's layout says.
    Planes,
    /// In blocks of channels.
    Blocks {
        /// Rows and columns of zeros around the image.
        halo: usize,
        /// The same of its gradient.
        d_halo: usize,
        /// Channels of a block: sixteen, or all where those are few.
        block: usize,
    },
}

/// A value of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Its shape for one image.
    pub shape: Shape,
    /// How it lies in memory.
    pub form: Form,
    /// The larger value whose memory it is a part of.
    pub part: Option<Part>,
}

/// Some blocks of channels of a larger value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The larger value, which is a part of none.
    pub of: ValueId,
    /// Its blocks.
    pub blocks: usize,
    /// The block at which the part starts.
    pub first: usize,
}

impl Value {
    /// Floats per image.
    pub fn len(&self) -> usize {
        match self.form {
            Form::Planes => self.shape.len(),
            Form::Blocks { halo, block, .. } => grid_len(self.shape, halo, block),
        }
    }

    /// Floats per image of its gradient.
    pub fn d_len(&self) -> usize {
        match self.form {
            Form::Planes => self.shape.len(),
            Form::Blocks { d_halo, .. } => grid_len(self.shape, d_halo, BLOCK),
        }
    }

    /// Whether its floats are in the order of planes.
    pub fn lies_like_planes(&self) -> bool {
        match self.form {
            Form::Planes => true,
            Form::Blocks { halo, d_halo, block } => {
                let pixel =
                    self.shape.size() == [1, 1] && self.shape.channels().is_multiple_of(block);
                [halo, d_halo] == [0, 0] && self.part.is_none() && (block == 1 || pixel)
            }
        }
    }

    /// Floats per image of this many of its blocks.
    pub fn blocks_len(&self, blocks: usize) -> usize {
        self.len() / self.blocks() * blocks
    }

    /// Its blocks of sixteen channels.
    pub fn blocks(&self) -> usize {
        self.shape.channels().div_ceil(BLOCK)
    }

    /// The runtime's `[channels, height, width]`.
    pub fn dims(&self) -> [usize; 3] {
        dims(self.shape)
    }
}

/// How the tensors of a kernel in blocks lie.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame {
    /// Channels of a block of the first input, or of the output where that lies in planes.
    pub block: usize,
    /// Halos of the inputs.
    pub inputs: Vec<usize>,
    /// Halo of the output.
    pub output: usize,
    /// Halos of the inputs' gradients.
    pub d_inputs: Vec<usize>,
    /// Halo of the output's gradient.
    pub d_output: usize,
    /// For each input, and the output, the blocks of the value that it is a part of, or 0; none where no
    /// value is a part of another.
    pub parts: Option<(Vec<usize>, usize)>,
}

impl Frame {
    /// That of a kernel with these inputs and this output.
    pub fn of(inputs: &[Value], output: Value) -> Self {
        let blocks = |v: &Value| match v.form {
            Form::Planes => (0, 0, BLOCK),
            Form::Blocks { halo, d_halo, block } => (halo, d_halo, block),
        };
        let (halo, d_halo, out_block) = blocks(&output);
        let block = match inputs[0].form {
            Form::Planes => out_block,
            Form::Blocks { block, .. } => block,
        };
        let whole = |v: &Value| v.part.map_or(0, |p| p.blocks);
        let parted = output.part.is_some() || inputs.iter().any(|v| v.part.is_some());
        Self {
            block,
            inputs: inputs.iter().map(|v| blocks(v).0).collect(),
            output: halo,
            d_inputs: inputs.iter().map(|v| blocks(v).1).collect(),
            d_output: d_halo,
            parts: parted.then(|| (inputs.iter().map(whole).collect(), whole(&output))),
        }
    }
}

/// Floats per image of blocks with a halo.
fn grid_len(shape: Shape, halo: usize, block: usize) -> usize {
    let [height, width] = shape.size();
    shape.channels().div_ceil(block) * (height + 2 * halo) * (width + 2 * halo) * block
}

/// The runtime's `[channels, height, width]`.
pub fn dims(shape: Shape) -> [usize; 3] {
    let (channels, [height, width]) = (shape.channels(), shape.size());
    [channels, height, width]
}
