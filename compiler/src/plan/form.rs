//! How values lie in memory, and the halos that the kernels around them ask for.

use crate::net::ValueId;
use crate::shape::Shape;
use crate::text::list;

/// Channels of a block.
pub(super) const BLOCK: usize = 16;

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
        lanes: usize,
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
    pub(super) of: ValueId,
    /// Its blocks.
    pub(super) blocks: usize,
    /// The block at which the part starts.
    pub(super) first: usize,
}

impl Value {
    /// Floats per image.
    pub fn len(&self) -> usize {
        match self.form {
            Form::Planes => self.shape.len(),
            Form::Blocks { halo, lanes, .. } => grid_len(self.shape, halo, lanes),
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
    pub(super) fn lies_like_planes(&self) -> bool {
        match self.form {
            Form::Planes => true,
            Form::Blocks { halo, d_halo, lanes } => {
                let pixel =
                    self.shape.size() == [1, 1] && self.shape.channels().is_multiple_of(lanes);
                [halo, d_halo] == [0, 0] && self.part.is_none() && (lanes == 1 || pixel)
            }
        }
    }

    /// Floats per image of so many of its blocks.
    pub(super) fn blocks_len(&self, blocks: usize) -> usize {
        self.len() / self.blocks() * blocks
    }

    /// Its blocks of sixteen channels.
    pub(super) fn blocks(&self) -> usize {
        self.shape.channels().div_ceil(BLOCK)
    }

    /// The runtime's `[channels, height, width]`.
    pub fn dims(&self) -> [usize; 3] {
        dims(self.shape)
    }
}

/// The runtime's `Frame` of a kernel with these inputs and this output.
pub(super) fn frame(inputs: &[Value], output: Value) -> String {
    let blocks = |v: &Value| match v.form {
        Form::Planes => (0, 0, BLOCK),
        Form::Blocks { halo, d_halo, lanes } => (halo, d_halo, lanes),
    };
    let (halo, d_halo, out_lanes) = blocks(&output);
    let lanes = match inputs[0].form {
        Form::Planes => out_lanes,
        Form::Blocks { lanes, .. } => lanes,
    };
    let halos = inputs.iter().map(|v| blocks(v).0);
    let d_halos = inputs.iter().map(|v| blocks(v).1);
    let whole = |v: &Value| v.part.map_or(0, |p| p.blocks);
    let (of, output_of) = (inputs.iter().map(whole), whole(&output));
    let parts = if output_of > 0 || inputs.iter().any(|v| v.part.is_some()) {
        format!("input_blocks: &[{}], output_blocks: {output_of}", list(of))
    } else {
        "..rt::Frame::WHOLE".to_owned()
    };
    let (halos, d_halos) = (list(halos), list(d_halos));
    format!(
        "rt::Frame {{ lanes: {lanes}, inputs: &[{halos}], output: {halo}, \
         d_inputs: &[{d_halos}], d_output: {d_halo}, {parts} }}"
    )
}

/// Floats per image of blocks with a halo.
fn grid_len(shape: Shape, halo: usize, lanes: usize) -> usize {
    let [height, width] = shape.size();
    shape.channels().div_ceil(lanes) * (height + 2 * halo) * (width + 2 * halo) * lanes
}

pub(super) fn dims(shape: Shape) -> [usize; 3] {
    let (channels, [height, width]) = (shape.channels(), shape.size());
    [channels, height, width]
}

/// Halos that must be at least so wide, and values that must have the same.
#[derive(Debug, Default)]
pub(super) struct Halos {
    parent: Vec<usize>,
    /// How many values have the same halos as each of those that stand for others.
    count: Vec<usize>,
    halo: Vec<usize>,
    d_halo: Vec<usize>,
}

impl Halos {
    pub(super) fn push(&mut self) {
        self.parent.push(self.parent.len());
        self.count.push(1);
        self.halo.push(0);
        self.d_halo.push(0);
    }

    fn root(&self, mut v: usize) -> usize {
        while self.parent[v] != v {
            v = self.parent[v];
        }
        v
    }

    pub(super) fn want(&mut self, v: usize, halo: usize, d_halo: usize) {
        let v = self.root(v);
        self.halo[v] = self.halo[v].max(halo);
        self.d_halo[v] = self.d_halo[v].max(d_halo);
    }

    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (mut a, mut b) = (self.root(a), self.root(b));
        if a != b {
            if self.count[a] < self.count[b] {
                (a, b) = (b, a);
            }
            self.parent[b] = a;
            self.count[a] += self.count[b];
            let (halo, d_halo) = (self.halo[b], self.d_halo[b]);
            self.want(a, halo, d_halo);
        }
    }

    pub(super) fn of(&self, v: usize) -> [usize; 2] {
        let v = self.root(v);
        [self.halo[v], self.d_halo[v]]
    }
}
