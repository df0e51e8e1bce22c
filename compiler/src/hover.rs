//! What an editor shows of a network's text: documentation and definitions.
//!
//! rust-analyzer finds what a word of a macro call means where a token with the word's place comes out
//! of the expansion. So every layer's name comes out as a `use` of a documented item, which carries that
//! place and imports nothing: of a module whose documentation says what the layer is in its networks and
//! what `cnn::layers` says of its kind, or, after a mistake, of the latter itself. Every block's name comes
//! out as one of a module at the block's definition, documented by the block's text.

use crate::args::Spec;
use crate::ast::{Block, Input, Node, Unit, Value};
use crate::exports::{is_plain, walk};
use crate::layers::{self, LAYERS, Record};
use crate::net::{Net, Node as Placed};
use crate::resolve::Resolved;
use cnn_ir::Receptive;
use cnn_ir::grouped;
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::HashMap;

/// The most places in networks that one layer of the text tells of.
const MOST_PLACES: usize = 4;

/// What is known of the layers in a text, by the place of their name.
type Facts = HashMap<String, Vec<String>>;

/// A use of what each layer, block and network of the call is named after.
pub fn uses(input: &Input, resolved: &[Resolved]) -> TokenStream {
    let (facts, mut uses, mut number) = (facts(resolved), TokenStream::new(), 0);
    let mut see = |name: &Ident| {
        let own = facts.get(&place(name.span())).zip(layers::find(&name.to_string()));
        let Some((places, record)) = own else {
            return uses.extend(meaning(input, name));
        };
        let (module, text) = (format_ident!("__{number}"), own_page(places, record));
        let keyword = Ident::new(record.keyword, Span::call_site());
        number += 1;
        uses.extend(quote! {
            mod #module { #[doc = #text] pub mod #keyword {} }
            use #module::#name as _;
        });
    };
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
    let blocks = input.blocks.iter().filter(first).filter(|b| is_plain(&b.name)).map(|block| {
        let (name, text) = (&block.name, format!("```text\n{}\n```", source(&block.tokens)));
        quote!(#[doc = #text] mod #name {})
    });
    quote! {
        #[allow(unused_imports, deprecated, unreachable_pub)]
        const _: () = {
            #(#blocks)*
            #uses
        };
    }
}

/// A place in the text as a key.
fn place(span: Span) -> String {
    format!("{span:?}")
}

/// What the networks say of the layers in the text.
fn facts(resolved: &[Resolved]) -> Facts {
    let mut facts = Facts::new();
    for resolved in resolved {
        let Resolved::Net(net) = resolved else { continue };
        for (node, seen) in net.nodes.iter().zip(net.receptive_fields()) {
            facts.entry(place(node.area.start)).or_default().push(fact(net, node, seen));
        }
    }
    facts
}

/// A layer in its place: shapes, costs and what it sees.
fn fact(net: &Net, node: &Placed, seen: Receptive) -> String {
    let inputs: Vec<String> = node.inputs.iter().map(|&v| format!("`{}`", net.shape(v))).collect();
    let mut text = format!(
        "`{}`, layer `{}`: {} → `{}`",
        net.name,
        node.path,
        inputs.join(", "),
        node.layer.output
    );
    let counts =
        [("parameters", node.parameters() as u64), ("multiply–adds", net.layer_macs(node))];
    for (what, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        text.push_str(&format!(", {} {what}", grouped(n)));
    }
    let [rows, columns] = seen.size;
    text.push_str(&format!(", sees {rows}x{columns} of the input"));
    text
}

/// The documentation of a layer in its places.
fn own_page(places: &[String], record: &Record) -> String {
    let mut text = String::new();
    for place in places.iter().take(MOST_PLACES) {
        text.push_str(&format!("- {place}\n"));
    }
    if places.len() > MOST_PLACES {
        text.push_str(&format!("- and {} more like it\n", places.len() - MOST_PLACES));
    }
    text + "\n" + &page(record)
}

/// Tokens as they are written; the text of a group keeps its lines.
fn source(tokens: &TokenStream) -> String {
    let mut text = String::new();
    for token in tokens.clone() {
        let glued =
            matches!(&token, TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis);
        if !text.is_empty() && !glued {
            text.push(' ');
        }
        text.push_str(&token.span().source_text().unwrap_or_else(|| token.to_string()));
    }
    // The first line has lost its indentation, so the others lose that of the last one.
    let indent = |line: &str| line.len() - line.trim_start().len();
    let less = text.lines().last().map_or(0, indent);
    let lines = text.lines().map(|line| line.get(less.min(indent(line))..).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
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
        (false, args) => crate::spec::usage(keyword, args),
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
