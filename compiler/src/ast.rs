//! What the user wrote, before anything is known about it.

use crate::report::Area;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Meta, Path, Token, Type, Visibility};

/// One macro call.
#[derive(Debug, Default)]
pub struct Input {
    /// The path of the crate `cnn` where the call stands.
    pub facade: TokenStream,
    /// `use blocks::basic;`, one for each name.
    pub uses: Vec<Use>,
    /// What other calls gave of theirs, in the order in which it was asked for.
    pub imports: Vec<Import>,
    /// `let classes = 10;`, in order.
    pub lets: Vec<Let>,
    /// `block name(…) { … }`, in order.
    pub blocks: Vec<Block>,
    /// `struct Name< … >;` in order, or the one network of the expression form.
    pub networks: Vec<Network>,
}

/// `let classes = 10;`.
#[derive(Debug)]
pub struct Let {
    /// Its name.
    pub name: Ident,
    /// What the name stands for.
    pub value: Expr,
    /// Whether the name stands anywhere else in the call.
    pub used: bool,
    /// Its text.
    pub tokens: TokenStream,
}

/// `use blocks::basic as residual;`.
#[derive(Debug)]
pub struct Use {
    /// The block or network of another call.
    pub path: Path,
    /// Its name here.
    pub name: Ident,
}

/// A block or network of another call, with all that it needs.
#[derive(Debug)]
pub struct Import {
    /// The path by which this call knows it.
    pub key: String,
    /// Its name there.
    pub name: Ident,
    /// It and what it needs.
    pub module: Input,
    /// The same as tokens, its name first.
    pub tokens: TokenStream,
}

/// `block name(params, with = defaults) { … }`.
#[derive(Debug)]
pub struct Block {
    /// Attributes.
    pub attrs: Vec<Attribute>,
    /// Who may use it from other calls.
    pub vis: Visibility,
    /// Its text from `block` or `inline` on.
    pub tokens: TokenStream,
    /// Whether a call adds no level to the parameter path.
    pub inline: bool,
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// What a call stands for.
    pub body: Vec<Unit>,
}

/// A parameter of a block.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its value where a call gives none.
    pub default: Option<Expr>,
}

/// A network, as an item or an expression.
#[derive(Debug)]
pub struct Network {
    /// Documentation and other attributes for the struct.
    pub attrs: Vec<Attribute>,
    /// Its text from `struct` on, without a semicolon after it.
    pub tokens: TokenStream,
    /// Visibility of the struct.
    pub vis: Visibility,
    /// Its name; none in the expression form.
    pub name: Option<Ident>,
    /// The chains between the angle brackets.
    pub chains: Vec<Chain>,
    /// `=> a, b`; empty when the last chain is the output.
    pub outputs: Vec<Output>,
    /// The `=>` before them.
    pub arrow: Option<Area>,
    /// `with exact, bias=false`.
    pub options: Vec<Arg>,
    /// The angle brackets.
    pub area: Area,
    /// Where its text comes from, if it is a file's.
    pub file: Option<NetworkFile>,
}

/// `from "model.onnx" with input=3x48x192`.
#[derive(Debug)]
pub struct NetworkFile {
    /// The file, from the folder of the crate's `Cargo.toml`.
    pub path: String,
    /// Where that stands.
    pub span: Span,
    /// The shapes of inputs, with their names in the file if they are given.
    pub inputs: Vec<(Option<String>, Sizes)>,
}

/// `name: unit -> unit -> …`.
#[derive(Debug)]
pub struct Chain {
    /// Its name.
    pub label: Option<Label>,
    /// Its units in order.
    pub units: Vec<Unit>,
}

/// One name after `=>`.
#[derive(Debug)]
pub struct Output {
    /// The chain or label.
    pub name: Ident,
    /// Whether it exists in training only.
    pub train: bool,
}

/// One step of a chain.
#[derive(Debug)]
pub struct Unit {
    /// `label:` before it.
    pub label: Option<Label>,
    /// What it is.
    pub node: Node,
    /// `* n` after it.
    pub repeat: Option<Expr>,
    /// All of it.
    pub area: Area,
}

/// `l{i}`: text and expressions in turn.
#[derive(Debug, Clone)]
pub struct Label {
    /// `pub` before it: it is there for whoever uses the network.
    pub kept: bool,
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// All of it.
    pub area: Area,
}

/// A piece of a label.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// `{i}`.
    Number(Expr),
}

/// What a unit is.
#[derive(Debug)]
pub enum Node {
    /// `1x28x28`, `(c, h, w)` or `120`.
    Shape(Sizes),
    /// A layer or block call, or, without parentheses, perhaps a label.
    Call(Call),
    /// A call whose arguments are chains: `add(a | b)`.
    Join(Join),
    /// A call that splices foreign code: `custom(MyLayer => 16x10x10)`.
    Splice(Splice),
    /// `_`, the unchanged input.
    Unchanged(Area),
    /// `{ … }`.
    Group(Vec<Unit>),
    /// `{ … for i in a..b }`.
    For(For),
    /// `if c { … } else if d { … } else { … }`.
    If(Vec<(Option<Expr>, Vec<Unit>)>),
    /// Something that could not be read; its error has been reported.
    Broken,
}

/// A layer, a block or a distribution with its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name.
    pub name: Ident,
    /// The arguments; none without parentheses.
    pub args: Option<Vec<Arg>>,
    /// Name and parentheses.
    pub area: Area,
}

/// `name(branch | branch)`.
#[derive(Debug)]
pub struct Join {
    /// The name.
    pub name: Ident,
    /// The branches.
    pub branches: Vec<Vec<Unit>>,
    /// Name and parentheses.
    pub area: Area,
}

/// `name(Type => shape)`.
#[derive(Debug)]
pub struct Splice {
    /// The name.
    pub name: Ident,
    /// The user's type.
    pub ty: Box<Type>,
    /// The shape that the text states.
    pub shape: Sizes,
    /// Name and parentheses.
    pub area: Area,
}

/// A repetition with an index.
#[derive(Debug)]
pub struct For {
    /// What is repeated.
    pub body: Vec<Unit>,
    /// The index.
    pub var: Ident,
    /// Its first value.
    pub from: Expr,
    /// Its bound.
    pub to: Expr,
    /// Whether the bound is included.
    pub inclusive: bool,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Arg {
    /// `name =`, where it is named.
    pub name: Option<Ident>,
    /// The value; none for a bare option word.
    pub value: Value,
    /// All of it.
    pub area: Area,
}

/// The value of an argument.
#[derive(Debug, Clone)]
pub enum Value {
    /// A number, a word or a calculation.
    Expr(Expr),
    /// `5x5` or `(2, 1)`.
    Sizes(Sizes),
    /// `uniform(-0.1, 0.1)`.
    Call(Call),
    /// `[[0, 1], [1, 2]]`.
    Lists(Lists),
    /// `"same"`, a word in quotes, which belong nowhere.
    Text(String, Span),
}

/// A list of lists.
#[derive(Debug, Clone)]
pub struct Lists {
    /// The lists, each with all of it.
    pub lists: Vec<(Vec<Expr>, Area)>,
    /// All of them.
    pub area: Area,
}

/// Several sizes written as one.
#[derive(Debug, Clone)]
pub struct Sizes {
    /// The sizes.
    pub parts: Vec<Expr>,
    /// Whether they were written `AxB` rather than `(a, b)`.
    pub crossed: bool,
    /// All of it.
    pub area: Area,
}

/// A calculation.
#[derive(Debug, Clone)]
pub enum Expr {
    /// An integer.
    Int(i128, Span),
    /// A number with a fraction.
    Real(f64, Span),
    /// A word, a block's parameter, an index, or `C`, `H`, `W`.
    Name(Ident),
    /// `-x`.
    Negative(Box<Expr>, Span),
    /// `a + b`.
    Binary(Box<Expr>, Op, Box<Expr>),
}

/// A binary operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Op {
    Or,
    And,
    Eq,
    Ne,
    Le,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Expr {
    /// All of it.
    pub fn area(&self) -> Area {
        match self {
            Self::Int(_, span) | Self::Real(_, span) => Area::at(*span),
            Self::Name(ident) => ident.into(),
            Self::Negative(x, span) => Area::at(*span).to(x.area()),
            Self::Binary(a, _, b) => a.area().to(b.area()),
        }
    }
}

/// The option that names a file of weights.
pub const WEIGHTS: &str = "weights";

impl Arg {
    /// Whether it is the option that names a file of weights, or was meant as it.
    pub fn names_weights(&self) -> bool {
        match (&self.name, &self.value) {
            (Some(name), _) => name == WEIGHTS,
            (None, Value::Expr(Expr::Name(word))) => word == WEIGHTS,
            (None, Value::Call(call)) => call.name == WEIGHTS,
            _ => false,
        }
    }
}

impl Network {
    /// The file of weights that it is written with: its path, and where that stands.
    pub fn weights(&self) -> Option<(&str, Span)> {
        self.options.iter().filter(|o| o.names_weights()).find_map(|o| match &o.value {
            Value::Text(path, span) => Some((path.as_str(), *span)),
            _ => None,
        })
    }

    /// The attributes on which the struct depends, and so does all that is emitted for it.
    pub fn conditions(&self) -> Vec<TokenStream> {
        self.attrs.iter().filter_map(condition).collect()
    }
}

/// Whether the attributes allow things that nothing uses.
pub fn allow_unused(attributes: &[Attribute]) -> bool {
    const LINTS: [&str; 6] =
        ["unused", "unused_labels", "unused_macros", "dead_code", "deprecated", "warnings"];
    let allows = |attribute: &Attribute| {
        let path = attribute.path();
        (path.is_ident("allow") || path.is_ident("expect"))
            && attribute.meta.require_list().is_ok_and(|list| {
                let mut words = list.tokens.clone().into_iter().map(|t| t.to_string());
                words.any(|word| LINTS.contains(&word.as_str()))
            })
    };
    attributes.iter().any(allows)
}

/// The attribute, or what is a condition in a `cfg_attr`.
fn condition(attribute: &Attribute) -> Option<TokenStream> {
    if attribute.path().is_ident("cfg") {
        return Some(quote!(#attribute));
    }
    let list = attribute.meta.require_list().ok().filter(|l| l.path.is_ident("cfg_attr"))?;
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut parts = parts.iter();
    let given = parts.next()?;
    let conditions: Vec<&Meta> = parts.filter(|m| m.path().is_ident("cfg")).collect();
    (!conditions.is_empty()).then(|| quote!(#[cfg_attr(#given, #(#conditions),*)]))
}

impl Block {
    /// Whether other calls may use it.
    pub fn is_shared(&self) -> bool {
        !matches!(self.vis, Visibility::Inherited)
    }
}

impl Splice {
    /// The path of the type, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &*self.ty {
            Type::Path(ty) if ty.qself.is_none() => Some(&ty.path),
            _ => None,
        }
    }

    /// Where the type stands.
    pub fn type_area(&self) -> Area {
        let mut tokens = self.ty.to_token_stream().into_iter();
        let first = tokens.next().map_or_else(|| self.ty.span(), |t| t.span());
        Area { start: first, end: tokens.last().map_or(first, |t| t.span()) }
    }
}

impl Value {
    /// All of it.
    pub fn area(&self) -> Area {
        match self {
            Self::Expr(e) => e.area(),
            Self::Sizes(s) => s.area,
            Self::Call(c) => c.area,
            Self::Lists(l) => l.area,
            Self::Text(_, span) => Area::at(*span),
        }
    }
}
