//! How large a network may be, and the numbers in its text.

/// The largest number of elements that a tensor may have, an image with its padding included. Such
/// numbers, and products of two of them, can be calculated with in 64 bits.
pub const MOST_ELEMENTS: usize = i32::MAX as usize;

/// The most floats that all values of a network, their gradients and its parameters may take for one
/// image, halos included: a pebibyte. Sums of them can be calculated with in 64 bits.
pub const MOST_FLOATS: u128 = 1 << 48;

/// The most multiply–adds of a network for one image.
pub const MOST_MACS: u128 = 1 << 60;

/// The largest number the language takes; tensors of real networks stay far below.
pub(crate) const LARGEST: i128 = i32::MAX as i128;

/// A number that fits everywhere else too.
pub(crate) const fn in_range(n: i128) -> bool {
    n >= -LARGEST && n <= LARGEST
}
