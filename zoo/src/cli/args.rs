//! Reading the command line.

use super::Result;
#[cfg(feature = "onnx")]
use super::against::Engine;
#[cfg(feature = "train")]
use super::explain::{self, Explain, Source};
use super::near::{nearest, perhaps};
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
cnn-zoo export NET --out f.onnx [--weights w.safetensors | --seed S]
                                 the network as an ONNX file, for other engines; without --weights, with
                                 fresh ones from a seed
cnn-zoo from-onnx f.onnx [--input 3x224x224] [--out net.rs] [--weights w.safetensors] [--name Net]
                                 an ONNX file as text of `cnn!`, and its weights under the text's names;
                                 --input is channels x height x width of each image, of one among several
                                 inputs name=3x224x224, and is needed where the file leaves it open
cnn-zoo explain NET --weights w.safetensors --image cat.png --method gradcam --label layer4
                                 [--class K] [--out map.png] [--npy map.npy] [--threads T]
                                 where the score of a class is sensitive, by one of the methods of
                                 `explain --list`; `explain NET --list` shows NET's labels, too
cnn-zoo bench NET [--batch B] [--threads T]
                                 how long it takes, with random weights
cnn-zoo bench [NET …] --against ort,openvino,torch [--batch B] [--threads T] [--rounds R] [--python PYTHON]
                                 the same, by turns with ONNX Runtime, OpenVINO and PyTorch, or some of them,
                                 of a Python that has them (python3), in R rounds (5); without NET, of the
                                 networks that docs/PERFORMANCE.md compares
cnn-zoo manifest w.safetensors --out w.json
                                 what a file says of its tensors, without them, for a network of
                                 your own that is written `with weights=\"w.json\"`

  --weights FILE   a state_dict with PyTorch's names
  --threads T      threads (all that the machine has)
  --batch B        images at a time (1)
  --seed S         what fresh weights are drawn from (0)

explain, of which one of --out and --npy is needed:
  --image FILE     a PNG or JPEG picture. For networks with images in color of 64x64 pixels or more,
                   its shorter side is brought to 256/224 of the network's size, bilinearly, and the
                   middle cut out, as is usual for ImageNet; for others, it is resized to the network's
                   size as a whole. Values are from 0 to 1. Weights that keep a normalization normalize
                   by it; with others, the former networks get ImageNet's mean and deviation, and the
                   latter values from 0 to 1. Networks of one channel get the gray picture. If a network's
                   documentation asks for something else, prepare the images yourself and take --input
  --input FILE     a batch N×C×H×W of f32 instead, taken as it is
  --class K        the class whose score is explained, from 0 (each image's most likely one). A score is
                   the network's output before a final softmax
  --label L        whose feature maps are looked at, for methods that need one
  --out FILE.png   the image, the map and both over one another
  --npy FILE       the map, N×H×W of f32, before anything is scaled for display: of the label's
                   resolution for cam, gradcam, gradcam++, layercam and scorecam, else of the images'
  --window HxW     occlusion's window (an eighth of the image's sides, rounded up), or one number
  --stride HxW     how far it moves (half of the window), or one number
  --fill X         what it covers with (0): a number as the network gets it, or mean
  --steps N        steps of integrated-gradients, Gauss–Legendre's (50)
  --baseline X     the number that all pixels have where its way starts (0)
";

/// The most threads; a pool of more is a mistake, and takes minutes to start.
const MOST_THREADS: usize = 1024;
/// The most images at a time.
const MOST_IMAGES: usize = 65_536;
/// The most rounds.
const MOST_ROUNDS: usize = 10_000;

/// The networks that are compared with other engines' unless some are named.
#[cfg(feature = "onnx")]
const COMPARED: [&str; 10] = [
    "lenet5",
    "vgg16",
    "googlenet",
    "resnet18",
    "resnet50",
    "densenet121",
    "squeezenet",
    "mobilenetv2",
    "shufflenetv2",
    "efficientnet_b0",
];

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    List,
    Summary {
        net: &'static Entry,
    },
    Graph {
        net: &'static Entry,
        out: PathBuf,
    },
    Plan(Plan),
    Run(Run),
    #[cfg(feature = "onnx")]
    Export(Export),
    #[cfg(feature = "onnx")]
    FromOnnx(FromOnnx),
    #[cfg(feature = "train")]
    Methods {
        net: Option<&'static Entry>,
    },
    #[cfg(feature = "train")]
    Explain(Box<Explain>),
    Bench(Bench),
    #[cfg(feature = "onnx")]
    Against(Against),
    Manifest {
        weights: PathBuf,
        out: PathBuf,
    },
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

/// A network, and the file that it becomes.
#[cfg(feature = "onnx")]
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) net: &'static Entry,
    /// None for fresh ones.
    pub(crate) weights: Option<PathBuf>,
    pub(crate) seed: u64,
    pub(crate) out: PathBuf,
}

/// An ONNX file, and what it becomes.
#[cfg(feature = "onnx")]
#[derive(Debug)]
pub(crate) struct FromOnnx {
    pub(crate) file: PathBuf,
    /// `3x224x224`, or `name=3x224x224`.
    pub(crate) inputs: Vec<String>,
    pub(crate) name: String,
    /// None for the terminal.
    pub(crate) out: Option<PathBuf>,
    pub(crate) weights: Option<PathBuf>,
}

/// A network, and how it is timed.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) net: &'static Entry,
    pub(crate) batch: usize,
    /// 0 is as many as the machine has.
    pub(crate) threads: usize,
}

/// Networks, and the engines that they are timed by turns with.
#[cfg(feature = "onnx")]
#[derive(Debug)]
pub(crate) struct Against {
    pub(crate) nets: Vec<&'static Entry>,
    pub(crate) engines: Vec<Engine>,
    pub(crate) batch: usize,
    /// 0 is as many as the machine has.
    pub(crate) threads: usize,
    pub(crate) rounds: usize,
    pub(crate) python: PathBuf,
}

/// All that may stand on a command line.
#[derive(Default)]
struct Given {
    words: Vec<String>,
    weights: Option<PathBuf>,
    inputs: Vec<PathBuf>,
    name: Option<String>,
    output: Option<PathBuf>,
    out: Option<PathBuf>,
    threads: Option<usize>,
    batch: Option<usize>,
    seed: Option<u64>,
    training: Option<()>,
    why: Option<()>,
    image: Option<PathBuf>,
    npy: Option<PathBuf>,
    list: Option<()>,
    against: Option<String>,
    rounds: Option<usize>,
    python: Option<PathBuf>,
    explain: Options,
}

/// What `explain` alone takes, as it was typed.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) method: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) class: Option<String>,
    pub(crate) window: Option<String>,
    pub(crate) stride: Option<String>,
    pub(crate) fill: Option<String>,
    pub(crate) steps: Option<String>,
    pub(crate) baseline: Option<String>,
}

impl Options {
    /// An option that nothing has taken.
    pub(crate) fn left(&self) -> Option<&'static str> {
        let left = [
            ("--method", &self.method),
            ("--label", &self.label),
            ("--class", &self.class),
            ("--window", &self.window),
            ("--stride", &self.stride),
            ("--fill", &self.fill),
            ("--steps", &self.steps),
            ("--baseline", &self.baseline),
        ];
        left.iter().find(|(_, given)| given.is_some()).map(|(option, _)| *option)
    }
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
                Arg::Long("input") => given.inputs.push(parser.value()?.into()),
                Arg::Long("output") => given.output = Some(parser.value()?.into()),
                Arg::Long("out") => given.out = Some(parser.value()?.into()),
                Arg::Long("threads") => {
                    given.threads = Some(number("threads", &mut parser, MOST_THREADS)?);
                }
                Arg::Long("batch") => {
                    given.batch = Some(number("batch", &mut parser, MOST_IMAGES)?);
                }
                Arg::Long("seed") => given.seed = Some(seed(&mut parser)?),
                Arg::Long("training") => given.training = Some(()),
                Arg::Long("why") => given.why = Some(()),
                Arg::Long("image") => given.image = Some(parser.value()?.into()),
                Arg::Long("name") => given.name = Some(parser.value()?.string()?),
                Arg::Long("npy") => given.npy = Some(parser.value()?.into()),
                Arg::Long("list") => given.list = Some(()),
                Arg::Long("against") => given.against = Some(parser.value()?.string()?),
                Arg::Long("rounds") => {
                    given.rounds = Some(number("rounds", &mut parser, MOST_ROUNDS)?);
                }
                Arg::Long("python") => given.python = Some(parser.value()?.into()),
                Arg::Long("method") => given.explain.method = Some(parser.value()?.string()?),
                Arg::Long("label") => given.explain.label = Some(parser.value()?.string()?),
                Arg::Long("class") => given.explain.class = Some(parser.value()?.string()?),
                Arg::Long("window") => given.explain.window = Some(parser.value()?.string()?),
                Arg::Long("stride") => given.explain.stride = Some(parser.value()?.string()?),
                Arg::Long("fill") => given.explain.fill = Some(parser.value()?.string()?),
                Arg::Long("steps") => given.explain.steps = Some(parser.value()?.string()?),
                Arg::Long("baseline") => given.explain.baseline = Some(parser.value()?.string()?),
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
                input: needed(self.input()?, "run", "--input x.npy")?,
                output: needed(self.output.take(), "run", "--output y.npy")?,
                threads: self.threads.take().unwrap_or(0),
            }),
            #[cfg(feature = "onnx")]
            "export" => Command::Export(self.export(network(&command, words.next())?)?),
            #[cfg(feature = "onnx")]
            "from-onnx" => Command::FromOnnx(self.import(words.next())?),
            #[cfg(not(feature = "onnx"))]
            "export" | "from-onnx" => {
                let found = "found a `cnn-zoo` without the feature `onnx`";
                return Err(format!("{found}, expected one with it for `{command}`").into());
            }
            #[cfg(feature = "train")]
            "explain" if self.list.take().is_some() => Command::Methods {
                net: words.next().map(|word| network(&command, Some(word))).transpose()?,
            },
            #[cfg(feature = "train")]
            "explain" => {
                Command::Explain(Box::new(self.explain(network(&command, words.next())?)?))
            }
            #[cfg(not(feature = "train"))]
            "explain" => {
                let found = "found a `cnn-zoo` without the feature `train`";
                return Err(format!("{found}, expected one with it for `explain`").into());
            }
            #[cfg(feature = "onnx")]
            "bench" if self.against.is_some() => Command::Against(self.against(&mut words)?),
            "bench" => Command::Bench(Bench {
                net: network(&command, words.next())?,
                batch: self.batch.take().unwrap_or(1),
                threads: self.threads.take().unwrap_or(0),
            }),
            "manifest" => Command::Manifest {
                weights: needed(words.next().map(PathBuf::from), "manifest", "a file of weights")?,
                out: needed(self.out.take(), "manifest", "--out w.json")?,
            },
            _ => {
                let known = "list, summary, graph, plan, run, export, from-onnx, explain, bench or manifest";
                return Err(format!("found the command `{command}`, expected {known}").into());
            }
        };
        if let Some(word) = words.next() {
            return Err(format!("`{word}` is one argument too many; --help lists all").into());
        }
        self.nothing_left()?;
        Ok(command)
    }

    /// What `export` is to do.
    #[cfg(feature = "onnx")]
    fn export(&mut self, net: &'static Entry) -> Result<Export> {
        let (weights, seed) = (self.weights.take(), self.seed.take());
        if weights.is_some() && seed.is_some() {
            return Err("found --weights and --seed, expected one".into());
        }
        let out = needed(self.out.take(), "export", "--out f.onnx")?;
        Ok(Export { net, weights, seed: seed.unwrap_or(0), out })
    }

    /// What `from-onnx` is to do.
    #[cfg(feature = "onnx")]
    fn import(&mut self, file: Option<String>) -> Result<FromOnnx> {
        let text = |input: PathBuf| input.to_string_lossy().into_owned();
        Ok(FromOnnx {
            file: needed(file.map(PathBuf::from), "from-onnx", "the name of an ONNX file")?,
            inputs: std::mem::take(&mut self.inputs).into_iter().map(text).collect(),
            name: self.name.take().unwrap_or_else(|| "Net".to_owned()),
            out: self.out.take(),
            weights: self.weights.take(),
        })
    }

    /// What `bench --against` is to do.
    #[cfg(feature = "onnx")]
    fn against(&mut self, names: &mut impl Iterator<Item = String>) -> Result<Against> {
        let nets = names.map(|name| network("bench", Some(name))).collect::<Result<Vec<_>>>()?;
        let usual = NETWORKS.iter().filter(|net| COMPARED.contains(&net.name));
        Ok(Against {
            nets: if nets.is_empty() { usual.collect() } else { nets },
            engines: Engine::list(&self.against.take().unwrap_or_default())?,
            batch: self.batch.take().unwrap_or(1),
            threads: self.threads.take().unwrap_or(0),
            rounds: self.rounds.take().unwrap_or(5),
            python: self.python.take().unwrap_or_else(|| "python3".into()),
        })
    }

    /// The one input that a command takes.
    fn input(&mut self) -> Result<Option<PathBuf>> {
        let input = self.inputs.pop();
        match self.inputs.is_empty() {
            true => Ok(input),
            false => Err("found --input twice, expected it once".into()),
        }
    }

    /// What `explain` is to do.
    #[cfg(feature = "train")]
    fn explain(&mut self, net: &'static Entry) -> Result<Explain> {
        let threads = self.threads.take().unwrap_or(0);
        let question = explain::question(net, std::mem::take(&mut self.explain), threads)?;
        let weights = needed(self.weights.take(), "explain", "--weights w.safetensors")?;
        let source = match (self.image.take(), self.input()?) {
            (Some(image), None) => Source::Image(image),
            (None, Some(input)) => Source::Input(input),
            (Some(_), Some(_)) => return Err("found --image and --input, expected one".into()),
            (None, None) => {
                return Err("`explain` also needs --image cat.png or --input x.npy".into());
            }
        };
        let (out, npy) = (self.out.take(), self.npy.take());
        if out.is_none() && npy.is_none() {
            return Err("`explain` also needs --out map.png or --npy map.npy, or both".into());
        }
        if let Some(out) = out.as_ref()
            && !out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
        {
            let out = out.display();
            return Err(format!("--out: found `{out}`, expected a file .png").into());
        }
        Ok(Explain { net, weights, source, question, out, npy })
    }

    /// An option that the command has no use for is a mistake.
    fn nothing_left(&self) -> Result<()> {
        let left = [
            ("--weights", self.weights.is_some()),
            ("--input", !self.inputs.is_empty()),
            ("--name", self.name.is_some()),
            ("--output", self.output.is_some()),
            ("--out", self.out.is_some()),
            ("--threads", self.threads.is_some()),
            ("--batch", self.batch.is_some()),
            ("--seed", self.seed.is_some()),
            ("--training", self.training.is_some()),
            ("--why", self.why.is_some()),
            ("--image", self.image.is_some()),
            ("--npy", self.npy.is_some()),
            ("--list", self.list.is_some()),
            ("--against", self.against.is_some()),
            ("--rounds", self.rounds.is_some()),
            ("--python", self.python.is_some()),
        ];
        let left = left.iter().find(|(_, given)| *given).map(|(option, _)| *option);
        match left.or(self.explain.left()) {
            Some(option) => Err(format!("this command takes no {option}").into()),
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
        let near = perhaps(nearest(&name, NETWORKS.iter().map(|net| net.name)));
        format!("found no network `{name}`, expected one of `cnn-zoo list`{near}").into()
    })
}

/// The number after `--name`, from 1 to `most`.
fn number(name: &str, parser: &mut Parser, most: usize) -> Result<usize> {
    let text = parser.value()?.string()?;
    match text.parse() {
        Ok(n) if (1..=most).contains(&n) => Ok(n),
        _ => Err(format!("--{name}: found `{text}`, expected a number from 1 to {most}").into()),
    }
}

/// The number after `--seed`.
fn seed(parser: &mut Parser) -> Result<u64> {
    let text = parser.value()?.string()?;
    text.parse().map_err(|_| {
        format!("--seed: found `{text}`, expected a whole number from 0 to 2^64 − 1").into()
    })
}
