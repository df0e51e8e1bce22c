//! Memory that the system may refuse.
//!
//! A vector of zeros in safe code is either written to from end to end, or ends the process where
//! there is no memory for it. A batch may be any number that a user's program was given, so this
//! file asks the allocator itself. It needs `unsafe` for that.

use std::alloc::{Layout, alloc_zeroed};
use std::ptr::NonNull;

/// `len` zeros; none if they are more than can be addressed, or than the system gives. It gives
/// memory only as it is written to.
pub(crate) fn zeros(len: usize) -> Option<Vec<f32>> {
    if len == 0 {
        return Some(Vec::new());
    }
    // Refuses more than `isize::MAX` bytes.
    let layout = Layout::array::<f32>(len).ok()?;
    // SAFETY: the layout is of at least one float.
    let floats: NonNull<f32> = NonNull::new(unsafe { alloc_zeroed(layout) })?.cast();
    // SAFETY: the global allocator gave memory of the layout of `len` floats, each of which is 0.0
    // where all of its bits are zero.
    Some(unsafe { Vec::from_raw_parts(floats.as_ptr(), len, len) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_a_vector() {
        for len in [0, 1, 1000] {
            let mut floats = zeros(len).expect("a little memory");
            assert_eq!(floats, vec![0.0; len]);
            floats.push(1.0);
            assert_eq!(floats.pop(), Some(1.0));
            floats.shrink_to_fit();
        }
    }

    #[test]
    fn too_many_zeros_are_none() {
        // More than can be addressed by the rules of Rust, by the processor, and by a number.
        for len in [usize::MAX, isize::MAX as usize, isize::MAX as usize / 4 + 1, 1 << 60] {
            assert!(zeros(len).is_none(), "{len}");
        }
    }
}
