//! What a network with several outputs is trained on: a loss for each of them.

use crate::error::Error;
use crate::exec::Exec;
use crate::train::argument::Arguments;
use crate::train::loss::{self, Loss};
use cnn_ir::Shape;

/// What a trainer minimizes: the sum of a loss for each output that the network has in training,
/// those of `=> logits, train aux` with the heads that exist in training only.
///
/// | objective | outputs | targets |
/// |---|---|---|
/// | a [`Loss`] | one | its own |
/// | [`Loss::per_output`] | as many as it has weights | one, the same for all |
/// | a tuple of losses, which [`Loss::weighted`] weighs | as many, two to eight | a tuple |
///
/// ```
/// use cnn::ndarray::{Array2, Array4};
/// use cnn::train::{CrossEntropy, Loss, MeanSquaredError, Sgd, Trainer};
///
/// cnn::cnn! {
///     /// With an auxiliary classifier, which exists in training only.
///     struct Aided<
///         body: 1x8x8 -> conv(4, 3x3) -> relu;
///         class: body -> global_avgpool -> flatten -> dense(3);
///         aux: body -> flatten -> dense(3)
///         => class, train aux
///     >;
///     struct Detector<
///         body: 1x8x8 -> conv(4, 3x3) -> relu -> flatten;
///         class: body -> dense(3);
///         boxes: body -> dense(4)
///         => class, boxes
///     >;
/// }
///
/// let (images, labels, boxes) = (Array4::zeros((2, 1, 8, 8)), [0, 2], Array2::zeros((2, 4)));
/// // GoogLeNet (Szegedy et al., 2015) adds its auxiliary classifiers with a weight of 0.3.
/// let mut trainer =
///     Trainer::new(Aided::new(0), Sgd::new(0.1)).loss(CrossEntropy.per_output([1.0, 0.3]));
/// trainer.step(images.view(), &labels)?;
///
/// let both = (CrossEntropy, MeanSquaredError.weighted(0.5));
/// let mut trainer = Trainer::new(Detector::new(0), Sgd::new(0.1)).loss(both);
/// trainer.step(images.view(), (&labels, boxes.view()))?;
/// # Ok::<(), cnn::Error>(())
/// ```
pub trait Objective: Send + Sync {
    /// What a batch of outputs is compared with.
    type Targets<'a>: Copy + Send + Sync;

    /// How many outputs it reads.
    const OUTPUTS: usize;

    /// Whether the targets fit `images` outputs of these [`Objective::OUTPUTS`] shapes, and whether
    /// the losses were made with numbers that they can work with.
    ///
    /// # Errors
    /// They do not, or were not; [`Objective::mean`] is then not called.
    fn check(
        &self,
        images: usize,
        outputs: &[Shape],
        targets: Self::Targets<'_>,
    ) -> Result<(), Error>;

    /// The mean over the batch; overwrites the gradients with respect to all outputs. Sums over the
    /// images depend on their number alone.
    fn mean(&self, exec: &dyn Exec, outputs: &mut [Rows<'_>], targets: Self::Targets<'_>) -> f32;
}

/// One output of a batch, with one row for each image.
#[derive(Debug)]
pub struct Rows<'a> {
    /// Elements of a row.
    pub len: usize,
    /// The output.
    pub output: &'a [f32],
    /// Where its gradient goes.
    pub d_output: &'a mut [f32],
}

impl<L: Loss> Objective for L {
    type Targets<'a> = L::Targets<'a>;

    const OUTPUTS: usize = 1;

    fn check(
        &self,
        images: usize,
        outputs: &[Shape],
        targets: L::Targets<'_>,
    ) -> Result<(), Error> {
        Loss::check(self, images, outputs[0], targets)
    }

    fn mean(&self, exec: &dyn Exec, outputs: &mut [Rows<'_>], targets: L::Targets<'_>) -> f32 {
        loss::mean(self, exec, &mut outputs[0], targets)
    }
}

/// A loss times a number; see [`Loss::weighted`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<L> {
    pub(crate) loss: L,
    pub(crate) weight: f32,
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
}

/// The same loss with the same targets for each output; see [`Loss::per_output`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerOutput<L, const K: usize> {
    pub(crate) loss: L,
    pub(crate) weights: [f32; K],
}

impl<L: Loss + Copy, const K: usize> Objective for PerOutput<L, K> {
    type Targets<'a> = L::Targets<'a>;

    const OUTPUTS: usize = K;

    fn check(
        &self,
        images: usize,
        outputs: &[Shape],
        targets: L::Targets<'_>,
    ) -> Result<(), Error> {
        let loss = Arguments { owner: "Loss::per_output" };
        for weight in self.weights {
            loss.check("weights", weight, "finite numbers", f32::is_finite)?;
        }
        outputs.iter().try_for_each(|&output| self.loss.check(images, output, targets))
    }

    fn mean(&self, exec: &dyn Exec, outputs: &mut [Rows<'_>], targets: L::Targets<'_>) -> f32 {
        let mean = |(rows, &weight): (&mut Rows<'_>, &f32)| {
            loss::mean(&self.loss.weighted(weight), exec, rows, targets)
        };
        outputs.iter_mut().zip(&self.weights).map(mean).sum()
    }
}

macro_rules! tuples {
    ($($count:literal: $($index:tt $loss:ident),+;)+) => {$(
        impl<$($loss: Loss),+> Objective for ($($loss,)+) {
            type Targets<'a> = ($($loss::Targets<'a>,)+);

            const OUTPUTS: usize = $count;

            fn check(
                &self,
                images: usize,
                outputs: &[Shape],
                targets: Self::Targets<'_>,
            ) -> Result<(), Error> {
                $(Loss::check(&self.$index, images, outputs[$index], targets.$index)?;)+
                Ok(())
            }

            fn mean(
                &self,
                exec: &dyn Exec,
                outputs: &mut [Rows<'_>],
                targets: Self::Targets<'_>,
            ) -> f32 {
                [$(loss::mean(&self.$index, exec, &mut outputs[$index], targets.$index)),+]
                    .into_iter()
                    .sum()
            }
        }
    )+};
}

tuples! {
    2: 0 A, 1 B;
    3: 0 A, 1 B, 2 C;
    4: 0 A, 1 B, 2 C, 3 D;
    5: 0 A, 1 B, 2 C, 3 D, 4 E;
    6: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F;
    7: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G;
    8: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H;
}
