//! Shapes of one image's values.

use std::fmt;

/// Channels × height × width, or a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `1x28x28`.
    Volume {
        /// Channels.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// `120`.
    Vector(usize),
}

/// The largest number of elements that a tensor may have, an image with its padding included. Such
/// numbers, and products of two of them, can be calculated with in 64 bits.
pub const MOST_ELEMENTS: usize = i32::MAX as usize;

/// The most floats that all values of a network, their gradients and its parameters may take for one
/// image, halos included: a pebibyte. Sums of them can be calculated with in 64 bits.
pub const MOST_FLOATS: u128 = 1 << 48;

/// The most multiply–adds of a network for one image.
pub const MOST_MACS: u128 = 1 << 60;

impl Shape {
    /// A volume.
    pub fn volume(channels: usize, height: usize, width: usize) -> Self {
        Self::Volume { channels, height, width }
    }

    /// Elements; none where they are more than a `usize` counts.
    pub fn checked_len(self) -> Option<usize> {
        match self {
            Self::Volume { channels, height, width } => {
                channels.checked_mul(height)?.checked_mul(width)
            }
            Self::Vector(n) => Some(n),
        }
    }

    /// Elements, of a shape that has been checked.
    pub fn len(self) -> usize {
        self.checked_len().unwrap_or(usize::MAX)
    }

    /// Channels of a volume, length of a vector.
    pub fn channels(self) -> usize {
        match self {
            Self::Volume { channels, .. } => channels,
            Self::Vector(n) => n,
        }
    }

    /// Height and width; 1 and 1 for a vector.
    pub fn size(self) -> [usize; 2] {
        match self {
            Self::Volume { height, width, .. } => [height, width],
            Self::Vector(_) => [1, 1],
        }
    }

    /// Positions of a channel.
    pub fn positions(self) -> usize {
        self.size()[0] * self.size()[1]
    }

    /// A shape of the same kind and size with other channels.
    pub fn with_channels(self, channels: usize) -> Self {
        match self {
            Self::Volume { height, width, .. } => Self::volume(channels, height, width),
            Self::Vector(_) => Self::Vector(channels),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Volume { channels, height, width } => write!(f, "{channels}x{height}x{width}"),
            Self::Vector(n) => write!(f, "{n}"),
        }
    }
}
