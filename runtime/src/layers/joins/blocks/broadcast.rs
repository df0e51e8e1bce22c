//! The sum or the product of any number of inputs, in blocks of sixteen channels, as
//! [`crate::layers::joins::broadcast`] says.

use crate::activation::Activation;
#[cfg(feature = "train")]
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::joins::broadcast::{Combine, Extent};
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::simd_fn;
#[cfg(feature = "train")]
use crate::vector::sum_lanes;
#[cfg(feature = "train")]
use crate::view::View;

/// The sum or the product of any number of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Broadcast {
    dims: [usize; 3],
    extents: &'static [Extent],
    combine: Combine,
    frame: Frame,
}

/// A row of an input.
#[derive(Clone, Copy)]
struct Row<'x> {
    /// Its pixels, or the one that stands for all.
    pixels: &'x [f32],
    /// Whether the first channel stands for all.
    splat: bool,
}

impl Broadcast {
    /// The layer over images of `dims`, and what each input has of them.
    pub const fn new(
        dims: [usize; 3],
        extents: &'static [Extent],
        combine: Combine,
        frame: Frame,
    ) -> Self {
        Self { dims, extents, combine, frame }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }

    /// The shape of input `i`.
    fn dims(&self, i: usize) -> [usize; 3] {
        let [channels, height, width] = self.dims;
        match self.extents[i] {
            Extent::All => self.dims,
            Extent::Channels => [channels, 1, 1],
            Extent::Pixels => [1, height, width],
            Extent::One => [1, 1, 1],
        }
    }

    /// The row of input `i`, or its one pixel.
    fn row<'x>(&self, i: usize, x: &'x [f32], [image, block, row]: [usize; 3]) -> Row<'x> {
        let dims @ [channels, height, _] = self.dims(i);
        let splat = channels < self.dims[0];
        let place = [image, if splat { 0 } else { block }, if height == 1 { 0 } else { row }];
        Row { pixels: self.frame.input(i, dims).row(x, place), splat }
    }

    /// `y = y + x` or `y · x`.
    fn take(&self, x: Row<'_>, y: &mut [f32]) {
        match (self.combine, x.splat) {
            (Combine::Sum, false) => shift(x.pixels, y),
            (Combine::Sum, true) => shift_splat(x.pixels, y),
            (Combine::Product, false) => scale(x.pixels, y),
            (Combine::Product, true) => scale_splat(x.pixels, y),
        }
    }

    /// What the gradient of input `k` gets from a row of the output's, a stretch at a time:
    /// `each(first float, products)`.
    #[cfg(feature = "train")]
    fn products(
        &self,
        k: usize,
        inputs: &[&[f32]],
        place: [usize; 3],
        dy: &[f32],
        mut each: impl FnMut(usize, &[f32]),
    ) {
        const CHUNK: usize = 16 * LANES;
        let mut products = [0.0; CHUNK];
        for (chunk, dy) in dy.chunks(CHUNK).enumerate() {
            let products = &mut products[..dy.len()];
            products.copy_from_slice(dy);
            let others = inputs.iter().enumerate();
            for (i, x) in others.filter(|(i, _)| *i != k && self.combine == Combine::Product) {
                let mut x = self.row(i, x, place);
                if x.pixels.len() > LANES {
                    x.pixels = &x.pixels[chunk * CHUNK..][..dy.len()];
                }
                self.take(x, products);
            }
            each(chunk * CHUNK, products);
        }
    }

    /// Channels in a block.
    #[cfg(feature = "train")]
    fn channels_of(&self, block: usize) -> usize {
        (self.dims[0] - block * LANES).min(LANES)
    }

    /// The gradient of an input of one number a pixel.
    #[cfg(feature = "train")]
    fn over_channels(&self, cx: &Pass<'_>, k: usize, dx: &mut [f32], t: (&[&[f32]], &[f32])) {
        let (inputs, dy) = t;
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        let grid = Grid::new(self.dims(k), d_halo(&self.frame, k));
        write_rows(cx.exec, dx, grid, &|[image, _, row], dx| {
            dx.fill(0.0);
            for block in 0..self.dims[0].div_ceil(LANES) {
                let (place, channels) = ([image, block, row], self.channels_of(block));
                self.products(k, inputs, place, dy_grid.row(dy, place), |first, products| {
                    let pixels = dx[first..].chunks_exact_mut(LANES);
                    for (dx, products) in pixels.zip(products.chunks_exact(LANES)) {
                        // Beyond the last channel there may be anything.
                        dx[0] += products[..channels].iter().sum::<f32>();
                    }
                });
            }
        });
    }

    /// The gradient of an input of one number a channel, or one in all.
    #[cfg(feature = "train")]
    fn over_pixels(&self, cx: &Pass<'_>, k: usize, dx: &mut [f32], t: (&[&[f32]], &[f32])) {
        let (inputs, dy) = t;
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        let grid = Grid::new(self.dims(k), d_halo(&self.frame, k));
        let one = self.extents[k] == Extent::One;
        View::new(dx, grid).pieces(cx.exec, dy.len() / exec::GRAIN, 1, &|mut view| {
            view.clear_halo();
            for [image, block, _] in view.places() {
                let blocks = if one { 0..self.dims[0].div_ceil(LANES) } else { block..block + 1 };
                let (mut total, mut all) = ([0.0f64; LANES], 0.0);
                for block in blocks {
                    for row in 0..dy_grid.height {
                        let place = [image, block, row];
                        self.products(k, inputs, place, dy_grid.row(dy, place), |_, products| {
                            let sums = sum_lanes(products);
                            total.iter_mut().zip(sums).for_each(|(t, s)| *t += f64::from(s));
                        });
                    }
                    if one {
                        all += total[..self.channels_of(block)].iter().sum::<f64>();
                        total = [0.0; LANES];
                    }
                }
                if one {
                    total[0] = all;
                }
                let dx = view.row(image, block, 0);
                dx.iter_mut().zip(total).for_each(|(dx, t)| *dx = t as f32);
            }
        });
    }
}

impl Kernel<Blocked> for Broadcast {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = self.frame.output(self.dims);
        write_rows(cx.exec, t.output, grid, &|place, y| {
            let row = |i: usize| self.row(i, t.inputs[i], place);
            let (first, second) = (row(0), row(1));
            if self.combine == Combine::Product && !first.splat && !second.splat {
                product(first.pixels, second.pixels, y);
            } else {
                spread(first, y);
                self.take(second, y);
            }
            for i in 2..t.inputs.len() {
                self.take(row(i), y);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (dy, inputs) = (&*t.d_output, t.inputs);
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        for (k, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            match self.extents[k] {
                Extent::All => {
                    let grid = Grid::new(self.dims, d_halo(&self.frame, k));
                    write_rows(cx.exec, dx, grid, &|place, dx| {
                        dx.copy_from_slice(dy_grid.row(dy, place));
                        let others = inputs.iter().enumerate().filter(|(i, _)| *i != k);
                        for (i, x) in others.filter(|_| self.combine == Combine::Product) {
                            self.take(self.row(i, x, place), dx);
                        }
                    });
                }
                Extent::Pixels => self.over_channels(cx, k, dx, (inputs, dy)),
                Extent::Channels | Extent::One => self.over_pixels(cx, k, dx, (inputs, dy)),
            }
        }
    }
}

/// Writes a row of an input at every pixel and in every channel.
fn spread(x: Row<'_>, y: &mut [f32]) {
    let step = if x.pixels.len() == LANES { 0 } else { LANES };
    for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
        let pixel = &x.pixels[p * step..][..LANES];
        if x.splat { y.fill(pixel[0]) } else { y.copy_from_slice(pixel) }
    }
}

simd_fn! {
    /// `y *= x`, the one vector of `x` at every pixel if there is but one.
    fn scale<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == LANES { 0 } else { LANES };
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.mul(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// The same with the first lane of each vector of `x`.
    fn scale_splat<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == LANES { 0 } else { LANES };
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.mul(s.load(y), s.splat(x[p * step])), y);
        }
    }

    /// `y += x`, the one vector of `x` at every pixel if there is but one.
    fn shift<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == LANES { 0 } else { LANES };
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.add(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// The same with the first lane of each vector of `x`.
    fn shift_splat<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == LANES { 0 } else { LANES };
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.add(s.load(y), s.splat(x[p * step])), y);
        }
    }

    /// `y = a · b`, the one vector of a factor at every pixel if there is but one.
    fn product<S>(s, a: &[f32], b: &[f32], y: &mut [f32]) {
        let [a_step, b_step] = [a, b].map(|x| if x.len() == LANES { 0 } else { LANES });
        for (p, y) in y.chunks_exact_mut(LANES).enumerate() {
            s.store(s.mul(s.load(&a[p * a_step..]), s.load(&b[p * b_step..])), y);
        }
    }
}
