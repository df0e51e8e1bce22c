//! Numbers of the types that files hold.

use safetensors::tensor::Dtype;

/// The bytes of a type that a counter may have in a file, if it is one: conversions of a whole
/// `state_dict` change the type of counters, too.
pub(super) fn bytes(dtype: Dtype) -> Option<usize> {
    match dtype {
        Dtype::BOOL | Dtype::U8 | Dtype::I8 => Some(1),
        Dtype::U16 | Dtype::I16 | Dtype::F16 | Dtype::BF16 => Some(2),
        Dtype::U32 | Dtype::I32 | Dtype::F32 => Some(4),
        Dtype::U64 | Dtype::I64 | Dtype::F64 => Some(8),
        _ => None,
    }
}

/// The count in the bytes of a number, or its text if it is none: a whole number that is not negative.
pub(super) fn count(dtype: Dtype, bytes: &[u8]) -> Result<i64, String> {
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let bits = u64::from_le_bytes(wide);
    // The same bits with the sign of a number of `width` bits.
    let signed = |width: u32| (bits << (64 - width)) as i64 >> (64 - width);
    let integer = |found: i64| if found < 0 { Err(found.to_string()) } else { Ok(found) };
    match dtype {
        Dtype::I8 => integer(signed(8)),
        Dtype::I16 => integer(signed(16)),
        Dtype::I32 => integer(signed(32)),
        Dtype::I64 => integer(signed(64)),
        Dtype::F16 => whole(f64::from(half(bits as u16))),
        Dtype::BF16 => whole(f64::from(brain(bits as u16))),
        Dtype::F32 => whole(f64::from(f32::from_bits(bits as u32))),
        Dtype::F64 => whole(f64::from_bits(bits)),
        _ => i64::try_from(bits).map_err(|_| bits.to_string()),
    }
}

fn whole(found: f64) -> Result<i64, String> {
    // Rounded up to a float, the largest counter is one past it.
    if found >= 0.0 && found.fract() == 0.0 && found < i64::MAX as f64 {
        Ok(found as i64)
    } else {
        Err(found.to_string())
    }
}

/// A float's upper half.
pub(super) fn brain(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// An IEEE 754 half: 1 sign bit, 5 bits of exponent (bias 15), 10 of mantissa.
pub(super) fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => mantissa * 2f32.powi(-24),
        31 if mantissa == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        e => (1024.0 + mantissa) * 2f32.powi(e - 25),
    }
}
