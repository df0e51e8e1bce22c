//! Tiles for many registers: FT blocks of filters × R rows × C columns.
//!
//! The columns lie in equal steps, mostly known ones, for the numbers of 28 sums have too many addresses
//! for registers. Where an output's pixel is a sum over one pixel of an input without a halo, the rows of
//! an area may be one long row.

use super::{Area, Sweep, WAITING, each_sum, line, tile_shape};
use crate::choice::choice;
use crate::layout::LANES;
use crate::simd::{Job, Simd};
use crate::view::View;
use core::ops::Range;

/// The floats from one column of a tile to the next (0 where they are known at run time only), and
/// the tile shapes that there is code for.
pub(super) trait Step {
    const STEP: usize;
    /// Blocks of filters × rows × columns.
    const SHAPES: &'static [[usize; 3]];
    /// Them beside the step.
    const WAYS: &'static [(usize, [usize; 3])];
    fn run<S: Simd>(s: S, shape: [usize; 3], part: ViewPart<'_, '_>);
    /// Computes what the view asks for with six accumulators.
    fn medium<S: Simd>(s: S, sweep: &Sweep<'_>, view: &mut View<'_>);
}

macro_rules! steps {
    ($($(#[$meta:meta])* $name:ident: $([$f:literal, $r:literal, $c:literal])*;)*) => { $(
        $(#[$meta])*
        pub(super) struct $name<const STEP: usize>;

        impl<const STEP: usize> Step for $name<STEP> {
            const STEP: usize = STEP;
            const SHAPES: &'static [[usize; 3]] = &[$([$f, $r, $c]),*];
            const WAYS: &'static [(usize, [usize; 3])] = &[$((STEP, [$f, $r, $c])),*];

            #[inline(always)]
            fn run<S: Simd>(s: S, shape: [usize; 3], part: ViewPart<'_, '_>) {
                let ViewPart { sweep, view, flat, blocks } = part;
                match shape {
                    $([$f, $r, $c] => {
                        s.run(Tiles::<'_, '_, $f, $r, $c, STEP> { sweep, view, flat, blocks });
                    })*
                    _ => unreachable!("a tile shape without code"),
                }
            }
            #[inline(always)]
            fn medium<S: Simd>(s: S, sweep: &Sweep<'_>, view: &mut View<'_>) {
                match STEP % LANES {
                    0 => line::medium::<S, LANES>(s, sweep, view),
                    _ => line::few::<S, STEP>(s, sweep, view),
                }
            }
        }
    )* };
}

steps! {
    /// Neighboring pixels of whole blocks, the case that matters most.
    Near: [2, 1, 14] [2, 2, 7] [4, 1, 7] [2, 1, 8] [2, 2, 4] [4, 1, 4] [4, 2, 2] [1, 1, 14] [1, 2, 7]
        [1, 1, 8] [4, 1, 1] [1, 1, 3] [1, 1, 1];
    /// Pixels further apart, or of few channels.
    Far: [2, 1, 14] [2, 2, 7] [2, 1, 4] [1, 1, 14] [4, 1, 1] [1, 1, 1];
    /// Numbers of a single channel side by side: a tile of one row needs one address.
    Planes: [2, 1, 14] [2, 2, 7] [1, 1, 14] [1, 1, 10] [1, 1, 8] [1, 1, 4] [1, 1, 1];
}

/// Computes what the view asks for.
#[inline(always)]
pub(super) fn fill<S: Simd, K: Step>(s: S, sweep: &Sweep<'_>, view: &mut View<'_>) {
    let rows = sweep.outputs(view).len();
    let choose = |together| {
        let [shape, long] = [false, true].map(|flat| {
            let [rows, columns] = extent(flat, [rows, sweep.size[1]]);
            tile_shape(S::ACCUMULATORS, K::SHAPES, [together, rows, columns], sweep.block)
        });
        // The ends of rows inside a tile take time too.
        let flat = is_flat(sweep, K::STEP) && 25 * long.1 < 24 * shape.1;
        let (shape, _) = if choice!("one long row", flat) { long } else { shape };
        choice!("tile of a sweep", (K::STEP, shape), of K::WAYS);
        (shape, flat)
    };
    sweep.groups(view, choose, |shape, flat, view, blocks| {
        K::run(s, shape, ViewPart { sweep, view, flat, blocks });
    });
}

/// Some blocks of a view.
pub(super) struct ViewPart<'a, 'v> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    /// Whether the tiles are to fill one long row.
    flat: bool,
    blocks: Range<usize>,
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
        let least = if flat { C.div_ceil(sweep.size[1]) } else { R };
        let mut waiting = [s.zero(); WAITING];
        for area in sweep.areas(view, blocks, FT, [least, R]) {
            fill_area::<S, FT, R, C, STEP>(s, sweep, view, &area, flat, &mut waiting);
            sweep.finish_rows(view, &area, FT);
        }
    }
}

/// Whether the pixels under neighboring outputs are neighbors over the ends of rows too.
#[inline(always)]
fn is_flat(sweep: &Sweep<'_>, step: usize) -> bool {
    let g = &sweep.x_grid;
    step == 16
        && [sweep.axes[1].count, sweep.axes[2].count, g.halo + 1] == [1; 3]
        && [sweep.stride, sweep.y_step] == [[1; 2]; 2]
        && [sweep.first, sweep.y_first] == [[0; 2]; 2]
        && sweep.size == [g.height, g.width]
}

#[inline(always)]
fn fill_area<S: Simd, const FT: usize, const R: usize, const C: usize, const STEP: usize>(
    s: S,
    sweep: &Sweep<'_>,
    view: &mut View<'_>,
    area: &Area,
    flat: bool,
    waiting: &mut [S::V; WAITING],
) {
    let (product, [x0, w0]) = sweep.product(area);
    let [down, across] = extent(flat, [area.rows.len(), sweep.size[1]]);
    let mut tiles = down.div_ceil(R) * across.div_ceil(C);
    let mut next = [0, 0];
    let parts = product.parts();
    choice!("sums in parts", parts > 1);
    choice!("more tiles than wait", tiles > WAITING / (FT * R * C));
    let start = s.start();
    while tiles > 0 {
        let some = tiles.min(WAITING / (FT * R * C));
        let first = next;
        for part in 0..parts {
            let (product, [x_part, w_part]) = product.part(part);
            next = first;
            for waiting in waiting.chunks_exact_mut(FT * R * C).take(some) {
                let [i, j] = [next[0].min(down - R), next[1].min(across - C)];
                let x0 = x0 + x_part + i * product.row + j * product.step;
                let mut sum = [[[start; C]; R]; FT];
                product.add::<S, FT, R, C, STEP>(s, x0, w0 + w_part, &mut sum);
                if part > 0 {
                    each_sum(&mut sum, waiting, |sum, waiting| *sum = s.add(*waiting, *sum));
                }
                if part + 1 < parts {
                    each_sum(&mut sum, waiting, |sum, waiting| *waiting = *sum);
                } else {
                    finish_tile(s, sweep, view, area, flat, [i, j], &sum);
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
    s: S,
    sweep: &Sweep<'_>,
    view: &mut View<'_>,
    area: &Area,
    flat: bool,
    [i, j]: [usize; 2],
    sum: &[[[S::V; C]; R]; FT],
) {
    let [row, column] = if flat { area.place(sweep, j) } else { [area.rows.start + i, j] };
    for f in 0..FT {
        for r in 0..R {
            if flat {
                sweep.finish_line(s, view, area, [f, j], [row, column], sum[f][r]);
            } else {
                let place = [area.image, area.block + f];
                sweep.finish(s, view, place, [row + r, column], sum[f][r]);
            }
        }
    }
}

/// Rows and columns to be filled with tiles.
#[inline(always)]
fn extent(flat: bool, [rows, columns]: [usize; 2]) -> [usize; 2] {
    if flat { [1, rows * columns] } else { [rows, columns] }
}
