//! What is asked of `explain`.

use super::super::Result;
use super::super::args::Options;
use super::super::near::{nearest, perhaps};
use cnn::Shape;
use cnn::explain::{Fill, IntegratedGradients, Occlusion};
use cnn_zoo::explain::{Method, Question};
use cnn_zoo::registry::Entry;
use std::path::PathBuf;

/// Steps of integrated gradients: as many copies of an image are in memory.
const MOST_STEPS: usize = 1000;
/// Labels that a message names.
const MOST_LABELS: usize = 12;
/// Whose outputs are smallest for the class that it sees.
const DISTANCES: &str = "lenet5_1998";

/// A network, what of it is explained, and the files that are read and written.
#[derive(Debug)]
pub(crate) struct Explain {
    pub(crate) net: &'static Entry,
    pub(crate) weights: PathBuf,
    pub(crate) source: Source,
    pub(crate) question: Question,
    /// The picture.
    pub(crate) out: Option<PathBuf>,
    /// The array.
    pub(crate) npy: Option<PathBuf>,
}

/// Where the images are from.
#[derive(Debug)]
pub(crate) enum Source {
    Image(PathBuf),
    Input(PathBuf),
}

/// The question that was typed.
pub(crate) fn question(
    net: &'static Entry,
    mut options: Options,
    threads: usize,
) -> Result<Question> {
    let method = method(options.method.take())?;
    let class = options.class.take().map(|text| class(net, &text)).transpose()?;
    let label = label(net, method, options.label.take())?;
    let mut path = IntegratedGradients::new();
    if method == Method::IntegratedGradients {
        if let Some(text) = options.steps.take() {
            let steps = text.parse().ok().filter(|steps| (1..=MOST_STEPS).contains(steps));
            path = path.steps(steps.ok_or_else(|| {
                format!("--steps: found `{text}`, expected a number from 1 to {MOST_STEPS}")
            })?);
        }
        if let Some(text) = options.baseline.take() {
            path = path.baseline(real("baseline", &text)?);
        }
    }
    let sides = [net.input.height(), net.input.width()];
    let mut occlusion = Occlusion::new(sides.map(|side| side.div_ceil(8)));
    if method == Method::Occlusion {
        if let Some(text) = options.window.take() {
            let window = pair("window", &text)?;
            if window[0] > sides[0] || window[1] > sides[1] {
                let most = format!("the image's {}x{}", sides[0], sides[1]);
                return Err(format!("--window: found `{text}`, expected at most {most}").into());
            }
            occlusion = Occlusion::new(window);
        }
        if let Some(text) = options.stride.take() {
            occlusion = occlusion.stride(pair("stride", &text)?);
        }
        if let Some(text) = options.fill.take() {
            let mean = text == "mean";
            let value = if mean { 0.0 } else { real("fill", &text)? };
            occlusion = occlusion.fill(if mean { Fill::Mean } else { Fill::Value(value) });
        }
    }
    if let Some(option) = options.left() {
        return Err(format!("`{}` takes no {option}", method.name()).into());
    }
    if net.name == DISTANCES {
        let found = format!("found `{DISTANCES}`, whose outputs are distances");
        return Err(format!("{found}, expected a network whose outputs are scores").into());
    }
    Ok(Question { method, label, class, occlusion, path, threads })
}

/// All methods, and the labels of a network.
pub(crate) fn list(net: Option<&Entry>) -> String {
    let width = Method::ALL.iter().map(|method| method.name().len()).max().unwrap_or(0);
    let line = |method: Method| {
        let needs = if method.takes_label() { " (with --label)" } else { "" };
        format!("{:width$}  {}{needs}\n", method.name(), method.line())
    };
    let mut text: String = Method::ALL.into_iter().map(line).collect();
    if let Some(net) = net {
        text += &format!("\nlabels of {} with maps:", net.name);
        for (label, shape) in maps(net) {
            text += &format!("\n  {label}  {shape}");
        }
        text += if maps(net).next().is_none() { " none\n" } else { "\n" };
    }
    text
}

/// The labels whose value has maps.
fn maps(net: &Entry) -> impl Iterator<Item = (&'static str, Shape)> {
    net.labels.iter().copied().filter(|(_, shape)| matches!(shape, Shape::Volume { .. }))
}

fn method(name: Option<String>) -> Result<Method> {
    const LIST: &str = "`cnn-zoo explain --list`";
    let name = name.ok_or_else(|| {
        format!("`explain` also needs --method, such as --method gradcam; {LIST} shows all")
    })?;
    Method::find(&name).ok_or_else(|| {
        let near = perhaps(nearest(&name, Method::ALL.iter().map(|method| method.name())));
        format!("--method: found `{name}`, expected one of {LIST}{near}").into()
    })
}

fn class(net: &Entry, text: &str) -> Result<usize> {
    let classes = net.outputs[0].channels();
    text.parse().ok().filter(|&class| class < classes).ok_or_else(|| {
        let most = classes - 1;
        format!("--class: found `{text}`, expected a class of `{}`, from 0 to {most}", net.name)
            .into()
    })
}

/// The label, for a method that takes one, of a value with maps.
fn label(net: &Entry, method: Method, label: Option<String>) -> Result<Option<String>> {
    let name = method.name();
    let known = || {
        let mut labels: Vec<&str> = maps(net).map(|(label, _)| label).collect();
        labels.sort_by_key(|label| label.matches('.').count());
        match labels.len() {
            0 => "it has none".to_owned(),
            n if n > MOST_LABELS => {
                let rest = n - MOST_LABELS;
                format!("{} and {rest} more", labels[..MOST_LABELS].join(", "))
            }
            _ => labels.join(", "),
        }
    };
    match (label, method.takes_label()) {
        (None, false) => Ok(None),
        (Some(_), false) => Err(format!("`{name}` takes no --label").into()),
        (None, true) => {
            let known = known();
            Err(format!("`{name}` also needs --label; those of `{}` with maps: {known}", net.name)
                .into())
        }
        (Some(label), true) if maps(net).any(|(known, _)| known == label) => Ok(Some(label)),
        (Some(label), true) => {
            let vector = net.labels.iter().find(|(known, _)| *known == label);
            let found = match vector {
                Some((_, shape)) => format!("`{label}`, a vector of {}", shape.len()),
                None => format!("`{label}`"),
            };
            let near = perhaps(nearest(&label, maps(net).map(|(label, _)| label)));
            let known = known();
            let expected = format!("a label of `{}` with maps{near}: {known}", net.name);
            Err(format!("--label: found {found}, expected {expected}").into())
        }
    }
}

/// `8`, or `8x6`: rows and columns, from 1 on.
fn pair(name: &str, text: &str) -> Result<[usize; 2]> {
    let (rows, columns) = text.split_once(['x', '×']).unwrap_or((text, text));
    match [rows, columns].map(str::parse) {
        [Ok(rows), Ok(columns)] if rows > 0 && columns > 0 => Ok([rows, columns]),
        _ => {
            let expected = "rows and columns from 1 on, as 8x8, or one number for both";
            Err(format!("--{name}: found `{text}`, expected {expected}").into())
        }
    }
}

fn real(name: &str, text: &str) -> Result<f32> {
    text.parse().ok().filter(|x: &f32| x.is_finite()).ok_or_else(|| {
        let mean = if name == "fill" { ", or mean" } else { "" };
        format!("--{name}: found `{text}`, expected a finite number{mean}").into()
    })
}
