//! The channels of all inputs one after the other, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = x₀ ‖ x₁ ‖ …
//! backward:  dx₀ ‖ dx₁ ‖ … = dy
//! ```
//! Where an input starts at a whole block, its rows are copied as they are; elsewhere the lanes of
//! each pixel are gathered.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::gather::{Source, row};
use crate::kernels::rows::write_rows;
use crate::layout::{Blocked, Frame, Grid};

/// The channels of all inputs one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    pub(super) channels: &'static [usize],
    pub(super) size: [usize; 2],
    pub(super) frame: Frame,
}

impl Concat {
    /// The layer over inputs of these numbers of channels, all of `size`.
    pub const fn new(channels: &'static [usize], size: [usize; 2], frame: Frame) -> Self {
        Self { channels, size, frame }
    }

    pub(super) fn dims(&self, channels: usize) -> [usize; 3] {
        [channels, self.size[0], self.size[1]]
    }

    pub(crate) const fn all_channels(&self) -> usize {
        let (mut sum, mut i) = (0, 0);
        while i < self.channels.len() {
            sum += self.channels[i];
            i += 1;
        }
        sum
    }

    /// The input that channel `c` of the output comes from, its form, and the channel's number there.
    fn source<'a>(&self, inputs: &[&'a [f32]], mut c: usize) -> (&'a [f32], Grid, usize) {
        let mut i = 0;
        while c >= self.channels[i] {
            c -= self.channels[i];
            i += 1;
        }
        (inputs[i], self.frame.input(i, self.dims(self.channels[i])), c)
    }

    /// Writes an output of which channel `c` is channel `from(c)` of all inputs.
    pub(crate) fn gather<A: Activation>(
        &self,
        activation: A,
        cx: &Pass<'_>,
        t: Forward<'_>,
        channels: usize,
        from: &(dyn Fn(usize) -> usize + Sync),
    ) {
        let grid = self.frame.output(self.dims(channels));
        let bare = grid.halo == 0 && self.frame.inputs.iter().all(|&halo| halo == 0);
        let source = |c| {
            let (x, x_grid, c) = self.source(t.inputs, from(c));
            (Source { x, grid: if bare { x_grid.long() } else { x_grid } }, c)
        };
        let grid = if bare { grid.long() } else { grid };
        write_rows(cx.exec, t.output, grid, &|place, y| {
            row(place, channels, |c| Some(source(c)), y);
            activation.apply(y);
        });
    }
}

impl Kernel<Blocked> for Concat {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        self.gather(activation, cx, t, self.all_channels(), &|c| c);
    }
}
