//! Mean over all positions of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y[c] = Σ x[c][position] / positions
//! backward:  dx[c][position] = dy[c] / positions
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::pixel_sums::sum_block;
use crate::kernels::rows::d_halo;
use crate::layout::{Blocked, Frame, Grid};
use crate::view::View;

/// Mean over all positions of each channel.
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl GlobalAvgPool {
    /// The pool of images of `dims`.
    pub const fn new(dims @ [channels, ..]: [usize; 3], frame: Frame) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output([channels, 1, 1]),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new([channels, 1, 1], frame.d_output),
        }
    }

    pub(super) fn scale(&self) -> f32 {
        1.0 / (self.x.height * self.x.width) as f32
    }
}

impl Kernel<Blocked> for GlobalAvgPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let pieces = t.inputs[0].len() / exec::GRAIN;
        View::new(t.output, self.y).pieces(cx.exec, pieces, 1, &|mut view| {
            view.clear_halo();
            for [image, block, _] in view.places() {
                let sums = sum_block(t.inputs[0], self.x, image, block);
                let y = view.row(image, block, 0);
                y.copy_from_slice(&sums.map(|sum| sum * self.scale()));
                activation.apply(y);
            }
        });
    }
}
