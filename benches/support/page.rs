//! A run of a benchmark as a file, and such a file as a page.

use crate::machine::Machine;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// Blocks of a full bar.
const BAR: usize = 10;

/// Writes a run to a file: `{"bench": …, "words": […], "machine": {…}, "rows": […]}`, where words are those of
/// the command line, and `gflops_after` is the peak at the end.
pub(crate) fn write(
    file: &Path,
    bench: &str,
    words: &[String],
    machine: &Machine,
    after: f64,
    rows: Vec<Value>,
) -> Result<(), String> {
    let run = json!({
        "bench": bench,
        "words": words,
        "machine": machine.json(),
        "gflops_after": after,
        "rows": rows,
    });
    std::fs::write(file, format!("{run:#}\n")).map_err(|e| format!("{}: {e}", file.display()))
}

/// Makes a page in Markdown of the file of a run.
pub(crate) fn make(run: &Path, out: &Path) -> Result<(), String> {
    let about = |e: &dyn std::fmt::Display| format!("{}: {e}", run.display());
    let text = std::fs::read_to_string(run).map_err(|e| about(&e))?;
    let run: Value = serde_json::from_str(&text).map_err(|e| about(&e))?;
    let page = page(&run).ok_or_else(|| about(&"found no file of --json"))?;
    std::fs::write(out, page).map_err(|e| format!("{}: {e}", out.display()))
}

fn page(run: &Value) -> Option<String> {
    let mut page = String::new();
    let (bench, rows) = (run["bench"].as_str()?, run["rows"].as_array()?);
    let title = if bench == "kernels" { "Kernels" } else { "Networks" };
    head(&mut page, title, bench, run)?;
    let mut kinds: Vec<&str> = Vec::new();
    for row in rows {
        let kind = row["kind"].as_str()?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let of = |kind: &str| -> Vec<&Value> { rows.iter().filter(|r| r["kind"] == kind).collect() };
    page += "## All kinds\n\n| kind | rows | lowest | median share of the limit | highest |\n";
    page += "|---|---|---|---|---|\n";
    for kind in &kinds {
        let shares: Option<Vec<f64>> = of(kind).iter().map(|row| row["share"].as_f64()).collect();
        let mut shares = shares?;
        shares.sort_unstable_by(f64::total_cmp);
        let [low, median, high] = [0, shares.len() / 2, shares.len() - 1].map(|i| shares[i]);
        let anchor: String = kind.chars().filter(|c| *c != ',' && *c != '.').collect();
        let anchor = anchor.to_lowercase().replace(' ', "-");
        let (count, bar) = (shares.len(), bar(median));
        let [low, high] = [low, high].map(|share| format!("{:.0}%", 100.0 * share));
        let _ = writeln!(page, "| [{kind}](#{anchor}) | {count} | {low} | {bar} | {high} |");
    }
    for kind in kinds {
        let _ = writeln!(page, "\n## {kind}\n");
        page += "| | pass | median | shortest | GFLOP/s | GB/s | limit | share of it |\n";
        page += "|---|---|---|---|---|---|---|---|\n";
        for row in of(kind) {
            let text = |key: &str| row[key].as_str();
            let rate = |key: &str| row[key].as_f64().map_or(String::new(), |r| format!("{r:.1}"));
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} | {} | {} |",
                text("name")?,
                text("pass")?,
                time(row["seconds"]["median"].as_f64()?),
                time(row["seconds"]["shortest"].as_f64()?),
                rate("gflops"),
                rate("gb_per_s"),
                text("limit")?,
                bar(row["share"].as_f64()?),
            );
        }
    }
    Some(page)
}

/// What stands before the rows: the machine, and how to read them.
fn head(page: &mut String, title: &str, bench: &str, run: &Value) -> Option<()> {
    let machine = &run["machine"];
    let threads = machine["threads"].as_u64()?;
    let words = run["words"].as_array()?.iter();
    let words: String = words.map(|word| format!(" '{}'", word.as_str().unwrap_or(""))).collect();
    let threads_text =
        if threads == 1 { "one thread".into() } else { format!("{threads} threads") };
    let _ = writeln!(page, "# {title} beside their limits\n");
    let _ = writeln!(
        page,
        "One run on {}, {} cores, {}, {threads_text}:\n\n```sh\ncargo bench --bench {bench} --{words} --json run.json\n\
         cargo bench --bench kernels -- --page run.json PAGE.md        # makes this page\n```\n",
        machine["processor"].as_str()?,
        machine["cores"].as_u64()?,
        machine["instructions"].as_str()?,
    );
    *page += "The share is that of the limit: the longer of the times that a row's operations take at the peak of\n\
        multiply–adds, and that its bytes – those of every tensor, once – take to be read from the nearest cache \
        that\nall of them fit in. It goes to 100%, or beyond where a part of the bytes stays in a nearer cache, or where taps in \
        the\npadding are left out that the operations count. Writing counts as reading does, although memory takes twice \
        as long\nfor it. Winograd's kernels are counted with the operations of a direct \
        convolution; their\nlimit is that of a quarter of them. Rates and shares are those of the median call; where the shortest is far below \
        it,\nother work disturbed the machine. [PERFORMANCE.md](PERFORMANCE.md) says how each \
        kernel works.\n\n";
    let both = |rates: &Value| -> Option<String> {
        let at = |i: usize| rates[i].as_f64().map(|rate| format!("{rate:.0}"));
        Some(if threads == 1 { at(0)? } else { format!("{} | {}", at(0)?, at(1)?) })
    };
    let (head, rule) = match threads {
        1 => (String::new(), ""),
        _ => (format!(" {threads} threads |"), "---|"),
    };
    let _ =
        writeln!(page, "| measured in the run | size | one thread |{head}\n|---|---|---|{rule}");
    let peaks = both(&machine["gflops"])?.replace(" |", " GFLOP/s |");
    let _ = writeln!(page, "| multiply–adds in registers | | {peaks} GFLOP/s |");
    for level in machine["levels"].as_array()? {
        let (name, shared) = (level["name"].as_str()?, level["shared"].as_u64()?);
        let size = level["bytes"].as_u64().map_or(String::new(), |bytes| match shared {
            1 => format!("{} KiB a core", bytes >> 10),
            _ => format!("{} KiB for {shared} cores", bytes >> 10),
        });
        let rates = both(&level["gb_per_s"])?.replace(" |", " GB/s |");
        let _ = writeln!(page, "| reads of {name} | {size} | {rates} GB/s |");
    }
    let after = run["gflops_after"].as_f64()?;
    let _ = writeln!(page, "\nAt the end of the run the peak was {after:.0} GFLOP/s.\n");
    Some(())
}

/// A time with its unit.
fn time(seconds: f64) -> String {
    match seconds * 1e6 {
        micros if micros < 1e3 => format!("{micros:.1} µs"),
        micros => format!("{:.2} ms", micros / 1e3),
    }
}

/// A share of one as a bar.
fn bar(share: f64) -> String {
    let full = ((share * BAR as f64).round() as usize).min(BAR);
    format!("{}{} {:.0}%", "█".repeat(full), "░".repeat(BAR - full), 100.0 * share)
}
