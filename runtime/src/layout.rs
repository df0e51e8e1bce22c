//! How the images of a batch lie in memory.

/// A layout of a batch: `[images / LANES][channels][height][width][LANES]`.
///
/// With one lane this is the ordinary N×C×H×W; with sixteen, sixteen images are interleaved
/// element by element, so that every kernel finds sixteen independent numbers side by side
/// whatever the number of channels or columns. A batch that is no multiple of `LANES` is
/// filled up with copies of its last image, whose results and gradients are dropped.
pub trait Layout: Copy + Default + Send + Sync + 'static {
    /// Images interleaved.
    const LANES: usize;
}

/// N×C×H×W: one image after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nchw;

/// Sixteen images interleaved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lanes;

/// Lanes of [`Lanes`]; the width of every kernel's vector on every instruction set.
pub const LANES: usize = 16;

impl Layout for Nchw {
    const LANES: usize = 1;
}

impl Layout for Lanes {
    const LANES: usize = LANES;
}
