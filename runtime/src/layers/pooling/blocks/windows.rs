//! What the pools share: a row of windows, each gathered into registers.
//!
//! Schedule. Windows that lie wholly inside the image are taken four at a time, so that the
//! comparisons or sums of one need not wait for each other; those at the edges one by one.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec;
use crate::kernel::band::{Band, Rows};
use crate::kernel::{Forward, Pass};
use crate::kernels::rows::d_halo;
use crate::kernels::rows::write_rows;
use crate::layers::pooling::geometry::{PoolGeometry, Term};
use crate::layout::{BLOCK, Frame, Grid};
use crate::simd::{Job, Simd};
use crate::view::View;
use core::ops::Range;

/// The forms of a pool's input and output and of their gradients.
pub(crate) const fn grids(g: &PoolGeometry, frame: &Frame) -> [Grid; 4] {
    let input = [g.channels, g.input[0], g.input[1]];
    let output = [g.channels, g.output[0], g.output[1]];
    [
        frame.input(0, input),
        frame.output(output),
        Grid::new(input, d_halo(frame, 0)),
        Grid::new(output, frame.d_output),
    ]
}

/// How a chain of layers cuts a pool into bands. Its input has no halo, and no activation joins it.
pub(crate) const fn rows(g: &PoolGeometry, x: Grid, y: Grid) -> Rows {
    assert!(x.halo == 0 && !g.adaptive);
    let reach = (g.kernel[0] - 1) * g.dilation[0] + 1;
    let work = g.output[0] * g.output[1] * g.channels * g.kernel[0] * g.kernel[1];
    Rows::of(x, y, [g.pad[0], g.stride[0], reach], work)
}

/// A row of a pool: `row(block, its form, the block's first row, number of the row, results)`.
pub(crate) type RowOfBand<'f> = &'f dyn Fn(&[f32], &Grid, usize, usize, &mut [f32]);

/// Computes a band of a pool row by row.
pub(crate) fn band(t: Band<'_>, row: RowOfBand<'_>) {
    let Band { x, x_grid, before, rows, mut y, .. } = t;
    for block in y.blocks.clone() {
        let x = &x[block * x_grid.plane()..][..x_grid.plane()];
        for (local, i) in rows.clone().enumerate() {
            row(x, &x_grid, before, i, y.row(0, block, local));
        }
    }
}

/// A row of windows of a block: `row(block, number of the row, results, what else is saved)`.
pub(crate) type RowOf<'f> = &'f (dyn Fn(&[f32], usize, &mut [f32], &mut [f32]) + Sync);

/// The forward pass of a pool that saves a number for each result where there is room for it, in a
/// tensor of the output's shape without a halo. The forms are those of the input and the output.
pub(crate) fn forward_saving<A: Activation>(
    cx: &Pass<'_>,
    t: Forward<'_>,
    [x, y]: [&Grid; 2],
    activation: A,
    row: RowOf<'_>,
) {
    let plane = |image: usize, block: usize| {
        &t.inputs[0][image * x.step + block * x.plane()..][..x.plane()]
    };
    if choice!("a pool without places", t.saved.is_empty()) {
        return write_rows(cx.exec, t.output, *y, &|[image, block, i], out| {
            row(plane(image, block), i, out, &mut []);
            activation.apply(out);
        });
    }
    let blocks = y.blocks();
    let one = Grid::new([BLOCK, y.height, y.width], y.halo);
    let pitch = y.width * BLOCK;
    let tensors = [(t.output, one.len()), (t.saved, y.height * pitch)];
    exec::split(cx.exec, cx.images * blocks, tensors, &|i, [out, saved]| {
        let x = plane(i / blocks, i % blocks);
        let mut out = View::new(out, one);
        out.clear_halo();
        for (i, saved) in saved.chunks_exact_mut(pitch).enumerate() {
            let out = out.row(0, 0, i);
            row(x, i, out, saved);
            activation.apply(out);
        }
    });
}

/// What becomes of a window.
pub(crate) trait Gather: Copy {
    /// What is kept of the elements seen.
    type Kept<S: Simd>: Copy;
    /// Before the first element, which has number `first` in the window.
    fn start<S: Simd>(self, s: S, first: usize) -> Self::Kept<S>;
    /// With element number `k`.
    fn take<S: Simd>(self, s: S, kept: Self::Kept<S>, x: S::V, k: usize) -> Self::Kept<S>;
    /// The results of the window in column `j`, and what else is to be saved of it.
    fn finish<S: Simd>(self, s: S, kept: Self::Kept<S>, j: usize) -> [S::V; 2];
    /// Whether a sum is kept. Where windows have many elements, it is then that of runs of them.
    const SUMS: bool = false;
    /// What is kept of the window in column `j` of a row, if it is a sum.
    fn sum<S: Simd>(self, s: S, row: &Row<'_, Self>, j: usize) -> Option<Self::Kept<S>> {
        let _ = (s, row, j);
        None
    }
}

/// A row of windows of a block.
pub(crate) struct Row<'a, G> {
    pub(crate) gather: G,
    pub(crate) g: &'a PoolGeometry,
    /// The block, from row `top` of the image on.
    pub(crate) x: &'a [f32],
    pub(crate) grid: &'a Grid,
    pub(crate) top: usize,
    pub(crate) i: usize,
    pub(crate) y: &'a mut [f32],
    /// As long as `y`, or empty.
    pub(crate) saved: &'a mut [f32],
}

/// Windows taken at a time.
const TILE: usize = 4;

impl<G: Gather> Job for Row<'_, G> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) {
        if G::SUMS && self.g.long() {
            for j in 0..self.g.output[1] {
                if let Some(kept) = self.gather.sum(s, &self, j) {
                    self.keep(s, kept, j);
                }
            }
            return;
        }
        let (rows, whole) = (self.g.taps(0, self.i), self.g.whole(1));
        for j in (0..whole.start).chain(whole.end..self.g.output[1]) {
            self.windows::<S, 1, 0>(s, j, &rows, self.g.taps(1, j));
        }
        let all = 0..self.g.kernel[1];
        let tiled = whole.len() >= TILE;
        choice!("windows at once", self.g.stride[1], {
            1 if tiled => {
                for j in whole.clone().step_by(TILE) {
                    self.windows::<S, TILE, BLOCK>(s, j.min(whole.end - TILE), &rows, all.clone());
                }
            },
            2 if tiled => {
                for j in whole.clone().step_by(TILE) {
                    self.windows::<S, TILE, { 2 * BLOCK }>(
                        s,
                        j.min(whole.end - TILE),
                        &rows,
                        all.clone(),
                    );
                }
            },
            _ => {
                for j in whole {
                    self.windows::<S, 1, 0>(s, j, &rows, all.clone());
                }
            },
        });
    }
}

impl<G: Gather> Row<'_, G> {
    /// `C` windows from column `j` on, `STEP` floats apart and of the same form.
    #[inline(always)]
    fn windows<S: Simd, const C: usize, const STEP: usize>(
        &mut self,
        s: S,
        j: usize,
        rows: &Range<usize>,
        columns: Range<usize>,
    ) {
        let (g, grid) = (self.g, self.grid);
        let first = rows.start * g.kernel[1] + columns.start;
        let mut kept = [self.gather.start(s, first); C];
        let (top, left) = (g.start(0, self.i), g.start(1, j));
        for a in rows.clone() {
            let row = grid.pixel(top + a * g.dilation[0] - g.pad[0] - self.top, 0);
            for b in columns.clone() {
                let column = left + b * g.dilation[1] - g.pad[2];
                let x = &self.x[row + column * BLOCK..][..(C - 1) * STEP + BLOCK];
                for c in 0..C {
                    let k = a * g.kernel[1] + b;
                    kept[c] = self.gather.take(s, kept[c], s.load(&x[c * STEP..]), k);
                }
            }
        }
        for c in 0..C {
            self.keep(s, kept[c], j + c);
        }
    }

    /// Writes what comes of the window in column `j`.
    #[inline(always)]
    fn keep<S: Simd>(&mut self, s: S, kept: G::Kept<S>, j: usize) {
        let [y, saved] = self.gather.finish(s, kept, j);
        s.store(y, &mut self.y[j * BLOCK..]);
        if !self.saved.is_empty() {
            s.store_bits(saved, &mut self.saved[j * BLOCK..]);
        }
    }

    /// The sum of what the elements of the window in column `j` are worth.
    #[inline(always)]
    pub(crate) fn total<S: Simd, T: Term>(&self, s: S, term: T, j: usize) -> S::V {
        let place = [self.grid.pixel(0, 0), self.grid.pitch(), self.top];
        self.g.sum(s, term, self.x, place, [self.i, j])
    }
}
