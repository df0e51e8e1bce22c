//! Images with a class each.

use crate::data::resize;
use crate::error::{Error, Origin};
use crate::random::{Purpose, Stream};
use ndarray::{Array4, ArrayView4, Axis, s};

/// Images of one size, each with its class: at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    images: Array4<f32>,
    labels: Vec<usize>,
    classes: usize,
    origin: Origin,
}

impl Dataset {
    /// Images (N×C×H×W) with their labels, each below `classes`.
    ///
    /// # Errors
    /// There are no images (or they have no pixels), not as many labels, or a label that is no
    /// class.
    pub fn new(images: Array4<f32>, labels: Vec<usize>, classes: usize) -> Result<Self, Error> {
        Self::from(Origin::Memory("data set"), images, labels, classes)
    }

    pub(crate) fn from(
        origin: Origin,
        images: Array4<f32>,
        labels: Vec<usize>,
        classes: usize,
    ) -> Result<Self, Error> {
        if images.is_empty() {
            return Err(Error::EmptyDataset { origin });
        }
        let n = images.dim().0;
        if labels.len() != n {
            return Err(Error::Counts { origin, images: n, labels: labels.len() });
        }
        if let Some(index) = labels.iter().position(|&label| label >= classes) {
            return Err(Error::Label { origin, index, found: labels[index], classes });
        }
        // Rows are copied as slices.
        let images = if images.is_standard_layout() { images } else { images.as_standard_layout().into_owned() };
        Ok(Self { images, labels, classes, origin })
    }

    /// Number of images, at least 1.
    #[allow(clippy::len_without_is_empty)] // it never is
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The images, N×C×H×W, in order in memory.
    pub fn images(&self) -> ArrayView4<'_, f32> {
        self.images.view()
    }

    /// The classes, one for each image.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Where the labels came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Steps of an epoch with batches of that size (0 counts as 1).
    pub fn steps(&self, batch: usize) -> u64 {
        self.len().div_ceil(batch.max(1)) as u64
    }

    /// Two parts: `first` images drawn at random by the seed, and all others, each in random order.
    ///
    /// # Errors
    /// One part would be empty.
    pub fn split(&self, first: usize, seed: u64) -> Result<(Self, Self), Error> {
        if first == 0 || first >= self.len() {
            return Err(Error::Split { found: first, available: self.len() });
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        Stream::new(Purpose::Shuffle, seed, 0, 0, 0).shuffle(&mut order);
        let (a, b) = order.split_at(first);
        Ok((self.select(a), self.select(b)))
    }

    fn select(&self, indices: &[usize]) -> Self {
        Self {
            images: self.images.select(Axis(0), indices),
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
            classes: self.classes,
            origin: self.origin.clone(),
        }
    }

    /// Batches in order, the last one with what is left; a `batch` of 0 counts as 1.
    pub fn batches(&self, batch: usize) -> Batches<'_> {
        Batches { data: self, batch: batch.max(1), next: 0 }
    }

    /// Mean and standard deviation of all pixels.
    pub fn mean_and_deviation(&self) -> (f32, f32) {
        let n = self.images.len() as f64;
        let mean = self.images.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
        let variance = self.images.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
        (mean as f32, variance.sqrt() as f32)
    }

    /// Replaces every pixel `x` by `(x − mean) / deviation`, usually with the values of
    /// [`Dataset::mean_and_deviation`] of the training part. A deviation of zero counts as 1.
    pub fn normalise(mut self, mean: f32, deviation: f32) -> Self {
        let deviation = if deviation == 0.0 { 1.0 } else { deviation };
        self.images.mapv_inplace(|x| (x - mean) / deviation);
        self
    }

    /// The images scaled to another size, bilinearly; see [`resize`].
    ///
    /// # Panics
    /// If `height` or `width` is zero.
    pub fn resize(mut self, height: usize, width: usize) -> Self {
        self.images = resize(self.images.view(), height, width);
        self
    }

    /// Room for a batch.
    pub(crate) fn room(&self, batch: usize) -> Gathered {
        let (n, c, h, w) = self.images.dim();
        let batch = batch.min(n);
        Gathered { images: Array4::zeros((batch, c, h, w)), labels: Vec::with_capacity(batch) }
    }
}

/// A batch of chosen images.
pub(crate) struct Gathered {
    images: Array4<f32>,
    labels: Vec<usize>,
}

impl Gathered {
    /// Copies the images of those indices, at most as many as there is room for.
    pub(crate) fn fill(&mut self, data: &Dataset, indices: &[usize]) -> (ArrayView4<'_, f32>, &[usize]) {
        self.labels.clear();
        for (mut to, &index) in self.images.outer_iter_mut().zip(indices) {
            to.assign(&data.images.index_axis(Axis(0), index));
            self.labels.push(data.labels[index]);
        }
        (self.images.slice(s![..self.labels.len(), .., .., ..]), &self.labels)
    }
}

/// The batches of a data set in order.
#[derive(Clone, Debug)]
pub struct Batches<'a> {
    data: &'a Dataset,
    batch: usize,
    next: usize,
}

impl<'a> Iterator for Batches<'a> {
    type Item = (ArrayView4<'a, f32>, &'a [usize]);

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.data.len().min(self.next.saturating_add(self.batch));
        let range = std::mem::replace(&mut self.next, end)..end;
        let labels = self.data.labels.get(range.clone()).filter(|labels| !labels.is_empty())?;
        Some((self.data.images.slice(s![range, .., .., ..]), labels))
    }
}
