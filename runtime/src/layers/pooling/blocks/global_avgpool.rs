//! Mean over all positions of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y[c] = Σ x[c][position] / positions
//! backward:  dx[c][position] = dy[c] / positions
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::pixel_sums::sum_block;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::view::View;

/// Mean over all positions of each channel.
#[derive(Clone, Copy, Debug)]
pub struct GlobalAvgPool {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
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

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }

    fn scale(&self) -> f32 {
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

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        write_rows(cx.exec, d_input, self.dx, &|[image, block, _], dx| {
            let mut d = [0.0; LANES];
            d.copy_from_slice(self.dy.row(dy, [image, block, 0]));
            let d = d.map(|d| d * self.scale());
            dx.as_chunks_mut::<LANES>().0.fill(d);
        });
    }
}
