//! Padding: rows and columns around each channel, filled with a value or with copies of what is
//! inside. Cropping is the same with less than nothing around it.
//!
//! ```text
//! forward:   y[i][j] = x[source(i)][source(j)], or the value where there is no source
//! backward:  dx[i][j] = Σ dy over all that are copies of x[i][j]
//! ```

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::vector::add_assign;
use core::ops::Range;

/// What lies beyond the border of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Border {
    /// This number.
    Constant(f32),
    /// The image turned over, its outermost row or column not repeated: `c b | a b c | b a`.
    Reflect,
    /// The outermost row or column: `a a | a b c | c c`.
    Replicate,
    /// The image from its other side on: `b c | a b c | a b`.
    Circular,
}

/// Which pixel of the input each pixel of the output is a copy of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copies {
    pub(crate) channels: usize,
    pub(crate) input: [usize; 2],
    pub(crate) output: [usize; 2],
    /// Where the first pixel of the output lies, counted from that of the input.
    first: [isize; 2],
    border: Border,
}

impl Copies {
    /// `more` rows and columns at the top, bottom, left and right, or fewer.
    pub(crate) const fn new(
        [channels, height, width]: [usize; 3],
        more: [isize; 4],
        border: Border,
    ) -> Self {
        let input = [height, width];
        let mut output = [0; 2];
        let mut d = 0;
        while d < 2 {
            let (begin, end, n) = (more[2 * d], more[2 * d + 1], input[d] as isize);
            let size = n + begin + end;
            assert!(n > 0 && size > 0 && begin + n > 0 && end + n > 0, "pixels of the image stay");
            let most = match border {
                Border::Constant(_) | Border::Replicate => isize::MAX,
                Border::Reflect => n - 1,
                Border::Circular => n,
            };
            assert!(begin <= most && end <= most, "padding that its source reaches");
            output[d] = size as usize;
            d += 1;
        }
        Self { channels, input, output, first: [-more[0], -more[2]], border }
    }

    /// The row or column of the input that one of the output is a copy of.
    fn source(&self, d: usize, at: usize) -> Option<usize> {
        let (at, n) = (at as isize + self.first[d], self.input[d] as isize);
        if (0..n).contains(&at) {
            return Some(at as usize);
        }
        let source = match self.border {
            Border::Constant(_) => return None,
            Border::Reflect if at < 0 => -at,
            Border::Reflect => 2 * (n - 1) - at,
            Border::Replicate => at.clamp(0, n - 1),
            Border::Circular => at.rem_euclid(n),
        };
        Some(source as usize)
    }

    /// The rows or columns of the output that lie inside the image.
    fn inside(&self, d: usize) -> Range<usize> {
        let start = (-self.first[d]).max(0) as usize;
        let end = (self.input[d] as isize - self.first[d]) as usize;
        start..end.min(self.output[d])
    }

    /// The columns of the output that lie outside.
    fn outside(&self) -> impl Iterator<Item = usize> + use<> {
        let inside = self.inside(1);
        (0..inside.start).chain(inside.end..self.output[1])
    }

    /// The columns of the input that become those inside.
    fn kept(&self) -> Range<usize> {
        let inside = self.inside(1);
        let start = (inside.start as isize + self.first[1]) as usize;
        start..start + inside.len()
    }

    /// Writes row `i` of the output, whose pixels are `n` floats; `row` gives those of the input.
    pub(crate) fn copy_row<'x>(
        &self,
        n: usize,
        i: usize,
        row: impl FnOnce(usize) -> &'x [f32],
        y: &mut [f32],
    ) {
        let value = if let Border::Constant(value) = self.border { value } else { 0.0 };
        let Some(x) = self.source(0, i).map(row) else { return y.fill(value) };
        let (inside, kept) = (self.inside(1), self.kept());
        y[inside.start * n..inside.end * n].copy_from_slice(&x[kept.start * n..kept.end * n]);
        for j in self.outside() {
            let y = &mut y[j * n..][..n];
            match self.source(1, j) {
                Some(at) => y.copy_from_slice(&x[at * n..][..n]),
                None => y.fill(value),
            }
        }
    }

    /// Writes row `i` of the input's gradient; `row` gives those of the output's.
    pub(crate) fn sum_row<'d>(
        &self,
        n: usize,
        i: usize,
        row: impl Fn(usize) -> &'d [f32],
        dx: &mut [f32],
    ) {
        dx.fill(0.0);
        let (inside, kept) = (self.inside(1), self.kept());
        for copy in (0..self.output[0]).filter(|&copy| self.source(0, copy) == Some(i)) {
            let dy = row(copy);
            add_assign(
                &dy[inside.start * n..inside.end * n],
                &mut dx[kept.start * n..kept.end * n],
            );
            for j in self.outside() {
                if let Some(at) = self.source(1, j) {
                    let (dx, dy) = (&mut dx[at * n..][..n], &dy[j * n..][..n]);
                    dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx += dy);
                }
            }
        }
    }
}

/// More rows and columns, or fewer.
#[derive(Clone, Copy, Debug)]
pub struct Copied<const CROP: bool>(pub(crate) Copies);

/// Rows and columns around each channel.
pub type Pad = Copied<false>;

impl Pad {
    /// Images of `[channels, height, width]` with these numbers of rows and columns more at the top,
    /// bottom, left and right.
    pub const fn new(
        dims: [usize; 3],
        [top, bottom, left, right]: [usize; 4],
        border: Border,
    ) -> Self {
        let more = [top as isize, bottom as isize, left as isize, right as isize];
        Self(Copies::new(dims, more, border))
    }
}

impl<L: Layout, const CROP: bool> Kernel<L> for Copied<CROP> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let Self(copies) = self;
        let [x_row, y_row] = [copies.input, copies.output].map(|[_, width]| width * L::IMAGES);
        let [x_len, y_len] = [copies.input[0] * x_row, copies.output[0] * y_row];
        exec::split(cx.exec, cx.groups::<L>() * copies.channels, [(t.output, y_len)], &|c, [y]| {
            let x = &t.inputs[0][c * x_len..][..x_len];
            for (i, y) in y.chunks_exact_mut(y_row).enumerate() {
                copies.copy_row(L::IMAGES, i, |row| &x[row * x_row..][..x_row], y);
            }
            activation.apply(y);
        });
    }
}
