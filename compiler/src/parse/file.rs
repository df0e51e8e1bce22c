//! `from "model.onnx" with input=3x48x192`, a network whose text a file gives.

use super::chain::shape;
use super::expr::arg;
use super::name::word;
use crate::ast::{Chain, Network, NetworkFile, Node, Unit};
use crate::report::Area;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Result};
use syn::{Attribute, LitStr, Token, Visibility, parenthesized, token};

/// From `from` on. Until the file is read, the network holds nothing that could be looked at.
pub(super) fn network(
    stream: ParseStream<'_>,
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: Ident,
) -> Result<Network> {
    stream.call(Ident::parse_any)?;
    if !stream.peek(LitStr) {
        let help = format!("struct {name} from \"model.onnx\" with input=3x224x224;");
        return Err(stream.error(format!("the name of an ONNX file belongs here: {help}")));
    }
    let path: LitStr = stream.parse()?;
    let (mut inputs, mut options) = (Vec::new(), Vec::new());
    if stream.fork().call(Ident::parse_any).is_ok_and(|i| i == "with") {
        stream.call(Ident::parse_any)?;
        loop {
            match stream.fork().call(Ident::parse_any).is_ok_and(|i| i == "input") {
                true => inputs.push(input(stream)?),
                false => options.push(stream.call(arg)?),
            }
            if !stream.peek(Token![,]) {
                break;
            }
            stream.parse::<Token![,]>()?;
        }
    }
    let area = Area::at(path.span());
    let broken = Unit { label: None, node: Node::Broken, repeat: None, area };
    Ok(Network {
        attrs,
        tokens: TokenStream::new(),
        vis,
        name: Some(name),
        chains: vec![Chain { label: None, units: vec![broken] }],
        outputs: Vec::new(),
        arrow: None,
        options,
        area,
        file: Some(NetworkFile { path: path.value(), span: path.span(), inputs }),
    })
}

/// `input=3x48x192`, `input(image)=3x48x192` or `input("image:0")=3x48x192`.
fn input(stream: ParseStream<'_>) -> Result<(Option<String>, crate::ast::Sizes)> {
    stream.call(Ident::parse_any)?;
    let name = match stream.peek(token::Paren) {
        false => None,
        true => {
            let inner;
            parenthesized!(inner in stream);
            let name = match inner.peek(LitStr) {
                true => inner.parse::<LitStr>()?.value(),
                false => inner.call(word)?.to_string(),
            };
            super::expr::finish(&inner)?;
            Some(name)
        }
    };
    if !stream.peek(Token![=]) {
        return Err(stream.error(
            "the shape of an input belongs here: input=3x224x224, or input(name)=3x224x224",
        ));
    }
    stream.parse::<Token![=]>()?;
    Ok((name, shape(stream)?))
}
