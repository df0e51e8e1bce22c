//! `maxpool(kernel, …)`: the largest element under each window.

use super::conv::{DILATION, PAD, ROUND};
use super::pool::{KERNEL, STRIDE, pool};
use super::{Body, Code, Field, InBlocks, Indices, Kernel, Layer, Operand, Record, depends};
use crate::args::Args;
use crate::report::Report;
use crate::shape::Shape;
use proc_macro2::TokenStream;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "maxpool",
    summary: "largest element under each window; the stride is the window unless given",
    aliases: &["maxpool2d", "maxpooling2d", "maxpooling"],
    args: &[KERNEL, STRIDE, PAD, DILATION, ROUND],
    joins: false,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let pool = pool(record, args, inputs, report)?;
    if let Some((d, [before, behind])) = pool.window.in_padding(pool.size, pool.output.size()) {
        let (n, unit) = (pool.size[d], ["row", "column"][d]);
        let image = match n {
            1 => format!("the only {unit} of the image is {unit} 0"),
            _ => format!("those of the image are 0 to {}", n - 1),
        };
        report.error(
            args.area,
            format!(
                "{} has a window of nothing but padding, in which there is no maximum\nof the {unit}s that it holds, {} and {behind} lie next to each other, but {image}\nhelp: a dilation of at most {n}, or less padding",
                pool.text,
                before.to_string().replace('-', "−"),
            ),
        );
        return None;
    }
    let indices = Some(Indices { geometry: pool.geometry.clone(), window: pool.window });
    let kernel = Kernel { indices, ..kernel(&pool.geometry, pool.output) };
    Some(Layer {
        text: pool.text,
        output: pool.output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(pool.window),
        body: Body::Kernel(Box::new(kernel)),
    })
}

/// The kernel of windows that lie a stride apart.
pub(super) fn kernel(geometry: &TokenStream, output: Shape) -> Kernel {
    let kernel = any_windows(geometry, output);
    let pools = Some(quote!(rt::blocked::Pool::Max(#geometry)));
    let blocked = kernel.blocked.map(|blocked| InBlocks { pools, ..blocked });
    Kernel { blocked, ..kernel }
}

/// The kernel of any windows.
pub(super) fn any_windows(geometry: &TokenStream, output: Shape) -> Kernel {
    let code = Code { algorithm: "direct", ty: quote!(MaxPool), args: quote!(#geometry) };
    let blocked = Code { ty: quote!(blocked::MaxPool), ..code.clone() };
    let saved = output.channels().next_multiple_of(16) * output.positions();
    Kernel {
        saved: output.len(),
        blocked: Some(InBlocks { saved, ..InBlocks::plain(blocked) }),
        ..Kernel::plain(code)
    }
}
