//! Few tiles: the weights go from the taps to the products without leaving the registers.
//!
//! ```text
//! for blocks of filters (threads), for groups of 4 tiles:
//!     for rows a of frequencies:
//!         for channels:
//!             u[6] = row a of G g Gᵀ;   m[6][4] += u · v
//!     y = clamp(bias + addend + Aᵀ M A)
//! ```
//! Transformed weights are four times as large as the taps; where only a few tiles read them, writing
//! them down costs more than computing them again for every group.

use super::transforms::{factor, weight};
use super::{Batch, FREQUENCIES, Outputs, Places, SIDE, Winograd, frequency};
use crate::choice::choice;
use crate::exec::{self, Exec};
use crate::layout::LANES;
use crate::simd::product::store_columns;
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::{Cut, View};

/// Tiles of a group: 24 sums, so that the weights have registers too.
pub(super) const GROUP: usize = 4;
/// Floats of a block of channels of a group, `[frequency][tile][16]`.
const V: usize = FREQUENCIES * GROUP * LANES;
/// Floats of a row of frequencies in it.
const ROW: usize = SIDE * GROUP * LANES;
/// Floats of the weights of a block of filters and a block of channels.
const TAPS: usize = 9 * LANES * LANES;
/// Tiles up to which the weights are not written down.
pub(super) const MOST: usize = 16;

/// Whether `tiles` tiles of `channels` channels are so few that they are best done here.
pub(super) fn pays(tiles: usize, channels: usize) -> bool {
    simd::run(Enough) && choice!("few tiles by Winograd", tiles <= MOST && channels >= LANES)
}

/// Whether the backend has the registers.
struct Enough;

impl Job for Enough {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> bool {
        S::ACCUMULATORS >= SIDE * GROUP
    }
}

impl Winograd<'_> {
    /// Computes what the view asks for, [`MOST`] tiles at the most.
    pub(super) fn few(&self, exec: &dyn Exec, threads: usize, view: View<'_>, scratch: &mut [f32]) {
        let places = self.places(&view);
        let groups = places.len().div_ceil(GROUP);
        let blocks = self.x_grid.blocks();
        let (v, m) = scratch.split_at_mut(blocks * groups * V);
        let groups = |block, v: &mut [f32]| {
            for (group, v) in v.chunks_exact_mut(V).enumerate() {
                let start = group * GROUP;
                simd::run(super::Inputs {
                    x: self.x,
                    grid: self.x_grid,
                    first: self.first,
                    places: &places,
                    tiles: start..places.len().min(start + GROUP),
                    block,
                    step: GROUP * LANES,
                    v,
                });
            }
        };
        let len = v.len() / blocks;
        exec::split(exec, blocks, [(&mut *v, len)], &|block, [v]| groups(block, v));
        self.few_filters(exec, threads, &places, v, view, m);
    }

    fn few_filters(
        &self,
        exec: &dyn Exec,
        threads: usize,
        places: &Places,
        v: &[f32],
        mut view: View<'_>,
        m: &mut [f32],
    ) {
        if choice!("threads share filters of few tiles", threads > 1 && view.blocks.len() > 1) {
            let half = threads / 2;
            let middle = view.blocks.start + (view.blocks.len() * half / threads).max(1);
            let [a, b] = view.cut(Cut::Blocks, middle);
            let (near, far) = m.split_at_mut(half * (m.len() / threads));
            let (mut a, mut b) = (Some(a), Some(b));
            exec.join(
                &mut || {
                    if let Some(a) = a.take() {
                        self.few_filters(exec, half, places, v, a, near);
                    }
                },
                &mut || {
                    if let Some(b) = b.take() {
                        self.few_filters(exec, threads - half, places, v, b, far);
                    }
                },
            );
            return;
        }
        for block in view.blocks.clone() {
            for start in (0..places.len()).step_by(GROUP) {
                let tiles = start..places.len().min(start + GROUP);
                let batch = Batch { tiles, columns: GROUP, padded: GROUP };
                simd::run(Group {
                    w: self,
                    block,
                    start,
                    groups: places.len().div_ceil(GROUP),
                    v,
                    m,
                });
                let filters = block..block + 1;
                simd::run(Outputs { w: self, places, batch: &batch, filters, m, view: &mut view });
            }
        }
    }
}

/// M: all products of a block of filters and a group of tiles.
struct Group<'a> {
    w: &'a Winograd<'a>,
    block: usize,
    /// The first tile.
    start: usize,
    groups: usize,
    v: &'a [f32],
    m: &'a mut [f32],
}

impl Job for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

impl Tiled for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        let Self { w, block, start, groups, v, m } = self;
        let blocks = w.x_grid.blocks();
        let taps = &w.w[block * blocks * TAPS..][..blocks * TAPS];
        let v = &v[start / GROUP * V..];
        let last = w.last();
        macro_rules! rows {
            ($($a:literal)*) => {
                $(s.run(Row::<$a> { taps, v, step: groups * V, last, m });)*
            };
        }
        rows!(0 1 2 3 4 5);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, _: S) {
        unreachable!("too few registers")
    }
    #[inline(always)]
    fn small<S: Simd>(self, _: S) {
        unreachable!("too few registers")
    }
}

/// Row `A` of the frequencies.
struct Row<'a, const A: usize> {
    /// `[channels / 16][9][16][16]`
    taps: &'a [f32],
    v: &'a [f32],
    /// Floats of `v` from one block of channels to the next.
    step: usize,
    /// Channels in the last block.
    last: usize,
    m: &'a mut [f32],
}

impl<const A: usize> Job for Row<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { taps, v, step, last, m } = self;
        let start = s.start();
        let mut sum = [[start; GROUP]; SIDE];
        let (taps, _) = taps.as_chunks::<TAPS>();
        for (block, g) in taps.iter().enumerate() {
            let run = if block + 1 == taps.len() { last } else { LANES };
            let v = &v[block * step + A * ROW..][..ROW];
            let Some(v) = v.first_chunk::<ROW>() else { return };
            for line in v.as_chunks::<LANES>().0 {
                s.prefetch(line.as_ptr().wrapping_add(step));
            }
            for k in 0..run.min(LANES) {
                let g = each!(3, b => weight(s, each!(3, a => {
                    let tap = &g[((3 * a + b) * LANES + k) * LANES..][..LANES];
                    if a == 0 && A != 5 || a == 1 && A != 0 && A != 5 || a == 2 && A != 0 {
                        // Those of the next block of channels come from beyond the first cache.
                        s.prefetch(tap.as_ptr().wrapping_add(TAPS));
                    }
                    s.load(tap)
                }))[A]);
                let u = weight(s, g);
                for b in 0..SIDE {
                    for c in 0..GROUP {
                        let x = s.splat(v[(b * GROUP + c) * LANES + k]);
                        sum[b][c] = s.mul_add(x, u[b], sum[b][c]);
                    }
                }
            }
        }
        for b in 0..SIDE {
            let factor = s.splat(factor(A * SIDE + b));
            for c in 0..GROUP {
                sum[b][c] = s.mul(factor, s.total(sum[b][c]));
            }
            let m = &mut m[(A * SIDE + b) * frequency(GROUP)..];
            store_columns::<S, GROUP>(s, sum[b], m, LANES);
        }
    }
}
