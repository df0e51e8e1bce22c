//! A convolution in inference and the pool after it, in blocks of sixteen channels.
//!
//! ```text
//! for pieces of the pool's output (threads: images, blocks of filters, rows), for images:
//!     for bands of rows of the convolution:
//!         band = activation(convolution), after the rows that the last band left over
//!         y = pool(band), as far as its windows are whole
//! ```
//! Schedule. A band is as many rows as stay in the second cache until they are pooled, so that the
//! convolution's output never goes to memory. Bands start at whole tiles of Winograd's, also those of
//! a piece that starts between: a row has the same bits wherever the pieces were cut.

use super::packed::Packed;
use super::winograd;
use crate::activation::Activation;
use crate::choice::choice;
use crate::exec::{self, Exec, Serial};
use crate::kernel::{Forward, Kernel, PackParams, Pass, Room};
use crate::kernels::finish::Finish;
use crate::kernels::finish::finished;
use crate::layers::convolution::conv::Geometry;
use crate::layers::pooling::avgpool::AvgPool;
use crate::layers::pooling::blocks::{avgpool, maxpool};
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::view::{Cut, View};

/// A pool, for the convolution that computes it.
#[derive(Clone, Copy, Debug)]
pub enum FusedPool {
    /// The largest element of each window.
    Max(PoolGeometry),
    /// The mean of each window.
    Mean(AvgPool),
}

impl FusedPool {
    const fn geometry(&self) -> &PoolGeometry {
        match self {
            Self::Max(g) => g,
            Self::Mean(pool) => &pool.geometry,
        }
    }

    /// Row `i` of the pool of a block, of which `x` has the rows from `top` on.
    fn row(&self, x: &[f32], grid: &Grid, top: usize, i: usize, y: &mut [f32]) {
        match self {
            Self::Max(g) => maxpool::row(g, x, grid, top, i, y),
            Self::Mean(pool) => avgpool::row(pool, x, grid, top, i, y),
        }
    }
}

/// Floats of the bands that a thread works on, where a tile's rows are no more.
const BAND: usize = 64 * 1024;

/// Computes a band of an image from this block and row of the convolution on, with scratch.
type Convolve<'a> = &'a dyn Fn(usize, [usize; 2], View<'_>, &mut [f32]);

/// A packed convolution, an activation, and a pool.
#[derive(Clone, Copy, Debug)]
pub struct Pooled<const WINOGRAD: bool> {
    packed: Packed<WINOGRAD>,
    pool: FusedPool,
    y: Grid,
}

/// A convolution whose taps meet the pixels one by one, and a pool.
pub type PooledDirect = Pooled<false>;
/// A convolution by Winograd's algorithm, and a pool.
pub type PooledTiles = Pooled<true>;

impl<const WINOGRAD: bool> Pooled<WINOGRAD> {
    /// The convolution, of one group; whether it has a bias, and the ε of a batch norm after it; the
    /// pool, whose output is that of the frame.
    pub const fn new(
        g: Geometry,
        bias: bool,
        norm: Option<f32>,
        pool: FusedPool,
        frame: Frame,
    ) -> Self {
        let p = pool.geometry();
        assert!(g.groups == 1 && p.channels == g.filters);
        assert!(p.input[0] == g.output[0] && p.input[1] == g.output[1]);
        let y = frame.output([p.channels, p.output[0], p.output[1]]);
        let frame = Frame { output: 0, output_blocks: 0, ..frame };
        Self { packed: Packed::new(g, bias, norm, frame), pool, y }
    }

    /// Scratch of the forward pass: for each thread a band, and what the convolution needs.
    pub const fn room(&self) -> Room {
        let room = self.packed.conv.room_packed();
        Room { thread: self.band_len() + room.thread, ..room }
    }

    /// Rows of the convolution that are computed at a time.
    const fn rows(&self) -> usize {
        let g = &self.packed.conv.g;
        let fit = BAND / (self.y.blocks() * g.output[1] * BLOCK) / winograd::TILE;
        // Winograd's weights are transformed for each batch of tiles.
        let columns = g.output[1].div_ceil(winograd::TILE);
        let least = if WINOGRAD { winograd::batch(g.channels).div_ceil(columns) } else { 1 };
        winograd::TILE * if fit > least { fit } else { least }
    }

    /// Rows that a window reaches over.
    const fn reach(&self) -> usize {
        let p = self.pool.geometry();
        (p.kernel[0] - 1) * p.dilation[0] + 1
    }

    /// The form of a band of `blocks` blocks, with room for the rows that are left over.
    const fn band(&self, blocks: usize) -> Grid {
        let rows = self.rows() + self.reach();
        Grid::new([blocks * BLOCK, rows, self.packed.conv.g.output[1]], 0)
    }

    /// Floats of a band of all blocks, and after it as many as it moves to and fro.
    const fn band_len(&self) -> usize {
        let band = self.band(self.y.blocks());
        band.len() + band.plane()
    }

    /// Shares the view out among threads, each of which gets its part of the scratch.
    fn share(
        exec: &dyn Exec,
        threads: usize,
        view: View<'_>,
        scratch: &mut [f32],
        work: &(dyn Fn(View<'_>, &mut [f32]) + Sync),
    ) {
        let half = threads / 2;
        let middle = |len: usize| (len * half / threads).max(1);
        let (images, pairs, rows) = (view.images.clone(), view.blocks.len() / 2, view.rows.clone());
        let (axis, at) = if threads == 1 {
            return work(view, scratch);
        } else if choice!("threads share images of a pool", images.len() > 1) {
            (Cut::Images, images.start + middle(images.len()))
        } else if !WINOGRAD && choice!("threads share blocks of a pool", pairs > 1) {
            // Winograd's transformed input serves all blocks.
            (Cut::Blocks, view.blocks.start + 2 * middle(pairs))
        } else if choice!("threads share rows of a pool", rows.len() > 1) {
            (Cut::Rows, rows.start + middle(rows.len()))
        } else {
            return work(view, scratch);
        };
        let [a, b] = view.cut(axis, at);
        let (near, far) = scratch.split_at_mut(half * (scratch.len() / threads));
        let (mut a, mut b) = (Some(a), Some(b));
        exec.join(
            &mut || {
                if let Some(a) = a.take() {
                    Self::share(exec, half, a, near, work);
                }
            },
            &mut || {
                if let Some(b) = b.take() {
                    Self::share(exec, threads - half, b, far, work);
                }
            },
        );
    }

    /// The rows of the view, of one image.
    fn fill(&self, convolve: Convolve<'_>, image: usize, view: &mut View<'_>, scratch: &mut [f32]) {
        let p = self.pool.geometry();
        let grid = self.band(view.blocks.len());
        let (band, scratch) = scratch.split_at_mut(self.band_len());
        // Where the window of a row starts and ends.
        let start = |i: usize| (i * p.stride[0]).saturating_sub(p.pad[0]);
        let end = |i: usize| (i * p.stride[0] + self.reach()).saturating_sub(p.pad[0]);
        let height = end(view.rows.end - 1).min(p.input[0]);
        let mut top = start(view.rows.start) / winograd::TILE * winograd::TILE;
        let mut next = top;
        let mut i = view.rows.start;
        while i < view.rows.end {
            let rows = next..height.min(next + self.rows());
            let below = &mut band[(rows.start - top) * grid.pitch()..][..grid.len()];
            let [part, _] = View::new(below, grid).cut(Cut::Rows, rows.len());
            convolve(image, [view.blocks.start, rows.start], part, scratch);
            next = rows.end;
            choice!("more bands of a pool", next < height);
            while i < view.rows.end && (end(i) <= next || next == height) {
                for (block, x) in view.blocks.clone().zip(band.chunks_exact(grid.plane())) {
                    self.pool.row(x, &grid, top, i, view.row(image, block, i));
                }
                i += 1;
            }
            let left = start(i).clamp(top, next);
            for x in band.chunks_exact_mut(grid.plane()).take(view.blocks.len()) {
                x.copy_within((left - top) * grid.pitch()..(next - top) * grid.pitch(), 0);
            }
            top = left;
        }
    }

    fn run(&self, cx: &Pass<'_>, finish: Finish<'_>, t: Forward<'_>) {
        let (conv, x) = (&self.packed.conv, t.inputs[0]);
        let [w, bias] = t.params else { unreachable!("packed weights and bias") };
        let pays = winograd::pays(cx.batch(), conv.g.output);
        let tiles = WINOGRAD && choice!("pooled convolution by Winograd", pays);
        let convolve =
            |image: usize, [block, row]: [usize; 2], mut band: View<'_>, scratch: &mut [f32]| {
                let x = &x[image * conv.x.step..][..conv.x.len()];
                let size = [band.rows.len(), conv.g.output[1]];
                let params = [&w[block * conv.packing().block()..], &bias[block * BLOCK..]];
                if tiles {
                    let mut tiles = conv.tiles(params, x, None, finish);
                    tiles.first[0] += row;
                    tiles.size = size;
                    tiles.fill(&Serial, band, scratch);
                } else {
                    let mut sweep = conv.sweep(params, (x, conv.x), None, finish);
                    sweep.first[0] += row * conv.g.stride[0];
                    sweep.size = size;
                    (conv.sweep)(&sweep, &mut band);
                }
            };
        let threads = exec::pieces_with(cx.exec, t.scratch.len(), self.room().thread);
        let view = View::new(t.output, self.y);
        Self::share(cx.exec, threads, view, t.scratch, &|mut view, scratch| {
            view.clear_halo();
            for image in view.images.clone() {
                self.fill(&convolve, image, &mut view, scratch);
            }
        });
    }
}

impl<const WINOGRAD: bool> Kernel<Blocked> for Pooled<WINOGRAD> {
    /// The activation comes before the pool.
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        finished(activation, |finish| self.run(cx, finish, t));
    }
}

impl<const WINOGRAD: bool> PackParams<Blocked> for Pooled<WINOGRAD> {
    fn pack(&self, params: &[&[f32]], packed: &mut [f32]) {
        PackParams::<Blocked>::pack(&self.packed, params, packed);
    }
}
