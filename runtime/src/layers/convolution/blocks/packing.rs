//! How the weights of a convolution are packed for blocks of sixteen channels:
//! `[outputs / 16][inputs / 16][taps][inputs][16 outputs]`.

use crate::choice::choice;
use crate::layout::BLOCK;

/// Which blocks of inputs a block of outputs sees, and how their weights lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packing {
    outputs: usize,
    pub(crate) inputs: usize,
    groups: usize,
    pub(crate) taps: usize,
    /// Inputs in a block.
    pub(crate) depth: usize,
    /// Blocks of inputs that each block of outputs sees.
    pub(crate) seen: usize,
}

impl Packing {
    pub(crate) const fn new(
        outputs: usize,
        inputs: usize,
        groups: usize,
        taps: usize,
        depth: usize,
    ) -> Self {
        let depth = if inputs < depth { inputs } else { depth };
        let mut packing = Self { outputs, inputs, groups, taps, depth, seen: 0 };
        let mut block = 0;
        while block < outputs.div_ceil(BLOCK) {
            let [first, end] = packing.reach(block);
            if end - first > packing.seen {
                packing.seen = end - first;
            }
            block += 1;
        }
        packing
    }

    /// Whether a block of outputs may see inputs that are not of its group, with zeros as weights.
    pub(crate) const fn mixes(&self) -> bool {
        let (outputs, inputs) = (self.outputs / self.groups, self.inputs / self.groups);
        self.groups > 1 && !(outputs.is_multiple_of(BLOCK) && inputs.is_multiple_of(self.depth))
    }

    /// The blocks of inputs that the groups of a block of outputs lie in.
    const fn reach(&self, block: usize) -> [usize; 2] {
        let (outputs, inputs) = (self.outputs / self.groups, self.inputs / self.groups);
        let last =
            if (block + 1) * BLOCK < self.outputs { (block + 1) * BLOCK } else { self.outputs };
        let (first, last) = (block * BLOCK / outputs, (last - 1) / outputs);
        [first * inputs / self.depth, ((last + 1) * inputs).div_ceil(self.depth)]
    }

    /// The first block of inputs that a block of outputs sees.
    pub(crate) const fn first(&self, block: usize) -> usize {
        let [first, _] = self.reach(block);
        let last = self.inputs.div_ceil(self.depth) - self.seen;
        if first < last { first } else { last }
    }

    /// Floats of the weights of a block of outputs.
    pub(crate) const fn block(&self) -> usize {
        self.seen * self.taps * self.depth * BLOCK
    }

    /// Floats of all weights.
    pub(crate) const fn len(&self) -> usize {
        self.outputs.div_ceil(BLOCK) * self.block()
    }

    /// The inputs in the last block of them.
    pub(crate) const fn last(&self) -> usize {
        self.inputs - (self.inputs - 1) / self.depth * self.depth
    }

    /// Floats of the weights between one block of outputs and one of inputs.
    const fn part(&self) -> usize {
        self.taps * self.depth * BLOCK
    }

    /// Packs one block of outputs of `w`, `[outputs][inputs of the group][taps]`.
    pub(crate) fn pack(&self, block: usize, w: &[f32], packed: &mut [f32]) {
        let (outputs, inputs) = (self.outputs / self.groups, self.inputs / self.groups);
        let row = inputs * self.taps;
        let first = self.first(block) * self.depth;
        self.clear(block, packed);
        for (seen, packed) in packed.chunks_exact_mut(self.part()).enumerate() {
            let here = first + seen * self.depth;
            let whole = self.groups == 1 && (block + 1) * BLOCK <= self.outputs;
            if choice!("a whole block of filters packed", whole) {
                // Whole vectors of outputs: those of one input and tap lie a row apart.
                let n = self.depth.min(self.inputs - here);
                let rows: [&[f32]; BLOCK] = core::array::from_fn(|lane| {
                    &w[(block * BLOCK + lane) * row + here * self.taps..][..n * self.taps]
                });
                for c in 0..n {
                    for tap in 0..self.taps {
                        let to = &mut packed[(tap * self.depth + c) * BLOCK..][..BLOCK];
                        for lane in 0..BLOCK {
                            to[lane] = rows[lane][c * self.taps + tap];
                        }
                    }
                }
                continue;
            }
            for lane in 0..BLOCK.min(self.outputs - block * BLOCK) {
                let output = block * BLOCK + lane;
                let group = output / outputs * inputs;
                for c in here.max(group)..(here + self.depth).min(group + inputs) {
                    let taps = &w[output * row + (c - group) * self.taps..][..self.taps];
                    for (tap, w) in taps.iter().enumerate() {
                        packed[(tap * self.depth + c - here) * BLOCK + lane] = *w;
                    }
                }
            }
        }
    }

    /// As [`Packing::pack`], of a convolution's weights with inputs and outputs exchanged,
    /// `[inputs][outputs of the group][taps]`, and the kernel turned by 180 degrees.
    pub(crate) fn pack_turned(&self, block: usize, w: &[f32], packed: &mut [f32]) {
        let (outputs, inputs) = (self.outputs / self.groups, self.inputs / self.groups);
        let row = outputs * self.taps;
        let first = self.first(block) * self.depth;
        let end = self.outputs.min((block + 1) * BLOCK);
        self.clear(block, packed);
        for (seen, packed) in packed.chunks_exact_mut(self.part()).enumerate() {
            let here = first + seen * self.depth;
            for input in here..(here + self.depth).min(self.inputs) {
                // The outputs of this block that are of the input's group.
                let group = input / inputs * outputs;
                let mine = (block * BLOCK).max(group)..end.min(group + outputs);
                if mine.is_empty() {
                    continue;
                }
                let w = &w[input * row + (mine.start - group) * self.taps..];
                let w = &w[..mine.len() * self.taps];
                for tap in 0..self.taps {
                    let place = (self.taps - 1 - tap) * self.depth + input - here;
                    let to = &mut packed[place * BLOCK + mine.start % BLOCK..][..mine.len()];
                    for (to, w) in to.iter_mut().zip(w[tap..].iter().step_by(self.taps)) {
                        *to = *w;
                    }
                }
            }
        }
    }

    /// Zeros where a block is not filled by weights.
    fn clear(&self, block: usize, packed: &mut [f32]) {
        let part = self.groups > 1 || (block + 1) * BLOCK > self.outputs;
        if choice!("zeros in all of a block", part) {
            packed.fill(0.0);
        } else if choice!("zeros in the last inputs", !self.inputs.is_multiple_of(self.depth)) {
            packed[(self.seen - 1) * self.part()..].fill(0.0);
        }
    }

    /// Writes the weights of one whole block of outputs of a single group in order.
    pub(crate) fn unpack(&self, packed: &[f32], w: &mut [f32]) {
        let row = self.inputs * self.taps;
        for (seen, packed) in packed.chunks_exact(self.part()).enumerate() {
            for c in 0..self.depth.min(self.inputs - seen * self.depth) {
                for tap in 0..self.taps {
                    let from = &packed[(tap * self.depth + c) * BLOCK..][..BLOCK];
                    let to = &mut w[(seen * self.depth + c) * self.taps + tap..];
                    for (to, w) in to.iter_mut().step_by(row).zip(from) {
                        *to = *w;
                    }
                }
            }
        }
    }

    /// Writes the weights of output `f` in order, out of its packed block.
    pub(crate) fn unpack_one(&self, f: usize, packed: &[f32], w: &mut [f32]) {
        let (outputs, inputs) = (self.outputs / self.groups, self.inputs / self.groups);
        let first = self.first(f / BLOCK) * self.depth;
        for (c, w) in w.chunks_exact_mut(self.taps).enumerate() {
            let c = f / outputs * inputs + c - first;
            let start = c / self.depth * self.taps * self.depth + c % self.depth;
            for (tap, w) in w.iter_mut().enumerate() {
                *w = packed[(start + tap * self.depth) * BLOCK + f % BLOCK];
            }
        }
    }
}
