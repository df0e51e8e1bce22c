//! Changes of an image, most of them at random, before a network is trained on it.

mod crops;
mod moves;
mod values;

pub(crate) use crops::mirrored;
pub use crops::{RandomCrop, Resize, ResizedCrop};
pub(crate) use moves::Transform;
pub use moves::{Affine, AlternatingFlip, Flip};
pub use values::{ColorJitter, Cutout, Erase};

use crate::random::Stream;
use ndarray::Array3;
use std::fmt;

/// A change of an image.
///
/// ```
/// use cnn::data::{Augment, Chance};
/// use cnn::ndarray::Array3;
///
/// /// Black for white, every other time.
/// #[derive(Debug)]
/// struct Invert;
///
/// impl Augment for Invert {
///     fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
///         if chance.happens(0.5) { image.mapv(|x| 1.0 - x) } else { image }
///     }
/// }
/// ```
pub trait Augment: fmt::Debug + Send + Sync {
    /// The changed image, channels × height × width.
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32>;
}

/// Random numbers for one change of one image in one epoch.
#[derive(Debug)]
pub struct Chance {
    pub(crate) stream: Stream,
    pub(crate) seed: u64,
    pub(crate) epoch: u64,
    pub(crate) index: usize,
}

impl Chance {
    /// Yes, with that probability.
    pub fn happens(&mut self, probability: f32) -> bool {
        self.stream.uniform() < probability
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.stream.uniform()
    }

    /// An integer below `n`, which counts as 1 if it is 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.stream.below(n.max(1))
    }

    /// Epochs before this one.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Which image of the data set it is.
    pub fn index(&self) -> usize {
        self.index
    }

    /// A number that is the same for this image in all epochs.
    pub fn of_image(&self) -> u32 {
        Stream::new(crate::random::Purpose::Augment, self.seed, u64::MAX, 0, self.index as u64)
            .next_u32()
    }
}
