//! Mistakes, collected while the phases run and reported all at once.

use crate::effort;
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::HashSet;
use std::fmt::Display;

/// A stretch of the user's text, from its first token to its last.
///
/// `Span::join` is unstable; a pair of spans underlines the same range.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// The first token.
    pub start: Span,
    /// The last token.
    pub end: Span,
}

impl Area {
    /// A single token.
    pub fn at(span: Span) -> Self {
        Self { start: span, end: span }
    }

    /// From the start of `self` to the end of `other`.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

impl From<Span> for Area {
    fn from(span: Span) -> Self {
        Self::at(span)
    }
}

impl From<&Ident> for Area {
    fn from(ident: &Ident) -> Self {
        Self::at(ident.span())
    }
}

/// One message about one stretch of text.
#[derive(Clone, Debug)]
pub struct Message {
    /// Where it is shown.
    pub area: Area,
    /// What it says; further lines are the formula and `help:` lines.
    pub text: String,
}

/// What may be written and not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unused {
    /// A label.
    Label,
    /// A block.
    Block,
    /// A `let`.
    Let,
}

/// A warning of something that nothing uses.
#[derive(Clone, Debug)]
pub struct Warning {
    /// Where it is written.
    pub area: Area,
    /// What it is.
    pub what: Unused,
    /// Its name.
    pub name: String,
}

/// Everything that the user is to be told about one macro call.
#[derive(Debug, Default)]
pub struct Report {
    errors: Vec<Message>,
    warnings: Vec<Warning>,
    /// Of what nobody is to be warned, however often.
    fine: HashSet<String>,
}

impl Report {
    /// Adds an error; an empty text is one that only follows from another, and is dropped.
    pub fn error(&mut self, area: impl Into<Area>, text: impl Display) {
        let text = text.to_string();
        if !text.is_empty() {
            self.errors.push(Message { area: area.into(), text });
        }
    }

    /// Adds a syntax error from the parser, keeping the range that it points at.
    pub fn syntax(&mut self, error: &syn::Error) {
        for e in error {
            self.error(e.span(), e);
        }
    }

    /// Warns of something that nothing uses.
    pub fn unused(&mut self, area: impl Into<Area>, what: Unused, name: &str) {
        self.warnings.push(Warning { area: area.into(), what, name: name.to_owned() });
    }

    /// Nobody is to be warned of what is written here: elsewhere it serves.
    pub fn no_warning(&mut self, area: Area) {
        self.fine.insert(format!("{area:?}"));
    }

    /// Says of every error since the first `count` in which block call it happened.
    pub fn explain_since(&mut self, count: usize, context: &str) {
        for message in &mut self.errors[count..] {
            message.text.push('\n');
            message.text.push_str(context);
        }
    }

    /// Shows every error since the first `count` in the user's own text, with the context in which it
    /// happened there; those that stand there already stay as they are.
    pub fn move_since(&mut self, count: usize, area: Area, context: &str) {
        let here = format!("{area:?}");
        for message in &mut self.errors[count..] {
            if format!("{:?}", message.area) != here {
                message.area = area;
                message.text.push('\n');
                message.text.push_str(context);
            }
        }
    }

    /// Forgets every error since the first `count` that does not stand at that place.
    pub fn forget_since(&mut self, count: usize, area: Area) {
        let here = format!("{area:?}");
        let mut index = 0;
        self.errors.retain(|message| {
            index += 1;
            index <= count || format!("{:?}", message.area) == here
        });
    }

    /// Drops errors that stand at the same place and say the same, as unrolled repetitions do.
    pub fn settle(&mut self) {
        let mut seen = std::mem::take(&mut self.fine);
        self.warnings.retain(|w| seen.insert(format!("{:?}", w.area)));
        let mut seen = HashSet::new();
        self.errors.retain(|m| {
            let first = m.text.lines().next().unwrap_or_default().to_owned();
            seen.insert((format!("{:?}", m.area), first))
        });
    }

    /// The errors so far.
    pub fn errors(&self) -> &[Message] {
        &self.errors
    }

    /// The warnings so far.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// One `compile_error!` for each error, which can stand as an item or, in braces, as an
    /// expression.
    pub fn error_items(&self) -> Vec<TokenStream> {
        self.errors.iter().map(compile_error).collect()
    }

    /// One statement for each warning that makes rustc show it at its place.
    pub fn warning_statements(&self) -> TokenStream {
        self.warnings.iter().map(Warning::statement).collect()
    }
}

/// `::core::compile_error! { text }` whose first and last token carry the ends of the area.
fn compile_error(message: &Message) -> TokenStream {
    let Area { start, end } = message.area;
    let colon = |spacing| {
        let mut p = Punct::new(':', spacing);
        p.set_span(start);
        TokenTree::from(p)
    };
    let ident = |name| TokenTree::from(Ident::new(name, start));
    let mut bang = Punct::new('!', Spacing::Alone);
    bang.set_span(start);
    let mut text = Literal::string(&message.text);
    text.set_span(end);
    let mut body = Group::new(Delimiter::Brace, TokenTree::from(text).into());
    body.set_span(end);
    [
        colon(Spacing::Joint),
        colon(Spacing::Alone),
        ident("core"),
        colon(Spacing::Joint),
        colon(Spacing::Alone),
        ident("compile_error"),
        bang.into(),
        body.into(),
    ]
    .into_iter()
    .collect()
}

impl Warning {
    /// On stable Rust, a macro warns by code that rustc warns of: a label, or a macro, without a use. It
    /// thus obeys the lint's level where the call stands.
    fn statement(&self) -> TokenStream {
        let word = match self.what {
            Unused::Label => "label",
            Unused::Block => "block",
            Unused::Let => "number",
        };
        // Not every name is one of Rust's.
        let name = match syn::parse_str::<Ident>(&self.name) {
            Ok(_) => self.name.clone(),
            Err(_) => format!("{word}_{}", self.name.replace(|c: char| !c.is_alphanumeric(), "_")),
        };
        let name = Ident::new(&name, self.area.start);
        match self.what {
            Unused::Label => {
                let mut quote = Punct::new('\'', Spacing::Joint);
                quote.set_span(self.area.start);
                quote!(const _: () = { #quote #name: {} };)
            }
            Unused::Let => quote! {
                const _: () = {
                    let #name = ();
                };
            },
            Unused::Block => quote! {
                const _: () = {
                    macro_rules! #name {
                        () => {};
                    }
                };
            },
        }
    }
}

/// The candidate nearest to `found` by edit distance, if it is near enough to be a slip. Names longer than
/// anybody writes are not compared, nor more of them than anybody reads.
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 40;
    const MOST: usize = 1000;
    let word = |text: &str| -> Vec<char> { text.to_lowercase().chars().collect() };
    if found.len() > 4 * LONGEST {
        return None;
    }
    let found = word(found);
    let budget = (found.len() / 3).max(1);
    let near =
        |c: &&str| c.len() <= 4 * LONGEST && c.chars().count().abs_diff(found.len()) <= budget;
    candidates
        .into_iter()
        .take(MOST)
        .filter(near)
        .map(|c| (edit_distance(&found, &word(c)), c))
        .filter(|(d, _)| *d <= budget)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbors.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    effort::spend(a.len() * b.len());
    let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in d.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in d[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            d[i][j] = (d[i - 1][j] + 1).min(d[i][j - 1] + 1).min(d[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                d[i][j] = d[i][j].min(d[i - 2][j - 2] + 1);
            }
        }
    }
    d[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_recognized_and_strangers_are_not() {
        let words = ["conv", "maxpool", "avgpool", "sigmoid"];
        assert_eq!(nearest("maxpol", words), Some("maxpool"));
        assert_eq!(nearest("sigmiod", words), Some("sigmoid"));
        assert_eq!(nearest("transformer", words), None);
    }
}
