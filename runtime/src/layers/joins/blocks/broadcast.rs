//! The sum or the product of any number of inputs, in blocks of sixteen channels, as
//! [`crate::layers::joins::broadcast`] says.

use crate::activation::Activation;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::write_rows;
use crate::layers::joins::broadcast::{Combine, Extent};
use crate::layout::{BLOCK, Blocked, Frame};
use crate::simd::simd_fn;

/// The sum or the product of any number of inputs.
#[derive(Clone, Copy, Debug)]
pub struct Broadcast {
    pub(super) dims: [usize; 3],
    pub(super) extents: &'static [Extent],
    pub(super) combine: Combine,
    pub(super) frame: Frame,
}

/// A row of an input.
#[derive(Clone, Copy)]
pub(super) struct Row<'x> {
    /// Its pixels, or the one that stands for all.
    pub(super) pixels: &'x [f32],
    /// Whether the first channel stands for all.
    pub(super) splat: bool,
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

    /// The shape of input `i`.
    pub(super) const fn dims(&self, i: usize) -> [usize; 3] {
        let [channels, height, width] = self.dims;
        match self.extents[i] {
            Extent::All => self.dims,
            Extent::Channels => [channels, 1, 1],
            Extent::Pixels => [1, height, width],
            Extent::One => [1, 1, 1],
        }
    }

    /// The row of input `i`, or its one pixel.
    pub(super) fn row<'x>(
        &self,
        i: usize,
        x: &'x [f32],
        [image, block, row]: [usize; 3],
    ) -> Row<'x> {
        let dims @ [channels, height, _] = self.dims(i);
        let splat = channels < self.dims[0];
        let place = [image, if splat { 0 } else { block }, if height == 1 { 0 } else { row }];
        Row { pixels: self.frame.input(i, dims).row(x, place), splat }
    }

    /// `y = y + x` or `y · x`.
    pub(super) fn take(&self, x: Row<'_>, y: &mut [f32]) {
        match (self.combine, x.splat) {
            (Combine::Sum, false) => shift(x.pixels, y),
            (Combine::Sum, true) => shift_splat(x.pixels, y),
            (Combine::Product, false) => scale(x.pixels, y),
            (Combine::Product, true) => scale_splat(x.pixels, y),
        }
    }
}

impl Broadcast {
    /// How a chain of layers cuts it into bands: of two inputs, of which the first is not repeated.
    pub const fn rows(&self) -> Rows {
        assert!(self.extents.len() == 2 && matches!(self.extents[0], Extent::All));
        let [x, y] = [self.frame.input(0, self.dims), self.frame.output(self.dims)];
        let add = Some(self.frame.input(1, self.dims(1)));
        let [channels, height, width] = self.dims;
        Rows { add, ..Rows::of(x, y, [0, 1, 1], 4 * channels * height * width) }
    }

    /// A row of the first two inputs together.
    fn pair(&self, first: Row<'_>, second: Row<'_>, y: &mut [f32]) {
        if self.combine == Combine::Product && !first.splat && !second.splat {
            product(first.pixels, second.pixels, y);
        } else {
            spread(first, y);
            self.take(second, y);
        }
    }
}

impl Banded for Broadcast {
    fn band(&self, _: Given<'_>, t: Band<'_>) {
        let Band { x, x_grid, before, add, rows, mut y, .. } = t;
        let Some(add) = add else { unreachable!("two inputs") };
        for block in y.blocks.clone() {
            for (local, i) in rows.clone().enumerate() {
                let pixels = x_grid.row_from_halo(x, [block, i + x_grid.halo - before]);
                let second = self.row(1, add, [0, block, local]);
                self.pair(Row { pixels, splat: false }, second, y.row(0, block, local));
            }
        }
    }
}

impl Kernel<Blocked> for Broadcast {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = self.frame.output(self.dims);
        write_rows(cx.exec, t.output, grid, &|place, y| {
            let row = |i: usize| self.row(i, t.inputs[i], place);
            self.pair(row(0), row(1), y);
            for i in 2..t.inputs.len() {
                self.take(row(i), y);
            }
            activation.apply(y);
        });
    }
}

/// Writes a row of an input at every pixel and in every channel.
fn spread(x: Row<'_>, y: &mut [f32]) {
    let step = if x.pixels.len() == BLOCK { 0 } else { BLOCK };
    for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
        let pixel = &x.pixels[p * step..][..BLOCK];
        if x.splat { y.fill(pixel[0]) } else { y.copy_from_slice(pixel) }
    }
}

simd_fn! {
    /// `y *= x`, the one vector of `x` at every pixel if there is but one.
    fn scale<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == BLOCK { 0 } else { BLOCK };
        for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            s.store(s.mul(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// The same with the first lane of each vector of `x`.
    fn scale_splat<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == BLOCK { 0 } else { BLOCK };
        for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            s.store(s.mul(s.load(y), s.splat(x[p * step])), y);
        }
    }

    /// `y += x`, the one vector of `x` at every pixel if there is but one.
    fn shift<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == BLOCK { 0 } else { BLOCK };
        for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            s.store(s.add(s.load(y), s.load(&x[p * step..])), y);
        }
    }

    /// The same with the first lane of each vector of `x`.
    fn shift_splat<S>(s, x: &[f32], y: &mut [f32]) {
        let step = if x.len() == BLOCK { 0 } else { BLOCK };
        for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            s.store(s.add(s.load(y), s.splat(x[p * step])), y);
        }
    }

    /// `y = a · b`, the one vector of a factor at every pixel if there is but one.
    fn product<S>(s, a: &[f32], b: &[f32], y: &mut [f32]) {
        let [a_step, b_step] = [a, b].map(|x| if x.len() == BLOCK { 0 } else { BLOCK });
        for (p, y) in y.chunks_exact_mut(BLOCK).enumerate() {
            s.store(s.mul(s.load(&a[p * a_step..]), s.load(&b[p * b_step..])), y);
        }
    }
}
