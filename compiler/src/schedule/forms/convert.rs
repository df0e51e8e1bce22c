//! The forms that values are wanted in, and the steps between.

use super::{FEW, Forms};
use crate::plan::{BLOCK, Chosen, Form, Kernel, KernelSpec, Layout, ValueId};
use crate::rewrite::{Call, Node, Work};
use std::rc::Rc;

/// The call of a kernel that nothing was to be chosen for.
fn call(layout: Layout, algorithm: &'static str, kernel: Kernel) -> Option<Box<Call>> {
    let chosen = Chosen::plain(kernel.clone());
    let spec = KernelSpec::new(kernel, layout, algorithm);
    Some(Box::new(Call { chosen, spec: Rc::new(spec), cost: 0, refused: Vec::new() }))
}

impl Forms<'_> {
    /// The value as planes, with a conversion if there is none yet.
    pub(super) fn as_planes(&mut self, value: ValueId, instance: Option<usize>) -> ValueId {
        if let Some(v) = self.planes[value] {
            return v;
        }
        let from = self.blocks[value].or(self.few[value]);
        let from = from.expect("a value is made before it is read");
        let shape = self.graph.shape(value);
        let to = self.value(shape, None);
        let call = call(Layout::Blocked, "to planes", Kernel::ToPlanes(shape));
        let node = Node::between(Work::ToPlanes, instance, vec![from], to);
        self.nodes.push(Node { call, ..node });
        self.planes[value] = Some(to);
        to
    }

    /// The value in blocks, with a conversion if it is not there yet. Few channels lie side by
    /// side, and others stay in planes, if the reader can take that.
    pub(super) fn as_blocks(
        &mut self,
        value: ValueId,
        few: bool,
        instance: Option<usize>,
    ) -> ValueId {
        let channels = self.graph.shape(value).channels();
        match (self.blocks[value], self.few[value]) {
            (Some(v), _) => v,
            (None, Some(v)) if few => v,
            _ if few && channels <= FEW => self.reorder(value, channels, instance),
            _ => self.reorder(value, BLOCK, instance),
        }
    }

    /// The value in planes with a halo, with a conversion if it is not there yet.
    pub(super) fn as_planes_with_halo(
        &mut self,
        value: ValueId,
        instance: Option<usize>,
    ) -> ValueId {
        let one = |v: &ValueId| matches!(self.graph.values[*v].form, Form::Blocks { block: 1, .. });
        self.few[value].filter(one).unwrap_or_else(|| self.reorder(value, 1, instance))
    }

    /// The value in blocks of this many channels.
    fn reorder(&mut self, value: ValueId, block: usize, instance: Option<usize>) -> ValueId {
        let from = self.as_planes(value, instance);
        let shape = self.graph.shape(value);
        let to = self.value(shape, Some(block));
        if block == BLOCK {
            self.blocks[value] = Some(to);
        } else {
            self.few[value] = Some(to);
        }
        let call = call(Layout::Blocked, "to blocks", Kernel::ToBlocks(shape));
        let node = Node::between(Work::ToBlocks, instance, vec![from], to);
        self.nodes.push(Node { call, ..node });
        to
    }

    /// The step before a convolution, in the form that its input has.
    pub(super) fn border(&mut self, node: Node) {
        let Work::Border { pad, border } = node.work else { return };
        let (value, to) = (node.inputs[0], node.output);
        let kernel = Kernel::Pad { shape: self.graph.shape(value), pad, border };
        let (from, layout) = match self.blocks[value] {
            Some(from) => {
                self.made(to, Some(BLOCK));
                (from, Layout::Blocked)
            }
            None => {
                self.made(to, None);
                let layout = match self.graph.layout {
                    Layout::Interleaved => Layout::Interleaved,
                    Layout::Nchw | Layout::Blocked => Layout::Nchw,
                };
                (self.as_planes(value, node.instance), layout)
            }
        };
        let call = call(layout, "copy", kernel);
        self.nodes.push(Node { inputs: vec![from], call, ..node });
    }
}
