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
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layout::{Interleaved, Nchw};

/// Transposed convolution of N×C×H×W images as a matrix product.
#[derive(Clone, Copy, Debug)]
pub struct GemmDeconv {
    pub(super) g: Geometry,
    pub(super) conv: gemm::GemmConv,
}

impl GemmDeconv {
    /// The layer of [`Geometry::transposed`].
    pub const fn new(g: Geometry) -> Self {
        Self { g, conv: gemm::GemmConv::new(g) }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        self.conv.room_backward()
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        let (forward, backward) = (self.conv.room(), self.conv.room_backward());
        if forward.image > backward.image { forward } else { backward }
    }
}

impl Kernel<Nchw> for GemmDeconv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let params = (t.params[0], t.params.get(1).copied());
        let finish = &|y: &mut [f32]| activation.apply(y);
        gemm::spread(&self.conv, cx, t.inputs[0], params, finish, t.output, t.scratch);
    }
}

/// Transposed convolution of interleaved images.
#[derive(Clone, Copy, Debug)]
pub struct DirectDeconv {
    pub(super) g: Geometry,
    pub(super) convolve: Convolve,
}

impl DirectDeconv {
    /// The layer of [`Geometry::transposed`].
    pub const fn new(g: Geometry) -> Self {
        Self { g, convolve: convolve(g.stride[1]) }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::images(self.g.shared() + self.g.padded_output())
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.g.padded_input())
    }
}

impl Kernel<Interleaved> for DirectDeconv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (turned, scratch) =
            t.scratch.split_at_mut(self.g.shared() * cx.padded::<Interleaved>());
        turn_weights(&self.g, t.params[0], turned);
        let params = (&*turned, t.params.get(1).copied());
        let finish = &|row: &mut [f32]| activation.apply(row);
        direct::spread(&self.g, cx, t.inputs[0], params, finish, t.output, scratch);
    }
}
