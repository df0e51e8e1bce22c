//! Losses of outputs that say yes or no each by itself.

use super::{Loss, Takes, check_rows};
use crate::error::Error;
use crate::train::argument::Arguments;
use cnn_ir::Shape;
use ndarray::ArrayView2;

/// The mean over all elements of the cross-entropy of the sigmoid of the outputs (logits, not probabilities)
/// with probabilities: `max(x, 0) − x·t + log(1 + exp(−|x|))`, as PyTorch's `BCEWithLogitsLoss`.
///
/// The targets have one row for each image, in the order channels × height × width, of numbers from 0 to 1:
/// a mask, or the classes that an image shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy {
    positive: f32,
    focus: f32,
    alpha: Option<f32>,
}

impl BinaryCrossEntropy {
    /// Without weights.
    pub const fn new() -> Self {
        Self { positive: 1.0, focus: 0.0, alpha: None }
    }

    /// What is there counts this number of times more than what is not (`pos_weight`): a finite number above 0.
    pub const fn positive_weight(mut self, weight: f32) -> Self {
        self.positive = weight;
        self
    }

    /// Counts what is right already less, by the factor `(1 − p)^focus` where `p` is the probability of the
    /// target, and weighs what is there by `alpha` and what is not by `1 − alpha`: torchvision's
    /// `sigmoid_focal_loss`, for targets of 0 and 1 (Lin et al., 2017, <https://arxiv.org/abs/1708.02002>).
    /// `focus` is a finite number of at least 0, `alpha` one from 0 to 1.
    pub const fn focal(mut self, focus: f32, alpha: f32) -> Self {
        (self.focus, self.alpha) = (focus, Some(alpha));
        self
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Loss for BinaryCrossEntropy {
    type Targets<'a> = ArrayView2<'a, f32>;

    fn check(
        &self,
        images: usize,
        output: Shape,
        targets: ArrayView2<'_, f32>,
    ) -> Result<(), Error> {
        let owner = Arguments { owner: "BinaryCrossEntropy" };
        owner.positive("positive_weight", self.positive)?;
        owner.not_negative("focus", self.focus)?;
        owner.part("alpha", self.alpha.unwrap_or(0.0))?;
        check_rows(images, output, targets)?;
        match targets.iter().find(|t| !(0.0..=1.0).contains(*t)) {
            None => Ok(()),
            Some(t) => Err(Error::Targets {
                found: format!("the probability {t}"),
                expected: "numbers from 0 to 1".to_owned(),
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
        let len = logits.len() as f32;
        let mut sum = 0.0;
        for ((d, &x), &t) in d.iter_mut().zip(logits).zip(targets.row(image)) {
            let (loss, slope) = self.element(f64::from(x), f64::from(t));
            sum += loss;
            *d = slope as f32 / len;
        }
        (sum / f64::from(len)) as f32
    }

    fn takes(&self) -> Takes {
        Takes::BinaryLogits
    }
}

impl BinaryCrossEntropy {
    /// The loss of one logit, and its derivative.
    fn element(&self, x: f64, t: f64) -> (f64, f64) {
        // log(1 + exp(−|x|)), log p and log (1 − p), none of which overflows.
        let small = (-x.abs()).exp().ln_1p();
        let (minus_log_p, minus_log_q) = ((-x).max(0.0) + small, x.max(0.0) + small);
        let (p, q) = ((-minus_log_p).exp(), (-minus_log_q).exp());
        let weight = f64::from(self.positive);
        let (yes, no) = match self.alpha {
            Some(alpha) => (f64::from(alpha), 1.0 - f64::from(alpha)),
            None => (1.0, 1.0),
        };
        if self.alpha.is_none() && self.focus == 0.0 {
            let loss = weight * t * minus_log_p + (1.0 - t) * minus_log_q;
            return (loss, (1.0 - t) * p - weight * t * q);
        }
        let gamma = f64::from(self.focus);
        // Of q^γ·(−log p), with dp/dx = p·q, and the same with p and q exchanged.
        let term = |p: f64, q: f64, minus_log_p: f64| {
            let modulation = q.powf(gamma);
            (modulation * minus_log_p, -modulation * (gamma * p * minus_log_p + q))
        };
        let ((on, d_on), (off, d_off)) = (term(p, q, minus_log_p), term(q, p, minus_log_q));
        let (on_weight, off_weight) = (weight * yes * t, no * (1.0 - t));
        (on_weight * on + off_weight * off, on_weight * d_on - off_weight * d_off)
    }
}
