//! Every kernel, one call at a time: GFLOP/s and their share of what the processor's multiply–add
//! units give in the same run, GB/s and their share of what a plain copy, read or fill of as many
//! bytes gives: `cargo bench --bench kernels [-- FILTER [THREADS]]`.
//!
//! A row is printed if its name and kind together contain the filter. Each figure is the median of
//! many calls; the peak is measured before and after.
//!
//! Winograd's kernels are counted with the operations of a direct convolution, so that they can
//! pass 100%. Bytes are those of every tensor once, whatever a kernel reads again.

mod bench;
mod conv;
mod deconv;
mod dense;
mod grouped;
#[path = "../support/measure.rs"]
mod measure;
mod other_pools;
mod passes;
mod pool;
mod tensors;
mod training;

use bench::Bench;

fn main() {
    // Cargo adds `--bench`.
    let mut args = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let filter = args.next().unwrap_or_default();
    let threads = args.next().and_then(|t| t.parse().ok()).unwrap_or(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        let peak = || threads as f64 * measure::peak();
        let bench = Bench { filter, threads, peak: peak() };
        println!("multiply–add units: {:.0} GFLOP/s with {threads} threads", bench.peak);
        conv::rows(&bench);
        grouped::rows(&bench);
        deconv::rows(&bench);
        dense::rows(&bench);
        pool::rows(&bench);
        other_pools::rows(&bench);
        passes::rows(&bench);
        training::rows(&bench);
        println!("multiply–add units: {:.0} GFLOP/s", peak());
    });
}
