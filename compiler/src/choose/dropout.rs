//! What is dropped at random in training; inference leaves these layers out.

use super::{ALL, Candidate, FLAT, Site};
use crate::plan::{Chosen, Kernel};
use cnn_ir::Op;

pub(super) static ELEMENTS: &[Candidate] = &[Candidate::new("mask", FLAT, elements).in_training()];

pub(super) static CHANNELS: &[Candidate] = &[Candidate::new("mask", ALL, channels).in_training()];

fn elements(site: &Site<'_>) -> Chosen {
    let Op::Dropout { p } = *site.op else { unreachable!("the table of dropout is for it") };
    Chosen { in_place: true, ..Chosen::plain(Kernel::Dropout { p, key: site.layer }) }
}

/// A number is drawn for each channel, or for all.
fn channels(site: &Site<'_>) -> Chosen {
    let shape = site.output;
    let (p, draws) = match *site.op {
        Op::Dropout2d { p } => (p, shape.channels()),
        Op::DropPath { p } => (p, 1),
        _ => unreachable!("the table of dropped channels is for them"),
    };
    let kernel = Kernel::Dropout2d { shape, draws, p, key: site.layer };
    Chosen { in_place: true, ..Chosen::plain(kernel) }
}
