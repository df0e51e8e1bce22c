//! The compiler behind `cnn!`, as an ordinary library that tests and tools can link.
//!
//! ```text
//! tokens → ast → net (resolved, shapes known) → plan (algorithm, fusion, layout, memory) → code
//! ```
//!
//! Each phase's output is plain data that the next phase reads and nobody changes any more.
//! Mistakes gather in a [`report::Report`]; none of them stops a phase early.

pub mod args;
pub mod ast;
mod defaults;
pub mod emit;
pub mod eval;
mod exports;
pub mod fold;
mod foreign;
pub mod hover;
pub mod init;
pub mod layers;
pub mod lists;
pub mod net;
mod padding;
pub mod parse;
pub mod plan;
pub mod receptive;
pub mod report;
pub mod resolve;
mod scope;
pub mod shape;
pub mod source;
pub mod summary;
pub mod window;

use net::Net;
use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::quote;
use report::{Message, Report};
use resolve::Resolved;

/// Compiles one macro call: to items, or, for `< … >` alone, to an expression.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let written = parse::parse(tokens.clone(), &mut report);
    if report.errors().is_empty()
        && let Some(path) = written.requests().get(written.imports.len())
    {
        // Whoever has it comes back with it.
        return quote!(#path! { #tokens });
    }
    let resolved = resolve::resolve(&written, &mut report);
    report.settle();
    let (mut errors, warnings) = (report.error_items(), report.warning_statements());
    let hover = hover::uses(&written);
    let anonymous = Ident::new("Network", Span::mixed_site());
    let expression = written.networks.iter().any(|n| n.name.is_none());
    let mut items = TokenStream::new();
    // The first network with a mistake holds the first error, the others depend on it.
    let mut broken: Option<TokenStream> = None;
    for (network, resolved) in written.networks.iter().zip(&resolved) {
        let name = network.name.as_ref().unwrap_or(&anonymous);
        items.extend(match resolved {
            Resolved::Net(net) => unsuffixed(emit::network(network, name, net, &plan::plan(net))),
            Resolved::Broken { inputs, outputs } => {
                let error = broken.take().unwrap_or_else(|| errors.remove(0));
                broken = Some(quote!(<#name as rt::Network>::PARAMETERS));
                emit::stub(network, name, &error, inputs, outputs)
            }
        });
    }
    match expression {
        true => quote!({ #items #(#errors)* #warnings #hover #anonymous::new(0) }),
        false => {
            let exports = written.exports();
            quote!(#items #(#errors)* #warnings #hover #exports)
        }
    }
}

/// Numbers without their `usize` and `u64`, which `quote!` writes and no reader wants.
fn unsuffixed(tokens: TokenStream) -> TokenStream {
    let plain = |token| match token {
        TokenTree::Group(group) => {
            let (delimiter, span, stream) = (group.delimiter(), group.span(), group.stream());
            // A stream that nobody else holds is not copied.
            drop(group);
            let mut plain = Group::new(delimiter, unsuffixed(stream));
            plain.set_span(span);
            plain.into()
        }
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            let digits = text.strip_suffix("usize").or_else(|| text.strip_suffix("u64"));
            match digits.and_then(|d| d.parse().ok()) {
                Some(n) => Literal::u64_unsuffixed(n).into(),
                None => literal.into(),
            }
        }
        other => other,
    };
    tokens.into_iter().map(plain).collect()
}

/// The networks of a macro call, for tests and tools.
///
/// # Errors
/// All mistakes, if there are any.
pub fn compile(text: &str) -> Result<Vec<Net>, Vec<Message>> {
    let mut report = Report::default();
    let tokens = match text.parse::<TokenStream>() {
        Ok(tokens) => tokens,
        Err(error) => {
            return Err(vec![Message { area: Span::call_site().into(), text: error.to_string() }]);
        }
    };
    let written = parse::parse(tokens, &mut report);
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
