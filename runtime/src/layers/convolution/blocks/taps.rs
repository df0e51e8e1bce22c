//! Convolution of groups of 1, 2, 4 or 8 channels and as many filters, in blocks of sixteen channels:
//! register tiles that sweep over the output. With groups of one it is depthwise.
//!
//! ```text
//! for pieces of the output (threads: images, rows, blocks):
//!     for tiles of R rows × C columns:
//!         sum = bias + addend
//!         sum += spread(x, k) · w[k] over kernel rows and columns, channels k of a group
//!         y = clamp(sum)
//! ```
//! Schedule. A tap's vector of weights meets the R·C vectors of pixels under it, whose sums stay in
//! registers until all taps are done. `spread` puts the `k`-th number of each group into all lanes of
//! the group, so that no product is with a zero; the instruction runs beside the multiply–adds. As in [`sweep`](super::sweep), tiles at the edges reach back,
//! padding is the input's halo, and the gradient of the input is the same sweep with the kernel
//! turned, one for each phase of the stride. For the gradient of the weights it is the taps' sums
//! that stay in registers, over a run of pixels; the runs are added up as a balanced tree.

use crate::choice::choice;
use crate::kernels::finish::Finish;
use crate::layout::{Grid, LANES};
use crate::simd::product::{Axis, load_columns, store_columns};
use crate::simd::spread::{Inner, Taps};
use crate::simd::tree::{RUN, Runs, Tree};
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::View;
use core::marker::PhantomData;
use core::ops::Range;

/// A convolution of small groups of a batch.
#[derive(Clone, Copy)]
pub(crate) struct TapSweep<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    /// `[blocks][taps][channels of a group][16]`
    pub(crate) w: &'a [f32],
    /// Where the weights of the first tap start.
    pub(crate) w_first: usize,
    /// Floats of `w` from one block to the next.
    pub(crate) block: usize,
    /// One for each channel, in whole blocks.
    pub(crate) bias: Option<&'a [f32]>,
    /// Added to the sums.
    pub(crate) add: Option<(&'a [f32], Grid)>,
    /// Rows and columns of the kernel.
    pub(crate) axes: [Axis; 2],
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
}

/// The channels of a group, the floats from one column of a tile to the next in the input and in the
/// output (0 where they are known at run time only), and the rows × columns of a tile.
type Way = ([usize; 3], [usize; 2]);

/// The tiles that there is code for.
trait Step {
    /// For 28, 6 and 3 accumulators.
    const WAYS: [&'static [Way]; 3];
    fn large<S: Simd>(s: S, part: ViewPart<'_, '_, Self>);
    fn medium<S: Simd>(s: S, part: ViewPart<'_, '_, Self>);
    fn small<S: Simd>(s: S, part: ViewPart<'_, '_, Self>);
}

/// The one shape with 3 accumulators, for any step: portable code is small rather than fast.
const SMALL: [usize; 2] = [1, 1];

macro_rules! steps {
    ($(#[$meta:meta])* $name:ident:
        $($size:ident: $([$r:literal, $c:literal])*;)*) => {
        $(#[$meta])*
        struct $name<const M: usize, const STEP: usize, const OUT: usize>;

        impl<const M: usize, const STEP: usize, const OUT: usize> Step for $name<M, STEP, OUT> {
            const WAYS: [&'static [Way]; 3] =
                [$(&[$(([M, STEP, OUT], [$r, $c])),*],)* &[([M, STEP, OUT], SMALL)]];
            $(
                #[inline(always)]
                fn $size<S: Simd>(s: S, part: ViewPart<'_, '_, Self>) {
                    let ViewPart { sweep, view, shape, .. } = part;
                    match shape {
                        $([$r, $c] => s.run(Tiles::<'_, '_, M, $r, $c, STEP, OUT> { sweep, view }),)*
                        _ => unreachable!("a tile shape without code"),
                    }
                }
            )*
            #[inline(always)]
            fn small<S: Simd>(s: S, part: ViewPart<'_, '_, Self>) {
                let ViewPart { sweep, view, .. } = part;
                s.run(Tiles::<'_, '_, M, { SMALL[0] }, { SMALL[1] }, 0, 0> { sweep, view });
            }
        }
    };
}

steps! {
    /// Neighboring pixels, the case that matters most.
    Near:
    large: [2, 14] [1, 14] [4, 7] [1, 7] [4, 4] [1, 4] [4, 1] [1, 1];
    medium: [1, 6] [2, 3] [1, 3] [3, 1] [1, 1];
}
steps! {
    /// Pixels further apart, in the input or in the output.
    Far:
    large: [1, 14] [2, 7] [1, 7] [1, 4] [1, 1];
    medium: [1, 6] [2, 3] [1, 3] [1, 1];
}

/// Computes what a view asks for.
pub(crate) type Fill = fn(&TapSweep<'_>, &mut View<'_>);

/// The sweep for groups of `group` channels. Layers keep it as a constant, so that a program holds the
/// tiles of no others; functions that are not generic are compiled in this crate.
pub(crate) const fn fill(group: usize) -> Fill {
    match group {
        1 => fill_1,
        2 => fill_2,
        4 => fill_4,
        8 => fill_8,
        _ => panic!("groups of 1, 2, 4 or 8 channels"),
    }
}

fn fill_1(sweep: &TapSweep<'_>, view: &mut View<'_>) {
    choice!("steps of depthwise pixels", (sweep.stride[1], sweep.y_step[1]), {
        (1, 1) => sweep.fill_by::<Near<1, 16, 16>>(view),
        (2, 1) => sweep.fill_by::<Far<1, 32, 16>>(view),
        (1, _) => sweep.fill_by::<Far<1, 16, 0>>(view),
        _ => sweep.fill_by::<Far<1, 0, 0>>(view),
    })
}
fn fill_2(sweep: &TapSweep<'_>, view: &mut View<'_>) {
    sweep.fill_near_or_far::<2>(view);
}
fn fill_4(sweep: &TapSweep<'_>, view: &mut View<'_>) {
    sweep.fill_near_or_far::<4>(view);
}
fn fill_8(sweep: &TapSweep<'_>, view: &mut View<'_>) {
    sweep.fill_near_or_far::<8>(view);
}

impl TapSweep<'_> {
    fn fill_near_or_far<const M: usize>(&self, view: &mut View<'_>) {
        choice!("steps of small groups' pixels", self.stride[1], {
            1 => self.fill_by::<Near<M, 16, 0>>(view),
            _ => self.fill_by::<Far<M, 0, 0>>(view),
        })
    }

    fn fill_by<K: Step>(&self, view: &mut View<'_>) {
        let [rows, columns] = [0, 1].map(|d| self.y_first[d] + (self.size[d] - 1) * self.y_step[d]);
        assert!(rows < view.grid.height && columns < view.grid.width, "outputs inside the tensor");
        simd::run(Choose::<'_, '_, K> { sweep: self, view, step: PhantomData });
    }

    /// The rows of outputs that lie in the view's rows.
    fn outputs(&self, view: &View<'_>) -> Range<usize> {
        let index = |row: usize| row.saturating_sub(self.y_first[0]).div_ceil(self.y_step[0]);
        index(view.rows.start)..index(view.rows.end).min(self.size[0])
    }
}

struct Choose<'a, 'v, K> {
    sweep: &'a TapSweep<'a>,
    view: &'a mut View<'v>,
    step: PhantomData<K>,
}

/// Of these tiles the one that fills `rows × columns` at the least cost.
fn tile_shape(ways: &[Way], [rows, columns]: [usize; 2]) -> [usize; 2] {
    // Halves of a cycle for one tap: two multiply–adds a cycle, each with a load of its own, and
    // each sum waits four cycles for itself; besides what a tile costs however small it is.
    let cost = |&([group, ..], [r, c]): &Way| {
        rows.div_ceil(r) * columns.div_ceil(c) * ((r * c + 1).max(8) * group + 4)
    };
    let fits = |&&(_, [r, c]): &&Way| r <= rows && c <= columns;
    let way = ways.iter().filter(fits).min_by_key(|way| cost(way)).copied();
    // The last one is the smallest.
    choice!("tile of a small group", way.unwrap_or(ways[ways.len() - 1]), of ways).1
}

impl<K: Step> Job for Choose<'_, '_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view, step } = self;
        let rows = sweep.outputs(view).len();
        if rows > 0 {
            let size = match S::ACCUMULATORS {
                28.. => 0,
                6.. => 1,
                _ => 2,
            };
            let shape = tile_shape(K::WAYS[size], [rows, sweep.size[1]]);
            s.tiled(ViewPart { sweep, view, shape, step });
        }
    }
}

/// A view, by tiles of one shape.
struct ViewPart<'a, 'v, K: ?Sized> {
    sweep: &'a TapSweep<'a>,
    view: &'a mut View<'v>,
    shape: [usize; 2],
    step: PhantomData<K>,
}

impl<K: Step> Tiled for ViewPart<'_, '_, K> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        K::large(s, self);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        K::medium(s, self);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        K::small(s, self);
    }
}

struct Tiles<
    'a,
    'v,
    const M: usize,
    const R: usize,
    const C: usize,
    const STEP: usize,
    const OUT: usize,
> {
    sweep: &'a TapSweep<'a>,
    view: &'a mut View<'v>,
}

impl<const M: usize, const R: usize, const C: usize, const STEP: usize, const OUT: usize> Job
    for Tiles<'_, '_, M, R, C, STEP, OUT>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view } = self;
        let rows = sweep.outputs(view);
        for image in view.images.clone() {
            for block in view.blocks.clone() {
                for i in rows.clone().step_by(R) {
                    sweep.strip::<S, M, R, C, STEP, OUT>(
                        s,
                        view,
                        [image, block, i.min(rows.end - R)],
                    );
                }
            }
        }
    }
}

impl TapSweep<'_> {
    /// Rows `i..i + R` of a block.
    #[inline(always)]
    fn strip<
        S: Simd,
        const M: usize,
        const R: usize,
        const C: usize,
        const STEP: usize,
        const OUT: usize,
    >(
        &self,
        s: S,
        view: &mut View<'_>,
        [image, block, i]: [usize; 3],
    ) {
        let g = &self.x_grid;
        let taps = Taps {
            x: &self.x[image * g.step + block * g.plane()..][..g.plane()],
            w: &self.w[block * self.block..][..self.block],
            axes: self.axes,
            row: self.stride[0] * g.pitch(),
            step: self.stride[1] * LANES,
        };
        let x_row = (self.first[0] + i * self.stride[0]) * g.pitch() + self.first[1] * LANES;
        let (low, high) = (s.splat(self.finish.range[0]), s.splat(self.finish.range[1]));
        let start = s.start();
        let bias = match self.bias {
            Some(bias) => s.add(start, s.load(&bias[block * LANES..])),
            None => start,
        };
        for j in (0..self.size[1]).step_by(C) {
            let j = j.min(self.size[1] - C);
            let mut sum = [[bias; C]; R];
            if let Some((add, grid)) = self.add {
                for r in 0..R {
                    let [i, j] = [
                        self.y_first[0] + (i + r) * self.y_step[0],
                        self.y_first[1] + j * self.y_step[1],
                    ];
                    let row = &grid.row(add, [image, block, i])[j * LANES..];
                    let row = load_columns::<S, C>(s, row, self.y_step[1] * LANES);
                    for c in 0..C {
                        sum[r][c] = s.add(sum[r][c], row[c]);
                    }
                }
            }
            taps.add::<S, M, R, C, STEP>(s, x_row + j * taps.step, self.w_first, &mut sum);
            for r in 0..R {
                let row = view.row(image, block, self.y_first[0] + (i + r) * self.y_step[0]);
                let row = &mut row[(self.y_first[1] + j * self.y_step[1]) * LANES..];
                for c in 0..C {
                    // A NaN stays a NaN.
                    sum[r][c] = s.min(high, s.max(low, s.total(sum[r][c])));
                }
                let step = if OUT == 0 { self.y_step[1] * LANES } else { OUT };
                store_columns::<S, C>(s, sum[r], row, step);
            }
        }
        if let Some(finish) = self.finish.row {
            for r in 0..R {
                finish(view.row(image, block, i + r));
            }
        }
    }
}

/// `Σ over images and pixels of d · x` for every tap and channel of a group: the weight gradient.
#[derive(Clone, Copy)]
pub(crate) struct TapSums<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    pub(crate) d: &'a [f32],
    pub(crate) d_grid: Grid,
    /// Rows and columns of the kernel.
    pub(crate) axes: [Axis; 2],
    /// Row and column of `x`, counted from the corner of the halo, under the first tap of the
    /// first pixel of `d`.
    pub(crate) first: [usize; 2],
    pub(crate) stride: [usize; 2],
    /// Pixels of `d` down and across.
    pub(crate) size: [usize; 2],
}

/// Overwrites sums, `[taps][channels of a group][16]`, with those of a block over some images.
pub(crate) type Gather = fn(&TapSums<'_>, Range<usize>, usize, &mut [f32]);

/// The sums for groups of `group` channels.
pub(crate) const fn sums(group: usize) -> Gather {
    match group {
        1 => sums_1,
        2 => sums_2,
        4 => sums_4,
        8 => sums_8,
        _ => panic!("groups of 1, 2, 4 or 8 channels"),
    }
}

fn sums_1(t: &TapSums<'_>, images: Range<usize>, block: usize, sums: &mut [f32]) {
    simd::run(Block::<'_, 1, 1> { t, images, block, sums });
}
fn sums_2(t: &TapSums<'_>, images: Range<usize>, block: usize, sums: &mut [f32]) {
    simd::run(Block::<'_, 2, 2> { t, images, block, sums });
}
fn sums_4(t: &TapSums<'_>, images: Range<usize>, block: usize, sums: &mut [f32]) {
    simd::run(Block::<'_, 4, 4> { t, images, block, sums });
}
fn sums_8(t: &TapSums<'_>, images: Range<usize>, block: usize, sums: &mut [f32]) {
    simd::run(Block::<'_, 8, 4> { t, images, block, sums });
}

/// The sums of a block, of whose groups of `M` channels `N` are done at a time.
struct Block<'a, const M: usize, const N: usize> {
    t: &'a TapSums<'a>,
    images: Range<usize>,
    block: usize,
    sums: &'a mut [f32],
}

impl<const M: usize, const N: usize> Job for Block<'_, M, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { t, images, block, sums } = self;
        let taps = t.axes[0].count * t.axes[1].count;
        let mut first = 0;
        while first < taps {
            let sums = &mut sums[first * M * LANES..];
            let part = Block { t, images: images.clone(), block, sums };
            first += s.tiled(Sums::<M, N> { part, first, left: taps - first });
        }
    }
}

/// As many of the taps left as there are registers for.
struct Sums<'a, const M: usize, const N: usize> {
    part: Block<'a, M, N>,
    first: usize,
    left: usize,
}

impl<const M: usize, const N: usize> Tiled for Sums<'_, M, N> {
    type Output = usize;

    #[inline(always)]
    fn large<S: Simd>(self, s: S) -> usize {
        choice!("taps at once", self.left, {
            9.. if N <= 2 => s.run(Few::<M, N, 9>(self)),
            4.. => s.run(Few::<M, N, 4>(self)),
            _ => s.run(Few::<M, N, 1>(self)),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) -> usize {
        choice!("taps at once, with few registers", self.left, {
            5.. if N == 1 => s.run(Few::<M, N, 5>(self)),
            3.. if N <= 2 => s.run(Few::<M, N, 3>(self)),
            _ => s.run(Few::<M, N, 1>(self)),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) -> usize {
        s.run(Few::<M, N, 1>(self))
    }
}

/// The sums of `C` taps.
struct Few<'a, const M: usize, const N: usize, const C: usize>(Sums<'a, M, N>);

impl<const M: usize, const N: usize, const C: usize> Job for Few<'_, M, N, C> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) -> usize {
        self.part::<S, 0>(s);
        if N < M {
            self.part::<S, 1>(s);
        }
        C
    }
}

impl<const M: usize, const N: usize, const C: usize> Few<'_, M, N, C> {
    /// The `PART`-th `N` channels of the groups.
    #[inline(always)]
    fn part<S: Simd, const PART: usize>(&mut self, s: S) {
        let Sums { part: Block { t, images, block, sums }, first, .. } = &mut self.0;
        let (g, d_grid) = (&t.x_grid, &t.d_grid);
        let [rows, columns] = t.axes;
        let start = t.first[0] * g.pitch() + t.first[1] * LANES;
        let mut x0 = [0; C];
        for k in 0..C {
            let tap = *first + k;
            x0[k] = start + tap / columns.count * rows.x + tap % columns.count * columns.x;
        }
        let mut tree = Tree::<S, C, N>::new();
        // A run may have several small images.
        let together = (RUN / (t.size[0] * t.size[1])).max(1);
        let x_step = [t.stride[0] * g.pitch(), t.stride[1] * LANES];
        for some in images.clone().step_by(together) {
            let some = some..images.end.min(some + together);
            for [rows, columns] in Runs::new(t.size, together) {
                let mut sum = [[s.start(); N]; C];
                let mut x_run = x0;
                for x in &mut x_run {
                    *x += rows.start * x_step[0] + columns.start * x_step[1];
                }
                for image in some.clone() {
                    let inner = Inner {
                        x: &t.x[image * g.step + *block * g.plane()..][..g.plane()],
                        d: &t.d[image * d_grid.step + *block * d_grid.plane()..][..d_grid.plane()],
                        size: [rows.len(), columns.len()],
                        x_step,
                        d_row: d_grid.pitch(),
                    };
                    let d0 = d_grid.pixel(rows.start, columns.start);
                    inner.add::<S, M, N, PART, C>(s, x_run, d0, &mut sum);
                }
                tree.add_products(s, sum);
            }
        }
        let sum = tree.total(s);
        for k in 0..C {
            for n in 0..N {
                s.store_bits(sum[k][n], &mut sums[(k * M + PART * N + n) * LANES..]);
            }
        }
    }
}
