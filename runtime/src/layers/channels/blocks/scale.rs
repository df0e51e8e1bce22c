//! Each channel times a learned weight, and perhaps plus a learned bias, in blocks of sixteen
//! channels. The formulas are those of [`crate::layers::channels::scale`].

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::affine::{map_lines, of_block};
use crate::kernels::finish::finished;
use crate::kernels::rows::d_halo;
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// Each channel times a weight, plus a bias if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl Scale {
    /// The layer over images of `dims`.
    pub const fn new(dims: [usize; 3], frame: Frame) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
        }
    }
}

pub(super) const ZEROS: [f32; BLOCK] = [0.0; BLOCK];

impl Kernel<Blocked> for Scale {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (weight, bias) = (t.params[0], t.params.get(1));
        let line = |[_, block]: [usize; 2]| {
            [ZEROS, of_block(weight, block), bias.map_or(ZEROS, |b| of_block(b, block))]
        };
        let x = Some((t.inputs[0], self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }
}
