//! The machine that a time was taken on: what it is called, and what its arithmetic gives at most. The
//! benchmarks in `benches/` read this file, too.

use cnn_runtime::simd;
use std::time::{Duration, Instant};

/// Multiply–adds of the loop that finds the peak, and how long it is repeated.
const MULTIPLY_ADDS: u32 = 1 << 16;
const SLICE: Duration = Duration::from_millis(300);

/// What the system calls its processor.
pub(crate) fn processor() -> String {
    let name = if cfg!(target_os = "macos") {
        output("sysctl", &["-n", "machdep.cpu.brand_string"])
    } else if cfg!(windows) {
        std::env::var("PROCESSOR_IDENTIFIER").ok()
    } else {
        std::fs::read_to_string("/proc/cpuinfo")
            .ok()
            .and_then(|text| field(&text, "model name"))
            .or_else(|| output("lscpu", &[]).and_then(|text| field(&text, "Model name")))
    };
    let name = name.unwrap_or_default();
    let words: Vec<_> = name.split_whitespace().collect();
    if words.is_empty() { format!("{} processor", std::env::consts::ARCH) } else { words.join(" ") }
}

/// The text after `name :` of the first such line.
fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.into_iter().find(|(key, _)| key.trim() == name).map(|(_, value)| value.to_owned())
}

/// What a program of the system prints.
pub(crate) fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Threads that it runs at a time.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The instruction set in use.
pub(crate) fn instructions() -> &'static str {
    match simd::backend() {
        simd::Backend::Avx512 => "AVX-512",
        simd::Backend::Avx2 => "AVX2 and FMA",
        simd::Backend::Neon => "NEON",
        simd::Backend::Scalar => "portable code",
    }
}

/// GFLOP/s of multiply–adds in registers, each of which is two operations, on so many threads at a time.
pub(crate) fn peak(threads: usize) -> f64 {
    together(threads, || {
        let mut times = Vec::new();
        let start = Instant::now();
        while start.elapsed() < SLICE {
            let start = Instant::now();
            std::hint::black_box(simd::multiply_adds(MULTIPLY_ADDS as usize));
            times.push(start.elapsed());
        }
        times.sort_unstable();
        2.0 * f64::from(MULTIPLY_ADDS) / times[times.len() / 2].as_secs_f64() / 1e9
    })
}

/// The sum of what the threads find, all at the same time.
pub(crate) fn together(threads: usize, find: impl Fn() -> f64 + Sync) -> f64 {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(&find)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(f64::NAN)).sum()
    })
}
