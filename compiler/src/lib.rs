//! The compiler behind `cnn!`, as an ordinary library that tests and tools can link.
//!
//! ```text
//! tokens → ast → net (operations, shapes known) → rewrite → choose → schedule → plan → code
//! ```
//!
//! Each phase's output is plain data that the next phase reads and nobody changes any more.
//! Mistakes gather in a [`report::Report`]; none of them stops a phase early.

pub mod args;
pub mod ast;
pub mod choose;
mod defaults;
pub mod effort;
pub mod emit;
pub mod eval;
pub mod explain;
mod exports;
pub mod fold;
mod foreign;
mod graph;
pub mod hover;
pub mod init;
mod intern;
pub mod layers;
pub mod limits;
pub mod lists;
pub mod net;
pub mod onnx;
mod padding;
mod param;
pub mod parse;
pub mod plan;
pub mod recipes;
pub mod report;
pub mod resolve;
pub mod rewrite;
pub mod schedule;
mod scope;
pub mod source;
pub mod spec;
mod spell;
pub mod summary;
mod text;
pub mod weights;
pub mod window;

use net::Net;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use report::{Message, Report};
use resolve::Resolved;
use std::path::Path;
use weights::Weights;

/// Compiles one macro call: to items, or, for `< … >` alone, to an expression. Paths of files start at the
/// current folder.
pub fn expand(tokens: TokenStream) -> TokenStream {
    expand_in(tokens, Path::new(""))
}

/// As [`expand`], with paths of files that start at this folder: that of the crate's `Cargo.toml`.
pub fn expand_in(tokens: TokenStream, folder: &Path) -> TokenStream {
    let mut report = Report::default();
    let mut written = parse::parse(tokens.clone(), layers::joins, &mut report);
    if report.errors().is_empty()
        && let Some(path) = written.requests().get(written.imports.len())
    {
        // Whoever has it comes back with it.
        let (facade, text) = (&written.facade, parse::without_facade(tokens));
        return quote!(#path! { @(#facade) #text });
    }
    let recipes = onnx::bring(&mut written, folder, &mut report);
    let mut resolved = resolve::resolve(&written, &mut report);
    let weights = weigh(&written, &mut resolved, folder, &mut report);
    report.settle();
    let (mut errors, warnings) = (report.error_items(), report.warning_statements());
    let (hover, facade) = (hover::uses(&written, &resolved), &written.facade);
    let anonymous = Ident::new("Network", Span::mixed_site());
    let expression = written.networks.iter().any(|n| n.name.is_none());
    let mut items = TokenStream::new();
    // The first network with a mistake holds the first error, the others depend on it, unless some may
    // not be there.
    let conditional = written.networks.iter().any(|n| !n.conditions().is_empty());
    let mut broken: Option<TokenStream> = conditional.then(|| quote!(0));
    let networks = written.networks.iter().zip(&resolved).zip(weights.iter().zip(&recipes));
    for ((network, resolved), (weights, recipes)) in networks {
        let name = network.name.as_ref().and_then(exports::rust_name);
        let name = name.as_ref().unwrap_or(&anonymous);
        items.extend(match resolved {
            Resolved::Net(net) => {
                // Those that the text names come before those of its file.
                let weights = weights.as_ref().map(emit::Known::Weights);
                let weights = weights.or(recipes.as_ref().map(emit::Known::Recipes));
                emit::network(facade, network, name, net, &schedule::plan(net), weights)
            }
            Resolved::Broken { inputs, outputs } => {
                let error = broken.clone().unwrap_or_else(|| errors.remove(0));
                broken.get_or_insert_with(|| quote!(<#name as rt::Describe>::PARAMETERS));
                emit::stub(facade, network, name, &error, inputs, outputs)
            }
        });
    }
    match expression {
        true => {
            let value = match weights.first() {
                Some(Some(_)) => quote!(embedded()),
                _ => quote!(new(0)),
            };
            quote!({ #items #(#errors)* #warnings #hover #anonymous::#value })
        }
        false => {
            let exports = written.exports();
            quote!(#items #(#errors)* #warnings #hover #exports)
        }
    }
}

/// The weights that the networks of a call are written with. A network that they do not fit has a mistake.
fn weigh(
    written: &ast::Input,
    resolved: &mut [Resolved],
    folder: &Path,
    report: &mut Report,
) -> Vec<Option<Weights>> {
    let mut all = Vec::new();
    for (network, resolved) in written.networks.iter().zip(resolved) {
        let (before, net) = (report.errors().len(), resolved.net());
        all.push(weights::of(network, net, folder, report));
        if report.errors().len() > before {
            resolved.refuse(network);
        }
    }
    all
}

/// The weights that the networks of a macro call are written with, for tests and tools; paths start at `folder`.
///
/// # Errors
/// All mistakes, if there are any.
pub fn weights_of(text: &str, folder: &Path) -> Result<Vec<Option<Weights>>, Vec<Message>> {
    let tokens = text.parse::<TokenStream>().map_err(|e| vec![message(e.to_string())])?;
    let mut report = Report::default();
    let mut written = parse::parse(tokens, layers::joins, &mut report);
    onnx::bring(&mut written, folder, &mut report);
    let mut resolved = resolve::resolve(&written, &mut report);
    let weights = weigh(&written, &mut resolved, folder, &mut report);
    report.settle();
    if report.errors().is_empty() { Ok(weights) } else { Err(report.errors().to_vec()) }
}

/// The networks of a macro call, for tests and tools.
///
/// # Errors
/// All mistakes, if there are any.
pub fn compile(text: &str) -> Result<Vec<Net>, Vec<Message>> {
    let tokens = text.parse::<TokenStream>().map_err(|e| vec![message(e.to_string())])?;
    compile_tokens(tokens, |_| None)
}

/// As [`compile`], of tokens. What the call imports by a path, another call's text hands over:
/// `imported` gives, for a path, the tokens of that call.
///
/// # Errors
/// All mistakes, if there are any.
pub fn compile_tokens(
    tokens: TokenStream,
    imported: impl Fn(&syn::Path) -> Option<TokenStream>,
) -> Result<Vec<Net>, Vec<Message>> {
    let mut report = Report::default();
    let mut tokens = tokens;
    let mut written = loop {
        let written = parse::parse(tokens.clone(), layers::joins, &mut report);
        let request = written.requests().get(written.imports.len()).cloned();
        let Some(path) = request.filter(|_| report.errors().is_empty()) else { break written };
        let name = path.segments.last().map(|segment| segment.ident.clone());
        let answer = name.and_then(|name| {
            let call = parse::parse(imported(&path)?, layers::joins, &mut report);
            call.answer(&name)
        });
        let Some(answer) = answer else {
            return Err(vec![message(format!("found nothing called `{}`", exports::key(&path)))]);
        };
        tokens = quote!(#answer #tokens);
    };
    onnx::bring(&mut written, Path::new(""), &mut report);
    let resolved = resolve::resolve(&written, &mut report);
    report.settle();
    if !report.errors().is_empty() {
        return Err(report.errors().to_vec());
    }
    let nets = resolved.into_iter().filter_map(|r| match r {
        Resolved::Net(net) => Some(*net),
        Resolved::Broken { .. } => None,
    });
    Ok(nets.collect())
}

fn message(text: String) -> Message {
    Message { area: Span::call_site().into(), text }
}

/// The tokens of every `cnn! { … }` in a source file.
///
/// # Errors
/// If the text is no Rust.
pub fn calls(source: &str) -> Result<Vec<TokenStream>, Vec<Message>> {
    fn find(tokens: TokenStream, found: &mut Vec<TokenStream>) {
        // The two tokens before the present one.
        let mut before = [None, None];
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                match &before {
                    [Some(TokenTree::Ident(name)), Some(TokenTree::Punct(mark))]
                        if name == "cnn" && mark.as_char() == '!' =>
                    {
                        found.push(group.stream());
                    }
                    _ => find(group.stream(), found),
                }
            }
            before = [before[1].take(), Some(token)];
        }
    }
    let tokens = source.parse::<TokenStream>().map_err(|e| vec![message(e.to_string())])?;
    let mut found = Vec::new();
    find(tokens, &mut found);
    Ok(found)
}
