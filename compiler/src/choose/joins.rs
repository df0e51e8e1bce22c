//! Branches that come together.

use super::{ALL, Candidate, Site};
use crate::plan::{Chosen, Kernel};

pub(super) static ADD: &[Candidate] = &[Candidate::new("elementwise", ALL, add)];

pub(super) static MUL: &[Candidate] = &[Candidate::new("elementwise", ALL, mul)];

pub(super) static CONCAT: &[Candidate] = &[Candidate::new("copy", ALL, concat)];

fn add(site: &Site<'_>) -> Chosen {
    let alike = site.inputs.iter().all(|shape| *shape == site.output);
    Chosen::plain(if alike { Kernel::Add(site.output) } else { broadcast(site, false) })
}

fn mul(site: &Site<'_>) -> Chosen {
    Chosen::reading(broadcast(site, true))
}

fn broadcast(site: &Site<'_>, product: bool) -> Kernel {
    Kernel::Broadcast { inputs: site.inputs.to_vec(), output: site.output, product }
}

fn concat(site: &Site<'_>) -> Chosen {
    Chosen::plain(Kernel::Concat { inputs: site.inputs.to_vec() })
}
