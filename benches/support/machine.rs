//! The machine, measured in the run: the peak of its arithmetic, its caches, and how fast each is read.

use crate::processor::{cores, instructions, output, peak, processor, together};
use cnn_runtime::arena::zeros;
use cnn_runtime::simd::{self, Job, Simd};
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a level is read.
const SLICE: Duration = Duration::from_millis(150);
/// Bytes that are read where the system does not say how large its caches are.
const USUAL: [usize; 3] = [32 << 10, 1 << 20, 32 << 20];
/// Bytes of memory that are read at most.
const MOST: usize = 1 << 30;

/// Where numbers lie that are read again and again.
pub(crate) struct Level {
    /// `L1`, …, `memory`.
    pub(crate) name: String,
    /// Bytes of one such cache; none for memory.
    pub(crate) bytes: Option<usize>,
    /// Cores that share it.
    pub(crate) shared: usize,
    /// GB/s of reads on one thread, and on as many as were asked for.
    pub(crate) reads: [f64; 2],
}

/// The machine that a run is on.
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) instructions: &'static str,
    /// Threads that were asked for.
    pub(crate) threads: usize,
    /// GFLOP/s of multiply–adds in registers on one thread, and on as many as were asked for.
    pub(crate) peaks: [f64; 2],
    /// From the nearest cache to memory.
    pub(crate) levels: Vec<Level>,
}

/// What a call cannot be faster than.
pub(crate) struct Limit {
    /// `arithmetic`, or the name of a level.
    pub(crate) name: String,
    /// The shortest time that it leaves.
    pub(crate) seconds: f64,
}

impl Machine {
    /// Takes a few seconds.
    pub(crate) fn measure(threads: usize) -> Self {
        let on_both = |find: &dyn Fn(usize) -> f64| {
            let one = find(1);
            [one, if threads == 1 { one } else { find(threads) }]
        };
        let caches = caches();
        let mut levels = Vec::new();
        let mut before = 0;
        for (level, bytes, shared) in caches {
            // Half of a cache, or what the one before has no room for: some of it is others'.
            let read = |threads: usize| {
                reads(threads, (bytes / threads.min(shared) / 2).max(2 * before).min(bytes))
            };
            let reads = on_both(&read);
            levels.push(Level { name: format!("L{level}"), bytes: Some(bytes), shared, reads });
            before = bytes;
        }
        let all = (4 * before).clamp(64 << 20, MOST);
        let reads = on_both(&|threads| reads(threads, all / threads));
        levels.push(Level { name: "memory".into(), bytes: None, shared: cores(), reads });
        Self {
            processor: processor(),
            cores: cores(),
            instructions: instructions(),
            threads,
            peaks: on_both(&peak),
            levels,
        }
    }

    /// The peak of the threads that were asked for.
    pub(crate) fn peak(&self) -> f64 {
        self.peaks[1]
    }

    /// The nearest level that all of some bytes fit in, those of the caches that the threads use.
    pub(crate) fn level(&self, bytes: f64) -> &Level {
        let room = |level: &Level| match level.bytes {
            Some(bytes) => (bytes * self.threads.div_ceil(level.shared)) as f64,
            None => f64::INFINITY,
        };
        let last = &self.levels[self.levels.len() - 1];
        self.levels.iter().find(|level| bytes <= room(level)).unwrap_or(last)
    }

    /// What keeps so many operations on so many bytes from being faster: the larger of the times that the
    /// arithmetic takes and that reading the bytes takes.
    pub(crate) fn limit(&self, operations: f64, bytes: f64) -> Limit {
        let level = self.level(bytes);
        let arithmetic = operations / self.peak() / 1e9;
        let reading = bytes / level.reads[1] / 1e9;
        if arithmetic >= reading {
            Limit { name: "arithmetic".into(), seconds: arithmetic }
        } else {
            Limit { name: level.name.clone(), seconds: reading }
        }
    }

    /// What stands before the rows.
    pub(crate) fn print(&self) {
        let Self { processor, cores, instructions, threads, peaks, levels } = self;
        println!("{processor}, {cores} cores, {instructions}; {threads} threads");
        let both = |[one, all]: [f64; 2], unit: &str| match threads {
            1 => format!("{one:.0} {unit}"),
            _ => format!("{one:.0} {unit} on one thread, {all:.0} on {threads}"),
        };
        println!("peak of multiply–adds in registers: {}", both(*peaks, "GFLOP/s"));
        for Level { name, bytes, shared, reads } in levels {
            let size = bytes.map_or(String::new(), |bytes| match shared {
                1 => format!(", {} KiB a core", bytes >> 10),
                _ => format!(", {} KiB for {shared} cores", bytes >> 10),
            });
            println!("reads of {name}{size}: {}", both(*reads, "GB/s"));
        }
    }

    /// As the file of a run has it.
    pub(crate) fn json(&self) -> Value {
        let Self { processor, cores, instructions, threads, peaks, levels } = self;
        let level = |Level { name, bytes, shared, reads }: &Level| json!({ "name": name, "bytes": bytes, "shared": shared, "gb_per_s": reads });
        json!({
            "processor": processor,
            "cores": cores,
            "instructions": instructions,
            "threads": threads,
            "gflops": peaks,
            "levels": levels.iter().map(level).collect::<Vec<_>>(),
        })
    }
}

/// Level, bytes, and cores that share it, of the caches of data.
fn caches() -> Vec<(usize, usize, usize)> {
    let mut found: Vec<_> = (0..8).filter_map(linux_cache).collect();
    if found.is_empty() {
        found = mac_caches();
    }
    if found.is_empty() {
        let usual = USUAL.into_iter().enumerate();
        found = usual.map(|(i, bytes)| (i + 1, bytes, if i < 2 { 1 } else { cores() })).collect();
    }
    found.sort_unstable();
    found
}

/// Of Linux: a folder for each cache of the first core.
fn linux_cache(index: usize) -> Option<(usize, usize, usize)> {
    let folder = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
    let read = |name: &str| {
        let text = std::fs::read_to_string(format!("{folder}/{name}")).ok()?;
        Some(text.trim().to_owned())
    };
    if read("type")? == "Instruction" {
        return None;
    }
    let (level, size) = (read("level")?.parse().ok()?, read("size")?);
    let (number, unit) = size.split_at(size.find(char::is_alphabetic).unwrap_or(size.len()));
    let unit = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => 1,
    };
    // `0-3,8`
    let ranges = read("shared_cpu_list")?;
    let count = ranges.split(',').map(|range| match range.split_once('-') {
        Some((first, last)) => Some(last.parse::<usize>().ok()? + 1 - first.parse::<usize>().ok()?),
        None => Some(1),
    });
    Some((level, number.parse::<usize>().ok()? * unit, count.sum::<Option<usize>>()?))
}

/// Of macOS: of its fast cores, or of all where they are alike.
fn mac_caches() -> Vec<(usize, usize, usize)> {
    let number = |name: String| output("sysctl", &["-n", &name])?.trim().parse::<usize>().ok();
    let cache = |level: usize, names: [&str; 2], sharing: Option<&str>| {
        let bytes = names.into_iter().find_map(|name| number(format!("hw.{name}")))?;
        let shared = sharing.and_then(|name| number(format!("hw.{name}"))).unwrap_or(1);
        (bytes > 0).then_some((level, bytes, shared.max(1)))
    };
    if !cfg!(target_os = "macos") {
        return Vec::new();
    }
    let all = [
        cache(1, ["perflevel0.l1dcachesize", "l1dcachesize"], None),
        cache(2, ["perflevel0.l2cachesize", "l2cachesize"], Some("perflevel0.cpusperl2")),
        cache(3, ["l3cachesize", "l3cachesize"], Some("physicalcpu")),
    ];
    all.into_iter().flatten().collect()
}

/// GB/s at which the threads read, each so many bytes of its own again and again.
fn reads(threads: usize, bytes: usize) -> f64 {
    // Whole rounds of the loop.
    let floats = (bytes / size_of::<f32>()).next_multiple_of(128);
    together(threads, || {
        let mut x = zeros(floats);
        x.fill(0.5);
        let (start, mut times) = (Instant::now(), Vec::new());
        // Short calls together, so that the clock's own time does not count.
        let calls = ((1 << 18) / floats).max(1);
        while times.len() < 4 || start.elapsed() < SLICE {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(simd::run(Read(black_box(&x))));
            }
            times.push(start.elapsed());
        }
        times.sort_unstable();
        let bytes = calls * floats * size_of::<f32>();
        bytes as f64 / times[times.len() / 2].as_secs_f64() / 1e9
    })
}

/// Reads everything, and does as little as can be done with it.
pub(crate) struct Read<'a>(pub(crate) &'a [f32]);

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
