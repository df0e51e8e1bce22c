//! What the benchmarks measure with.

use cnn_runtime::simd;
use std::time::{Duration, Instant};

/// Multiply–adds of the loop that finds the peak.
const MULTIPLY_ADDS: u32 = 1 << 16;
/// How long a call is repeated.
const SLICE: Duration = Duration::from_millis(300);
const FEWEST_CALLS: usize = 3;

/// GFLOP/s of a loop of multiply–adds in registers, on one thread.
pub(crate) fn peak() -> f64 {
    let time = median(SLICE, || timed(|| simd::multiply_adds(MULTIPLY_ADDS as usize)));
    2.0 * f64::from(MULTIPLY_ADDS) / time.as_secs_f64() / 1e9
}

/// How long `call` takes.
pub(crate) fn timed<R>(call: impl FnOnce() -> R) -> Duration {
    let start = Instant::now();
    std::hint::black_box(call());
    start.elapsed()
}

/// The median of what `call` says it took, called once to warm up, and then until the time is over.
pub(crate) fn median(time: Duration, mut call: impl FnMut() -> Duration) -> Duration {
    let start = Instant::now();
    call();
    let mut times = Vec::new();
    while times.len() < FEWEST_CALLS || start.elapsed() < time {
        times.push(call());
    }
    times.sort_unstable();
    times[times.len() / 2]
}
