//! What kernels in blocks share: rows of pixels that are written on all threads, halos and all.

use crate::activation::Activation;
use crate::exec::{self, Exec};
use crate::layout::{Frame, Grid};
use crate::pass::Pass;
use crate::view::View;

/// The halo of the gradient of input `i`; none where the plan wants no gradient.
pub(crate) const fn d_halo(frame: &Frame, i: usize) -> usize {
    if i < frame.d_inputs.len() { frame.d_inputs[i] } else { 0 }
}

/// Writes a tensor row by row on all threads: `row(place, pixels)`, and zeros in the halo.
pub(crate) fn write_rows(
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
pub(crate) fn write_planes(view: &mut View<'_>, write: impl Fn(&mut [f32])) {
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
pub(crate) fn copy_rows(
    exec: &dyn Exec,
    from: &[f32],
    from_grid: Grid,
    to: &mut [f32],
    to_grid: Grid,
) {
    if from_grid == to_grid {
        let piece = exec::GRAIN;
        let pieces = to.len().div_ceil(piece);
        return exec::split(exec, pieces, [(to, piece)], &|i, [to]| {
            to.copy_from_slice(&from[i * piece..][..to.len()]);
        });
    }
    write_rows(exec, to, to_grid, &|place, row| row.copy_from_slice(from_grid.row(from, place)));
}

/// Applies an activation to the pixels; the halo is left as it is.
pub(crate) fn apply_rows<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
    tensor: &mut [f32],
    grid: Grid,
) {
    let pieces = tensor.len() / exec::GRAIN;
    View::new(tensor, grid).pieces(cx.exec, pieces, 1, &|mut view| {
        for [image, block, row] in view.places() {
            activation.apply(view.row(image, block, row));
        }
    });
}

/// Applies an activation to the pixels of a tensor with a halo.
pub fn apply<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
    dims: [usize; 3],
    tensor: &mut [f32],
    halo: usize,
) {
    apply_rows(cx, activation, tensor, Grid::new(dims, halo));
}

/// Applies the activation's derivative to the pixels of a tensor: `d *= f'(kept)`, or another rule for the signal,
/// where each of the two has its halo.
pub fn derivative<A: Activation>(
    cx: &Pass<'_>,
    activation: A,
    dims: [usize; 3],
    kept: &[f32],
    kept_halo: usize,
    d: &mut [f32],
    d_halo: usize,
) {
    let kept_grid = Grid::new(dims, kept_halo);
    let pieces = d.len() / exec::GRAIN;
    View::new(d, Grid::new(dims, d_halo)).pieces(cx.exec, pieces, 1, &|mut view| {
        for place @ [image, block, row] in view.places() {
            activation.signal(cx.signal, kept_grid.row(kept, place), view.row(image, block, row));
        }
    });
}
