//! Direct convolution of images of a few pixels: register tiles that reach across the images.
//!
//! ```text
//! for pieces of the output (threads), for groups of FT blocks of filters, for output pixels:
//!     for tiles of C images:  sum = bias;  sum += x · w over channels and taps inside the image
//! ```
//! Schedule. An image of 2×2 pixels would fill a seventh of a tile, and its padding most of a 3×3
//! window. Here a tile's columns are images, all at the same pixel, so that taps in the padding
//! are left out, and weights are read once for all images of the tile.

use super::sweep::Sweep;
use crate::choice::choice;
use crate::kernels::finish::Finish;
use crate::simd::product::{Axis, Product};
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::View;

/// Whether images are so small and so numerous that they are better taken together.
pub(crate) const fn pays(images: usize, [height, width]: [usize; 2]) -> bool {
    height * width <= 4 && images >= 4
}

/// Computes what the view asks for, tile by tile across the images.
///
/// # Panics
/// If the sweep has groups, a table, a dilation or an addend, or does not write every pixel.
pub(crate) fn fill(sweep: &Sweep<'_>, view: &mut View<'_>) {
    let Sweep {
        add,
        sees,
        connects,
        axes: [_, down, across],
        x_grid: g,
        size,
        y_first,
        y_step,
        ..
    } = *sweep;
    let plain = add.is_none() && sees.is_none() && connects.is_none();
    assert!(plain, "neither an addend nor groups nor a table");
    let steps = [(down, g.pitch()), (across, g.depth)];
    assert!(steps.iter().all(|(taps, step)| taps.count < 2 || taps.x == *step), "no dilation");
    let whole = size == [view.grid.height, view.grid.width] && y_first == [0, 0];
    assert!(whole && (0..2).all(|d| y_step[d] == 1 || size[d] == 1), "every pixel");
    simd::run(Across { sweep, view });
}

struct Across<'a, 'v> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
}

impl Job for Across<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

impl Tiled for Across<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        self.groups::<S, 2, 14>(s);
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        self.groups::<S, 1, 6>(s);
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        self.groups::<S, 1, 3>(s);
    }
}

impl Across<'_, '_> {
    /// Groups of `FT` blocks, then single ones.
    #[inline(always)]
    fn groups<S: Simd, const FT: usize, const C: usize>(self, s: S) {
        let Self { sweep, view } = self;
        let blocks = view.blocks.clone();
        choice!("blocks of a tile across images", FT.min(blocks.len()), of & [FT, 1]);
        let mut block = blocks.start;
        while block + FT <= blocks.end {
            s.run(Group::<'_, '_, FT, C> { sweep, view, block });
            block += FT;
        }
        for block in block..blocks.end {
            s.run(Group::<'_, '_, 1, C> { sweep, view, block });
        }
    }
}

struct Group<'a, 'v, const FT: usize, const C: usize> {
    sweep: &'a Sweep<'a>,
    view: &'a mut View<'v>,
    block: usize,
}

/// The taps of one axis that meet the image: the first, how many, and the pixel under the first.
fn inside(first: usize, halo: usize, size: usize, taps: usize) -> [usize; 3] {
    let skipped = halo.saturating_sub(first).min(taps);
    let end = (halo + size).saturating_sub(first).clamp(skipped, taps);
    [skipped, end - skipped, first + skipped]
}

impl<const FT: usize, const C: usize> Job for Group<'_, '_, FT, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { sweep, view, block } = self;
        // Every field by its name, so that none is forgotten; [`fill`] has checked those that a tile
        // has no use for.
        let Sweep {
            x,
            x_grid: g,
            w,
            w_first,
            block: filters,
            bias,
            add: _,
            sees: _,
            connects: _,
            axes: [channels, down, across],
            run,
            last_run,
            first,
            stride,
            size,
            y_first: _,
            y_step: _,
            finish,
            // Parts take theirs off by themselves.
            start: _,
        } = *sweep;
        let (low, high) = (s.splat(finish.range[0]), s.splat(finish.range[1]));
        let images = view.images.clone();
        let rows = view.rows.clone();
        for i in rows {
            for j in 0..size[1] {
                let [top, height, row] =
                    inside(first[0] + i * stride[0], g.halo, g.height, down.count);
                let [left, width, column] =
                    inside(first[1] + j * stride[1], g.halo, g.width, across.count);
                let product = Product {
                    x,
                    w,
                    axes: [
                        channels,
                        Axis { count: height, ..down },
                        Axis { count: width, ..across },
                    ],
                    run,
                    last_run,
                    block: filters,
                    row: 0,
                    step: g.step,
                };
                let x0 = row * g.pitch() + column * g.depth;
                let w0 = w_first + block * filters + top * down.w + left * across.w;
                let mut image = images.start;
                while image < images.end {
                    let place = [image, i, j];
                    let left = images.end - image;
                    let x0 = image * g.step + x0;
                    image += if choice!("many images of a tile", left >= C) {
                        tile::<S, FT, C>(
                            s,
                            (bias, finish),
                            &product,
                            [x0, w0],
                            view,
                            block,
                            place,
                            low,
                            high,
                        )
                    } else {
                        tile::<S, FT, 1>(
                            s,
                            (bias, finish),
                            &product,
                            [x0, w0],
                            view,
                            block,
                            place,
                            low,
                            high,
                        )
                    };
                }
            }
        }
    }
}

/// One pixel of `C` images; gives `C`.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // registers
fn tile<S: Simd, const FT: usize, const C: usize>(
    s: S,
    (bias, finish): (Option<&[f32]>, Finish<'_>),
    product: &Product<'_>,
    [x0, w0]: [usize; 2],
    view: &mut View<'_>,
    block: usize,
    [image, i, j]: [usize; 3],
    low: S::V,
    high: S::V,
) -> usize {
    let mut sum = [[[s.zero(); C]; 1]; FT];
    product.add_in_parts::<S, FT, 1, C, 0>(s, x0, w0, &mut sum);
    for f in 0..FT {
        let bias = bias.map_or(s.zero(), |bias| s.load(&bias[(block + f) * 16..]));
        for c in 0..C {
            let pixel = &mut view.row(image + c, block + f, i)[j * 16..][..16];
            s.store(s.min(high, s.max(low, s.add(sum[f][0][c], bias))), pixel);
            if let Some(finish) = finish.row {
                finish(pixel);
            }
        }
    }
    C
}
