//! How wrong the outputs are.

mod binary;
mod classes;
mod differences;
mod mean;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use binary::BinaryCrossEntropy;
pub use classes::{ClassLoss, CrossEntropy, Focal, SoftCrossEntropy};
pub use differences::{Huber, MeanAbsoluteError, MeanSquaredError};
pub(crate) use mean::mean;

use crate::error::Error;
use crate::train::argument::Arguments;
use cnn_ir::Shape;
use ndarray::ArrayView2;

/// A loss that is the mean over the images of a batch.
///
/// ```
/// use cnn::train::{CrossEntropy, Loss};
///
/// let mut gradient = [0.0; 2];
/// let loss = CrossEntropy.sample(0, &[0.0, 0.0], &[1], &mut gradient);
/// assert_eq!((loss, gradient), (2f32.ln(), [0.5, -0.5]));
/// ```
pub trait Loss: Send + Sync {
    /// What a batch of outputs is compared with.
    type Targets<'a>: Copy + Send + Sync;

    /// Whether the targets fit `images` outputs of that shape, and whether the loss was made with
    /// numbers that it can work with.
    ///
    /// # Errors
    /// They do not, or it was not; [`Loss::sample`] is then not called.
    fn check(&self, images: usize, output: Shape, targets: Self::Targets<'_>) -> Result<(), Error>;

    /// The loss of image number `image` with that output (channels × height × width, or elements);
    /// overwrites `d_output` with its gradient with respect to the output.
    fn sample(
        &self,
        image: usize,
        output: &[f32],
        targets: Self::Targets<'_>,
        d_output: &mut [f32],
    ) -> f32;

    /// How much image number `image` counts in the mean, which is the sum of the losses over the sum of
    /// these.
    fn share(&self, image: usize, targets: Self::Targets<'_>) -> f32 {
        let _ = (image, targets);
        1.0
    }

    /// Whether image number `image` is right: the largest number of its output is at its class. None where the
    /// targets are no classes; the accuracy of training is then NaN.
    fn right(&self, image: usize, output: &[f32], targets: Self::Targets<'_>) -> Option<bool> {
        let _ = (image, output, targets);
        None
    }

    /// What it takes the outputs for.
    fn takes(&self) -> Takes {
        Takes::Numbers
    }

    /// `weight` times this loss, for one of several outputs: a finite number.
    fn weighted(self, weight: f32) -> Weighted<Self>
    where
        Self: Sized,
    {
        Weighted { loss: self, weight }
    }

    /// The sum of this loss for each output of a network, times its weight, a finite number, all with the same
    /// targets: first the outputs that evaluation has too, then those of training only, in the order
    /// in which the network names them.
    fn per_output<const K: usize>(self, weights: [f32; K]) -> PerOutput<Self, K>
    where
        Self: Sized,
    {
        PerOutput { loss: self, weights }
    }
}

/// What a loss takes a network's outputs for. A network that makes probabilities of its logits itself, and
/// is trained with a loss that does so again, would learn badly, and no error would say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Numbers like any others.
    Numbers,
    /// Logits, of which it takes the softmax.
    Logits,
    /// Logits, of each of which it takes the sigmoid.
    BinaryLogits,
}

/// A loss times a number; see [`Loss::weighted`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<L> {
    loss: L,
    weight: f32,
}

impl<L: Loss> Loss for Weighted<L> {
    type Targets<'a> = L::Targets<'a>;

    fn check(&self, images: usize, output: Shape, targets: L::Targets<'_>) -> Result<(), Error> {
        let loss = Arguments { owner: "Loss::weighted" };
        loss.check("weight", self.weight, "a finite number", f32::is_finite)?;
        self.loss.check(images, output, targets)
    }

    fn sample(
        &self,
        image: usize,
        output: &[f32],
        targets: L::Targets<'_>,
        d_output: &mut [f32],
    ) -> f32 {
        let loss = self.loss.sample(image, output, targets, d_output);
        d_output.iter_mut().for_each(|d| *d *= self.weight);
        self.weight * loss
    }

    fn share(&self, image: usize, targets: L::Targets<'_>) -> f32 {
        self.loss.share(image, targets)
    }

    fn right(&self, image: usize, output: &[f32], targets: L::Targets<'_>) -> Option<bool> {
        self.loss.right(image, output, targets)
    }

    fn takes(&self) -> Takes {
        self.loss.takes()
    }
}

impl<L: Loss> Loss for &L {
    type Targets<'a> = L::Targets<'a>;

    fn check(&self, images: usize, output: Shape, targets: L::Targets<'_>) -> Result<(), Error> {
        (**self).check(images, output, targets)
    }

    fn sample(
        &self,
        image: usize,
        output: &[f32],
        targets: L::Targets<'_>,
        d_output: &mut [f32],
    ) -> f32 {
        (**self).sample(image, output, targets, d_output)
    }

    fn share(&self, image: usize, targets: L::Targets<'_>) -> f32 {
        (**self).share(image, targets)
    }

    fn right(&self, image: usize, output: &[f32], targets: L::Targets<'_>) -> Option<bool> {
        (**self).right(image, output, targets)
    }

    fn takes(&self) -> Takes {
        (**self).takes()
    }
}

/// The same loss with the same targets for each output; see [`Loss::per_output`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerOutput<L, const K: usize> {
    pub(crate) loss: L,
    pub(crate) weights: [f32; K],
}

/// Targets with one row for each image.
fn check_rows(images: usize, output: Shape, targets: ArrayView2<'_, f32>) -> Result<(), Error> {
    let (n, len) = targets.dim();
    if (n, len) == (images, output.len()) {
        return Ok(());
    }
    let (found, expected) =
        (format!("an array of {n}×{len}"), format!("{images}×{}", output.len()));
    Err(Error::Targets { found, expected })
}
