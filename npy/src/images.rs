//! Images that are read when they are asked for.

use crate::array::Npy;
use cnn::Error;
use cnn::data::{Dataset, Sample, Targets};
use cnn::ndarray::Axis;

/// The images of a `.npy` file with their targets, read from the file when they are asked for, so that they need
/// not fit into memory; bytes become 0 to 1.
///
/// Targets may be in memory – `Vec<usize>` of classes, an array – or in another file, an [`Npy`].
#[derive(Debug)]
pub struct NpyImages<T> {
    images: Npy,
    targets: T,
}

impl<T: Targets> NpyImages<T> {
    /// Images of N×H×W, N×C×H×W or, after [`Npy::channels_last`], N×H×W×C, with a target for each.
    ///
    /// # Errors
    /// The array has other dimensions, no images, or is in Fortran order; there are not as many targets.
    pub fn new(images: Npy, targets: T) -> Result<Self, Error> {
        images.image_dims()?;
        images.check_rows()?;
        if images.dims().contains(&0) {
            return Err(Error::EmptyDataset { origin: images.origin() });
        }
        targets.check(images.dims()[0])?;
        Ok(Self { images, targets })
    }
}

impl<T: Targets> Dataset for NpyImages<T> {
    type Target = T::Target;

    fn len(&self) -> usize {
        self.images.dims()[0]
    }

    fn sample(&self, index: usize) -> Result<Sample<T::Target>, Error> {
        let image = self.images.image(index)?.index_axis_move(Axis(0), 0);
        Ok(Sample { image, target: self.targets.target(index)? })
    }
}
