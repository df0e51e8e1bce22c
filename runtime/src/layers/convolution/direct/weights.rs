//! The weight gradient of a direct convolution of sixteen interleaved images.
//!
//! ```text
//! for every filter f and tap t = (c, a, b):
//!     dw[f][t] = Σ over images and output pixels (i, j) of dy[f][i][j] · x[c][i·S + a·D][j·S + b·D]
//! ```
//!
//! Schedule. A register tile is FT filters × TT taps, any neighbors in the order of the weights;
//! its FT·TT accumulators hold sixteen images' sums over a run of pixels, the runs are added up as a
//! balanced tree, and the lanes once for each weight; filters run outermost, so that the rows of `dy`
//! stay in the second cache. A tap is a plane of `x` and an offset in it. Rows of which some taps fall
//! outside are runs of their own, done tap by tap.

use crate::choice::choice;
use crate::layout::LANES;
use crate::simd::product::Pixels;
use crate::simd::tree::{Runs, Tree};
use crate::simd::{self, Job, Simd, flushed};
use core::ops::Range;

/// The gradient of some filters of one group of channels.
pub(crate) struct Weights<'a> {
    /// `[channels][height][pitch][LANES]`
    pub(crate) x: &'a [f32],
    /// `[filters][output height][output width][LANES]`
    pub(crate) dy: &'a [f32],
    /// `[filters][channels][kernel height][kernel width]`, added to.
    pub(crate) dw: &'a mut [f32],
    pub(crate) filters: Range<usize>,
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) pitch: usize,
    pub(crate) kernel: [usize; 2],
    pub(crate) dilation: [usize; 2],
    pub(crate) stride: [usize; 2],
    pub(crate) pad_top: usize,
    pub(crate) output: [usize; 2],
}

/// Adds one group of sixteen images to `dw`, whose first row is that of the first filter.
pub(crate) fn accumulate(weights: Weights<'_>) {
    simd::run(Choose(weights));
}

struct Choose<'a>(Weights<'a>);

/// Filters × taps of the tiles, for 28, 6 and 3 accumulators.
const LARGE: &[[usize; 2]] = &[[4, 6], [4, 5], [3, 9], [3, 5], [2, 9], [1, 9], [8, 1], [1, 1]];
const MEDIUM: &[[usize; 2]] = &[[2, 3], [3, 2], [1, 5], [1, 3], [1, 1]];
const SMALL: &[[usize; 2]] = &[[1, 3], [1, 1]];

impl Job for Choose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

macro_rules! tiled {
    ($s:ident, $d:expr, $($f:literal x $p:literal),*) => {{
        let d = $d;
        match tile_shape(S::ACCUMULATORS, d.filters.len(), d.channels * d.kernel[0] * d.kernel[1]) {
            $([$f, $p] => $s.run(Tiled::<$f, $p>(d)),)*
            _ => unreachable!("a tile shape without code"),
        }
    }};
}

impl simd::Tiled for Choose<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        tiled!(s, self.0, 4 x 6, 4 x 5, 3 x 9, 3 x 5, 2 x 9, 1 x 9, 8 x 1, 1 x 1)
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        tiled!(s, self.0, 2 x 3, 3 x 2, 1 x 5, 1 x 3, 1 x 1)
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        tiled!(s, self.0, 1 x 3, 1 x 1)
    }
}

/// The shape that fills `filters × taps` at the least cost.
fn tile_shape(accumulators: usize, filters: usize, taps: usize) -> [usize; 2] {
    let shapes = match accumulators {
        28.. => LARGE,
        6.. => MEDIUM,
        _ => SMALL,
    };
    let cost = |&[f, t]: &[usize; 2]| {
        // Two multiply–adds or loads a cycle; fewer than eight accumulators wait for each other.
        filters.div_ceil(f) * taps.div_ceil(t) * ((f * t).max(8.min(accumulators)) + f + t)
    };
    let fits = |&&[f, t]: &&[usize; 2]| f <= filters && t <= taps;
    let shape = shapes.iter().filter(fits).min_by_key(|shape| cost(shape)).copied();
    choice!("tile of interleaved images' weights", shape.unwrap_or([1, 1]), of shapes)
}

struct Tiled<'a, const FT: usize, const TT: usize>(Weights<'a>);

impl<const FT: usize, const TT: usize> Job for Tiled<'_, FT, TT> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let d = self.0;
        let [kernel_height, kernel_width] = d.kernel;
        let taps = d.channels * kernel_height * kernel_width;
        let filters = d.filters.len();
        for f in (0..filters).step_by(FT) {
            let first_f = f.min(filters - FT);
            for t in (0..taps).step_by(TT) {
                let first = t.min(taps - TT);
                let mut place = [[0; 3]; TT];
                for (t, place) in (first..).zip(&mut place) {
                    let (t, b) = (t / kernel_width, t % kernel_width);
                    *place =
                        [t / kernel_height, t % kernel_height * d.dilation[0], b * d.dilation[1]];
                }
                let sum = tile::<S, FT, TT>(s, &d, d.filters.start + first_f, place);
                // What the last tiles share with those before is counted there.
                for k in f - first_f..FT {
                    for u in t - first..TT {
                        let dw = &mut d.dw[(first_f + k) * taps + first + u];
                        *dw = flushed(*dw + s.sum(sum[k][u]));
                    }
                }
            }
        }
    }
}

/// The sums of filters `f..f + FT` and the taps at `place`.
#[inline(always)]
fn tile<S: Simd, const FT: usize, const TT: usize>(
    s: S,
    d: &Weights<'_>,
    f: usize,
    place: [[usize; 3]; TT],
) -> [[S::V; TT]; FT] {
    let stride = d.stride[1];
    let [height, width] = d.output;
    let mut tree = Tree::<S, FT, TT>::new();
    // The rows whose taps all lie inside the image.
    let (mut first, mut end) = (0, height);
    for t in 0..TT {
        let [_, a, _] = place[t];
        first = first.max(d.pad_top.saturating_sub(a).div_ceil(d.stride[0]));
        end = end.min((d.height + d.pad_top).saturating_sub(a).div_ceil(d.stride[0]));
    }
    let first = first.min(height);
    let end = end.max(first);
    choice!("rows with taps outside", end - first < height);
    let mut x0 = [0; TT];
    for t in 0..TT {
        let [c, a, b] = place[t];
        let row = (first * d.stride[0] + a).wrapping_sub(d.pad_top);
        x0[t] = if first < end { ((c * d.height + row) * d.pitch + b) * LANES } else { 0 };
    }
    let x_step = [d.stride[0] * d.pitch * LANES, stride * LANES];
    for [rows, columns] in Runs::new([end - first, width], 1) {
        let mut sum = [[s.start(); TT]; FT];
        // More than a row, or a part of one: no gaps between its columns either way.
        let pixels = Pixels {
            x: d.x,
            d: d.dy,
            size: [rows.len(), columns.len()],
            x_step,
            d_plane: height * width * LANES,
        };
        let offset = rows.start * x_step[0] + columns.start * x_step[1];
        let d0 = ((f * height + first + rows.start) * width + columns.start) * LANES;
        pixels.add::<S, FT, TT>(s, x0.map(|x| x + offset), d0, &mut sum);
        tree.add_products(s, sum);
    }
    for edges in [0..first, end..height] {
        for [rows, columns] in Runs::new([edges.len(), width], 1) {
            let mut sum = [[s.start(); TT]; FT];
            for i in rows {
                edge::<S, FT, TT>(s, d, f, place, stride, edges.start + i, &columns, &mut sum);
            }
            tree.add_products(s, sum);
        }
    }
    tree.total(s)
}

/// Adds columns of row `i`, some of whose taps may lie outside the image.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // they are a place
fn edge<S: Simd, const FT: usize, const TT: usize>(
    s: S,
    d: &Weights<'_>,
    f: usize,
    place: [[usize; 3]; TT],
    stride: usize,
    i: usize,
    columns: &Range<usize>,
    sum: &mut [[S::V; TT]; FT],
) {
    let [height, width] = d.output;
    for t in 0..TT {
        let [c, a, b] = place[t];
        let row = (i * d.stride[0] + a).wrapping_sub(d.pad_top);
        if row >= d.height {
            continue;
        }
        for j in columns.clone() {
            let x = s.load(&d.x[((c * d.height + row) * d.pitch + b + j * stride) * LANES..]);
            for k in 0..FT {
                let v = s.load(&d.dy[(((f + k) * height + i) * width + j) * LANES..]);
                sum[k][t] = s.mul_add(v, x, sum[k][t]);
            }
        }
    }
}
