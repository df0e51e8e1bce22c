//! `mul(a | b)`: the product of the branches; a channels x 1 x 1 branch scales whole channels,
//! as in squeeze-and-excitation (Hu et al., 2018).

use super::join::{listed, several};
use super::{Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, blocked_dims, depends};
use crate::args::Args;
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "mul",
    summary: "product of the branches; a channels x 1 x 1 branch scales whole channels",
    aliases: &["multiply", "product", "gate"],
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
    let widest =
        (0..inputs.len()).max_by_key(|&i| (inputs[i].shape.positions(), usize::MAX - i))?;
    let shape = inputs[widest].shape;
    let gate = |o: &Operand| o.shape.positions() == 1 && o.shape.channels() == shape.channels();
    for (i, operand) in inputs.iter().enumerate() {
        if operand.shape != shape && !gate(operand) {
            let (a, b) = (i.min(widest), i.max(widest));
            report.error(
                inputs[b].area,
                format!(
                    "the branches of mul differ{}\na factor has the same shape, or is {}x1x1",
                    listed(inputs, a, b),
                    shape.channels()
                ),
            );
            return None;
        }
    }
    let broadcast: Vec<bool> =
        inputs.iter().map(|o| o.shape.positions() != shape.positions()).collect();
    let (channels, positions) = (shape.channels(), shape.positions());
    let code = Code {
        algorithm: "elementwise",
        ty: quote!(Mul),
        args: quote!(#channels, #positions, &[#(#broadcast),*]),
    };
    let blocked = blocked_dims(shape).map(|dims| {
        let args = quote!(#dims, &[#(#broadcast),*]);
        InBlocks::plain(Code { ty: quote!(blocked::Mul), args, ..code.clone() })
    });
    Some(Layer {
        text: record.keyword.to_owned(),
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { reads_input: true, blocked, ..Kernel::plain(code) })),
    })
}
