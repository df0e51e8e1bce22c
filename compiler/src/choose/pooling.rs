//! Pools.

use super::{Candidate, KernelForm::*, Site};
use crate::plan::{BLOCK, Chosen, Kernel, PoolGeometry, Pooling};
use cnn_ir::{Op, Rounding, Shape, Window};

pub(super) static MAX: &[Candidate] = &[
    Candidate::new("direct", Blocks, |site| max(site, in_blocks(site.output))),
    Candidate::new("direct", Planes, |site| max(site, site.output.len())),
    Candidate::new("direct", Interleaved, |site| max(site, site.output.len())),
];

pub(super) static MEAN: &[Candidate] = &[
    Candidate::new("direct", HaloPlanes, |site| Chosen::plain(Kernel::PlaneMeans(geometry(site))))
        .when(pairs)
        .in_inference(),
    Candidate::new("direct", Blocks, |site| Chosen::plain(kernel(site))),
    Candidate::new("direct", Planes, |site| Chosen::plain(kernel(site))),
    Candidate::new("direct", Interleaved, |site| Chosen::plain(kernel(site))),
];

pub(super) static ADAPTIVE_MEAN: &[Candidate] = &[
    Candidate::new("direct", HaloPlanes, |site| Chosen::plain(Kernel::PlaneMeans(geometry(site))))
        .when(pairs)
        .in_inference(),
    Candidate::new("direct", Blocks, |site| Chosen::plain(adaptive_mean(site))),
    Candidate::new("direct", Planes, |site| Chosen::plain(adaptive_mean(site))),
    Candidate::new("direct", Interleaved, |site| Chosen::plain(adaptive_mean(site))),
];

pub(super) static ADAPTIVE_MAX: &[Candidate] = MAX;

pub(super) static SUM: &[Candidate] = &[
    Candidate::new("direct", Blocks, |site| Chosen::plain(kernel(site))),
    Candidate::new("direct", Planes, |site| Chosen::plain(kernel(site))),
    Candidate::new("direct", Interleaved, |site| Chosen::plain(kernel(site))),
];

pub(super) static NORM: &[Candidate] = &[
    Candidate::new("direct", Blocks, |site| Chosen {
        saved: in_blocks(site.output),
        ..Chosen::reading(kernel(site))
    }),
    Candidate::new("direct", Planes, norm),
    Candidate::new("direct", Interleaved, norm),
];

pub(super) static PRODUCT: &[Candidate] = &[
    Candidate::new("direct", Blocks, product),
    Candidate::new("direct", Planes, product),
    Candidate::new("direct", Interleaved, product),
];

pub(super) static GLOBAL_MEAN: &[Candidate] = &[
    Candidate::new("direct", Blocks, |site| Chosen::plain(Kernel::GlobalAvgPool(site.input()))),
    Candidate::new("direct", Planes, |site| Chosen::plain(Kernel::GlobalAvgPool(site.input()))),
    Candidate::new("direct", Interleaved, |site| {
        Chosen::plain(Kernel::GlobalAvgPool(site.input()))
    }),
];

pub(super) static ATTENTION: &[Candidate] = &[
    Candidate::new("direct", Blocks, attention),
    Candidate::new("direct", Planes, attention),
    Candidate::new("direct", Interleaved, attention),
];

pub(super) static UNPOOL: &[Candidate] = &[
    Candidate::new("direct", Blocks, |site| Chosen::reading(unpool(site))),
    Candidate::new("direct", Planes, |site| Chosen::reading(unpool(site))),
    Candidate::new("direct", Interleaved, |site| Chosen::reading(unpool(site))),
];

fn geometry(site: &Site<'_>) -> PoolGeometry {
    PoolGeometry::of(site.op, site.input(), site.output)
}

fn kernel(site: &Site<'_>) -> Kernel {
    let of = match site.op {
        Op::MaxPool(_) | Op::AdaptiveMaxPool { .. } | Op::GlobalMaxPool => Pooling::Max,
        Op::AvgPool { count_pad, .. } => Pooling::Mean { count_pad: *count_pad },
        Op::SumPool(_) => Pooling::Sum,
        Op::LpPool { p, .. } => Pooling::Norm { p: *p },
        Op::ProdPool(_) => Pooling::Product,
        _ => Pooling::Mean { count_pad: true },
    };
    Kernel::Pool { of, geometry: geometry(site) }
}

fn adaptive_mean(site: &Site<'_>) -> Kernel {
    match site.output.size() {
        [1, 1] => Kernel::GlobalAvgPool(site.input()),
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

fn norm(site: &Site<'_>) -> Chosen {
    Chosen { saved: site.output.len(), ..Chosen::reading(kernel(site)) }
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
