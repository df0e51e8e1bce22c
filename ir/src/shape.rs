//! The shape of one image's value: a volume or a vector.

use core::fmt;

/// Channels × height × width, or a plain vector. The batch is never part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `channels × height × width`, written `1x28x28`.
    Volume {
        /// Channels (feature maps).
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// A vector of a number of elements, written `120`.
    Vector(usize),
}

impl Shape {
    /// A volume of `channels × height × width`.
    pub const fn volume(channels: usize, height: usize, width: usize) -> Self {
        Self::Volume { channels, height, width }
    }

    /// Elements of one image; none where they are more than a `usize` counts.
    pub const fn checked_len(self) -> Option<usize> {
        match self {
            Self::Volume { channels, height, width } => match channels.checked_mul(height) {
                Some(rows) => rows.checked_mul(width),
                None => None,
            },
            Self::Vector(n) => Some(n),
        }
    }

    /// Elements of one image; the largest number where they are more than it.
    pub const fn len(self) -> usize {
        match self.checked_len() {
            Some(n) => n,
            None => usize::MAX,
        }
    }

    /// Channels of a volume; the length of a vector.
    pub const fn channels(self) -> usize {
        match self {
            Self::Volume { channels, .. } => channels,
            Self::Vector(n) => n,
        }
    }

    /// Rows of a volume; 1 for a vector.
    pub const fn height(self) -> usize {
        match self {
            Self::Volume { height, .. } => height,
            Self::Vector(_) => 1,
        }
    }

    /// Columns of a volume; 1 for a vector.
    pub const fn width(self) -> usize {
        match self {
            Self::Volume { width, .. } => width,
            Self::Vector(_) => 1,
        }
    }

    /// Height and width; 1 and 1 for a vector.
    pub const fn size(self) -> [usize; 2] {
        [self.height(), self.width()]
    }

    /// Positions of one channel: `height × width`.
    pub const fn positions(self) -> usize {
        self.height() * self.width()
    }

    /// Whether it is a volume.
    pub const fn is_volume(self) -> bool {
        matches!(self, Self::Volume { .. })
    }

    /// A shape of the same kind and size with other channels.
    pub const fn with_channels(self, channels: usize) -> Self {
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

impl PartialEq<[usize; 3]> for Shape {
    fn eq(&self, other: &[usize; 3]) -> bool {
        *self == Self::volume(other[0], other[1], other[2])
    }
}

impl PartialEq<(usize, usize, usize)> for Shape {
    fn eq(&self, other: &(usize, usize, usize)) -> bool {
        *self == Self::volume(other.0, other.1, other.2)
    }
}

impl PartialEq<usize> for Shape {
    fn eq(&self, other: &usize) -> bool {
        *self == Self::Vector(*other)
    }
}
