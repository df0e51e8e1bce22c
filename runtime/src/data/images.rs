//! Images with a class each.

use crate::data::resize;
use crate::error::{Error, Origin};
use crate::random::{Purpose, Stream};
use crate::tensor;
use cnn_ir::Shape;
use ndarray::{Array4, ArrayView4, Axis, s};

/// Images of one size, each with its class: at least one.
///
/// ```
/// use cnn::data::Images;
/// use cnn::ndarray::Array4;
///
/// let data = Images::new(Array4::zeros((10, 1, 8, 8)), vec![3; 10], 10)?.resize(28, 28);
/// let (train, test) = data.split(8, 1)?;
/// assert_eq!(train.images().dim(), (8, 1, 28, 28));
/// assert_eq!((train.steps(3), test.len()), (3, 2));
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    images: Array4<f32>,
    labels: Vec<usize>,
    classes: usize,
    origin: Origin,
}

impl Images {
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
        let images = if images.is_standard_layout() {
            images
        } else {
            images.as_standard_layout().into_owned()
        };
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
    /// [`Images::mean_and_deviation`] of the training part. A deviation of zero counts as 1.
    pub fn normalize(mut self, mean: f32, deviation: f32) -> Self {
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

    /// Room for a batch that the network `network` takes.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(crate) fn room(&self, network: &'static str, batch: usize) -> Result<Gathered, Error> {
        let (n, c, h, w) = self.images.dim();
        let (batch, shape) = (batch.min(n), [Shape::volume(c, h, w)]);
        let images = tensor::outputs(network, "a batch of the data set", &shape, batch)?;
        Ok(Gathered { images, labels: Vec::with_capacity(batch) })
    }
}

/// A batch of chosen images.
pub(crate) struct Gathered {
    images: Array4<f32>,
    labels: Vec<usize>,
}

impl Gathered {
    /// Copies the images of those indices, at most as many as there is room for.
    pub(crate) fn fill(
        &mut self,
        data: &Images,
        indices: &[usize],
    ) -> (ArrayView4<'_, f32>, &[usize]) {
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
    data: &'a Images,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(n: usize) -> Images {
        let images = Array4::from_shape_fn((n, 1, 2, 2), |(n, _, y, x)| (n * 4 + y * 2 + x) as f32);
        Images::new(images, (0..n).map(|i| i % 3).collect(), 3).expect("a sound data set")
    }

    #[test]
    fn a_data_set_that_does_not_hold_together_is_refused() {
        let text = |n, labels: Vec<usize>, classes| {
            let images = Array4::zeros((n, 1, 2, 2));
            Images::new(images, labels, classes).unwrap_err().to_string()
        };
        assert_eq!(text(0, vec![], 3), "data set: found no images, expected at least 1");
        assert_eq!(text(2, vec![0], 3), "data set: found 1 labels, expected 2, one for each image");
        assert_eq!(
            text(2, vec![0, 3], 3),
            "data set: label 1: found class 3, expected one of 0 to 2"
        );
        assert_eq!(
            text(1, vec![0], 0),
            "data set: label 0: found class 0, but there are no classes"
        );
    }

    #[test]
    fn a_split_is_a_seeded_partition() {
        let data = numbered(10);
        let (a, b) = data.split(7, 1).expect("a split");
        assert_eq!((a.len(), b.len()), (7, 3));
        assert_eq!(
            (&a, &b),
            (&data.split(7, 1).expect("a split").0, &data.split(7, 1).expect("a split").1)
        );
        assert_ne!(a, data.split(7, 2).expect("a split").0);
        let mut firsts: Vec<f32> =
            [&a, &b].iter().flat_map(|d| d.images().slice(s![.., 0, 0, 0]).to_vec()).collect();
        firsts.sort_by(f32::total_cmp);
        assert!(firsts.iter().enumerate().all(|(i, &x)| x == 4.0 * i as f32), "{firsts:?}");
        for part in [&a, &b] {
            for (image, &label) in part.images().outer_iter().zip(part.labels()) {
                assert_eq!(image[[0, 0, 0]] as usize / 4 % 3, label);
            }
        }
        for first in [0, 10, 11] {
            let text = data.split(first, 1).unwrap_err().to_string();
            let expected =
                format!("split of 10 images: found {first} for the first part, expected 1 to 9");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn batches_cover_everything_in_order() {
        let data = numbered(10);
        assert_eq!(data.steps(4), 3);
        let sizes: Vec<usize> = data.batches(4).map(|(images, _)| images.dim().0).collect();
        assert_eq!(sizes, [4, 4, 2]);
        let labels: Vec<usize> = data.batches(4).flat_map(|(_, labels)| labels.to_vec()).collect();
        assert_eq!(labels, data.labels());
    }

    #[test]
    fn normalized_pixels_have_mean_0_and_deviation_1() {
        let data = numbered(10);
        let (mean, deviation) = data.mean_and_deviation();
        assert_eq!(mean, 19.5);
        let (mean, deviation) = data.normalize(mean, deviation).mean_and_deviation();
        assert!(mean.abs() < 1e-6 && (deviation - 1.0).abs() < 1e-6, "{mean} {deviation}");
    }
}
