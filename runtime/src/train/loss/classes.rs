//! Losses of classifiers, of which an image has one class, or a probability for each.

use super::{Loss, Takes, check_rows};
use crate::error::{Error, Origin};
use crate::kernels::softmax::exponentials_of;
use crate::train::argument::Arguments;
use crate::vector;
use cnn_ir::Shape;
use ndarray::ArrayView2;

/// Cross-entropy of the softmax of the outputs (logits, not probabilities) with class labels:
/// `log Σⱼ exp(xⱼ) − x_label`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CrossEntropy;

impl CrossEntropy {
    /// With the part `smoothing`, from 0 to 1, of each label spread evenly over all classes, as
    /// PyTorch's `label_smoothing`.
    pub const fn smoothing(self, smoothing: f32) -> ClassLoss {
        ClassLoss { smoothing, weights: Vec::new() }
    }

    /// With a weight for each class, finite numbers of at least 0, as PyTorch's `weight`: a mean of the images
    /// in which each counts as much as its class.
    pub fn class_weights(self, weights: impl Into<Vec<f32>>) -> ClassLoss {
        ClassLoss { smoothing: 0.0, weights: weights.into() }
    }
}

/// [`CrossEntropy`] with label smoothing or weights of the classes.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassLoss {
    smoothing: f32,
    /// None where all classes have the weight 1.
    weights: Vec<f32>,
}

impl ClassLoss {
    /// As [`CrossEntropy::smoothing`].
    pub fn smoothing(mut self, smoothing: f32) -> Self {
        self.smoothing = smoothing;
        self
    }

    /// As [`CrossEntropy::class_weights`].
    pub fn class_weights(mut self, weights: impl Into<Vec<f32>>) -> Self {
        self.weights = weights.into();
        self
    }
}

impl Loss for CrossEntropy {
    type Targets<'a> = &'a [usize];

    fn check(&self, images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
        check_labels(images, output, labels)
    }

    fn sample(&self, image: usize, logits: &[f32], labels: &[usize], d: &mut [f32]) -> f32 {
        cross_entropy(logits, labels[image], 0.0, d)
    }

    fn right(&self, image: usize, logits: &[f32], labels: &[usize]) -> Option<bool> {
        Some(largest(logits) == labels[image])
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }
}

impl Loss for ClassLoss {
    type Targets<'a> = &'a [usize];

    fn check(&self, images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
        let owner = Arguments { owner: "CrossEntropy" };
        owner.part("smoothing", self.smoothing)?;
        check_labels(images, output, labels)?;
        if self.weights.is_empty() {
            return Ok(());
        }
        owner.check("class_weights", self.weights.len(), "one for each class", |n| {
            n == output.len()
        })?;
        for &weight in &self.weights {
            owner.not_negative("class_weights", weight)?;
        }
        let together = labels.iter().map(|&label| f64::from(self.weights[label])).sum::<f64>();
        owner.check("class_weights", together, "a sum above 0 for the labels of a batch", |sum| {
            sum > 0.0
        })
    }

    fn sample(&self, image: usize, logits: &[f32], labels: &[usize], d: &mut [f32]) -> f32 {
        let label = labels[image];
        if self.weights.is_empty() {
            return cross_entropy(logits, label, self.smoothing, d);
        }
        let spread = self.smoothing / logits.len() as f32;
        let target = |class: usize| {
            let own = if class == label { 1.0 - self.smoothing } else { 0.0 };
            self.weights[class] * (own + spread)
        };
        against(logits, target, d)
    }

    fn share(&self, image: usize, labels: &[usize]) -> f32 {
        self.weights.get(labels[image]).copied().unwrap_or(1.0)
    }

    fn right(&self, image: usize, logits: &[f32], labels: &[usize]) -> Option<bool> {
        Some(largest(logits) == labels[image])
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }
}

/// Cross-entropy of the softmax of the outputs with a probability for each class, such as mixup, CutMix or a
/// teacher gives: `−Σⱼ tⱼ·log softmax(x)ⱼ`.
///
/// The targets are N×classes, numbers of at least 0 that need not add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SoftCrossEntropy;

impl Loss for SoftCrossEntropy {
    type Targets<'a> = ArrayView2<'a, f32>;

    fn check(
        &self,
        images: usize,
        output: Shape,
        targets: ArrayView2<'_, f32>,
    ) -> Result<(), Error> {
        check_classes(output)?;
        check_rows(images, output, targets)?;
        match targets.iter().find(|t| !(t.is_finite() && **t >= 0.0)) {
            None => Ok(()),
            Some(t) => Err(Error::Targets {
                found: format!("the probability {t}"),
                expected: "finite numbers of at least 0".to_owned(),
            }),
        }
    }

    fn sample(
        &self,
        image: usize,
        logits: &[f32],
        targets: ArrayView2<'_, f32>,
        d: &mut [f32],
    ) -> f32 {
        let row = targets.row(image);
        against(logits, |class| row[class], d)
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }
}

/// Cross-entropy that counts what is right already less: `−(1 − p)^γ·log p`, where `p` is the probability
/// that the softmax of the outputs gives the label.
///
/// Lin et al. (2017), <https://arxiv.org/abs/1708.02002>, for any number of classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Focal {
    focus: f32,
}

impl Focal {
    /// With that exponent γ, a finite number of at least 0; 2 in the paper, and 0 is [`CrossEntropy`].
    pub const fn new(focus: f32) -> Self {
        Self { focus }
    }
}

impl Loss for Focal {
    type Targets<'a> = &'a [usize];

    fn check(&self, images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
        Arguments { owner: "Focal" }.not_negative("focus", self.focus)?;
        check_labels(images, output, labels)
    }

    fn sample(&self, image: usize, logits: &[f32], labels: &[usize], d: &mut [f32]) -> f32 {
        let label = labels[image];
        // −log p, and p − one_hot in `d`.
        let loss = cross_entropy(logits, label, 0.0, d);
        let rest = -d[label];
        if self.focus == 0.0 || rest <= 0.0 {
            return if self.focus == 0.0 { loss } else { 0.0 };
        }
        // With q = 1 − p and c = −log p: d/dx of q^γ·c is (q^γ + γ·q^(γ − 1)·p·c)·(softmax − one_hot).
        let modulation = rest.powf(self.focus);
        let p = 1.0 - rest;
        let slope = modulation + self.focus * rest.powf(self.focus - 1.0) * p * loss;
        d.iter_mut().for_each(|d| *d *= slope);
        modulation * loss
    }

    fn right(&self, image: usize, logits: &[f32], labels: &[usize]) -> Option<bool> {
        Some(largest(logits) == labels[image])
    }

    fn takes(&self) -> Takes {
        Takes::Logits
    }
}

/// The first class with the largest logit; none of them where there are no numbers.
fn largest(logits: &[f32]) -> usize {
    let start = (usize::MAX, f32::NEG_INFINITY);
    let better =
        |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
    logits.iter().enumerate().fold(start, better).0
}

/// With `p = softmax(x)` and the target `t = (1 − s)·one_hot(label) + s/n`:
/// the loss is `log Σ exp(x) − Σ t·x`, its gradient `p − t`.
fn cross_entropy(logits: &[f32], label: usize, smoothing: f32, d: &mut [f32]) -> f32 {
    let Softmax { largest, sum } = softmax(logits, d);
    let spread = smoothing / logits.len() as f32;
    vector::scale_shift(1.0 / sum, -spread, d);
    d[label] -= 1.0 - smoothing;
    let log_sum = sum.ln();
    let chosen = (1.0 - smoothing) * (log_sum - (logits[label] - largest));
    if smoothing == 0.0 {
        return chosen;
    }
    let rest = logits.iter().map(|x| f64::from(log_sum - (x - largest))).sum::<f64>();
    chosen + spread * rest as f32
}

/// The loss `Σ t·(log Σ exp(x) − x)` of any targets, its gradient `p·Σt − t`.
fn against(logits: &[f32], target: impl Fn(usize) -> f32, d: &mut [f32]) -> f32 {
    let Softmax { largest, sum } = softmax(logits, d);
    let log_sum = sum.ln();
    let (mut loss, mut whole) = (0.0, 0.0);
    for (class, &x) in logits.iter().enumerate() {
        let t = target(class);
        // A class without a share counts for nothing, however unlikely it is.
        if t != 0.0 {
            loss += f64::from(t) * f64::from(log_sum - (x - largest));
            whole += f64::from(t);
        }
    }
    for (class, d) in d.iter_mut().enumerate() {
        *d = *d / sum * whole as f32 - target(class);
    }
    loss as f32
}

struct Softmax {
    /// The largest logit, which is taken off first, so that no exponential overflows.
    largest: f32,
    /// The sum of the exponentials.
    sum: f32,
}

/// Writes the exponentials, which are the softmax but for their sum.
fn softmax(logits: &[f32], exponentials: &mut [f32]) -> Softmax {
    let [largest, sum] = exponentials_of(logits, exponentials);
    Softmax { largest, sum }
}

fn check_classes(output: Shape) -> Result<(), Error> {
    if output.positions() == 1 {
        return Ok(());
    }
    let expected = "outputs of one number for each class".to_owned();
    Err(Error::Targets { found: format!("class labels for outputs of {output}"), expected })
}

/// One label for each image, each a class of the output.
fn check_labels(images: usize, output: Shape, labels: &[usize]) -> Result<(), Error> {
    let classes = output.len();
    check_classes(output)?;
    if labels.len() != images {
        let (found, expected) =
            (format!("{} labels", labels.len()), format!("{images}, one for each image"));
        return Err(Error::Targets { found, expected });
    }
    match labels.iter().position(|&label| label >= classes) {
        None => Ok(()),
        Some(index) => Err(Error::Label {
            origin: Origin::Memory("targets"),
            index,
            found: labels[index],
            classes,
        }),
    }
}
