//! Pools.

use super::{ALL, BLOCKS, Candidate, FLAT, HALO_PLANES, Site};
use crate::plan::{BLOCK, Chosen, Kernel, PoolGeometry, Pooling};
use cnn_ir::{Op, Rounding, Shape, Window};

pub(super) static MAX: &[Candidate] = &[
    Candidate::new("direct", BLOCKS, |site| max(site, in_blocks(site.output))),
    Candidate::new("direct", FLAT, |site| max(site, site.output.len())),
];

pub(super) static MEAN: &[Candidate] = &[
    Candidate::new("direct", HALO_PLANES, |site| Chosen::plain(Kernel::PlaneMeans(geometry(site))))
        .when(pairs)
        .in_inference(),
    Candidate::new("direct", ALL, |site| Chosen::plain(mean(site))),
];

pub(super) static SUM: &[Candidate] =
    &[Candidate::new("direct", ALL, |site| Chosen::plain(kernel(site)))];

pub(super) static NORM: &[Candidate] = &[
    Candidate::new("direct", BLOCKS, |site| norm(site, in_blocks(site.output))),
    Candidate::new("direct", FLAT, |site| norm(site, site.output.len())),
];

pub(super) static PRODUCT: &[Candidate] = &[Candidate::new("direct", ALL, product)];

pub(super) static ATTENTION: &[Candidate] = &[Candidate::new("direct", ALL, attention)];

pub(super) static UNPOOL: &[Candidate] =
    &[Candidate::new("direct", ALL, |site| Chosen::reading(unpool(site)))];

fn geometry(site: &Site<'_>) -> PoolGeometry {
    PoolGeometry::of(site.op, site.input(), site.output)
}

fn kernel(site: &Site<'_>) -> Kernel {
    let Some(of) = Pooling::of(site.op) else { unreachable!("the table of pools is for them") };
    Kernel::Pool { of, geometry: geometry(site) }
}

/// The mean of a whole image has a kernel of its own.
fn mean(site: &Site<'_>) -> Kernel {
    match (site.op, site.output.size()) {
        (Op::GlobalAvgPool, _) | (Op::AdaptiveAvgPool { .. }, [1, 1]) => {
            Kernel::GlobalAvgPool(site.input())
        }
        _ => kernel(site),
    }
}

/// A number for each output of whole blocks of channels.
fn in_blocks(output: Shape) -> usize {
    output.channels().next_multiple_of(BLOCK) * output.positions()
}

fn max(site: &Site<'_>, saved: usize) -> Chosen {
    Chosen { saved, ..Chosen::plain(kernel(site)) }
}

fn norm(site: &Site<'_>, saved: usize) -> Chosen {
    Chosen { saved, ..Chosen::reading(kernel(site)) }
}

fn product(site: &Site<'_>) -> Chosen {
    Chosen::reading(kernel(site))
}

fn attention(site: &Site<'_>) -> Chosen {
    let chosen = Chosen::reading(Kernel::AttnPool(site.input()));
    Chosen { saved: site.input().positions(), ..chosen }
}

/// The pool whose places it takes has the shapes the other way round.
fn unpool(site: &Site<'_>) -> Kernel {
    let window = match site.op {
        Op::Unpool { window, .. } => Some(*window),
        _ => None,
    };
    Kernel::Unpool(PoolGeometry { input: site.output, output: site.input().size(), window })
}

fn pairs(site: &Site<'_>) -> Result<(), &'static str> {
    let window = geometry(site).window.unwrap_or(Window::POINT);
    let pairs = [window.kernel, window.stride, window.dilation] == [[2, 2], [2, 2], [1, 1]];
    let whole = window.pad == [0; 4] && window.rounding != Rounding::Ceil;
    let alone = matches!(site.op, Op::AvgPool { .. }) || site.output.size() != [1, 1];
    (pairs && whole && alone).then_some(()).ok_or("the windows are not 2x2 side by side")
}
