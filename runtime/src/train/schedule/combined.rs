//! Schedules made of others.

use super::Schedule;
use crate::error::Error;
use crate::train::argument::Arguments;

/// One schedule after another; see [`Schedule::then`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Then<A, B> {
    first: A,
    steps: u64,
    next: B,
}

impl<A, B> Then<A, B> {
    pub(super) const fn new(first: A, steps: u64, next: B) -> Self {
        Self { first, steps, next }
    }
}

impl<A: Schedule, B: Schedule> Schedule for Then<A, B> {
    fn rate(&self, base: f32, step: u64) -> f32 {
        match step.checked_sub(self.steps) {
            Some(step) => self.next.rate(base, step),
            None => self.first.rate(base, step),
        }
    }

    fn check(&self) -> Result<(), Error> {
        self.first.check()?;
        self.next.check()
    }

    fn observe(&mut self, metric: f64) {
        self.first.observe(metric);
        self.next.observe(metric);
    }

    fn state(&self) -> Vec<f64> {
        let first = self.first.state();
        [vec![first.len() as f64], first, self.next.state()].concat()
    }

    fn restore(&mut self, state: &[f64]) {
        if let Some((&len, rest)) = state.split_first() {
            let (first, next) = rest.split_at(rest.len().min(len as usize));
            self.first.restore(first);
            self.next.restore(next);
        }
    }
}

/// A schedule times a factor that rises; see [`Schedule::warm_up`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp<S> {
    schedule: S,
    steps: u64,
    start: f32,
}

impl<S> WarmUp<S> {
    pub(super) const fn new(schedule: S, steps: u64, start: f32) -> Self {
        Self { schedule, steps, start }
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn rate(&self, base: f32, step: u64) -> f32 {
        let rate = self.schedule.rate(base, step);
        if step >= self.steps {
            return rate;
        }
        let part = step as f64 / self.steps as f64;
        let start = f64::from(self.start);
        (f64::from(rate) * (start + (1.0 - start) * part)) as f32
    }

    fn check(&self) -> Result<(), Error> {
        Arguments { owner: "Schedule::warm_up" }.part("start", self.start)?;
        self.schedule.check()
    }

    fn observe(&mut self, metric: f64) {
        self.schedule.observe(metric);
    }

    fn state(&self) -> Vec<f64> {
        self.schedule.state()
    }

    fn restore(&mut self, state: &[f64]) {
        self.schedule.restore(state);
    }
}
