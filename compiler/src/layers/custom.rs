//! `custom(MyLayer => 16x10x10)`: a user-written layer, whose shape rule only rustc can see.

use super::{Body, Code, Field, Kernel, Layer, Operand, Own, Record, depends};
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

pub(super) static RECORD: Record = Record {
    keyword: "custom",
    summary: "a user-written layer; the text states its output shape, and rustc checks it",
    aliases: &[],
    args: &[],
    joins: false,
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
    output_anyway: depends,
};

/// The layer for `custom(ty => stated)`.
pub(crate) fn splice(ty: &Type, input: Operand, stated: Shape) -> Layer {
    let volume = type_level(input.shape);
    let name = ty.to_token_stream().to_string().replace(' ', "");
    let code = Code { algorithm: "user's", ty: quote!(Custom), args: quote!() };
    Layer {
        text: name,
        output: stated,
        params: Vec::new(),
        macs: 0,
        field: Field::Everything,
        body: Body::Kernel(Box::new(Kernel {
            reads_input: true,
            reads_output: true,
            scratch: true,
            own: Some(Own { ty: ty.to_token_stream(), input: volume }),
            ..Kernel::plain(code)
        })),
    }
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
