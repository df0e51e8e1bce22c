//! A run of the benchmark: which rows it has, and what they are compared with.

use crate::measure::{median, timed};
use crate::tensors::varied;
use cnn_runtime as rt;
use rt::arena::{Buffer, zeros};
use rt::exec::{Exec, Serial};
use rt::kernel::{Mode, Pass};
use rt::simd::{Job, Simd};
use std::hint::black_box;
use std::time::Duration;

/// How long a row's call is repeated, and the plain loop it is compared with.
const SLICE: Duration = Duration::from_millis(300);
const PLAIN_SLICE: Duration = Duration::from_millis(60);

/// A run of the benchmark.
pub(crate) struct Bench {
    /// What a row's name and kind must contain.
    pub(crate) filter: String,
    /// Threads at work.
    pub(crate) threads: usize,
    /// GFLOP/s that they have together.
    pub(crate) peak: f64,
}

/// What a row does once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Work {
    /// Multiplications and additions; 0 where they are not what matters.
    pub(crate) flops: f64,
    /// Floats that are read; 0, as are those written, where memory is not what matters.
    pub(crate) read: usize,
    /// Floats that are written.
    pub(crate) written: usize,
}

impl Work {
    /// Multiply–adds.
    pub(crate) fn macs(macs: usize) -> Self {
        Self { flops: 2.0 * macs as f64, ..Self::default() }
    }

    /// Floats read and written.
    pub(crate) fn floats(read: usize, written: usize) -> Self {
        Self { read, written, ..Self::default() }
    }
}

impl Bench {
    /// Whether there are rows of this name and kind.
    pub(crate) fn wants(&self, name: &str, kind: &str) -> bool {
        format!("{name} {kind}").contains(&self.filter)
    }

    /// Who runs the pieces.
    pub(crate) fn exec(&self) -> &'static dyn Exec {
        if self.threads > 1 { &rt::threads::CurrentPool } else { &Serial }
    }

    /// A pass over a number of images.
    pub(crate) fn pass(&self, images: usize, mode: Mode) -> Pass<'static> {
        Pass::new(self.exec(), images, mode, Default::default())
    }

    /// Prints a row; `call` says how long it took.
    pub(crate) fn row(
        &self,
        name: &str,
        kind: &str,
        what: &str,
        work: Work,
        call: impl FnMut() -> Duration,
    ) {
        let time = median(SLICE, call).as_secs_f64();
        let mut line = format!("{name:34} {kind:17} {what:15} {:10.1} µs", time * 1e6);
        if work.flops > 0.0 {
            let rate = work.flops / time / 1e9;
            line += &format!(" {rate:8.1} GFLOP/s {:5.0}%", 100.0 * rate / self.peak);
        }
        if work.read + work.written > 0 {
            let bytes = size_of::<f32>() * (work.read + work.written);
            let (rate, plain) = (bytes as f64 / time / 1e9, self.plain(work));
            line += &format!(" {rate:8.1} GB/s    {:5.0}%", 100.0 * rate / plain);
        }
        println!("{line}");
    }

    /// GB/s of the plainest loop over as many floats: of reads or writes alone if the other is
    /// less than an eighth, otherwise of a copy.
    fn plain(&self, work: Work) -> f64 {
        let floats = work.read + work.written;
        let time = if work.written * 8 < work.read {
            let mut x = varied(floats);
            self.pieces(&mut x, &|_, x| {
                black_box(rt::simd::run(Read(x)));
            })
        } else if work.read * 8 < work.written {
            let mut y = zeros(floats);
            self.pieces(&mut y, &|_, y| y.fill(black_box(0.5)))
        } else {
            let (x, mut y) = (varied(floats / 2), zeros(floats / 2));
            self.pieces(&mut y, &|first, y| y.copy_from_slice(&x[first..][..y.len()]))
        };
        (size_of::<f32>() * floats) as f64 / time.as_secs_f64() / 1e9
    }

    /// Calls `work(first, piece)` on each thread's piece of a tensor.
    fn pieces(&self, tensor: &mut Buffer, work: &(dyn Fn(usize, &mut [f32]) + Sync)) -> Duration {
        let len = tensor.len().div_ceil(self.threads);
        let count = tensor.len().div_ceil(len);
        median(PLAIN_SLICE, || {
            let split = |i: usize, [piece]: [&mut [f32]; 1]| work(i * len, piece);
            timed(|| rt::exec::split(self.exec(), count, [(&mut *tensor, len)], &split))
        })
    }
}

/// Reads everything, and does as little as can be done with it.
struct Read<'a>(&'a [f32]);

impl Job for Read<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        const SUMS: usize = 8;
        let mut sums = [s.splat(0.0); SUMS];
        for x in self.0.chunks_exact(SUMS * S::LANES) {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = s.add(*sum, s.load(&x[i * S::LANES..]));
            }
        }
        sums.into_iter().map(|sum| s.sum(sum)).sum()
    }
}
