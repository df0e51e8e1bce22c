//! How images are made larger.

/// Where the pixels of a larger image come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// On a pixel.
    Nearest,
    /// Between pixels, as if each were a square.
    Bilinear,
    /// Between pixels, as if each were a point and the corners stayed in their places.
    Aligned,
}
