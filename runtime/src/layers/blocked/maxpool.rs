//! Maximum over a window of each channel, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = max of x over the window;  saved = number of the (first) maximum in the window
//! backward:  dx[row] += dy where saved is this element, over the windows that reach the row
//! ```
//! As in PyTorch, padding is never the maximum and a NaN always is. The input's halo is not read,
//! since its zeros might be a maximum.

use super::{d_halo, write_rows};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass, Room};
use crate::layers::pool::PoolGeometry;
use crate::layout::{Blocked, Frame, Grid, LANES};
use crate::simd::simd_fn;

/// Maximum over a window of each channel. Its kept places are a tensor of the output's shape
/// without a halo.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool {
    g: PoolGeometry,
    x: Grid,
    y: Grid,
    dx: Grid,
    dy: Grid,
}

impl MaxPool {
    /// The pool.
    pub const fn new(g: PoolGeometry, frame: Frame) -> Self {
        let [x, y, dx, dy] = grids(&g, &frame);
        Self { g, x, y, dx, dy }
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room::NONE
    }

    /// Scratch of the backward pass.
    pub const fn room_backward(&self) -> Room {
        Room::NONE
    }
}

/// The forms of a pool's input and output and of their gradients.
pub(super) const fn grids(g: &PoolGeometry, frame: &Frame) -> [Grid; 4] {
    let input = [g.channels, g.input[0], g.input[1]];
    let output = [g.channels, g.output[0], g.output[1]];
    [
        Grid::new(input, frame.inputs[0]),
        Grid::new(output, frame.output),
        Grid::new(input, d_halo(frame, 0)),
        Grid::new(output, frame.d_output),
    ]
}

impl Kernel<Blocked> for MaxPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (g, grid) = (&self.g, &self.x);
        let x = |image: usize, block: usize| {
            &t.inputs[0][image * grid.len() + block * grid.plane()..][..grid.plane()]
        };
        if t.saved.is_empty() {
            return write_rows(cx.exec, t.output, self.y, &|[image, block, i], y| {
                max_row(g, x(image, block), grid, i, y);
                activation.apply(y);
            });
        }
        let blocks = self.y.blocks();
        let one = Grid::new([LANES, g.output[0], g.output[1]], self.y.halo);
        let saved_len = g.output_positions() * LANES;
        let tensors = [(t.output, one.len()), (t.saved, saved_len)];
        exec::split(cx.exec, cx.images * blocks, tensors, &|plane, [y, saved]| {
            write_rows(&exec::Serial, y, one, &|[_, _, i], y| {
                max_row(g, x(plane / blocks, plane % blocks), grid, i, y);
                activation.apply(y);
            });
            for (i, saved) in saved.chunks_exact_mut(g.output[1] * LANES).enumerate() {
                place_row(g, x(plane / blocks, plane % blocks), grid, i, saved);
            }
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let (g, dy, saved) = (&self.g, &*t.d_output, t.saved);
        let places = self.y.bare();
        write_rows(cx.exec, d_input, self.dx, &|[image, block, row], dx| {
            dx.fill(0.0);
            for a in 0..g.kernel[0] {
                if let Some(i) = g.place(0, row, a) {
                    let at = [image, block, i];
                    backward_row(g, a, self.dy.row(dy, at), places.row(saved, at), dx);
                }
            }
        });
    }
}
simd_fn! {
    /// A row of maxima of a block.
    fn max_row<S>(s, g: &PoolGeometry, x: &[f32], grid: &Grid, i: usize, y: &mut [f32]) {
        let (rows, whole) = (g.taps(0, i), g.whole(1));
        for (j, y) in y.chunks_exact_mut(LANES).enumerate() {
            let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            let mut best = s.splat(f32::NEG_INFINITY);
            for a in rows.clone() {
                let row = i * g.stride[0] + a * g.dilation[0] - g.pad[0];
                let x = &x[grid.pixel(row, 0)..][..grid.width * LANES];
                for b in columns.clone() {
                    let x = s.load(&x[(j * g.stride[1] + b * g.dilation[1] - g.pad[2]) * LANES..]);
                    best = s.select(s.is_nan(x), x, s.max(x, best));
                }
            }
            s.store(best, y);
        }
    }

    /// Where the maxima of a row lie in their windows.
    fn place_row<S>(s, g: &PoolGeometry, x: &[f32], grid: &Grid, i: usize, places: &mut [f32]) {
        let (rows, whole) = (g.taps(0, i), g.whole(1));
        for (j, places) in places.chunks_exact_mut(LANES).enumerate() {
            let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            let (mut best, mut place) = (s.splat(f32::NEG_INFINITY), s.splat(-1.0));
            for a in rows.clone() {
                let row = i * g.stride[0] + a * g.dilation[0] - g.pad[0];
                let x = &x[grid.pixel(row, 0)..][..grid.width * LANES];
                for b in columns.clone() {
                    let x = s.load(&x[(j * g.stride[1] + b * g.dilation[1] - g.pad[2]) * LANES..]);
                    let k = s.splat((a * g.kernel[1] + b) as f32);
                    let nan = s.is_nan(x);
                    // The first element of the image that is seen stands even if it is -∞.
                    let better = s.lt(best, x);
                    place = s.select(better, k, s.select(s.lt(place, s.splat(0.0)), k, place));
                    place = s.select(nan, k, place);
                    best = s.select(nan, x, s.select(better, x, best));
                }
            }
            s.store(place, places);
        }
    }

    /// What row `a` of the windows adds to a row of the input's gradient.
    fn backward_row<S>(s, g: &PoolGeometry, a: usize, dy: &[f32], places: &[f32], dx: &mut [f32]) {
        let whole = g.whole(1);
        for j in 0..g.output[1] {
            let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
            let (d, place) = (s.load(&dy[j * LANES..]), s.load(&places[j * LANES..]));
            for b in columns {
                let distance = s.abs(s.sub(place, s.splat((a * g.kernel[1] + b) as f32)));
                let mine = s.select(s.lt(distance, s.splat(0.5)), d, s.splat(0.0));
                let dx = &mut dx[(j * g.stride[1] + b * g.dilation[1] - g.pad[2]) * LANES..];
                s.store(s.add(s.load(dx), mine), dx);
            }
        }
    }
}
