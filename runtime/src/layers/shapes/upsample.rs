//! Upsampling: each channel larger, its pixels repeated or interpolated.
//!
//! With `N` rows of the input and `O` of the output, row `i` of the output is
//!
//! ```text
//! nearest:    row ⌊i · N/O⌋
//! bilinear:   the row at (i + ½) · N/O - ½, between its two neighbors; on the outermost one beyond it
//! aligned:    the row at i · (N - 1)/(O - 1), so that the outermost rows stay what they are
//! ```
//! and columns likewise: PyTorch's places, `aligned` being its `align_corners=True`. Backward, each pixel
//! of `x` gathers what it gave.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;

/// Where a pixel of the output lies in the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// On a pixel.
    Nearest,
    /// Between pixels, as if each were a square.
    Bilinear,
    /// Between pixels, as if each were a point and the corners stayed in their places.
    Aligned,
}

/// Each channel larger.
#[derive(Clone, Copy, Debug)]
pub struct Upsample {
    pub(crate) channels: usize,
    pub(crate) input: [usize; 2],
    pub(super) output: [usize; 2],
    pub(super) interpolation: Interpolation,
}

/// Where a row or column of the output lies: between two of the input, and how far it is on the way to
/// the second.
#[derive(Clone, Copy)]
struct Between {
    first: usize,
    second: usize,
    way: f32,
}

impl Upsample {
    /// Images of `[channels, height, width]`, made as large as `output`.
    pub const fn new(
        [channels, height, width]: [usize; 3],
        output: [usize; 2],
        interpolation: Interpolation,
    ) -> Self {
        assert!(channels > 0 && height > 0 && width > 0);
        assert!(output[0] >= height && output[1] >= width);
        Self { channels, input: [height, width], output, interpolation }
    }

    /// Rows and columns of the output.
    pub(crate) const fn output(&self) -> [usize; 2] {
        self.output
    }

    /// Whether pixels are interpolated.
    fn interpolates(&self) -> bool {
        self.interpolation != Interpolation::Nearest
    }

    /// The places of all rows or columns of the output, in order.
    #[inline(always)]
    fn walk(&self, d: usize) -> Walk {
        self.walk_from(d, 0)
    }

    /// The same from row or column `i` on.
    #[inline(always)]
    fn walk_from(&self, d: usize, i: usize) -> Walk {
        let [n, o] = [self.input[d], self.output[d]];
        // The place of `i` is (step · i + start) / whole.
        let (step, start, whole) = match self.interpolation {
            // In single precision, as PyTorch has it, unless each pixel is repeated as often.
            Interpolation::Nearest if !o.is_multiple_of(n) => {
                return Walk::Scaled { scale: n as f32 / o as f32, i, last: n - 1 };
            }
            Interpolation::Nearest => (n, 0, o),
            Interpolation::Bilinear => (2 * n, n as isize - o as isize, 2 * o),
            Interpolation::Aligned => (n - 1, 0, (o - 1).max(1)),
        };
        let at = (step * i) as isize + start;
        let exact = self.interpolates();
        Walk::Exact { at, step: step as isize, whole: whole as isize, place: 0, last: n - 1, exact }
            .settled()
    }

    /// The place of row `i` of the output.
    fn row_at(&self, i: usize) -> Between {
        self.walk_from(0, i).next()
    }

    /// The rows of the output that lie between row `i` of the input and one of its neighbors: places
    /// never go back, so that all others are known to lie elsewhere.
    fn rows_around(&self, i: usize) -> core::ops::Range<usize> {
        // The first row of the output for which that is true of its place.
        let first = |is: &dyn Fn(Between) -> bool| {
            let (mut low, mut high) = (0, self.output[0]);
            while low < high {
                let middle = (low + high) / 2;
                if is(self.row_at(middle)) { high = middle } else { low = middle + 1 }
            }
            low
        };
        first(&|p| p.second >= i)..first(&|p| p.first > i)
    }

    /// Writes row `i` of the output, whose pixels are `n` floats; `row` gives those of the input.
    pub(crate) fn forward_row<'x>(
        &self,
        lanes: usize,
        i: usize,
        row: impl Fn(usize) -> &'x [f32],
        y: &mut [f32],
    ) {
        let Between { first, second, way } = self.row_at(i);
        if self.interpolates() {
            return interpolate(lanes, self, way, row(first), row(second), y);
        }
        let x = row(first);
        if self.output[1].is_multiple_of(self.input[1]) {
            let n = self.output[1] / self.input[1] * lanes;
            for (x, y) in x.chunks_exact(lanes).zip(y.chunks_exact_mut(n)) {
                y.chunks_exact_mut(lanes).for_each(|y| y.copy_from_slice(x));
            }
        } else {
            let mut places = self.walk(1);
            for y in y.chunks_exact_mut(lanes) {
                y.copy_from_slice(&x[places.next().first * lanes..][..lanes]);
            }
        }
    }

    /// Writes row `i` of the input's gradient; `row` gives those of the output's.
    pub(crate) fn backward_row<'d>(
        &self,
        lanes: usize,
        i: usize,
        row: impl Fn(usize) -> &'d [f32],
        dx: &mut [f32],
    ) {
        dx.fill(0.0);
        for at in self.rows_around(i) {
            let Between { first, second, way } = self.row_at(at);
            let mut share = 0.0;
            share += if first == i { 1.0 - way } else { 0.0 };
            share += if second == i { way } else { 0.0 };
            if share > 0.0 {
                gather(lanes, self, share, row(at), dx);
            }
        }
    }
}

/// Places of the output's rows or columns, one after the other.
#[derive(Clone, Copy)]
enum Walk {
    /// At `at / whole` beyond `place`, exactly.
    Exact { at: isize, step: isize, whole: isize, place: usize, last: usize, exact: bool },
    /// Of the nearest pixels, in single precision.
    Scaled { scale: f32, i: usize, last: usize },
}

impl Walk {
    /// The same place with what is beyond it less than a pixel.
    #[inline(always)]
    fn settled(mut self) -> Self {
        if let Self::Exact { at, whole, place, .. } = &mut self
            && *at >= *whole
        {
            *place += (*at / *whole) as usize;
            *at %= *whole;
        }
        self
    }

    /// The place at hand; then the next one is.
    #[inline(always)]
    fn next(&mut self) -> Between {
        match self {
            Self::Scaled { scale, i, last } => {
                let first = ((*i as f32 * *scale) as usize).min(*last);
                *i += 1;
                Between { first, second: first, way: 0.0 }
            }
            Self::Exact { at, step, whole, place, last, exact } => {
                let (first, beyond) = (*place, (*at).max(0));
                *at += *step;
                if *at >= *whole {
                    // The output is no smaller than the input: no step is larger than a pixel.
                    *at -= *whole;
                    *place += 1;
                }
                if !*exact {
                    return Between { first, second: first, way: 0.0 };
                }
                let way = beyond as f32 / *whole as f32;
                Between { first, second: (first + 1).min(*last), way }
            }
        }
    }
}

simd_fn! {
    /// A row `way` from row `a` to row `b`.
    fn interpolate<S>(s by lanes, up: &Upsample, way: f32, a: &[f32], b: &[f32], y: &mut [f32]) {
        let way = s.splat(way);
        let mut columns = up.walk(1);
        for y in y.chunks_exact_mut(S::LANES) {
            let Between { first, second, way: along } = columns.next();
            let along = s.splat(along);
            let (a0, b0) = (s.load(&a[first * S::LANES..]), s.load(&b[first * S::LANES..]));
            let (a1, b1) = (s.load(&a[second * S::LANES..]), s.load(&b[second * S::LANES..]));
            let a = s.mul_add(along, s.sub(a1, a0), a0);
            let b = s.mul_add(along, s.sub(b1, b0), b0);
            s.store(s.mul_add(way, s.sub(b, a), a), y);
        }
    }

    /// Adds what a row of the output's gradient says of a row that has such a share in it.
    fn gather<S>(s by lanes, up: &Upsample, share: f32, dy: &[f32], dx: &mut [f32]) {
        let mut columns = up.walk(1);
        for dy in dy.chunks_exact(S::LANES) {
            let Between { first, second, way: along } = columns.next();
            let dy = s.load(dy);
            let to = &mut dx[first * S::LANES..];
            s.store(s.mul_add(s.splat(share * (1.0 - along)), dy, s.load(to)), to);
            if along > 0.0 {
                let to = &mut dx[second * S::LANES..];
                s.store(s.mul_add(s.splat(share * along), dy, s.load(to)), to);
            }
        }
    }
}
impl<L: Layout> Kernel<L> for Upsample {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [x_row, y_row] = [self.input, self.output()].map(|[_, width]| width * L::IMAGES);
        let [x_len, y_len] = [self.input[0] * x_row, self.output()[0] * y_row];
        exec::split(cx.exec, cx.groups::<L>() * self.channels, [(t.output, y_len)], &|c, [y]| {
            let x = &t.inputs[0][c * x_len..][..x_len];
            for (i, y) in y.chunks_exact_mut(y_row).enumerate() {
                self.forward_row(L::IMAGES, i, |row| &x[row * x_row..][..x_row], y);
            }
            activation.apply(y);
        });
    }
}
