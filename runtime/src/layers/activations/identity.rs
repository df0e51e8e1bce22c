//! Nothing but an activation: `y = activation(x)`.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;

/// An activation standing alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

impl Identity {
    /// The layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<L: Layout> Kernel<L> for Identity {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = t.output.len() / cx.groups::<L>();
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            activation.apply(y);
        });
    }
}
