//! Weights that are a part of the program: the bytes of a file, and where in them each tensor lies, which is known
//! while compiling.

use bytemuck::try_cast_slice;
use cnn_ir::{Element, Role};
use std::borrow::Cow;

/// The bytes of a file, `PAD` bytes after the start of a cache line, so that its elements start on one: a file of
/// weights begins with a header of any length, and nothing else says where the bytes of a file lie in a program.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Aligned<const PAD: usize, B: ?Sized> {
    /// What comes before them.
    pub pad: [u8; PAD],
    /// The bytes.
    pub bytes: B,
}

/// The weights of a network that are a part of the program.
#[derive(Debug)]
pub struct Embedded {
    /// The file.
    pub bytes: &'static [u8],
    /// The trainable tensors, in the order of their offsets.
    pub trainable: &'static [Tensor],
    /// The running statistics, likewise.
    pub buffers: &'static [Tensor],
    /// What is packed ahead for each inference plan: its first byte, and how many floats it is.
    pub packed: &'static [(usize, usize)],
    /// The counters.
    pub counters: &'static [i64],
    /// Means and deviations by which images are normalized, if the file says so.
    pub normalization: Option<(&'static [f32], &'static [f32])>,
}

/// A tensor of a network in the bytes of a file.
#[derive(Debug)]
pub struct Tensor {
    /// Where it starts among the parameters of its role, and how many elements it has.
    place: (usize, usize),
    /// Its first byte in the file.
    start: usize,
    element: Element,
}

/// A tensor, from its fields in order.
pub const fn tensor(offset: usize, len: usize, start: usize, element: Element) -> Tensor {
    Tensor { place: (offset, len), start, element }
}

/// Whether a file has so many bytes, with this digest of those before its elements.
pub const fn is(bytes: &[u8], len: usize, start: usize, digest: u64) -> bool {
    bytes.len() == len && cnn_ir::file::digest(bytes.split_at(start).0) == digest
}

/// Bytes as floats, if they are such as the processor reads.
fn lent(bytes: &'static [u8]) -> Option<&'static [f32]> {
    if cfg!(target_endian = "little") { try_cast_slice(bytes).ok() } else { None }
}

/// Whether something is packed ahead.
pub const fn is_ahead(packed: &[(usize, usize)]) -> bool {
    !packed.is_empty()
}

impl Embedded {
    /// The tensors of a role.
    fn tensors(&self, role: Role) -> &'static [Tensor] {
        match role {
            Role::Trainable => self.trainable,
            Role::Buffer => self.buffers,
            Role::Counter => &[],
        }
    }

    /// The tensor with this offset and length among the parameters of its role, if it is one.
    fn find(&self, role: Role, place: (usize, usize)) -> Option<&'static Tensor> {
        let tensors = self.tensors(role);
        let index = tensors.binary_search_by_key(&place, |tensor| tensor.place).ok()?;
        tensors.get(index)
    }

    fn bytes_of(&self, tensor: &Tensor) -> &'static [u8] {
        &self.bytes[tensor.start..][..tensor.place.1 * tensor.element.bytes()]
    }

    /// The elements of a tensor where they lie, if they are such floats as the processor reads.
    pub(crate) fn floats(&self, role: Role, place: (usize, usize)) -> Option<&'static [f32]> {
        let tensor = self.find(role, place)?;
        let readable = tensor.element == Element::F32;
        if readable { lent(self.bytes_of(tensor)) } else { None }
    }

    /// What is packed ahead for an inference plan, if it is.
    pub(crate) fn packed(&self, plan: usize) -> Option<&'static [f32]> {
        let &(start, len) = self.packed.get(plan)?;
        lent(&self.bytes[start..][..len * size_of::<f32>()])
    }

    /// The elements of a tensor: where they lie if possible, else as a copy.
    pub(crate) fn tensor(&self, role: Role, place: (usize, usize)) -> Option<Cow<'static, [f32]>> {
        if let Some(floats) = self.floats(role, place) {
            return Some(floats.into());
        }
        let tensor = self.find(role, place)?;
        let mut floats = vec![0.0; place.1];
        tensor.element.floats(self.bytes_of(tensor), &mut floats);
        Some(floats.into())
    }

    /// Copies all tensors of a role to their places.
    pub(crate) fn copy(&self, role: Role, to: &mut [f32]) {
        for tensor in self.tensors(role) {
            let (offset, len) = tensor.place;
            tensor.element.floats(self.bytes_of(tensor), &mut to[offset..][..len]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A byte, two floats that do not start at a multiple of four bytes, three halves, two floats that do.
    static FILE: Aligned<0, [u8; 24]> = Aligned {
        pad: [],
        bytes: [
            9, 0, 0, 128, 63, 0, 0, 0, 64, 0, 60, 0, 192, 0, 0, 0, 0, 0, 64, 64, 0, 0, 128, 192,
        ],
    };
    static WEIGHTS: Embedded = Embedded {
        bytes: &FILE.bytes,
        trainable: &[
            tensor(0, 2, 1, Element::F32),
            tensor(16, 3, 9, Element::F16),
            tensor(32, 2, 16, Element::F32),
        ],
        buffers: &[],
        packed: &[(16, 2), (9, 1)],
        counters: &[],
        normalization: None,
    };

    #[test]
    fn floats_are_lent_where_they_are_aligned_and_copied_where_not() {
        let all = [
            ((0, 2), false, vec![1.0, 2.0]),
            ((16, 3), false, vec![1.0, -2.0, 0.0]),
            ((32, 2), cfg!(target_endian = "little"), vec![3.0, -4.0]),
        ];
        let mut copy = [0.0; 34];
        WEIGHTS.copy(Role::Trainable, &mut copy);
        for (place, lent, floats) in all {
            let tensor = WEIGHTS.tensor(Role::Trainable, place).expect("the tensor");
            assert_eq!(*tensor, floats[..]);
            assert_eq!(matches!(tensor, Cow::Borrowed(_)), lent, "{place:?}");
            assert_eq!(copy[place.0..][..place.1], floats);
        }
        assert!(WEIGHTS.tensor(Role::Trainable, (0, 19)).is_none());
        let packed = [0, 1, 2].map(|plan| WEIGHTS.packed(plan));
        let first = cfg!(target_endian = "little").then_some(&[3.0, -4.0][..]);
        assert_eq!(packed, [first, None, None]);
    }

    #[test]
    fn another_file_is_noticed() {
        let digest = cnn_ir::file::digest(&FILE.bytes[..8]);
        assert!(is(&FILE.bytes, 24, 8, digest));
        assert!(!is(&FILE.bytes, 23, 8, digest) && !is(&FILE.bytes, 24, 9, digest));
    }
}
