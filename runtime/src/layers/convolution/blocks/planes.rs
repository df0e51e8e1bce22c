//! Convolution of few filters, and the pool after it, in planes: a vector is sixteen columns of a
//! row, where a block of sixteen channels would be mostly empty.
//!
//! ```text
//! conv:  y[f][i][j] = bias[f] + Σ over c, a, b of w[f][c][a][b] · x[c][i + a·D][j + b·D]
//! pool:  y[c][i][j] = (x[c][2i][2j] + x[c][2i + 1][2j] + x[c][2i][2j + 1] + x[c][2i + 1][2j + 1]) / 4
//! ```
//! Planes are blocks of one channel (`Grid::depth` is 1) and have a halo as any blocks do.
//!
//! Schedule. A tile of the convolution is FT rows × R filters of sixteen columns. The last tiles
//! end at the edges of the image and compute some pixels twice; so do the last filters. The
//! activation goes over whole planes, since a row is no whole number of vectors.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec::PRODUCTS;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::write_planes;
use crate::layers::convolution::conv::Geometry;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::product::{Axis, Product};
use crate::simd::{self, Job, Simd, Tiled};
use crate::view::View;

/// Convolution of stride 1 in planes of sixteen columns or more, in inference.
#[derive(Clone, Copy, Debug)]
pub struct PlaneConv {
    g: Geometry,
    x: Grid,
    y: Grid,
}

impl PlaneConv {
    /// The convolution; the halo must hold what its windows reach over.
    pub const fn new(g: Geometry, frame: Frame) -> Self {
        let x = Grid::with_depth([g.channels, g.height, g.width], frame.inputs[0], 1);
        let y = Grid::with_depth([g.filters, g.output[0], g.output[1]], frame.output, 1);
        assert!(frame.block == 1 && g.groups == 1 && g.stride[0] == 1 && g.stride[1] == 1);
        assert!(g.output[1] >= LANES && g.pad[0] <= x.halo && g.pad[2] <= x.halo);
        assert!(g.pad[1] <= x.halo && g.pad[3] <= x.halo, "too small a halo");
        Self { g, x, y }
    }
}

impl Kernel<Blocked> for PlaneConv {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (w, bias) = (t.params[0], t.params.get(1).copied());
        let macs = self.g.output_len() * self.g.filter_len() * cx.images;
        View::new(t.output, self.y).pieces(cx.exec, macs / PRODUCTS, 8, &|mut view| {
            view.clear_halo();
            simd::run(Rows { conv: self, x: t.inputs[0], w, bias, view: &mut view });
            write_planes(&mut view, |y| activation.apply(y));
        });
    }
}

/// A piece of the output.
struct Rows<'a, 'v> {
    conv: &'a PlaneConv,
    x: &'a [f32],
    w: &'a [f32],
    bias: Option<&'a [f32]>,
    view: &'a mut View<'v>,
}

impl Job for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        s.tiled(self);
    }
}

impl Tiled for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        choice!("rows and filters of planes", (self.view.rows.len(), self.view.blocks.len()), {
            (0..4, 0..4) => self.fill::<S, 1, 1>(s),
            (0..4, _) => self.fill::<S, 1, 4>(s),
            (_, 0..4) => self.fill::<S, 4, 1>(s),
            (_, 4 | 5) => self.fill::<S, 4, 4>(s),
            (_, 6 | 7 | 9..13) => self.fill::<S, 4, 6>(s),
            _ => self.fill::<S, 3, 8>(s),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        let size = (self.view.rows.len(), self.view.blocks.len());
        choice!("rows and filters of planes, with few registers", size, {
            (_, 6..) => self.fill::<S, 1, 6>(s),
            (2.., 2..) => self.fill::<S, 2, 2>(s),
            _ => self.fill::<S, 1, 1>(s),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        let few = choice!("few filters of planes", self.view.blocks.len() < 3);
        if few { self.fill::<S, 1, 1>(s) } else { self.fill::<S, 1, 3>(s) }
    }
}

impl Rows<'_, '_> {
    /// By tiles of `FT` rows × `R` filters, of which there are as many.
    #[inline(always)]
    fn fill<S: Simd, const FT: usize, const R: usize>(mut self, s: S) {
        let (filters, rows) = (self.view.blocks.clone(), self.view.rows.clone());
        let width = self.conv.g.output[1];
        for image in self.view.images.clone() {
            for i in rows.clone().step_by(FT) {
                let i = i.min(rows.end - FT);
                for f in filters.clone().step_by(R) {
                    let f = f.min(filters.end - R);
                    for j in (0..width).step_by(LANES) {
                        self.tile::<S, FT, R>(s, [image, f, i], j.min(width - LANES));
                    }
                }
            }
        }
    }

    /// Columns `j..j + 16` of rows `i..i + FT` of filters `f..f + R`.
    #[inline(always)]
    fn tile<S: Simd, const FT: usize, const R: usize>(
        &mut self,
        s: S,
        [image, f, i]: [usize; 3],
        j: usize,
    ) {
        let (g, x) = (&self.conv.g, &self.conv.x);
        let start = s.start();
        let mut sum = [[[start; 1]; R]; FT];
        if let Some(bias) = self.bias {
            for (r, b) in bias[f..f + R].iter().enumerate() {
                for v in 0..FT {
                    sum[v][r] = [s.add(start, s.splat(*b))];
                }
            }
        }
        let [height, width] = g.kernel;
        // The weights are the numbers that meet the vectors of pixels.
        let product = Product {
            x: self.w,
            w: &self.x[image * x.step..][..x.len()],
            axes: [
                Axis { count: g.channels, x: height * width, w: x.plane() },
                Axis { count: height, x: width, w: g.dilation[0] * x.pitch() },
                Axis { count: width, x: 1, w: g.dilation[1] },
            ],
            run: 1,
            last_run: 1,
            block: x.pitch(),
            row: g.filter_len(),
            step: 1,
        };
        let corner = [0, 1].map(|d| x.halo - g.pad[2 * d]);
        let w0 = (corner[0] + i) * x.pitch() + corner[1] + j;
        product.add::<S, FT, R, 1, 1>(s, f * g.filter_len(), w0, &mut sum);
        // Sums that a loop of some length picks one by one would live in memory all the time.
        let mut out = [[[0.0; LANES]; R]; FT];
        for v in 0..FT {
            for r in 0..R {
                s.store_bits(s.total(sum[v][r][0]), &mut out[v][r]);
            }
        }
        for v in 0..FT {
            let mut rows = self.view.row_of_blocks(image, f, R, i + v);
            for r in 0..R {
                rows.row(r)[j..j + LANES].copy_from_slice(&out[v][r]);
            }
        }
    }
}

/// Mean of windows of 2×2 side by side, in planes, in inference.
#[derive(Clone, Copy, Debug)]
pub struct PlaneMeans {
    x: Grid,
    y: Grid,
}

impl PlaneMeans {
    /// The pool, which must be of such windows.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        let x = Grid::with_depth([g.channels, g.input[0], g.input[1]], frame.inputs[0], 1);
        let y = Grid::with_depth([g.channels, g.output[0], g.output[1]], frame.output, 1);
        let mut d = 0;
        while d < 2 {
            assert!(g.kernel[d] == 2 && g.stride[d] == 2 && g.dilation[d] == 1);
            assert!(g.pad[2 * d] == 0 && 2 * g.output[d] <= g.input[d]);
            d += 1;
        }
        Self { x, y }
    }
}

impl Kernel<Blocked> for PlaneMeans {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let pieces = t.output.len() / crate::exec::GRAIN;
        View::new(t.output, self.y).pieces(cx.exec, pieces, 1, &|mut view| {
            view.clear_halo();
            simd::run(Means { x: t.inputs[0], grid: &self.x, view: &mut view });
            write_planes(&mut view, |y| activation.apply(y));
        });
    }
}

struct Means<'a, 'v> {
    x: &'a [f32],
    grid: &'a Grid,
    view: &'a mut View<'v>,
}

impl Job for Means<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self { x, grid, view } = self;
        let (first, width) = (view.rows.start, view.grid.width);
        for image in view.images.clone() {
            for block in view.blocks.clone() {
                let x = &x[image * grid.step + block * grid.plane()..][..grid.plane()];
                let plane = view.plane(image, block);
                choice!("means of a whole plane", plane.is_some());
                if let Some(y) = plane {
                    for (i, y) in y.chunks_exact_mut(width).enumerate() {
                        means(&x[grid.pixel(2 * (first + i), 0)..], grid.pitch(), y);
                    }
                } else {
                    for i in view.rows.clone() {
                        let y = view.row(image, block, i);
                        means(&x[grid.pixel(2 * i, 0)..], grid.pitch(), y);
                    }
                }
            }
        }
    }
}

/// A row of means of two rows, eight at a time; the last eight end at the edge.
#[inline(always)]
fn means(x: &[f32], pitch: usize, y: &mut [f32]) {
    const N: usize = 8;
    let width = y.len();
    let (a, b) = (&x[..2 * width], &x[pitch..][..2 * width]);
    if choice!("means of a short row", width < N) {
        for j in 0..width {
            y[j] = ((a[2 * j] + b[2 * j]) + (a[2 * j + 1] + b[2 * j + 1])) * 0.25;
        }
        return;
    }
    for j in (0..width).step_by(N) {
        let j = j.min(width - N);
        let (a, b, y) = (&a[2 * j..][..2 * N], &b[2 * j..][..2 * N], &mut y[j..][..N]);
        for k in 0..N {
            y[k] = ((a[2 * k] + b[2 * k]) + (a[2 * k + 1] + b[2 * k + 1])) * 0.25;
        }
    }
}
