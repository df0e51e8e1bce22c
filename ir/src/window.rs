//! Windows that slide over a volume.

/// What happens to a remainder of the division in the output-size formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// It is dropped, as in PyTorch and ONNX.
    #[default]
    Floor,
    /// One more window, unless it would start in the end padding (PyTorch's rule).
    Ceil,
    /// It is a mistake.
    Exact,
}

/// A window sliding over a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Rows and columns from one window to the next.
    pub stride: [usize; 2],
    /// Rows and columns between two kernel elements.
    pub dilation: [usize; 2],
    /// Padding: top, bottom, left, right.
    pub pad: [usize; 4],
    /// What happens to a remainder.
    pub rounding: Rounding,
}

impl Window {
    /// A window that sees one position at a time.
    pub const POINT: Self = Self {
        kernel: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        pad: [0; 4],
        rounding: Rounding::Floor,
    };

    /// Input positions from the first to the last that the kernel covers along an axis: `D·(F − 1) + 1`.
    pub const fn reach(&self, axis: usize) -> usize {
        self.dilation[axis] * (self.kernel[axis] - 1) + 1
    }
}
