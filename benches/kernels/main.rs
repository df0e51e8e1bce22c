//! Every kernel, one call at a time, beside what limits it on this machine:
//!
//! ```text
//! cargo bench --bench kernels [-- FILTER [THREADS]] [--json FILE]
//! cargo bench --bench kernels -- --page FILE OUT
//! ```
//!
//! First come the machine's peak of multiply–adds and the rate at which each cache and memory is read, measured
//! in the run. A row is printed if its name and kind together contain the filter. Its time is the median of
//! many calls; its share is that of its limit: the longer of the times that its operations take at the peak,
//! and that its bytes take to be read from the nearest cache that all of them fit in. The peak is measured once
//! more at the end.
//!
//! Winograd's kernels are counted with the operations of a direct convolution; their limit knows that
//! a quarter of them is enough. Bytes are those of every tensor once, whatever a kernel reads again.
//!
//! `--json` writes the machine and the rows to a file, `--page` makes a page in Markdown of such a file.
//! Relative paths start at the repository.

#[path = "../support/args.rs"]
mod args;
mod bench;
mod conv;
mod deconv;
mod dense;
mod grouped;
#[path = "../support/machine.rs"]
mod machine;
#[path = "../support/measure.rs"]
mod measure;
mod other_pools;
#[path = "../support/page.rs"]
mod page;
mod passes;
mod pool;
#[path = "../../zoo/src/cli/machine.rs"]
mod processor;
mod tensors;
mod training;

use args::{Args, fail};
use bench::Bench;
use machine::Machine;
use std::cell::RefCell;

fn main() {
    let args = Args::read();
    if let Some([run, out]) = &args.page {
        return page::make(run, out).unwrap_or_else(|message| fail(&message));
    }
    let filter = args.words.first().cloned().unwrap_or_default();
    let threads = args.number(1).unwrap_or(1);
    let machine = Machine::measure(threads);
    machine.print();
    let bench = Bench { filter, threads, machine, rows: RefCell::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    // Rows are kept by the thread that prints them.
    let bench = pool.install(move || {
        conv::rows(&bench);
        grouped::rows(&bench);
        deconv::rows(&bench);
        dense::rows(&bench);
        pool::rows(&bench);
        other_pools::rows(&bench);
        passes::rows(&bench);
        training::rows(&bench);
        bench
    });
    let after = processor::peak(threads);
    println!("peak of multiply–adds at the end: {after:.0} GFLOP/s");
    if let Some(file) = &args.json {
        page::write(file, "kernels", &args.words, &bench.machine, after, bench.rows.into_inner())
            .unwrap_or_else(|message| fail(&message));
    }
}
