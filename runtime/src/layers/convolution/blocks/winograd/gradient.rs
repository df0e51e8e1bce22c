//! The weight gradient of a 3×3 convolution by Winograd's minimal filtering.
//!
//! ```text
//! dw = Gᵀ [ Σ over tiles of (Bᵀ x B) ⊙ (A dy Aᵀ) ] G     for tiles of 4×4 outputs
//! ```
//! the transpose of [`winograd`](super)'s formula, with its matrices.
//!
//! Schedule. A batch of tiles of some blocks of channels of `x` (V), as many as the second cache holds, and of
//! two blocks of filters of `dy` (D) is transformed; for each frequency and block of channels, the sums over the
//! tiles stay in registers, where each number of V meets both blocks of filters; the 36
//! sums of some blocks of channels are then transformed to taps and added to the result, which is
//! laid out as packed weights are. D is transformed anew for the next blocks of channels: that takes a few
//! percent of the products, and less than reading all of V from memory for every two blocks of filters. Of large
//! images, whose batches are many, what each addition lost is
//! kept beside the result and taken into account in the next one.

use super::transforms::{AHEAD, FACTORS, Inputs};
use super::{FREQUENCIES, P, P2, Places, Q, Q2, SIDE, TILE, frequency};
use crate::choice::choice;
use crate::layout::{Grid, LANES};
use crate::simd::product::{Outer, store_columns};
use crate::simd::{self, Job, Simd, Tiled, vector_fn};
use core::ops::Range;

/// Tiles that are transformed at a time.
const BATCH: usize = 64;
/// Blocks of channels whose tiles are transformed at a time: V has up to 1.2 MiB.
const HELD: usize = 8;
/// Blocks of channels whose frequencies are transformed back at a time.
const CHANNELS: usize = 2;
/// Blocks of filters that meet each number of V together.
const FILTERS: usize = 2;
/// Floats of 16 × 16 sums, with a line more between frequencies.
const SUMS: usize = LANES * LANES + LANES;

/// `Σ over images and pixels of d ⊗ x` for the nine taps.
#[derive(Clone, Copy)]
pub(crate) struct Gradient<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    pub(crate) d: &'a [f32],
    pub(crate) d_grid: Grid,
    /// Row and column of `x`, counted from the corner of the halo, under the first tap of the
    /// first pixel of `d`.
    pub(crate) first: [usize; 2],
    /// Pixels of `d` down and across.
    pub(crate) size: [usize; 2],
}

/// Floats of scratch for a sum over some images.
pub(crate) const fn room(channels: usize) -> usize {
    let blocks = channels.div_ceil(LANES);
    let held = if blocks < HELD { blocks } else { HELD };
    (held + FILTERS) * FREQUENCIES * frequency(BATCH) + FILTERS * CHANNELS * FREQUENCIES * SUMS
}

impl Gradient<'_> {
    /// Pixels of an image from which on its batches of tiles are many.
    pub(crate) const MANY: usize = 16 * BATCH * TILE * TILE;

    /// Overwrites `sums`, `[blocks of filters][channels / 16][taps][channels][16]`, with those
    /// over some images; channels and filters come in whole blocks. `lost`, as long as `sums` or empty,
    /// holds what rounding takes off the sums meanwhile.
    pub(crate) fn sum(
        &self,
        images: Range<usize>,
        blocks: Range<usize>,
        sums: &mut [f32],
        lost: &mut [f32],
        scratch: &mut [f32],
    ) {
        lost.fill(0.0);
        let [rows, columns] = self.size.map(|n| n.div_ceil(TILE));
        let places = Places { images, rows: 0..rows, columns };
        let channels = self.x_grid.blocks();
        let step = frequency(BATCH);
        let plane = FREQUENCIES * step;
        let (v, rest) = scratch.split_at_mut(channels.min(HELD) * plane);
        let (d, m) = rest.split_at_mut(FILTERS * plane);
        let taps = 9 * LANES * LANES;
        let one = channels * taps;
        choice!("several batches of tiles for a gradient", places.len() > BATCH);
        choice!("channels for a gradient in parts", channels > HELD);
        choice!("channels for a gradient in steps", channels > CHANNELS);
        for start in (0..places.len()).step_by(BATCH) {
            let tiles = start..places.len().min(start + BATCH);
            for held in (0..channels).step_by(HELD) {
                let held = held..channels.min(held + HELD);
                for (block, v) in held.clone().zip(v.chunks_exact_mut(plane)) {
                    let (x, grid, first) = (self.x, self.x_grid, self.first);
                    let (places, tiles) = (&places, tiles.clone());
                    simd::run(Inputs { x, grid, first, places, tiles, block, step, v });
                }
                for first in (0..blocks.len()).step_by(FILTERS) {
                    let filters = first..blocks.len().min(first + FILTERS);
                    for (filter, d) in filters.clone().zip(d.chunks_exact_mut(plane)) {
                        let (places, tiles) = (&places, tiles.clone());
                        let block = blocks.start + filter;
                        simd::run(Outputs { g: self, places, tiles, block, d });
                    }
                    for some in held.clone().step_by(CHANNELS) {
                        let some = some..held.end.min(some + CHANNELS);
                        let v = &v[(some.start - held.start) * plane..][..some.len() * plane];
                        let (tiles, filters) = (tiles.len(), filters.clone());
                        simd::run(Products { tiles, filters: filters.len(), v, d, m });
                        for (filter, m) in filters.zip(m.chunks_exact(FILTER)) {
                            let part =
                                filter * one + some.start * taps..filter * one + some.end * taps;
                            let lost = match lost.is_empty() {
                                true => &mut [][..],
                                false => &mut lost[part.clone()],
                            };
                            let sums = &mut sums[part];
                            simd::run(Taps { m, sums, lost, first: start == 0 });
                        }
                    }
                }
            }
        }
    }
}

vector_fn! {
    /// A · y, for one column or row.
    fn output<S>(s, y: [S::V; TILE]) -> [S::V; SIDE] {
        let [p, p2, minus_p] = [P, P2, -P].map(|x| s.splat(x));
        let [q, q2, minus_q] = [Q, Q2, -Q].map(|x| s.splat(x));
        let [y0, y1, y2, y3] = y;
        let (even, odd) = (s.mul_add(p2, y2, y0), s.mul_add(p2, y3, y1));
        let (far_even, far_odd) = (s.mul_add(q2, y2, y0), s.mul_add(q2, y3, y1));
        [
            y0,
            s.mul_add(p, odd, even),
            s.mul_add(minus_p, odd, even),
            s.mul_add(q, far_odd, far_even),
            s.mul_add(minus_q, far_odd, far_even),
            y3,
        ]
    }
}

vector_fn! {
    /// Gᵀ · m, for one column or row.
    fn weight<S>(s, m: [S::V; SIDE]) -> [S::V; 3] {
        let [zero, near, _, far, ..] = FACTORS;
        let sums = [zero, near, far].map(|x| s.splat(x));
        let differences = [P * near, Q * far].map(|x| s.splat(x));
        let squares = [P2 * near, Q2 * far].map(|x| s.splat(x));
        let [m0, m1, m2, m3, m4, m5] = m;
        let (a, b) = (s.add(m1, m2), s.sub(m1, m2));
        let (c, d) = (s.add(m3, m4), s.sub(m3, m4));
        [
            s.mul_add(sums[0], m0, s.mul_add(sums[1], a, s.mul(sums[2], c))),
            s.mul_add(differences[0], b, s.mul(differences[1], d)),
            s.mul_add(squares[0], a, s.mul_add(squares[1], c, m5)),
        ]
    }
}

/// D: one block of filters of a batch, `[frequency][tile][16]`.
struct Outputs<'a> {
    g: &'a Gradient<'a>,
    places: &'a Places,
    tiles: Range<usize>,
    block: usize,
    d: &'a mut [f32],
}

impl Job for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { g, places, tiles, block, d } = self;
        let grid = &g.d_grid;
        let step = frequency(BATCH);
        let start = |image: usize| image * grid.step + block * grid.plane();
        let last = tiles.end.saturating_sub(1);
        for (at, tile) in tiles.enumerate() {
            let [image, row, column] = places.place(tile);
            let y = &g.d[start(image)..][..grid.plane()];
            let (i, j) = (row * TILE, column * TILE);
            let [image, row, column] = places.place(last.min(tile + AHEAD));
            let ahead = start(image) + grid.pixel(row * TILE, column * TILE);
            let ahead = g.d.as_ptr().wrapping_add(ahead);
            let rows = each!(4, a => output(
                s,
                each!(4, b => if i + a < g.size[0] && j + b < g.size[1] {
                    s.prefetch(ahead.wrapping_add(a * grid.pitch() + b * LANES));
                    s.load(&y[grid.pixel(i + a, j + b)..])
                } else {
                    s.splat(0.0)
                })
            ));
            for b in 0..SIDE {
                let column = output(s, [rows[0][b], rows[1][b], rows[2][b], rows[3][b]]);
                for a in 0..SIDE {
                    s.store(column[a], &mut d[(a * SIDE + b) * step + at * LANES..]);
                }
            }
        }
    }
}

/// M: the sums over the tiles for some blocks of filters and channels,
/// `[filters][channels][frequency][channel][16]`.
struct Products<'a> {
    tiles: usize,
    /// Blocks.
    filters: usize,
    v: &'a [f32],
    d: &'a [f32],
    m: &'a mut [f32],
}

impl Job for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

impl Tiled for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        choice!("blocks of filters of a Winograd gradient", self.filters, {
            2.. => self.by::<S, FILTERS, 8>(s),
            _ => self.by::<S, 1, 16>(s),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        self.one_by_one::<S, 4>(s);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        self.one_by_one::<S, 1>(s);
    }
}

/// Floats of one block of filters in M.
const FILTER: usize = CHANNELS * FREQUENCIES * SUMS;

impl Products<'_> {
    /// The blocks of filters in turn: vectors of two would leave too few registers for the sums.
    #[inline(always)]
    fn one_by_one<S: Simd, const C: usize>(self, s: S) {
        let plane = FREQUENCIES * frequency(BATCH);
        let filters = self.d.chunks_exact(plane).zip(self.m.chunks_exact_mut(FILTER));
        for (d, m) in filters.take(self.filters) {
            Products { d, m, filters: 1, ..self }.by::<S, 1, C>(s);
        }
    }

    /// `FT` blocks of filters and `C` channels at a time.
    #[inline(always)]
    fn by<S: Simd, const FT: usize, const C: usize>(self, s: S) {
        let Self { tiles, v, d, m, .. } = self;
        let step = frequency(BATCH);
        let plane = FREQUENCIES * step;
        let (size, x_step) = ([1, tiles], [0, LANES]);
        let outer = Outer { x: v, d, size, x_step, d_row: 0, d_block: plane };
        let start = s.start();
        for frequency in 0..FREQUENCIES {
            for block in 0..v.len() / plane {
                for k in 0..LANES / C {
                    let mut sum = [[start; C]; FT];
                    let x0 = block * plane + frequency * step + k * C;
                    outer.add::<S, FT, C>(s, x0, frequency * step, &mut sum);
                    let at = (block * FREQUENCIES + frequency) * SUMS + k * C * LANES;
                    for f in 0..FT {
                        for c in 0..C {
                            sum[f][c] = s.total(sum[f][c]);
                        }
                        let m = &mut m[f * FILTER + at..];
                        store_columns::<S, C>(s, sum[f], m, LANES);
                    }
                }
            }
        }
    }
}

/// The taps of some blocks of channels, added to what the batches before gave.
struct Taps<'a> {
    /// Whether there was none.
    first: bool,
    m: &'a [f32],
    /// `[channels / 16][taps][channels][16]`
    sums: &'a mut [f32],
    /// As long, or empty.
    lost: &'a mut [f32],
}

impl Job for Taps<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let one = 9 * LANES * LANES;
        let blocks = self.m.chunks(FREQUENCIES * SUMS).zip(self.sums.chunks_exact_mut(one));
        for (i, (m, sums)) in blocks.enumerate() {
            for c in 0..LANES {
                let rows = each!(6, a => weight(
                    s,
                    each!(6, b => s.load(&m[(a * SIDE + b) * SUMS + c * LANES..]))
                ));
                for b in 0..3 {
                    let column = each!(6, a => rows[a][b]);
                    let taps = weight(s, column);
                    for a in 0..3 {
                        let at = ((a * 3 + b) * LANES + c) * LANES;
                        let sum = &mut sums[at..];
                        let before = if self.first { s.splat(0.0) } else { s.load(sum) };
                        if self.lost.is_empty() {
                            s.store(s.add(before, taps[a]), sum);
                            continue;
                        }
                        // Compensated (Kahan, 1965).
                        let lost = &mut self.lost[i * one + at..];
                        let more = s.sub(taps[a], s.load(lost));
                        let after = s.add(before, more);
                        s.store(s.sub(s.sub(after, before), more), lost);
                        s.store(after, sum);
                    }
                }
            }
        }
    }
}
