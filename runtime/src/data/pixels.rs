//! Images of one size in bytes.

use crate::data::dataset::{Dataset, Sample};
use crate::error::{Error, Origin};
use ndarray::{Array3, Array4, ArrayView4, Axis};

/// Images of one size with a class each, a byte for each pixel and channel: a quarter of what
/// [`Images`](crate::data::Images) take.
///
/// As a data set, it gives values from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    bytes: Array4<u8>,
    labels: Vec<usize>,
    classes: usize,
}

impl Pixels {
    /// Images (N×C×H×W) with their labels, each below `classes`.
    ///
    /// # Errors
    /// There are no images (or they have no pixels), not as many labels, or a label that is no class.
    pub fn new(bytes: Array4<u8>, labels: Vec<usize>, classes: usize) -> Result<Self, Error> {
        Self::from(Origin::Memory("data set"), bytes, labels, classes)
    }

    pub(crate) fn from(
        origin: Origin,
        bytes: Array4<u8>,
        labels: Vec<usize>,
        classes: usize,
    ) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::EmptyDataset { origin });
        }
        let images = bytes.dim().0;
        if labels.len() != images {
            return Err(Error::Counts { origin, images, labels: labels.len() });
        }
        if let Some(index) = labels.iter().position(|&label| label >= classes) {
            return Err(Error::Label { origin, index, found: labels[index], classes });
        }
        Ok(Self { bytes, labels, classes })
    }

    /// Reads a whole data set of images of one size into memory, whose values from 0 to 1 are rounded to bytes.
    ///
    /// # Errors
    /// An image can't be read, or has another size than the first.
    pub fn read(data: &impl Dataset<Target = usize>, classes: usize) -> Result<Self, Error> {
        let (mut bytes, mut labels, mut size) = (Vec::new(), Vec::new(), None);
        for index in 0..data.len() {
            let Sample { image, target } = data.sample(index)?;
            let expected = *size.get_or_insert(image.dim());
            if image.dim() != expected {
                let dims = |(c, h, w)| vec![c, h, w];
                let (found, expected) = (dims(image.dim()), dims(expected));
                return Err(Error::ImageSize { index, found, expected });
            }
            bytes.extend(image.iter().map(|x| (x * 255.0).round() as u8));
            labels.push(target);
        }
        let (c, h, w) = size.unwrap_or_default();
        match Array4::from_shape_vec((labels.len(), c, h, w), bytes) {
            Ok(bytes) => Self::new(bytes, labels, classes),
            Err(error) => unreachable!("images of one size: {error}"),
        }
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The images, N×C×H×W.
    pub fn bytes(&self) -> ArrayView4<'_, u8> {
        self.bytes.view()
    }

    /// The classes, one for each image.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Mean and deviation of each channel, of values from 0 to 1.
    pub fn mean_and_deviation(&self) -> (Vec<f32>, Vec<f32>) {
        let channel = |bytes: ndarray::ArrayView3<'_, u8>| {
            // Sums of bytes and of their squares are exact.
            let (mut sum, mut squares) = (0u64, 0u64);
            bytes.iter().for_each(|&b| {
                sum += u64::from(b);
                squares += u64::from(b) * u64::from(b);
            });
            let n = bytes.len() as f64;
            let mean = sum as f64 / n;
            let variance = (squares as f64 / n - mean * mean).max(0.0);
            ((mean / 255.0) as f32, (variance.sqrt() / 255.0) as f32)
        };
        self.bytes.axis_iter(Axis(1)).map(channel).unzip()
    }

    /// Images `first..first + n`, as many as there are, with values from 0 to 1.
    pub fn images(&self, first: usize, n: usize) -> Array4<f32> {
        let (first, end) = (first.min(self.len()), first.saturating_add(n).min(self.len()));
        let bytes = self.bytes.slice(ndarray::s![first..end, .., .., ..]);
        bytes.mapv(|b| f32::from(b) / 255.0)
    }
}

impl Dataset for Pixels {
    type Target = usize;

    fn len(&self) -> usize {
        self.labels.len()
    }

    fn sample(&self, index: usize) -> Result<Sample<usize>, Error> {
        let image: Array3<f32> =
            self.bytes.index_axis(Axis(0), index).mapv(|b| f32::from(b) / 255.0);
        Ok(Sample { image, target: self.labels[index] })
    }

    fn target(&self, index: usize) -> Result<usize, Error> {
        Ok(self.labels[index])
    }
}
