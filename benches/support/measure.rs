//! What the benchmarks measure with.

use serde_json::{Value, json};
use std::time::{Duration, Instant};

const FEWEST_CALLS: usize = 3;

/// How long a call takes, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) median: f64,
    pub(crate) shortest: f64,
    /// What a quarter and three quarters of the calls take less than.
    pub(crate) quartiles: [f64; 2],
    pub(crate) calls: usize,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |part: usize| times[times.len() * part / 4].as_secs_f64();
        let (median, shortest) = (at(2), at(0));
        Self { median, shortest, quartiles: [at(1), at(3)], calls: times.len() }
    }

    /// As the file of a run has it.
    pub(crate) fn json(&self) -> Value {
        let Self { median, shortest, quartiles, calls } = self;
        json!({ "median": median, "shortest": shortest, "quartiles": quartiles, "calls": calls })
    }
}

/// How long `call` takes.
pub(crate) fn timed<R>(call: impl FnOnce() -> R) -> Duration {
    let start = Instant::now();
    std::hint::black_box(call());
    start.elapsed()
}

/// What `call` says it took, called once to warm up, and then until the time is over.
pub(crate) fn times(time: Duration, mut call: impl FnMut() -> Duration) -> Times {
    let start = Instant::now();
    call();
    let mut times = Vec::new();
    while times.len() < FEWEST_CALLS || start.elapsed() < time {
        times.push(call());
    }
    Times::of(times)
}
