//! Blocked matrix product: `C += A · B`, row-major `C`, anything that can be packed as `A` and `B`.
//!
//! ```text
//! for columns j in blocks of NC:
//!     for depth p in blocks of KC:
//!         pack B[p][j] into panels of NR columns
//!         for rows i in blocks of MC:
//!             pack A[i][p] into panels of MR rows
//!             for every panel of B, for every panel of A: C tile += A panel · B panel
//! ```
//!
//! Schedule. A panel of B (KC × NR) stays in the first cache while all panels of A pass, the block
//! of A (MC × KC) in the second, the block of B (KC × NC) in the second or third. Packing turns
//! every access of the innermost loop into a stream, and it is where a convolution finds its
//! pixels, so no matrix of patches ever exists. Panels have the same form on every backend; only
//! the register tile that walks over them differs. An element of `C` adds up its products in the
//! order of the depth, in blocks of KC, whatever the tile, the backend or the rows around it.

use crate::choice::choice;
use crate::simd::{Simd, Tiled, simd_fn};
use crate::vector::{load_part, store_part};
use core::ops::Range;

/// Rows of a panel of `A`: a multiple of every backend's tile height.
pub(crate) const MR: usize = 12;
/// Columns of a panel of `B`.
pub(crate) const NR: usize = 32;

const MC: usize = 8 * MR;
const KC: usize = 160;
const NC: usize = 16 * NR;

/// A left factor.
pub(crate) trait Left {
    /// Writes `panel[k][r]` for at most [`MR`] rows, zeros for those that are missing.
    fn pack(&self, rows: Range<usize>, depth: Range<usize>, panel: &mut [[f32; MR]]);
}

/// A right factor.
pub(crate) trait Right {
    /// Writes `panel[k][c]` for at most [`NR`] columns, zeros for those that are missing.
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]);
}

/// A stored matrix, its rows `stride` elements apart.
pub(crate) struct Matrix<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) stride: usize,
}

/// The transpose of a stored matrix.
pub(crate) struct Transposed<'a>(pub(crate) Matrix<'a>);

impl Matrix<'_> {
    /// `panel[i][j] = self[rows.start + i][columns.start + j]`
    fn copy<const N: usize>(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        panel: &mut [[f32; N]],
    ) {
        for (row, panel) in rows.zip(panel) {
            let (inside, rest) = panel.split_at_mut(columns.len());
            inside.copy_from_slice(&self.data[row * self.stride..][columns.clone()]);
            rest.fill(0.0);
        }
    }

    /// `panel[j][i] = self[rows.start + i][columns.start + j]`
    fn turn<const N: usize>(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        panel: &mut [[f32; N]],
    ) {
        for i in 0..N {
            if i < rows.len() {
                let row = &self.data[(rows.start + i) * self.stride..][columns.clone()];
                for (panel, x) in panel.iter_mut().zip(row) {
                    panel[i] = *x;
                }
            } else {
                panel.iter_mut().for_each(|panel| panel[i] = 0.0);
            }
        }
    }
}

impl Left for Matrix<'_> {
    fn pack(&self, rows: Range<usize>, depth: Range<usize>, panel: &mut [[f32; MR]]) {
        self.turn(rows, depth, panel);
    }
}

impl Right for Matrix<'_> {
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]) {
        self.copy(depth, columns, panel);
    }
}

impl Right for Transposed<'_> {
    fn pack(&self, depth: Range<usize>, columns: Range<usize>, panel: &mut [[f32; NR]]) {
        self.0.turn(columns, depth, panel);
    }
}

/// Floats of scratch for a product of `m × k` by `k × n`.
pub(crate) const fn scratch_len(m: usize, n: usize, k: usize) -> usize {
    let (m, n, k) = (min(m, MC), min(n, NC), min(k, KC));
    (m.next_multiple_of(MR) + n.next_multiple_of(NR)) * k
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// `C += A · B` with `A` of `m × k`, `B` of `k × n` and `C` of `m × n`.
pub(crate) fn add_product(
    [m, n, k]: [usize; 3],
    a: &dyn Left,
    b: &dyn Right,
    c: &mut [f32],
    scratch: &mut [f32],
) {
    let (a_block, b_block) =
        scratch[..scratch_len(m, n, k)].split_at_mut(min(m, MC).next_multiple_of(MR) * min(k, KC));
    choice!("several blocks of columns", n > NC);
    choice!("several blocks of depth", k > KC);
    choice!("several blocks of rows", m > MC);
    for j in blocks(0..n, NC) {
        for p in blocks(0..k, KC) {
            for (j, panel) in blocks(j.clone(), NR).zip(b_block.chunks_exact_mut(p.len() * NR)) {
                b.pack(p.clone(), j, panel.as_chunks_mut().0);
            }
            for i in blocks(0..m, MC) {
                for (i, panel) in blocks(i.clone(), MR).zip(a_block.chunks_exact_mut(p.len() * MR))
                {
                    a.pack(i, p.clone(), panel.as_chunks_mut().0);
                }
                let c = &mut c[i.start * n + j.start..(i.end - 1) * n + j.end];
                add_block(i.len(), j.len(), p.len(), a_block, b_block, n, c);
            }
        }
    }
}

/// `all` in ranges of `len`, the last one shorter.
fn blocks(all: Range<usize>, len: usize) -> impl Iterator<Item = Range<usize>> {
    all.clone().step_by(len).map(move |i| i..all.end.min(i + len))
}

simd_fn! {
    /// Adds one block's product to `m × n` elements of `C`, whose rows are `stride` apart.
    fn add_block<S>(s, m: usize, n: usize, k: usize, a: &[f32], b: &[f32], stride: usize, c: &mut [f32]) {
        for (j, b) in (0..n).step_by(NR).zip(b.chunks_exact(k * NR)) {
            for (i, a) in (0..m).step_by(MR).zip(a.chunks_exact(k * MR)) {
                let mut t = Tile {
                    a: a.as_chunks().0,
                    b: b.as_chunks().0,
                    c: &mut c[i * stride + j..],
                    stride,
                    rows: MR.min(m - i),
                    columns: NR.min(n - j),
                };
                s.tiled(&mut t);
            }
        }
    }
}

/// A tile of `C` and the panels that it is the product of.
struct Tile<'a> {
    a: &'a [[f32; MR]],
    b: &'a [[f32; NR]],
    c: &'a mut [f32],
    stride: usize,
    rows: usize,
    columns: usize,
}

impl Tiled for &mut Tile<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        choice!("rows of a product", self.rows, {
            9.. => self.add::<S, 12, 2>(s, 0, 0),
            5.. => self.add::<S, 8, 2>(s, 0, 0),
            _ => self.add::<S, 4, 2>(s, 0, 0),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        choice!("rows of a product, with few registers", self.rows, {
            3.. => self.add_parts::<S, 6>(s),
            _ => self.add_parts::<S, 2>(s),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        self.add_parts::<S, 2>(s);
    }
}

impl Tile<'_> {
    /// Adds the products in pieces of `R` rows and one vector.
    #[inline(always)]
    fn add_parts<S: Simd, const R: usize>(&mut self, s: S) {
        for column in (0..self.columns).step_by(16) {
            for row in (0..self.rows).step_by(R) {
                self.add::<S, R, 1>(s, row, column);
            }
        }
    }

    /// Adds the products of `R` rows and `V` vectors from `row` and `column` on.
    #[inline(always)]
    fn add<S: Simd, const R: usize, const V: usize>(&mut self, s: S, row: usize, column: usize) {
        let mut sum = [[s.start(); V]; R];
        assert!(row + R <= MR && column + V * 16 <= NR);
        for (a, b) in self.a.iter().zip(self.b) {
            let mut v = [s.splat(0.0); V];
            for j in 0..V {
                v[j] = s.load(&b[column + j * 16..]);
            }
            for i in 0..R {
                let a = s.splat(a[row + i]);
                for j in 0..V {
                    sum[i][j] = s.mul_add(a, v[j], sum[i][j]);
                }
            }
        }
        for (i, sum) in sum.iter().enumerate().take(self.rows - row) {
            let c = &mut self.c[(row + i) * self.stride..][..self.columns];
            for (j, sum) in sum.iter().enumerate() {
                if let Some(c) = c.get_mut(column + j * 16..).filter(|c| !c.is_empty()) {
                    store_part(s, s.add(load_part(s, c), s.total(*sum)), c);
                }
            }
        }
    }
}
