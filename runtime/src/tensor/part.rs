//! Copies between users' arrays and the slots of an arena.

use crate::error::Error;
use crate::exec::Exec;
use crate::vector::flush;
use cnn_ir::Shape;
#[cfg(feature = "train")]
use ndarray::s;
use ndarray::{ArrayView2, ArrayView4, Axis};

/// One input or output array of a batch, whatever its dimension and strides.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// N×C×H×W, or N×elements×1×1.
    view: ArrayView4<'a, f32>,
    /// Whether the user's array is N×elements.
    vector: bool,
}

impl<'a> Part<'a> {
    /// A batch of volumes, N×C×H×W.
    pub fn volumes(view: ArrayView4<'a, f32>) -> Self {
        Self { view, vector: false }
    }

    /// A batch of vectors, N×elements.
    pub fn vectors(view: ArrayView2<'a, f32>) -> Self {
        Self { view: view.insert_axis(Axis(2)).insert_axis(Axis(3)), vector: true }
    }

    /// Images of the batch.
    pub fn images(&self) -> usize {
        self.view.dim().0
    }

    /// Whether every image is of that shape.
    pub fn is(&self, shape: Shape) -> bool {
        let (_, c, h, w) = self.view.dim();
        match shape {
            Shape::Volume { channels, height, width } => {
                !self.vector && (c, h, w) == (channels, height, width)
            }
            Shape::Vector(n) => self.vector && c == n,
        }
    }

    /// A batch of images as an input of that shape: vectors, if the shape is a vector of as many
    /// elements as an image has and the images lie in order.
    #[cfg(feature = "train")]
    pub(crate) fn of_images(view: ArrayView4<'a, f32>, shape: Shape) -> Self {
        let (n, c, h, w) = view.dim();
        match view.into_shape_with_order((n, c * h * w)) {
            Ok(rows) if shape == Shape::Vector(c * h * w) => Self::vectors(rows),
            _ => Self::volumes(view),
        }
    }

    /// The first image in which a number is not finite.
    #[cfg(feature = "train")]
    pub(crate) fn not_finite(&self) -> Option<usize> {
        let mut images = self.view.outer_iter();
        images.position(|image| image.iter().any(|x| !x.is_finite()))
    }

    /// The first `images` images.
    #[cfg(feature = "train")]
    pub(crate) fn first(&self, images: usize) -> Part<'_> {
        self.range(0, images)
    }

    /// The images `first..first + images`.
    #[cfg(feature = "train")]
    pub(crate) fn range(&self, first: usize, images: usize) -> Part<'_> {
        Part { view: self.view.slice(s![first..first + images, .., .., ..]), vector: self.vector }
    }

    /// The dimensions of the user's array.
    pub fn dims(&self) -> Vec<usize> {
        let (n, c, h, w) = self.view.dim();
        if self.vector { vec![n, c] } else { vec![n, c, h, w] }
    }

    /// Images `first..first + images`, `images ≥ 1`, into a slot of as many groups of interleaved
    /// images as they need; the places left over get copies of the last image.
    pub(crate) fn load(
        &self,
        exec: &dyn Exec,
        first: usize,
        images: usize,
        interleaved: usize,
        slot: &mut [f32],
    ) {
        let unit = slot.len() / images.div_ceil(interleaved);
        each(exec, slot, unit, 0, &|g, group| {
            self.interleave(interleaved, interleaved, group, |place| {
                first + (g * interleaved + place).min(images - 1)
            });
            flush(group);
        });
    }

    /// The whole batch into a slot as [`Self::load`] does, but the places left over become zero.
    pub(crate) fn load_gradients(&self, exec: &dyn Exec, interleaved: usize, slot: &mut [f32]) {
        let images = self.images();
        let unit = slot.len() / images.div_ceil(interleaved);
        each(exec, slot, unit, 0, &|g, group| {
            let present = interleaved.min(images - g * interleaved);
            if present < interleaved {
                group.fill(0.0);
            }
            self.interleave(interleaved, present, group, |place| g * interleaved + place);
            flush(group);
        });
    }

    /// Fills the first `present` places of a group with the images that `image` names.
    fn interleave(
        &self,
        interleaved: usize,
        present: usize,
        group: &mut [f32],
        image: impl Fn(usize) -> usize,
    ) {
        // This number of elements of all images stays in the first cache while they are written.
        const BLOCK: usize = 64;
        for place in 0..present {
            let image = self.view.index_axis(Axis(0), image(place));
            match image.as_slice() {
                Some(image) if interleaved == 1 => group.copy_from_slice(image),
                Some(_) => {}
                None => {
                    for (to, &from) in group.chunks_exact_mut(interleaved).zip(image.iter()) {
                        to[place] = from;
                    }
                }
            }
        }
        if interleaved == 1 {
            return;
        }
        for (b, block) in group.chunks_mut(BLOCK * interleaved).enumerate() {
            // Four images at a time, which lie side by side in the group.
            let mut fours = 0;
            while fours + 4 <= present {
                let images = [0, 1, 2, 3]
                    .map(|k| self.view.index_axis_move(Axis(0), image(fours + k)).to_slice());
                let [Some(a), Some(b4), Some(c), Some(d)] = images else { break };
                let from = b * BLOCK;
                let (a, b4, c, d) = (&a[from..], &b4[from..], &c[from..], &d[from..]);
                for (e, to) in block.chunks_exact_mut(interleaved).enumerate() {
                    to[fours..fours + 4].copy_from_slice(&[a[e], b4[e], c[e], d[e]]);
                }
                fours += 4;
            }
            for place in fours..present {
                let image = self.view.index_axis(Axis(0), image(place));
                let Some(image) = image.as_slice() else {
                    continue;
                };
                let image = &image[b * BLOCK..];
                for (to, &from) in block.chunks_exact_mut(interleaved).zip(image) {
                    to[place] = from;
                }
            }
        }
    }
}

/// The first images of a slot in which some are interleaved, as plain rows.
pub(crate) fn store(
    exec: &dyn Exec,
    slot: &[f32],
    interleaved: usize,
    images: usize,
    rows: &mut [f32],
) {
    let unit = slot.len() / images.div_ceil(interleaved);
    let len = rows.len() / images;
    each(exec, rows, len * interleaved, 0, &|g, rows| {
        let group = &slot[g * unit..(g + 1) * unit];
        if interleaved == 1 {
            return rows.copy_from_slice(group);
        }
        for (place, row) in rows.chunks_exact_mut(len).enumerate() {
            for (to, from) in row.iter_mut().zip(group.chunks_exact(interleaved)) {
                *to = from[place];
            }
        }
    });
}

/// Runs `work` on every piece of `unit` elements (the last may be shorter), pieces counted from
/// `first`, as a balanced tree.
fn each(
    exec: &dyn Exec,
    data: &mut [f32],
    unit: usize,
    first: usize,
    work: &(dyn Fn(usize, &mut [f32]) + Sync),
) {
    let pieces = data.len().div_ceil(unit);
    if pieces <= 1 {
        return work(first, data);
    }
    let left = pieces.next_power_of_two() / 2;
    let (a, b) = data.split_at_mut(left * unit);
    exec.join(&mut || each(exec, a, unit, first, work), &mut || {
        each(exec, b, unit, first + left, work)
    });
}

/// The number of images of a batch that has the shapes of the network `network`'s inputs.
pub(crate) fn check(
    network: &'static str,
    shapes: &[Shape],
    parts: &[Part<'_>],
) -> Result<usize, Error> {
    if parts.len() != shapes.len() {
        let (found, expected) = (shapes.len(), parts.len());
        return Err(Error::Arity { network, what: "inputs", found, expected });
    }
    let images = parts.first().map_or(0, Part::images);
    for (index, (part, &shape)) in parts.iter().zip(shapes).enumerate() {
        if !part.is(shape) {
            return Err(Error::InputShape { network, index, found: part.dims(), expected: shape });
        }
        if part.images() != images {
            return Err(Error::BatchMismatch {
                network,
                index,
                found: part.images(),
                expected: images,
            });
        }
    }
    if images == 0 {
        return Err(Error::EmptyBatch { network });
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Serial;
    use crate::tensor::parts;
    use crate::threads::CurrentPool;
    use ndarray::s;

    /// `images` images of 2×2×3 that all differ, with strides of every kind.
    fn strided(images: usize) -> ndarray::Array4<f32> {
        let len = images * 12;
        let flat = ndarray::Array1::from_iter((0..len).map(|i| i as f32));
        let Ok(array) = flat.into_shape_with_order((3, 2, 2, images)) else {
            panic!("{len} elements")
        };
        array.permuted_axes([3, 1, 2, 0])
    }

    #[test]
    fn images_come_out_as_they_went_in() {
        let strided = strided(19);
        let plain = strided.as_standard_layout();
        for view in [strided.view(), plain.view(), strided.slice(s![..;-1, .., .., ..])] {
            for (exec, interleaved) in
                [(&Serial as &dyn Exec, 1), (&Serial, 16), (&CurrentPool, 1), (&CurrentPool, 16)]
            {
                let (first, images) = (2, 17usize);
                let mut slot = vec![f32::NAN; images.div_ceil(interleaved) * interleaved * 12];
                Part::volumes(view).load(exec, first, images, interleaved, &mut slot);
                let mut rows = vec![f32::NAN; images * 12];
                store(exec, &slot, interleaved, images, &mut rows);
                let expected: Vec<f32> =
                    view.slice(s![first.., .., .., ..]).iter().copied().collect();
                assert_eq!(rows, expected);
                if interleaved == 16 {
                    let last: Vec<f32> = slot[16 * 12 + 15..].iter().step_by(16).copied().collect();
                    assert_eq!(last, expected[16 * 12..], "the last place repeats the last image");
                }
            }
        }
    }

    #[cfg(feature = "train")]
    #[test]
    fn gradients_of_absent_images_are_zero() {
        let x = strided(17);
        let mut slot = vec![f32::NAN; 32 * 12];
        Part::volumes(x.view()).load_gradients(&Serial, 16, &mut slot);
        for (e, group) in slot[16 * 12..].chunks_exact(16).enumerate() {
            assert_eq!(group[0], x[[16, e / 6, e / 3 % 2, e % 3]]);
            assert_eq!(group[1..], [0.0; 15]);
        }
    }

    #[test]
    fn shapes_are_checked_with_the_numbers_in_the_message() {
        let x = ndarray::Array4::<f32>::zeros((3, 1, 32, 32));
        let part = Part::volumes(x.view());
        let text = |shape| check("LeNet", &[shape], &[part]).unwrap_err().to_string();
        let found = text(Shape::volume(1, 28, 28));
        assert_eq!(found, "input 0 of `LeNet`: found an array of 3×1×32×32, expected N×1×28×28");
        let found = text(Shape::Vector(1024));
        assert_eq!(found, "input 0 of `LeNet`: found an array of 3×1×32×32, expected N×1024");
        assert_eq!(check("LeNet", &[Shape::volume(1, 32, 32)], &[part]).ok(), Some(3));
    }

    #[test]
    fn inputs_of_one_batch_have_the_same_number_of_images() {
        let (a, b) = (ndarray::Array2::<f32>::zeros((3, 4)), ndarray::Array2::<f32>::zeros((2, 4)));
        let inputs = (a.view(), b.view());
        let error = check("Two", &[Shape::Vector(4); 2], &parts(&inputs)[..2]).unwrap_err();
        assert_eq!(error.to_string(), "input 1 of `Two`: found 2 images, expected 3 as in input 0");
        let empty = ndarray::Array2::<f32>::zeros((0, 4));
        let error = check("Two", &[Shape::Vector(4)], &[Part::vectors(empty.view())]).unwrap_err();
        assert_eq!(error.to_string(), "`Two`: found a batch of 0 images, expected at least 1");
    }
}
