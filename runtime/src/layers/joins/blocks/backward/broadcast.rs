//! The gradients of [`Broadcast`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::joins::blocks::broadcast::Broadcast;
use crate::layers::joins::broadcast::{Combine, Extent};
use crate::layout::{BLOCK, Blocked, Grid};
use crate::vector::sum_lanes;
use crate::view::View;

impl Broadcast {
    /// What the gradient of input `k` gets from a row of the output's, a stretch at a time:
    /// `each(first float, products)`.
    fn products(
        &self,
        k: usize,
        inputs: &[&[f32]],
        place: [usize; 3],
        dy: &[f32],
        mut each: impl FnMut(usize, &[f32]),
    ) {
        const CHUNK: usize = 16 * BLOCK;
        let mut products = [0.0; CHUNK];
        for (chunk, dy) in dy.chunks(CHUNK).enumerate() {
            let products = &mut products[..dy.len()];
            products.copy_from_slice(dy);
            let others = inputs.iter().enumerate();
            for (i, x) in others.filter(|(i, _)| *i != k && self.combine == Combine::Product) {
                let mut x = self.row(i, x, place);
                if x.pixels.len() > BLOCK {
                    x.pixels = &x.pixels[chunk * CHUNK..][..dy.len()];
                }
                self.take(x, products);
            }
            each(chunk * CHUNK, products);
        }
    }

    /// Channels in a block.
    fn channels_of(&self, block: usize) -> usize {
        (self.dims[0] - block * BLOCK).min(BLOCK)
    }

    /// The gradient of an input of one number a pixel.
    fn over_channels(&self, cx: &Pass<'_>, k: usize, dx: &mut [f32], t: (&[&[f32]], &[f32])) {
        let (inputs, dy) = t;
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        let grid = Grid::new(self.dims(k), d_halo(&self.frame, k));
        write_rows(cx.exec, dx, grid, &|[image, _, row], dx| {
            dx.fill(0.0);
            for block in 0..self.dims[0].div_ceil(BLOCK) {
                let (place, channels) = ([image, block, row], self.channels_of(block));
                self.products(k, inputs, place, dy_grid.row(dy, place), |first, products| {
                    let pixels = dx[first..].chunks_exact_mut(BLOCK);
                    for (dx, products) in pixels.zip(products.chunks_exact(BLOCK)) {
                        // Beyond the last channel there may be anything.
                        dx[0] += products[..channels].iter().sum::<f32>();
                    }
                });
            }
        });
    }

    /// The gradient of an input of one number a channel, or one in all.
    fn over_pixels(&self, cx: &Pass<'_>, k: usize, dx: &mut [f32], t: (&[&[f32]], &[f32])) {
        let (inputs, dy) = t;
        let dy_grid = Grid::new(self.dims, self.frame.d_output);
        let grid = Grid::new(self.dims(k), d_halo(&self.frame, k));
        let one = self.extents[k] == Extent::One;
        View::new(dx, grid).pieces(cx.exec, dy.len() / exec::GRAIN, 1, &|mut view| {
            view.clear_halo();
            for [image, block, _] in view.places() {
                let blocks = if one { 0..self.dims[0].div_ceil(BLOCK) } else { block..block + 1 };
                let (mut total, mut all) = ([0.0f64; BLOCK], 0.0);
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
                        total = [0.0; BLOCK];
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

impl Train<Blocked> for Broadcast {
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
