//! Reading the command line.

use super::Result;
use cnn_zoo::registry::{self, Entry, NETWORKS};
use lexopt::{Arg, Parser, ValueExt};
use std::path::PathBuf;

pub(crate) const HELP: &str = "Networks of the field's textbooks, compiled.

cnn-zoo list                     all networks with their size
cnn-zoo summary NET              a network's layers
cnn-zoo graph NET --out f.svg    a drawing of them: an SVG file, or a .dot one for Graphviz
cnn-zoo plan NET [--training] [--batch B] [--why]
                                 the steps that it takes: kernels, what they do with their
                                 results, and where tensors lie; with --why, what was refused
cnn-zoo run NET --weights w.safetensors --input x.npy --output y.npy [--threads T]
                                 what the network makes of a batch N×C×H×W of f32;
                                 further outputs go to y.1.npy, y.2.npy, …
cnn-zoo bench NET [--batch B] [--threads T]
                                 how long it takes, with random weights

  --weights FILE   a state_dict with PyTorch's names
  --threads T      threads (all that the machine has)
  --batch B        images at a time (1)
";

/// The most threads; a pool of more is a mistake, and takes minutes to start.
const MOST_THREADS: usize = 1024;
/// The most images at a time.
const MOST_IMAGES: usize = 65_536;

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    List,
    Summary { net: &'static Entry },
    Graph { net: &'static Entry, out: PathBuf },
    Plan(Plan),
    Run(Run),
    Bench(Bench),
}

/// A network, and which of its plans is told.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) net: &'static Entry,
    pub(crate) batch: usize,
    pub(crate) training: bool,
    /// Whether to tell what was refused.
    pub(crate) why: bool,
}

/// A network, and the files that it reads and writes.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) net: &'static Entry,
    pub(crate) weights: PathBuf,
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    /// 0 is as many as the machine has.
    pub(crate) threads: usize,
}

/// A network, and how it is timed.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) net: &'static Entry,
    pub(crate) batch: usize,
    /// 0 is as many as the machine has.
    pub(crate) threads: usize,
}

/// All that may stand on a command line.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    weights: Option<PathBuf>,
    input: Option<PathBuf>,
    output: Option<PathBuf>,
    out: Option<PathBuf>,
    threads: Option<usize>,
    batch: Option<usize>,
    training: Option<()>,
    why: Option<()>,
}

impl Command {
    /// Reads a command line.
    pub(crate) fn parse(mut parser: Parser) -> Result<Self> {
        let mut given = Given::default();
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(Self::Help),
                Arg::Short('V') | Arg::Long("version") => return Ok(Self::Version),
                Arg::Long("weights") => given.weights = Some(parser.value()?.into()),
                Arg::Long("input") => given.input = Some(parser.value()?.into()),
                Arg::Long("output") => given.output = Some(parser.value()?.into()),
                Arg::Long("out") => given.out = Some(parser.value()?.into()),
                Arg::Long("threads") => {
                    given.threads = Some(number("threads", &mut parser, MOST_THREADS)?);
                }
                Arg::Long("batch") => {
                    given.batch = Some(number("batch", &mut parser, MOST_IMAGES)?);
                }
                Arg::Long("training") => given.training = Some(()),
                Arg::Long("why") => given.why = Some(()),
                Arg::Value(word) => given.words.push(word.string()?),
                other => return Err(format!("{}; --help lists all", other.unexpected()).into()),
            }
        }
        given.command()
    }
}

impl Given {
    fn command(mut self) -> Result<Command> {
        let mut words = std::mem::take(&mut self.words).into_iter();
        let Some(command) = words.next() else { return Ok(Command::Help) };
        let command = match command.as_str() {
            "help" => Command::Help,
            "list" => Command::List,
            "summary" => Command::Summary { net: network(&command, words.next())? },
            "graph" => Command::Graph {
                net: network(&command, words.next())?,
                out: needed(self.out.take(), "graph", "--out f.svg")?,
            },
            "plan" => Command::Plan(Plan {
                net: network(&command, words.next())?,
                batch: self.batch.take().unwrap_or(1),
                training: self.training.take().is_some(),
                why: self.why.take().is_some(),
            }),
            "run" => Command::Run(Run {
                net: network(&command, words.next())?,
                weights: needed(self.weights.take(), "run", "--weights w.safetensors")?,
                input: needed(self.input.take(), "run", "--input x.npy")?,
                output: needed(self.output.take(), "run", "--output y.npy")?,
                threads: self.threads.take().unwrap_or(0),
            }),
            "bench" => Command::Bench(Bench {
                net: network(&command, words.next())?,
                batch: self.batch.take().unwrap_or(1),
                threads: self.threads.take().unwrap_or(0),
            }),
            _ => {
                let known = "list, summary, graph, run or bench";
                return Err(format!("found the command `{command}`, expected {known}").into());
            }
        };
        if let Some(word) = words.next() {
            return Err(format!("`{word}` is one argument too many; --help lists all").into());
        }
        self.nothing_left()?;
        Ok(command)
    }

    /// An option that the command has no use for is a mistake.
    fn nothing_left(&self) -> Result<()> {
        let left = [
            ("--weights", self.weights.is_some()),
            ("--input", self.input.is_some()),
            ("--output", self.output.is_some()),
            ("--out", self.out.is_some()),
            ("--threads", self.threads.is_some()),
            ("--batch", self.batch.is_some()),
            ("--training", self.training.is_some()),
            ("--why", self.why.is_some()),
        ];
        match left.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(format!("this command takes no {option}").into()),
            None => Ok(()),
        }
    }
}

fn needed(path: Option<PathBuf>, command: &str, option: &str) -> Result<PathBuf> {
    path.ok_or_else(|| format!("`{command}` also needs {option}").into())
}

/// The network of a name, or the names that are near it.
fn network(command: &str, name: Option<String>) -> Result<&'static Entry> {
    let name = name.ok_or_else(|| {
        format!("`{command}` needs the name of a network; `cnn-zoo list` shows them")
    })?;
    registry::find(&name).ok_or_else(|| {
        let near = nearest(&name).map_or(String::new(), |near| format!(", perhaps `{near}`"));
        format!("found no network `{name}`, expected one of `cnn-zoo list`{near}").into()
    })
}

/// The name that takes the fewest edits, if they are few.
fn nearest(name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.replace(['-', '_'], "").to_lowercase();
    let wanted = plain(name);
    let best = NETWORKS.iter().map(|net| (edits(&wanted, &plain(net.name)), net.name)).min()?;
    (best.0 * 3 <= wanted.len().max(3)).then_some(best.1)
}

/// Levenshtein's distance.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// The number after `--name`, from 1 to `most`.
fn number(name: &str, parser: &mut Parser, most: usize) -> Result<usize> {
    let text = parser.value()?.string()?;
    match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(format!("--{name}: found `{text}`, expected a number from 1 to {most}").into()),
    }
}
