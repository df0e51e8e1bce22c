//! What a network with several outputs is trained on: a loss for each of them.

use crate::error::Error;
use crate::exec::Exec;
use crate::train::argument::Arguments;
use crate::train::loss::{self, Loss, PerOutput, Takes};
use crate::train::rows::{Rows, Window};
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

    /// The mean over the batch, or the part of it that the images at hand have; overwrites the gradients with
    /// respect to all outputs. Sums over the images depend on their number alone.
    fn mean(
        &self,
        exec: &dyn Exec,
        window: Window,
        outputs: &mut [Rows<'_>],
        targets: Self::Targets<'_>,
    ) -> f32;

    /// Of the images at hand, how many are right by the first output; see [`Loss::right`].
    fn right(&self, window: Window, first: &Rows<'_>, targets: Self::Targets<'_>) -> Option<usize> {
        let _ = (window, first, targets);
        None
    }

    /// What it takes output number `output` for.
    fn takes(&self, output: usize) -> Takes {
        let _ = output;
        Takes::Numbers
    }
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

    fn mean(
        &self,
        exec: &dyn Exec,
        window: Window,
        outputs: &mut [Rows<'_>],
        targets: L::Targets<'_>,
    ) -> f32 {
        loss::mean(self, exec, window, &mut outputs[0], targets)
    }

    fn right(&self, window: Window, first: &Rows<'_>, targets: L::Targets<'_>) -> Option<usize> {
        right(self, window, first, targets)
    }

    fn takes(&self, _: usize) -> Takes {
        Loss::takes(self)
    }
}

impl<L: Loss, const K: usize> Objective for PerOutput<L, K> {
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

    fn mean(
        &self,
        exec: &dyn Exec,
        window: Window,
        outputs: &mut [Rows<'_>],
        targets: L::Targets<'_>,
    ) -> f32 {
        let mean = |(rows, &weight): (&mut Rows<'_>, &f32)| {
            loss::mean(&(&self.loss).weighted(weight), exec, window, rows, targets)
        };
        outputs.iter_mut().zip(&self.weights).map(mean).sum()
    }

    fn right(&self, window: Window, first: &Rows<'_>, targets: L::Targets<'_>) -> Option<usize> {
        right(&self.loss, window, first, targets)
    }

    fn takes(&self, _: usize) -> Takes {
        self.loss.takes()
    }
}

fn right<L: Loss>(
    loss: &L,
    window: Window,
    rows: &Rows<'_>,
    targets: L::Targets<'_>,
) -> Option<usize> {
    let mut images = rows.output.chunks_exact(rows.len).enumerate();
    images.try_fold(0, |sum, (i, output)| {
        Some(sum + usize::from(loss.right(window.first + i, output, targets)?))
    })
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
                window: Window,
                outputs: &mut [Rows<'_>],
                targets: Self::Targets<'_>,
            ) -> f32 {
                [$(loss::mean(&self.$index, exec, window, &mut outputs[$index], targets.$index)),+]
                    .into_iter()
                    .sum()
            }

            fn right(
                &self,
                window: Window,
                first: &Rows<'_>,
                targets: Self::Targets<'_>,
            ) -> Option<usize> {
                right(&self.0, window, first, targets.0)
            }

            fn takes(&self, output: usize) -> Takes {
                [$(Loss::takes(&self.$index)),+][output]
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
