//! What a network amounts to: checked once, so that later phases can add and multiply without overflow.

use super::Resolver;
use crate::layers::{Body, InBlocks};
use crate::net::Node;
use crate::shape::{MOST_FLOATS, MOST_MACS, Shape};
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
            floats += value(node.layer.output);
            if let Body::Kernel(kernel) = &node.layer.body {
                floats += kernel.before.as_ref().map_or(0, |before| value(before.output));
                let saved = blocked(node).map_or(0, |blocked| blocked.saved);
                floats += kernel.saved.max(saved) as u128 + kernel.stats as u128;
            }
            floats += node.layer.params.iter().map(|p| 2 * p.len() as u128).sum::<u128>();
            macs += u128::from(node.layer.macs);
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

    /// For each height and width, the widest halo that a layer asks for around a value of that size or
    /// its gradient. Values share their halos with others of their size alone.
    fn halos(&self) -> HashMap<[usize; 2], usize> {
        let mut halos = HashMap::new();
        let mut want = |size: [usize; 2], halo: usize| {
            let widest = halos.entry(size).or_insert(0);
            *widest = halo.max(*widest);
        };
        for node in &self.nodes {
            let (Body::Kernel(kernel), Some(blocked)) = (&node.layer.body, blocked(node)) else {
                continue;
            };
            match &kernel.before {
                Some(before) => want(before.output.size(), blocked.halo),
                None => {
                    node.inputs
                        .iter()
                        .for_each(|&v| want(self.values[v].shape.size(), blocked.halo));
                }
            }
            want(node.layer.output.size(), blocked.d_halo);
        }
        halos
    }
}

/// The kernel of a layer in blocks of channels.
fn blocked(node: &Node) -> Option<&InBlocks> {
    match &node.layer.body {
        Body::Kernel(kernel) => kernel.blocked.as_ref(),
        Body::View | Body::Activation(_) => None,
    }
}
