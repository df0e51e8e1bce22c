//! `global_maxpool`: the largest element of each channel.

use super::{Body, Field, Kernel, Layer, Operand, Record, depends, expect_volume, maxpool, pool};
use crate::args::Args;
use crate::report::Report;
use crate::shape::Shape;
use crate::window::Window;

pub(super) static RECORD: Record = Record {
    keyword: "global_maxpool",
    summary: "largest element of each channel, as a channels x 1 x 1 volume",
    aliases: &["gmp", "globalmaxpooling2d", "globalmaxpool2d"],
    args: &[],
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
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    Some(Layer {
        text: record.keyword.to_owned(),
        output: Shape::volume(channels, 1, 1),
        params: Vec::new(),
        macs: 0,
        field: Field::Everything,
        body: Body::Kernel(Box::new(kernel(channels, size))),
    })
}

/// A window as large as the image.
pub(super) fn kernel(channels: usize, size: [usize; 2]) -> Kernel {
    let window = Window { kernel: size, stride: size, ..Window::POINT };
    let geometry = pool::geometry(channels, size, window, [1, 1]);
    maxpool::any_windows(&geometry, Shape::volume(channels, 1, 1))
}
