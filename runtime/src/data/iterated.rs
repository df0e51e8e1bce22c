//! Batches of what an iterator gives, made on other threads.

use crate::data::ahead::{Ahead, Panicked, Work};
use crate::data::augment::Augment;
use crate::data::batch::{Made, Settings};
use crate::data::dataset::{Batch, Sample, Target};
use crate::data::loader::MOST_THREADS;
use crate::error::Error;
use crate::random::{Purpose, Stream};
use std::fmt;
use std::iter::Fuse;
use std::sync::Arc;

/// Gives in batches what an iterator gives one by one: a stream whose length nobody need know, such as the
/// entries of an archive, the lines of a table, or pictures of a camera. Takes the place of a
/// [`Loader`](crate::data::Loader), which needs a [`Dataset`](crate::data::Dataset).
///
/// The iterator runs on one thread at a time. What it gives is made into a [`Sample`] by a function, and changed,
/// on any number of them, a few batches ahead; what comes does not depend on their number.
///
/// ```
/// use cnn::data::{Flip, IterLoader, Sample};
/// use cnn::ndarray::Array3;
///
/// // What is read one after the other: here, lines of text.
/// let lines = "0 0.5\n1 0.25\n0 0.75\n".lines().map(str::to_owned).collect::<Vec<_>>();
/// // What becomes of each, on the loader's threads: here, an image of one brightness.
/// let decode = |line: String| {
///     let (class, brightness) = line.split_once(' ').expect("two words");
///     let image = Array3::from_elem((1, 4, 4), brightness.parse().expect("a number"));
///     Ok(Sample { image, target: class.parse::<usize>().expect("a class") })
/// };
/// let loader = IterLoader::new(lines, decode).batch(2).shuffle(100, 1).augment(Flip::new());
/// let mut images = 0;
/// for batch in loader {
///     images += batch?.len();
/// }
/// assert_eq!(images, 3);
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// Where the iterator gives samples, `Ok` is the function: `IterLoader::new(samples, Ok)`.
pub struct IterLoader<I, F> {
    items: I,
    decode: F,
    settings: Settings,
    /// How many items wait to be drawn from, and the seed.
    shuffle: Option<(usize, u64)>,
    epoch: u64,
    threads: usize,
}

impl<I, F, T> IterLoader<I, F>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> Result<Sample<T>, Error> + Send + Sync + 'static,
    T: Target,
{
    /// Batches of 32 images in the iterator's order, made on one thread beside the caller's.
    pub fn new(items: impl IntoIterator<IntoIter = I>, decode: F) -> Self {
        Self {
            items: items.into_iter(),
            decode,
            settings: Settings::new(),
            shuffle: None,
            epoch: 0,
            threads: 1,
        }
    }

    /// Batches of that size, 0 counting as 1; the last one has what is left.
    pub fn batch(mut self, images: usize) -> Self {
        self.settings.batch = images.max(1);
        self
    }

    /// Keeps up to `buffer` items, 0 counting as 1, and gives one of them at random each time: the more, the
    /// better shuffled. They are in memory as the iterator gives them.
    pub fn shuffle(mut self, buffer: usize, seed: u64) -> Self {
        (self.shuffle, self.settings.seed) = (Some((buffer.max(1), seed)), seed);
        self
    }

    /// The seed of what [`IterLoader::augment`] does, where it shall differ from that of the order.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The number of the epoch, on which the order and the changes depend; 0 if nothing is said.
    pub fn epoch(mut self, epoch: u64) -> Self {
        self.epoch = epoch;
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

    /// Leaves out items of which the function makes an error, instead of ending with it.
    /// [`Iterated::broken`] names them.
    pub fn skip_broken(mut self) -> Self {
        self.settings.skip_broken = true;
        self
    }

    /// Makes batches on `n` threads beside the caller's; with 0 on the caller's own, when they are asked for.
    pub fn threads(mut self, n: usize) -> Self {
        self.threads = n.min(MOST_THREADS);
        self
    }
}

impl<I, F> fmt::Debug for IterLoader<I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { settings, shuffle, epoch, threads, .. } = self;
        f.debug_struct("IterLoader")
            .field("settings", settings)
            .field("shuffle", shuffle)
            .field("epoch", epoch)
            .field("threads", threads)
            .finish_non_exhaustive()
    }
}

impl<I, F, T> IntoIterator for IterLoader<I, F>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    F: Fn(I::Item) -> Result<Sample<T>, Error> + Send + Sync + 'static,
    T: Target,
{
    type Item = Result<Batch<T::Many>, Error>;
    type IntoIter = Iterated<I, T>;

    fn into_iter(self) -> Iterated<I, T> {
        let Self { items, decode, settings, shuffle, epoch, threads } = self;
        let stream = |(_, seed)| Stream::new(Purpose::Shuffle, seed, 3, 0, epoch);
        let buffer = Buffer {
            items: items.fuse(),
            waiting: Vec::new(),
            most: shuffle.map_or(1, |(most, _)| most),
            taken: 0,
            stream: shuffle.map(stream),
        };
        let work = Gather {
            buffer,
            batch: settings.batch,
            drop_last: settings.drop_last,
            of: std::marker::PhantomData,
        };
        let make = move |items: Vec<(usize, I::Item)>| {
            settings.make(epoch, items.into_iter().map(|(index, item)| (index, decode(item))))
        };
        Iterated { ahead: Some(Ahead::start(work, threads, make)), broken: Vec::new() }
    }
}

/// The items that wait to be drawn from.
struct Buffer<I: Iterator> {
    items: Fuse<I>,
    waiting: Vec<(usize, I::Item)>,
    most: usize,
    taken: usize,
    stream: Option<Stream>,
}

impl<I: Iterator> Buffer<I> {
    /// An item, with its number in the iterator's order.
    fn draw(&mut self) -> Option<(usize, I::Item)> {
        while self.waiting.len() < self.most
            && let Some(item) = self.items.next()
        {
            self.waiting.push((self.taken, item));
            self.taken += 1;
        }
        let n = self.waiting.len();
        let at = self.stream.as_mut().filter(|_| n > 0).map_or(0, |stream| stream.below(n));
        (n > 0).then(|| self.waiting.swap_remove(at))
    }
}

/// The items of a batch.
struct Gather<I: Iterator, T> {
    buffer: Buffer<I>,
    batch: usize,
    drop_last: bool,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<I, T> Work for Gather<I, T>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    T: Target,
{
    type Order = Vec<(usize, I::Item)>;
    type Made = Made<T>;

    fn order(&mut self) -> Option<Self::Order> {
        let items: Vec<_> = std::iter::from_fn(|| self.buffer.draw()).take(self.batch).collect();
        let whole = items.len() == self.batch;
        (whole || !items.is_empty() && !self.drop_last).then_some(items)
    }
}

/// The batches of an [`IterLoader`], in order.
pub struct Iterated<I, T>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    T: Target,
{
    /// None after an error.
    ahead: Option<Ahead<Gather<I, T>>>,
    broken: Vec<(usize, Error)>,
}

impl<I, T> Iterated<I, T>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    T: Target,
{
    /// The items that could not be used so far, by their numbers in the iterator's order, and why.
    pub fn broken(&self) -> &[(usize, Error)] {
        &self.broken
    }
}

impl<I, T> fmt::Debug for Iterated<I, T>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    T: Target,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iterated").field("broken", &self.broken).finish_non_exhaustive()
    }
}

impl<I, T> Iterator for Iterated<I, T>
where
    I: Iterator<Item: Send + 'static> + Send + 'static,
    T: Target,
{
    type Item = Result<Batch<T::Many>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Made { batch, broken } = match self.ahead.as_mut()?.next()? {
                Ok(made) => made,
                Err(Panicked) => {
                    self.ahead = None;
                    return Some(Err(Error::Panicked { what: "the iterator or its function" }));
                }
            };
            self.broken.extend(broken);
            if let Some(batch) = batch {
                if batch.is_err() {
                    self.ahead = None;
                }
                return Some(batch);
            }
        }
    }
}
