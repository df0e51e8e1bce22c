//! Upsampling: each channel larger by a whole factor, its pixels repeated or interpolated.
//!
//! ```text
//! nearest:   y[i][j] = x[i / s][j / s]
//! bilinear:  y[i][j] = x at row (i + ½)/s - ½ and column (j + ½)/s - ½, between its four neighbours
//! ```
//! Those places are PyTorch's with `align_corners=False`; beyond the outermost rows and columns they are
//! on them. Backward, each pixel of `x` gathers what it gave.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;

/// Each channel larger by a whole factor.
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    pub(super) channels: usize,
    pub(super) input: [usize; 2],
    factor: [usize; 2],
    bilinear: bool,
}

impl Upsample {
    /// Images of `[channels, height, width]`, made larger by this factor of rows and columns.
    pub const fn new(
        [channels, height, width]: [usize; 3],
        factor: [usize; 2],
        bilinear: bool,
    ) -> Self {
        assert!(channels > 0 && height > 0 && width > 0 && factor[0] > 0 && factor[1] > 0);
        Self { channels, input: [height, width], factor, bilinear }
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        0
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        0
    }

    /// Rows and columns of the output.
    pub(super) const fn output(&self) -> [usize; 2] {
        [self.input[0] * self.factor[0], self.input[1] * self.factor[1]]
    }

    /// The two rows or columns of the input between which the `k`-th of those lies that `at` becomes,
    /// and how far it is on the way to the second.
    #[inline(always)]
    fn between(&self, d: usize, at: usize, k: usize) -> ([usize; 2], f32) {
        if !self.bilinear {
            return ([at, at], 0.0);
        }
        let s = self.factor[d];
        // In steps of 1/(2s), the place is 2k + 1 - s beyond `at`.
        let (first, way) = if 2 * k + 1 >= s {
            (at, 2 * k + 1 - s)
        } else if at > 0 {
            (at - 1, 2 * k + 1 + s)
        } else {
            (at, 0)
        };
        let second = (first + 1).min(self.input[d] - 1);
        ([first, second], way as f32 / (2 * s) as f32)
    }

    /// Writes row `i` of the output, whose pixels are so many floats; `row` gives those of the input.
    pub(super) fn forward_row<'x>(
        &self,
        lanes: usize,
        i: usize,
        row: impl Fn(usize) -> &'x [f32],
        y: &mut [f32],
    ) {
        let ([first, second], way) = self.between(0, i / self.factor[0], i % self.factor[0]);
        if self.bilinear {
            interpolate(lanes, self, way, row(first), row(second), y);
        } else {
            let n = self.factor[1] * lanes;
            for (x, y) in row(first).chunks_exact(lanes).zip(y.chunks_exact_mut(n)) {
                y.chunks_exact_mut(lanes).for_each(|y| y.copy_from_slice(x));
            }
        }
    }

    /// Writes row `i` of the input's gradient; `row` gives those of the output's.
    pub(super) fn backward_row<'d>(
        &self,
        lanes: usize,
        i: usize,
        row: impl Fn(usize) -> &'d [f32],
        dx: &mut [f32],
    ) {
        dx.fill(0.0);
        let s = self.factor[0];
        // Only what the row itself and its neighbours become can lie beside it.
        for at in i.saturating_sub(1)..(i + 2).min(self.input[0]) {
            for k in 0..s {
                let ([first, second], way) = self.between(0, at, k);
                let mut share = 0.0;
                share += if first == i { 1.0 - way } else { 0.0 };
                share += if second == i { way } else { 0.0 };
                if share > 0.0 {
                    gather(lanes, self, share, row(at * s + k), dx);
                }
            }
        }
    }
}

simd_fn! {
    /// A row `way` from row `a` to row `b`.
    fn interpolate<S>(s by lanes, up: &Upsample, way: f32, a: &[f32], b: &[f32], y: &mut [f32]) {
        let way = s.splat(way);
        let mut at = 0;
        for c in 0..up.input[1] {
            for k in 0..up.factor[1] {
                let ([first, second], along) = up.between(1, c, k);
                let along = s.splat(along);
                let (a0, b0) = (s.load(&a[first * S::LANES..]), s.load(&b[first * S::LANES..]));
                let (a1, b1) = (s.load(&a[second * S::LANES..]), s.load(&b[second * S::LANES..]));
                let a = s.mul_add(along, s.sub(a1, a0), a0);
                let b = s.mul_add(along, s.sub(b1, b0), b0);
                s.store(s.mul_add(way, s.sub(b, a), a), &mut y[at..]);
                at += S::LANES;
            }
        }
    }

    /// Adds what a row of the output's gradient says of a row that has such a share in it.
    fn gather<S>(s by lanes, up: &Upsample, share: f32, dy: &[f32], dx: &mut [f32]) {
        let mut at = 0;
        for c in 0..up.input[1] {
            for k in 0..up.factor[1] {
                let ([first, second], along) = up.between(1, c, k);
                let dy = s.load(&dy[at..]);
                let to = &mut dx[first * S::LANES..];
                s.store(s.mul_add(s.splat(share * (1.0 - along)), dy, s.load(to)), to);
                if along > 0.0 {
                    let to = &mut dx[second * S::LANES..];
                    s.store(s.mul_add(s.splat(share * along), dy, s.load(to)), to);
                }
                at += S::LANES;
            }
        }
    }
}

impl<L: Layout> Kernel<L> for Upsample {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [x_row, y_row] = [self.input, self.output()].map(|[_, width]| width * L::LANES);
        let [x_len, y_len] = [self.input[0] * x_row, self.output()[0] * y_row];
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, y_len)], &|c, [y]| {
            let x = &t.inputs[0][c * x_len..][..x_len];
            for (i, y) in y.chunks_exact_mut(y_row).enumerate() {
                self.forward_row(L::LANES, i, |row| &x[row * x_row..][..x_row], y);
            }
            activation.apply(y);
        });
    }

    #[cfg(feature = "train")]
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let [x_row, y_row] = [self.input, self.output()].map(|[_, width]| width * L::LANES);
        let [x_len, y_len] = [self.input[0] * x_row, self.output()[0] * y_row];
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (dy, planes) = (&*t.d_output, cx.groups::<L>() * self.channels);
        exec::split(cx.exec, planes, [(&mut **d_input, x_len)], &|c, [dx]| {
            let dy = &dy[c * y_len..][..y_len];
            for (i, dx) in dx.chunks_exact_mut(x_row).enumerate() {
                self.backward_row(L::LANES, i, |row| &dy[row * y_row..][..y_row], dx);
            }
        });
    }
}
