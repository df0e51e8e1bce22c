//! `shuffle(groups)`: the channels of some groups taken in turn, as in ShuffleNet (Zhang et al.,
//! 2018), so that the next grouped convolution sees all groups.

use crate::args::{Args, Kind, Spec};
use crate::layers::checks::divisors_of;
use crate::layers::record::{Layer, Operand, Record};
use crate::report::Report;
use cnn_ir::Op;

pub(crate) static RECORD: Record = Record {
    keyword: "shuffle",
    summary: "channels of the groups in turn: the first of each, the second of each, …",
    aliases: &["channelshuffle"],
    args: &[Spec::required("groups", Kind::Int(1), "groups of neighboring channels")],
    build,
    ..Record::PLAIN
};

fn build(
    _: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
) -> Option<Layer> {
    let shape = inputs[0].shape;
    let channels = shape.channels();
    let groups = args.int("groups");
    if !channels.is_multiple_of(groups) {
        report.error(
            args.area_of("groups"),
            format!(
                "groups={groups} does not divide the {channels} channels of the input\nhelp: {}",
                divisors_of(channels, "groups")
            ),
        );
        return None;
    }
    Some(Layer::plain(Op::Shuffle { groups }, shape))
}
