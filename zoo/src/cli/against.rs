//! `bench --against`: networks beside other engines, which Python runs, by turns.

use super::args::Against;
use super::bench::noise;
use super::{Result, machine, npy};
use cnn_zoo::registry::{Entry, Model, Weights};
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// What Python runs.
const SCRIPT: &str = include_str!("../../reference/speed.py");
/// How long an engine runs at a time.
const SLICE: Duration = Duration::from_millis(500);
const FEWEST_CALLS: usize = 3;
/// Between two engines: threads that wait for more work fall asleep.
const PAUSE: Duration = Duration::from_millis(50);
/// How far another engine's output may be from ours, as a part of its largest element.
const TOLERANCE: f64 = 1e-3;

/// Another engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    OnnxRuntime,
    OpenVino,
    PyTorch,
}

impl Engine {
    const ALL: [Self; 3] = [Self::OnnxRuntime, Self::OpenVino, Self::PyTorch];

    /// Its name on the command line.
    fn word(self) -> &'static str {
        match self {
            Self::OnnxRuntime => "ort",
            Self::OpenVino => "openvino",
            Self::PyTorch => "torch",
        }
    }

    /// What pip calls it, with what it needs to read ONNX files.
    fn packages(self) -> &'static str {
        match self {
            Self::OnnxRuntime => "onnxruntime",
            Self::OpenVino => "openvino",
            Self::PyTorch => "torch onnx onnx2torch",
        }
    }

    /// The engines of `ort,openvino`.
    pub(super) fn list(text: &str) -> Result<Vec<Self>> {
        let mut engines = Vec::new();
        for word in text.split(',') {
            let known = Self::ALL.into_iter().find(|engine| engine.word() == word.trim());
            let engine = known.ok_or_else(|| {
                format!("--against: found `{word}`, expected ort, openvino or torch, with commas between them")
            })?;
            if !engines.contains(&engine) {
                engines.push(engine);
            }
        }
        Ok(engines)
    }
}

/// A command for pip that installs all that some engines need.
fn install(engines: &[Engine]) -> String {
    let packages: Vec<_> = engines.iter().map(|engine| engine.packages()).collect();
    format!("pip install {}", packages.join(" "))
}

pub(super) fn against(request: &Against) -> Result<()> {
    let (mut others, names) = Others::start(&request.python, &request.engines)?;
    let folder = Folder::new()?;
    let threads = if request.threads == 0 { machine::cores() } else { request.threads };
    let on = if threads == 1 { "one thread".to_owned() } else { format!("{threads} threads") };
    println!(
        "{}, {} cores, {}; the peak of {on} is {:.0} GFLOP/s",
        machine::processor(),
        machine::cores(),
        machine::instructions(),
        machine::peak(threads),
    );
    println!(
        "cnn {} beside {}, {on}, batches of {}, by turns: {} rounds of {:.1} s for each engine.\n\
         Times as long as cnn: the median of the rounds' ratios, and that of the shortest calls.\n",
        env!("CARGO_PKG_VERSION"),
        names.join(" and "),
        request.batch,
        request.rounds,
        SLICE.as_secs_f64(),
    );
    let width =
        request.nets.iter().map(|net| net.name.len()).max().unwrap_or(0).max("network".len());
    let titles = names.iter().map(|name| name.rsplit_once(' ').map_or(&**name, |(name, _)| name));
    let titles: Vec<&str> = core::iter::once("cnn").chain(titles).collect();
    let wide = titles.iter().map(|title| title.len()).max().unwrap_or(0);
    println!(
        "| {:width$} | {:wide$} | median ms | medians of the rounds | shortest ms | times as long |",
        "network", "engine"
    );
    println!("|{:-<1$}|{2:-<3$}|{2:-<11}|{2:-<23}|{2:-<13}|{2:-<15}|", "", width + 2, "", wide + 2);
    for net in &request.nets {
        let engines = compare(net, threads, request, &mut others, &titles[1..], &folder.0)?;
        for (row, (engine, title)) in engines.iter().zip(&titles).enumerate() {
            let name = if row == 0 { net.name } else { "" };
            println!("| {name:width$} | {title:wide$} | {} |", engine.cells(&engines[0]));
        }
    }
    Ok(())
}

/// What an engine's rounds took, in seconds.
#[derive(Default)]
struct Rounds {
    medians: Vec<f64>,
    shortest: f64,
}

impl Rounds {
    fn add(&mut self, [median, shortest]: [f64; 2]) {
        self.shortest =
            if self.medians.is_empty() { shortest } else { self.shortest.min(shortest) };
        self.medians.push(median);
    }

    /// The columns of the table after the names.
    fn cells(&self, ours: &Self) -> String {
        let least = self.medians.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.medians.iter().copied().fold(0.0, f64::max);
        let ratios = self.medians.iter().zip(&ours.medians).map(|(other, ours)| other / ours);
        let ratio = match core::ptr::eq(self, ours) {
            true => String::new(),
            false => {
                let shortest = self.shortest / ours.shortest;
                format!("{:.2} ({shortest:.2})", median(ratios.collect()))
            }
        };
        let milliseconds = |seconds: f64| match seconds * 1e3 {
            short if short < 1.0 => format!("{short:.4}"),
            long => format!("{long:.2}"),
        };
        let all = milliseconds(median(self.medians.clone()));
        let spread = format!("{} to {}", milliseconds(least), milliseconds(most));
        format!("{all:>9} | {spread:>21} | {:>11} | {ratio:>13}", milliseconds(self.shortest))
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// The rounds of our engine and the others, whose outputs are compared before.
fn compare(
    net: &Entry,
    threads: usize,
    request: &Against,
    others: &mut Others,
    titles: &[&str],
    folder: &Path,
) -> Result<Vec<Rounds>> {
    let images = noise(net.input, request.batch);
    let mut model = (net.fresh)(0, request.batch, threads)?;
    let file = |name: &str| folder.join(name);
    let mut files = vec![file("net.onnx"), file("input.npy")];
    (net.export)(Weights::Fresh(0), &files[0])?;
    npy::write(&files[1], &images.clone().into_dyn())?;
    for (i, output) in model.run(images.view())?.iter().enumerate() {
        files.push(file(&format!("output.{i}.npy")));
        npy::write(&files[2 + i], output)?;
    }
    let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    let load = format!("load\t{threads}\t{}", files.join("\t"));
    let differences = others.ask(&load).map_err(|e| format!("{}: {e}", net.name))?;
    for (title, difference) in titles.iter().zip(differences) {
        if difference.is_nan() || difference > TOLERANCE {
            let name = net.name;
            return Err(format!(
                "{name}: the output of {title} is off by {difference:.1e} of its largest element, \
                 expected at most {TOLERANCE:.0e}; no time was taken"
            )
            .into());
        }
    }
    let mut engines: Vec<_> = (0..=titles.len()).map(|_| Rounds::default()).collect();
    for round in 0..=request.rounds {
        // The first round warms up.
        let slice = if round == 0 { Duration::ZERO } else { SLICE };
        for (i, rounds) in engines.iter_mut().enumerate() {
            std::thread::sleep(PAUSE);
            let times = match i.checked_sub(1) {
                None => ours(&mut *model, &images, slice)?,
                Some(other) => others.run(request.engines[other], slice)?,
            };
            if round > 0 {
                rounds.add(times);
            }
        }
    }
    Ok(engines)
}

/// Median and shortest call of our engine.
fn ours(
    model: &mut dyn Model,
    images: &cnn::ndarray::Array4<f32>,
    slice: Duration,
) -> Result<[f64; 2]> {
    let (start, mut seconds) = (Instant::now(), Vec::new());
    while seconds.len() < FEWEST_CALLS || start.elapsed() < slice {
        let before = Instant::now();
        black_box(model.run(black_box(images.view()))?);
        seconds.push(before.elapsed().as_secs_f64());
    }
    let shortest = seconds.iter().copied().fold(f64::INFINITY, f64::min);
    Ok([median(seconds), shortest])
}

/// The process that has the other engines.
struct Others {
    child: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Others {
    /// Starts them, and gives their names with versions.
    fn start(python: &Path, engines: &[Engine]) -> Result<(Self, Vec<String>)> {
        let shown = python.display();
        let words = engines.iter().map(|engine| engine.word());
        let child = Command::new(python)
            .args(["-c", SCRIPT])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|e| {
            let install = install(engines);
            format!("cannot start `{shown}`: {e}; --python names a Python with `{install}`")
        })?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("`{shown}` has no pipes").into());
        };
        let mut others = Self { child, requests, answers: BufReader::new(answers).lines() };
        let mut words = others.line()?;
        let first = if words.is_empty() { String::new() } else { words.remove(0) };
        match &*first {
            "engines" => Ok((others, words)),
            "missing" => {
                let (missing, install) = (words.join(", "), install(engines));
                Err(format!("`{shown}` lacks {missing}: `{shown} -m {install}`, or --python names another one").into())
            }
            _ => Err(format!("found `{first}` from `{shown}`, expected its engines").into()),
        }
    }

    /// The fields of the next line.
    fn line(&mut self) -> Result<Vec<String>> {
        match self.answers.next() {
            Some(line) => Ok(line?.split('\t').map(str::to_owned).collect()),
            None => Err("Python ended without an answer".into()),
        }
    }

    /// The numbers that a request is answered with.
    fn ask(&mut self, request: &str) -> Result<Vec<f64>> {
        writeln!(self.requests, "{request}")?;
        let fields = self.line()?;
        match fields.split_first() {
            Some((ok, numbers)) if ok == "ok" => {
                numbers.iter().map(|number| Ok(number.parse()?)).collect()
            }
            Some((_, message)) => Err(message.join(" ").into()),
            None => Err("Python gave an empty answer".into()),
        }
    }

    /// Median and shortest call of an engine.
    fn run(&mut self, engine: Engine, slice: Duration) -> Result<[f64; 2]> {
        let times = self.ask(&format!("run\t{}\t{}", engine.word(), slice.as_secs_f64()))?;
        match times[..] {
            [median, shortest, _] => Ok([median, shortest]),
            _ => Err(format!("found {} numbers from Python, expected 3", times.len()).into()),
        }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        // It may be in the middle of a call; nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of this run's own that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("cnn-zoo-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of it is the system's to clean.
        let _ = fs::remove_dir_all(&self.0);
    }
}
