//! 3×3 convolution by Winograd's minimal filtering, F(4×4, 3×3).
//!
//! ```text
//! Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A      for a tile of 4×4 outputs: d is 6×6 inputs, g the kernel
//! ```
//! (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, with the points
//! 0, ±5/8, ±3/2, ∞, whose error is less than half of that of 0, ±1, ±2, ∞.) A quarter of a direct convolution's multiplications are left, and they are 36
//! matrix products, one a frequency: tiles × channels × filters.
//!
//! Schedule. Lanes are channels, so nothing is transposed. Some tiles at a time are transformed
//! (V); then for two blocks of filters, for a few blocks of channels: these weights are transformed
//! (U) and multiplied into the sums (M), both in the second cache; at last M is transformed to
//! outputs. Transforming the weights anew for each batch of tiles costs a few percent of the
//! products, and less than it would to read the transformed weights, four times as large, from
//! memory. Many tiles are shared out among the threads; few are transformed together, and then
//! the threads share out the filters.

/// An array of the expression's values for the first few numbers. Filling a zeroed array instead would
/// cost a call of `memset` for each tile.
macro_rules! each {
    (3, $i:ident => $e:expr) => {
        each!(@ $i => $e; 0 1 2)
    };
    (4, $i:ident => $e:expr) => {
        each!(@ $i => $e; 0 1 2 3)
    };
    (6, $i:ident => $e:expr) => {
        each!(@ $i => $e; 0 1 2 3 4 5)
    };
    (@ $i:ident => $e:expr; $($n:literal)*) => {
        [$({
            let $i = $n;
            $e
        }),*]
    };
}

mod few;
pub(crate) mod gradient;
mod transforms;

use crate::choice::choice;
use crate::exec::{self, Exec};
use crate::kernels::finish::Finish;
use crate::layout::{Grid, LANES};
use crate::simd::product::{Axis, Product, load_columns, store_columns};
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::{Cut, View};
use core::ops::Range;
use transforms::{Inputs, Outputs, Weights, factor};

/// Rows and columns of outputs in a tile.
pub(crate) const TILE: usize = 4;
/// Rows and columns of a transformed tile.
pub(super) const SIDE: usize = 6;
pub(super) const FREQUENCIES: usize = SIDE * SIDE;
/// The points are 0, ±P, ±Q and ∞; their powers and products are exact in single precision.
const P: f32 = 5.0 / 8.0;
const Q: f32 = 3.0 / 2.0;
const P2: f32 = P * P;
const Q2: f32 = Q * Q;
/// Blocks of channels whose weights are transformed at a time.
const DEPTH: usize = 4;
/// Floats of the transformed weights of a block of filters and a block of channels. One line more
/// than the data keeps the frequencies from falling into the same few places of a cache.
const WEIGHTS: usize = FREQUENCIES * PITCH;
const PITCH: usize = LANES * LANES + LANES;
/// Tiles below which a thread spends too much of its time on the weights.
const FEW: usize = 28;

/// A convolution of a batch; 3×3 taps, stride 1, one group.
#[derive(Clone, Copy)]
pub(crate) struct Winograd<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    /// `[filters / 16][channels / 16][taps][channels][16]`
    pub(crate) w: &'a [f32],
    /// One for each filter, in whole blocks.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added to the outputs.
    pub(crate) add: Option<(&'a [f32], Grid)>,
    /// Row and column of the input, counted from the corner of the halo, under the first tap of
    /// the first output.
    pub(crate) first: [usize; 2],
    /// Outputs down and across.
    pub(crate) size: [usize; 2],
    pub(crate) finish: Finish<'a>,
}

/// Whether `images` images of `output` pixels have enough tiles to be worth the transformation of the
/// weights.
pub(crate) const fn pays(images: usize, output: [usize; 2]) -> bool {
    images * output[0].div_ceil(TILE) * output[1].div_ceil(TILE) > 2
}

/// Tiles that are transformed at a time: V has up to 4 MiB, for the third cache keeps up with the
/// products, and the more tiles, the fewer times the weights are transformed.
pub(crate) const fn batch(channels: usize) -> usize {
    let fit = (1 << 20) / (FREQUENCIES * channels.next_multiple_of(LANES));
    if fit < FEW {
        FEW
    } else if fit > 4 * FEW {
        4 * FEW
    } else {
        fit / 14 * 14
    }
}

/// Rows of an output of this width whose tiles are transformed at a time: fewer would transform the weights
/// more often.
pub(crate) const fn rows(channels: usize, width: usize) -> usize {
    batch(channels).div_ceil(width.div_ceil(TILE)) * TILE
}

/// Floats of one frequency of `tiles` tiles, with a line more.
pub(super) const fn frequency(tiles: usize) -> usize {
    tiles * LANES + LANES
}

/// Tiles rounded up so that any register tile of the products fits.
const fn padded(tiles: usize) -> usize {
    tiles + 14
}

/// Floats of scratch for each thread.
pub(crate) const fn room(channels: usize) -> usize {
    inputs_room(channels, batch(channels)) + products_room(2 * batch(channels))
}

/// Floats of `tiles` transformed tiles.
const fn inputs_room(channels: usize, tiles: usize) -> usize {
    channels.div_ceil(LANES) * FREQUENCIES * frequency(padded(tiles))
}

/// Floats of transformed weights and of the products of `tiles` tiles.
const fn products_room(tiles: usize) -> usize {
    2 * DEPTH * WEIGHTS + 2 * FREQUENCIES * frequency(padded(tiles))
}

/// A batch of tiles that are transformed together.
#[derive(Clone, Debug)]
struct Batch {
    /// Their numbers among those of a view.
    pub(super) tiles: Range<usize>,
    /// Register tile of the products.
    columns: usize,
    /// Tiles rounded up to whole register tiles.
    padded: usize,
}

impl Batch {
    fn new(tiles: Range<usize>) -> Self {
        // Quarters of a cycle for two blocks of filters and one number.
        let cost = |c: usize| tiles.len().div_ceil(c) * (4 * c).max(2 * (2 + c)).max(16);
        let all = simd::run(Columns);
        let columns = all.iter().copied().min_by_key(|&c| cost(c)).unwrap_or(all[0]);
        choice!("tiles of a Winograd product", columns, of all);
        let padded = tiles.len().next_multiple_of(columns);
        Self { tiles, columns, padded }
    }
}

/// A batch of tiles, transformed.
#[derive(Clone, Copy)]
struct Tiles<'a> {
    places: &'a Places,
    batch: &'a Batch,
    v: &'a [f32],
}

/// The tiles of a view: those of its rows, image after image.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) images: Range<usize>,
    /// Rows and columns of tiles.
    pub(super) rows: Range<usize>,
    pub(super) columns: usize,
}

impl Places {
    pub(super) fn len(&self) -> usize {
        self.images.len() * self.rows.len() * self.columns
    }

    /// Image, row and column of a tile.
    pub(super) fn place(&self, tile: usize) -> [usize; 3] {
        let (row, column) = (tile / self.columns, tile % self.columns);
        let (image, row) = (row / self.rows.len(), row % self.rows.len());
        [self.images.start + image, self.rows.start + row, column]
    }
}

impl Winograd<'_> {
    /// Computes what the view asks for; `scratch` has [`room`] for some threads.
    pub(crate) fn fill(&self, exec: &dyn Exec, mut view: View<'_>, scratch: &mut [f32]) {
        let share = room(self.x_grid.channels);
        let threads = exec::pieces_with(exec, scratch.len(), share);
        if few::pays(self.places(&view).len(), self.x_grid.channels) {
            view.clear_halo();
            return self.few(exec, threads, view, scratch);
        }
        self.divide(exec, threads, view, scratch);
    }

    /// Computes a band on the calling thread, however few its tiles are, and leaves its halo alone.
    pub(crate) fn band(&self, view: View<'_>, scratch: &mut [f32]) {
        self.serial(&exec::Serial, 1, view, scratch);
    }

    fn divide(&self, exec: &dyn Exec, threads: usize, mut view: View<'_>, scratch: &mut [f32]) {
        let places = self.places(&view);
        let few = places.len() < threads * FEW;
        let together = threads == 1 || few && places.len() <= 2 * batch(self.x_grid.channels);
        if choice!("tiles transformed together", together) {
            view.clear_halo();
            return self.serial(exec, threads, view, scratch);
        }
        let half = threads / 2;
        let part = |n: usize| n * half / threads;
        let [a, b] = if choice!("threads share images of tiles", view.images.len() > 1) {
            let middle = view.images.start + part(view.images.len()).max(1);
            view.cut(Cut::Images, middle)
        } else if choice!("threads share rows of tiles", places.rows.len() > 1) {
            let middle = (places.rows.start + part(places.rows.len()).max(1)) * TILE;
            view.cut(Cut::Rows, middle)
        } else {
            view.clear_halo();
            return self.serial(exec, 1, view, scratch);
        };
        let (near, far) = scratch.split_at_mut(half * (scratch.len() / threads));
        let (mut a, mut b) = (Some(a), Some(b));
        exec.join(
            &mut || {
                if let Some(a) = a.take() {
                    self.divide(exec, half, a, near);
                }
            },
            &mut || {
                if let Some(b) = b.take() {
                    self.divide(exec, threads - half, b, far);
                }
            },
        );
    }

    fn places(&self, view: &View<'_>) -> Places {
        let rows = view.rows.start / TILE..view.rows.end.min(self.size[0]).div_ceil(TILE);
        Places { images: view.images.clone(), rows, columns: self.size[1].div_ceil(TILE) }
    }

    /// Batch after batch of tiles; with several threads there is just one batch, whose channels
    /// and filters they share out.
    fn serial(&self, exec: &dyn Exec, threads: usize, view: View<'_>, scratch: &mut [f32]) {
        let places = self.places(&view);
        let shared = choice!("threads share channels and filters", threads > 1);
        let at_once = if shared { places.len() } else { batch(self.x_grid.channels) };
        choice!("several batches of tiles", places.len() > at_once);
        let mut view = Some(view);
        for start in (0..places.len()).step_by(at_once.max(1)) {
            let batch = Batch::new(start..places.len().min(start + at_once));
            let block = FREQUENCIES * frequency(batch.padded);
            let (v, rest) = scratch.split_at_mut(self.x_grid.blocks() * block);
            exec::split(
                if shared { exec } else { &exec::Serial },
                self.x_grid.blocks(),
                [(&mut *v, block)],
                &|block, [v]| {
                    simd::run(Inputs {
                        x: self.x,
                        grid: self.x_grid,
                        first: self.first,
                        places: &places,
                        tiles: batch.tiles.clone(),
                        block,
                        step: frequency(batch.padded),
                        v,
                    });
                },
            );
            let Some(whole) = view.take() else { return };
            let tiles = Tiles { places: &places, batch: &batch, v };
            let rest = self.filters(exec, threads, tiles, whole, rest);
            view = rest;
        }
    }

    /// The products and outputs of the view's blocks of filters.
    fn filters<'v>(
        &self,
        exec: &dyn Exec,
        threads: usize,
        tiles: Tiles<'_>,
        mut view: View<'v>,
        scratch: &mut [f32],
    ) -> Option<View<'v>> {
        // Pairs meet each number of V together; where there are too few, a block for each thread.
        let few = choice!("fewer pairs than threads", view.blocks.len() < 2 * threads);
        let together = if few { 1 } else { 2 };
        let groups = view.blocks.len().div_ceil(together);
        if choice!("threads share filters of tiles", threads > 1 && groups > 1) {
            let half = threads / 2;
            let middle = view.blocks.start + together * (groups * half / threads).max(1);
            let [a, b] = view.cut(Cut::Blocks, middle);
            let (near, far) = scratch.split_at_mut(half * (scratch.len() / threads));
            let (mut a, mut b) = (Some(a), Some(b));
            exec.join(
                &mut || {
                    if let Some(a) = a.take() {
                        self.filters(exec, half, tiles, a, near);
                    }
                },
                &mut || {
                    if let Some(b) = b.take() {
                        self.filters(exec, threads - half, tiles, b, far);
                    }
                },
            );
            return None;
        }
        let Tiles { places, batch, v } = tiles;
        let (u, m) = scratch.split_at_mut(2 * DEPTH * WEIGHTS);
        let blocks = self.x_grid.blocks();
        choice!("channels by Winograd in steps", blocks > DEPTH);
        for first in view.blocks.clone().step_by(2) {
            let filters = first..view.blocks.end.min(first + 2);
            choice!("blocks of a Winograd product", filters.len(), of & [1, 2]);
            for channels in (0..blocks).step_by(DEPTH) {
                let channels = channels..blocks.min(channels + DEPTH);
                simd::run(Weights {
                    w: self,
                    filters: filters.clone(),
                    channels: channels.clone(),
                    u,
                });
                simd::run(Products { w: self, batch, filters: filters.len(), channels, v, u, m });
            }
            simd::run(Outputs { w: self, places, batch, filters, m, view: &mut view });
        }
        Some(view)
    }

    /// Channels in the last block.
    fn last(&self) -> usize {
        let g = &self.x_grid;
        g.channels - (g.blocks() - 1) * LANES
    }
}

/// M: the products of some channels, added to those of the channels before them,
/// `[filters][frequency][tile][16]`.
struct Products<'a> {
    w: &'a Winograd<'a>,
    batch: &'a Batch,
    filters: usize,
    channels: Range<usize>,
    v: &'a [f32],
    u: &'a [f32],
    m: &'a mut [f32],
}

/// Tiles of a register tile, for 28, 6 and 3 accumulators. Fewer than four take as long as four, since
/// sums wait for themselves.
const LARGE: &[usize] = &[14, 8, 7, 4];
const MEDIUM: &[usize] = &[6, 5, 4];
const SMALL: &[usize] = &[1];

/// The register tiles of a backend.
struct Columns;

impl Job for Columns {
    type Output = &'static [usize];

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> &'static [usize] {
        match S::ACCUMULATORS {
            28.. => LARGE,
            6.. => MEDIUM,
            _ => SMALL,
        }
    }
}

impl Job for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

macro_rules! panels {
    ($s:ident, $self:ident, $($c:literal)*) => {
        match ($self.filters, $self.batch.columns) {
            $((2, $c) => $s.run(Panel::<2, $c>($self)), (1, $c) => $s.run(Panel::<1, $c>($self)),)*
            _ => unreachable!("a register tile without code"),
        }
    };
}

impl Tiled for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        panels!(s, self, 14 8 7 4)
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        self.one_by_one(s);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        panels!(s, self, 1)
    }
}

impl Products<'_> {
    /// The blocks of filters in turn: vectors of two would leave too few registers for the sums.
    #[inline(always)]
    fn one_by_one<S: Simd>(self, s: S) {
        let step = FREQUENCIES * frequency(self.batch.padded);
        let filters = self.u.chunks(DEPTH * WEIGHTS).zip(self.m.chunks_mut(step));
        for (u, m) in filters.take(self.filters) {
            let one = Products { filters: 1, channels: self.channels.clone(), u, m, ..self };
            match self.batch.columns {
                6 => s.run(Panel::<1, 6>(one)),
                5 => s.run(Panel::<1, 5>(one)),
                _ => s.run(Panel::<1, 4>(one)),
            }
        }
    }
}

struct Panel<'a, const FT: usize, const C: usize>(Products<'a>);

impl<const FT: usize, const C: usize> Job for Panel<'_, FT, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Products { w, batch, channels, v, u, m, .. } = self.0;
        let step = frequency(batch.padded);
        let finished = channels.end == w.x_grid.blocks();
        let product = Product {
            x: v,
            w: u,
            axes: [
                Axis { count: channels.len(), x: FREQUENCIES * step, w: WEIGHTS },
                Axis::ONCE,
                Axis::ONCE,
            ],
            run: LANES,
            last_run: if finished { w.last() } else { LANES },
            block: DEPTH * WEIGHTS,
            row: 0,
            step: LANES,
        };
        let start = channels.start * FREQUENCIES * step;
        let start_of_sums = s.start();
        for frequency in 0..FREQUENCIES {
            for tile in (0..batch.padded).step_by(C) {
                let mut sum = [[[start_of_sums; C]; 1]; FT];
                let at = |f: usize| (f * FREQUENCIES + frequency) * step + tile * LANES;
                let x0 = start + frequency * step + tile * LANES;
                product.add::<S, FT, 1, C, LANES>(s, x0, frequency * PITCH, &mut sum);
                let factor = s.splat(if finished { factor(frequency) } else { 1.0 });
                for f in 0..FT {
                    let [mut sum] = sum[f];
                    let m = &mut m[at(f)..][..C * LANES];
                    for c in 0..C {
                        sum[c] = s.total(sum[c]);
                    }
                    // Sums of sums round less than one long sum.
                    if channels.start > 0 {
                        let before = load_columns::<S, C>(s, m, LANES);
                        for c in 0..C {
                            sum[c] = s.add(sum[c], before[c]);
                        }
                    }
                    for c in 0..C {
                        sum[c] = s.mul(factor, sum[c]);
                    }
                    store_columns::<S, C>(s, sum, m, LANES);
                }
            }
        }
    }
}
