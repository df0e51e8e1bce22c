//! Whole channels, or whole images, zeroed at random in training, in blocks of sixteen channels. The
//! formulas and the random numbers are those of [`crate::layers::dropout::dropout2d`].
//!
//! Schedule. The factors of all channels are drawn first, into scratch; then the pixels of a block
//! are multiplied by one vector of them.

use super::dropout2d;
use crate::activation::{Activation, NoActivation};
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::rows::apply_rows;
use crate::kernels::rows::d_halo;
use crate::layers::activations::blocks::Identity;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::simd_fn;
use crate::view::View;

/// Zeroes runs of channels at random while training.
#[derive(Clone, Copy, Debug)]
pub struct Dropout2d {
    pub(super) mask: dropout2d::Dropout2d,
    pub(super) runs: usize,
    pub(super) copy: Identity,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl Dropout2d {
    /// `runs` runs in images of `dims`; `layer` tells the layer's random numbers from those of the
    /// others.
    pub const fn new(
        dims @ [channels, ..]: [usize; 3],
        runs: usize,
        p: f32,
        layer: u64,
        frame: Frame,
    ) -> Self {
        assert!(runs == 1 || runs == channels);
        Self {
            mask: dropout2d::Dropout2d::new(runs, p, layer),
            runs,
            copy: Identity::new(dims, frame),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
        }
    }

    /// Scratch of the forward pass: a factor for each channel.
    pub const fn room(&self) -> Room {
        Room::images(self.y.blocks() * BLOCK)
    }

    /// Scratch of the backward pass: the same.
    pub const fn room_backward(&self) -> Room {
        self.room()
    }

    /// Multiplies a tensor by the mask.
    pub(super) fn apply(&self, cx: &Pass<'_>, t: &mut [f32], grid: Grid, scratch: &mut [f32]) {
        if self.mask.rests(cx) {
            return;
        }
        let len = grid.blocks() * BLOCK;
        let scratch = &mut scratch[..len * cx.images];
        exec::split(cx.exec, cx.images, [(&mut *scratch, len)], &|image, [factors]| {
            if self.runs == 1 {
                return factors.fill(self.mask.factors(cx, image).next().unwrap_or(1.0));
            }
            factors.iter_mut().zip(self.mask.factors(cx, image)).for_each(|(to, f)| *to = f);
        });
        let factors = scratch.as_chunks::<BLOCK>().0;
        View::new(t, grid).pieces(cx.exec, factors.len(), 1, &|mut view| {
            for [image, block, row] in view.places() {
                multiply(&factors[image * grid.blocks() + block], view.row(image, block, row));
            }
        });
    }
}

impl Kernel<Blocked> for Dropout2d {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        if !t.inputs.is_empty() {
            let copied = Forward {
                params: &[],
                state: &mut [],
                inputs: t.inputs,
                output: &mut *t.output,
                saved: &mut [],
                stats: &mut [],
                scratch: &mut [],
            };
            self.copy.forward(NoActivation, cx, copied);
        }
        self.apply(cx, t.output, self.y, t.scratch);
        apply_rows(cx, activation, t.output, self.y);
    }
}

simd_fn! {
    fn multiply<S>(s, factors: &[f32; BLOCK], y: &mut [f32]) {
        let factors = s.load(factors);
        for y in y.as_chunks_mut::<BLOCK>().0 {
            s.store(s.mul(s.load(y), factors), y);
        }
    }
}
