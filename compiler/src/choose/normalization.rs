//! Normalizations.

use super::{ALL, BLOCKS, Candidate, FLAT, Site};
use crate::plan::{BLOCK, Chosen, Kernel};
use cnn_ir::{LocalResponse, Op, Over, Real, Shape};

pub(super) static BATCH: &[Candidate] = &[
    Candidate::new("scale and shift", ALL, folded).in_inference(),
    Candidate::new("batch norm", BLOCKS, |site| Chosen {
        stats: 3 * site.output.channels(),
        ..batch(site)
    })
    .in_training(),
    Candidate::new("batch norm", FLAT, batch).in_training(),
];

pub(super) static GROUP: &[Candidate] = &[
    Candidate::new("over groups", BLOCKS, |site| Chosen {
        saved: 2 * site.output.channels().next_multiple_of(BLOCK),
        ..group(site)
    }),
    Candidate::new("over groups", FLAT, group),
];

pub(super) static LAYER: &[Candidate] = &[
    Candidate::new("over channels", ALL, layer).when(per_position),
    Candidate::new("over images", FLAT, image),
];

pub(super) static LOCAL: &[Candidate] = &[
    Candidate::new("over neighbors", BLOCKS, local).when(|site| {
        match rule(site).size / 2 <= BLOCK {
            true => Ok(()),
            false => Err("a window reaches beyond the neighboring blocks"),
        }
    }),
    Candidate::new("over neighbors", FLAT, local),
];

fn batch(site: &Site<'_>) -> Chosen {
    let Op::BatchNorm { norm, momentum } = *site.op else {
        unreachable!("the table of batch norms is for them")
    };
    let shape = site.output;
    // A cumulative one leaves the batch's statistics, which training then mixes by the passes so far.
    let momentum = momentum.unwrap_or(Real::new(1.0));
    let kernel = Kernel::BatchNorm { shape, eps: norm.eps, momentum, affine: norm.affine };
    Chosen { stats: 2 * shape.channels(), ..Chosen::reading(kernel) }
}

fn folded(site: &Site<'_>) -> Chosen {
    let (shape, eps) = (site.output, eps(site));
    let chosen = Chosen::plain(Kernel::FoldedBatchNorm { shape, eps });
    Chosen { packed: Some(vec![shape.channels(); 2]), ..chosen }
}

fn group(site: &Site<'_>) -> Chosen {
    let groups = match site.op {
        Op::GroupNorm { groups, .. } => *groups,
        _ => site.output.channels(),
    };
    let kernel = Kernel::GroupNorm { shape: site.output, groups, eps: eps(site) };
    Chosen { saved: 3 * groups, ..Chosen::reading(kernel) }
}

fn per_position(site: &Site<'_>) -> Result<(), &'static str> {
    match (site.op, site.output) {
        (Op::LayerNorm { over: Over::All, .. }, _) => Err("a mean is of a whole image"),
        (_, Shape::Vector(_)) => Err("a vector is a whole image"),
        _ => Ok(()),
    }
}

fn layer(site: &Site<'_>) -> Chosen {
    let kernel = Kernel::LayerNorm { shape: site.output, eps: eps(site) };
    Chosen { saved: 2 * site.output.positions(), ..Chosen::reading(kernel) }
}

/// All that is normalized is one group.
fn image(site: &Site<'_>) -> Chosen {
    let shape = Shape::Vector(site.output.len());
    let kernel = Kernel::GroupNorm { shape, groups: 1, eps: eps(site) };
    Chosen { saved: 3, ..Chosen::reading(kernel) }
}

fn rule(site: &Site<'_>) -> LocalResponse {
    match site.op {
        Op::Lrn(rule) => *rule,
        _ => unreachable!("the table of local response norms is for them"),
    }
}

fn local(site: &Site<'_>) -> Chosen {
    Chosen::reading(Kernel::Lrn { shape: site.output, rule: rule(site) })
}

fn eps(site: &Site<'_>) -> Real {
    match site.op {
        Op::BatchNorm { norm, .. }
        | Op::LayerNorm { norm, .. }
        | Op::GroupNorm { norm, .. }
        | Op::InstanceNorm(norm) => norm.eps,
        _ => unreachable!("only norms have an epsilon"),
    }
}
