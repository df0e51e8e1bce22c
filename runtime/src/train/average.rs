//! Means of the weights along the way.

use crate::arena::Buffer;
use crate::error::Error;
use crate::params::Params;
use crate::train::argument::Arguments;

/// A mean of the weights of all steps, beside the weights themselves: often better than the last ones.
///
/// Running statistics and counters are those of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average {
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Exponential { keep: f32 },
    Equal { after: u64, every: u64 },
}

impl Average {
    /// An exponential moving average: after each step `decay` times what it was plus `1 − decay` times the
    /// weights, from 0 to 1; at first the weights themselves. As PyTorch's `get_ema_avg_fn`.
    pub const fn exponential(decay: f32) -> Self {
        Self { kind: Kind::Exponential { keep: decay } }
    }

    /// The mean of the weights after `after` steps and after every `every` steps from there on, at least 1:
    /// stochastic weight averaging (Izmailov et al., 2018, <https://arxiv.org/abs/1803.05407>).
    pub const fn equal(after: u64, every: u64) -> Self {
        Self { kind: Kind::Equal { after, every } }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.kind {
            Kind::Exponential { keep } => {
                Arguments { owner: "Average::exponential" }.part("decay", keep)
            }
            Kind::Equal { every, .. } => {
                Arguments { owner: "Average::equal" }.check("every", every, "at least 1", |n| n > 0)
            }
        }
    }
}

/// The average of a training run.
#[derive(Debug)]
pub(crate) struct Averaged {
    pub(crate) rule: Average,
    /// None before the first step.
    pub(crate) params: Option<Params>,
    /// Weights that went into it.
    pub(crate) count: u64,
}

impl Averaged {
    pub(crate) fn new(rule: Average) -> Self {
        Self { rule, params: None, count: 0 }
    }

    /// Makes room, with the weights in it, which count for nothing yet.
    ///
    /// # Errors
    /// There is no memory for the average.
    pub(crate) fn start(&mut self, params: &Params) -> Result<(), Error> {
        if self.params.is_none() {
            self.params = Some(params.try_clone()?);
        }
        Ok(())
    }

    /// Takes in the weights after `steps` steps.
    ///
    /// # Errors
    /// There is no memory for the average.
    pub(crate) fn take(&mut self, steps: u64, params: &Params) -> Result<(), Error> {
        let share = match self.rule.kind {
            Kind::Exponential { keep } => 1.0 - f64::from(keep),
            Kind::Equal { after, every } => match steps.checked_sub(after) {
                Some(more) if more % every == 0 => 1.0 / (self.count + 1) as f64,
                _ => 0.0,
            },
        };
        self.start(params)?;
        if let Some(average) = &mut self.params {
            // What does not count yet is a copy, and so is the first that does.
            let first = self.count == 0;
            if first || share > 0.0 {
                let share = if first { 1.0 } else { share };
                mix(average.trainable_mut(), params.trainable(), share as f32);
            }
            self.count += u64::from(share > 0.0);
            average.buffers_mut().copy_from_slice(params.buffers());
            average.counters_mut().copy_from_slice(params.counters());
        }
        Ok(())
    }
}

/// Slow weights that follow the fast ones, which from time to time go back to them.
///
/// After every `every` steps: `slow ← keep·slow + (1 − keep)·fast`, and the fast weights become the slow ones.
/// Running statistics are averaged with them.
///
/// Zhang et al. (2019), <https://arxiv.org/abs/1907.08610>, whose α is `1 − keep`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lookahead {
    every: u64,
    keep: f32,
    growth: Option<(u64, u32)>,
}

impl Lookahead {
    /// Every `every` steps, at least 1, the slow weights keep the part `keep`, from 0 to 1, of themselves.
    pub const fn new(every: u64, keep: f32) -> Self {
        Self { every, keep, growth: None }
    }

    /// The part that is kept grows from 0, as the given power of how many of `steps` steps are made; after
    /// the last of them, the weights become the slow ones.
    pub const fn growing(mut self, steps: u64, power: u32) -> Self {
        self.growth = Some((steps, power));
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let lookahead = Arguments { owner: "Lookahead" };
        lookahead.check("every", self.every, "at least 1", |n| n > 0)?;
        lookahead.part("keep", self.keep)?;
        match self.growth {
            Some((steps, _)) => lookahead.check("steps", steps, "at least 1", |n| n > 0),
            None => Ok(()),
        }
    }

    /// The part of the slow weights that stays after `steps` steps, if they change.
    fn keep(&self, steps: u64) -> Option<f32> {
        match self.growth {
            Some((all, _)) if steps == all => Some(1.0),
            Some((all, _)) if steps > all => None,
            _ if !steps.is_multiple_of(self.every) => None,
            Some((all, power)) => {
                let part = steps as f64 / all as f64;
                Some((f64::from(self.keep) * part.powi(power as i32)) as f32)
            }
            None => Some(self.keep),
        }
    }
}

/// The slow weights of a training run.
#[derive(Debug)]
pub(crate) struct Slow {
    pub(crate) rule: Lookahead,
    /// Parameters and running statistics; none before the first step.
    pub(crate) weights: Option<[Buffer; 2]>,
}

impl Slow {
    pub(crate) fn new(rule: Lookahead) -> Self {
        Self { rule, weights: None }
    }

    /// Remembers the weights before the first step.
    ///
    /// # Errors
    /// There is no memory for them.
    pub(crate) fn start(&mut self, params: &Params) -> Result<(), Error> {
        if self.weights.is_none() {
            let copy = |floats: &[f32]| {
                let mut copy = crate::arena::try_zeros(floats.len()).ok_or_else(|| {
                    Error::memory(params.network(), "the slow weights", 0, floats.len())
                })?;
                copy.copy_from_slice(floats);
                Ok::<_, Error>(copy)
            };
            self.weights = Some([copy(params.trainable())?, copy(params.buffers())?]);
        }
        Ok(())
    }

    /// Follows the weights after `steps` steps.
    pub(crate) fn follow(&mut self, steps: u64, params: &mut Params) {
        let (Some(keep), Some([trainable, buffers])) = (self.rule.keep(steps), &mut self.weights)
        else {
            return;
        };
        mix(trainable, params.trainable(), 1.0 - keep);
        params.trainable_mut().copy_from_slice(trainable);
        mix(buffers, params.buffers(), 1.0 - keep);
        params.buffers_mut().copy_from_slice(buffers);
    }
}

/// Moves each number by that share of the way to another one, which it reaches if the share is 1.
fn mix(to: &mut [f32], from: &[f32], share: f32) {
    if share == 1.0 {
        return to.copy_from_slice(from);
    }
    for (a, &p) in to.iter_mut().zip(from) {
        *a = crate::simd::flushed(*a + share * (p - *a));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookahead_keeps_more_and_more_and_ends_with_the_average() {
        let fixed = Lookahead::new(5, 0.5);
        assert_eq!([4, 5, 10].map(|n| fixed.keep(n)), [None, Some(0.5), Some(0.5)]);
        let growing = fixed.growing(12, 3);
        assert_eq!(
            [4, 5, 12, 13, 15].map(|n| growing.keep(n).is_some()),
            [false, true, true, false, false]
        );
        assert_eq!(growing.keep(12), Some(1.0));
        assert_eq!(growing.keep(10), Some((0.5 * (10.0f64 / 12.0).powi(3)) as f32));
    }
}
