//! A file → the text of a network, and where its numbers lie.

use crate::ast::{Input, Network, NetworkFile};
use crate::eval::{self, Names};
use crate::recipes::Recipes;
use crate::report::Report;
use crate::{layers, parse, resolve};
use cnn_ir::Shape;
use cnn_onnx::{import, source};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use std::path::{Path, absolute};

/// Gives the networks of files their text, and their weights' recipes. Paths of files start at this folder.
pub fn bring(written: &mut Input, folder: &Path, report: &mut Report) -> Vec<Option<Recipes>> {
    let names = resolve::numbers(written);
    let mut all = Vec::new();
    for network in &mut written.networks {
        let found = network.file.as_ref().and_then(|file| read(file, &names, folder, report));
        all.push(found.map(|(text, recipes)| {
            put(network, &text, report);
            recipes
        }));
    }
    all
}

fn read(
    file: &NetworkFile,
    names: &Names,
    folder: &Path,
    report: &mut Report,
) -> Option<(source::Source, Recipes)> {
    let mut request = import::Request::default();
    for (name, sizes) in &file.inputs {
        let numbers =
            sizes.parts.iter().map(|part| eval::size(part, names, "a size of an input", 1));
        let numbers: Vec<usize> = match numbers.collect::<Result<_, _>>() {
            Ok(numbers) => numbers,
            Err(message) => {
                report.error(message.area, message.text);
                return None;
            }
        };
        let shape = match *numbers.as_slice() {
            [n] => Shape::Vector(n),
            [c, h, w] => Shape::volume(c, h, w),
            _ => {
                report.error(
                    sizes.area,
                    "an input is channels x height x width, or a number of elements",
                );
                return None;
            }
        };
        request.inputs.push((name.clone(), shape));
    }
    let path = absolute(folder.join(&file.path)).unwrap_or_else(|_| folder.join(&file.path));
    let network = match import::read(&path, &request) {
        Ok(network) => network,
        Err(problems) => {
            report.error(file.span, listed(&file.path, &problems));
            return None;
        }
    };
    let written = source::write_plain(&network);
    let lengths = network.files.iter().map(|path| {
        let length = std::fs::metadata(path).map(|m| m.len()).unwrap_or(0);
        Some((path.to_str()?.to_owned(), length))
    });
    let Some(files) = lengths.collect::<Option<Vec<_>>>() else {
        report.error(file.span, "the path of the file can't be written as text");
        return None;
    };
    let tensors = written.tensors.iter().cloned().collect();
    Some((written, Recipes { files, tensors }))
}

/// All problems, as many as a screen holds.
fn listed(path: &str, problems: &[import::Problem]) -> String {
    const MOST: usize = 20;
    let mut text = format!("`{path}` is no network of the language");
    for problem in problems.iter().take(MOST) {
        text.push_str(&format!("\n{}", problem.to_string().replace('\n', "\n  ")));
    }
    if problems.len() > MOST {
        text.push_str(&format!("\nand {} more", problems.len() - MOST));
    }
    text
}

/// Puts the text into the network, all of it at the name of the file.
fn put(network: &mut Network, text: &source::Source, report: &mut Report) {
    let Some(file) = &network.file else { return };
    let name = network.name.as_ref().map_or_else(|| "Net".to_owned(), ToString::to_string);
    let items = text.items("", &name);
    let tokens = match items.parse::<TokenStream>() {
        Ok(tokens) => at(tokens, file.span),
        Err(error) => {
            report.error(file.span, error);
            return;
        }
    };
    let parsed = parse::parse(tokens.clone(), layers::joins, report);
    let Some(read) = parsed.networks.into_iter().next() else { return };
    network.chains = read.chains;
    network.outputs = read.outputs;
    network.options.extend(read.options);
    // Other calls take the text that the file has become.
    network.tokens = read.tokens;
    // Its labels are the file's, and nobody wrote them.
    network.attrs.push(syn::parse_quote_spanned!(Span::call_site()=> #[allow(unused_labels)]));
}

/// The tokens as if they stood in one place.
fn at(tokens: TokenStream, span: Span) -> TokenStream {
    let placed = |token| match token {
        TokenTree::Group(group) => {
            let mut placed = Group::new(group.delimiter(), at(group.stream(), span));
            placed.set_span(span);
            TokenTree::Group(placed)
        }
        mut other => {
            other.set_span(span);
            other
        }
    };
    tokens.into_iter().map(placed).collect()
}
