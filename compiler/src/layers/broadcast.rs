//! Sums and products of branches of which some have one number a channel or a pixel.

use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, blocked_dims};
use crate::shape::Shape;
use crate::window::Window;
use proc_macro2::TokenStream;
use quote::quote;

/// What the branches of a sum or a product become together.
pub(super) struct Joined {
    /// Shape of the result.
    pub shape: Shape,
    /// For each branch, the runtime's name of what it has of the result.
    extents: Vec<TokenStream>,
    /// Whether all branches have its shape.
    pub alike: bool,
}

/// The result's shape: as many channels as the branch of the most, as large as the largest branch. Or else
/// two branches that don't go together.
pub(super) fn joined(inputs: &[Operand]) -> Result<Joined, [usize; 2]> {
    let most = |of: &dyn Fn(&Operand) -> usize| {
        (0..inputs.len()).max_by_key(|&i| (of(&inputs[i]), usize::MAX - i)).unwrap_or(0)
    };
    let deepest = most(&|o| o.shape.channels());
    let widest = most(&|o| o.shape.positions());
    let (channels, size) = (inputs[deepest].shape.channels(), inputs[widest].shape.size());
    let shape = inputs[widest].shape.with_channels(channels);
    let mut extents = Vec::new();
    for (i, operand) in inputs.iter().enumerate() {
        // A vector stands for one number a channel, not for one in all.
        let one = matches!(operand.shape, Shape::Volume { .. });
        let all_channels = operand.shape.channels() == channels;
        let all_pixels = operand.shape.size() == size;
        if !(all_channels || one && operand.shape.channels() == 1) {
            return Err([deepest.min(i), deepest.max(i)]);
        }
        if !(all_pixels || operand.shape.positions() == 1) {
            return Err([widest.min(i), widest.max(i)]);
        }
        extents.push(match (all_channels, all_pixels) {
            (true, true) => quote!(rt::Extent::All),
            (true, false) => quote!(rt::Extent::Channels),
            (false, true) => quote!(rt::Extent::Pixels),
            (false, false) => quote!(rt::Extent::One),
        });
    }
    let alike = inputs.iter().all(|o| o.shape == shape);
    Ok(Joined { shape, extents, alike })
}

impl Joined {
    /// The layer that combines them so: the runtime's name of it.
    pub(super) fn layer(
        &self,
        record: &'static Record,
        combine: TokenStream,
        reads_input: bool,
    ) -> Layer {
        let (shape, extents) = (self.shape, &self.extents);
        let (channels, positions) = (shape.channels(), shape.positions());
        let code = Code {
            algorithm: "elementwise",
            ty: quote!(Broadcast),
            args: quote!(#channels, #positions, &[#(#extents),*], #combine),
        };
        let blocked = blocked_dims(shape).map(|dims| {
            let args = quote!(#dims, &[#(#extents),*], #combine);
            InBlocks::plain(Code { ty: quote!(blocked::Broadcast), args, ..code.clone() })
        });
        Layer {
            text: record.keyword.to_owned(),
            output: shape,
            params: Vec::new(),
            macs: 0,
            field: Field::Window(Window::POINT),
            body: Body::Kernel(Box::new(Kernel { reads_input, blocked, ..Kernel::plain(code) })),
        }
    }
}
