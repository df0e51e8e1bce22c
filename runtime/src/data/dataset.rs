//! What a data set is: things that can be asked for one by one, each with its target.

use crate::data::images::Images;
use crate::error::Error;
use ndarray::{Array2, Array3, Array4, Axis};

/// Images, each with what a network should make of it. They need not fit into memory: a [`Loader`] asks for
/// them one by one, on threads of its own.
///
/// [`Loader`]: crate::data::Loader
///
/// ```
/// use cnn::data::{Dataset, Loader, Sample};
/// use cnn::ndarray::Array3;
///
/// /// Squares of different brightness, made when they are asked for, with the brightness to learn.
/// struct Squares;
///
/// impl Dataset for Squares {
///     type Target = Vec<f32>;
///
///     fn len(&self) -> usize {
///         1000
///     }
///
///     fn sample(&self, index: usize) -> Result<Sample<Vec<f32>>, cnn::Error> {
///         let brightness = index as f32 / 1000.0;
///         Ok(Sample { image: Array3::from_elem((1, 8, 8), brightness), target: vec![brightness] })
///     }
/// }
///
/// let loader = Loader::new(Squares).batch(64).shuffle(1);
/// let mut images = 0;
/// for batch in loader.epoch(0) {
///     let batch = batch?;
///     assert_eq!(batch.targets.dim(), (batch.len(), 1)); // ready for `MeanSquaredError`
///     images += batch.len();
/// }
/// assert_eq!(images, 1000);
/// # Ok::<(), cnn::Error>(())
/// ```
pub trait Dataset: Send + Sync + 'static {
    /// What an image is compared with: a class, numbers, a mask, or a tuple of them.
    type Target: Target;

    /// How many there are.
    fn len(&self) -> usize;

    /// Number `index` of them.
    ///
    /// # Errors
    /// It can't be read.
    fn sample(&self, index: usize) -> Result<Sample<Self::Target>, Error>;

    /// The target of number `index` alone, for a process that need not see the image: what [`Dataset::sample`] has,
    /// unless it can be had for less.
    ///
    /// # Errors
    /// It can't be read.
    fn target(&self, index: usize) -> Result<Self::Target, Error> {
        Ok(self.sample(index)?.target)
    }
}

/// An image with its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<T> {
    /// Channels × height × width.
    pub image: Array3<f32>,
    /// What it is compared with.
    pub target: T,
}

/// What an image is compared with.
pub trait Target: Sized + Send + 'static {
    /// Those of a batch.
    type Many: Send + 'static;

    /// Those of a batch, in order.
    ///
    /// # Errors
    /// They have different sizes.
    fn together(targets: Vec<Self>) -> Result<Self::Many, Error>;
}

/// A class.
impl Target for usize {
    type Many = Vec<Self>;

    fn together(targets: Vec<Self>) -> Result<Vec<Self>, Error> {
        Ok(targets)
    }
}

/// Numbers, or a mask in the order channels × height × width: a row for each image.
impl Target for Vec<f32> {
    type Many = Array2<f32>;

    fn together(targets: Vec<Self>) -> Result<Array2<f32>, Error> {
        let (images, len) = (targets.len(), targets.first().map_or(0, Vec::len));
        if let Some(other) = targets.iter().find(|target| target.len() != len) {
            return Err(Error::Targets {
                found: format!("{} numbers", other.len()),
                expected: format!("{len}, as of the batch's first image"),
            });
        }
        match Array2::from_shape_vec((images, len), targets.concat()) {
            Ok(rows) => Ok(rows),
            Err(error) => unreachable!("rows of one length: {error}"),
        }
    }
}

macro_rules! tuples {
    ($($($target:ident $index:tt),+;)+) => {$(
        /// Of a network with several outputs.
        impl<$($target: Target),+> Target for ($($target,)+) {
            type Many = ($($target::Many,)+);

            fn together(targets: Vec<Self>) -> Result<Self::Many, Error> {
                let mut apart = ($(Vec::<$target>::with_capacity(targets.len()),)+);
                for target in targets {
                    $(apart.$index.push(target.$index);)+
                }
                Ok(($($target::together(apart.$index)?,)+))
            }
        }
    )+};
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

/// Some images of a data set with their targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<T> {
    /// N×C×H×W; of a loader's [`part`](crate::data::Loader::part) of a batch, those alone.
    pub images: Array4<f32>,
    /// One for each image: `Vec<usize>` of classes, `Array2<f32>` of numbers.
    pub targets: T,
    /// Which images of the data set they are.
    pub indices: Vec<usize>,
}

impl<T> Batch<T> {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.indices.len()
    }
}

impl Dataset for Images {
    type Target = usize;

    fn len(&self) -> usize {
        Images::len(self)
    }

    fn sample(&self, index: usize) -> Result<Sample<usize>, Error> {
        let image = self.images().index_axis(Axis(0), index).to_owned();
        Ok(Sample { image, target: self.labels()[index] })
    }

    fn target(&self, index: usize) -> Result<usize, Error> {
        Ok(self.labels()[index])
    }
}

/// Anything that can be shared is a data set as what it shares.
impl<D: Dataset + ?Sized> Dataset for std::sync::Arc<D> {
    type Target = D::Target;

    fn len(&self) -> usize {
        (**self).len()
    }

    fn sample(&self, index: usize) -> Result<Sample<D::Target>, Error> {
        (**self).sample(index)
    }

    fn target(&self, index: usize) -> Result<D::Target, Error> {
        (**self).target(index)
    }
}
