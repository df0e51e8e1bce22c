//! Which layers inference computes in planes although the plan has blocks of channels: convolutions
//! of few filters, with what follows them up to a layer that can read planes.

use super::merge::Merges;
use crate::layers::{Body, InBlocks};
use crate::net::{Net, ValueId};
use std::cell::RefCell;

/// For each node, whether its kernel takes and gives planes. A value in planes has one reader,
/// which is another such kernel, a convolution that takes either form, or a change of view.
pub(super) fn in_planes(
    net: &Net,
    live: &[bool],
    merges: &Merges,
    outputs: impl Iterator<Item = ValueId>,
) -> Vec<bool> {
    let mut readers = vec![Vec::new(); net.values.len()];
    for (i, node) in net.nodes.iter().enumerate().filter(|(i, _)| live[*i]) {
        node.inputs.iter().for_each(|&v| readers[v].push(i));
    }
    let mut wanted = vec![false; net.values.len()];
    outputs.for_each(|v| wanted[v] = true);
    let going = vec![[None; 2]; net.values.len()];
    let chains = Chains { net, merges, readers, wanted, going: RefCell::new(going) };
    // From the back, so that no question leads to more than the next one.
    for node in net.nodes.iter().rev() {
        chains.goes_on(node.output, true);
        chains.goes_on(node.output, false);
    }
    let mut planes = vec![false; net.nodes.len()];
    // Values that are planes, or easily become planes.
    let mut flat = vec![false; net.values.len()];
    net.inputs.iter().for_each(|&v| flat[v] = true);
    for (i, node) in net.nodes.iter().enumerate().filter(|(i, _)| live[*i]) {
        let Some(input) = node.inputs.first().filter(|&&v| flat[v]) else { continue };
        match &node.layer.body {
            Body::Activation(_) if !net.inputs.contains(input) => flat[node.output] = true,
            Body::Kernel(_) if chains.starts(i) || !net.inputs.contains(input) => {
                planes[i] = chains.kernel(i).is_some_and(|k| k.planes.is_some());
                flat[node.output] = planes[i];
            }
            _ => {}
        }
    }
    planes
}

struct Chains<'a> {
    net: &'a Net,
    merges: &'a Merges,
    readers: Vec<Vec<usize>>,
    wanted: Vec<bool>,
    /// What `goes_on` has said of each value, which comes from an activation or not.
    going: RefCell<Vec<[Option<bool>; 2]>>,
}

impl Chains<'_> {
    fn kernel(&self, i: usize) -> Option<&InBlocks> {
        match &self.net.nodes[i].layer.body {
            Body::Kernel(kernel) => kernel.blocked.as_ref(),
            _ => None,
        }
    }

    /// Whether a step of its own gives the kernel its input; that step can't read planes with a halo.
    fn has_step_before(&self, i: usize) -> bool {
        matches!(&self.net.nodes[i].layer.body, Body::Kernel(kernel) if kernel.before.is_some())
    }

    /// Whether a convolution, into which nothing merges, may give planes.
    fn starts(&self, i: usize) -> bool {
        let Merges { norm, sum, pool, .. } = self.merges;
        let alone = norm[i].is_none() && sum[i].is_none() && pool[i].is_none();
        let conv = |k: &InBlocks| k.merges.is_some() && k.planes.is_some();
        alone && self.kernel(i).is_some_and(conv) && self.goes_on(self.net.nodes[i].output, false)
    }

    /// Whether all that reads the value, which comes from an activation or not, can do so in
    /// planes.
    fn goes_on(&self, value: ValueId, activated: bool) -> bool {
        let known = self.going.borrow()[value][usize::from(activated)];
        known.unwrap_or_else(|| {
            let goes_on = self.read_in_planes(value, activated);
            self.going.borrow_mut()[value][usize::from(activated)] = Some(goes_on);
            goes_on
        })
    }

    fn read_in_planes(&self, value: ValueId, activated: bool) -> bool {
        let &[reader] = &self.readers[value][..] else { return false };
        let node = &self.net.nodes[reader];
        !self.wanted[value]
            && match &node.layer.body {
                Body::View => true,
                Body::Activation(_) => !activated && self.goes_on(node.output, true),
                Body::Kernel(_) => match self.kernel(reader) {
                    Some(kernel) if kernel.merges.is_some() => {
                        self.merges.sum[reader].is_none()
                            && !self.has_step_before(reader)
                            && kernel.few
                            && (kernel.planes.is_none() || self.starts(reader))
                    }
                    Some(kernel) => kernel.planes.is_some() && self.goes_on(node.output, false),
                    None => false,
                },
            }
    }
}
