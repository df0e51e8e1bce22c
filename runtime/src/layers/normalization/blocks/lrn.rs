//! Local response normalization over neighboring channels, in blocks of sixteen channels. The
//! formulas are those of [`crate::layers::normalization::lrn`].
//!
//! Schedule. A window of channels reaches into the neighboring blocks, at most. For each pixel the
//! numbers of three blocks are written side by side, zeros in place of channels that are not there,
//! so that a sum over the window is a few vectors from there, each a lane further. Backward writes
//! `dy · d^-beta` and `t` first, into scratch.

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::normalization::lrn::{Lrn, power};
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::{Simd, simd_fn};

/// Local response normalization.
#[derive(Clone, Copy, Debug)]
pub struct LocalResponseNorm {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) rule: Lrn,
}

impl LocalResponseNorm {
    /// The layer over images of `dims`.
    pub const fn new(dims: [usize; 3], rule: Lrn, frame: Frame) -> Self {
        assert!(rule.size > 0 && rule.size / 2 <= BLOCK && rule.k > 0.0);
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
            rule,
        }
    }

    /// Scratch of the backward pass: two tensors.
    pub const fn room_backward(&self) -> Room {
        Room::images(2 * self.x.bare().len())
    }
}

/// The same row of a block and its neighbors.
pub(super) struct Rows<'a> {
    rows: [Option<&'a [f32]>; 3],
    /// Channels of the blocks.
    counts: [usize; 3],
}

impl<'a> Rows<'a> {
    pub(super) fn new(x: &'a [f32], grid: Grid, [image, block, row]: [usize; 3]) -> Self {
        let blocks = [block.checked_sub(1), Some(block), Some(block + 1)];
        let blocks = blocks.map(|b| b.filter(|&b| b < grid.blocks()));
        Self {
            rows: blocks.map(|b| b.map(|b| grid.row(x, [image, b, row]))),
            counts: blocks.map(|b| b.map_or(0, |b| BLOCK.min(grid.channels - b * BLOCK))),
        }
    }

    /// The channels of three blocks at a pixel, zeros where there are none.
    #[inline(always)]
    pub(super) fn line<S: Simd>(
        &self,
        s: S,
        p: usize,
        f: impl Fn(S::V) -> S::V,
    ) -> [f32; 3 * BLOCK] {
        let mut line = [0.0; 3 * BLOCK];
        for (k, to) in line.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            if let Some(row) = self.rows[k] {
                s.store(f(s.load(&row[p * BLOCK..])), to);
                to[self.counts[k]..].fill(0.0);
            }
        }
        line
    }
}

/// The sum of a window that reaches so far before each lane of the block in the middle.
#[inline(always)]
pub(super) fn window<S: Simd>(s: S, line: &[f32; 3 * BLOCK], size: usize, before: usize) -> S::V {
    let mut sum = s.splat(0.0);
    for k in 0..size {
        sum = s.add(sum, s.load(&line[BLOCK - before + k..]));
    }
    sum
}

impl Kernel<Blocked> for LocalResponseNorm {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let x = t.inputs[0];
        write_rows(cx.exec, t.output, self.y, &|place, y| {
            respond(&Rows::new(x, self.x, place), self.x.row(x, place), self.rule, y);
            activation.apply(y);
        });
    }
}

simd_fn! {
    /// `y = v · d^-beta` with the `d` of the rows.
    pub(super) fn respond<S>(s, rows: &Rows<'_>, v: &[f32], rule: Lrn, y: &mut [f32]) {
        for (p, y) in y.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let line = rows.line(s, p, |x| s.mul(x, x));
            let d = rule.divisor(s, window(s, &line, rule.size, rule.reach()[0]));
            s.store(s.mul(s.load(&v[p * BLOCK..]), power(s, d, -rule.beta)), y);
        }
    }
}
