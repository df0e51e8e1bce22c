//! The layers' kernels in the layout [`Blocked`](crate::layout::Blocked).

mod add;
mod attnpool;
mod avgpool;
mod bn;
mod broadcast;
mod concat;
mod conv;
mod conv_gradients;
mod deconv;
mod dropout2d;
mod gather;
mod global_avgpool;
mod gn;
mod grouped;
mod grouped_deconv;
mod identity;
mod ln;
mod lppool;
mod lrn;
mod maxpool;
mod packed;
mod packing;
mod pad;
mod phase;
mod planes;
mod pooled;
mod prodpool;
mod reorder;
mod scale;
mod selection;
mod shuffle;
mod split;
mod sumpool;
mod table;
mod unpool;
mod upsample;
mod windows;

pub use add::Add;
pub use attnpool::AttnPool;
pub use avgpool::AvgPool;
pub use bn::{BatchNorm, FoldedBatchNorm};
pub use broadcast::Broadcast;
pub use concat::Concat;
pub use conv::{Conv, Direct, Tiles};
pub use deconv::{Deconv, DeconvTiles, PackedDeconv, PackedDeconvTiles};
pub use dropout2d::Dropout2d;
pub use global_avgpool::GlobalAvgPool;
pub use gn::GroupNorm;
pub use grouped::{Grouped, PackedGrouped};
pub use grouped_deconv::{GroupedDeconv, PackedGroupedDeconv};
pub use identity::{Identity, derivative};
pub use ln::LayerNorm;
pub use lppool::LpPool;
pub use lrn::LocalResponseNorm;
pub use maxpool::MaxPool;
pub use packed::{Packed, PackedDirect, PackedTiles};
pub use pad::{Crop, Pad};
pub use planes::{PlaneConv, PlaneMeans};
pub use pooled::{Pool, Pooled, PooledDirect, PooledTiles};
pub use prodpool::ProdPool;
pub use reorder::{Flatten, Reorder};
pub use scale::Scale;
pub use selection::{Select, Selection};
pub use shuffle::Shuffle;
pub use split::Split;
pub use sumpool::SumPool;
pub use table::{Connected, PackedTable};
pub use unpool::Unpool;
pub use upsample::Upsample;

use crate::activation::Activation;
use crate::exec::{self, Exec};
use crate::kernel::Pass;
use crate::layout::{Frame, Grid};
use crate::view::View;

/// The halo of the gradient of input `i`; none where the plan wants no gradient.
const fn d_halo(frame: &Frame, i: usize) -> usize {
    if i < frame.d_inputs.len() { frame.d_inputs[i] } else { 0 }
}

/// Applies an activation to the pixels of a tensor with a halo.
pub fn apply<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
    dims: [usize; 3],
    tensor: &mut [f32],
    halo: usize,
) {
    identity::apply(cx, activation, tensor, Grid::new(dims, halo));
}

/// Writes a tensor row by row on all threads: `row(place, pixels)`, and zeros in the halo.
fn write_rows(
    exec: &dyn Exec,
    tensor: &mut [f32],
    grid: Grid,
    row: &(dyn Fn([usize; 3], &mut [f32]) + Sync),
) {
    let pieces = tensor.len() / exec::GRAIN;
    View::new(tensor, grid).pieces(exec, pieces, 1, &|mut view| {
        view.clear_halo();
        for image in view.images.clone() {
            for block in view.blocks.clone() {
                for i in view.rows.clone() {
                    row([image, block, i], view.row(image, block, i));
                }
            }
        }
    });
}

/// Goes over the pixels of a view in stretches as long as they can be.
fn write_planes(view: &mut View<'_>, write: impl Fn(&mut [f32])) {
    for image in view.images.clone() {
        for block in view.blocks.clone() {
            match view.plane(image, block) {
                Some(plane) => write(plane),
                None => view.rows.clone().for_each(|i| write(view.row(image, block, i))),
            }
        }
    }
}

/// Copies the pixels of a tensor to one of another halo.
fn copy_rows(exec: &dyn Exec, from: &[f32], from_grid: Grid, to: &mut [f32], to_grid: Grid) {
    if from_grid == to_grid {
        let piece = exec::GRAIN;
        let pieces = to.len().div_ceil(piece);
        return exec::split(exec, pieces, [(to, piece)], &|i, [to]| {
            to.copy_from_slice(&from[i * piece..][..to.len()]);
        });
    }
    write_rows(exec, to, to_grid, &|place, row| row.copy_from_slice(from_grid.row(from, place)));
}
