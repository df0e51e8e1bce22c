//! What a network amounts to: checked once, so that later phases can add and multiply without overflow.

use super::Resolver;
use crate::limits::{MOST_FLOATS, MOST_MACS};
use crate::net::Node;
use crate::window::WindowRule;
use cnn_ir::{Border, Convolution, Op, Over, Shape, Window};
use std::collections::HashMap;

/// Channels of a block.
const BLOCK: usize = 16;

impl Resolver<'_> {
    /// Refuses the layer with which the network's tensors, or its multiply–adds, become more than any
    /// machine takes.
    pub(super) fn weigh(&mut self) {
        let halos = self.halos();
        // A value and its gradient, each in blocks with a halo.
        let value = |shape: Shape| {
            let [height, width] = shape.size().map(|n| n as u128);
            let halo = halos.get(&shape.size()).copied().unwrap_or(0) as u128;
            let channels = shape.channels().next_multiple_of(BLOCK) as u128;
            2 * channels * (height + 2 * halo) * (width + 2 * halo)
        };
        let inputs = self.inputs.iter().map(|&v| value(self.values[v].shape));
        let (mut floats, mut macs) = (inputs.sum::<u128>(), 0);
        for node in &self.nodes {
            let (input, layer) = (self.read_by(node), &node.layer);
            floats += value(layer.output);
            floats += padded(&layer.op, input).map_or(0, value);
            floats += saved_bound(&layer.op, input, layer.output) as u128;
            floats += layer.params.iter().map(|p| 2 * p.len() as u128).sum::<u128>();
            macs += u128::from(layer.op.macs(input, layer.output));
            let text = if floats > MOST_FLOATS {
                format!(
                    "with this layer, tensors of the network take {floats} numbers, more than {MOST_FLOATS}"
                )
            } else if macs > MOST_MACS {
                format!(
                    "with this layer, the network takes {macs} multiply–adds, more than {MOST_MACS}"
                )
            } else {
                continue;
            };
            self.report.error(node.area, text);
            return;
        }
    }

    /// The shape of a layer's first input.
    fn read_by(&self, node: &Node) -> Shape {
        self.values[node.inputs[0]].shape
    }

    /// For each height and width, the widest halo that a layer may ask for around a value of that size or
    /// its gradient. Values share their halos with others of their size alone.
    fn halos(&self) -> HashMap<[usize; 2], usize> {
        let mut halos = HashMap::new();
        let mut want = |size: [usize; 2], halo: usize| {
            let widest = halos.entry(size).or_insert(0);
            *widest = halo.max(*widest);
        };
        for node in &self.nodes {
            let (input, output) = (self.read_by(node), node.layer.output);
            let read = padded(&node.layer.op, input).unwrap_or(input);
            let [halo, d_halo] = halo_bounds(&node.layer.op, read.size(), output.size());
            want(read.size(), halo);
            want(output.size(), d_halo);
        }
        halos
    }
}

/// The image with its padding, where a convolution's is written around it because it is not zeros.
fn padded(op: &Op<'_>, input: Shape) -> Option<Shape> {
    let Convolution { window: Window { pad: [top, bottom, left, right], .. }, border, .. } =
        *op.convolution()?;
    let [height, width] = input.size();
    let all = Shape::volume(input.channels(), height + top + bottom, width + left + right);
    (border != Border::ZERO).then_some(all)
}

/// Rows and columns of zeros that a layer reads around its input, and, on its way back, around the output's
/// gradient: at most. The input is the image with its padding where that is not zeros.
fn halo_bounds(op: &Op<'_>, input: [usize; 2], output: [usize; 2]) -> [usize; 2] {
    match op {
        Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) if c.border == Border::ZERO => {
            c.window.halos(input, output)
        }
        Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => {
            c.window.with_pad(0).halos(input, output)
        }
        Op::Deconv(d) => {
            let [d_halo, halo] = d.window.halos(output, input);
            [halo, d_halo]
        }
        _ => [0, 0],
    }
}

/// Floats that a layer saves on its way forward for its way back, at most: for one image, and what
/// statistics over the batch take.
fn saved_bound(op: &Op<'_>, input: Shape, output: Shape) -> usize {
    let blocks = output.channels().next_multiple_of(BLOCK);
    match op {
        _ if op.is_view(input) => 0,
        Op::MaxPool(_) | Op::AdaptiveMaxPool { .. } | Op::GlobalMaxPool | Op::LpPool { .. } => {
            blocks * output.positions()
        }
        Op::GroupNorm { groups, .. } => grouped(*groups, output),
        Op::InstanceNorm(_) => grouped(output.channels(), output),
        Op::LayerNorm { over: Over::Channels, .. } if output.is_volume() => 2 * output.positions(),
        Op::LayerNorm { .. } => 3,
        Op::AttnPool => input.positions(),
        Op::BatchNorm { .. } => 2 * output.channels(),
        _ => 0,
    }
}

/// The same of a layer that normalizes groups of channels.
fn grouped(groups: usize, output: Shape) -> usize {
    let blocks = if output.is_volume() { output.channels().next_multiple_of(BLOCK) } else { 0 };
    (3 * groups).max(2 * blocks)
}
