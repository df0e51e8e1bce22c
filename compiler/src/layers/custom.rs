//! `custom(MyLayer => 16x10x10)`: a user-written layer, whose shape rule only rustc can see.

use crate::intern;
use crate::layers::record::Own;
use crate::layers::record::{Layer, Operand, Record};
use cnn_ir::{Op, Shape};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

pub(crate) static RECORD: Record = Record {
    keyword: "custom",
    summary: "a user-written layer; the text states its output shape, and rustc checks it",
    build: |record, args, _, report| {
        report.error(
            args.area,
            format!(
                "{0} names a type and its output shape: {0}(MyLayer => 16x10x10)",
                record.keyword
            ),
        );
        None
    },
    ..Record::PLAIN
};

/// The layer for `custom(ty => stated)`.
pub(crate) fn splice(ty: &Type, input: Operand, stated: Shape) -> Layer {
    let path = ty.to_token_stream().to_string().replace(' ', "");
    let own = Own { ty: ty.to_token_stream(), input: type_level(input.shape) };
    let op = Op::Custom { path: intern::text(&path), macs: 0 };
    Layer { own: Some(own), ..Layer::plain(op, stated) }
}

/// A shape as a type of `typenum` numbers, for a user's own arithmetic on it.
pub(crate) fn type_level(shape: Shape) -> TokenStream {
    match shape {
        Shape::Volume { channels, height, width } => {
            let [c, h, w] = [channels, height, width].map(unsigned);
            quote!(rt::Volume<#c, #h, #w>)
        }
        Shape::Vector(n) => {
            let n = unsigned(n);
            quote!(rt::Vector<#n>)
        }
    }
}

/// `UInt<UInt<UTerm, B1>, B0>` for 2: typenum's aliases do not cover every number.
fn unsigned(n: usize) -> TokenStream {
    let mut ty = quote!(rt::typenum::UTerm);
    for bit in (0..usize::BITS - n.leading_zeros()).rev() {
        let bit = if n >> bit & 1 == 1 { quote!(rt::typenum::B1) } else { quote!(rt::typenum::B0) };
        ty = quote!(rt::typenum::UInt<#ty, #bit>);
    }
    ty
}
