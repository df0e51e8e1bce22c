//! `concat(a | b)`: the channels of the branches one after the other.

use super::join::{listed, same_size, several};
use super::{
    Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, Selects, blocked_dims, depends,
    sane,
};
use crate::args::Args;
use crate::report::Report;
use crate::shape::Shape;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "concat",
    summary: "the channels of the branches one after the other",
    aliases: &["cat", "concatenate"],
    args: &[],
    joins: true,
    build,
    output_anyway: depends,
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    several(record.keyword, args, inputs, report)?;
    let first = inputs[0].shape;
    for (i, operand) in inputs.iter().enumerate().skip(1) {
        let same_kind = matches!(
            (first, operand.shape),
            (Shape::Volume { .. }, Shape::Volume { .. }) | (Shape::Vector(_), Shape::Vector(_))
        );
        if !same_kind || first.size() != operand.shape.size() {
            let what = if same_kind { "height or width" } else { "kind" };
            report.error(
                operand.area,
                format!(
                    "the branches of concat differ in {what}{}\nonly their channels may differ{}",
                    listed(inputs, 0, i),
                    sizes(inputs, 0, i).map(|h| format!("\nhelp: {h}")).unwrap_or_default(),
                ),
            );
            return None;
        }
    }
    let channels = inputs.iter().map(|o| o.shape.channels()).fold(0usize, usize::saturating_add);
    let output = first.with_channels(channels);
    if !sane(args.area, record.keyword, output, &[], report) {
        return None;
    }
    let lens = inputs.iter().map(|o| o.shape.len());
    let code = Code { algorithm: "copy", ty: quote!(Concat), args: quote!(&[#(#lens),*]) };
    let channels = inputs.iter().map(|o| o.shape.channels());
    let [height, width] = output.size();
    let blocked = blocked_dims(output).map(|_| {
        let args = quote!(&[#(#channels),*], [#height, #width]);
        let code = Code { ty: quote!(blocked::Concat), args, ..code.clone() };
        InBlocks { selects: Some(Selects::All), ..InBlocks::plain(code) }
    });
    Some(Layer {
        text: record.keyword.to_owned(),
        output,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}

/// What makes heights and widths the same.
fn sizes(inputs: &[Operand], first: usize, second: usize) -> Option<String> {
    let (Shape::Volume { .. }, Shape::Volume { .. }) = (inputs[first].shape, inputs[second].shape)
    else {
        return None;
    };
    same_size(inputs, first, second).or_else(|| {
        let [a, b] = [first, second].map(|i| inputs[i].shape.size());
        let (small, large, branch) = if a[0] < b[0] { (a, b, first) } else { (b, a, second) };
        let factor = large[0] / small[0];
        let whole = factor > 1 && [0, 1].iter().all(|&d| small[d] * factor == large[d]);
        whole.then(|| format!("upsample({factor}) at the end of branch {}", branch + 1))
    })
}
