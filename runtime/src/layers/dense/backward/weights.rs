//! The gradient of a dense layer's parameters: sums over the batch.
//!
//! ```text
//! dw[o][i] = Σ over images of dy[image][o] · x[image][i]
//! ```
//! Schedule. Twelve outputs meet two vectors of inputs in sums that stay in registers over a run of images;
//! the runs are added up as a balanced tree before the sum is written, once. Threads take rows of the result,
//! never images. Both factors are copied in that order before: an image's numbers lie far apart in memory, and
//! all of a batch would fall into the same few places of a cache.

use crate::choice::choice;
use crate::exec;
use crate::kernel::Pass;
use crate::layers::dense::product::{Matrix, ROWS, blocks, copy_columns};
use crate::layout::LANES;
use crate::reduce::{by_rows, leaf_of, leaves_of};
use crate::simd::product::{Axis, Product};
use crate::simd::tree::{RUN, Tree};
use crate::simd::{Simd, Tiled, simd_fn};
use crate::vector::{load_part, store_part};
use core::ops::Range;

/// Rows of the result that a thread takes at a time.
const OUTPUTS: usize = 4 * ROWS;
/// Columns that a thread copies at a time.
const COLUMNS: usize = 256;
/// Elements of the bias that a thread takes at a time.
const BIAS: usize = 512;

/// Overwrites the weights' gradient.
pub(super) fn weights_gradient(
    cx: &Pass<'_>,
    [dy, x]: [Matrix<'_>; 2],
    d_weight: &mut [f32],
    scratch: &mut [f32],
) {
    let (n, inputs, outputs) = (cx.images, x.stride, dy.stride);
    let (columns, panels) = scratch.split_at_mut(n * inputs.next_multiple_of(LANES));
    exec::split(
        cx.exec,
        inputs.div_ceil(COLUMNS),
        [(columns, n * COLUMNS)],
        &|piece, [columns]| {
            let first = piece * COLUMNS;
            copy_columns(x, 0..n, first..inputs.min(first + COLUMNS), n * LANES, columns);
        },
    );
    let panels = &mut panels[..n * outputs.next_multiple_of(ROWS)];
    exec::split(cx.exec, outputs.div_ceil(ROWS), [(panels, n * ROWS)], &|panel, [copied]| {
        let some = panel * ROWS..outputs.min((panel + 1) * ROWS);
        for (image, copied) in copied.as_chunks_mut::<ROWS>().0.iter_mut().enumerate() {
            let dy = &dy.data[image * outputs..][some.clone()];
            copied[..dy.len()].copy_from_slice(dy);
            copied[dy.len()..].fill(0.0);
        }
    });
    let (leaf, columns, panels) = (leaf_of(cx, RUN), &*columns, &*panels);
    by_rows(cx, leaves_of(cx, RUN), [OUTPUTS, inputs], d_weight, &|leaves, rows, dw| {
        let images = Images::new(leaves, leaf, n);
        for (rows, dw) in blocks(rows, ROWS).zip(dw.chunks_mut(ROWS * inputs)) {
            let panel = &panels[rows.start * n..][..ROWS * n];
            sum_panel(Factors { panel, columns, n, images: &images, inputs }, dw);
        }
    });
}

/// Overwrites the bias' gradient.
pub(super) fn bias_gradient(cx: &Pass<'_>, dy: Matrix<'_>, d_bias: &mut [f32]) {
    let leaf = leaf_of(cx, RUN);
    by_rows(cx, leaves_of(cx, RUN), [BIAS, 1], d_bias, &|leaves, rows, db| {
        sum_columns(dy, &Images::new(leaves, leaf, cx.images), rows.start, db);
    });
}

/// The images of some leaves.
struct Images {
    all: Range<usize>,
    /// Images that are added up in a row.
    run: usize,
}

impl Images {
    fn new(leaves: Range<usize>, leaf: usize, n: usize) -> Self {
        Self { all: leaves.start * leaf..n.min(leaves.end * leaf), run: leaf.min(RUN) }
    }

    #[inline(always)]
    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        blocks(self.all.clone(), self.run)
    }
}

/// What a panel of twelve rows of the result is made of.
#[derive(Clone, Copy)]
struct Factors<'a> {
    /// `[n][12]`
    panel: &'a [f32],
    /// `[inputs / 16][n][16]`
    columns: &'a [f32],
    n: usize,
    images: &'a Images,
    inputs: usize,
}

simd_fn! {
    /// Overwrites at most twelve rows of the result.
    fn sum_panel<S>(s, factors: Factors<'_>, dw: &mut [f32]) {
        let mut panel = Panel { factors, dw, vector: 0 };
        while panel.vector * LANES < factors.inputs {
            s.tiled(&mut panel);
            panel.vector += 2;
        }
    }

    /// `out[o] = Σ over images of x[image][first + o]`
    fn sum_columns<S>(s, x: Matrix<'_>, images: &Images, first: usize, out: &mut [f32]) {
        for (i, out) in out.chunks_mut(LANES).enumerate() {
            let mut tree = Tree::<S, 1, 1>::new();
            for run in images.runs() {
                // Sums that started so are never denormal: whoever adds them up, the bits are the same.
                let mut sum = s.start();
                for image in run {
                    sum = s.add(sum, load_part(s, &x.data[image * x.stride + first + i * LANES..][..out.len()]));
                }
                tree.add_products(s, [[sum]]);
            }
            store_part(s, tree.total(s)[0][0], out);
        }
    }
}

/// Rows of the result, and the vector at hand.
struct Panel<'a> {
    factors: Factors<'a>,
    dw: &'a mut [f32],
    vector: usize,
}

impl Tiled for &mut Panel<'_> {
    type Output = ();

    /// Two vectors.
    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        if choice!("a vector of a dense layer's gradient left over", self.vectors() == 1) {
            return self.sum::<S, 1, ROWS>(s, 0, self.vector);
        }
        choice!("rows of a dense layer's gradient", self.rows(), {
            9.. => self.sum::<S, 2, 12>(s, 0, self.vector),
            5.. => self.sum::<S, 2, 8>(s, 0, self.vector),
            _ => self.sum::<S, 2, 4>(s, 0, self.vector),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        choice!("rows of a dense layer's gradient, with few registers", self.rows(), {
            3.. => self.parts::<S, 6>(s),
            _ => self.parts::<S, 2>(s),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        self.parts::<S, 2>(s);
    }
}

impl Panel<'_> {
    fn rows(&self) -> usize {
        self.dw.len() / self.factors.inputs
    }

    /// Vectors from the one at hand on.
    fn vectors(&self) -> usize {
        self.factors.inputs.div_ceil(LANES) - self.vector
    }

    /// At most two vectors, by `R` rows and one vector.
    #[inline(always)]
    fn parts<S: Simd, const R: usize>(&mut self, s: S) {
        for vector in self.vector..self.vector + self.vectors().min(2) {
            for row in (0..self.rows()).step_by(R) {
                self.sum::<S, 1, R>(s, row, vector);
            }
        }
    }

    #[inline(always)]
    fn sum<S: Simd, const FT: usize, const R: usize>(&mut self, s: S, row: usize, vector: usize) {
        self.ahead(s, row, R, (vector + 2 * FT) * LANES, FT * LANES);
        let images = self.factors.images;
        if choice!("images of a dense layer in one run", images.all.len() <= images.run) {
            let mut sum = self.run::<S, FT, R>(s, row, vector, images.all.clone());
            for f in 0..FT {
                for r in 0..R {
                    sum[f][r] = s.total(sum[f][r]);
                }
            }
            self.store(s, row, vector, sum);
        } else {
            let mut tree = Tree::<S, FT, R>::new();
            for run in images.runs() {
                tree.add_products(s, self.run::<S, FT, R>(s, row, vector, run));
            }
            self.store(s, row, vector, tree.total(s));
        }
    }

    /// Asks for the place that is written after the next one: it is far from the other rows'.
    #[inline(always)]
    fn ahead<S: Simd>(&self, s: S, row: usize, rows: usize, column: usize, columns: usize) {
        let dw = self.dw.as_ptr().wrapping_add(row * self.factors.inputs + column);
        for r in 0..rows {
            for line in (0..columns).step_by(LANES) {
                s.prefetch(dw.wrapping_add(r * self.factors.inputs + line));
            }
        }
    }

    /// The sums over a run of images, which start as [`Simd::start`] says.
    #[inline(always)]
    fn run<S: Simd, const FT: usize, const R: usize>(
        &self,
        s: S,
        row: usize,
        vector: usize,
        images: Range<usize>,
    ) -> [[S::V; R]; FT] {
        let Factors { panel, columns, n, .. } = self.factors;
        assert!(row + R <= ROWS);
        let product = Product {
            x: panel,
            w: columns,
            axes: [Axis::ONCE, Axis::ONCE, Axis { count: images.len(), x: ROWS, w: LANES }],
            run: 1,
            last_run: 1,
            block: n * LANES,
            row: 0,
            step: 1,
        };
        let mut sum = [[[s.start(); R]; 1]; FT];
        let (x0, w0) = (images.start * ROWS + row, (vector * n + images.start) * LANES);
        product.add::<S, FT, 1, R, 1>(s, x0, w0, &mut sum);
        sum.map(|[sum]| sum)
    }

    #[inline(always)]
    fn store<S: Simd, const FT: usize, const R: usize>(
        &mut self,
        s: S,
        row: usize,
        vector: usize,
        sum: [[S::V; R]; FT],
    ) {
        let (rows, inputs) = (self.rows(), self.factors.inputs);
        let whole = row + R <= rows && (vector + FT) * LANES <= inputs;
        if choice!("a whole tile of a dense layer's gradient", whole) {
            for r in 0..R {
                let dw = &mut self.dw[(row + r) * inputs + vector * LANES..][..FT * LANES];
                for f in 0..FT {
                    s.store_bits(sum[f][r], &mut dw[f * LANES..]);
                }
            }
            return;
        }
        // From a copy, so that the sums stay in registers.
        let sum = core::hint::black_box(sum);
        for r in 0..R.min(rows - row) {
            let dw = &mut self.dw[(row + r) * inputs..][..inputs];
            for f in 0..FT {
                let dw = &mut dw[(vector + f) * LANES..];
                let part = dw.len().min(LANES);
                store_part(s, sum[f][r], &mut dw[..part]);
            }
        }
    }
}
