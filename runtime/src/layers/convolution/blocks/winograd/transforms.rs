//! The three transformations of a convolution's tiles.

use super::{
    Batch, DEPTH, FREQUENCIES, P, P2, PITCH, Places, Q, Q2, SIDE, TILE, WEIGHTS, Winograd,
    frequency,
};
use crate::choice::choice;
use crate::layout::{Grid, LANES};
use crate::simd::{Job, Simd, vector_fn};
use crate::view::View;
use core::ops::Range;

vector_fn! {
    /// Bᵀ · d, for one column or row.
    fn input<S>(s, d: [S::V; SIDE]) -> [S::V; SIDE] {
        let [product, minus_sum] = [P2 * Q2, -(P2 + Q2)].map(|x| s.splat(x));
        let [minus_p2, minus_q2] = [-P2, -Q2].map(|x| s.splat(x));
        let [p, minus_p, q, minus_q] = [P, -P, Q, -Q].map(|x| s.splat(x));
        let [d0, d1, d2, d3, d4, d5] = d;
        let a = s.mul_add(minus_q2, d2, d4);
        let b = s.mul_add(minus_q2, d1, d3);
        let c = s.mul_add(minus_p2, d2, d4);
        let e = s.mul_add(minus_p2, d1, d3);
        [
            s.mul_add(product, d0, s.mul_add(minus_sum, d2, d4)),
            s.mul_add(p, b, a),
            s.mul_add(minus_p, b, a),
            s.mul_add(q, e, c),
            s.mul_add(minus_q, e, c),
            s.mul_add(product, d1, s.mul_add(minus_sum, d3, d5)),
        ]
    }
}

vector_fn! {
    /// G · g, for one column or row, but for the [`FACTORS`].
    pub(super) fn weight<S>(s, g: [S::V; 3]) -> [S::V; SIDE] {
        let [p2, q2] = [P2, Q2].map(|x| s.splat(x));
        let [p, minus_p, q, minus_q] = [P, -P, Q, -Q].map(|x| s.splat(x));
        let [g0, g1, g2] = g;
        let near = s.mul_add(p2, g2, g0);
        let far = s.mul_add(q2, g2, g0);
        [
            g0,
            s.mul_add(p, g1, near),
            s.mul_add(minus_p, g1, near),
            s.mul_add(q, g1, far),
            s.mul_add(minus_q, g1, far),
            g2,
        ]
    }
}

/// The rows' factors of G. They are left to the finished sums.
pub(super) const FACTORS: [f32; SIDE] = {
    let (near, far) = (1.0 / (2.0 * P2 * (P2 - Q2)), 1.0 / (2.0 * Q2 * (Q2 - P2)));
    [1.0 / (P2 * Q2), near, near, far, far, 1.0]
};

/// What the products of a frequency are to be multiplied by.
pub(super) const fn factor(frequency: usize) -> f32 {
    FACTORS[frequency / SIDE] * FACTORS[frequency % SIDE]
}

vector_fn! {
    /// Aᵀ · m, for one column or row.
    fn output<S>(s, m: [S::V; SIDE]) -> [S::V; TILE] {
        let [p, p2, p3] = [P, P2, P2 * P].map(|x| s.splat(x));
        let [q, q2, q3] = [Q, Q2, Q2 * Q].map(|x| s.splat(x));
        let [m0, m1, m2, m3, m4, m5] = m;
        let (a, b) = (s.add(m1, m2), s.sub(m1, m2));
        let (c, d) = (s.add(m3, m4), s.sub(m3, m4));
        [
            s.add(m0, s.add(a, c)),
            s.mul_add(q, d, s.mul(p, b)),
            s.mul_add(q2, c, s.mul(p2, a)),
            s.mul_add(q3, d, s.mul_add(p3, b, m5)),
        ]
    }
}

/// Copies the pixels of a tile that lie inside the image, the first `inside` of its rows and columns, and writes
/// zeros for the others. Vector by vector: a call for each row would take longer than the transformation.
#[inline(always)]
fn copy_inside<S: Simd>(
    s: S,
    x: &[f32],
    pitch: usize,
    [rows, columns]: [usize; 2],
    patch: &mut [[f32; SIDE * LANES]; SIDE],
) {
    for (a, patch) in patch.iter_mut().enumerate() {
        let row = if a < rows { &x[a * pitch..][..columns * LANES] } else { &[] };
        for b in 0..SIDE {
            let inside = row.get(b * LANES..(b + 1) * LANES);
            s.store(inside.map_or(s.splat(0.0), |x| s.load(x)), &mut patch[b * LANES..]);
        }
    }
}

/// Tiles between a request for inputs and their use.
pub(super) const AHEAD: usize = 2;

/// V: one block of channels of a batch, `[frequency][tile][16]`.
pub(super) struct Inputs<'a> {
    pub(super) x: &'a [f32],
    pub(super) grid: Grid,
    /// Row and column of the input, counted from the corner of the halo, under the first tap.
    pub(super) first: [usize; 2],
    pub(super) places: &'a Places,
    pub(super) tiles: Range<usize>,
    pub(super) block: usize,
    /// Floats from one frequency to the next.
    pub(super) step: usize,
    pub(super) v: &'a mut [f32],
}

impl Job for Inputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { x, grid: g, first, places, tiles, block, step, v } = self;
        let mut patch = [[0.0; SIDE * LANES]; SIDE];
        // Where the pixels of a tile start: its image, and those of its block in it.
        let start = |[image, row, column]: [usize; 3]| {
            let (i, j) = (first[0] + row * TILE, first[1] + column * TILE);
            [image * g.step + block * g.plane(), i * g.pitch() + j * LANES]
        };
        let last = tiles.end.saturating_sub(1);
        for (at, tile) in tiles.enumerate() {
            let place @ [_, row, column] = places.place(tile);
            let [plane, _] = start(place);
            // Rows and images are too far apart for a processor to see all their streams.
            let ahead = start(places.place(last.min(tile + AHEAD)));
            let ahead = x.as_ptr().wrapping_add(ahead[0] + ahead[1]);
            let x = &x[plane..][..g.plane()];
            let (i, j) = (first[0] + row * TILE, first[1] + column * TILE);
            let whole = i + SIDE <= g.rows() && (j + SIDE) * LANES <= g.pitch();
            if !choice!("a tile inside the image", whole) {
                let inside = [SIDE.min(g.rows() - i), SIDE.min(g.pitch() / LANES - j)];
                copy_inside(s, &x[i * g.pitch() + j * LANES..], g.pitch(), inside, &mut patch);
            }
            let columns = each!(6, b => input(
                s,
                each!(6, a => if whole {
                    if b >= SIDE - TILE {
                        s.prefetch(ahead.wrapping_add(a * g.pitch() + b * LANES));
                    }
                    s.load(&x[(i + a) * g.pitch() + (j + b) * LANES..])
                } else {
                    s.load(&patch[a][b * LANES..])
                })
            ));
            for a in 0..SIDE {
                let d = input(s, each!(6, b => columns[b][a]));
                for b in 0..SIDE {
                    s.store(d[b], &mut v[(a * SIDE + b) * step + at * LANES..]);
                }
            }
        }
    }
}

/// U but for the factors: some blocks of filters and channels, `[filters][channels][frequency][channel][16]`.
pub(super) struct Weights<'a> {
    pub(super) w: &'a Winograd<'a>,
    pub(super) filters: Range<usize>,
    pub(super) channels: Range<usize>,
    pub(super) u: &'a mut [f32],
}

impl Job for Weights<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { w, filters, channels, u } = self;
        let lanes = LANES.min(w.x_grid.channels);
        let block = 9 * lanes * LANES;
        for (f, filter) in filters.enumerate() {
            for (c, channel) in channels.clone().enumerate() {
                let g = &w.w[(filter * w.x_grid.blocks() + channel) * block..][..block];
                let u = &mut u[(f * DEPTH + c) * WEIGHTS..][..WEIGHTS];
                for k in 0..lanes {
                    let columns = each!(3, b => weight(s, each!(3, a => {
                        let tap = &g[((3 * a + b) * lanes + k) * LANES..];
                        // The taps of the next block of channels come from far away.
                        s.prefetch(tap.as_ptr().wrapping_add(block));
                        s.load(tap)
                    })));
                    for a in 0..SIDE {
                        let row = weight(s, each!(3, b => columns[b][a]));
                        for b in 0..SIDE {
                            s.store(row[b], &mut u[(a * SIDE + b) * PITCH + k * LANES..]);
                        }
                    }
                }
            }
        }
    }
}

/// The outputs of a batch of tiles.
pub(super) struct Outputs<'a, 'v> {
    pub(super) w: &'a Winograd<'a>,
    pub(super) places: &'a Places,
    pub(super) batch: &'a Batch,
    pub(super) filters: Range<usize>,
    pub(super) m: &'a [f32],
    pub(super) view: &'a mut View<'v>,
}

impl Job for Outputs<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { w, places, batch, filters, m, view } = self;
        let step = frequency(batch.padded);
        let (low, high) = (s.splat(w.finish.range[0]), s.splat(w.finish.range[1]));
        for (f, block) in filters.enumerate() {
            let bias = w.bias.map_or(s.splat(0.0), |bias| s.load(&bias[block * LANES..]));
            for (at, tile) in batch.tiles.clone().enumerate() {
                let [image, row, column] = places.place(tile);
                let columns = each!(6, b => output(
                    s,
                    each!(6, a => {
                        let frequency = f * FREQUENCIES + a * SIDE + b;
                        s.load(&m[frequency * step + at * LANES..])
                    })
                ));
                let (i, j) = (row * TILE, column * TILE);
                let width = TILE.min(w.size[1] - j);
                for a in 0..TILE.min(w.size[0] - i) {
                    let y = output(s, each!(6, b => columns[b][a]));
                    let row = &mut view.row(image, block, i + a)[j * LANES..][..width * LANES];
                    for b in 0..TILE {
                        if b < width {
                            let mut v = s.add(y[b], bias);
                            if let Some((add, grid)) = w.add {
                                let start = image * grid.step + block * grid.plane();
                                v = s.add(v, s.load(&add[start + grid.pixel(i + a, j + b)..]));
                            }
                            // A NaN stays a NaN.
                            s.store(s.min(high, s.max(low, v)), &mut row[b * LANES..]);
                        }
                    }
                    if let Some(finish) = w.finish.row {
                        finish(row);
                    }
                }
            }
        }
    }
}
