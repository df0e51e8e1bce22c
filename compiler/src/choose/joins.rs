//! Branches that come together.

use super::{Candidate, KernelForm::*, Site, volume};
use crate::plan::{Chosen, Kernel};

pub(super) static ADD: &[Candidate] = &[
    Candidate::new("elementwise", Blocks, add).when(volume),
    Candidate::new("elementwise", Planes, add),
    Candidate::new("elementwise", Interleaved, add),
];

pub(super) static MUL: &[Candidate] = &[
    Candidate::new("elementwise", Blocks, mul).when(volume),
    Candidate::new("elementwise", Planes, mul),
    Candidate::new("elementwise", Interleaved, mul),
];

pub(super) static CONCAT: &[Candidate] = &[
    Candidate::new("copy", Blocks, concat).when(volume),
    Candidate::new("copy", Planes, concat),
    Candidate::new("copy", Interleaved, concat),
];

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
