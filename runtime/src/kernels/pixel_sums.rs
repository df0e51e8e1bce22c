//! Sums over the pixels of a batch in blocks of sixteen channels: the gradients of convolutions'
//! weights and biases, and the statistics of batch norm.
//!
//! Schedule. For one block of filters and one tap, the numbers of a run (sixteen channels) are
//! broadcast against the vectors of the output's gradient; their sums stay in registers over a run of
//! pixels, of one image or of several small ones, and the runs are added up as a balanced tree.

use crate::choice::choice;
use crate::layout::{Grid, LANES};
use crate::pass::Pass;
use crate::reduce::leaf_groups;
use crate::reduce::{Sum, leaves_of};
use crate::simd::product::{Axis, Outer};
use crate::simd::tree::four;
use crate::simd::tree::{RUN, Runs, Tree};
use crate::simd::{self, Job, Scalar, Simd, Tiled, simd_fn};
use core::ops::Range;

/// `Σ over images and pixels of d ⊗ x` for every tap: a convolution's weight gradient.
pub(crate) struct Correlation<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    pub(crate) d: &'a [f32],
    pub(crate) d_grid: Grid,
    /// As in a direct convolution: blocks of channels and taps.
    pub(crate) axes: [Axis; 3],
    pub(crate) run: usize,
    pub(crate) last_run: usize,
    /// Row and column of `x`, counted from the corner of the halo, under the first tap of the
    /// first pixel of `d`.
    pub(crate) first: [usize; 2],
    pub(crate) stride: [usize; 2],
    /// Pixels of `d` down and across.
    pub(crate) size: [usize; 2],
}

impl Correlation<'_> {
    /// Overwrites `sums`, laid out as the axes say, with those of one block of filters, whose
    /// channels start with block `first`, over some images.
    pub(crate) fn sum(&self, images: Range<usize>, block: usize, first: usize, sums: &mut [f32]) {
        simd::run(Block { c: self, images, block, first, sums });
    }
}

/// Rows up to which the sums run over a row of all images rather than over an image.
const FEW_ROWS: usize = 4;

struct Block<'a> {
    c: &'a Correlation<'a>,
    images: Range<usize>,
    block: usize,
    first: usize,
    sums: &'a mut [f32],
}

impl Job for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { c, images, block, first, sums } = self;
        let g = &c.x_grid;
        let [outer, middle, inner] = c.axes;
        let start = first * g.plane() + c.first[0] * g.pitch() + c.first[1] * g.depth;
        for i in 0..outer.count {
            let at_end = i + 1 == outer.count && first + outer.count == g.blocks();
            let run = if at_end { c.last_run } else { c.run };
            for j in 0..middle.count {
                for k in 0..inner.count {
                    let x0 = start + i * outer.x + j * middle.x + k * inner.x;
                    let sums =
                        &mut sums[i * outer.w + j * middle.w + k * inner.w..][..c.run * LANES];
                    sums[run * LANES..].fill(0.0);
                    let mut at = 0;
                    while at < run {
                        let sums = &mut sums[at * LANES..];
                        let task = Task { c, images: images.clone(), block, x0: x0 + at, sums };
                        at += s.tiled(Sums { task, left: run - at });
                    }
                }
            }
        }
    }
}

struct Task<'a> {
    c: &'a Correlation<'a>,
    images: Range<usize>,
    block: usize,
    x0: usize,
    sums: &'a mut [f32],
}

/// As many of the numbers left in a run as there are registers for.
struct Sums<'a> {
    task: Task<'a>,
    left: usize,
}

impl Tiled for Sums<'_> {
    type Output = usize;

    #[inline(always)]
    fn large<S: Simd>(self, s: S) -> usize {
        choice!("numbers of a run", self.left, {
            16.. => s.run(Few::<16>(self.task)),
            9.. => s.run(Few::<9>(self.task)),
            4.. => s.run(Few::<4>(self.task)),
            _ => s.run(Few::<1>(self.task)),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) -> usize {
        choice!("numbers of a run, with few registers", self.left, {
            4.. => s.run(Few::<4>(self.task)),
            _ => s.run(Few::<1>(self.task)),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) -> usize {
        s.run(Few::<1>(self.task))
    }
}

/// The sums of `C` numbers of a run.
struct Few<'a, const C: usize>(Task<'a>);

impl<const C: usize> Job for Few<'_, C> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> usize {
        let Task { c, images, block, x0, sums } = self.0;
        let (g, d) = (&c.x_grid, &c.d_grid);
        let mut tree = Tree::<S, 1, C>::new();
        let few = c.size[0] <= FEW_ROWS && images.len() > 1 && g.depth == LANES;
        if choice!("sums over rows of all images", few) {
            // Row by row of all images.
            let first = x0 % g.plane();
            let (row, column) = (first / g.pitch(), first % g.pitch() / g.depth);
            let stretch = |g: &Grid| images.start * g.step..(images.end - 1) * g.step + g.len();
            let (x, dy) = (&c.x[stretch(g)], &c.d[stretch(d)]);
            // Columns whose pixel lies in the image, not in its halo.
            let skipped = g.halo.saturating_sub(column).div_ceil(c.stride[1]).min(c.size[1]);
            let end = (g.halo + g.width).saturating_sub(column).div_ceil(c.stride[1]);
            let columns = end.clamp(skipped, c.size[1]) - skipped;
            for [some, columns] in Runs::new([images.len(), columns], c.size[0]) {
                let outer = Outer {
                    x,
                    d: dy,
                    size: [some.len(), columns.len()],
                    x_step: [g.step, c.stride[1] * g.depth],
                    d_row: d.step,
                    d_block: 0,
                };
                let column = skipped + columns.start;
                let mut sum = [[s.start(); C]];
                for i in 0..c.size[0] {
                    if (g.halo..g.halo + g.height).contains(&(row + i * c.stride[0])) {
                        let pixel = i * c.stride[0] * g.pitch() + column * outer.x_step[1];
                        let x0 = x0 + some.start * g.step + pixel;
                        let d0 = some.start * d.step + block * d.plane() + d.pixel(i, column);
                        outer.add::<S, 1, C>(s, x0, d0, &mut sum);
                    }
                }
                tree.add_products(s, sum);
            }
        } else {
            // A run may have several small images.
            let together = (RUN / (c.size[0] * c.size[1])).max(1);
            let x_step = [c.stride[0] * g.pitch(), c.stride[1] * g.depth];
            for first in images.clone().step_by(together) {
                let some = first..images.end.min(first + together);
                for [rows, columns] in Runs::new(c.size, together) {
                    let mut sum = [[s.start(); C]];
                    for image in some.clone() {
                        let outer = Outer {
                            x: &c.x[image * g.step..][..g.len()],
                            d: &c.d[image * d.step..][..d.len()],
                            size: [rows.len(), columns.len()],
                            x_step,
                            d_row: d.pitch(),
                            d_block: 0,
                        };
                        let x0 = x0 + rows.start * x_step[0] + columns.start * x_step[1];
                        let d0 = block * d.plane() + d.pixel(rows.start, columns.start);
                        outer.add::<S, 1, C>(s, x0, d0, &mut sum);
                    }
                    tree.add_products(s, sum);
                }
            }
        }
        let [sum] = tree.total(s);
        for k in 0..C {
            s.store_bits(sum[k], &mut sums[k * LANES..]);
        }
        C
    }
}

/// The sums over the batch of the `K` numbers `of(image, block)` for every channel.
pub(crate) fn channel_sums<const K: usize>(
    cx: &Pass<'_>,
    partials: &mut [f32],
    out: &mut [f32],
    of: &(dyn Fn(usize, usize) -> [[f32; LANES]; K] + Sync),
) {
    let sum = Sum { cx, leaves: leaves_of(cx, 1), row: K, partials, scratch: &mut [] };
    sum.over(out, &|leaf, channels, out, _| {
        for block in channels.start / LANES..channels.end.div_ceil(LANES) {
            let mut tree = Tree::<Scalar, 1, K>::new();
            for image in leaf_groups(cx, 1, leaf) {
                tree.add(Scalar, [of(image, block)]);
            }
            let [total] = tree.total(Scalar);
            let here = channels.start.max(block * LANES)..channels.end.min((block + 1) * LANES);
            for c in here {
                for k in 0..K {
                    out[(c - channels.start) * K + k] = total[k][c % LANES];
                }
            }
        }
    });
}

/// The sum over the batch of every channel of `d`: a bias's gradient.
pub(crate) fn bias_sums(
    cx: &Pass<'_>,
    d: &[f32],
    grid: Grid,
    partials: &mut [f32],
    out: &mut [f32],
) {
    channel_sums(cx, partials, out, &|image, block| [sum_block(d, grid, image, block)]);
}

simd_fn! {
    /// The sum over the pixels of a block.
    pub(crate) fn sum_block<S>(s, d: &[f32], grid: Grid, image: usize, block: usize) -> [f32; LANES] {
        let d = &d[image * grid.step + block * grid.plane()..][..grid.plane()];
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([grid.height, grid.width], 1) {
            let mut sums = [s.splat(0.0); 4];
            for i in rows {
                let d = &d[grid.pixel(i, columns.start)..][..columns.len() * LANES];
                for (j, d) in d.chunks_exact(LANES).enumerate() {
                    sums[j % 4] = s.add(sums[j % 4], s.load(d));
                }
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }

    /// The sum over the pixels of a block of `(d - means[1]) · (x - means[0])`.
    pub(crate) fn sum_centered<S>(s, x: (&[f32], Grid), d: (&[f32], Grid), means: [[f32; LANES]; 2], place: [usize; 2]) -> [f32; LANES] {
        let [image, block] = place;
        let [(x, x_grid), (d, d_grid)] =
            [x, d].map(|(t, g)| (&t[image * g.step + block * g.plane()..][..g.plane()], g));
        let [a, b] = means.map(|mean| s.load(&mean));
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([x_grid.height, x_grid.width], 1) {
            let mut sums = [s.splat(0.0); 4];
            for i in rows {
                let [x, d] = [(x, x_grid), (d, d_grid)]
                    .map(|(t, g)| &t[g.pixel(i, columns.start)..][..columns.len() * LANES]);
                for (j, (x, d)) in x.chunks_exact(LANES).zip(d.chunks_exact(LANES)).enumerate() {
                    let (x, d) = (s.sub(s.load(x), a), s.sub(s.load(d), b));
                    sums[j % 4] = s.mul_add(x, d, sums[j % 4]);
                }
            }
            tree.add_four(s, sums);
        }
        tree.lanes(s)
    }

    /// The sums over the pixels of a block of `x - mean` and of its square.
    pub(crate) fn sum_squares<S>(s, x: &[f32], grid: Grid, mean: [f32; LANES], image: usize, block: usize) -> [[f32; LANES]; 2] {
        let x = &x[image * grid.step + block * grid.plane()..][..grid.plane()];
        let mean = s.load(&mean);
        let mut tree = Tree::<S, 1, 2>::new();
        for [rows, columns] in Runs::new([grid.height, grid.width], 1) {
            let [mut sums, mut squares] = [[s.splat(0.0); 4]; 2];
            for i in rows {
                let x = &x[grid.pixel(i, columns.start)..][..columns.len() * LANES];
                for (j, x) in x.chunks_exact(LANES).enumerate() {
                    let x = s.sub(s.load(x), mean);
                    sums[j % 4] = s.add(sums[j % 4], x);
                    squares[j % 4] = s.mul_add(x, x, squares[j % 4]);
                }
            }
            tree.add(s, [[four(s, sums), four(s, squares)]]);
        }
        both(s, &tree)
    }

    /// The sums over the pixels of a block of `x - means[0]` and of its product with `dy - means[1]`.
    pub(crate) fn sum_weighted<S>(s, x: (&[f32], Grid), dy: (&[f32], Grid), means: [[f32; LANES]; 2], place: [usize; 2]) -> [[f32; LANES]; 2] {
        let [image, block] = place;
        let [mean, dy_mean] = means.map(|mean| s.load(&mean));
        let mut tree = Tree::<S, 1, 2>::new();
        for [rows, columns] in Runs::new([x.1.height, x.1.width], 1) {
            let [mut sums, mut products] = [[s.splat(0.0); 4]; 2];
            for row in rows {
                let [x, dy] = [x, dy].map(|(t, grid)| {
                    &grid.row(t, [image, block, row]).as_chunks::<LANES>().0[columns.clone()]
                });
                for (j, (x, dy)) in x.iter().zip(dy).enumerate() {
                    let x = s.sub(s.load(x), mean);
                    sums[j % 4] = s.add(sums[j % 4], x);
                    products[j % 4] = s.mul_add(x, s.sub(s.load(dy), dy_mean), products[j % 4]);
                }
            }
            tree.add(s, [[four(s, sums), four(s, products)]]);
        }
        both(s, &tree)
    }
}

/// The lanes of two sums.
#[inline(always)]
fn both<S: Simd>(s: S, tree: &Tree<S, 1, 2>) -> [[f32; LANES]; 2] {
    let mut out = [[0.0; LANES]; 2];
    let [total] = tree.total(s);
    for (v, out) in total.into_iter().zip(&mut out) {
        s.store(v, out);
    }
    out
}
