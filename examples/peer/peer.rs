//! Puts this project beside other engines: answers a benchmark's requests, one JSON object a line,
//! until its input ends.
//!
//! ```text
//! {"do":"load","mode":"infer","model":"vgg16","batch":1,"threads":2,"weights":"….safetensors","input":"….npy"}
//!     → {"load_s":0.4,"y":[…]}       at most 64 values of the output, evenly spaced
//! {"do":"load","mode":"train","model":"lenet","batch":64,"threads":2,"weights":"….safetensors","input":"….npy","labels":"….npy"}
//!     → {"load_s":0.1,"loss":2.31}   of the fifth step on this one batch: mean cross-entropy,
//!                                    SGD with rate 0.01 and momentum 0.9
//! {"do":"run","slice":0.4}
//!     → {"n":120,"med":0.0033,"min":0.0031}   calls of the model loaded last and seconds a call
//! anything else
//!     → {"error":"…"}
//! ```

#[path = "../support/networks.rs"]
mod networks;
#[path = "../support/npy.rs"]
mod npy;

use cnn::ndarray::{Array2, Array4, ArrayView4};
use cnn::{Network, Session, Sgd, Trainer};
use networks::{
    LeNet, MobileNetV2, ResNet18, ResNet18Cifar, ResNet50, Vgg11BnCifar, Vgg11Cifar, Vgg16,
};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A pool of more is a mistake, and takes minutes to start.
const MOST_THREADS: usize = 1024;
/// Values of an output that an answer shows.
const SHOWN: usize = 64;
/// Training steps when a model is loaded; the last one's loss is the answer.
const FIRST_STEPS: usize = 5;
const WARM_UP: usize = 2;
const FEWEST_CALLS: usize = 3;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Request {
    Load(Load),
    Run { slice: f64 },
}

#[derive(Deserialize)]
struct Load {
    model: String,
    batch: usize,
    threads: usize,
    weights: PathBuf,
    input: PathBuf,
    #[serde(flatten)]
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
enum Mode {
    Infer,
    Train { labels: PathBuf },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Inference { load_s: f64, y: Vec<f32> },
    Training { load_s: f64, loss: f32 },
    Run { n: usize, med: f64, min: f64 },
    Error { error: String },
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One call of a loaded model: an inference or a training step.
type Call = Box<dyn FnMut() -> Result<()>>;

fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    let mut call = None;
    for line in std::io::stdin().lock().split(b'\n') {
        let answer = answer(&line?, &mut call)
            .unwrap_or_else(|error| Answer::Error { error: error.to_string() });
        serde_json::to_writer(&mut output, &answer)?;
        writeln!(output)?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &[u8], call: &mut Option<Call>) -> Result<Answer> {
    match serde_json::from_slice(line)? {
        Request::Load(request) => {
            // Two models need not fit into memory at a time.
            *call = None;
            let (loaded, answer) = load(&request)?;
            *call = Some(loaded);
            Ok(answer)
        }
        Request::Run { slice } => {
            let call = call.as_mut().ok_or("no model is loaded")?;
            time(call, Duration::try_from_secs_f64(slice)?)
        }
    }
}

fn load(request: &Load) -> Result<(Call, Answer)> {
    let start = Instant::now();
    let weights = &request.weights;
    match &*request.model {
        "lenet" => begin(LeNet::load(weights)?, request, start),
        "vgg16" => begin(Vgg16::load(weights)?, request, start),
        "vgg11_cifar" => begin(Vgg11Cifar::load(weights)?, request, start),
        "vgg11bn_cifar" => begin(Vgg11BnCifar::load(weights)?, request, start),
        "resnet18" => begin(ResNet18::load(weights)?, request, start),
        "resnet18_cifar" => begin(ResNet18Cifar::load(weights)?, request, start),
        "resnet50" => begin(ResNet50::load(weights)?, request, start),
        "mobilenetv2" => begin(MobileNetV2::load(weights)?, request, start),
        other => Err(format!("there is no model `{other}`").into()),
    }
}

/// A network from images to scores.
trait Classifier: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>> {}

impl<N> Classifier for N where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>>
{
}

fn begin(net: impl Classifier, request: &Load, start: Instant) -> Result<(Call, Answer)> {
    let x = images(&request.input)?;
    let (found, expected) = (x.dim().0, request.batch);
    if found != expected {
        return Err(format!("found {found} images, expected a batch of {expected}").into());
    }
    let threads = request.threads;
    if threads > MOST_THREADS {
        return Err(format!("found {threads} threads, expected {MOST_THREADS} at most").into());
    }
    match &request.mode {
        Mode::Infer => infer(net, x, threads, start),
        Mode::Train { labels } => train(net, x, classes(labels)?, threads, start),
    }
}

fn infer(
    net: impl Classifier,
    x: Array4<f32>,
    threads: usize,
    start: Instant,
) -> Result<(Call, Answer)> {
    let mut session = Session::from_network(net, x.dim().0).threads(threads)?;
    let y = session.run(x.view())?;
    // JSON has no word for the others.
    if !y.iter().all(|value| value.is_finite()) {
        return Err("the output holds values that are not finite".into());
    }
    let y = y.iter().copied().step_by((y.len() / SHOWN).max(1)).take(SHOWN).collect();
    let answer = Answer::Inference { load_s: start.elapsed().as_secs_f64(), y };
    let call = move || {
        black_box(session.run(black_box(x.view()))?);
        Ok(())
    };
    Ok((Box::new(call), answer))
}

fn train(
    net: impl Classifier,
    x: Array4<f32>,
    labels: Vec<usize>,
    threads: usize,
    start: Instant,
) -> Result<(Call, Answer)> {
    let mut trainer = Trainer::new(net, Sgd::new(0.01).momentum(0.9)).threads(threads);
    let mut step = move || trainer.step(x.view(), &labels);
    let mut loss = step()?;
    for _ in 1..FIRST_STEPS {
        loss = step()?;
    }
    let answer = Answer::Training { load_s: start.elapsed().as_secs_f64(), loss };
    let call = move || {
        black_box(step()?);
        Ok(())
    };
    Ok((Box::new(call), answer))
}

/// The images of a file, N×C×H×W.
fn images(path: &Path) -> Result<Array4<f32>> {
    let (dims, values) = npy::read(path)?;
    let dims: [usize; 4] = dims.try_into().map_err(|dims| {
        format!("{}: found dimensions {dims:?}, expected N×C×H×W", path.display())
    })?;
    Ok(Array4::from_shape_vec(dims, values)?)
}

/// The labels of a file.
fn classes(path: &Path) -> Result<Vec<usize>> {
    let (_, labels) = npy::read::<i64, 8>(path)?;
    Ok(labels.into_iter().map(usize::try_from).collect::<std::result::Result<_, _>>()?)
}

/// Calls until the slice is over.
fn time(call: &mut Call, slice: Duration) -> Result<Answer> {
    for _ in 0..WARM_UP {
        call()?;
    }
    let mut seconds = Vec::new();
    let start = Instant::now();
    while seconds.len() < FEWEST_CALLS || start.elapsed() < slice {
        let before = Instant::now();
        call()?;
        seconds.push(before.elapsed().as_secs_f64());
    }
    seconds.sort_unstable_by(f64::total_cmp);
    Ok(Answer::Run { n: seconds.len(), med: median(&seconds), min: seconds[0] })
}

/// The median of sorted numbers, of which there are some.
fn median(sorted: &[f64]) -> f64 {
    let (low, high) = ((sorted.len() - 1) / 2, sorted.len() / 2);
    (sorted[low] + sorted[high]) / 2.0
}
