//! From gradients to parameters: rules that keep no numbers of their own, so that whoever applies them can
//! save what they need from step to step.

mod adagrad;
mod adam;
mod lars;
mod muon;
mod rmsprop;
mod sgd;

pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use lars::Lars;
pub use muon::Muon;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use crate::error::Error;
use std::fmt;
use std::sync::Arc;

/// The most numbers that a rule can keep for each parameter.
pub const MOST_KEPT: usize = 3;

/// A rule by which parameters change with their gradients.
///
/// A [`Stepper`](crate::train::Stepper), or the trainer that has one, applies it to every tensor of a network,
/// and holds the numbers that the rule keeps of each parameter.
///
/// ```
/// use cnn::train::{Optimizer, Sgd, Update};
///
/// let mut params = [1.0, 2.0];
/// Sgd::new(0.5).update(&Update::new(0.5, 1, &[2]), &mut params, &[1.0, -1.0], [&mut [], &mut [], &mut []]);
/// assert_eq!(params, [0.5, 2.5]);
/// ```
pub trait Optimizer: fmt::Debug + Send + Sync {
    /// The learning rate it was made with, which a schedule scales.
    fn rate(&self) -> f32;

    /// The weight decay it was made with.
    fn decay(&self) -> f32 {
        0.0
    }

    /// Numbers that it keeps of each parameter from step to step, at most [`MOST_KEPT`]; they start at 0.
    fn kept(&self) -> usize {
        0
    }

    /// Whether it must see a tensor as a whole. Others may see it in pieces, which several threads work on.
    fn whole_tensors(&self) -> bool {
        false
    }

    /// One step of a tensor, or of a piece of one. What it keeps has as many numbers as there are parameters,
    /// for the first [`Optimizer::kept`] of the slices; the others are empty.
    fn update(
        &self,
        step: &Update<'_>,
        params: &mut [f32],
        gradients: &[f32],
        kept: [&mut [f32]; MOST_KEPT],
    );

    /// Whether the optimizer was made with numbers that it can work with. A trainer asks before each
    /// step.
    ///
    /// # Errors
    /// It was not.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// What a step of a tensor depends on, beside its numbers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Update<'a> {
    /// The learning rate of the step.
    pub rate: f32,
    /// The weight decay.
    pub decay: f32,
    /// Which step of this tensor it is, counted from 1.
    pub step: u64,
    /// The tensor's dimensions in PyTorch's order.
    pub dims: &'a [usize],
}

impl<'a> Update<'a> {
    /// Step number `step`, counted from 1, at that learning rate and without weight decay.
    pub const fn new(rate: f32, step: u64, dims: &'a [usize]) -> Self {
        Self { rate, decay: 0.0, step, dims }
    }

    /// The same with that weight decay.
    pub const fn weight_decay(mut self, decay: f32) -> Self {
        self.decay = decay;
        self
    }
}

macro_rules! shared {
    ($($pointer:ident),+) => {$(
        impl<O: Optimizer + ?Sized> Optimizer for $pointer<O> {
            fn rate(&self) -> f32 {
                (**self).rate()
            }

            fn decay(&self) -> f32 {
                (**self).decay()
            }

            fn kept(&self) -> usize {
                (**self).kept()
            }

            fn whole_tensors(&self) -> bool {
                (**self).whole_tensors()
            }

            fn update(
                &self,
                step: &Update<'_>,
                params: &mut [f32],
                gradients: &[f32],
                kept: [&mut [f32]; MOST_KEPT],
            ) {
                (**self).update(step, params, gradients, kept);
            }

            fn check(&self) -> Result<(), Error> {
                (**self).check()
            }
        }
    )+};
}

shared! { Box, Arc }

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
