//! Which nodes inference computes in planes although the plan has blocks of channels: convolutions of few
//! filters, with what follows them up to a layer that can read planes.

use super::site;
use crate::choose::{KernelForm, choose};
use crate::plan::ValueId;
use crate::rewrite::{Graph, Node, NodeId, Work};
use cnn_ir::Shape;
use std::cell::RefCell;

/// For each node, whether its kernel takes and gives planes. A value in planes has one reader, which is
/// another such kernel, a convolution that takes either form, or a change of view.
pub(super) fn in_planes(graph: &Graph<'_>) -> Vec<bool> {
    let live = |i: &NodeId| graph.nodes[*i].live;
    let all = 0..graph.nodes.len();
    let could = all.clone().map(|i| live(&i) && has_planes(graph, i)).collect();
    let going = RefCell::new(vec![[None; 2]; graph.values.len()]);
    let chains = Chains { graph, could, going };
    // From the back, so that no question leads to more than the next one.
    for node in graph.nodes.iter().rev().filter(|n| n.live) {
        chains.goes_on(node.output, true);
        chains.goes_on(node.output, false);
    }
    let mut planes = vec![false; graph.nodes.len()];
    // Values that are planes, or easily become planes, and those of them that the network is given.
    let (mut flat, mut given) = (vec![false; graph.values.len()], vec![false; graph.values.len()]);
    graph.net.inputs.iter().for_each(|&v| (flat[v], given[v]) = (true, true));
    for i in all.filter(live) {
        let node = &graph.nodes[i];
        let Some(&input) = node.inputs.first().filter(|&&v| flat[v]) else { continue };
        match &node.work {
            Work::Border { .. } if given[input] => {
                (flat[node.output], given[node.output]) = (true, true);
            }
            _ if node.activation().is_some() => flat[node.output] = !given[input],
            _ if chains.views(node) => {}
            _ if chains.starts(i) || !given[input] => {
                planes[i] = chains.could[i];
                flat[node.output] = planes[i];
            }
            _ => {}
        }
    }
    planes
}

/// Whether there is a kernel in planes with a halo for the node.
fn has_planes(graph: &Graph<'_>, i: NodeId) -> bool {
    let node = &graph.nodes[i];
    let inputs: Vec<Shape> = node.inputs.iter().map(|&v| graph.shape(v)).collect();
    let choice =
        site(graph, node, &inputs).and_then(|site| choose(&site, &[KernelForm::HaloPlanes]));
    choice.is_some()
}

struct Chains<'a> {
    graph: &'a Graph<'a>,
    /// For each node, whether there is a kernel in planes with a halo.
    could: Vec<bool>,
    /// What `goes_on` has said of each value, which comes from an activation or not.
    going: RefCell<Vec<[Option<bool>; 2]>>,
}

impl Chains<'_> {
    fn views(&self, node: &Node) -> bool {
        node.op().is_some_and(|op| op.is_view(self.graph.shape(node.inputs[0])))
    }

    /// Whether a convolution in blocks can read planes.
    fn takes_planes(&self, node: &Node) -> bool {
        let choice = site(self.graph, node, &[self.graph.shape(node.inputs[0])])
            .and_then(|site| choose(&site, &[KernelForm::Blocks]));
        choice.is_some_and(|choice| choice.chosen.few)
    }

    /// Whether a convolution, into which nothing merges, may give planes.
    fn starts(&self, i: NodeId) -> bool {
        let node = &self.graph.nodes[i];
        let epilogue = &node.epilogue;
        let alone = epilogue.norm.is_none() && !epilogue.addend;
        alone && node.convolves() && self.could[i] && self.goes_on(node.output, false)
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
        let Some(reader) = self.graph.only_use(value) else { return false };
        let node = &self.graph.nodes[reader];
        if self.views(node) {
            return true;
        }
        if node.activation().is_some() {
            return !activated && self.goes_on(node.output, true);
        }
        if node.convolves() {
            let free = !self.could[reader] || self.starts(reader);
            return !node.epilogue.addend && free && self.takes_planes(node);
        }
        self.could[reader] && self.goes_on(node.output, false)
    }
}
