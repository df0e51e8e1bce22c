//! Activations, each a row: `f`, `f'`, and whether `f'` reads the input or the output.

/// An elementwise function and its derivative.
pub trait Activation: Copy + Send + Sync + 'static {
    /// Whether the derivative is a function of the input (else of the output).
    const READS_INPUT: bool;
    /// Replaces every `x` by `f(x)`.
    fn apply(self, x: &mut [f32]);
    /// Multiplies every `d` by `f'` at the kept input or output.
    fn derivative(self, kept: &[f32], d: &mut [f32]);
}
