//! Attention pooling, in blocks of sixteen channels.
//!
//! ```text
//! for rows (threads):            l[p] = Σ over blocks of w · x[p]
//! for images:                    a = softmax(l)
//! for blocks (threads):          y = Σ over positions of a[p] · x[p]
//! backward:
//! for rows (threads):            g[p] = Σ over blocks of dy · x[p]
//! for images:                    dl = a · (g - Σ a · g)
//! for rows of blocks (threads):  dx[p] = a[p] · dy + dl[p] · w
//! for leaves of the batch:       dw = Σ dl[p] · x[p]
//! ```
//! Schedule. Four positions at a time, so that their sums need not wait for each other; a block's
//! sum over the positions goes into four vectors in turn.

use crate::activation::Activation;
use crate::exec::{self, Exec};
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::kernels::rows::d_halo;
use crate::kernels::softmax::softmax_row;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::tree::{Runs, Tree};
use crate::simd::{Simd, simd_fn};
use crate::vector::load_part;
use crate::view::View;

/// A mean over the positions, weighted by a query. It saves the weights of the positions.
#[derive(Clone, Copy, Debug)]
pub struct AttnPool {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
}

impl AttnPool {
    /// The pool of images of `dims`.
    pub const fn new(dims @ [channels, ..]: [usize; 3], frame: Frame) -> Self {
        Self {
            x: frame.input(0, dims),
            y: frame.output([channels, 1, 1]),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new([channels, 1, 1], frame.d_output),
        }
    }

    /// Scratch of the forward pass: a number for each position.
    pub const fn room(&self) -> Room {
        Room::images(self.positions())
    }

    /// Scratch of the backward pass: a number for each position, and the output's gradient.
    pub const fn room_backward(&self) -> Room {
        Room::images(self.positions() + self.x.blocks() * BLOCK)
    }

    pub(super) const fn positions(&self) -> usize {
        self.x.height * self.x.width
    }

    /// An image of the input.
    pub(super) fn image<'x>(&self, x: &'x [f32], image: usize) -> &'x [f32] {
        &x[image * self.x.step..][..self.x.len()]
    }

    /// The products of all positions with a query, which `query` gives for each image.
    pub(super) fn scores<'q>(
        &self,
        exec: &dyn Exec,
        x: &[f32],
        query: &(dyn Fn(usize) -> &'q [f32] + Sync),
        scores: &mut [f32],
    ) {
        let grid = Grid::with_depth([1, self.x.height, self.x.width], 0, 1);
        View::new(scores, grid).pieces(exec, x.len() / exec::GRAIN, 1, &|mut view| {
            for [image, _, row] in view.places() {
                let out = view.row(image, 0, row);
                score_row(self.image(x, image), &self.x, row, query(image), out);
            }
        });
    }
}

impl Kernel<Blocked> for AttnPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x, w, positions) = (t.inputs[0], t.params[0], self.positions());
        let scores = if t.saved.is_empty() { t.scratch } else { t.saved };
        let a = &mut scores[..cx.images * positions];
        self.scores(cx.exec, x, &|_| w, a);
        exec::split(cx.exec, cx.images, [(&mut *a, positions)], &|_, [a]| softmax_row(a));
        let a = &*a;
        let pieces = x.len() / exec::GRAIN;
        View::new(t.output, self.y).pieces(cx.exec, pieces, 1, &|mut view| {
            view.clear_halo();
            for [image, block, _] in view.places() {
                let plane = &self.image(x, image)[block * self.x.plane()..];
                let y = view.row(image, block, 0);
                y.copy_from_slice(&weighted(plane, &self.x, &a[image * positions..][..positions]));
                activation.apply(y);
            }
        });
    }
}

/// Positions whose products are summed at a time.
const TILE: usize = 4;

simd_fn! {
    /// `out[p] = Σ q · x[p]` over the channels, for the positions of a row.
    fn score_row<S>(s, x: &[f32], grid: &Grid, row: usize, q: &[f32], out: &mut [f32]) {
        let mut at = 0;
        while at + TILE <= out.len() {
            scores::<S, TILE>(s, x, grid, [row, at], q, &mut out[at..]);
            at += TILE;
        }
        for at in at..out.len() {
            scores::<S, 1>(s, x, grid, [row, at], q, &mut out[at..]);
        }
    }

    /// `Σ a[p] · x[p]` over the positions of a block.
    pub(super) fn weighted<S>(s, x: &[f32], grid: &Grid, a: &[f32]) -> [f32; BLOCK] {
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([grid.height, grid.width], 1) {
            let mut sums = [s.splat(0.0); TILE];
            for row in rows {
                let a = &a[row * grid.width..][columns.clone()];
                let x = &x[grid.pixel(row, columns.start)..][..a.len() * BLOCK];
                for (p, (&a, x)) in a.iter().zip(x.chunks_exact(BLOCK)).enumerate() {
                    sums[p % TILE] = s.mul_add(s.splat(a), s.load(x), sums[p % TILE]);
                }
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }
}

/// The scores of `C` positions. Lanes beyond the last channel may hold anything, so they don't count.
#[inline(always)]
fn scores<S: Simd, const C: usize>(
    s: S,
    x: &[f32],
    grid: &Grid,
    [row, column]: [usize; 2],
    q: &[f32],
    out: &mut [f32],
) {
    let mut sums = [s.splat(0.0); C];
    let whole = grid.channels / BLOCK;
    let at = |block: usize| block * grid.plane() + grid.pixel(row, column);
    for (block, q) in q.chunks_exact(BLOCK).take(whole).enumerate() {
        let (q, x) = (s.load(q), &x[at(block)..][..C * BLOCK]);
        for c in 0..C {
            sums[c] = s.mul_add(q, s.load(&x[c * BLOCK..]), sums[c]);
        }
    }
    let rest = grid.channels % BLOCK;
    if rest > 0 {
        let valid = core::array::from_fn::<f32, BLOCK, _>(|lane| f32::from(u8::from(lane < rest)));
        let valid = s.lt(s.splat(0.5), s.load(&valid));
        let (q, x) = (load_part(s, &q[whole * BLOCK..]), &x[at(whole)..][..C * BLOCK]);
        for c in 0..C {
            let product = s.mul(q, s.load(&x[c * BLOCK..]));
            sums[c] = s.add(sums[c], s.select(valid, product, s.splat(0.0)));
        }
    }
    for c in 0..C {
        out[c] = s.sum(sums[c]);
    }
}
