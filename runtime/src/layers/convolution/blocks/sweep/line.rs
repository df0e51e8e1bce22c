//! Tiles for few registers: FT blocks of filters × C pixels that follow each other, over the ends of
//! rows too.
//!
//! So tiles are full whatever the width. Where the numbers under the pixels lie side by side, the usual
//! distance is a constant; the others' places are kept in registers, and may be any.

use super::{Area, Sweep, WAITING, each_sum, tile_shape};
use crate::choice::choice;
use crate::layout::LANES;
use crate::simd::{Job, Simd};
use crate::view::View;
use core::ops::Range;

macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident: $([$f:literal, $c:literal])*;)*) => { $(
        $(#[$meta])*
        #[inline(always)]
        pub(super) fn $name<S: Simd, const STEP: usize>(s: S, sweep: &Sweep<'_>, view: &mut View<'_>) {
            const SHAPES: &[[usize; 3]] = &[$([$f, 1, $c]),*];
            const WAYS: &[(&str, [usize; 3])] = &[$((stringify!($name), [$f, 1, $c])),*];
            let pixels = sweep.outputs(view).len() * sweep.size[1];
            let choose = |together| {
                let (shape, _) = tile_shape(S::ACCUMULATORS, SHAPES, [together, 1, pixels], sweep.block);
                choice!("tile of pixels in a line", (stringify!($name), shape), of WAYS);
                (shape, ())
            };
            sweep.groups(view, choose, |shape, (), view, blocks| match shape {
                $([$f, 1, $c] => s.run(Tiles::<'_, '_, $f, $c, STEP> { sweep, view, blocks }),)*
                _ => unreachable!("a tile shape without code"),
            });
        }
    )* };
}

shapes! {
    /// With six accumulators, which are twelve of sixteen registers: only one block's weights fit
    /// beside the number that they meet.
    medium: [1, 6] [1, 5] [1, 4] [2, 2] [4, 1] [1, 2] [1, 1];
    /// The same for inputs of few channels, which are large.
    few: [1, 6] [1, 4] [1, 1];
    /// With three.
    small: [1, 3] [1, 1];
}

struct Tiles<'a, 'v, const FT: usize, const C: usize, const STEP: usize> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    blocks: Range<usize>,
}

impl<const FT: usize, const C: usize, const STEP: usize> Job for Tiles<'_, '_, FT, C, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view, blocks } = self;
        let mut waiting = [s.zero(); WAITING];
        let least = C.div_ceil(sweep.size[1]);
        for area in sweep.areas(view, blocks, FT, [least, 1]) {
            fill_area::<S, FT, C, STEP>(s, sweep, view, &area, &mut waiting);
            sweep.finish_rows(view, &area, FT);
        }
    }
}

#[inline(always)]
fn fill_area<S: Simd, const FT: usize, const C: usize, const STEP: usize>(
    s: S,
    sweep: &Sweep<'_>,
    view: &mut View<'_>,
    area: &Area,
    waiting: &mut [S::V; WAITING],
) {
    let (product, [x0, w0]) = sweep.product(area);
    let width = sweep.size[1];
    let pixels = area.rows.len() * width;
    let parts = product.parts();
    let start = s.start();
    let near = product.step == STEP;
    // Over the ends of rows too.
    let all_near = near && product.row == width * STEP;
    let most = WAITING / (FT * C) * C;
    choice!("sums of a line in parts", parts > 1);
    choice!("more pixels than wait", pixels > most);
    for first in (0..pixels).step_by(most) {
        let end = pixels.min(first + most);
        for part in 0..parts {
            let (product, [x_part, w_part]) = product.part(part);
            let [x0, w0] = [x0 + x_part, w0 + w_part];
            // While the tiles meet these weights, those of the next part or block come nearer. A tile of
            // several blocks has no neighbors, and the first cache no room for more.
            let (mut ahead, floats) = product.weights_after(w0);
            let lines = if FT == 1 { floats.div_ceil(LANES) } else { 0 };
            let share = lines.div_ceil((end - first).div_ceil(C)) * LANES;
            let sums = waiting.chunks_exact_mut(FT * C);
            for (tile, waiting) in (first..end).step_by(C).zip(sums) {
                for float in (0..share).step_by(LANES) {
                    s.prefetch(ahead.wrapping_add(float));
                }
                ahead = ahead.wrapping_add(share);
                // The last tile reaches back.
                let tile = tile.min(pixels - C);
                let mut sum = [[[start; C]; 1]; FT];
                let (i, j) = (tile / width, tile % width);
                let x = x0 + i * product.row + j * product.step;
                if choice!("pixels at one distance", all_near || near && j + C <= width) {
                    product.add::<S, FT, 1, C, STEP>(s, x, w0, &mut sum);
                } else {
                    let (mut next, mut left) = (x, width - j);
                    let mut places = [x; C];
                    for c in 1..C {
                        (next, left) = (next + product.step, left - 1);
                        if left == 0 {
                            (next, left) = (next + product.row - width * product.step, width);
                        }
                        places[c] = next;
                    }
                    product.add_pixels::<S, FT, C>(s, &places, w0, &mut sum);
                }
                if part > 0 {
                    each_sum(&mut sum, waiting, |sum, waiting| *sum = s.add(*waiting, *sum));
                }
                if part + 1 < parts {
                    each_sum(&mut sum, waiting, |sum, waiting| *waiting = *sum);
                } else {
                    let place = [area.rows.start + i, j];
                    for f in 0..FT {
                        sweep.finish_line(s, view, area, [f, tile], place, sum[f][0]);
                    }
                }
            }
        }
    }
}
