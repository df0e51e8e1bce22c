//! `table=[[0, 1, 2], …]`: the channels that each filter of a convolution sees, as in LeNet-5's C3
//! (LeCun et al., 1998, table I).

use crate::args::Args;
use crate::init::Scheme;
use crate::intern;
use crate::lists::Listed;
use crate::report::Report;
use cnn_ir::Table;

/// The connections that a call asks for, or none where it has no table; an error where they do not
/// fit the channels and filters.
pub(super) fn read(
    args: &Args,
    channels: usize,
    filters: usize,
    report: &mut Report,
) -> Result<Option<Table<'static>>, ()> {
    let Some(lists) = args.lists("table") else { return Ok(None) };
    let area = args.area_of("table");
    let before = report.errors().len();
    if args.int("groups") > 1 {
        report.error(
                args.area_of("groups"),
                "a table says which channels each filter sees, so that groups have no say\nhelp: without `groups`",
            );
    }
    if args.init("init") == Some(Scheme::Dirac) {
        report.error(
            area,
            "with `init=dirac`, a filter passes one channel on as it is, which need not be one that the table lets it see\nhelp: another `init` for this layer",
        );
    }
    if lists.len() != filters {
        let s = if lists.len() == 1 { "" } else { "s" };
        report.error(
                area,
                format!("the table has {} list{s}, but there are {filters} filters: it lists the channels that each filter sees", lists.len()),
            );
    }
    let rows = lists.iter().enumerate().map(|(f, list)| row(f, list, channels, report));
    let rows: Vec<Vec<usize>> = rows.collect();
    if report.errors().len() > before { Err(()) } else { Ok(Some(intern::table(&rows))) }
}

/// Channels that a filter sees at most.
pub(super) fn most(table: Table<'_>) -> usize {
    table.iter().map(|row| row.len()).max().unwrap_or(1)
}

fn row(f: usize, list: &Listed, channels: usize, report: &mut Report) -> Vec<usize> {
    if list.numbers.is_empty() {
        report.error(list.area, format!("filter {f} sees no channel"));
    }
    let mut row: Vec<usize> = Vec::new();
    for &(c, area) in &list.numbers {
        if c >= channels {
            let all = match channels {
                1 => "only channel 0".to_owned(),
                n => format!("channels 0 to {}", n - 1),
            };
            report.error(area, format!("filter {f} sees channel {c}, but the input has {all}"));
        } else if row.contains(&c) {
            report.error(area, format!("filter {f} sees channel {c} twice"));
        }
        row.push(c);
    }
    row.sort_unstable();
    row
}
