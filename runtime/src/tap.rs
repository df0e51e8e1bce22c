//! Watching the value of a label, and its gradient, as they are computed.

/// Sees every labelled value of a pass and its gradient.
pub trait Tap {
    /// Whether anybody watches; emitted code leaves out the unfused path where not.
    const ACTIVE: bool;
    /// The value of label number `label` of `Network::LABELS`, `lanes` images interleaved.
    fn value(&mut self, label: usize, lanes: usize, data: &[f32]);
    /// The gradient with respect to it.
    fn gradient(&mut self, label: usize, lanes: usize, data: &[f32]);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTap;

impl Tap for NoTap {
    const ACTIVE: bool = false;
    fn value(&mut self, _: usize, _: usize, _: &[f32]) {}
    fn gradient(&mut self, _: usize, _: usize, _: &[f32]) {}
}
