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
mod exports;
pub mod fold;
mod foreign;
pub mod hover;
pub mod init;
mod intern;
pub mod layers;
pub mod limits;
pub mod lists;
pub mod net;
mod padding;
mod param;
pub mod parse;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod rewrite;
pub mod schedule;
mod scope;
mod slips;
pub mod source;
mod spell;
pub mod summary;
mod text;
pub mod window;

use net::Net;
use proc_macro2::{Ident, Span, TokenStream};
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
        let (facade, text) = (&written.facade, parse::without_facade(tokens));
        return quote!(#path! { @(#facade) #text });
    }
    let resolved = resolve::resolve(&written, &mut report);
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
    for (network, resolved) in written.networks.iter().zip(&resolved) {
        let name = network.name.as_ref().and_then(exports::rust_name);
        let name = name.as_ref().unwrap_or(&anonymous);
        items.extend(match resolved {
            Resolved::Net(net) => emit::network(facade, network, name, net, &schedule::plan(net)),
            Resolved::Broken { inputs, outputs } => {
                let error = broken.clone().unwrap_or_else(|| errors.remove(0));
                broken.get_or_insert_with(|| quote!(<#name as rt::Describe>::PARAMETERS));
                emit::stub(facade, network, name, &error, inputs, outputs)
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
