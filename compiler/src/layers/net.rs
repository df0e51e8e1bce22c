//! `net(Backbone => 256x8x8)`: another network in the place of a layer.

use crate::layers::record::Record;

pub(crate) static RECORD: Record = Record {
    keyword: "net",
    summary: "a network from this macro call or another one, its parameters below this place's path",
    aliases: &["backbone", "subnet"],
    build: |record, args, _, report| {
        report.error(
            args.area,
            format!(
                "{0} names a network and its output shape: {0}(Backbone => 256x8x8)",
                record.keyword
            ),
        );
        None
    },
    ..Record::PLAIN
};
