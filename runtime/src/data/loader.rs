//! Batches of a data set, made on other threads.

use crate::data::ahead::{Ahead, Panicked, Work};
use crate::data::augment::Augment;
use crate::data::batch::{Made, PartOf, Settings};
use crate::data::dataset::{Batch, Dataset, Target};
use crate::error::Error;
use crate::random::{Purpose, Stream};
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

/// Gives the images of a data set in batches, shuffled and changed at random if wished, and reads ahead on
/// threads of its own.
///
/// What comes depends on the seed, the epoch and the data set alone, not on the number of threads. Memory holds a
/// few batches at a time.
///
/// ```
/// use cnn::data::{AlternatingFlip, RandomCrop, Images, Loader};
/// use cnn::ndarray::Array4;
/// use cnn::train::{Sgd, Trainer};
///
/// cnn::cnn! { struct Net<3x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let data = Images::new(Array4::zeros((100, 3, 8, 8)), vec![3; 100], 10)?;
/// let loader = Loader::new(data)
///     .batch(32)
///     .shuffle(1)
///     .augment(RandomCrop::new(8, 8).reflect(2))
///     .augment(AlternatingFlip::new());
/// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1).momentum(0.9));
/// for epoch in 0..2 {
///     for batch in loader.epoch(epoch) {
///         let batch = batch?;
///         trainer.step(batch.images.view(), &batch.targets)?;
///     }
/// }
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Debug)]
pub struct Loader<D> {
    data: Arc<D>,
    settings: Settings,
    /// The seed, if the order changes.
    shuffle: Option<u64>,
    threads: usize,
}

impl<D: Dataset> Loader<D> {
    /// Batches of 32 images in order, made on one thread beside the caller's.
    pub fn new(data: D) -> Self {
        Self { data: Arc::new(data), settings: Settings::new(), shuffle: None, threads: 1 }
    }

    /// Batches of that size, 0 counting as 1; the last of an epoch has what is left.
    pub fn batch(mut self, images: usize) -> Self {
        self.settings.batch = images.max(1);
        self
    }

    /// Another order in each epoch, by that seed.
    pub fn shuffle(mut self, seed: u64) -> Self {
        (self.shuffle, self.settings.seed) = (Some(seed), seed);
        self
    }

    /// The seed of what [`Loader::augment`] does, where it shall differ from that of the order.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Changes every image; several changes come one after the other.
    pub fn augment(mut self, change: impl Augment + 'static) -> Self {
        self.settings.augment.push(Arc::new(change));
        self
    }

    /// Leaves out a last batch of fewer images.
    pub fn drop_last(mut self) -> Self {
        self.settings.drop_last = true;
        self
    }

    /// Leaves out images that can't be read, instead of ending the epoch with an error: batches then have fewer
    /// images. [`Epoch::broken`] names them.
    pub fn skip_broken(mut self) -> Self {
        self.settings.skip_broken = true;
        self
    }

    /// Reads, of a batch of `n` images, the images `part(n)` alone, for a process of several that train together:
    /// [`Trainer::part`](crate::train::Trainer::part). A batch then has these images, and the targets and indices of
    /// all, as [`Trainer::learn`](crate::train::Trainer::learn) wants them. An image that can't be read is an error
    /// even with [`Loader::skip_broken`], for other processes do not know of it.
    pub fn part(mut self, part: impl Fn(usize) -> Range<usize> + Send + Sync + 'static) -> Self {
        self.settings.part = Some(PartOf(Arc::new(part)));
        self
    }

    /// Makes batches on `n` threads beside the caller's; with 0 on the caller's own, when they are asked for.
    pub fn threads(mut self, n: usize) -> Self {
        self.threads = n.min(MOST_THREADS);
        self
    }

    /// The data set.
    pub fn data(&self) -> &D {
        &self.data
    }

    /// Batches of an epoch.
    pub fn steps(&self) -> u64 {
        self.batches() as u64
    }

    fn batches(&self) -> usize {
        let (n, batch) = (self.data.len(), self.settings.batch);
        if self.settings.drop_last { n / batch } else { n.div_ceil(batch) }
    }

    fn order(&self, epoch: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.data.len()).collect();
        if let Some(seed) = self.shuffle {
            Stream::new(Purpose::Shuffle, seed, 2, 0, epoch).shuffle(&mut order);
        }
        order
    }

    /// The batches of epoch number `epoch`.
    pub fn epoch(&self, epoch: u64) -> Epoch<D> {
        self.resume(epoch, 0)
    }

    /// The batches of an epoch from batch number `first` on, counted from 0: the same as without those before.
    pub fn resume(&self, epoch: u64, first: u64) -> Epoch<D> {
        let batches = self.batches();
        let first = usize::try_from(first).unwrap_or(usize::MAX).min(batches);
        let (data, settings, size) =
            (self.data.clone(), self.settings.clone(), self.settings.batch);
        let numbers =
            Numbers::<D> { order: self.order(epoch), size, left: first..batches, of: PhantomData };
        let make = move |indices: Vec<usize>| match &settings.part {
            Some(PartOf(part)) => {
                let batch = settings.make_part(epoch, &*data, &indices, part(indices.len()));
                Made { batch: Some(batch), broken: Vec::new() }
            }
            None => {
                settings.make(epoch, indices.into_iter().map(|index| (index, data.sample(index))))
            }
        };
        let ahead = Ahead::start(numbers, self.threads.min(batches - first), make);
        Epoch { ahead, next: first, batches, sure: !self.settings.skip_broken, broken: Vec::new() }
    }
}

/// Threads that one loader starts at most.
pub(super) const MOST_THREADS: usize = 256;

type Many<D> = <<D as Dataset>::Target as Target>::Many;

/// Which images are in which batch.
#[derive(Debug)]
struct Numbers<D> {
    order: Vec<usize>,
    size: usize,
    left: Range<usize>,
    of: PhantomData<fn() -> D>,
}

impl<D: Dataset> Work for Numbers<D> {
    type Order = Vec<usize>;
    type Made = Made<D::Target>;

    fn order(&mut self) -> Option<Vec<usize>> {
        let number = self.left.next()?;
        let end = ((number + 1) * self.size).min(self.order.len());
        Some(self.order[number * self.size..end].to_vec())
    }
}

/// The batches of an epoch, in order.
#[derive(Debug)]
pub struct Epoch<D: Dataset> {
    ahead: Ahead<Numbers<D>>,
    next: usize,
    batches: usize,
    /// Whether none of them can be without images.
    sure: bool,
    broken: Vec<(usize, Error)>,
}

impl<D: Dataset> Epoch<D> {
    /// The images that could not be read so far, and why.
    pub fn broken(&self) -> &[(usize, Error)] {
        &self.broken
    }

    /// Batches that are still to come.
    pub fn left(&self) -> u64 {
        (self.batches - self.next) as u64
    }
}

impl<D: Dataset> Iterator for Epoch<D> {
    type Item = Result<Batch<Many<D>>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.batches {
            let Made { batch, broken } = match self.ahead.next()? {
                Ok(made) => made,
                Err(Panicked) => {
                    self.next = self.batches;
                    return Some(Err(Error::Panicked { what: "the data set, asked for an image" }));
                }
            };
            self.next += 1;
            self.broken.extend(broken);
            if let Some(batch) = batch {
                if batch.is_err() {
                    // What comes after is not asked for.
                    self.next = self.batches;
                }
                return Some(batch);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.batches - self.next;
        (if self.sure { left } else { 0 }, Some(left))
    }
}
