//! What the runtime's kernels have beside a forward pass. What is wrong here does not compile in emitted code.

use crate::plan::KernelCall;

/// Kernels with scratch in the forward pass.
const ROOM: &[&str] = &[
    "AttnPool",
    "BatchNorm",
    "blocked::AttnPool",
    "blocked::BatchNorm",
    "blocked::Connected",
    "blocked::Deconv",
    "blocked::DeconvTiles",
    "blocked::Direct",
    "blocked::Dropout2d",
    "blocked::GroupNorm",
    "blocked::Grouped",
    "blocked::GroupedDeconv",
    "blocked::PackedDeconvTiles",
    "blocked::PackedTiles",
    "blocked::PooledDirect",
    "blocked::PooledTiles",
    "blocked::Tiles",
    "conv::Connected",
    "conv::Direct",
    "conv::Gemm",
    "conv::PackedTable",
    "deconv::Direct",
    "deconv::Gemm",
    "dense::Gemm",
];

/// Kernels with scratch in the backward pass.
const ROOM_BACKWARD: &[&str] = &[
    "AttnPool",
    "BatchNorm",
    "LocalResponseNorm",
    "ProdPool",
    "blocked::AttnPool",
    "blocked::BatchNorm",
    "blocked::Connected",
    "blocked::Deconv",
    "blocked::DeconvTiles",
    "blocked::Direct",
    "blocked::Dropout2d",
    "blocked::GroupNorm",
    "blocked::Grouped",
    "blocked::GroupedDeconv",
    "blocked::LocalResponseNorm",
    "blocked::ProdPool",
    "blocked::Tiles",
    "conv::Connected",
    "conv::Direct",
    "conv::Gemm",
    "deconv::Direct",
    "deconv::Gemm",
    "dense::Direct",
    "dense::Gemm",
];

/// Kernels whose parameters are packed otherwise than one after the other.
const PACKS: &[&str] = &[
    "FoldedBatchNorm",
    "blocked::FoldedBatchNorm",
    "blocked::PackedDeconv",
    "blocked::PackedDeconvTiles",
    "blocked::PackedDirect",
    "blocked::PackedGrouped",
    "blocked::PackedGroupedDeconv",
    "blocked::PackedTable",
    "blocked::PackedTiles",
    "blocked::PooledDirect",
    "blocked::PooledTiles",
    "conv::PackedTable",
    "dense::Packed",
];

fn is_among(call: &KernelCall, kernels: &[&str]) -> bool {
    kernels.contains(&call.ty.split('<').next().unwrap_or_default())
}

/// Whether the kernel has scratch in the pass; layers of one's own do.
pub(super) fn has_room(call: &KernelCall, backward: bool) -> bool {
    call.own.is_some() || is_among(call, if backward { ROOM_BACKWARD } else { ROOM })
}

/// Whether the kernel packs its parameters otherwise than one after the other.
pub(super) fn packs(call: &KernelCall) -> bool {
    is_among(call, PACKS)
}
