//! Networks whose text an ONNX file gives: `struct Net from "model.onnx" with input=3x48x192;`.
//!
//! The file is read here, and becomes the text that a user would have written; all that comes after works on that text
//! as on any other. Its mistakes stand at the name of the file.

use crate::ast::Input;
#[cfg(feature = "onnx")]
use crate::ast::{Network, NetworkFile};
use crate::recipes::Recipes;
use crate::report::Report;
use std::path::Path;

/// Gives the networks of files their text, and their weights' recipes. Paths of files start at this folder.
#[cfg(not(feature = "onnx"))]
pub fn bring(written: &mut Input, _: &Path, report: &mut Report) -> Vec<Option<Recipes>> {
    for file in written.networks.iter().filter_map(|n| n.file.as_ref()) {
        let help = "in `Cargo.toml`: cnn = { version = \"0.1\", features = [\"onnx\"] }";
        report.error(
            file.span,
            format!("ONNX files are read by the feature `onnx` of `cnn`\nhelp: {help}"),
        );
    }
    written.networks.iter().map(|_| None).collect()
}

/// Gives the networks of files their text, and their weights' recipes. Paths of files start at this folder.
#[cfg(feature = "onnx")]
pub fn bring(written: &mut Input, folder: &Path, report: &mut Report) -> Vec<Option<Recipes>> {
    let names = crate::resolve::numbers(written);
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

#[cfg(feature = "onnx")]
fn read(
    file: &NetworkFile,
    names: &crate::eval::Names,
    folder: &Path,
    report: &mut Report,
) -> Option<(cnn_onnx::source::Source, Recipes)> {
    use crate::eval;
    use cnn_ir::Shape;
    use cnn_onnx::{import, source};

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
    let path =
        std::path::absolute(folder.join(&file.path)).unwrap_or_else(|_| folder.join(&file.path));
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
#[cfg(feature = "onnx")]
fn listed(path: &str, problems: &[cnn_onnx::import::Problem]) -> String {
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
#[cfg(feature = "onnx")]
fn put(network: &mut Network, text: &cnn_onnx::source::Source, report: &mut Report) {
    use proc_macro2::{Span, TokenStream};

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
    let parsed = crate::parse::parse(tokens.clone(), crate::layers::joins, report);
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
#[cfg(feature = "onnx")]
fn at(tokens: proc_macro2::TokenStream, span: proc_macro2::Span) -> proc_macro2::TokenStream {
    use proc_macro2::{Group, TokenTree};
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
