//! From N×C×H×W to blocks of channels, and back.
//!
//! ```text
//! reorder:  y[c / depth][i][j][c % depth] = x[c][i][j];  backward the other way
//! flatten:  y[c][i][j] = x[c / 16][i][j][c % 16];        backward the other way
//! ```
//! Schedule: a row of a block at a time, which is short enough for the first cache whichever side
//! is strided.

use crate::activation::Activation;
use crate::choice::choice;
use crate::exec::{self, Exec};
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::{d_halo, write_rows};
use crate::layout::{BLOCK, Blocked, Frame, Grid};

/// Brings N×C×H×W images into blocks.
#[derive(Clone, Copy, Debug)]
pub struct Reorder {
    pub(super) y: Grid,
    pub(super) dy: Grid,
}

impl Reorder {
    /// Images of `dims`; `frame.block` are the channels of a block of the output.
    pub const fn new(dims: [usize; 3], frame: Frame) -> Self {
        let y = Grid::with_depth(dims, frame.output, frame.block).part_of(frame.output_blocks);
        Self { y, dy: Grid::new(dims, frame.d_output) }
    }
}

impl Kernel<Blocked> for Reorder {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        to_blocks(cx.exec, t.inputs[0], t.output, self.y, &|y| activation.apply(y));
    }
}

/// Brings blocks of sixteen channels into N×C×H×W, for the layers that have no images.
#[derive(Clone, Copy, Debug)]
pub struct Flatten {
    pub(super) x: Grid,
    pub(super) dx: Grid,
}

impl Flatten {
    /// Images of `dims`.
    pub const fn new(dims: [usize; 3], frame: Frame) -> Self {
        Self { x: frame.input(0, dims), dx: Grid::new(dims, d_halo(&frame, 0)) }
    }
}

impl Kernel<Blocked> for Flatten {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        to_planes(cx, t.inputs[0], self.x, t.output, &|y| activation.apply(y));
    }
}

pub(super) fn to_blocks(
    exec: &dyn Exec,
    planes: &[f32],
    blocks: &mut [f32],
    grid: Grid,
    finish: &(dyn Fn(&mut [f32]) + Sync),
) {
    let (depth, plane) = (grid.depth, grid.height * grid.width);
    write_rows(exec, blocks, grid, &|[image, block, row], y| {
        let channels = depth.min(grid.channels - block * depth);
        let first = image * grid.channels + block * depth;
        let x = &planes[first * plane + row * grid.width..];
        choice!("channels interleaved", (channels, depth), {
            (1, 1) => y.copy_from_slice(&x[..y.len()]),
            (3, 3) => interleave::<3>(x, plane, y),
            (4, 4) => interleave::<4>(x, plane, y),
            (BLOCK, BLOCK) => interleave::<BLOCK>(x, plane, y),
            _ => {
                for c in 0..channels {
                    let x = &x[c * plane..][..grid.width];
                    y.iter_mut().skip(c).step_by(depth).zip(x).for_each(|(y, x)| *y = *x);
                }
            },
        });
        finish(y);
    });
}

/// `y[j][c] = x[c · plane + j]`
fn interleave<const N: usize>(x: &[f32], plane: usize, y: &mut [f32]) {
    let (pixels, _) = y.as_chunks_mut::<N>();
    let rows: [&[f32]; N] = core::array::from_fn(|c| &x[c * plane..][..pixels.len()]);
    for (j, y) in pixels.iter_mut().enumerate() {
        for c in 0..N {
            y[c] = rows[c][j];
        }
    }
}

pub(super) fn to_planes(
    cx: &Pass<'_>,
    blocks: &[f32],
    grid: Grid,
    planes: &mut [f32],
    finish: &(dyn Fn(&mut [f32]) + Sync),
) {
    let plane = grid.height * grid.width;
    // Without a halo the rows of a block are one.
    let grid = if grid.halo == 0 { Grid { height: 1, width: plane, ..grid } } else { grid };
    let image_len = grid.channels * plane;
    exec::split(cx.exec, cx.images, [(planes, image_len)], &|image, [y]| {
        exec::split(cx.exec, grid.blocks(), [(y, BLOCK * plane)], &|block, [y]| {
            for i in 0..grid.height {
                let x = grid.row(blocks, [image, block, i]);
                part_lanes(x, i * grid.width, plane, y);
            }
            finish(y);
        });
    });
}

/// `y[c · plane + first + j] = x[j][c]`
fn part_lanes(x: &[f32], first: usize, plane: usize, y: &mut [f32]) {
    let (tiles, rest) = x.as_chunks::<BLOCK>().0.as_chunks::<BLOCK>();
    for (tile, x) in tiles.iter().enumerate() {
        for (c, y) in y.chunks_exact_mut(plane).enumerate() {
            let y = &mut y[first + tile * BLOCK..][..BLOCK];
            for j in 0..BLOCK {
                y[j] = x[j][c];
            }
        }
    }
    for (c, y) in y.chunks_exact_mut(plane).enumerate() {
        let y = &mut y[first + tiles.len() * BLOCK..];
        y.iter_mut().zip(rest).for_each(|(y, x)| *y = x[c]);
    }
}
