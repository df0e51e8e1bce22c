//! Watching the value of a label, and its gradient, as they are computed.

use crate::layout::Order;

/// Sees every labeled value of a pass and its gradient.
pub trait Observer {
    /// Whether anybody watches; if not, passes may take a layer and its activation as one.
    fn active(&self) -> bool;
    /// The value of label number `label` of `Network::LABELS`.
    fn value(&mut self, label: usize, order: Order, data: &[f32]);
    /// The gradient with respect to it, which may be replaced.
    fn gradient(&mut self, label: usize, order: Order, data: &mut [f32]);
}
