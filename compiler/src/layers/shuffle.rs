//! `shuffle(groups)`: the channels of some groups taken in turn, as in ShuffleNet (Zhang et al.,
//! 2018), so that the next grouped convolution sees all groups.

use super::split::divisors_of;
use super::{
    Body, Code, Field, InBlocks, Kernel, Layer, Operand, Record, Selects, blocked_dims, depends,
};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::window::Window;
use quote::quote;

pub(super) static RECORD: Record = Record {
    keyword: "shuffle",
    summary: "channels of the groups in turn: the first of each, the second of each, …",
    aliases: &["channelshuffle"],
    args: &[Spec::required("groups", Kind::Int(1), "groups of neighboring channels")],
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
    let shape = inputs[0].shape;
    let (channels, positions) = (shape.channels(), shape.positions());
    let groups = args.int("groups");
    if channels % groups != 0 {
        report.error(
            args.area_of("groups"),
            format!(
                "groups={groups} does not divide the {channels} channels of the input\nhelp: {}",
                divisors_of(channels, "groups")
            ),
        );
        return None;
    }
    let code = Code {
        algorithm: "copy",
        ty: quote!(Shuffle),
        args: quote!([#channels, #positions], #groups),
    };
    let blocked = blocked_dims(shape).map(|dims| {
        let args = quote!(#dims, #groups);
        let code = Code { ty: quote!(blocked::Shuffle), args, ..code.clone() };
        InBlocks { selects: Some(Selects::Shuffled { groups }), ..InBlocks::plain(code) }
    });
    Some(Layer {
        text: format!("{} {groups}", record.keyword),
        output: shape,
        params: Vec::new(),
        macs: 0,
        field: Field::Window(Window::POINT),
        body: Body::Kernel(Box::new(Kernel { blocked, ..Kernel::plain(code) })),
    })
}
