//! Channels selected, or scaled.

use super::{Candidate, KernelForm::*, Site, volume};
use crate::plan::{Chosen, Kernel, Select};

pub(super) static SCALE: &[Candidate] = &[
    Candidate::new("elementwise", Blocks, scale).when(volume),
    Candidate::new("elementwise", Planes, scale),
    Candidate::new("elementwise", Interleaved, scale),
];

pub(super) static SPLIT: &[Candidate] = &[
    Candidate::new("copy", Blocks, select).when(volume),
    Candidate::new("copy", Planes, select),
    Candidate::new("copy", Interleaved, select),
];

pub(super) static SHUFFLE: &[Candidate] = SPLIT;

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
