//! Cropping: each channel without some rows and columns at its borders.
//!
//! ```text
//! forward:   y[i][j] = x[i + top][j + left]
//! backward:  dx[i + top][j + left] = dy[i][j], zeros around it
//! ```

use super::pad::{Border, Copied, Copies};

/// Fewer rows and columns of each channel.
pub type Crop = Copied<true>;

impl Crop {
    /// Images of `[channels, height, width]` without these numbers of rows and columns at the top,
    /// bottom, left and right.
    pub const fn new(dims: [usize; 3], [top, bottom, left, right]: [usize; 4]) -> Self {
        let more = [-(top as isize), -(bottom as isize), -(left as isize), -(right as isize)];
        Self(Copies::new(dims, more, Border::Constant(0.0)))
    }
}
