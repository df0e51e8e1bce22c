//! What the methods give.

use ndarray::{Array3, Array4, ArrayView3, Axis};

/// An attribution to every number of every image.
#[derive(Clone, Debug)]
pub struct Pixels {
    /// N×C×H×W, as the images.
    pub values: Array4<f32>,
    /// For each image, the class that was explained, or the unit's channel.
    pub classes: Vec<usize>,
    /// For each image, the score that was explained.
    pub scores: Vec<f32>,
}

impl Pixels {
    /// The sum over the channels, with its sign: N×H×W.
    pub fn sum(&self) -> Array3<f32> {
        self.values.sum_axis(Axis(1))
    }

    /// The largest absolute value over the channels: N×H×W.
    pub fn largest(&self) -> Array3<f32> {
        self.values.fold_axis(Axis(1), 0.0, |most, x| f32::max(*most, x.abs()))
    }
}

/// An attribution to every place of a feature map.
#[derive(Clone, Debug)]
pub struct Maps {
    /// N×H×W, of the label's resolution.
    pub values: Array3<f32>,
    /// For each image, the class that was explained.
    pub classes: Vec<usize>,
    /// For each image, its score.
    pub scores: Vec<f32>,
}

/// Maps, N×H×W, at another resolution, bilinearly between the centers of their places: PyTorch's `interpolate` with
/// `align_corners=False`.
pub fn upsampled(maps: ArrayView3<'_, f32>, [height, width]: [usize; 2]) -> Array3<f32> {
    let (images, rows, columns) = maps.dim();
    let (vertical, horizontal) = (taps(rows, height), taps(columns, width));
    Array3::from_shape_fn((images, height, width), |(n, i, j)| {
        let ((top, bottom, down), (left, right, along)) = (vertical[i], horizontal[j]);
        let row = |i| maps[[n, i, left]] * (1.0 - along) + maps[[n, i, right]] * along;
        row(top) * (1.0 - down) + row(bottom) * down
    })
}

/// For each of `to` places, the two of `from` that it lies between and how far it is from the first.
fn taps(from: usize, to: usize) -> Vec<(usize, usize, f32)> {
    let tap = |i: usize| {
        let at = ((i as f64 + 0.5) * from as f64 / to as f64 - 0.5).max(0.0);
        let first = (at as usize).min(from - 1);
        (first, (first + 1).min(from - 1), (at - first as f64) as f32)
    };
    (0..to).map(tap).collect()
}

/// An array of numbers that are as many as it holds.
pub(super) fn shaped<D: ndarray::Dimension>(
    dims: impl ndarray::ShapeArg<Dim = D> + Into<ndarray::StrideShape<D>>,
    numbers: Vec<f32>,
) -> ndarray::Array<f32, D> {
    match ndarray::Array::from_shape_vec(dims, numbers) {
        Ok(array) => array,
        Err(error) => unreachable!("as many numbers as the array holds: {error}"),
    }
}
