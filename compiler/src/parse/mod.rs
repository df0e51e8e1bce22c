//! Tokens → syntax tree. Mistakes are reported and stepped over, so that one call shows them all.

mod chain;
mod context;
mod expr;
mod file;
mod literal;
mod name;
mod visible;

use crate::ast::{Block, Import, Input, Let, Network, Output, Param, Use};
use crate::exports::key;
use crate::report::{Area, Report};
use context::Context;
use name::{struct_name, word};
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser, Result};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, ItemUse, LitStr, Path, Token, UseTree, Visibility, braced, parenthesized, token,
};

#[cfg(test)]
pub(crate) use expr::expr as calculation;
pub(crate) use expr::value as argument;

/// The most brackets inside one another: whoever reads them calls itself as often.
const MOST_NESTED: usize = 100;

/// Where more brackets than this stand inside one another.
fn nested(tokens: TokenStream, most: usize) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) if most == 0 => Some(group.span_open()),
        TokenTree::Group(group) => nested(group.stream(), most - 1),
        _ => None,
    })
}

/// Reads one macro call. `joins` tells of a word whether it is a layer that always takes branches.
pub fn parse(tokens: TokenStream, joins: fn(&str) -> bool, report: &mut Report) -> Input {
    let mut input = Input { facade: quote!(::cnn), ..Input::default() };
    if let Some(span) = nested(tokens.clone(), MOST_NESTED) {
        report.error(span, format!("more than {MOST_NESTED} brackets stand inside one another here, the most there may be"));
        return input;
    }
    let result = Parser::parse2(
        |stream: ParseStream<'_>| {
            if let Some(facade) = facade(stream)? {
                input.facade = facade;
            }
            let mut cx = Context { report, joins };
            let mut answers = answers(stream, &mut cx)?;
            items(stream, &mut input, &mut cx);
            // The last one came first.
            answers.reverse();
            for (mut answer, path) in answers.into_iter().zip(input.requests()) {
                answer.key = key(&path);
                input.imports.push(answer);
            }
            Ok(())
        },
        visible::visible(tokens.clone()),
    );
    if let Err(error) = result {
        report.syntax(&error);
    }
    for constant in &mut input.lets {
        // Once where it is defined.
        constant.used = count(tokens.clone(), &constant.name.to_string()) > 1;
    }
    input
}

/// How often a word stands in the text.
fn count(tokens: TokenStream, word: &str) -> usize {
    let here = |token| match token {
        TokenTree::Ident(ident) => usize::from(ident == word),
        TokenTree::Group(group) => count(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(here).sum()
}

/// `@(path)`: the path of the crate `cnn`, which its macro knows.
fn facade(stream: ParseStream<'_>) -> Result<Option<TokenStream>> {
    if !(stream.peek(Token![@]) && stream.peek2(token::Paren)) {
        return Ok(None);
    }
    stream.parse::<Token![@]>()?;
    let path;
    parenthesized!(path in stream);
    path.parse().map(Some)
}

/// The tokens of a call but for the path of the crate. What a `macro_rules!` matched is in parentheses
/// already: rustc forgets the invisible groups of what a macro gives back.
pub(crate) fn without_facade(tokens: TokenStream) -> TokenStream {
    let tokens = visible::visible(tokens);
    let mut rest = tokens.clone().into_iter();
    let at = matches!(rest.next(), Some(TokenTree::Punct(p)) if p.as_char() == '@');
    let path =
        matches!(rest.next(), Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
    if at && path { rest.collect() } else { tokens }
}

/// `@{ name … }`: what other calls gave.
fn answers(stream: ParseStream<'_>, cx: &mut Context<'_>) -> Result<Vec<Import>> {
    let mut answers = Vec::new();
    while stream.peek(Token![@]) {
        stream.parse::<Token![@]>()?;
        let inner;
        braced!(inner in stream);
        answers.push(import(&inner, cx)?);
    }
    Ok(answers)
}

/// `name`, then the text of a call; inside another import, the path by which that knows it comes first.
fn import(stream: ParseStream<'_>, cx: &mut Context<'_>) -> Result<Import> {
    let key = match stream.peek(LitStr) {
        true => stream.parse::<LitStr>()?.value(),
        false => String::new(),
    };
    let all = stream.cursor();
    let name = stream.call(word)?;
    let mut module = Input { imports: answers(stream, cx)?, ..Input::default() };
    items(stream, &mut module, cx);
    Ok(Import { key, name, module, tokens: all.token_stream() })
}

fn items(stream: ParseStream<'_>, input: &mut Input, cx: &mut Context<'_>) {
    while stream.peek(Token![let]) {
        recovering(stream, input, cx);
    }
    if stream.peek(Token![<]) {
        match expression(stream, cx) {
            Ok(network) => input.networks.push(network),
            Err(error) => cx.report.syntax(&error),
        }
        if !stream.is_empty() && cx.report.errors().is_empty() {
            cx.report.syntax(&stream.error("the expression form holds one network: `cnn!(< … >)`"));
        }
        while stream.parse::<TokenTree>().is_ok() {}
        return;
    }
    while !stream.is_empty() {
        recovering(stream, input, cx);
    }
}

/// An item; after a mistake, reading goes on after the next semicolon.
fn recovering(stream: ParseStream<'_>, input: &mut Input, cx: &mut Context<'_>) {
    if let Err(error) = item(stream, input, cx) {
        cx.report.syntax(&error);
        while !stream.is_empty() && !stream.peek(Token![;]) {
            let _ = stream.parse::<TokenTree>();
        }
        let _ = stream.parse::<Token![;]>();
    }
}

/// `< … > with …`, the expression form.
fn expression(stream: ParseStream<'_>, cx: &mut Context<'_>) -> Result<Network> {
    network(stream, Vec::new(), Visibility::Inherited, None, cx)
}

fn item(stream: ParseStream<'_>, input: &mut Input, cx: &mut Context<'_>) -> Result<()> {
    let attrs = stream.call(Attribute::parse_outer)?;
    let vis: Visibility = stream.parse()?;
    let start = stream.cursor();
    let word = stream.fork().call(Ident::parse_any).map(|i| i.to_string()).unwrap_or_default();
    match word.as_str() {
        "struct" => {
            stream.parse::<Token![struct]>()?;
            let name = struct_name(stream, cx.report)?;
            let from = stream.fork().call(Ident::parse_any).is_ok_and(|i| i == "from");
            let mut network = match from {
                true => file::network(stream, attrs, vis, name)?,
                false if stream.peek(Token![<]) => network(stream, attrs, vis, Some(name), cx)?,
                false => {
                    return Err(
                        stream.error(format!("`<` belongs here: struct {name}< 1x28x28 -> … >;"))
                    );
                }
            };
            network.tokens = between(start, stream.cursor());
            if stream.peek(Token![;]) {
                stream.parse::<Token![;]>()?;
            } else {
                let end = network.options.last().map_or(network.area.end, |o| o.area.end);
                cx.report.error(end, "`;` is missing after the network");
            }
            input.networks.push(network);
        }
        "let" => {
            stream.parse::<Token![let]>()?;
            let name = stream.call(name::word)?;
            if !stream.peek(Token![=]) {
                return Err(stream.error(format!("`=` belongs here: let {name} = 10;")));
            }
            stream.parse::<Token![=]>()?;
            let value = expr::expr(stream)?;
            if !stream.peek(Token![;]) {
                cx.report.error(value.area(), format!("`;` is missing after `let {name}`"));
            } else {
                stream.parse::<Token![;]>()?;
            }
            if !input.networks.is_empty() {
                cx.report.error(&name, "`let` stands before the networks");
            }
            let tokens = between(start, stream.cursor());
            input.lets.push(Let { name, value, used: false, tokens });
        }
        "const" | "static" => {
            stream.call(Ident::parse_any)?;
            let name = stream.call(name::word)?;
            return Err(syn::Error::new(
                name.span(),
                format!("a number gets its name by `let` in here\nhelp: let {name} = 10;"),
            ));
        }
        "block" | "inline" => {
            let inline = word == "inline";
            if let Some(attribute) = attrs.iter().find(|a| a.path().is_ident("cfg")) {
                let text =
                    "a block is there for every network of its call: `cfg` stands before a network";
                cx.report.error(attribute.span(), text);
            }
            stream.call(Ident::parse_any)?;
            if inline {
                let block = stream.call(Ident::parse_any)?;
                if block != "block" {
                    return Err(syn::Error::new(block.span(), "`inline` stands before `block`"));
                }
            }
            let name = name::name(stream, "a block")?;
            let params = if stream.peek(token::Paren) { params(stream)? } else { Vec::new() };
            let (body, _) = chain::block(stream, cx)?;
            let tokens = between(start, stream.cursor());
            input.blocks.push(Block { attrs, vis, tokens, inline, name, params, body });
        }
        "use" => {
            let item: ItemUse = stream.parse()?;
            let root = Path { leading_colon: item.leading_colon, segments: Punctuated::new() };
            used(&item.tree, root, &mut input.uses)?;
        }
        _ => {
            return Err(stream.error(
                "`cnn!` holds `struct Name< 1x28x28 -> … >;`, `block name(…) { … }`, `let name = 10;` and `use path::block;`, or one network `< 1x28x28 -> … >`",
            ));
        }
    }
    Ok(())
}

/// The names of a `use`, one by one.
fn used(tree: &UseTree, mut path: Path, uses: &mut Vec<Use>) -> Result<()> {
    match tree {
        UseTree::Path(step) => {
            path.segments.push(step.ident.clone().into());
            used(&step.tree, path, uses)
        }
        UseTree::Name(last) => {
            path.segments.push(last.ident.clone().into());
            uses.push(Use { path, name: last.ident.unraw() });
            Ok(())
        }
        UseTree::Rename(last) => {
            path.segments.push(last.ident.clone().into());
            uses.push(Use { path, name: last.rename.unraw() });
            Ok(())
        }
        UseTree::Group(group) => {
            group.items.iter().try_for_each(|tree| used(tree, path.clone(), uses))
        }
        UseTree::Glob(star) => {
            Err(syn::Error::new(star.span(), "blocks and networks are named one by one here"))
        }
    }
}

/// The tokens from one place to another.
fn between(mut from: Cursor<'_>, to: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while from != to
        && let Some((token, rest)) = from.token_tree()
    {
        tokens.extend([token]);
        from = rest;
    }
    tokens
}

fn params(stream: ParseStream<'_>) -> Result<Vec<Param>> {
    let inner;
    parenthesized!(inner in stream);
    let mut params = Vec::new();
    while !inner.is_empty() {
        let name = inner.call(word)?;
        let default = if inner.peek(Token![=]) {
            inner.parse::<Token![=]>()?;
            Some(expr::expr(&inner)?)
        } else {
            None
        };
        params.push(Param { name, default });
        if inner.is_empty() {
            break;
        }
        inner.parse::<Token![,]>()?;
    }
    Ok(params)
}

fn network(
    stream: ParseStream<'_>,
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: Option<Ident>,
    cx: &mut Context<'_>,
) -> Result<Network> {
    let open: Token![<] = stream.parse()?;
    if stream.peek(Token![const]) {
        return Err(stream.error(
            "a network has no const generics: its shapes are known while the macro runs\nhelp: `let n = 10;` before the networks names a number; a `macro_rules!` around `cnn!` makes several networks of one text",
        ));
    }
    let chains = chain::chains(stream, cx);
    let (mut outputs, mut arrow) = (Vec::new(), None);
    if stream.peek(Token![=>]) {
        let fat: Token![=>] = stream.parse()?;
        arrow = Some(Area { start: fat.spans[0], end: fat.spans[1] });
        while !stream.peek(Token![>]) {
            let mut name = name::name(stream, "an output")?;
            let train = name == "train" && !stream.peek(Token![,]) && !stream.peek(Token![>]);
            if train {
                name = name::name(stream, "an output")?;
            }
            outputs.push(Output { name, train });
            if !stream.peek(Token![,]) {
                break;
            }
            stream.parse::<Token![,]>()?;
        }
    }
    if !stream.peek(Token![>]) {
        let text = if stream.is_empty() {
            "`>` is missing after the network"
        } else {
            "this is not expected here"
        };
        return Err(stream.error(text));
    }
    let close: Token![>] = stream.parse()?;
    let mut options = Vec::new();
    let with = stream.fork().call(Ident::parse_any).is_ok_and(|i| i == "with");
    if with {
        stream.call(Ident::parse_any)?;
        loop {
            options.push(stream.call(expr::arg)?);
            if !stream.peek(Token![,]) {
                break;
            }
            stream.parse::<Token![,]>()?;
        }
    }
    let area = Area { start: open.span, end: close.span };
    let tokens = TokenStream::new();
    Ok(Network { attrs, tokens, vis, name, chains, outputs, arrow, options, area, file: None })
}
