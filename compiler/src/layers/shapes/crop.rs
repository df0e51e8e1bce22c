//! `crop(amount)`: each channel without some rows and columns at its borders.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::expect_volume;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use crate::window::volume;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "crop",
    summary: "each channel without some rows and columns at its borders",
    aliases: &["cropping2d", "centercrop"],
    args: &[Spec::required(
        "crop",
        Kind::Margins,
        "how many: n, (height, width) or (top, bottom, left, right)",
    )],
    build,
    ..Record::PLAIN
};

fn build(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let less = args.margins("crop");
    let mut output = [0; 2];
    for (d, name) in ["height", "width"].into_iter().enumerate() {
        let (n, begin, end) = (size[d], less[2 * d], less[2 * d + 1]);
        let Some(rest) = n.checked_sub(begin + end).filter(|&rest| rest > 0) else {
            let left = n as i128 - begin as i128 - end as i128;
            report.error(
                args.area_of("crop"),
                format!("crop leaves nothing of its input {}\n{name}: {n} − {begin} − {end} = {left}, but an output needs at least 1", inputs[0].shape),
            );
            return None;
        };
        output[d] = rest;
    }
    Some(Layer::plain(Op::Crop { crop: less }, volume(channels, output)))
}
