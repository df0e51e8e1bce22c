//! Each channel times a learned weight, and perhaps plus a learned bias, in blocks of sixteen
//! channels. The formulas are those of [`crate::layers::channels::scale`].

use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::affine::{lanes, map_lines};
use crate::kernels::finish::Finish;
use crate::kernels::finish::finished;
use crate::kernels::pixel_sums::{bias_sums, channel_sums, sum_centered};
use crate::kernels::rows::d_halo;
use crate::layout::{Blocked, Frame, Grid, LANES};

/// Each channel times a weight, plus a bias if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
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

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

const ZEROS: [f32; LANES] = [0.0; LANES];

impl Kernel<Blocked> for Scale {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (weight, bias) = (t.params[0], t.params.get(1));
        let line = |[_, block]: [usize; 2]| {
            [ZEROS, lanes(weight, block), bias.map_or(ZEROS, |b| lanes(b, block))]
        };
        let x = Some((t.inputs[0], self.x));
        finished(activation, |finish| map_lines(cx, x, t.output, self.y, finish, &line));
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x, dy, weight) = (t.inputs[0], &*t.d_output, t.params[0]);
        let [d_weight, d_bias @ ..] = t.d_params else { unreachable!("scale has a weight") };
        channel_sums(cx, t.partials, d_weight, &|image, block| {
            [sum_centered((x, self.x), (dy, self.dy), [ZEROS; 2], [image, block])]
        });
        if let [d_bias] = d_bias {
            bias_sums(cx, dy, self.dy, t.partials, d_bias);
        }
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let line = |[_, block]: [usize; 2]| [ZEROS, lanes(weight, block), ZEROS];
        map_lines(cx, Some((dy, self.dy)), d_input, self.dx, Finish::NONE, &line);
    }
}
