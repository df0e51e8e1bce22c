//! `mul(a | b)`: the product of the branches; a channels x 1 x 1 branch scales whole channels, as in
//! squeeze-and-excitation (Hu et al., 2018), and a 1 x height x width one all channels of a pixel, as in
//! spatial attention (Woo et al., 2018).

use super::broadcast::joined;
use super::join::{listed, several};
use crate::args::Args;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "mul",
    summary: "product of the branches; a channels x 1 x 1 branch scales whole channels, a 1 x height x width one pixels",
    aliases: &["multiply", "product", "gate"],
    joins: true,
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    several(record.keyword, args, inputs, report)?;
    match joined(inputs) {
        Ok(shape) => Some(Layer::plain(Op::Mul, shape)),
        Err([a, b]) => {
            let most = inputs.iter().map(|o| o.shape).max_by_key(|s| s.positions())?;
            let [height, width] = most.size();
            report.error(
                inputs[b].area,
                format!(
                    "the branches of mul differ{}\na factor has the same shape, or is {}x1x1 or 1x{height}x{width}",
                    listed(inputs, a, b),
                    most.channels()
                ),
            );
            None
        }
    }
}
