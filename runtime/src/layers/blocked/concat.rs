//! The channels of all inputs one after the other, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = x₀ ‖ x₁ ‖ …
//! backward:  dx₀ ‖ dx₁ ‖ … = dy
//! ```
//! Where an input starts at a whole block, its rows are copied as they are; elsewhere the lanes of
//! each pixel are shifted.

use super::{d_halo, write_rows};
use crate::activation::Activation;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::layout::{Blocked, Frame, Grid, LANES};

/// The channels of all inputs one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Concat {
    channels: &'static [usize],
    size: [usize; 2],
    frame: Frame,
}

impl Concat {
    /// The layer over inputs of so many channels, all of `size`.
    pub const fn new(channels: &'static [usize], size: [usize; 2], frame: Frame) -> Self {
        Self { channels, size, frame }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }

    fn dims(&self, channels: usize) -> [usize; 3] {
        [channels, self.size[0], self.size[1]]
    }

    fn all_channels(&self) -> usize {
        self.channels.iter().sum()
    }
}

impl Kernel<Blocked> for Concat {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = self.frame.output(self.dims(self.all_channels()));
        write_rows(cx.exec, t.output, grid, &|[image, block, row], y| {
            let here = block * LANES..(block + 1) * LANES;
            let mut first = 0;
            for (i, (x, &channels)) in t.inputs.iter().zip(self.channels).enumerate() {
                let (start, end) = (first.max(here.start), (first + channels).min(here.end));
                if start < end {
                    let grid = self.frame.input(i, self.dims(channels));
                    let x = Channels { x, grid, image, row };
                    x.copy(start - first, end - start, start - here.start, y);
                }
                first += channels;
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let dy = &*t.d_output;
        let dy_grid = Grid::new(self.dims(self.all_channels()), self.frame.d_output);
        let mut first = 0;
        for (i, (dx, &channels)) in t.d_inputs.iter_mut().zip(self.channels).enumerate() {
            if !dx.is_empty() {
                let grid = Grid::new(self.dims(channels), d_halo(&self.frame, i));
                write_rows(cx.exec, dx, grid, &|[image, block, row], dx| {
                    let count = LANES.min(channels - block * LANES);
                    let dy = Channels { x: dy, grid: dy_grid, image, row };
                    dy.copy(first + block * LANES, count, 0, dx);
                });
            }
            first += channels;
        }
    }
}

/// A row of an image with all its channels.
struct Channels<'a> {
    x: &'a [f32],
    grid: Grid,
    image: usize,
    row: usize,
}

impl Channels<'_> {
    /// Copies `count` channels from `first` on to the lanes from `lane` on of a row.
    fn copy(&self, mut first: usize, mut count: usize, mut lane: usize, y: &mut [f32]) {
        while count > 0 {
            let (block, from) = (first / LANES, first % LANES);
            let n = count.min(LANES - from);
            let x = self.grid.row(self.x, [self.image, block, self.row]);
            if n == LANES {
                y.copy_from_slice(x);
            } else {
                let pixels = x.as_chunks::<LANES>().0.iter().zip(y.as_chunks_mut::<LANES>().0);
                pixels.for_each(|(x, y)| y[lane..lane + n].copy_from_slice(&x[from..from + n]));
            }
            (first, count, lane) = (first + n, count - n, lane + n);
        }
    }
}
