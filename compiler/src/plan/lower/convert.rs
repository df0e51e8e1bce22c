//! The forms that values are wanted in, and the steps between.

use super::super::form::{BLOCK, Form, dims};
use super::super::{KernelCall, Layout};
use super::{Call, FEW, Lowering, Work};
use crate::layers::Before;
use crate::net::ValueId;
use crate::shape::Shape;

impl KernelCall {
    /// One that changes how a value lies in memory.
    fn conversion(algorithm: &'static str, ty: &str, shape: Shape) -> Self {
        let (ty, args) = (ty.into(), format!("{:?}", dims(shape)).into());
        let layout = Layout::Blocked;
        Self { layout, algorithm, ty, args, scratch: false, own: None }
    }
}

impl Lowering<'_> {
    /// The value as planes, with a conversion if there is none yet.
    pub(super) fn as_planes(&mut self, value: ValueId, instance: Option<usize>) -> ValueId {
        if let Some(v) = self.planes[value] {
            return v;
        }
        let from = self.blocks[value].or(self.few[value]);
        let from = from.expect("a value is made before it is read");
        let shape = self.values[value].shape;
        let to = self.value(shape, None);
        self.framed.push((self.nodes.len(), true));
        let kernel = KernelCall::conversion("to planes", "blocked::Flatten", shape);
        self.push(instance, Work::Kernel(Box::new(Call::plain(kernel))), vec![from], to);
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
        let channels = self.values[value].shape.channels();
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
        let one = |v: &ValueId| matches!(self.values[*v].form, Form::Blocks { lanes: 1, .. });
        self.few[value].filter(one).unwrap_or_else(|| self.reorder(value, 1, instance))
    }

    /// The value in blocks of so many channels.
    fn reorder(&mut self, value: ValueId, lanes: usize, instance: Option<usize>) -> ValueId {
        let from = self.as_planes(value, instance);
        let shape = self.values[value].shape;
        let to = self.value(shape, Some(lanes));
        if lanes == BLOCK {
            self.blocks[value] = Some(to);
        } else {
            self.few[value] = Some(to);
        }
        self.framed.push((self.nodes.len(), false));
        let kernel = KernelCall::conversion("to blocks", "blocked::Reorder", shape);
        self.push(instance, Work::Kernel(Box::new(Call::plain(kernel))), vec![from], to);
        to
    }

    /// The step before a layer's kernel, in the form that its input has.
    pub(super) fn before(
        &mut self,
        value: ValueId,
        before: &Before,
        instance: Option<usize>,
    ) -> ValueId {
        let to = self.value(before.output, None);
        for forms in [&mut self.planes, &mut self.blocks, &mut self.few] {
            forms.resize(to + 1, None);
        }
        let (from, call) = match self.blocks[value] {
            Some(from) => {
                self.settle(to, Some(BLOCK));
                self.framed.push((self.nodes.len(), false));
                (from, Call::plain(KernelCall::new(Layout::Blocked, &before.blocked)))
            }
            None => {
                self.settle(to, None);
                let layout =
                    if self.layout == Layout::Lanes { Layout::Lanes } else { Layout::Nchw };
                let kernel = KernelCall::new(layout, &before.code);
                (self.as_planes(value, instance), Call::plain(kernel))
            }
        };
        self.push(instance, Work::Kernel(Box::new(call)), vec![from], to);
        to
    }
}
