//! Transposed convolution: every pixel of the input adds its multiple of the kernel to the output.
//!
//! ```text
//! y[f][i·S + a·D - pad][j·S + b·D - pad] += w[c][f][a][b] · x[c][i][j],  starting from bias[f]
//! ```
//! It is the gradient of a convolution that goes from the output to the input, so its kernels are that
//! convolution's, the other way round. Parameters: `weight` (channels × filters/groups × kernel height ×
//! kernel width), as that convolution's, and `bias`.

use super::conv::Geometry;
use super::direct::tiles::{Convolve, convolve};
use super::direct::{self, turn_weights};
use super::gemm;
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::kernels::images::bias_gradient;
use crate::layout::{LANES, Lanes, Nchw};

/// Transposed convolution of N×C×H×W images as a matrix product.
#[derive(Clone, Copy, Debug)]
pub struct Gemm {
    g: Geometry,
    conv: gemm::Gemm,
}

impl Gemm {
    /// The layer of [`Geometry::transposed`].
    pub const fn new(g: Geometry) -> Self {
        Self { g, conv: gemm::Gemm::new(g) }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        self.conv.scratch_backward()
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        let (forward, backward) = (self.conv.scratch(), self.conv.scratch_backward());
        if forward > backward { forward } else { backward }
    }
}

impl Kernel<Nchw> for Gemm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let params = (t.params[0], t.params.get(1).copied());
        let finish = &|y: &mut [f32]| activation.apply(y);
        gemm::spread(&self.conv, cx, t.inputs[0], params, finish, t.output, t.scratch);
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy) = (t.inputs[0], &*t.d_output);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            gemm::weight_gradient(&self.conv, cx, [dy, x], t.partials, t.scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_gradient::<1>(cx, self.g.height * self.g.width, dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            gemm::forward(&self.conv, cx, dy, (t.params[0], None), &|_| (), d_input, t.scratch);
        }
    }
}

/// Transposed convolution of interleaved images.
#[derive(Clone, Copy, Debug)]
pub struct Direct {
    g: Geometry,
    convolve: Convolve,
}

impl Direct {
    /// The layer of [`Geometry::transposed`].
    pub const fn new(g: Geometry) -> Self {
        Self { g, convolve: convolve(g.stride[1]) }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        self.g.shared() + self.g.padded_output()
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        self.g.padded_input()
    }
}

impl Kernel<Lanes> for Direct {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (turned, scratch) = t.scratch.split_at_mut(self.g.shared() * cx.padded::<Lanes>());
        turn_weights(&self.g, t.params[0], turned);
        let params = (&*turned, t.params.get(1).copied());
        let finish = &|row: &mut [f32]| activation.apply(row);
        direct::spread(&self.g, cx, t.inputs[0], params, finish, t.output, scratch);
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (g, x, dy) = (&self.g, t.inputs[0], &*t.d_output);
        let mut d_params = t.d_params.iter_mut();
        if let Some(d_weight) = d_params.next() {
            let scratch = &mut t.scratch[..g.padded_input() * cx.padded::<Lanes>()];
            direct::weight_gradient(g, cx, [dy, x], t.partials, scratch, d_weight);
        }
        if let Some(d_bias) = d_params.next() {
            bias_gradient::<LANES>(cx, g.height * g.width, dy, t.partials, d_bias);
        }
        if let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) {
            let (params, finish) = ((t.params[0], None), &|_: &mut [f32]| ());
            direct::forward(g, self.convolve, cx, dy, params, finish, d_input, t.scratch);
        }
    }
}
