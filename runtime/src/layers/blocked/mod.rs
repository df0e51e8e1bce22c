//! The layers' kernels in the layout [`Blocked`](crate::layout::Blocked).

mod avgpool;
mod conv;
mod global_avgpool;
mod maxpool;
mod reorder;

pub use avgpool::AvgPool;
pub use conv::{Conv, Direct, Packed, PackedDirect, PackedTiles, Tiles};
pub use global_avgpool::GlobalAvgPool;
pub use maxpool::MaxPool;
pub use reorder::{Flatten, Reorder};

use crate::exec::{self, Exec};
use crate::layout::{Frame, Grid};
use crate::view::View;

/// The halo of the gradient of input `i`; none where the plan wants no gradient.
const fn d_halo(frame: &Frame, i: usize) -> usize {
    if i < frame.d_inputs.len() { frame.d_inputs[i] } else { 0 }
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
        for place @ [image, block, i] in view.places() {
            row(place, view.row(image, block, i));
        }
    });
}
