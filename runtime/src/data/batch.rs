//! How samples become a batch: changed, and put together.

use crate::data::augment::{Augment, Chance};
use crate::data::dataset::{Batch, Dataset, Sample, Target};
use crate::error::Error;
use crate::random::{Purpose, Stream};
use ndarray::{Array3, Array4};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What a loader was told about its batches.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) batch: usize,
    pub(super) seed: u64,
    pub(super) augment: Vec<Arc<dyn Augment>>,
    pub(super) drop_last: bool,
    pub(super) skip_broken: bool,
    /// Which images of a batch are read; all, unless it is said.
    pub(super) part: Option<PartOf>,
}

/// The images of a batch of a size that are to be read.
#[derive(Clone)]
pub(super) struct PartOf(pub(super) Arc<dyn Fn(usize) -> Range<usize> + Send + Sync>);

impl fmt::Debug for PartOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartOf(..)")
    }
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
        Self { batch: 32, seed: 0, augment, drop_last: false, skip_broken: false, part: None }
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

    /// A part of a batch, and the targets of all of it.
    pub(super) fn make_part<D: Dataset>(
        &self,
        epoch: u64,
        data: &D,
        indices: &[usize],
        part: Range<usize>,
    ) -> Result<Batch<<D::Target as Target>::Many>, Error> {
        let (mut images, mut targets) = (Vec::new(), Vec::new());
        for (i, &index) in indices.iter().enumerate() {
            if part.contains(&i) {
                let sample = self.changed(epoch, index, data.sample(index)?);
                images.push((index, sample.image));
                targets.push(sample.target);
            } else {
                targets.push(data.target(index)?);
            }
        }
        let (images, targets) = (images_of(images)?, D::Target::together(targets)?);
        Ok(Batch { images, targets, indices: indices.to_vec() })
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

/// Numbered samples in one batch.
///
/// # Errors
/// Their images are not of one size.
pub(crate) fn together<T: Target>(
    samples: Vec<(usize, Sample<T>)>,
) -> Result<Batch<T::Many>, Error> {
    let (mut images, mut targets) = (Vec::new(), Vec::new());
    for (index, Sample { image, target }) in samples {
        images.push((index, image));
        targets.push(target);
    }
    let indices = images.iter().map(|(index, _)| *index).collect();
    Ok(Batch { images: images_of(images)?, targets: T::together(targets)?, indices })
}

/// Images of one size in one array.
fn images_of(images: Vec<(usize, Array3<f32>)>) -> Result<Array4<f32>, Error> {
    let size = images.first().map_or((0, 0, 0), |(_, image)| image.dim());
    let mut all = Array4::zeros((images.len(), size.0, size.1, size.2));
    for (mut to, (index, image)) in all.outer_iter_mut().zip(images) {
        if image.dim() != size {
            let dims = |(c, h, w)| vec![c, h, w];
            return Err(Error::ImageSize { index, found: dims(image.dim()), expected: dims(size) });
        }
        to.assign(&image);
    }
    Ok(all)
}
