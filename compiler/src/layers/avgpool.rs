//! `avgpool(kernel, …)`: the mean under each window.

use super::conv::{PAD, ROUND};
use super::pool::{KERNEL, STRIDE, pool};
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, depends};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::{Rounding, Window};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "avgpool",
    summary: "mean under each window; the stride is the window unless given",
    aliases: &["avgpool2d", "averagepooling2d", "averagepool", "meanpool"],
    args: &[
        KERNEL,
        STRIDE,
        PAD,
        Spec::optional("count_pad", Kind::Flag, "whether padding counts in the mean (true)"),
        ROUND,
    ],
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
    let kernel = kernel(&pool.geometry, pool.window, args.flag("count_pad", true));
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
pub(super) fn kernel(geometry: &TokenStream, window: Window, count_pad: bool) -> Kernel {
    let mean = quote!(rt::AvgPool::new(#geometry, #count_pad));
    let pools = Some(quote!(rt::blocked::Pool::Mean(#mean)));
    let pairs = [window.kernel, window.stride, window.dilation] == [[2, 2], [2, 2], [1, 1]]
        && window.pad == [0; 4]
        && window.rounding != Rounding::Ceil;
    let planes = pairs.then(|| Code {
        algorithm: "direct",
        ty: quote!(blocked::PlaneMeans),
        args: quote!(#geometry),
    });
    let kernel = any_windows(geometry, count_pad);
    let blocked = kernel.blocked.map(|blocked| InBlocks { planes, pools, ..blocked });
    Kernel { blocked, ..kernel }
}

/// The kernel of any windows.
pub(super) fn any_windows(geometry: &TokenStream, count_pad: bool) -> Kernel {
    let code =
        Code { algorithm: "direct", ty: quote!(AvgPool), args: quote!(#geometry, #count_pad) };
    let blocked = Code { ty: quote!(blocked::AvgPool), ..code.clone() };
    Kernel { blocked: Some(InBlocks::plain(blocked)), ..Kernel::plain(code) }
}
