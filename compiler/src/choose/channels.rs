//! Channels selected, or scaled.

use super::{ALL, Candidate, Site};
use crate::plan::{Chosen, Kernel, Select};

pub(super) static SCALE: &[Candidate] = &[Candidate::new("elementwise", ALL, scale)];

pub(super) static SELECT: &[Candidate] = &[Candidate::new("copy", ALL, select)];

fn scale(site: &Site<'_>) -> Chosen {
    Chosen::reading(Kernel::Scale(site.output))
}

fn select(site: &Site<'_>) -> Chosen {
    let shape = site.input();
    Chosen::plain(match Select::of(site.op, shape) {
        Some(Select::Part { first, count }) => Kernel::Split { shape, first, count },
        Some(Select::Shuffled { groups }) => Kernel::Shuffle { shape, groups },
        None => unreachable!("the table of selections is for them"),
    })
}
