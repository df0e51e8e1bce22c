//! Convolution: every filter sees a window of all channels (or of its group of them).
//!
//! ```text
//! y[f][i][j] = bias[f] + Σ w[f][c][a][b] · x[c][i·S + a·D - pad][j·S + b·D - pad]
//! ```
//! Parameters: `weight` (filters × channels/groups × kernel height × kernel width) and `bias`.

use crate::kernels::window::check_window;

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub(crate) channels: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) filters: usize,
    pub(crate) kernel: [usize; 2],
    pub(crate) stride: [usize; 2],
    /// Top, bottom, left, right.
    pub(crate) pad: [usize; 4],
    pub(crate) dilation: [usize; 2],
    pub(crate) groups: usize,
    pub(crate) output: [usize; 2],
}

impl Geometry {
    /// Pairs are height, then width; `pad` is top, bottom, left, right. The output's size must be
    /// what the others give, rounded down or up.
    #[allow(clippy::too_many_arguments)] // emitted code is the caller, and a convolution has as many
    pub const fn new(
        input: [usize; 3],
        filters: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        pad: [usize; 4],
        dilation: [usize; 2],
        groups: usize,
        output: [usize; 2],
    ) -> Self {
        let [channels, height, width] = input;
        assert!(groups > 0 && channels.is_multiple_of(groups) && filters.is_multiple_of(groups));
        assert!(channels > 0 && filters > 0);
        check_window(height, kernel[0], stride[0], [pad[0], pad[1]], dilation[0], output[0]);
        check_window(width, kernel[1], stride[1], [pad[2], pad[3]], dilation[1], output[1]);
        Self { channels, height, width, filters, kernel, stride, pad, dilation, groups, output }
    }

    /// The sizes of a transposed convolution: those of the convolution that goes the other way, from
    /// its output to its input. `filters` are the channels of `output`; its height and width must be
    /// `(n - 1) s - begin - end + d (k - 1) + extra + 1`, with less than a stride or dilation of extra.
    #[allow(clippy::too_many_arguments)] // as above
    pub const fn transposed(
        input: [usize; 3],
        filters: usize,
        kernel: [usize; 2],
        stride: [usize; 2],
        pad: [usize; 4],
        dilation: [usize; 2],
        groups: usize,
        output: [usize; 2],
    ) -> Self {
        let [channels, rows, columns] = input;
        assert!(groups > 0 && channels.is_multiple_of(groups) && filters.is_multiple_of(groups));
        assert!(channels > 0 && filters > 0);
        let mut d = 0;
        while d < 2 {
            let (n, s, step) = ([rows, columns][d], stride[d], dilation[d]);
            assert!(n > 0 && s > 0 && step > 0 && kernel[d] > 0 && output[d] > 0);
            let least = (n - 1) * s + step * (kernel[d] - 1) + 1;
            let padded = output[d] + pad[2 * d] + pad[2 * d + 1];
            let most = if s > step { s } else { step };
            assert!(least <= padded && padded < least + most, "the output has another size");
            d += 1;
        }
        let ([height, width], output) = (output, [rows, columns]);
        let (channels, filters) = (filters, channels);
        Self { channels, height, width, filters, kernel, stride, pad, dilation, groups, output }
    }

    /// Floats of an image's input.
    pub(crate) const fn input_len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Floats of an image's output.
    pub(crate) const fn output_len(&self) -> usize {
        self.filters * self.positions()
    }

    /// Pixels of an output channel.
    pub(crate) const fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Weights of one filter.
    pub(crate) const fn filter_len(&self) -> usize {
        self.channels / self.groups * self.kernel[0] * self.kernel[1]
    }
}
