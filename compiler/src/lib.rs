//! The compiler behind `cnn!`, as an ordinary library that tests and tools can link.
//!
//! ```text
//! tokens → ast → net (operations, shapes known) → plan (algorithm, fusion, layout, memory) → code
//! ```
//!
//! Each phase's output is plain data that the next phase reads and nobody changes any more.
//! Mistakes gather in a [`report::Report`]; none of them stops a phase early.

pub mod args;
pub mod ast;
mod defaults;
pub mod effort;
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
pub mod report;
pub mod resolve;
mod scope;
mod slips;
pub mod source;
mod spell;
pub mod summary;
pub mod window;

use net::Net;
use proc_macro2::{Span, TokenStream};
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
    let (errors, warnings) = (report.error_items(), report.warning_statements());
    let hover = hover::uses(&written, &resolved);
    let exports = written.exports();
    quote!(#(#errors)* #warnings #hover #exports)
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
