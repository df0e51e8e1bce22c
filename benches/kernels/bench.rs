//! A run of the benchmark: which rows it has, and what they are compared with.

use crate::machine::{Machine, Read};
use crate::measure::{timed, times};
use crate::tensors::varied;
use cnn_runtime as rt;
use rt::arena::{Buffer, zeros};
use rt::exec::{Exec, Serial};
use rt::kernel::{Mode, Pass};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::hint::black_box;
use std::time::Duration;

/// How long a row's call is repeated, and the plain loop beside it.
const SLICE: Duration = Duration::from_millis(300);
const PLAIN_SLICE: Duration = Duration::from_millis(60);

/// A run of the benchmark.
pub(crate) struct Bench {
    /// What a row's name and kind must contain.
    pub(crate) filter: String,
    /// Threads at work.
    pub(crate) threads: usize,
    pub(crate) machine: Machine,
    /// As the file of the run has them.
    pub(crate) rows: RefCell<Vec<Value>>,
}

/// What a row does once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Work {
    /// Multiplications and additions as they are counted; 0 where they are not what matters.
    operations: f64,
    /// Those that the algorithm cannot do without.
    needed: f64,
    /// Floats that are read, each once.
    pub(crate) read: usize,
    /// Floats that are written.
    pub(crate) written: usize,
}

impl Work {
    /// Multiply–adds.
    pub(crate) fn macs(macs: usize) -> Self {
        let operations = 2.0 * macs as f64;
        Self { operations, needed: operations, ..Self::default() }
    }

    /// Floats read and written.
    pub(crate) fn floats(read: usize, written: usize) -> Self {
        Self { read, written, ..Self::default() }
    }

    /// Floats read and written besides.
    pub(crate) fn with(self, read: usize, written: usize) -> Self {
        Self { read, written, ..self }
    }

    /// Winograd's F(4×4, 3×3) has 36 products in place of 144.
    pub(crate) fn by_winograd(self) -> Self {
        Self { needed: self.needed / 4.0, ..self }
    }

    fn bytes(&self) -> f64 {
        (size_of::<f32>() * (self.read + self.written)) as f64
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
        let times = times(SLICE, call);
        let limit = self.machine.limit(work.needed, work.bytes());
        let share = limit.seconds / times.median;
        let rate = |amount: f64| amount / times.median / 1e9;
        let (operations, bytes) = (rate(work.operations), rate(work.bytes()));
        let operations = (work.operations > 0.0).then_some(operations);
        let plain = operations.is_none().then(|| self.plain(work));
        let mut line = format!("{name:34} {kind:17} {what:15} {:10.1} µs", times.median * 1e6);
        line += &match operations {
            Some(rate) => format!(" {rate:7.1} GFLOP/s"),
            None => format!(" {:15}", ""),
        };
        line += &format!(" {bytes:7.1} GB/s {:4.0}% of {:10}", 100.0 * share, limit.name);
        if let Some(plain) = plain {
            line += &format!(" plain loop {plain:6.1} GB/s");
        }
        println!("{}", line.trim_end());
        self.rows.borrow_mut().push(json!({
            "name": name,
            "kind": kind,
            "pass": what,
            "seconds": times.json(),
            "operations": work.operations,
            "bytes": work.bytes(),
            "gflops": operations,
            "gb_per_s": bytes,
            "plain_gb_per_s": plain,
            "limit": limit.name,
            "share": share,
        }));
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
        (size_of::<f32>() * floats) as f64 / time / 1e9
    }

    /// Calls `work(first, piece)` on each thread's piece of a tensor.
    fn pieces(&self, tensor: &mut Buffer, work: &(dyn Fn(usize, &mut [f32]) + Sync)) -> f64 {
        let len = tensor.len().div_ceil(self.threads);
        let count = tensor.len().div_ceil(len);
        let call = || {
            let split = |i: usize, [piece]: [&mut [f32]; 1]| work(i * len, piece);
            timed(|| rt::exec::split(self.exec(), count, [(&mut *tensor, len)], &split))
        };
        times(PLAIN_SLICE, call).median
    }
}
