//! How good a classifier is, beyond how often it is right.

mod calibration;
mod rank;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use calibration::CalibrationBin;

use crate::error::{Error, Origin};
use ndarray::{Array2, ArrayView1, ArrayView2};
use std::fmt;

/// How good a classifier is on some images.
///
/// ```
/// use cnn::ndarray::array;
/// use cnn::train::Metrics;
///
/// // Four images, three classes; the third image is taken for class 2.
/// let scores = array![[2.0, 0.0, 1.0], [0.0, 3.0, 0.0], [1.0, 0.5, 4.0], [0.0, 0.0, 1.0]];
/// let metrics = Metrics::of(scores.view(), &[0, 1, 0, 2])?;
/// assert_eq!((metrics.top1, metrics.confusion[[0, 2]]), (0.75, 1));
/// assert_eq!((metrics.classes[2].precision, metrics.classes[2].recall), (0.5, 1.0));
/// assert_eq!(metrics.worst(9)[0].image, 2);
/// println!("{metrics}"); // loss 1.0122, top-1 0.7500, …
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// What has no value is NaN: the recall of a class of which there is no image, the precision of one that was never
/// predicted, the AUROC of one that all images or none are of. Means over the classes leave those out, as
/// scikit-learn's do with `zero_division=nan`.
///
/// Scores that are NaN rank below all numbers, and an image of which no score is above −∞ has no prediction: it is
/// wrong, and in no column of the confusion matrix. An image whose scores give no probabilities, since one of them
/// is NaN or +∞, has a loss of NaN, which makes that of all NaN; AUROC and calibration leave it out, and
/// [`Metrics::unscored`] counts it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metrics {
    /// Number of images.
    pub images: usize,
    /// Mean loss: of [`Metrics::of`] the cross-entropy, of [`Trainer::validate`](crate::train::Trainer::validate)
    /// the trainer's.
    pub loss: f64,
    /// Part of the images, 0 to 1, whose largest score is their class's; the first one where several are equal.
    pub top1: f64,
    /// Part of the images, 0 to 1, whose class is among the five with the largest scores.
    pub top5: f64,
    /// Images by their class (row) and the predicted one (column).
    pub confusion: Array2<usize>,
    /// Each class by itself.
    pub classes: Vec<ClassMetrics>,
    /// Mean area under the ROC curve of each class against the rest.
    pub auroc: f64,
    /// Expected calibration error: by how much the probability of the predicted class is off the part of the images
    /// that are right, in the mean over all images, in 15 bins of equal width. Guo et al. (2017),
    /// <https://arxiv.org/abs/1706.04599>.
    pub calibration_error: f64,
    /// The bins, by rising probability.
    pub calibration: Vec<CalibrationBin>,
    /// What was said of each image, in order.
    pub predictions: Vec<Prediction>,
    /// Images whose scores give no probabilities.
    pub unscored: usize,
}

/// How good a classifier is on one class.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ClassMetrics {
    /// Images of the class.
    pub images: usize,
    /// Images that were taken for it.
    pub predicted: usize,
    /// Part of the latter that are of the class.
    pub precision: f64,
    /// Part of the former that were taken for it.
    pub recall: f64,
    /// Harmonic mean of precision and recall, `2·TP / (2·TP + FP + FN)`; NaN only where the class neither occurs nor
    /// is predicted.
    pub f1: f64,
    /// Area under the ROC curve of this class against the rest: how probable it is that an image of the class has a
    /// larger probability of it than another image.
    pub auroc: f64,
}

/// What was said of one image.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Prediction {
    /// Which image of the data set.
    pub image: usize,
    /// Its class.
    pub label: usize,
    /// The class with the largest score.
    pub class: Option<usize>,
    /// That class's probability, 0 to 1.
    pub confidence: f64,
    /// Cross-entropy: minus the logarithm of its own class's probability.
    pub loss: f64,
}

impl Prediction {
    /// Whether the class with the largest score is the image's.
    pub fn right(&self) -> bool {
        self.class == Some(self.label)
    }
}

/// What the scores of a network are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Their softmax are probabilities.
    Logits,
    Probabilities,
}

impl Metrics {
    /// Of logits, N×classes, whose softmax are probabilities, and the class of each of the N images.
    ///
    /// A network with one output for the probability that something is there, trained with
    /// [`BinaryCrossEntropy`](crate::train::BinaryCrossEntropy), has the logits 0 and its output.
    ///
    /// # Errors
    /// There are no images, not as many labels, or a label that is no class.
    pub fn of(scores: ArrayView2<'_, f32>, labels: &[usize]) -> Result<Self, Error> {
        Self::make(scores, labels, Scale::Logits)
    }

    /// As [`Metrics::of`], of probabilities: of a network that ends in a softmax.
    ///
    /// # Errors
    /// As [`Metrics::of`].
    pub fn of_probabilities(scores: ArrayView2<'_, f32>, labels: &[usize]) -> Result<Self, Error> {
        Self::make(scores, labels, Scale::Probabilities)
    }

    pub(crate) fn make(
        scores: ArrayView2<'_, f32>,
        labels: &[usize],
        scale: Scale,
    ) -> Result<Self, Error> {
        let (images, classes) = scores.dim();
        check(images, classes, labels)?;
        let mut probabilities = Array2::zeros((images, classes));
        let mut confusion = Array2::zeros((classes, classes));
        let mut predictions = Vec::with_capacity(images);
        let (mut top5, mut unscored) = (0, 0);
        for (image, &label) in labels.iter().enumerate() {
            let (row, mut probabilities) = (scores.row(image), probabilities.row_mut(image));
            let loss = self::probabilities(row, label, scale, |class, p| probabilities[class] = p);
            unscored += usize::from(loss.is_none());
            if loss.is_none() {
                probabilities.fill(f64::NAN);
            }
            let class = largest(row);
            if let Some(class) = class {
                confusion[[label, class]] += 1;
            }
            top5 += usize::from(place(row, label).is_some_and(|place| place < 5));
            predictions.push(Prediction {
                image,
                label,
                class,
                confidence: class.map_or(f64::NAN, |class| probabilities[class]),
                loss: loss.unwrap_or(f64::NAN),
            });
        }
        let classes = each_class(&confusion, &probabilities, labels);
        let calibration = calibration::bins(&predictions);
        let part = |n: usize| n as f64 / images as f64;
        Ok(Self {
            images,
            loss: predictions.iter().map(|p| p.loss).sum::<f64>() / images as f64,
            top1: part(predictions.iter().filter(|p| p.right()).count()),
            top5: part(top5),
            auroc: mean(classes.iter().map(|class| class.auroc)),
            calibration_error: calibration::error(&calibration),
            confusion,
            classes,
            calibration,
            predictions,
            unscored,
        })
    }

    /// Mean precision of the classes.
    pub fn precision(&self) -> f64 {
        mean(self.classes.iter().map(|class| class.precision))
    }

    /// Mean recall of the classes.
    pub fn recall(&self) -> f64 {
        mean(self.classes.iter().map(|class| class.recall))
    }

    /// Mean F1 of the classes.
    pub fn f1(&self) -> f64 {
        mean(self.classes.iter().map(|class| class.f1))
    }

    /// At most `n` of the images that are taken for another class, those with the largest loss first.
    pub fn worst(&self, n: usize) -> Vec<Prediction> {
        let mut wrong: Vec<Prediction> =
            self.predictions.iter().filter(|p| !p.right()).copied().collect();
        // The order of all floats: what is NaN comes first.
        wrong.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        wrong.truncate(n);
        wrong
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "loss {:.4}, top-1 {:.4}, top-5 {:.4}, F1 {:.4}, AUROC {:.4}, ECE {:.4}",
            self.loss,
            self.top1,
            self.top5,
            self.f1(),
            self.auroc,
            self.calibration_error
        )?;
        match self.unscored {
            0 => Ok(()),
            n => write!(f, "; {n} of {} images without probabilities", self.images),
        }
    }
}

fn check(images: usize, classes: usize, labels: &[usize]) -> Result<(), Error> {
    let origin = || Origin::Memory("scores");
    if images == 0 {
        return Err(Error::EmptyDataset { origin: origin() });
    }
    if labels.len() != images {
        return Err(Error::Counts { origin: origin(), images, labels: labels.len() });
    }
    match labels.iter().position(|&label| label >= classes) {
        None => Ok(()),
        Some(index) => Err(Error::Label { origin: origin(), index, found: labels[index], classes }),
    }
}

/// Hands `put` the probability of each class and returns the cross-entropy, unless the scores give none.
fn probabilities(
    row: ArrayView1<'_, f32>,
    label: usize,
    scale: Scale,
    mut put: impl FnMut(usize, f64),
) -> Option<f64> {
    let wide = || row.iter().map(|&x| f64::from(x));
    if scale == Scale::Probabilities {
        if !wide().all(|p| p.is_finite() && p >= 0.0) {
            return None;
        }
        wide().enumerate().for_each(|(class, p)| put(class, p));
        return Some(-f64::from(row[label]).ln());
    }
    let largest = wide().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() || wide().any(f64::is_nan) {
        return None;
    }
    let sum: f64 = wide().map(|x| (x - largest).exp()).sum();
    wide().enumerate().for_each(|(class, x)| put(class, (x - largest).exp() / sum));
    Some(sum.ln() - (f64::from(row[label]) - largest))
}

/// The class with the first largest score.
fn largest(row: ArrayView1<'_, f32>) -> Option<usize> {
    let better = |best: (Option<usize>, f32), (i, &x): (usize, &f32)| {
        if x > best.1 { (Some(i), x) } else { best }
    };
    row.iter().enumerate().fold((None, f32::NEG_INFINITY), better).0
}

/// How many classes come before that one, by falling scores; equal ones in their order.
fn place(row: ArrayView1<'_, f32>, class: usize) -> Option<usize> {
    let own = row[class];
    let before = |(i, &x): (usize, &f32)| x > own || (x == own && i < class);
    (own > f32::NEG_INFINITY).then(|| row.iter().enumerate().filter(|&other| before(other)).count())
}

fn each_class(
    confusion: &Array2<usize>,
    probabilities: &Array2<f64>,
    labels: &[usize],
) -> Vec<ClassMetrics> {
    let part = |n: usize, of: usize| if of == 0 { f64::NAN } else { n as f64 / of as f64 };
    let mut images = vec![0; confusion.nrows()];
    labels.iter().for_each(|&label| images[label] += 1);
    let one = |(class, images): (usize, usize)| {
        let (predicted, right) = (confusion.column(class).sum(), confusion[[class, class]]);
        let scored = probabilities.column(class);
        let scored = scored.iter().zip(labels).filter(|(p, _)| !p.is_nan());
        ClassMetrics {
            images,
            predicted,
            precision: part(right, predicted),
            recall: part(right, images),
            f1: part(2 * right, images + predicted),
            auroc: rank::auroc(scored.map(|(&p, &label)| (p, label == class)).collect()),
        }
    };
    images.into_iter().enumerate().map(one).collect()
}

/// The mean of what is not NaN.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.filter(|x| !x.is_nan()).fold((0.0, 0), |(sum, n), x| (sum + x, n + 1));
    if n == 0 { f64::NAN } else { sum / f64::from(n) }
}
