//! Direct convolution in blocks of sixteen channels: register tiles that sweep over the output.
//!
//! ```text
//! for pieces of the output (threads: images, rows, blocks of filters):
//!     for bands of rows, for groups of FT blocks of filters, for some tiles of pixels:
//!         for parts of the channels, for these tiles:
//!             sum += Σ x · w over the part's channels, kernel rows, kernel columns
//!         y = clamp(sum + bias + addend)
//! ```
//! Schedule. A band's input stays in the second cache while all groups sweep over it. A part's
//! weights stay in the first while some tiles meet them, whose sums wait in memory in between. Tiles
//! at the edges reach back over their neighbors and compute some pixels twice. With many registers a
//! tile is some rows × some columns ([`grid`]), with few it is some pixels in a line ([`line`]).
//! Padding is the input's halo. The gradient of the input is the same sweep over that of the
//! output, with the kernel turned; for a stride of S it is S² sweeps, each over the pixels that the
//! same taps reach.

mod grid;
mod line;

use crate::choice::choice;
use crate::kernels::finish::Finish;
use crate::layout::{Grid, LANES};
use crate::simd::product::{Axis, Product, load_columns, parts, store_columns};
use crate::simd::{self, Job, SMALL, Simd, Tiled};
use crate::view::View;
use core::marker::PhantomData;
use core::ops::Range;
use grid::{Far, Near, Planes, Step};

/// The first block of channels that a block of filters sees.
pub(crate) type Sees<'a> = &'a (dyn Fn(usize) -> usize + Sync);

/// Whether a filter sees a channel.
pub(crate) type Connects<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// A convolution of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Sweep<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    /// `[filters / 16][axes][run][16]`
    pub(crate) w: &'a [f32],
    /// Where the weights of the first tap start.
    pub(crate) w_first: usize,
    /// Floats of `w` from one block of filters to the next.
    pub(crate) block: usize,
    /// One for each filter, in whole blocks.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added to the sums.
    pub(crate) add: Option<(&'a [f32], Grid)>,
    /// The first block of channels that each block of filters sees; all see the first where none
    /// are given.
    pub(crate) sees: Option<Sees<'a>>,
    /// Which filters see which channels, where zeros among the weights stand for those that they do not.
    pub(crate) connects: Option<Connects<'a>>,
    pub(crate) axes: [Axis; 3],
    pub(crate) run: usize,
    /// The run in the last block of channels of the input.
    pub(crate) last_run: usize,
    /// Row and column of the input, counted from the corner of the halo, under the first tap of
    /// the first output.
    pub(crate) first: [usize; 2],
    /// Rows and columns of the input from one output to the next.
    pub(crate) stride: [usize; 2],
    /// Outputs down and across.
    pub(crate) size: [usize; 2],
    /// Row and column of the first output.
    pub(crate) y_first: [usize; 2],
    /// Rows and columns from one output to the next.
    pub(crate) y_step: [usize; 2],
    pub(crate) finish: Finish<'a>,
    /// What the sums of all parts start at, together.
    pub(crate) start: f32,
}

/// Floats that fit the second cache beside others.
const CACHE: usize = 64 * 1024;

/// Sums that wait while their tiles' neighbors meet the same part of the weights: with it they fit
/// the first cache.
const WAITING: usize = 168;

/// Computes what a view asks for.
pub(crate) type Fill = fn(&Sweep<'_>, &mut View<'_>);

/// The sweep whose tiles are made for outputs that read `step` floats apart. Layers keep it as a
/// constant, so that a program holds the tiles of no others; functions that are not generic are
/// compiled in this crate.
pub(crate) const fn fill(step: usize) -> Fill {
    match step {
        16 => near,
        32 => far_32,
        1 => planes,
        3 => far_3,
        6 => far_6,
        _ => far,
    }
}

fn near(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Near<16>>(sweep, view);
}
fn far_32(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Far<32>>(sweep, view);
}
fn planes(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Planes<1>>(sweep, view);
}
fn far_3(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Far<3>>(sweep, view);
}
fn far_6(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Far<6>>(sweep, view);
}
fn far(sweep: &Sweep<'_>, view: &mut View<'_>) {
    fill_by::<Far<0>>(sweep, view);
}

fn fill_by<K: Step>(sweep: &Sweep<'_>, view: &mut View<'_>) {
    let [rows, columns] = [0, 1].map(|d| sweep.y_first[d] + (sweep.size[d] - 1) * sweep.y_step[d]);
    assert!(rows < view.grid.height && columns < view.grid.width, "outputs inside the tensor");
    assert!(K::STEP == 0 || K::STEP == sweep.stride[1] * sweep.x_grid.depth, "a tile of this step");
    choice!("floats between a sweep's outputs", K::STEP, of & [1, 3, 6, 16, 32, 0]);
    if !sweep.outputs(view).is_empty() {
        let start = sweep.parts() as f32 * SMALL;
        simd::run(Whole::<'_, '_, K> {
            sweep: &Sweep { start, ..*sweep },
            view,
            step: PhantomData,
        });
    }
}

/// All of a view.
struct Whole<'a, 'v, K> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    step: PhantomData<K>,
}

impl<K: Step> Job for Whole<'_, '_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

impl<K: Step> Tiled for Whole<'_, '_, K> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        grid::fill::<S, K>(s, self.sweep, self.view);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        K::medium(s, self.sweep, self.view);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        line::small::<S, LANES>(s, self.sweep, self.view);
    }
}

/// Of the tile shapes – blocks of filters, rows, columns – the one that fills a view of this size at the least
/// cost, and that cost, given the floats of weights for each block and the sums that registers hold.
fn tile_shape(
    accumulators: usize,
    shapes: &[[usize; 3]],
    [blocks, rows, columns]: [usize; 3],
    weights: usize,
) -> ([usize; 3], usize) {
    // Quarters of a cycle for one number of the run: two multiply–adds or loads a cycle, four
    // instructions in all, and each sum waits four cycles for itself, and half a cycle more, since what
    // is just in time is late. Vectors are one register, or two and more where sums are few.
    let registers = if accumulators < 28 { 2 } else { 1 };
    let cost = |&[f, r, c]: &[usize; 3]| {
        let (pixels, f_registers) = (r * c, f * registers);
        let (sums, loads) = (f_registers * pixels, f_registers + pixels);
        let tile = (2 * sums).max(sums + loads).max(2 * loads).max(18);
        // Weights that crowd the input out of the second cache come from beyond it, tile by tile.
        let far = if f * weights > CACHE { 5 } else { 4 };
        (blocks / f + blocks % f) * rows.div_ceil(r) * columns.div_ceil(c) * tile * far
    };
    let fits = |&&[f, r, c]: &&[usize; 3]| f <= blocks && r <= rows && c <= columns;
    let shape = shapes.iter().filter(fits).min_by_key(|shape| cost(shape)).unwrap_or(&[1, 1, 1]);
    (*shape, cost(shape))
}

/// Some rows of some blocks of filters of an image, which lie in the first cache with a part of the
/// weights.
struct Area {
    image: usize,
    block: usize,
    rows: Range<usize>,
}

impl Area {
    /// Row and column of the pixel with this number.
    #[inline(always)]
    fn place(&self, sweep: &Sweep<'_>, pixel: usize) -> [usize; 2] {
        [self.rows.start + pixel / sweep.size[1], pixel % sweep.size[1]]
    }
}

impl Sweep<'_> {
    /// Sums that each output's is the sum of.
    fn parts(&self) -> usize {
        parts(&self.axes, self.run)
    }

    /// The rows of outputs that lie in the view's rows.
    fn outputs(&self, view: &View<'_>) -> Range<usize> {
        let index = |row: usize| row.saturating_sub(self.y_first[0]).div_ceil(self.y_step[0]);
        index(view.rows.start)..index(view.rows.end).min(self.size[0])
    }

    /// Runs the view's blocks of filters with the tiles that are chosen for this number of blocks; those
    /// that fill no group are done one by one.
    #[inline(always)]
    fn groups<T>(
        &self,
        view: &mut View<'_>,
        choose: impl Fn(usize) -> ([usize; 3], T),
        mut run: impl FnMut([usize; 3], T, &mut View<'_>, Range<usize>),
    ) {
        let blocks = view.blocks.clone();
        let (shape, how) = choose(if self.sees.is_some() { 1 } else { blocks.len() });
        let whole = blocks.start + blocks.len() / shape[0] * shape[0];
        run(shape, how, view, blocks.start..whole);
        if shape[0] > 1 && choice!("blocks that fill no tile", whole < blocks.end) {
            let (shape, how) = choose(1);
            run(shape, how, view, whole..blocks.end);
        }
    }

    /// Some blocks at a time of bands of the view's rows, whose inputs fit the second cache. A band
    /// has no fewer rows than `least`, which a view that tiles fit has, and all but the last a multiple of
    /// `by`.
    #[inline(always)]
    fn areas(
        &self,
        view: &View<'_>,
        blocks: Range<usize>,
        together: usize,
        [least, by]: [usize; 2],
    ) -> impl Iterator<Item = Area> + use<> {
        let rows = self.outputs(view);
        // Of whole blocks, the rows and columns of the input that an output more needs; of few channels,
        // whose pixels share cache lines, all.
        let g = &self.x_grid;
        let row = if choice!("bands of whole blocks", g.depth == LANES) {
            let [down, across] = [0, 1].map(|d| self.stride[d].min(self.axes[d + 1].count));
            self.axes[0].count * LANES * down * across * self.size[1]
        } else {
            g.pitch() * self.stride[0]
        };
        // Weights that are far larger had better be read fewer times.
        let large =
            choice!("weights far larger than the cache", blocks.len() * self.block > 4 * CACHE);
        let cache = if large { 2 * CACHE } else { CACHE };
        let band = (cache / row.max(1)).max(least).next_multiple_of(by);
        // A rest of fewer rows goes with the band before it.
        let bands = rows.len().saturating_sub(least) / band + 1;
        choice!("several bands", bands > 1);
        view.images.clone().flat_map(move |image| {
            let (rows, blocks) = (rows.clone(), blocks.clone());
            (0..bands).flat_map(move |i| {
                let first = rows.start + i * band;
                let end = if i + 1 < bands { first + band } else { rows.end };
                let blocks = blocks.clone().step_by(together);
                blocks.map(move |block| Area { image, block, rows: first..end })
            })
        })
    }

    /// Hands finished rows on.
    #[inline(always)]
    fn finish_rows(&self, view: &mut View<'_>, area: &Area, blocks: usize) {
        if let Some(connects) = self.connects {
            self.mend_nans(view, area, blocks, connects);
        }
        let Some(finish) = self.finish.row else { return };
        for block in area.block..area.block + blocks {
            area.rows.clone().for_each(|i| finish(view.row(area.image, block, i)));
        }
    }

    /// The sums of an area: where the first factors of its first pixel lie in them.
    #[inline(always)]
    fn product(&self, area: &Area) -> (Product<'_>, [usize; 2]) {
        let g = &self.x_grid;
        let sees = self.sees.map_or(0, |sees| sees(area.block));
        // Only the last block of channels can be short.
        let reaches_end = sees + self.axes[0].count == g.blocks();
        let product = Product {
            x: &self.x[area.image * g.step..][..g.len()],
            w: self.w,
            axes: self.axes,
            run: self.run,
            last_run: if choice!("the last channels", reaches_end) {
                self.last_run
            } else {
                self.run
            },
            block: self.block,
            row: self.stride[0] * g.pitch(),
            step: self.stride[1] * g.depth,
        };
        let x = sees * g.plane()
            + (self.first[0] + area.rows.start * self.stride[0]) * g.pitch()
            + self.first[1] * g.depth;
        (product, [x, self.w_first + area.block * self.block])
    }

    /// Writes the finished sums of block `f` of an area from this pixel, at this place, on.
    #[inline(always)]
    fn finish_line<S: Simd, const C: usize>(
        &self,
        s: S,
        view: &mut View<'_>,
        area: &Area,
        [f, pixel]: [usize; 2],
        [row, column]: [usize; 2],
        sum: [S::V; C],
    ) {
        let block = [area.image, area.block + f];
        if choice!("a line inside a row", column + C <= self.size[1]) {
            return self.finish(s, view, block, [row, column], sum);
        }
        // Over the end of a row. From a copy, so that the sums stay in registers.
        let sum = core::hint::black_box(sum);
        for c in 0..C {
            self.finish(s, view, block, area.place(self, pixel + c), [sum[c]]);
        }
    }

    /// Writes the finished sums of some columns of a row.
    #[inline(always)]
    fn finish<S: Simd, const C: usize>(
        &self,
        s: S,
        view: &mut View<'_>,
        [image, block]: [usize; 2],
        [i, j]: [usize; 2],
        mut sum: [S::V; C],
    ) {
        let [i, j] = [self.y_first[0] + i * self.y_step[0], self.y_first[1] + j * self.y_step[1]];
        let step = self.y_step[1] * 16;
        // At the end: a large start would round every product that is added to it.
        if let Some(all) = self.bias {
            let bias = s.load(&all[block * 16..]);
            for c in 0..C {
                sum[c] = s.add(sum[c], bias);
            }
        }
        if let Some((add, grid)) = self.add {
            let start = image * grid.step + block * grid.plane();
            let row = load_columns::<S, C>(s, &add[start + grid.pixel(i, j)..], step);
            for c in 0..C {
                sum[c] = s.add(sum[c], row[c]);
            }
        }
        let [low, high, start] =
            [self.finish.range[0], self.finish.range[1], self.start].map(|x| s.splat(x));
        for c in 0..C {
            // Taken off last, so that nothing denormal is left. A NaN stays a NaN.
            sum[c] = s.min(high, s.max(low, s.sub(sum[c], start)));
        }
        store_columns::<S, C>(s, sum, &mut view.row(image, block, i)[j * 16..], step);
    }
}

impl Sweep<'_> {
    /// Computes the outputs of an area that are NaN anew, each of the channels that its filter sees: an
    /// infinity or a NaN of another channel, times the zero that stands for its weight, is a NaN.
    #[cold]
    #[inline(never)]
    fn mend_nans(&self, view: &mut View<'_>, area: &Area, blocks: usize, connects: Connects<'_>) {
        for block in area.block..area.block + blocks {
            for (i, j) in area.rows.clone().flat_map(|i| (0..self.size[1]).map(move |j| (i, j))) {
                let at = [0, 1].map(|d| self.y_first[d] + [i, j][d] * self.y_step[d]);
                let pixel = &mut view.row(area.image, block, at[0])[at[1] * LANES..][..LANES];
                for (lane, y) in pixel.iter_mut().enumerate().filter(|(_, y)| y.is_nan()) {
                    let filter = block * LANES + lane;
                    let mut sum = self.sum_connected(connects, [area.image, filter], [i, j]);
                    sum += self.bias.map_or(0.0, |bias| bias[filter]);
                    if let Some((add, grid)) = self.add {
                        let start = area.image * grid.step + block * grid.plane();
                        sum += add[start + grid.pixel(at[0], at[1]) + lane];
                    }
                    let [low, high] = self.finish.range;
                    sum -= self.start;
                    if !sum.is_nan() {
                        sum = sum.max(low).min(high);
                    }
                    *y = simd::flushed(sum);
                }
            }
        }
    }

    /// The sum of a pixel over the channels that a filter sees.
    fn sum_connected(
        &self,
        connects: Connects<'_>,
        [image, filter]: [usize; 2],
        [i, j]: [usize; 2],
    ) -> f32 {
        let g = &self.x_grid;
        let (block, lane) = (filter / LANES, filter % LANES);
        let first = self.sees.map_or(0, |sees| sees(block));
        let [outer, middle, inner] = self.axes;
        let reaches_end = first + outer.count == g.blocks();
        let x0 = image * g.step
            + first * g.plane()
            + (self.first[0] + i * self.stride[0]) * g.pitch()
            + (self.first[1] + j * self.stride[1]) * g.depth;
        let w0 = self.w_first + block * self.block;
        let mut sum = self.start;
        for o in 0..outer.count {
            let last = reaches_end && o + 1 == outer.count;
            let run = if last { self.last_run } else { self.run };
            // Of few channels, a run is several pixels.
            let seen = |k: usize| connects(filter, (first + o) * g.depth + k % g.depth);
            for (m, n) in (0..middle.count).flat_map(|m| (0..inner.count).map(move |n| (m, n))) {
                let x = x0 + o * outer.x + m * middle.x + n * inner.x;
                let w = w0 + o * outer.w + m * middle.w + n * inner.w + lane;
                for k in (0..run).filter(|&k| seen(k)) {
                    sum += self.x[x + k] * self.w[w + k * LANES];
                }
            }
        }
        sum
    }
}

/// Does something with each sum of a tile and its place in memory.
#[inline(always)]
fn each_sum<V, const FT: usize, const R: usize, const C: usize>(
    sum: &mut [[[V; C]; R]; FT],
    waiting: &mut [V],
    mut work: impl FnMut(&mut V, &mut V),
) {
    let waiting = &mut waiting[..FT * R * C];
    for f in 0..FT {
        for r in 0..R {
            for c in 0..C {
                work(&mut sum[f][r][c], &mut waiting[(f * R + r) * C + c]);
            }
        }
    }
}
