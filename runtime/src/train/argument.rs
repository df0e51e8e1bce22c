//! Whether the numbers that users give make sense.

use crate::error::Error;
use std::fmt::Display;

/// The numbers of a loss, an optimizer or a schedule.
pub(super) struct Arguments {
    /// Whose numbers they are, for messages.
    pub(super) owner: &'static str,
}

impl Arguments {
    /// Refuses the number `found` unless `fits` says that it is as `expected`.
    pub(super) fn check<T: Display + Copy>(
        &self,
        argument: &'static str,
        found: T,
        expected: &'static str,
        fits: impl FnOnce(T) -> bool,
    ) -> Result<(), Error> {
        if fits(found) {
            return Ok(());
        }
        Err(Error::Argument { owner: self.owner, argument, found: found.to_string(), expected })
    }

    /// A learning rate, a decay, and what else may be zero but not below.
    pub(super) fn not_negative(&self, argument: &'static str, found: f32) -> Result<(), Error> {
        self.check(argument, found, "a finite number of at least 0", is_rate)
    }

    /// A part of a whole.
    pub(super) fn part(&self, argument: &'static str, found: f32) -> Result<(), Error> {
        self.check(argument, found, "a number from 0 to 1", |part| (0.0..=1.0).contains(&part))
    }

    /// What is multiplied or divided by.
    pub(super) fn positive(&self, argument: &'static str, found: f32) -> Result<(), Error> {
        self.check(argument, found, "a finite number above 0", |x| x.is_finite() && x > 0.0)
    }
}

/// Whether a step can be made at that learning rate.
pub(super) fn is_rate(rate: f32) -> bool {
    rate.is_finite() && rate >= 0.0
}
