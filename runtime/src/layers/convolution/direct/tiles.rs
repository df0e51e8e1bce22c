//! Direct convolution of sixteen interleaved images.
//!
//! ```text
//! for every filter f and output pixel (i, j), as vectors of sixteen images:
//!     y[f][i][j] = bias[f] + Σ over c, a, b of w[f][c][a][b] · x[c][i·S + a·D][j·S + b·D]
//! ```
//!
//! Schedule. A register tile is FT filters × PT neighboring pixels of a row: FT·PT accumulators,
//! PT loads and FT broadcasts for FT·PT multiply–adds. The tile's shape is chosen per call among
//! those that fit the backend's registers, so that few pixels and filters are computed twice:
//! the last tile of a row or of the filters is moved back to end at the edge. Kernel rows outside
//! the image are skipped; columns outside it are zeros, since the rows of `x` are padded before.
//! A finished row gets its activation while it is in the first cache. Rows run outermost, so that
//! the rows of `x` stay in the nearest cache that holds them, unless the whole of `x` fits the
//! second cache and the weights don't fit the first: then filters do, and a tile's weights stay.
//! The stride is known when the code is compiled, since it is part of every address; the kernel's
//! size need not be, for a tile does work enough between two steps of its loops.

use crate::choice::choice;
use crate::layout::LANES;
use crate::simd::product::{Axis, Product};
use crate::simd::{self, Job, Simd};

/// The kernel rows that meet the image for one output row: kernel rows
/// `kernel, kernel + kernel_step, …` meet image rows `image, image + image_step, …`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KernelRows {
    pub(crate) count: usize,
    pub(crate) kernel: usize,
    pub(crate) kernel_step: usize,
    pub(crate) image: usize,
    pub(crate) image_step: usize,
}

impl KernelRows {
    /// Collects them from the image row, if any, of each of the `n` kernel rows. Those that exist
    /// must be evenly spaced, as they are in every convolution.
    pub(crate) fn collect(n: usize, image_row: impl Fn(usize) -> Option<usize>) -> Self {
        let mut rows = Self::default();
        for (kernel, image) in (0..n).filter_map(|a| Some((a, image_row(a)?))) {
            match rows.count {
                0 => (rows.kernel, rows.image) = (kernel, image),
                1 => {
                    rows.kernel_step = kernel - rows.kernel;
                    rows.image_step = image - rows.image;
                }
                _ => {}
            }
            rows.count += 1;
        }
        rows
    }
}

/// A convolution over rows that are wide enough for every window.
pub(crate) struct Convolution<'a> {
    /// `[channels][height][pitch][LANES]`
    pub(crate) x: &'a [f32],
    /// `[filters][channels][kernel height][kernel width]`
    pub(crate) weights: &'a [f32],
    /// One per filter, or none.
    pub(crate) bias: Option<&'a [f32]>,
    /// `[filters][output height][output width][LANES]`
    pub(crate) y: &'a mut [f32],
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) pitch: usize,
    pub(crate) filters: usize,
    pub(crate) kernel: [usize; 2],
    pub(crate) dilation: usize,
    pub(crate) stride: usize,
    pub(crate) output: [usize; 2],
    /// Which kernel rows meet which image rows, for an output row.
    pub(crate) rows: &'a dyn Fn(usize) -> KernelRows,
    /// Called with every finished row.
    pub(crate) finish: &'a dyn Fn(&mut [f32]),
}

/// Floats of weights that fit the first cache beside the rows.
const FEW_WEIGHTS: usize = 4 * 1024;
/// Floats of input that fit the second cache.
const SMALL_INPUT: usize = 128 * 1024;

/// Computes the whole of `y`.
pub(crate) type Convolve = fn(Convolution<'_>);

/// The convolution by tiles that are made for a stride. Layers keep it as a constant, so that a
/// program holds the tiles of no others; functions that are not generic are compiled in this crate.
pub(crate) const fn convolve(stride: usize) -> Convolve {
    match stride {
        1 => by_1,
        2 => by_2,
        _ => by_any,
    }
}

fn by_1(direct: Convolution<'_>) {
    convolve_by::<1>(direct);
}
fn by_2(direct: Convolution<'_>) {
    convolve_by::<2>(direct);
}
fn by_any(direct: Convolution<'_>) {
    convolve_by::<ANY>(direct);
}

fn convolve_by<const STRIDE: usize>(direct: Convolution<'_>) {
    assert!(STRIDE == ANY || STRIDE == direct.stride, "tiles of this stride");
    choice!("stride of interleaved images", STRIDE, of & [1, 2, ANY]);
    simd::run(Choose::<STRIDE>(direct));
}

/// A stride known at run time only.
const ANY: usize = 0;

struct Choose<'a, const STRIDE: usize>(Convolution<'a>);

/// Filters × pixels of the tiles, for 28, 6 and 3 accumulators. Each is a piece of unrolled code
/// for every stride, so there are no more than the common widths need.
const LARGE: &[[usize; 2]] = &[[4, 7], [4, 5], [4, 4], [3, 7], [1, 7], [8, 1], [1, 1]];
const MEDIUM: &[[usize; 2]] = &[[1, 6], [2, 2], [6, 1], [1, 1]];
const SMALL: &[[usize; 2]] = &[[1, 3], [1, 1]];

impl<const STRIDE: usize> Job for Choose<'_, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

macro_rules! tiled {
    ($s:ident, $d:expr, $($f:literal x $p:literal),*) => {{
        let d = $d;
        match tile_shape(S::ACCUMULATORS, d.filters, d.output[1]) {
            $([$f, $p] => $s.run(Tiled::<STRIDE, $f, $p>(d)),)*
            _ => unreachable!("a tile shape without code"),
        }
    }};
}

impl<const STRIDE: usize> simd::Tiled for Choose<'_, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        tiled!(s, self.0, 4 x 7, 4 x 5, 4 x 4, 3 x 7, 1 x 7, 8 x 1, 1 x 1)
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        tiled!(s, self.0, 1 x 6, 2 x 2, 6 x 1, 1 x 1)
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        tiled!(s, self.0, 1 x 3, 1 x 1)
    }
}

/// The shape that fills `filters × width` at the least cost.
fn tile_shape(accumulators: usize, filters: usize, width: usize) -> [usize; 2] {
    let shapes = match accumulators {
        28.. => LARGE,
        6.. => MEDIUM,
        _ => SMALL,
    };
    let cost = |&[f, p]: &[usize; 2]| {
        // Two multiply–adds or loads a cycle; fewer than eight accumulators wait for each other.
        let tile = (f * p).max(8.min(accumulators)) * 2 + f + p;
        filters.div_ceil(f) * width.div_ceil(p) * tile
    };
    let fits = |&&[f, p]: &&[usize; 2]| f <= filters && p <= width;
    let shape = shapes.iter().filter(fits).min_by_key(|shape| cost(shape)).copied();
    choice!("tile of interleaved images", shape.unwrap_or([1, 1]), of shapes)
}

struct Tiled<'a, const STRIDE: usize, const FT: usize, const PT: usize>(Convolution<'a>);

impl<const STRIDE: usize, const FT: usize, const PT: usize> Job for Tiled<'_, STRIDE, FT, PT> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let mut d = self.0;
        let ([height, width], blocks) = (d.output, d.filters.div_ceil(FT));
        let x_len = d.channels * d.height * d.pitch * LANES;
        let rows_outermost = d.weights.len() <= FEW_WEIGHTS || x_len > SMALL_INPUT;
        choice!("rows outermost", rows_outermost);
        for k in 0..height * blocks {
            let (i, block) =
                if rows_outermost { (k / blocks, k % blocks) } else { (k % height, k / height) };
            let f = (block * FT).min(d.filters - FT);
            let rows = (d.rows)(i);
            row::<S, STRIDE, FT, PT>(s, &mut d, f, i, rows, width);
        }
    }
}

/// Row `i` of filters `f..f + FT`.
#[inline(always)]
fn row<S: Simd, const STRIDE: usize, const FT: usize, const PT: usize>(
    s: S,
    d: &mut Convolution<'_>,
    f: usize,
    i: usize,
    rows: KernelRows,
    width: usize,
) {
    let plane = d.output[0] * width;
    for j in (0..width).step_by(PT) {
        let j = j.min(width - PT);
        let tile = tile::<S, STRIDE, FT, PT>(s, d, f, j, rows);
        for k in 0..FT {
            let y = &mut d.y[((f + k) * plane + i * width + j) * LANES..][..PT * LANES];
            for p in 0..PT {
                s.store_bits(s.total(tile[p][k][0]), &mut y[p * LANES..]);
            }
        }
    }
    for k in 0..FT {
        (d.finish)(&mut d.y[((f + k) * plane + i * width) * LANES..][..width * LANES]);
    }
}

/// Pixels `j..j + PT` of that row.
#[inline(always)]
fn tile<S: Simd, const STRIDE: usize, const FT: usize, const PT: usize>(
    s: S,
    d: &Convolution<'_>,
    f: usize,
    j: usize,
    rows: KernelRows,
) -> [[[S::V; 1]; FT]; PT] {
    let stride = if STRIDE == ANY { d.stride } else { STRIDE };
    let columns = d.kernel[1];
    let taps = d.kernel[0] * columns;
    let filter = d.channels * taps;
    let start = s.start();
    let mut sum = [[[start; 1]; FT]; PT];
    if let Some(bias) = d.bias {
        for (k, b) in bias[f..f + FT].iter().enumerate() {
            for p in 0..PT {
                sum[p][k] = [s.add(start, s.splat(*b))];
            }
        }
    }
    let channel = Axis { count: d.channels, x: taps, w: d.height * d.pitch * LANES };
    let row = Axis {
        count: rows.count,
        x: rows.kernel_step * columns,
        w: rows.image_step * d.pitch * LANES,
    };
    let (axes, run) = if choice!("columns side by side", d.dilation == 1) {
        ([Axis::ONCE, channel, row], columns)
    } else {
        ([channel, row, Axis { count: columns, x: 1, w: d.dilation * LANES }], 1)
    };
    // The weights are the numbers that meet the vectors of pixels.
    let product = Product {
        x: d.weights,
        w: d.x,
        axes,
        run,
        last_run: run,
        block: stride * LANES,
        row: filter,
        step: 1,
    };
    let x0 = f * filter + rows.kernel * columns;
    let w0 = (rows.image * d.pitch + j * stride) * LANES;
    product.add::<S, PT, FT, 1, 1>(s, x0, w0, &mut sum);
    sum
}
