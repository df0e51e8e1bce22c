//! What an editor shows of a network's text: documentation and definitions.
//!
//! rust-analyzer finds what a word of a macro call means where a token with the word's place comes out
//! of the expansion. So every layer's name comes out as a `use` of a documented item, `cnn::layers::conv`,
//! which carries that place and imports nothing, and every block's name as one of a module at the block's
//! definition.

use crate::args::Spec;
use crate::ast::{Block, Input, Node, Unit, Value};
use crate::exports::{is_plain, walk};
use crate::layers::{self, LAYERS, Record};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// A use of what each layer, block and network of the call is named after.
pub fn uses(input: &Input) -> TokenStream {
    let mut uses = TokenStream::new();
    let mut see = |name: &Ident| uses.extend(meaning(input, name));
    let bodies = |units: &[Unit], see: &mut dyn FnMut(&Ident)| {
        walk(units, &mut |node| match node {
            Node::Call(call) => see(&call.name),
            Node::Join(join) => see(&join.name),
            Node::Splice(splice) => {
                see(&splice.name);
                splice.path().and_then(|p| p.get_ident()).into_iter().for_each(&mut *see);
            }
            _ => {}
        });
    };
    for block in &input.blocks {
        bodies(&block.body, &mut see);
    }
    for network in &input.networks {
        network.chains.iter().for_each(|chain| bodies(&chain.units, &mut see));
        for option in &network.options {
            if let (None, Value::Call(call)) = (&option.name, &option.value) {
                see(&call.name);
            }
        }
    }
    if uses.is_empty() {
        return uses;
    }
    let first = |b: &&Block| input.block(&b.name.to_string()).is_some_and(|f| std::ptr::eq(f, *b));
    let blocks = input.blocks.iter().filter(first).map(|b| &b.name).filter(|n| is_plain(n));
    quote! {
        #[allow(unused_imports, deprecated)]
        const _: () = {
            #(mod #blocks {})*
            #uses
        };
    }
}

/// The use of what a name stands for, where that is known.
fn meaning(input: &Input, name: &Ident) -> TokenStream {
    if layers::find(&name.to_string()).is_some() {
        {
            let facade = &input.facade;
            quote!(use #facade::layers::#name as _;)
        }
    } else if is_plain(name) && input.block(&name.to_string()).is_some() {
        quote!(use #name as _;)
    } else if let Some(network) = input.network(name).filter(|_| is_plain(name)) {
        let conditions = network.conditions();
        quote!(#(#conditions)* use #name as _;)
    } else {
        TokenStream::new()
    }
}

/// A documented module for each layer: what `cnn::layers` holds.
pub fn documentation() -> TokenStream {
    let modules = LAYERS.iter().map(|record| {
        let (name, text) = (Ident::new(record.keyword, Span::call_site()), page(record));
        quote!(#[doc = #text] pub mod #name {})
    });
    modules.collect()
}

/// A layer's documentation.
fn page(record: &Record) -> String {
    let keyword = record.keyword;
    let call = match (record.joins, record.args) {
        (true, _) => format!("{keyword}(branch | branch)"),
        (false, []) if record.is_spliced() => format!("{keyword}(Type => shape)"),
        (false, []) => keyword.to_owned(),
        (false, args) => crate::args::usage(keyword, args),
    };
    let mut text = format!("{}.\n\n```text\n{call}\n```\n", sentence(record.summary));
    if !record.args.is_empty() {
        text.push_str("\n| argument | meaning (default) |\n|---|---|\n");
    }
    for Spec { name, doc, required, .. } in record.args {
        let mark = if *required { "" } else { "=" };
        text.push_str(&format!("| `{name}{mark}` | {} |\n", doc.replace('|', "\\|")));
    }
    text
}

/// With a capital letter, where it starts with a word.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    match letters.as_str().starts_with(|c: char| c.is_alphabetic()) {
        true => first + letters.as_str(),
        false => text.to_owned(),
    }
}
