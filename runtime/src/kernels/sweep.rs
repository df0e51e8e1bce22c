//! Direct convolution in blocks of sixteen channels: register tiles that sweep over the output.
//!
//! ```text
//! for pieces of the output (threads: images, blocks of filters, rows):
//!     for bands of rows, for groups of FT blocks of filters, for some tiles of R rows × C columns:
//!         for parts of the channels, for these tiles:
//!             sum += Σ x · w over the part's channels, kernel rows, kernel columns
//!         y = clamp(sum + bias + addend)
//! ```
//! Schedule. A band's input stays in the second cache while all groups sweep over it. A part's
//! weights stay in the first while some tiles meet them, whose sums wait in memory in between. Tiles
//! at the edges reach back over their neighbours and compute some pixels twice; where an output's
//! pixel is a sum over one pixel of an input without a halo, the rows of a band are one long row.
//! Padding is the input's halo. The gradient of the input is the same sweep over that of the
//! output, with the kernel turned; for a stride of S it is S² sweeps, each over the pixels that the
//! same taps reach.

use crate::layout::Grid;
use crate::simd::product::{Axis, Product, load_columns, store_columns};
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::View;
use core::marker::PhantomData;
use core::ops::Range;

/// What is done with a row.
pub(crate) type Row<'a> = &'a (dyn Fn(&mut [f32]) + Sync);

/// What happens to finished sums.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    /// The sums are brought into this range in registers.
    pub(crate) range: [f32; 2],
    /// Called with every finished row, where the range is not all.
    pub(crate) row: Option<Row<'a>>,
}

impl Finish<'_> {
    /// The sums as they are.
    pub(crate) const NONE: Self = Self { range: [f32::NEG_INFINITY, f32::INFINITY], row: None };
}

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
    pub(crate) sees: Option<&'a (dyn Fn(usize) -> usize + Sync)>,
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
}

/// Floats that fit the second cache beside others.
const CACHE: usize = 64 * 1024;

/// Sums that wait while their tiles' neighbours meet the same part of the weights: with it they fit
/// the first cache.
const WAITING: usize = 168;

/// The floats from one column of a tile to the next (0 where they are known at run time only), and
/// the tile shapes that there is code for.
trait Step {
    const STEP: usize;
    /// Blocks of filters × rows × columns for 28, 6 and 3 accumulators. Six are twelve of sixteen
    /// registers: with them only one block's weights fit beside the number that they meet.
    const SHAPES: [&'static [[usize; 3]]; 3];
    fn large<S: Simd>(s: S, part: Part<'_, '_, Self>);
    fn medium<S: Simd>(s: S, part: Part<'_, '_, Self>);
    fn small<S: Simd>(s: S, part: Part<'_, '_, Self>);
}

macro_rules! steps {
    ($(#[$meta:meta])* $name:ident:
        $($size:ident: $([$f:literal, $r:literal, $c:literal])*;)*) => {
        $(#[$meta])*
        struct $name<const STEP: usize>;

        impl<const STEP: usize> Step for $name<STEP> {
            const STEP: usize = STEP;
            const SHAPES: [&'static [[usize; 3]]; 3] = [$(&[$([$f, $r, $c]),*]),*];
            $(
                #[inline(always)]
                fn $size<S: Simd>(s: S, part: Part<'_, '_, Self>) {
                    let Part { sweep, view, shape, flat, blocks, .. } = part;
                    match shape {
                        $([$f, $r, $c] => {
                            s.run(Tiles::<'_, '_, $f, $r, $c, STEP> { sweep, view, flat, blocks });
                        })*
                        _ => unreachable!("a tile shape without code"),
                    }
                }
            )*
        }
    };
}

steps! {
    /// Neighbouring pixels of whole blocks, the case that matters most.
    Near:
    large: [2, 1, 14] [2, 2, 7] [4, 1, 7] [2, 1, 8] [2, 2, 4] [4, 1, 4] [4, 2, 2] [1, 1, 14]
        [1, 2, 7] [1, 1, 8] [4, 1, 1] [1, 1, 3] [1, 1, 1];
    medium: [1, 1, 6] [1, 2, 3] [1, 1, 5] [1, 1, 4] [1, 2, 2] [2, 1, 2] [4, 1, 1] [1, 1, 2] [1, 1, 1];
    small: [1, 1, 3] [1, 1, 1];
}
steps! {
    /// Pixels further apart, or of few channels.
    Far:
    large: [2, 1, 14] [2, 2, 7] [2, 1, 4] [1, 1, 14] [4, 1, 1] [1, 1, 1];
    medium: [1, 1, 6] [1, 2, 3] [1, 1, 4] [4, 1, 1] [1, 1, 1];
    small: [1, 1, 3] [1, 1, 1];
}
steps! {
    /// Numbers of a single channel side by side: a tile of one row needs one address.
    Planes:
    large: [2, 1, 14] [2, 2, 7] [1, 1, 14] [1, 1, 10] [1, 1, 8] [1, 1, 4] [1, 1, 1];
    medium: [1, 1, 6] [1, 2, 3] [1, 1, 4] [1, 1, 1];
    small: [1, 1, 3] [1, 1, 1];
}

/// Computes what a view asks for.
pub(crate) type Fill = fn(&Sweep<'_>, &mut View<'_>);

/// The sweep whose tiles are made for outputs that read so many floats apart. Layers keep it as a
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
    assert!(K::STEP == 0 || K::STEP == sweep.stride[1] * sweep.x_grid.lanes, "a tile of this step");
    simd::run(Choose::<'_, '_, K> { sweep, view, step: PhantomData });
}

struct Choose<'a, 'v, K> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    step: PhantomData<K>,
}

/// The shape that fills `blocks × rows × columns` at the least cost, and that cost, with so many
/// floats of weights for each block.
fn tile_shape<S: Simd, K: Step>(
    [blocks, rows, columns]: [usize; 3],
    weights: usize,
) -> ([usize; 3], usize) {
    let shapes = match S::ACCUMULATORS {
        28.. => K::SHAPES[0],
        6.. => K::SHAPES[1],
        _ => K::SHAPES[2],
    };
    // Quarters of a cycle for one number of the run: two multiply–adds or loads a cycle, four
    // instructions in all, and each sum waits four cycles for itself. Vectors are one register, or two
    // and more where sums are few.
    let registers = if S::ACCUMULATORS < 28 { 2 } else { 1 };
    let cost = |&[f, r, c]: &[usize; 3]| {
        let (pixels, f_registers) = (r * c, f * registers);
        let (sums, loads) = (f_registers * pixels, f_registers + pixels);
        let tile = (2 * sums).max(sums + loads).max(2 * loads).max(16);
        // Weights that crowd the input out of the second cache come from beyond it, tile by tile.
        let far = if f * weights > CACHE { 5 } else { 4 };
        (blocks / f + blocks % f) * rows.div_ceil(r) * columns.div_ceil(c) * tile * far
    };
    let fits = |&&[f, r, c]: &&[usize; 3]| f <= blocks && r <= rows && c <= columns;
    let shape = shapes.iter().filter(fits).min_by_key(|shape| cost(shape)).unwrap_or(&[1, 1, 1]);
    (*shape, cost(shape))
}

impl<K: Step> Job for Choose<'_, '_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view, step } = self;
        let rows = sweep.outputs(view).len();
        if rows == 0 {
            return;
        }
        let blocks = view.blocks.clone();
        let together = if sweep.sees.is_some() { 1 } else { blocks.len() };
        let choose = |together| {
            let [shape, long] = [false, true].map(|flat| {
                let [rows, columns] = extent(flat, [rows, sweep.size[1]]);
                tile_shape::<S, K>([together, rows, columns], sweep.block)
            });
            // The ends of rows inside a tile take time too.
            let flat = sweep.is_flat(K::STEP) && 25 * long.1 < 24 * shape.1;
            (if flat { long.0 } else { shape.0 }, flat)
        };
        let (shape, flat) = choose(together);
        let whole = blocks.start + blocks.len() / shape[0] * shape[0];
        s.tiled(Part { sweep, view, shape, flat, blocks: blocks.start..whole, step });
        if whole < blocks.end {
            // Blocks that fill no group are done one by one.
            let (shape, flat) = choose(1);
            s.tiled(Part { sweep, view, shape, flat, blocks: whole..blocks.end, step });
        }
    }
}

/// Some blocks of a view, by tiles of one shape.
struct Part<'a, 'v, K: ?Sized> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    shape: [usize; 3],
    /// Whether the tiles are to fill one long row.
    flat: bool,
    blocks: Range<usize>,
    step: PhantomData<K>,
}

impl<K: Step> Tiled for Part<'_, '_, K> {
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

struct Tiles<'a, 'v, const FT: usize, const R: usize, const C: usize, const STEP: usize> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    flat: bool,
    blocks: Range<usize>,
}

impl<const FT: usize, const R: usize, const C: usize, const STEP: usize> Job
    for Tiles<'_, '_, FT, R, C, STEP>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view, flat, blocks } = self;
        let rows = sweep.outputs(view);
        // Rows that fill a tile, and rows of outputs whose inputs fit the second cache.
        let least = if flat { C.div_ceil(sweep.size[1]) } else { R };
        let x_row = sweep.axes[0].count * sweep.x_grid.pitch() * sweep.stride[0];
        let band = (CACHE / x_row.max(1)).max(least).next_multiple_of(R);
        let mut waiting = [s.zero(); WAITING];
        for image in view.images.clone() {
            let mut first = rows.start;
            while first < rows.end {
                let mut end = first + band;
                if end + least > rows.end {
                    end = rows.end;
                }
                for block in blocks.clone().step_by(FT) {
                    let area = Area { image, block, rows: first..end, flat };
                    sweep.area::<S, FT, R, C, STEP>(s, view, &area, &mut waiting);
                    if let Some(finish) = sweep.finish.row {
                        for block in block..block + FT {
                            area.rows.clone().for_each(|i| finish(view.row(image, block, i)));
                        }
                    }
                }
                first = end;
            }
        }
    }
}

/// Some rows of FT blocks of filters of an image, which lie in the first cache with a part of the
/// weights.
struct Area {
    image: usize,
    block: usize,
    rows: Range<usize>,
    /// Whether the rows are one long row.
    flat: bool,
}

impl Sweep<'_> {
    /// The rows of outputs that lie in the view's rows.
    fn outputs(&self, view: &View<'_>) -> Range<usize> {
        let index = |row: usize| row.saturating_sub(self.y_first[0]).div_ceil(self.y_step[0]);
        index(view.rows.start)..index(view.rows.end).min(self.size[0])
    }

    /// Whether the pixels under neighbouring outputs are neighbours over the ends of rows too.
    #[inline(always)]
    fn is_flat(&self, step: usize) -> bool {
        let g = &self.x_grid;
        step == 16
            && [self.axes[1].count, self.axes[2].count, g.halo + 1] == [1; 3]
            && [self.stride, self.y_step] == [[1; 2]; 2]
            && [self.first, self.y_first] == [[0; 2]; 2]
            && self.size == [g.height, g.width]
    }

    #[inline(always)]
    fn area<S: Simd, const FT: usize, const R: usize, const C: usize, const STEP: usize>(
        &self,
        s: S,
        view: &mut View<'_>,
        area: &Area,
        waiting: &mut [S::V; WAITING],
    ) {
        let &Area { image, block, ref rows, flat } = area;
        let g = &self.x_grid;
        let sees = self.sees.map_or(0, |sees| sees(block));
        // Only the last block of channels can be short.
        let reaches_end = sees + self.axes[0].count == g.blocks();
        let product = Product {
            x: &self.x[image * g.step..][..g.len()],
            w: self.w,
            axes: self.axes,
            run: self.run,
            last_run: if reaches_end { self.last_run } else { self.run },
            block: self.block,
            row: self.stride[0] * g.pitch(),
            step: self.stride[1] * g.lanes,
        };
        let x0 = sees * g.plane()
            + (self.first[0] + rows.start * self.stride[0]) * g.pitch()
            + self.first[1] * g.lanes;
        let w0 = self.w_first + block * self.block;
        let [down, across] = extent(flat, [rows.len(), self.size[1]]);
        let mut tiles = down.div_ceil(R) * across.div_ceil(C);
        let mut next = [0, 0];
        let parts = product.parts();
        while tiles > 0 {
            let some = tiles.min(WAITING / (FT * R * C));
            let first = next;
            for part in 0..parts {
                let (product, [x_part, w_part]) = product.part(part);
                next = first;
                for waiting in waiting.chunks_exact_mut(FT * R * C).take(some) {
                    let [i, j] = [next[0].min(down - R), next[1].min(across - C)];
                    let x0 = x0 + x_part + i * product.row + j * product.step;
                    let mut sum = [[[s.zero(); C]; R]; FT];
                    product.add::<S, FT, R, C, STEP>(s, x0, w0 + w_part, &mut sum);
                    if part > 0 {
                        each_sum(&mut sum, waiting, |sum, waiting| *sum = s.add(*waiting, *sum));
                    }
                    if part + 1 < parts {
                        each_sum(&mut sum, waiting, |sum, waiting| *waiting = *sum);
                    } else {
                        self.finish_tile(s, view, area, [i, j], &sum);
                    }
                    next[1] += C;
                    if next[1] >= across {
                        next = [next[0] + R, 0];
                    }
                }
            }
            tiles -= some;
        }
    }

    /// Writes a tile at a row and column of an area.
    #[inline(always)]
    fn finish_tile<S: Simd, const FT: usize, const R: usize, const C: usize>(
        &self,
        s: S,
        view: &mut View<'_>,
        area: &Area,
        [i, j]: [usize; 2],
        sum: &[[[S::V; C]; R]; FT],
    ) {
        let columns = self.size[1];
        let place = |j: usize| [area.rows.start + j / columns, j % columns];
        let [row, column] = if area.flat { place(j) } else { [area.rows.start + i, j] };
        for f in 0..FT {
            let block = area.block + f;
            for r in 0..R {
                if column + C <= columns {
                    self.finish(s, view, [area.image, block], [row + r, column], sum[f][r]);
                } else {
                    // Over the end of a row.
                    for c in 0..C {
                        let sum = [sum[f][r][c]];
                        self.finish(s, view, [area.image, block], place(j + c), sum);
                    }
                }
            }
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
        if let Some(bias) = self.bias {
            let bias = s.load(&bias[block * 16..]);
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
        let (low, high) = (s.splat(self.finish.range[0]), s.splat(self.finish.range[1]));
        for c in 0..C {
            // A NaN stays a NaN.
            sum[c] = s.min(high, s.max(low, sum[c]));
        }
        store_columns::<S, C>(s, sum, &mut view.row(image, block, i)[j * 16..], step);
    }
}

/// Rows and columns to be filled with tiles.
#[inline(always)]
fn extent(flat: bool, [rows, columns]: [usize; 2]) -> [usize; 2] {
    if flat { [1, rows * columns] } else { [rows, columns] }
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
