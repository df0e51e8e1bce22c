//! What the pooling layers share: where windows lie.

use crate::kernels::window::check_window;
use crate::simd::Simd;
use crate::simd::tree::{RUN, Runs, Tree};
use core::ops::Range;

/// The sizes of a pooling layer.
#[derive(Clone, Copy, Debug)]
pub struct PoolGeometry {
    pub(crate) channels: usize,
    pub(crate) input: [usize; 2],
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    /// Top, bottom, left, right.
    pub(crate) pad: [usize; 4],
    pub(crate) dilation: [usize; 2],
    pub(crate) output: [usize; 2],
    /// Whether the windows share the image out, as [`PoolGeometry::adaptive`] says.
    pub(crate) adaptive: bool,
}

impl PoolGeometry {
    /// Pairs are height, then width; `pad` is top, bottom, left, right. The output's size must be
    /// what the others give, rounded down or up. A window may hold nothing but padding: its sum is 0 and
    /// its product 1, but it has no maximum.
    pub const fn new(
        input: [usize; 3],
        kernel: [usize; 2],
        stride: [usize; 2],
        pad: [usize; 4],
        dilation: [usize; 2],
        output: [usize; 2],
    ) -> Self {
        let [channels, height, width] = input;
        check_window(height, kernel[0], stride[0], [pad[0], pad[1]], dilation[0], output[0]);
        check_window(width, kernel[1], stride[1], [pad[2], pad[3]], dilation[1], output[1]);
        let input = [height, width];
        Self { channels, input, kernel, stride, pad, dilation, output, adaptive: false }
    }

    /// Windows that share the image out among an output of a given size, as PyTorch's adaptive pools
    /// do: of `N` rows or columns, window `i` of `O` has those from `floor(i·N/O)` to, but without,
    /// `ceil((i + 1)·N/O)`. They differ by one where `O` does not divide `N`, may overlap by one, and
    /// repeat each other where `O` is larger.
    pub const fn adaptive([channels, height, width]: [usize; 3], output: [usize; 2]) -> Self {
        assert!(channels > 0 && height > 0 && width > 0 && output[0] > 0 && output[1] > 0);
        let kernel = [largest_share(height, output[0]), largest_share(width, output[1])];
        let input = [height, width];
        let (stride, pad, dilation) = ([1; 2], [0; 4], [1; 2]);
        Self { channels, input, kernel, stride, pad, dilation, output, adaptive: true }
    }

    /// The same, where every window meets the image, as a maximum must.
    ///
    /// # Panics
    /// If one does not.
    pub(crate) const fn meeting_the_image(self) -> Self {
        let mut axis = 0;
        while axis < 2 {
            let (n, step, begin) = (self.input[axis], self.dilation[axis], self.pad[2 * axis]);
            // Only elements further apart than the image is large can lie on both sides of it.
            let mut start = 0;
            while n < step && start < begin && start < self.output[axis] * self.stride[axis] {
                let (before, reach) = (begin - start, (self.kernel[axis] - 1) * step);
                let first = before.next_multiple_of(step);
                assert!(first - before < n && first <= reach, "a window of nothing but padding");
                start += self.stride[axis];
            }
            axis += 1;
        }
        self
    }

    /// Where the window at place `at` along `axis` starts, counted from the padding's begin.
    #[inline(always)]
    pub(crate) fn start(&self, axis: usize, at: usize) -> usize {
        if self.adaptive {
            share(self.input[axis], self.output[axis], at).start
        } else {
            at * self.stride[axis]
        }
    }

    /// Positions of an input channel.
    pub(crate) const fn input_positions(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// Positions of an output channel.
    pub(crate) const fn output_positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Calls `f(number in the window, input position)` for what output `(i, j)` sees inside the
    /// image.
    #[inline(always)]
    pub(crate) fn window(&self, i: usize, j: usize, mut f: impl FnMut(usize, usize)) {
        let [height, width] = self.input;
        let (top, left) = (self.start(0, i), self.start(1, j));
        let all = |axis: usize, at: usize| match self.adaptive {
            true => self.taps(axis, at),
            false => 0..self.kernel[axis],
        };
        let columns = all(1, j);
        for a in all(0, i) {
            let row = (top + a * self.dilation[0]).wrapping_sub(self.pad[0]);
            if row >= height {
                continue;
            }
            for b in columns.clone() {
                let column = (left + b * self.dilation[1]).wrapping_sub(self.pad[2]);
                if column < width {
                    f(a * self.kernel[1] + b, row * width + column);
                }
            }
        }
    }

    /// How many elements of a window at place `at` along `axis` lie inside the image, or inside
    /// the padded image.
    pub(crate) fn count(&self, axis: usize, at: usize, padded: bool) -> usize {
        if self.adaptive {
            return self.taps(axis, at).len();
        }
        let (begin, n) = (self.pad[2 * axis], self.input[axis]);
        let inside = if padded { 0..begin + n + self.pad[2 * axis + 1] } else { begin..begin + n };
        let start = at * self.stride[axis];
        (0..self.kernel[axis])
            .filter(|a| inside.contains(&(start + a * self.dilation[axis])))
            .count()
    }

    /// The elements of a window at place `at` along `axis` that lie inside the image.
    #[inline(always)]
    pub(crate) fn taps(&self, axis: usize, at: usize) -> Range<usize> {
        if self.adaptive {
            return 0..share(self.input[axis], self.output[axis], at).len();
        }
        let (pad, start) = (self.pad[2 * axis], at * self.stride[axis]);
        let below = |end: usize| end.saturating_sub(start).div_ceil(self.dilation[axis]);
        let end = below(pad + self.input[axis]).min(self.kernel[axis]);
        below(pad).min(end)..end
    }

    /// The places along `axis` of the windows that lie wholly inside the image; none where windows
    /// differ in size.
    pub(crate) fn whole(&self, axis: usize) -> Range<usize> {
        if self.adaptive {
            return 0..0;
        }
        let (pad, stride) = (self.pad[2 * axis], self.stride[axis]);
        let reach = (self.kernel[axis] - 1) * self.dilation[axis];
        let end = (pad + self.input[axis]).saturating_sub(reach).div_ceil(stride);
        let end = end.min(self.output[axis]);
        pad.div_ceil(stride).min(end)..end
    }

    /// The places along `axis` of the windows whose element `tap` lies inside the image.
    pub(crate) fn reaching(&self, axis: usize, tap: usize) -> Range<usize> {
        let (pad, shift) = (self.pad[2 * axis], tap * self.dilation[axis]);
        let below = |end: usize| end.saturating_sub(shift).div_ceil(self.stride[axis]);
        let end = below(pad + self.input[axis]).min(self.output[axis]);
        below(pad).min(end)..end
    }

    /// Calls `f(place, tap)` for every window along `axis` of which an element, number `tap`, lies on
    /// `position` of the image, in order.
    #[inline(always)]
    pub(crate) fn seeing(&self, axis: usize, position: usize, mut f: impl FnMut(usize, usize)) {
        let (n, outputs) = (self.input[axis], self.output[axis]);
        if self.adaptive {
            // Shares turned round: which outputs a position counts for.
            for at in share(outputs, n, position) {
                f(at, position - share(n, outputs, at).start);
            }
            return;
        }
        let (stride, dilation) = (self.stride[axis], self.dilation[axis]);
        let position = position + self.pad[2 * axis];
        let reach = (self.kernel[axis] - 1) * dilation;
        let first = position.saturating_sub(reach).div_ceil(stride);
        for at in first..outputs.min(position / stride + 1) {
            let offset = position - at * stride;
            if dilation == 1 || offset.is_multiple_of(dilation) {
                f(at, offset / dilation);
            }
        }
    }
}

/// Element `k` of a window, as a number that pools keep beside other floats: `k` itself as far as every
/// whole number is a float, and one float after the other from there on. No two elements have the same
/// one, they are at least 1 apart, and none is denormal, infinite or NaN.
#[inline(always)]
pub(crate) const fn place(k: usize) -> f32 {
    const WHOLE: usize = 1 << 24;
    let whole = if k < WHOLE { k } else { WHOLE };
    f32::from_bits((whole as f32).to_bits() + (k - whole) as u32)
}

/// Elements of a window at most, so that each has a [`place`].
const MOST_PLACES: usize = (1 << 24) + (f32::MAX.to_bits() - 16_777_216f32.to_bits()) as usize;

/// Checks that every element of a window has a [`place`].
pub(crate) const fn check_places(g: &PoolGeometry) {
    assert!(g.kernel[0] <= MOST_PLACES / g.kernel[1], "a window of too many elements");
}

/// What a pool adds up.
pub(crate) trait Term: Copy {
    /// What an element counts for.
    fn worth<S: Simd>(self, s: S, x: S::V) -> S::V;
}

impl PoolGeometry {
    /// Whether windows are so large that the elements of a row should not be added up one by one.
    #[inline(always)]
    pub(crate) fn long(&self) -> bool {
        self.kernel[0] * self.kernel[1] > RUN
    }

    /// The sum over the elements under the window at `(i, j)` that lie in the image: a balanced tree over
    /// runs of them. The vector of row `r` and column `c` of the image is at `x[r · pitch + c · LANES]`
    /// after `corner`, which is that of row `top`.
    #[inline(always)]
    pub(crate) fn sum<S: Simd, T: Term>(
        &self,
        s: S,
        term: T,
        x: &[f32],
        [corner, pitch, top]: [usize; 3],
        at: [usize; 2],
    ) -> S::V {
        let taps = [0, 1].map(|d| self.taps(d, at[d]));
        let position = |d: usize, tap: usize| {
            self.start(d, at[d]) + (taps[d].start + tap) * self.dilation[d] - self.pad[2 * d]
        };
        let mut tree = Tree::<S, 1, 1>::new();
        for [rows, columns] in Runs::new([taps[0].len(), taps[1].len()], 1) {
            let mut sums = [s.splat(0.0); 4];
            for a in rows {
                let row = corner + (position(0, a) - top) * pitch;
                for (n, b) in columns.clone().enumerate() {
                    let x = s.load(&x[row + position(1, b) * S::LANES..]);
                    sums[n % 4] = s.add(sums[n % 4], term.worth(s, x));
                }
            }
            tree.add_four(s, sums);
        }
        tree.total(s)[0][0]
    }
}

/// The positions of `n` that fall to number `i` of `outputs`.
#[inline(always)]
const fn share(n: usize, outputs: usize, i: usize) -> Range<usize> {
    i * n / outputs..((i + 1) * n).div_ceil(outputs)
}

/// The positions of the largest share.
const fn largest_share(n: usize, outputs: usize) -> usize {
    let (mut most, mut i) = (0, 0);
    while i < outputs {
        let Range { start, end } = share(n, outputs, i);
        if end - start > most {
            most = end - start;
        }
        i += 1;
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{MOST_PLACES, PoolGeometry, place, share};

    /// `seeing` says of every position what `taps` says of every window.
    fn check(g: &PoolGeometry) {
        for axis in 0..2 {
            let mut expected = vec![];
            for at in 0..g.output[axis] {
                for tap in g.taps(axis, at) {
                    let position = g.start(axis, at) + tap * g.dilation[axis] - g.pad[2 * axis];
                    expected.push((position, at, tap));
                }
            }
            expected.sort_by_key(|&(position, ..)| position);
            let mut found = vec![];
            for position in 0..g.input[axis] {
                g.seeing(axis, position, |at, tap| found.push((position, at, tap)));
            }
            assert_eq!(found, expected, "{g:?}, axis {axis}");
        }
    }

    #[test]
    fn windows_that_see_a_position() {
        check(&PoolGeometry::new([1, 7, 6], [2, 3], [2, 1], [0; 4], [1, 1], [3, 4]));
        check(&PoolGeometry::new([1, 7, 6], [3, 3], [2, 2], [1, 1, 0, 1], [1, 1], [4, 3]));
        check(&PoolGeometry::new([1, 9, 8], [3, 2], [2, 3], [1, 0, 1, 1], [2, 3], [3, 3]));
        for (n, outputs) in [(7, 3), (8, 7), (5, 5), (3, 7), (1, 4), (13, 1)] {
            check(&PoolGeometry::adaptive([1, n, 6], [outputs, 4]));
        }
    }

    #[test]
    fn every_element_of_a_window_has_a_place_of_its_own() {
        assert_eq!([0, 1, 1000, (1 << 24) - 1].map(place), [0.0, 1.0, 1000.0, 16_777_215.0]);
        let around = |k: usize| k - 3..k + 3;
        for k in around(1 << 24).chain(around(17_640_000)).chain(around(MOST_PLACES - 3)) {
            assert!(place(k + 1) - place(k) >= 1.0 && place(k + 1).is_finite(), "{k}");
        }
    }

    #[test]
    fn shares_are_pytorchs() {
        let all = |n, outputs| (0..outputs).map(|i| share(n, outputs, i)).collect::<Vec<_>>();
        assert_eq!(all(7, 3), [0..3, 2..5, 4..7]);
        assert_eq!(all(2, 3), [0..1, 0..2, 1..2]);
        assert_eq!(all(6, 2), [0..3, 3..6]);
    }
}
