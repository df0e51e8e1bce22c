//! Chains and their units.

use super::context::Context;
use super::expr::{args, condition, drain, expr, finish, sizes};
use super::name::word;
use crate::ast::{Call, Chain, Expr, For, Join, Label, Node, Piece, Sizes, Splice, Unit};
use crate::report::Area;
use proc_macro2::{Delimiter, Ident, TokenTree};
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Result};
use syn::{Token, braced, parenthesized, token};

/// Chains ended by `;`, up to `=>`, `>` or the end.
pub(super) fn chains(input: ParseStream<'_>, cx: &mut Context<'_>) -> Vec<Chain> {
    let mut chains = Vec::new();
    while !at_body_end(input) {
        let mut units = units(input, cx);
        let label = match units.first_mut() {
            Some(first) if names_chain(&first.node) => first.label.take(),
            _ => None,
        };
        chains.push(Chain { label, units });
        if input.peek(Token![;]) {
            let _ = input.parse::<Token![;]>();
        } else if !at_body_end(input) {
            let error = input.error("chains are separated by `;`, layers by `->`");
            cx.report.syntax(&error);
            skip(input);
            // Whatever stopped the chain must go, or reading would stay here for ever.
            if !at_body_end(input) && !input.peek(Token![;]) {
                let _ = input.parse::<TokenTree>();
            }
        }
    }
    chains
}

/// A label in front of a chain's source names the whole chain.
fn names_chain(first: &Node) -> bool {
    match first {
        Node::Shape(_) | Node::Join(_) => true,
        Node::Call(call) => call.args.is_none(),
        _ => false,
    }
}

fn at_body_end(input: ParseStream<'_>) -> bool {
    input.is_empty()
        || (input.peek(Token![>]) && !input.peek(Token![>=]))
        || (input.peek(Token![=>]) && names_outputs(input))
}

/// Whether nothing but names stands between the `=>` ahead and the end of the network.
fn names_outputs(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let _ = ahead.parse::<Token![=>]>();
    let listed = |ahead: ParseStream<'_>| ahead.peek(syn::Ident::peek_any) || ahead.peek(Token![,]);
    while listed(&ahead) && ahead.parse::<TokenTree>().is_ok() {}
    ahead.peek(Token![>]) || ahead.peek(Token![;])
}

fn at_chain_end(input: ParseStream<'_>) -> bool {
    at_body_end(input)
        || input.peek(Token![;])
        || (input.peek(Token![|]) && !input.peek(Token![||]))
        || input.peek(Token![for])
}

/// Units joined by `->`. A unit that can't be read is reported and becomes [`Node::Broken`];
/// reading goes on at the next arrow.
pub(super) fn units(input: ParseStream<'_>, cx: &mut Context<'_>) -> Vec<Unit> {
    let mut units = Vec::new();
    if input.peek(Token![->]) {
        cx.report.syntax(&input.error("a layer is missing before this arrow"));
        let _ = input.parse::<Token![->]>();
    }
    while !at_chain_end(input) {
        let start = input.span();
        match unit(input, cx) {
            Ok(unit) => units.push(unit),
            Err(error) => {
                cx.report.syntax(&error);
                skip(input);
                units.push(Unit {
                    label: None,
                    node: Node::Broken,
                    repeat: None,
                    area: Area::at(start),
                });
            }
        }
        if input.peek(Token![=>]) && !at_chain_end(input) {
            let arrow: Token![=>] = input.parse().expect("peeked");
            let area = Area { start: arrow.spans[0], end: arrow.spans[1] };
            cx.report.error(area, "layers are joined by `->`");
        } else if input.peek(Token![->]) {
            let arrow: Token![->] = input.parse().expect("peeked");
            if at_chain_end(input) || input.peek(Token![->]) {
                let area = Area { start: arrow.spans[0], end: arrow.spans[1] };
                cx.report.error(area, "a layer is missing after this arrow");
                if input.peek(Token![->]) {
                    let _ = input.parse::<Token![->]>();
                }
            }
        } else if !at_chain_end(input) {
            let text = if input.peek(Token![.]) || input.peek(Token![,]) {
                "layers are joined by `->`"
            } else {
                "`->` is missing before this"
            };
            cx.report.syntax(&input.error(text));
            skip(input);
            if input.peek(Token![->]) {
                let _ = input.parse::<Token![->]>();
            }
        }
    }
    units
}

/// Drops tokens up to the next arrow or the end of the chain.
fn skip(input: ParseStream<'_>) {
    while !at_chain_end(input) && !input.peek(Token![->]) && !input.peek(Token![=>]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}

fn unit(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<Unit> {
    let start = input.span();
    let label = label(input)?;
    if input.peek(Token![->]) || at_chain_end(input) {
        return Err(syn::Error::new(start, "a layer is missing after this label"));
    }
    let (node, mut area) = node(input, cx)?;
    area.start = start;
    let mut repeat = None;
    if input.peek(Token![*]) {
        input.parse::<Token![*]>()?;
        let times = expr(input)?;
        area = area.to(times.area());
        repeat = Some(times);
    }
    Ok(Unit { label, node, repeat, area })
}

/// `name:`, `l{i}:` or `0:`, perhaps with `pub` before it.
fn label(input: ParseStream<'_>) -> Result<Option<Label>> {
    let mut area = Area::at(input.span());
    let kept = input.peek(Token![pub]);
    if kept {
        input.parse::<Token![pub]>()?;
    }
    if !label_ahead(input.cursor()) {
        return match kept {
            true => Err(syn::Error::new(area.start, "`pub` stands before a label: pub act: relu")),
            false => Ok(None),
        };
    }
    let mut pieces = Vec::new();
    while !input.peek(Token![:]) {
        area.end = input.span();
        if input.peek(token::Brace) {
            let inner;
            braced!(inner in input);
            pieces.push(Piece::Number(expr(&inner)?));
            finish(&inner)?;
        } else {
            pieces.push(Piece::Text(match input.parse()? {
                TokenTree::Ident(name) => name.unraw().to_string(),
                other => other.to_string(),
            }));
        }
    }
    input.parse::<Token![:]>()?;
    Ok(Some(Label { kept, pieces, area }))
}

/// A name or number, perhaps with `{…}` and more names after it, and then a single colon.
fn label_ahead(mut cursor: Cursor<'_>) -> bool {
    let mut first = true;
    loop {
        if let Some((punct, rest)) = cursor.punct() {
            let double = rest.punct().is_some_and(|(p, _)| p.as_char() == ':');
            return !first && punct.as_char() == ':' && !double;
        }
        cursor = if let Some((ident, rest)) = cursor.ident() {
            if ident == "if" || ident == "for" {
                return false;
            }
            rest
        } else if let (true, Some((_, rest))) = (first, cursor.literal()) {
            rest
        } else if let (false, Some((_, _, rest))) = (first, cursor.group(Delimiter::Brace)) {
            rest
        } else {
            return false;
        };
        first = false;
    }
}

fn node(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<(Node, Area)> {
    let start = input.span();
    if input.peek(Token![_]) {
        input.parse::<Token![_]>()?;
        return Ok((Node::Unchanged(start.into()), start.into()));
    }
    if input.peek(Token![if]) {
        return choice(input, cx);
    }
    if input.peek(token::Brace) {
        return group(input, cx);
    }
    if input.cursor().literal().is_some() || input.peek(token::Paren) {
        let shape = shape(input)?;
        let area = shape.area;
        return Ok((Node::Shape(shape), area));
    }
    if input.peek(syn::Ident::peek_any) {
        return call(input, cx);
    }
    Err(input.error("a layer belongs here"))
}

/// `1x28x28`, `(c, h, w)` or `120`.
pub(super) fn shape(input: ParseStream<'_>) -> Result<Sizes> {
    if let Some(sizes) = sizes(input)? {
        return Ok(sizes);
    }
    let length = expr(input)?;
    let area = length.area();
    Ok(Sizes { parts: vec![length], crossed: true, area })
}

fn call(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<(Node, Area)> {
    let name = input.call(word)?;
    if !input.peek(token::Paren) {
        let area = Area::from(&name);
        return Ok((Node::Call(Call { name, args: None, area }), area));
    }
    let inner;
    let paren = parenthesized!(inner in input);
    let area = Area { start: name.span(), end: paren.span.close() };
    if !(cx.joins)(&name.to_string()) && has_operator(inner.cursor(), '=', Some('>')) {
        return splice(&inner, name, area).map(|s| (Node::Splice(s), area));
    }
    if has_operator(inner.cursor(), '|', None)
        || has_operator(inner.cursor(), '-', Some('>'))
        || (cx.joins)(&name.to_string())
    {
        let branches = branches(&inner, cx);
        return Ok((Node::Join(Join { name, branches, area }), area));
    }
    let args = Some(args(&inner)?);
    Ok((Node::Call(Call { name, args, area }), area))
}

fn branches(inner: ParseStream<'_>, cx: &mut Context<'_>) -> Vec<Vec<Unit>> {
    let mut branches = Vec::new();
    if inner.peek(Token![|]) {
        let _ = inner.parse::<Token![|]>();
    }
    while !inner.is_empty() {
        let branch = units(inner, cx);
        if branch.is_empty() {
            let error = inner.error("a branch is empty\nhelp: the unchanged input is written `_`");
            cx.report.syntax(&error);
        }
        branches.push(branch);
        if inner.peek(Token![|]) {
            let _ = inner.parse::<Token![|]>();
        } else if !inner.is_empty() {
            cx.report.syntax(&inner.error("branches are separated by `|`"));
            drain(inner);
        }
    }
    branches
}

fn splice(inner: ParseStream<'_>, name: Ident, area: Area) -> Result<Splice> {
    let read = |inner: ParseStream<'_>| {
        let ty = inner.parse()?;
        inner.parse::<Token![=>]>()?;
        let shape = shape(inner)?;
        finish(inner)?;
        Ok(Splice { name, ty: Box::new(ty), shape, area })
    };
    read(inner).inspect_err(|_| drain(inner))
}

fn group(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<(Node, Area)> {
    let inner;
    let brace = braced!(inner in input);
    let area = Area { start: brace.span.open(), end: brace.span.close() };
    let body = units(&inner, cx);
    let node = if inner.peek(Token![for]) {
        let read = |inner: ParseStream<'_>| -> Result<Node> {
            inner.parse::<Token![for]>()?;
            let var = inner.call(word)?;
            inner.parse::<Token![in]>()?;
            let from = expr(inner)?;
            let inclusive = inner.peek(Token![..=]);
            if inclusive {
                inner.parse::<Token![..=]>()?;
            } else {
                inner.parse::<Token![..]>()?;
            }
            let to = expr(inner)?;
            finish(inner)?;
            Ok(Node::For(For { body, var, from, to, inclusive }))
        };
        read(&inner).inspect_err(|_| drain(&inner))?
    } else {
        if !inner.is_empty() {
            cx.report.syntax(&inner.error("this is not expected here"));
            drain(&inner);
        }
        Node::Group(body)
    };
    Ok((node, area))
}

fn choice(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<(Node, Area)> {
    let mut area = Area::at(input.span());
    let mut arms: Vec<(Option<Expr>, Vec<Unit>)> = Vec::new();
    loop {
        let condition = if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            Some(condition(input)?)
        } else {
            None
        };
        let last = condition.is_none();
        let (body, end) = block(input, cx)?;
        area = area.to(end);
        arms.push((condition, body));
        if last || !input.peek(Token![else]) {
            return Ok((Node::If(arms), area));
        }
        input.parse::<Token![else]>()?;
    }
}

/// `{ units }` with nothing else in it.
pub(super) fn block(input: ParseStream<'_>, cx: &mut Context<'_>) -> Result<(Vec<Unit>, Area)> {
    let inner;
    if !input.peek(token::Brace) {
        return Err(input.error("`{` belongs here"));
    }
    let brace = braced!(inner in input);
    let body = units(&inner, cx);
    if !inner.is_empty() {
        cx.report.syntax(&inner.error("this is not expected here"));
        drain(&inner);
    }
    Ok((body, Area { start: brace.span.open(), end: brace.span.close() }))
}

/// Whether the operator stands in the token list itself, not inside a group in it.
fn has_operator(mut cursor: Cursor<'_>, first: char, second: Option<char>) -> bool {
    while let Some((token, rest)) = cursor.token_tree() {
        if matches!(&token, TokenTree::Punct(p) if p.as_char() == first) {
            let next = rest.punct().map(|(p, _)| p.as_char());
            match second {
                Some(second) if next == Some(second) => return true,
                None if next != Some(first) => return true,
                _ => {}
            }
        }
        cursor = rest;
    }
    false
}
