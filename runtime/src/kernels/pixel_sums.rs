//! Sums over the pixels of a batch in blocks of sixteen channels: the gradients of convolutions'
//! weights and biases, and the statistics of batch norm.
//!
//! Schedule. For one block of filters and one tap, the numbers of a run (sixteen channels) are
//! broadcast against the vectors of the output's gradient; their sums stay in registers over all
//! pixels of all images of a leaf.

use crate::kernel::Pass;
use crate::layers::leaf_groups;
use crate::layout::{Grid, LANES};
use crate::reduce::{Sum, leaves};
use crate::simd::product::{Axis, Outer};
use crate::simd::{self, Job, Simd, Tiled, simd_fn};
use core::ops::Range;

/// `Σ over images and pixels of d ⊗ x` for every tap: a convolution's weight gradient.
pub(crate) struct Correlation<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) x_grid: Grid,
    pub(crate) d: &'a [f32],
    pub(crate) d_grid: Grid,
    /// As in [`Sweep`](super::sweep::Sweep): blocks of channels and taps.
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
        let start = first * g.plane() + c.first[0] * g.pitch() + c.first[1] * g.lanes;
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
        match self.left {
            16.. => s.run(Few::<16>(self.task)),
            9.. => s.run(Few::<9>(self.task)),
            4.. => s.run(Few::<4>(self.task)),
            _ => s.run(Few::<1>(self.task)),
        }
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) -> usize {
        match self.left {
            4.. => s.run(Few::<4>(self.task)),
            _ => s.run(Few::<1>(self.task)),
        }
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
        let mut sum = [s.start(); C];
        if c.size[0] <= FEW_ROWS && images.len() > 1 && c.x_grid.lanes == LANES {
            // Row by row of all images.
            let (g, d) = (&c.x_grid, &c.d_grid);
            let first = x0 % g.plane();
            let (row, column) = (first / g.pitch(), first % g.pitch() / g.lanes);
            let stretch = |g: &Grid| images.start * g.step..(images.end - 1) * g.step + g.len();
            let outer = Outer {
                x: &c.x[stretch(g)],
                d: &c.d[stretch(d)],
                size: [images.len(), 0],
                x_step: [g.step, c.stride[1] * g.lanes],
                d_row: d.step,
            };
            // Columns whose pixel lies in the image, not in its halo.
            let skipped = g.halo.saturating_sub(column).div_ceil(c.stride[1]).min(c.size[1]);
            let end = (g.halo + g.width).saturating_sub(column).div_ceil(c.stride[1]);
            let columns = end.clamp(skipped, c.size[1]) - skipped;
            let outer = Outer { size: [images.len(), columns], ..outer };
            for i in 0..c.size[0] {
                if (g.halo..g.halo + g.height).contains(&(row + i * c.stride[0])) {
                    let x0 = x0 + i * c.stride[0] * g.pitch() + skipped * outer.x_step[1];
                    outer.add::<S, C>(s, x0, block * d.plane() + d.pixel(i, skipped), &mut sum);
                }
            }
            for k in 0..C {
                s.store(s.total(sum[k]), &mut sums[k * LANES..]);
            }
            return C;
        }
        for image in images {
            let outer = Outer {
                x: &c.x[image * c.x_grid.step..][..c.x_grid.len()],
                d: &c.d[image * c.d_grid.step..][..c.d_grid.len()],
                size: c.size,
                x_step: [c.stride[0] * c.x_grid.pitch(), c.stride[1] * c.x_grid.lanes],
                d_row: c.d_grid.pitch(),
            };
            outer.add::<S, C>(s, x0, block * c.d_grid.plane() + c.d_grid.pixel(0, 0), &mut sum);
        }
        for k in 0..C {
            s.store(s.total(sum[k]), &mut sums[k * LANES..]);
        }
        C
    }
}

/// The sum over the batch of `of(image, block)` for every channel.
pub(crate) fn channel_sums(
    cx: &Pass<'_>,
    partials: &mut [f32],
    out: &mut [f32],
    of: &(dyn Fn(usize, usize) -> [f32; LANES] + Sync),
) {
    let sum =
        Sum { exec: cx.exec, leaves: leaves(cx.images, 1), row: 1, partials, scratch: &mut [] };
    sum.over(out, &|leaf, channels, out, _| {
        for block in channels.start / LANES..channels.end.div_ceil(LANES) {
            let mut total = [0.0; LANES];
            for image in leaf_groups(cx.images, 1, leaf) {
                let sums = of(image, block);
                total.iter_mut().zip(sums).for_each(|(t, s)| *t += s);
            }
            let here = channels.start.max(block * LANES)..channels.end.min((block + 1) * LANES);
            for c in here {
                out[c - channels.start] = total[c % LANES];
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
    channel_sums(cx, partials, out, &|image, block| sum_block(d, grid, image, block));
}

simd_fn! {
    /// The sum over the pixels of a block.
    pub(crate) fn sum_block<S>(s, d: &[f32], grid: Grid, image: usize, block: usize) -> [f32; LANES] {
        let d = &d[image * grid.step + block * grid.plane()..][..grid.plane()];
        let mut sums = [s.splat(0.0); 4];
        for i in 0..grid.height {
            for (j, d) in d[grid.pixel(i, 0)..][..grid.width * LANES].chunks_exact(LANES).enumerate() {
                sums[j % 4] = s.add(sums[j % 4], s.load(d));
            }
        }
        let mut out = [0.0; LANES];
        s.store(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])), &mut out);
        out
    }

    /// The sum over the pixels of a block of `x - mean`, squared, or times `d` if there is one.
    pub(crate) fn sum_centred<S>(s, x: &[f32], x_grid: Grid, mean: [f32; LANES], d: Option<(&[f32], Grid)>, image: usize, block: usize) -> [f32; LANES] {
        let x = &x[image * x_grid.step + block * x_grid.plane()..][..x_grid.plane()];
        let d = d.map(|(d, g)| (&d[image * g.step + block * g.plane()..][..g.plane()], g));
        let mean = s.load(&mean);
        let mut sums = [s.splat(0.0); 4];
        for i in 0..x_grid.height {
            let x = &x[x_grid.pixel(i, 0)..][..x_grid.width * LANES];
            let d = d.map(|(d, g)| &d[g.pixel(i, 0)..][..x_grid.width * LANES]);
            for (j, x) in x.chunks_exact(LANES).enumerate() {
                let x = s.sub(s.load(x), mean);
                let other = match d {
                    Some(d) => s.load(&d[j * LANES..]),
                    None => x,
                };
                sums[j % 4] = s.mul_add(x, other, sums[j % 4]);
            }
        }
        let mut out = [0.0; LANES];
        s.store(s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])), &mut out);
        out
    }
}
