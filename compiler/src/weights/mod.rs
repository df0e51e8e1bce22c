//! Weights that are known while compiling: `with weights="lenet.safetensors"`.
//!
//! A file's header is compared with the network, and what does not fit is an error of the layer that needs it. The
//! bytes are no concern of the compiler's: emitted code includes them.

mod fit;
mod header;

use crate::ast::{Network, Value, WEIGHTS};
use crate::net::Net;
use crate::report::Report;
use cnn_ir::Element;
use header::{Header, shown};
use proc_macro2::Span;
use std::fs::File;
use std::path::{Path, absolute};

/// The weights of a network in a file.
#[derive(Clone, Debug)]
pub struct Weights {
    /// The file as the network's text names it.
    pub name: String,
    /// Where it lies.
    pub path: String,
    /// Whether it is a manifest, so that the weights are elsewhere.
    pub manifest: bool,
    /// Bytes of the file of weights.
    pub len: u64,
    /// Where its elements start.
    pub start: u64,
    /// What all before them is known by.
    pub digest: u64,
    /// For each node, for each of its tensors, its first byte and its type; none of a counter.
    pub tensors: Vec<Vec<Option<(u64, Element)>>>,
    /// What is packed ahead, if something is: how, by a number, and for each inference plan its first byte and how
    /// many floats it is.
    pub packed: Option<(u64, Vec<(u64, u64)>)>,
    /// The counters.
    pub counters: Vec<i64>,
    /// Means and deviations by which images are normalized, if the file says so.
    pub normalization: Option<[Vec<f32>; 2]>,
}

/// Whether a path is that of a manifest.
pub fn is_manifest(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
}

/// The weights that a network is written with, if they fit it. Paths start at `folder`; `net` is none after other
/// mistakes.
pub fn of(
    network: &Network,
    net: Option<&Net>,
    folder: &Path,
    report: &mut Report,
) -> Option<Weights> {
    let (name, span) = option(network, report)?;
    // Escapes, as of a backslash, are those of Rust.
    let quoted = syn::parse_str::<syn::LitStr>(&format!("\"{name}\""));
    let name = quoted.map_or_else(|_| name.to_owned(), |text| text.value());
    let manifest = is_manifest(&name);
    if manifest && network.name.is_none() {
        report.error(span, "the weights of a manifest are loaded by a network's name: `struct Net< … > with weights=\"….json\";`, then `Net::load_checked(path)?`");
        return None;
    }
    let path = absolute(folder.join(&name)).ok();
    let Some((path, text)) = path.as_ref().and_then(|path| Some((path, path.to_str()?))) else {
        report.error(span, format!("`{}` is no path that can be written as text", shown(&name)));
        return None;
    };
    let read = || {
        let mut file = header::open(path)?;
        let header = match manifest {
            true => header::of_manifest(&mut file),
            false => header::of_weights(&mut file),
        }?;
        Ok::<_, header::Refusal>((file, header))
    };
    let (mut file, header) = match read() {
        Ok(found) => found,
        Err(why) => {
            let place = match path.exists() {
                true => String::new(),
                false => format!(
                    "\nit would be {}: a path starts at the folder of the crate's `Cargo.toml`",
                    shown_path(text)
                ),
            };
            report.error(span, format!("`{}` {why}{place}", shown(&name)));
            return None;
        }
    };
    let before = report.errors().len();
    let mut weights = Weights {
        name,
        path: text.to_owned(),
        manifest,
        len: header.len,
        start: header.start,
        digest: header.digest,
        tensors: Vec::new(),
        packed: header.packed(),
        counters: Vec::new(),
        normalization: None,
    };
    let net = net?;
    fit::fit(&mut weights, net, &header, span, report);
    weights.normalization = normalization(&weights.name, net, &header, span, report);
    if !manifest {
        counters(&mut weights, net, &header, &mut file, report);
    }
    (report.errors().len() == before).then_some(weights)
}

/// The path that the option names.
fn option<'a>(network: &'a Network, report: &mut Report) -> Option<(&'a str, Span)> {
    let mut options = network.options.iter().filter(|o| o.names_weights());
    let first = options.next()?;
    if let Some(second) = options.next() {
        report.error(second.area, format!("`{WEIGHTS}` is given twice"));
    }
    match &first.value {
        Value::Text(path, span) => Some((path, *span)),
        _ => {
            report.error(
                first.area,
                format!("`{WEIGHTS}` is the path of a file, in quotes\nhelp: {WEIGHTS}=\"lenet.safetensors\""),
            );
            None
        }
    }
}

/// A path without control characters.
fn shown_path(path: &str) -> String {
    path.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What the file says of how images are normalized.
fn normalization(
    file: &str,
    net: &Net,
    header: &Header,
    span: Span,
    report: &mut Report,
) -> Option<[Vec<f32>; 2]> {
    const WORDS: [&str; 2] = ["image_mean", "image_std"];
    if WORDS.iter().all(|word| !header.about.contains_key(*word)) {
        return None;
    }
    let channels = net.shape(net.inputs[0]).channels();
    let [mean, deviation] = WORDS.map(|word| {
        let text = header.about.get(word).map_or("", String::as_str);
        let list = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let numbers = list.and_then(|list| {
            list.split(',').map(|x| x.trim().parse().ok()).collect::<Option<Vec<f32>>>()
        });
        let least = if word == WORDS[0] { f32::NEG_INFINITY } else { 0.0 };
        let good = |x: &f32| x.is_finite() && *x >= least;
        let fits = |all: &Vec<f32>| [1, channels].contains(&all.len()) && all.iter().all(good);
        let numbers = numbers.filter(fits);
        if numbers.is_none() {
            let of = if channels == 1 { String::new() } else { format!(" or {channels}") };
            let signs = if word == WORDS[0] { "" } else { " from 0 on" };
            report.error(
                span,
                format!(
                    "`{file}`: found `{}` as `{word}` of its metadata, expected a list of 1{of} finite numbers{signs}",
                    shown(text)
                ),
            );
        }
        numbers
    });
    Some([mean?, deviation?])
}

/// The counts in the file; those that are missing are 0, as PyTorch has it.
fn counters(
    weights: &mut Weights,
    net: &Net,
    header: &Header,
    file: &mut File,
    report: &mut Report,
) {
    for (place, area) in fit::counters(net, header) {
        let count = match place {
            None => 0,
            Some((path, at, element)) => {
                let bytes = header::read(file, header.start + at, element.bytes() as u64);
                let count = match bytes.as_deref().map(|bytes| element.count(bytes)) {
                    Ok(Ok(count)) => Ok(count),
                    Ok(Err(found)) => Err(format!(
                        "found the count {found}, expected a whole number from 0 to {}",
                        i64::MAX
                    )),
                    Err(why) => Err(why.clone()),
                };
                count.unwrap_or_else(|what| {
                    fit::misfit(&weights.name, area, &[format!("`{path}`: {what}")], report);
                    0
                })
            }
        };
        weights.counters.push(count);
    }
}
