//! The numbers of files: their types, and what their bytes mean.

use core::fmt;

/// The type of a tensor's elements in a file of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Element {
    Bool,
    U8,
    I8,
    U16,
    I16,
    F16,
    BF16,
    U32,
    I32,
    F32,
    U64,
    I64,
    F64,
}

/// A number that is no count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoCount {
    /// It is negative, or larger than a counter can be.
    Integer(i128),
    /// The same, or it has a fraction, or it is no number.
    Real(f64),
}

impl fmt::Display for NoCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(x) => write!(f, "{x}"),
            Self::Real(x) => write!(f, "{x}"),
        }
    }
}

impl Element {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Bool,
        Self::U8,
        Self::I8,
        Self::U16,
        Self::I16,
        Self::F16,
        Self::BF16,
        Self::U32,
        Self::I32,
        Self::F32,
        Self::U64,
        Self::I64,
        Self::F64,
    ];

    /// The type as safetensors files name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "BOOL",
            Self::U8 => "U8",
            Self::I8 => "I8",
            Self::U16 => "U16",
            Self::I16 => "I16",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::U32 => "U32",
            Self::I32 => "I32",
            Self::F32 => "F32",
            Self::U64 => "U64",
            Self::I64 => "I64",
            Self::F64 => "F64",
        }
    }

    /// The type of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|element| element.name() == name)
    }

    /// Bytes of an element.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 | Self::BF16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// Whether weights may have it.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::BF16 | Self::F32 | Self::F64)
    }

    /// The floats in so many bytes. What is no float is read as one of 32 bits.
    pub fn floats(self, bytes: &[u8], to: &mut [f32]) {
        match self {
            Self::F64 => convert(to, bytes, |b| f64::from_le_bytes(b) as f32),
            Self::BF16 => convert(to, bytes, |b| brain(u16::from_le_bytes(b))),
            Self::F16 => convert(to, bytes, |b| half(u16::from_le_bytes(b))),
            _ => convert(to, bytes, f32::from_le_bytes),
        }
    }

    /// The count in the bytes of an element: a whole number that is not negative. Conversions of a whole
    /// `state_dict` change the type of counters, too.
    ///
    /// # Errors
    /// It is no such number.
    pub fn count(self, bytes: &[u8]) -> Result<i64, NoCount> {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(wide);
        // The same bits with the sign of a number of `width` bits.
        let signed = |width: u32| (bits << (64 - width)) as i64 >> (64 - width);
        let integer =
            |found: i64| if found < 0 { Err(NoCount::Integer(found.into())) } else { Ok(found) };
        match self {
            Self::I8 => integer(signed(8)),
            Self::I16 => integer(signed(16)),
            Self::I32 => integer(signed(32)),
            Self::I64 => integer(signed(64)),
            Self::F16 => whole(half(bits as u16).into()),
            Self::BF16 => whole(brain(bits as u16).into()),
            Self::F32 => whole(f32::from_bits(bits as u32).into()),
            Self::F64 => whole(f64::from_bits(bits)),
            Self::Bool | Self::U8 | Self::U16 | Self::U32 | Self::U64 => {
                i64::try_from(bits).map_err(|_| NoCount::Integer(bits.into()))
            }
        }
    }
}

/// Converts numbers of `K` bytes each.
fn convert<const K: usize>(to: &mut [f32], bytes: &[u8], parse: impl Fn([u8; K]) -> f32) {
    for (to, &bytes) in to.iter_mut().zip(bytes.as_chunks().0) {
        *to = parse(bytes);
    }
}

fn whole(found: f64) -> Result<i64, NoCount> {
    // Rounded up to a float, the largest counter is one past it.
    if found >= 0.0 && found < i64::MAX as f64 && (found as i64) as f64 == found {
        Ok(found as i64)
    } else {
        Err(NoCount::Real(found))
    }
}

/// A float's upper half.
fn brain(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// An IEEE 754 half: 1 sign bit, 5 bits of exponent (bias 15), 10 of mantissa.
fn half(bits: u16) -> f32 {
    /// 2⁻²⁴, what the last bit of the smallest numbers counts.
    const LEAST: f32 = 1.0 / 16_777_216.0;
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, mantissa) = (u32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => mantissa * LEAST,
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        // The last bit counts 2ᵉ⁻²⁵.
        e => (1024.0 + mantissa) * f32::from_bits((e + 102) << 23),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_what_their_bits_say() {
        let cases = [
            (0x0000, 0.0),
            (0x0001, 2.0_f32.powi(-24)),
            (0x03ff, 1023.0 * 2.0_f32.powi(-24)),
            (0x0400, 2.0_f32.powi(-14)),
            (0x3c00, 1.0),
            (0x3c01, 1.0 + 2.0_f32.powi(-10)),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, x) in cases {
            assert_eq!(half(bits), x, "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        for (element, bytes, count) in [
            (Element::I64, &7i64.to_le_bytes()[..], Ok(7)),
            (Element::I8, &[0xff], Err(NoCount::Integer(-1))),
            (Element::U8, &[0xff], Ok(255)),
            (Element::U64, &[0xff; 8], Err(NoCount::Integer(u64::MAX.into()))),
            (Element::F32, &2.0f32.to_le_bytes(), Ok(2)),
            (Element::F64, &0.5f64.to_le_bytes(), Err(NoCount::Real(0.5))),
            (Element::F64, &9.3e18f64.to_le_bytes(), Err(NoCount::Real(9.3e18))),
        ] {
            assert_eq!(element.count(bytes), count, "{element:?}");
        }
        assert!(Element::F32.count(&f32::NAN.to_le_bytes()).is_err());
    }
}
