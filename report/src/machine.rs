//! What a run ran on.

use crate::text;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// Names and values, as far as the system tells.
pub(crate) fn facts() -> Vec<(&'static str, String)> {
    let what = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(what).ok();
    let mut facts = Vec::new();
    let processor = system.as_ref().and_then(|system| Some(system.cpus().first()?.brand().trim()));
    let processor = processor.filter(|name| !name.is_empty()).map(str::to_owned);
    facts.push(("Processor", processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned())));
    if let Ok(n) = std::thread::available_parallelism() {
        facts.push(("Cores", n.to_string()));
    }
    let bytes = system.map_or(0, |system| system.total_memory());
    let gib = bytes as f64 / f64::from(1 << 30);
    if gib > 0.0 {
        facts.push(("Memory", format!("{gib:.0} GiB")));
    }
    let name = System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned());
    facts.push(("System", name));
    facts
}

/// The date and the time, in words.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%e %B %Y, %H:%M UTC").to_string().trim().to_owned()
}

/// How fast, in words.
pub(crate) fn speed(images_per_second: f64) -> String {
    format!("{} images a second", text::rounded(images_per_second))
}
