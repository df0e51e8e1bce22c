//! Real numbers that can be compared and hashed.

use core::fmt;

/// A single-precision number, equal to another one if their bits are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Real(u32);

impl Real {
    /// The number as an attribute.
    pub const fn new(x: f32) -> Self {
        Self(x.to_bits())
    }

    /// The number.
    pub const fn get(self) -> f32 {
        f32::from_bits(self.0)
    }
}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

impl fmt::Debug for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}
