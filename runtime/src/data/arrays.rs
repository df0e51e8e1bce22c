//! Images in memory with targets of any kind.

use crate::data::dataset::{Dataset, Sample, Target};
use crate::error::{Error, Origin};
use ndarray::{Array, Array4, Axis, Dimension, RemoveAxis};

/// Images of one size in memory, with targets of any kind: classes, numbers, masks, or several of them.
///
/// [`Images`](crate::data::Images) is the same for classes alone; it can split itself and is what
/// [`accuracy`](crate::train::accuracy) takes.
///
/// ```
/// use cnn::data::{Arrays, Loader};
/// use cnn::ndarray::{Array1, Array4};
/// use cnn::train::{BinaryCrossEntropy, CrossEntropy, MeanSquaredError, Sgd, Trainer};
///
/// cnn::cnn! {
///     struct Segment<1x8x8 -> conv(4, 3x3, pad=1) -> relu -> conv(1, 3x3, pad=1)>;
///     struct Heads<
///         body: 1x8x8 -> conv(4, 3x3) -> relu -> flatten;
///         class: body -> dense(3);
///         age: body -> dense(1)
///         => class, age
///     >;
/// }
///
/// // A mask for each image: N×C×H×W numbers from 0 to 1.
/// let masks = Array4::<f32>::ones((20, 1, 8, 8));
/// let loader = Loader::new(Arrays::new(Array4::zeros((20, 1, 8, 8)), masks)?).batch(5);
/// let mut trainer = Trainer::new(Segment::new(1), Sgd::new(0.1)).loss(BinaryCrossEntropy::new());
/// for batch in loader.epoch(0) {
///     trainer.learn(&batch?)?;
/// }
///
/// // A class and a number for each image, of a network with two outputs.
/// let (classes, ages) = (vec![2; 20], Array1::<f32>::zeros(20));
/// let loader = Loader::new(Arrays::new(Array4::zeros((20, 1, 8, 8)), (classes, ages))?);
/// let mut trainer =
///     Trainer::new(Heads::new(1), Sgd::new(0.1)).loss((CrossEntropy, MeanSquaredError));
/// for batch in loader.epoch(0) {
///     trainer.learn(&batch?)?;
/// }
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Arrays<T> {
    images: Array4<f32>,
    targets: T,
}

impl<T: Targets> Arrays<T> {
    /// Images (N×C×H×W) with their targets.
    ///
    /// # Errors
    /// There are no images (or they have no pixels), or not as many targets.
    pub fn new(images: Array4<f32>, targets: T) -> Result<Self, Error> {
        if images.is_empty() {
            return Err(Error::EmptyDataset { origin: Origin::Memory("data set") });
        }
        targets.check(images.dim().0)?;
        Ok(Self { images, targets })
    }

    /// The images, N×C×H×W.
    pub fn images(&self) -> ndarray::ArrayView4<'_, f32> {
        self.images.view()
    }

    /// The targets.
    pub fn targets(&self) -> &T {
        &self.targets
    }
}

impl<T: Targets> Dataset for Arrays<T> {
    type Target = T::Target;

    fn len(&self) -> usize {
        self.images.dim().0
    }

    fn sample(&self, index: usize) -> Result<Sample<T::Target>, Error> {
        let image = self.images.index_axis(Axis(0), index).to_owned();
        Ok(Sample { image, target: self.targets.target(index)? })
    }
}

/// The targets of all images of a data set.
///
/// | | each image's target | loss |
/// |---|---|---|
/// | `Vec<usize>` | a class | of classes, such as [`CrossEntropy`](crate::train::CrossEntropy) |
/// | `Array<f32, D>`, the images first | its numbers: one, a row, or a mask in the order channels × height × width | of numbers |
/// | a tuple of two to four of them | a tuple | a tuple of losses |
pub trait Targets: Send + Sync + 'static {
    /// One image's.
    type Target: Target;

    /// Whether there is one for each of `images` images.
    ///
    /// # Errors
    /// There is not.
    fn check(&self, images: usize) -> Result<(), Error>;

    /// That of image number `index`, which is below the number that [`Targets::check`] was asked about.
    ///
    /// # Errors
    /// It can't be read.
    fn target(&self, index: usize) -> Result<Self::Target, Error>;
}

fn count(found: usize, images: usize) -> Result<(), Error> {
    if found == images {
        return Ok(());
    }
    let (found, expected) = (format!("{found}"), format!("{images}, one for each image"));
    Err(Error::Targets { found, expected })
}

impl Targets for Vec<usize> {
    type Target = usize;

    fn check(&self, images: usize) -> Result<(), Error> {
        count(self.len(), images)
    }

    fn target(&self, index: usize) -> Result<usize, Error> {
        Ok(self[index])
    }
}

impl<D: Dimension + RemoveAxis + 'static> Targets for Array<f32, D> {
    type Target = Vec<f32>;

    fn check(&self, images: usize) -> Result<(), Error> {
        // An array of any number of dimensions may have none.
        count(self.shape().first().copied().unwrap_or(0), images)
    }

    fn target(&self, index: usize) -> Result<Vec<f32>, Error> {
        Ok(self.index_axis(Axis(0), index).iter().copied().collect())
    }
}

macro_rules! tuples {
    ($($($targets:ident $index:tt),+;)+) => {$(
        impl<$($targets: Targets),+> Targets for ($($targets,)+) {
            type Target = ($($targets::Target,)+);

            fn check(&self, images: usize) -> Result<(), Error> {
                $(self.$index.check(images)?;)+
                Ok(())
            }

            fn target(&self, index: usize) -> Result<Self::Target, Error> {
                Ok(($(self.$index.target(index)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Loader;
    use ndarray::{Array1, Array2, ArrayD, IxDyn};

    fn images(n: usize) -> Array4<f32> {
        Array4::from_shape_fn((n, 1, 2, 2), |(n, ..)| n as f32)
    }

    #[test]
    fn every_image_keeps_its_own_targets() {
        let masks = Array4::from_shape_fn((7, 2, 1, 2), |(n, c, _, w)| (n * 4 + c * 2 + w) as f32);
        let ages = Array1::from_shape_fn(7, |n| n as f32 / 10.0);
        let classes: Vec<usize> = (0..7).map(|n| n % 3).collect();
        let data = Arrays::new(images(7), (classes, ages, masks)).expect("a sound data set");
        let mut seen = 0;
        for batch in Loader::new(data).batch(3).shuffle(5).threads(2).epoch(0) {
            let batch = batch.expect("a batch");
            let (classes, ages, masks) = &batch.targets;
            assert_eq!((ages.dim().1, masks.dim()), (1, (batch.len(), 4)));
            for (i, &n) in batch.indices.iter().enumerate() {
                assert_eq!((batch.images[[i, 0, 1, 1]], classes[i]), (n as f32, n % 3));
                assert_eq!(ages[[i, 0]], n as f32 / 10.0);
                let mask = [0, 1, 2, 3].map(|k| (n * 4 + k) as f32);
                assert_eq!(masks.row(i).to_vec(), mask);
                seen += 1;
            }
        }
        assert_eq!(seen, 7);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let text = |result: Result<(), Error>| result.unwrap_err().to_string();
        let wrong = Arrays::new(images(3), Array2::<f32>::zeros((2, 5))).map(drop);
        assert_eq!(text(wrong), "targets: found 2, expected 3, one for each image");
        let wrong = Arrays::new(images(3), (vec![0; 3], vec![0; 4])).map(drop);
        assert_eq!(text(wrong), "targets: found 4, expected 3, one for each image");
        let scalar = ArrayD::<f32>::zeros(IxDyn(&[]));
        assert!(Arrays::new(images(1), scalar).is_err());
        let none = Arrays::new(images(0), Vec::<usize>::new()).map(drop);
        assert_eq!(text(none), "data set: found no images, expected at least 1");
    }
}
