//! How samples become a batch: changed, and put together.

use crate::data::augment::{Augment, Chance};
use crate::data::dataset::{Batch, Sample, Target};
use crate::error::Error;
use crate::random::{Purpose, Stream};
use ndarray::Array4;
use std::sync::Arc;

/// What a loader was told about its batches.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) batch: usize,
    pub(super) seed: u64,
    pub(super) augment: Vec<Arc<dyn Augment>>,
    pub(super) drop_last: bool,
    pub(super) skip_broken: bool,
}

/// A batch and what is missing from it.
pub(super) struct Made<T: Target> {
    /// None if all its images are broken.
    pub(super) batch: Option<Result<Batch<T::Many>, Error>>,
    pub(super) broken: Vec<(usize, Error)>,
}

impl Settings {
    pub(super) fn new() -> Self {
        let augment = Vec::new();
        Self { batch: 32, seed: 0, augment, drop_last: false, skip_broken: false }
    }

    /// A batch of numbered samples.
    pub(super) fn make<T: Target>(
        &self,
        epoch: u64,
        samples: impl Iterator<Item = (usize, Result<Sample<T>, Error>)>,
    ) -> Made<T> {
        let (mut broken, mut read) = (Vec::new(), Vec::with_capacity(samples.size_hint().0));
        for (index, sample) in samples {
            match sample {
                Ok(sample) => read.push((index, self.changed(epoch, index, sample))),
                Err(error) if self.skip_broken => broken.push((index, error)),
                Err(error) => return Made { batch: Some(Err(error)), broken },
            }
        }
        let batch = if read.is_empty() { None } else { Some(together(read)) };
        Made { batch, broken }
    }

    fn changed<T>(&self, epoch: u64, index: usize, sample: Sample<T>) -> Sample<T> {
        let Sample { mut image, target } = sample;
        for (k, augment) in self.augment.iter().enumerate() {
            let seed = self.seed;
            let stream = Stream::new(Purpose::Augment, seed, epoch, k as u64, index as u64);
            let mut chance = Chance { stream, seed, epoch, index };
            image = augment.apply(image, &mut chance);
        }
        Sample { image, target }
    }
}

/// The images of a batch in one array.
fn together<T: Target>(samples: Vec<(usize, Sample<T>)>) -> Result<Batch<T::Many>, Error> {
    let size = samples[0].1.image.dim();
    let mut images = Array4::zeros((samples.len(), size.0, size.1, size.2));
    let (mut targets, mut indices) = (Vec::new(), Vec::new());
    for (mut to, (index, Sample { image, target })) in images.outer_iter_mut().zip(samples) {
        if image.dim() != size {
            let dims = |(c, h, w)| vec![c, h, w];
            return Err(Error::ImageSize { index, found: dims(image.dim()), expected: dims(size) });
        }
        to.assign(&image);
        targets.push(target);
        indices.push(index);
    }
    Ok(Batch { images, targets: T::together(targets)?, indices })
}
