//! Batches of a data set, made on other threads.

use crate::data::augment::{Augment, Chance};
use crate::data::dataset::{Batch, Dataset, Sample, Target};
use crate::error::Error;
use crate::random::{Purpose, Stream};
use ndarray::{Array3, Array4};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Batches that may wait for whoever trains, for each thread.
const WAITING: usize = 2;

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
    threads: usize,
}

#[derive(Clone, Debug)]
struct Settings {
    batch: usize,
    /// The seed, if the order changes.
    shuffle: Option<u64>,
    seed: u64,
    augment: Vec<Arc<dyn Augment>>,
    drop_last: bool,
    skip_broken: bool,
    /// Which images of a batch are read; all, unless it is said.
    part: Option<PartOf>,
}

#[derive(Clone)]
struct PartOf(Arc<dyn Fn(usize) -> Range<usize> + Send + Sync>);

impl std::fmt::Debug for PartOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartOf(..)")
    }
}

/// What an epoch needs to make its batches.
#[derive(Debug)]
struct Plan<D> {
    data: Arc<D>,
    settings: Settings,
}

impl<D: Dataset> Loader<D> {
    /// Batches of 32 images in order, made on one thread beside the caller's.
    pub fn new(data: D) -> Self {
        let settings = Settings {
            batch: 32,
            shuffle: None,
            seed: 0,
            augment: Vec::new(),
            drop_last: false,
            skip_broken: false,
            part: None,
        };
        Self { data: Arc::new(data), settings, threads: 1 }
    }

    /// Batches of that size, 0 counting as 1; the last of an epoch has what is left.
    pub fn batch(mut self, images: usize) -> Self {
        self.settings.batch = images.max(1);
        self
    }

    /// Another order in each epoch, by that seed.
    pub fn shuffle(mut self, seed: u64) -> Self {
        (self.settings.shuffle, self.settings.seed) = (Some(seed), seed);
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
        self.plan().batches() as u64
    }

    fn plan(&self) -> Plan<D> {
        Plan { data: self.data.clone(), settings: self.settings.clone() }
    }

    /// The batches of epoch number `epoch`.
    pub fn epoch(&self, epoch: u64) -> Epoch<D> {
        self.resume(epoch, 0)
    }

    /// The batches of an epoch from batch number `first` on, counted from 0: the same as without those before.
    pub fn resume(&self, epoch: u64, first: u64) -> Epoch<D> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        Epoch::start(self.plan(), self.threads, epoch, first)
    }
}

/// Threads that one loader starts at most.
const MOST_THREADS: usize = 256;

impl<D: Dataset> Plan<D> {
    fn batches(&self) -> usize {
        let (n, batch) = (self.data.len(), self.settings.batch);
        if self.settings.drop_last { n / batch } else { n.div_ceil(batch) }
    }

    fn order(&self, epoch: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.data.len()).collect();
        if let Some(seed) = self.settings.shuffle {
            Stream::new(Purpose::Shuffle, seed, 2, 0, epoch).shuffle(&mut order);
        }
        order
    }

    /// One batch; none if all its images are broken.
    fn make(&self, epoch: u64, indices: &[usize]) -> Made<D> {
        if let Some(PartOf(part)) = &self.settings.part {
            let batch = self.make_part(epoch, indices, part(indices.len()));
            return Made { batch: Some(batch), broken: Vec::new() };
        }
        let mut broken = Vec::new();
        let mut read = Vec::with_capacity(indices.len());
        for &index in indices {
            match self.sample(epoch, index) {
                Ok(sample) => read.push((index, sample)),
                Err(error) if self.settings.skip_broken => broken.push((index, error)),
                Err(error) => return Made { batch: Some(Err(error)), broken },
            }
        }
        let batch = if read.is_empty() { None } else { Some(together(read)) };
        Made { batch, broken }
    }

    fn make_part(
        &self,
        epoch: u64,
        indices: &[usize],
        part: Range<usize>,
    ) -> Result<Batch<Many<D>>, Error> {
        let (mut read, mut targets) = (Vec::new(), Vec::new());
        for (i, &index) in indices.iter().enumerate() {
            if part.contains(&i) {
                let Sample { image, target } = self.sample(epoch, index)?;
                read.push((index, image));
                targets.push(target);
            } else {
                targets.push(self.data.target(index)?);
            }
        }
        let (images, targets) = (images_of(read)?, D::Target::together(targets)?);
        Ok(Batch { images, targets, indices: indices.to_vec() })
    }

    fn sample(&self, epoch: u64, index: usize) -> Result<Sample<D::Target>, Error> {
        let Sample { mut image, target } = self.data.sample(index)?;
        for (k, augment) in self.settings.augment.iter().enumerate() {
            let seed = self.settings.seed;
            let stream = Stream::new(Purpose::Augment, seed, epoch, k as u64, index as u64);
            let mut chance = Chance { stream, seed, epoch, index };
            image = augment.apply(image, &mut chance);
        }
        Ok(Sample { image, target })
    }
}

struct Made<D: Dataset> {
    batch: Option<Result<Batch<Many<D>>, Error>>,
    broken: Vec<(usize, Error)>,
}

type Many<D> = <<D as Dataset>::Target as Target>::Many;

/// The images of a batch in one array.
fn together<T: Target>(samples: Vec<(usize, Sample<T>)>) -> Result<Batch<T::Many>, Error> {
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

/// The batches of an epoch, in order.
#[derive(Debug)]
pub struct Epoch<D: Dataset> {
    work: Arc<Work<D>>,
    /// None where the caller's thread makes the batches.
    made: Option<Receiver<(usize, Made<D>)>>,
    threads: Vec<JoinHandle<()>>,
    /// Made, but not their turn.
    waiting: BTreeMap<usize, Made<D>>,
    next: usize,
    batches: usize,
    broken: Vec<(usize, Error)>,
}

#[derive(Debug)]
struct Work<D> {
    plan: Plan<D>,
    epoch: u64,
    order: Vec<usize>,
    batches: usize,
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl<D> std::fmt::Debug for Made<D>
where
    D: Dataset,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").finish_non_exhaustive()
    }
}

impl<D: Dataset> Work<D> {
    fn make(&self, number: usize) -> Made<D> {
        let size = self.plan.settings.batch;
        let end = ((number + 1) * size).min(self.order.len());
        self.plan.make(self.epoch, &self.order[number * size..end])
    }

    /// Makes batches until none is left or nobody wants more.
    fn run(&self, to: &SyncSender<(usize, Made<D>)>) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.batches || self.stopped.load(Ordering::Relaxed) {
                return;
            }
            if to.send((number, self.make(number))).is_err() {
                return;
            }
        }
    }
}

impl<D: Dataset> Epoch<D> {
    fn start(plan: Plan<D>, threads: usize, epoch: u64, first: usize) -> Self {
        let batches = plan.batches();
        let first = first.min(batches);
        let work = Arc::new(Work {
            order: plan.order(epoch),
            plan,
            epoch,
            batches,
            next: AtomicUsize::new(first),
            stopped: AtomicBool::new(false),
        });
        let threads_wanted = threads.min(batches - first);
        let (to, made) = sync_channel(WAITING * threads_wanted);
        let mut started = Vec::new();
        for k in 0..threads_wanted {
            let (work, to) = (work.clone(), to.clone());
            let name = format!("loader {k}");
            // Where there are no threads to be had, those that there are do the work.
            if let Ok(thread) = std::thread::Builder::new().name(name).spawn(move || work.run(&to))
            {
                started.push(thread);
            }
        }
        Self {
            work,
            made: (!started.is_empty()).then_some(made),
            threads: started,
            waiting: BTreeMap::new(),
            next: first,
            batches,
            broken: Vec::new(),
        }
    }

    /// The images that could not be read so far, and why.
    pub fn broken(&self) -> &[(usize, Error)] {
        &self.broken
    }

    /// Batches that are still to come.
    pub fn left(&self) -> u64 {
        (self.batches - self.next) as u64
    }

    fn made(&mut self) -> Option<Made<D>> {
        let Some(channel) = &self.made else { return Some(self.work.make(self.next)) };
        loop {
            if let Some(made) = self.waiting.remove(&self.next) {
                return Some(made);
            }
            // All threads are gone before the last batch came: one of them panicked.
            let (number, made) = channel.recv().ok()?;
            self.waiting.insert(number, made);
        }
    }
}

impl<D: Dataset> Iterator for Epoch<D> {
    type Item = Result<Batch<Many<D>>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.batches {
            let Some(made) = self.made() else {
                self.next = self.batches;
                return Some(Err(Error::Panicked { what: "the data set, asked for an image" }));
            };
            self.next += 1;
            self.broken.extend(made.broken);
            if let Some(batch) = made.batch {
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
        (if self.work.plan.settings.skip_broken { 0 } else { left }, Some(left))
    }
}

impl<D: Dataset> Drop for Epoch<D> {
    fn drop(&mut self) {
        self.work.stopped.store(true, Ordering::Relaxed);
        // Threads that wait to send see that nobody receives.
        self.made = None;
        for thread in self.threads.drain(..) {
            // A panic was reported as a missing batch.
            let _ = thread.join();
        }
    }
}
