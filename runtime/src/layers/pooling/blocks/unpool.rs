//! Max-unpooling, in blocks of sixteen channels.
//!
//! ```text
//! for rows of y (threads):    y = 0;  for the windows that see the row, in order: y[place] = x
//! for blocks (threads):       dx = dy[place], taken out of dy; the last window first
//! ```
//! As in [`crate::layers::pooling::unpool`], the last of several windows with the same maximum counts.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::pooling::geometry::{PoolGeometry, check_places};
use crate::layers::pooling::unpool::found;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::simd_fn;

/// What a maximum pool took, back in its place.
#[derive(Clone, Copy, Debug)]
pub struct Unpool {
    pub(super) g: PoolGeometry,
    pub(super) x: Grid,
    pub(super) places: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl Unpool {
    /// The reverse of a pool: its output is this layer's input.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        check_places(&g);
        let large = [g.channels, g.input[0], g.input[1]];
        let small = [g.channels, g.output[0], g.output[1]];
        Self {
            g,
            x: frame.input(0, small),
            places: frame.input(1, small),
            y: frame.output(large),
            dx: Grid::new(small, d_halo(&frame, 0)),
            dy: Grid::new(large, frame.d_output),
        }
    }
}

impl Kernel<Blocked> for Unpool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, x, places) = (&self.g, t.inputs[0], t.inputs[1]);
        write_rows(cx.exec, t.output, self.y, &|[image, block, row], y| {
            y.fill(0.0);
            g.seeing(0, row, |i, a| {
                let at = [image, block, i];
                put_back(g, a, self.x.row(x, at), self.places.row(places, at), y);
            });
            activation.apply(y);
        });
    }
}

simd_fn! {
    /// What row `a` of a row of windows puts into a row of the output.
    fn put_back<S>(s, g: &PoolGeometry, a: usize, x: &[f32], places: &[f32], y: &mut [f32]) {
        let whole = g.whole(1);
        let windows = x.chunks_exact(BLOCK).zip(places.chunks_exact(BLOCK)).enumerate();
        for (j, (x, place)) in windows {
            let (x, place, left) = (s.load(x), s.load(place), g.start(1, j));
            let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            for b in columns {
                let y = &mut y[(left + b * g.dilation[1] - g.pad[2]) * BLOCK..];
                let here = found(s, place, a * g.kernel[1] + b);
                s.store(s.select(here, x, s.load(y)), y);
            }
        }
    }
}
