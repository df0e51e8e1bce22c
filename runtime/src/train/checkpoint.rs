//! A training run in a file, so that it can go on after whatever ends it.

use crate::error::Error;
use crate::params::Params;
use crate::weights::{Bundle, Elements, Entry, entries, replace, save_all, words};
use cnn_ir::Role;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where a run stands in its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Epochs that are done.
    pub epoch: u64,
    /// Batches of the epoch after those that are done.
    pub batch: u64,
}

impl Position {
    /// After that number of batches of epoch number `epoch`.
    pub const fn new(epoch: u64, batch: u64) -> Self {
        Self { epoch, batch }
    }
}

/// The words under which a checkpoint has its numbers.
const FORMAT: &str = "cnn checkpoint";
const VERSION: &str = "1";

/// What a checkpoint holds beside weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Counts {
    pub(crate) position: Position,
    /// Steps of the optimizer, then those of each tensor.
    pub(crate) steps: Vec<i64>,
    pub(crate) epochs: u64,
    pub(crate) seed: u64,
    /// Passes before, which random numbers depend on.
    pub(crate) passes: u64,
    /// What the schedule has learned.
    pub(crate) schedule: Vec<f64>,
    /// Weights in the average.
    pub(crate) averaged: u64,
    /// What early stopping has observed.
    pub(crate) observed: Vec<f64>,
}

/// What is written, or is to be read.
pub(crate) struct State<'a> {
    pub(crate) params: &'a Params,
    /// What the optimizers keep.
    pub(crate) kept: Vec<&'a [f32]>,
    pub(crate) average: Option<&'a Params>,
    /// Trainable parameters and running statistics.
    pub(crate) slow: Option<[&'a [f32]; 2]>,
    /// The best weights, where a run may be stopped early.
    pub(crate) best: Option<&'a Params>,
}

/// The same, read.
pub(crate) struct Loaded {
    pub(crate) counts: Counts,
    pub(crate) params: Params,
    pub(crate) kept: Vec<Vec<f32>>,
    pub(crate) average: Option<Params>,
    pub(crate) slow: Option<[Vec<f32>; 2]>,
    pub(crate) best: Option<Params>,
}

/// Writes a checkpoint, whole or not at all.
///
/// # Errors
/// The file can't be written.
pub(crate) fn save(state: &State<'_>, counts: &Counts, path: &Path) -> Result<(), Error> {
    let lengths = state.lengths();
    let steps = [counts.steps.len()];
    let mut all: Vec<Entry<'_>> = entries(state.params, "network.").collect();
    let floats =
        |name: String, (dims, floats)| Entry { name, dims, elements: Elements::Floats(floats) };
    for (k, (kept, dims)) in state.kept.iter().zip(&lengths).enumerate() {
        all.push(floats(format!("kept.{k}"), (&dims[..], *kept)));
    }
    all.extend(state.average.into_iter().flat_map(|average| entries(average, "average.")));
    all.extend(state.best.into_iter().flat_map(|best| entries(best, "best.")));
    let after = &lengths[state.kept.len()..];
    for ((k, slow), dims) in state.slow.iter().flatten().enumerate().zip(after) {
        all.push(floats(format!("slow.{k}"), (&dims[..], *slow)));
    }
    all.push(Entry {
        name: "steps".to_owned(),
        dims: &steps,
        elements: Elements::Counts(&counts.steps),
    });
    let numbers = |numbers: &[f64]| {
        let bits: Vec<String> = numbers.iter().map(|x| x.to_bits().to_string()).collect();
        bits.join(" ")
    };
    let mut about: BTreeMap<String, String> = words(state.params);
    let own = [
        ("format", FORMAT.to_owned()),
        ("version", VERSION.to_owned()),
        ("network", state.params.network().to_owned()),
        ("epoch", counts.position.epoch.to_string()),
        ("batch", counts.position.batch.to_string()),
        ("epochs", counts.epochs.to_string()),
        ("seed", counts.seed.to_string()),
        ("passes", counts.passes.to_string()),
        ("schedule", numbers(&counts.schedule)),
        ("averaged", counts.averaged.to_string()),
        ("observed", numbers(&counts.observed)),
    ]
    .into_iter()
    .map(|(word, text)| (word.to_owned(), text));
    about.extend(own);
    save_all(&all, &about, path)
}

impl State<'_> {
    /// Lengths of what is kept and of the slow weights, as dimensions.
    fn lengths(&self) -> Vec<[usize; 1]> {
        let all = self.kept.iter().copied().chain(self.slow.iter().flatten().copied());
        all.map(|floats| [floats.len()]).collect()
    }
}

/// Reads a checkpoint of a run that is set up as `state` is; nothing of it is changed.
///
/// # Errors
/// The file can't be read, is no checkpoint, or is of another network or of a run that is set up otherwise.
pub(crate) fn load(state: &State<'_>, steps: usize, path: &Path) -> Result<Loaded, Error> {
    let mut file = Bundle::open(path)?;
    let refuse = |file: &Bundle, found: String, expected: String| Error::Checkpoint {
        origin: file.origin(),
        found,
        expected,
    };
    if file.about("format") != Some(FORMAT) {
        return Err(refuse(
            &file,
            "no checkpoint".into(),
            "one that `Trainer::checkpoint` wrote".into(),
        ));
    }
    for (word, expected) in [("version", VERSION), ("network", state.params.network())] {
        let found = file.about(word).unwrap_or_default();
        if found != expected {
            let text = |of: &str| format!("the {word} `{of}`");
            return Err(refuse(&file, text(found), text(expected)));
        }
    }
    if file.normalization()?.as_ref() != state.params.normalization() {
        let expected = "that of the network that goes on";
        return Err(refuse(&file, "another normalization".to_owned(), expected.to_owned()));
    }
    let number = |file: &Bundle, word: &str| {
        let found = file.about(word).unwrap_or_default().to_owned();
        found
            .parse::<u64>()
            .map_err(|_| refuse(file, format!("`{found}` as its {word}"), "a number".to_owned()))
    };
    let numbers = |file: &Bundle, word: &str| {
        let bits = file.about(word).unwrap_or_default().to_owned();
        let numbers = bits.split_whitespace().map(|bits| bits.parse().map(f64::from_bits));
        numbers
            .collect::<Result<Vec<f64>, _>>()
            .map_err(|_| refuse(file, format!("`{bits}` as its {word}"), "numbers".to_owned()))
    };
    let mut counts = Counts {
        position: Position::new(number(&file, "epoch")?, number(&file, "batch")?),
        steps: vec![0; steps],
        epochs: number(&file, "epochs")?,
        seed: number(&file, "seed")?,
        passes: number(&file, "passes")?,
        schedule: numbers(&file, "schedule")?,
        averaged: number(&file, "averaged")?,
        observed: numbers(&file, "observed")?,
    };

    // All that there must be, and nothing else, before anything is read.
    let mut wanted: Vec<(String, Vec<usize>, bool)> =
        vec![("steps".to_owned(), vec![steps], false)];
    let networks =
        [("network.", Some(state.params)), ("average.", state.average), ("best.", state.best)];
    for (prefix, params) in networks {
        wanted.extend(params.into_iter().flat_map(|params| params.specs()).map(|spec| {
            let floats = spec.role != Role::Counter;
            (format!("{prefix}{}", spec.path), spec.dims.to_vec(), floats)
        }));
    }
    let lengths = |name: &str, all: &[&[f32]]| -> Vec<(String, Vec<usize>, bool)> {
        let named = all.iter().enumerate();
        named.map(|(k, floats)| (format!("{name}.{k}"), vec![floats.len()], true)).collect()
    };
    wanted.extend(lengths("kept", &state.kept));
    wanted.extend(lengths("slow", &state.slow.map_or(vec![], Vec::from)));
    if let Some((name, dims, _)) = wanted.iter().find(|(n, dims, f)| !file.has(n, dims, *f)) {
        let expected = format!("`{name}` of {dims:?} numbers, as of a run set up as this one is");
        return Err(refuse(&file, "no such tensor".to_owned(), expected));
    }
    if file.len() != wanted.len() {
        let expected = format!("{}, as of a run set up as this one is", wanted.len());
        return Err(refuse(&file, format!("{} tensors", file.len()), expected));
    }

    file.counts("steps", &mut counts.steps)?;
    let mut network = |prefix: &str, like: &Params| {
        let mut params = like.try_clone()?;
        for spec in like.specs() {
            let name = format!("{prefix}{}", spec.path);
            match spec.role {
                Role::Counter => {
                    let mut count = [0];
                    file.counts(&name, &mut count)?;
                    params.counters_mut()[spec.offset] = count[0].max(0);
                }
                Role::Trainable | Role::Buffer => {
                    file.floats(&name, params.slice_mut(spec))?;
                }
            }
        }
        Ok::<Params, Error>(params)
    };
    let params = network("network.", state.params)?;
    let average = state.average.map(|average| network("average.", average)).transpose()?;
    let best = state.best.map(|best| network("best.", best)).transpose()?;
    let mut rows = |name: String, like: &[f32]| {
        let mut floats = vec![0.0; like.len()];
        file.floats(&name, &mut floats)?;
        Ok::<Vec<f32>, Error>(floats)
    };
    let kept = state.kept.iter().enumerate().map(|(k, like)| rows(format!("kept.{k}"), like));
    let kept = kept.collect::<Result<_, _>>()?;
    let slow = match state.slow {
        Some([a, b]) => Some([rows("slow.0".to_owned(), a)?, rows("slow.1".to_owned(), b)?]),
        None => None,
    };
    Ok(Loaded { counts, params, kept, average, slow, best })
}

/// The checkpoints of a run in a folder: the last ones, and the best.
///
/// ```no_run
/// use cnn::data::{Images, Loader};
/// use cnn::train::{Checkpoints, Position, Sgd, Trainer};
///
/// # cnn::cnn! { struct Net<3x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
/// # fn run(data: Images, test: Images) -> Result<(), cnn::Error> {
/// let loader = Loader::new(data).batch(32).shuffle(1);
/// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1).momentum(0.9)).seed(1);
/// let mut checkpoints = Checkpoints::open("run")?.last(3);
/// // From the beginning, or from where the run was ended.
/// let mut at = checkpoints.resume(&mut trainer)?;
/// while at.epoch < 10 {
///     for batch in loader.resume(at.epoch, at.batch) {
///         let batch = batch?;
///         trainer.step(batch.images.view(), &batch.targets)?;
///         at.batch += 1;
///         if trainer.steps() % 100 == 0 {
///             checkpoints.save(&mut trainer, at)?;
///         }
///     }
///     at = Position::new(at.epoch + 1, 0);
///     checkpoints.save(&mut trainer, at)?;
///     let accuracy = trainer.evaluate(&test)?;
///     checkpoints.best(&mut trainer, at, accuracy)?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    last: usize,
    every: Option<u64>,
    smaller_is_better: bool,
    best: Option<f64>,
}

const BEST: &str = "best.checkpoint";
const START: &str = "step-";
const END: &str = ".checkpoint";

/// What a run can be saved of and gone on with: a trainer.
pub trait Resumable {
    /// Steps made.
    fn steps(&self) -> u64;

    /// Writes a checkpoint.
    ///
    /// # Errors
    /// The file can't be written.
    fn checkpoint(&mut self, path: &Path, at: Position) -> Result<(), Error>;

    /// Goes on from a checkpoint.
    ///
    /// # Errors
    /// The file is none, or of another run.
    fn resume(&mut self, path: &Path) -> Result<Position, Error>;

    /// Whether it is this process that writes and reads files, of several that train together.
    fn writes(&self) -> bool {
        true
    }

    /// Goes on from that checkpoint, or stays at the start if there is none. Of several processes, what the one says
    /// that reads files holds for all.
    ///
    /// # Errors
    /// As [`Resumable::resume`].
    fn resume_from(&mut self, path: Option<&Path>) -> Result<Position, Error> {
        path.map_or(Ok(Position::default()), |path| self.resume(path))
    }

    /// What the process decides that writes and reads files, of several that train together.
    ///
    /// # Errors
    /// Another process is gone.
    fn decide(&self, own: bool) -> Result<bool, Error> {
        Ok(own)
    }
}

impl Checkpoints {
    /// In that folder, which is made if it is not there. The last one is kept.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder).map_err(Error::io(&folder, "make"))?;
        let best = std::fs::read_to_string(folder.join("best.txt")).ok();
        let best = best.and_then(|text| text.trim().parse().ok());
        Ok(Self { folder, last: 1, every: None, smaller_is_better: false, best })
    }

    /// Keeps the last `n`, at least 1.
    pub fn last(mut self, n: usize) -> Self {
        self.last = n.max(1);
        self
    }

    /// As a callback of [`Trainer::fit`](crate::train::Trainer::fit), writes one also after every that many steps.
    pub fn every(mut self, steps: u64) -> Self {
        self.every = Some(steps.max(1));
        self
    }

    /// Of what [`Checkpoints::best`] is told, smaller is better, as of a loss.
    pub fn smaller_is_better(mut self) -> Self {
        self.smaller_is_better = true;
        self
    }

    /// Whether one is to be written after that number of steps.
    pub(crate) fn is_due(&self, steps: u64) -> bool {
        self.every.is_some_and(|every| steps.is_multiple_of(every))
    }

    /// Writes one, named after the number of steps, and removes those before the last ones.
    ///
    /// # Errors
    /// The file can't be written; those that are there stay.
    pub fn save(&mut self, run: &mut impl Resumable, at: Position) -> Result<PathBuf, Error> {
        let path = self.folder.join(format!("{START}{:012}{END}", run.steps()));
        run.checkpoint(&path, at)?;
        if !run.writes() {
            return Ok(path);
        }
        let all = self.all()?;
        for old in &all[..all.len().saturating_sub(self.last)] {
            // Another process may have removed it.
            let _ = std::fs::remove_file(old);
        }
        Ok(path)
    }

    /// Writes `best.checkpoint` if `metric` is better than all before, and says whether it is: larger, unless
    /// [`Checkpoints::smaller_is_better`].
    ///
    /// # Errors
    /// The file can't be written.
    pub fn best(
        &mut self,
        run: &mut impl Resumable,
        at: Position,
        metric: f64,
    ) -> Result<bool, Error> {
        let better = |best: f64| if self.smaller_is_better { metric < best } else { metric > best };
        let better = !metric.is_nan() && self.best.is_none_or(better);
        if !run.decide(better)? {
            return Ok(false);
        }
        run.checkpoint(&self.folder.join(BEST), at)?;
        if run.writes() {
            let note = self.folder.join("best.txt");
            replace(&note, |file| file.write_all(metric.to_string().as_bytes()))?;
        }
        self.best = Some(metric);
        Ok(true)
    }

    /// Goes on from the last checkpoint that is whole, or, if there is none, says that the run is at its start. Of
    /// several processes that train together, the first one decides.
    ///
    /// # Errors
    /// The folder can't be read, or what is there is of another run.
    pub fn resume(&self, run: &mut impl Resumable) -> Result<Position, Error> {
        let last = if run.writes() { self.all()?.pop() } else { None };
        run.resume_from(last.as_deref())
    }

    /// The files, the last one last.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn all(&self) -> Result<Vec<PathBuf>, Error> {
        let read = || Error::io(&self.folder, "read");
        let mut all = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(read())? {
            let path = entry.map_err(read())?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(START) && name.ends_with(END) {
                all.push(path);
            }
        }
        all.sort_unstable();
        Ok(all)
    }
}
