//! Calculations, sizes and arguments.

use super::literal::{Number, quoted, read};
use super::name::word;
use crate::ast::{Arg, Call, Expr, Lists, Op, Sizes, Value};
use crate::eval::unseen;
use crate::report::Area;
use proc_macro2::{Delimiter, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Result};
use syn::{Error, Token, bracketed, parenthesized, token};

/// The most operators of one strength in a calculation, which is a tree as deep.
const MOST_OPERATORS: usize = 100;

/// A calculation with the usual precedences.
pub(crate) fn expr(input: ParseStream<'_>) -> Result<Expr> {
    binary(input, 0)
}

/// A condition, which must stop before the `{` of what it decides.
pub(super) fn condition(input: ParseStream<'_>) -> Result<Expr> {
    let condition = expr(input)?;
    if input.peek(Token![<]) || input.peek(Token![>]) {
        return Err(input.error(
            "a bare `<` or `>` would end the network\nhelp: conditions use ==, !=, <=, >=, && and ||",
        ));
    }
    if input.peek(Token![=]) {
        return Err(input.error("a condition compares with `==`"));
    }
    Ok(condition)
}

fn binary(input: ParseStream<'_>, lowest: u8) -> Result<Expr> {
    let mut left = unary(input)?;
    let mut operators = 0;
    while let Some((op, strength)) = peek_op(input) {
        if strength < lowest {
            break;
        }
        operators += 1;
        if operators > MOST_OPERATORS {
            return Err(input
                .error(format!("a calculation has at most {MOST_OPERATORS} operators in a row")));
        }
        for _ in 0..op_tokens(op) {
            input.parse::<TokenTree>()?;
        }
        let right = binary(input, strength + 1)?;
        left = Expr::Binary(Box::new(left), op, Box::new(right));
    }
    Ok(left)
}

fn peek_op(input: ParseStream<'_>) -> Option<(Op, u8)> {
    Some(if input.peek(Token![||]) {
        (Op::Or, 1)
    } else if input.peek(Token![&&]) {
        (Op::And, 2)
    } else if input.peek(Token![==]) {
        (Op::Eq, 3)
    } else if input.peek(Token![!=]) {
        (Op::Ne, 3)
    } else if input.peek(Token![<=]) {
        (Op::Le, 3)
    } else if input.peek(Token![>=]) {
        (Op::Ge, 3)
    } else if input.peek(Token![+]) {
        (Op::Add, 4)
    } else if input.peek(Token![-]) && !input.peek(Token![->]) {
        (Op::Sub, 4)
    } else if input.peek(Token![*]) {
        (Op::Mul, 5)
    } else if input.peek(Token![/]) {
        (Op::Div, 5)
    } else if input.peek(Token![%]) {
        (Op::Rem, 5)
    } else {
        return None;
    })
}

fn op_tokens(op: Op) -> usize {
    match op {
        Op::Or | Op::And | Op::Eq | Op::Ne | Op::Le | Op::Ge => 2,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => 1,
    }
}

fn unary(input: ParseStream<'_>) -> Result<Expr> {
    if input.peek(Token![-]) {
        let minus: Token![-] = input.parse()?;
        if input.peek(Token![-]) {
            return Err(input.error("one minus sign is enough"));
        }
        return Ok(Expr::Negative(Box::new(unary(input)?), minus.span));
    }
    if input.peek(token::Paren) {
        let inner;
        parenthesized!(inner in input);
        let e = expr(&inner)?;
        finish(&inner)?;
        return Ok(e);
    }
    if input.peek(syn::Ident::peek_any) {
        let name = input.call(word)?;
        if input.peek(Token![::]) {
            let mut path = name.to_string();
            while input.peek(Token![::]) {
                input.parse::<Token![::]>()?;
                path.push_str("::");
                if input.peek(syn::Ident::peek_any) {
                    path.push_str(&input.call(word)?.to_string());
                }
            }
            return Err(Error::new(name.span(), unseen(&path)));
        }
        return Ok(Expr::Name(name));
    }
    if input.cursor().literal().is_some() {
        let (number, span) = literal(input)?;
        return match number {
            Number::Int(n) => Ok(Expr::Int(n, span)),
            Number::Real(x) => Ok(Expr::Real(x, span)),
            Number::Sizes(_) | Number::Open(_) => Err(Error::new(
                span,
                "sizes joined by an x can't be calculated with\nhelp: write (a, b) where a size is computed",
            )),
        };
    }
    Err(input.error(if input.is_empty() {
        "a number or a word is missing here"
    } else {
        "a number or a word belongs here"
    }))
}

fn literal(input: ParseStream<'_>) -> Result<(Number, Span)> {
    input.step(|cursor| match cursor.literal() {
        Some((literal, rest)) => match read(&literal) {
            Ok(number) => Ok(((number, literal.span()), rest)),
            Err(text) => Err(Error::new(literal.span(), text)),
        },
        None => Err(cursor.error("a number belongs here")),
    })
}

/// `5x5`, `(a, b)`, `5`, `same`, `normal(0.1)`: whatever an argument can be.
pub(crate) fn value(input: ParseStream<'_>) -> Result<Value> {
    if let Some(word) = input.cursor().literal().and_then(|(l, _)| quoted(&l)) {
        let span = input.span();
        input.parse::<TokenTree>()?;
        return Ok(Value::Text(word, span));
    }
    if let Some(sizes) = sizes(input)? {
        return Ok(Value::Sizes(sizes));
    }
    if input.peek(token::Bracket) {
        return lists(input).map(Value::Lists);
    }
    if input.peek(syn::Ident::peek_any) && input.peek2(token::Paren) {
        let name = input.call(word)?;
        let inner;
        let paren = parenthesized!(inner in input);
        let area = Area { start: name.span(), end: paren.span.close() };
        let args = Some(args(&inner)?);
        return Ok(Value::Call(Call { name, args, area }));
    }
    expr(input).map(Value::Expr)
}

/// `[[0, 1], [1, 2]]`, a comma allowed at any end.
fn lists(input: ParseStream<'_>) -> Result<Lists> {
    let inner;
    let bracket = bracketed!(inner in input);
    let area = Area { start: bracket.span.open(), end: bracket.span.close() };
    let mut lists = Vec::new();
    while !inner.is_empty() {
        if !inner.peek(token::Bracket) {
            let error = inner.error("a list of lists belongs here: [[0, 1], [1, 2], …]");
            drain(&inner);
            return Err(error);
        }
        lists.push(list(&inner).inspect_err(|_| drain(&inner))?);
        comma(&inner).inspect_err(|_| drain(&inner))?;
    }
    Ok(Lists { lists, area })
}

/// `[0, 1]`
fn list(input: ParseStream<'_>) -> Result<(Vec<Expr>, Area)> {
    let inner;
    let bracket = bracketed!(inner in input);
    let area = Area { start: bracket.span.open(), end: bracket.span.close() };
    let mut numbers = Vec::new();
    while !inner.is_empty() {
        numbers.push(expr(&inner).inspect_err(|_| drain(&inner))?);
        comma(&inner).inspect_err(|_| drain(&inner))?;
    }
    Ok((numbers, area))
}

/// A comma, or the end.
fn comma(input: ParseStream<'_>) -> Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

/// Arguments separated by commas, to the end.
pub(super) fn args(inner: ParseStream<'_>) -> Result<Vec<Arg>> {
    let mut args = Vec::new();
    while !inner.is_empty() {
        args.push(inner.call(arg).inspect_err(|_| drain(inner))?);
        if inner.is_empty() {
            break;
        }
        if let Err(error) = inner.parse::<Token![,]>() {
            drain(inner);
            return Err(Error::new(error.span(), "arguments are separated by commas"));
        }
    }
    Ok(args)
}

/// An unfinished group would make the parser report what is left in it once more.
pub(super) fn drain(inner: ParseStream<'_>) {
    while inner.parse::<TokenTree>().is_ok() {}
}

/// Sizes written `AxB` or `(a, b)`; nothing is consumed where there are none.
pub(super) fn sizes(input: ParseStream<'_>) -> Result<Option<Sizes>> {
    if input.peek(token::Paren) && is_tuple(input) {
        let inner;
        let paren = parenthesized!(inner in input);
        let mut parts = Vec::new();
        while !inner.is_empty() {
            parts.push(expr(&inner)?);
            if inner.is_empty() {
                break;
            }
            inner.parse::<Token![,]>()?;
        }
        let area = Area { start: paren.span.open(), end: paren.span.close() };
        return Ok(Some(Sizes { parts, crossed: false, area }));
    }
    if input.cursor().literal().is_none() {
        return Ok(None);
    }
    let ahead = input.fork();
    let (number, span) = literal(&ahead)?;
    let (numbers, open) = match number {
        Number::Sizes(n) => (n, false),
        Number::Open(n) => (n, true),
        Number::Int(_) | Number::Real(_) => return Ok(None),
    };
    literal(input)?;
    let mut parts: Vec<Expr> = numbers.into_iter().map(|n| Expr::Int(n, span)).collect();
    let mut area = Area::at(span);
    if open {
        let Some(last) = interpolated(input)? else {
            return Err(Error::new(
                span,
                format!(
                    "the size after the x is missing\nhelp: a square one is written {0}x{0}",
                    spell(&parts)
                ),
            ));
        };
        area = area.to(last.area());
        parts.push(last);
    }
    Ok(Some(Sizes { parts, crossed: true, area }))
}

fn spell(parts: &[Expr]) -> String {
    match parts.last() {
        Some(Expr::Int(n, _)) => n.to_string(),
        _ => "n".to_owned(),
    }
}

/// What a `macro_rules!` variable after `5x` brings, wrapped in an invisible group.
fn interpolated(input: ParseStream<'_>) -> Result<Option<Expr>> {
    let group = input.step(|cursor| match cursor.group(Delimiter::None) {
        Some((inside, _, rest)) => Ok((Some(inside.token_stream()), rest)),
        None => Ok((None, *cursor)),
    })?;
    group.map(|tokens| syn::parse::Parser::parse2(expr, tokens)).transpose()
}

/// Whether the parentheses ahead hold a comma, so that they are sizes rather than grouping.
fn is_tuple(input: ParseStream<'_>) -> bool {
    let Some((inside, _, _)) = input.cursor().group(Delimiter::Parenthesis) else {
        return false;
    };
    inside
        .token_stream()
        .into_iter()
        .any(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ','))
}

/// `name = value` or `value`.
pub(super) fn arg(input: ParseStream<'_>) -> Result<Arg> {
    let named =
        input.peek(syn::Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![==]);
    let name = if named {
        let name = input.call(word)?;
        input.parse::<Token![=]>()?;
        Some(name)
    } else {
        None
    };
    let value = value(input)?;
    let area = match &name {
        Some(name) => Area::from(name).to(value.area()),
        None => value.area(),
    };
    Ok(Arg { name, value, area })
}

/// Refuses what is left over.
pub(super) fn finish(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() { Ok(()) } else { Err(input.error("this is not expected here")) }
}
