//! What the pooling layers share: where windows lie.

use super::conv::check_window;
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
}

impl PoolGeometry {
    /// Pairs are height, then width; `pad` is top, bottom, left, right. The output's size must be
    /// what the others give, rounded down or up; every window must meet the image.
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
        Self { channels, input: [height, width], kernel, stride, pad, dilation, output }
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
        for a in 0..self.kernel[0] {
            let row = (i * self.stride[0] + a * self.dilation[0]).wrapping_sub(self.pad[0]);
            if row >= height {
                continue;
            }
            for b in 0..self.kernel[1] {
                let column = (j * self.stride[1] + b * self.dilation[1]).wrapping_sub(self.pad[2]);
                if column < width {
                    f(a * self.kernel[1] + b, row * width + column);
                }
            }
        }
    }

    /// How many elements of a window at place `at` along `axis` lie inside the image, or inside
    /// the padded image.
    pub(crate) fn count(&self, axis: usize, at: usize, padded: bool) -> usize {
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
        let (pad, start) = (self.pad[2 * axis], at * self.stride[axis]);
        let below = |end: usize| end.saturating_sub(start).div_ceil(self.dilation[axis]);
        let end = below(pad + self.input[axis]).min(self.kernel[axis]);
        below(pad).min(end)..end
    }

    /// The places along `axis` of the windows that lie wholly inside the image.
    pub(crate) fn whole(&self, axis: usize) -> Range<usize> {
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

    /// The place along `axis` of the window whose element `tap` lies on `position` of the image.
    #[inline(always)]
    pub(crate) fn place(&self, axis: usize, position: usize, tap: usize) -> Option<usize> {
        let start = (position + self.pad[2 * axis]).checked_sub(tap * self.dilation[axis])?;
        let at = start / self.stride[axis];
        (start.is_multiple_of(self.stride[axis]) && at < self.output[axis]).then_some(at)
    }
}
