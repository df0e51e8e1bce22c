//! Max-unpooling: every element goes back to where a maximum pool found its window's.
//!
//! ```text
//! forward:   y = 0;  y[window[place]] = x, for the windows in order
//! backward:  dx = dy[window[place]], which is then 0 for the windows before; in reverse order
//! ```
//! Inputs: `x`, and the places that the pool kept. As in PyTorch, where windows that overlap share a
//! maximum, the last one is written; only that one has a gradient, while PyTorch gives it to all.
//! The gradient is taken out of `dy`.

use super::geometry::{PoolGeometry, check_places, place as place_of};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::{Grid, Layout};
use crate::simd::{Simd, simd_fn};

/// What a maximum pool took, back in its place.
#[derive(Clone, Copy, Debug)]
pub struct Unpool(pub(super) PoolGeometry);

impl Unpool {
    /// The reverse of a pool: its output is this layer's input.
    pub const fn new(geometry: PoolGeometry) -> Self {
        check_places(&geometry);
        Self(geometry)
    }
}

impl<L: Layout> Kernel<L> for Unpool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.0;
        let [y_len, x_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        exec::split(cx.exec, cx.groups::<L>() * g.channels, [(t.output, y_len)], &|i, [y]| {
            let [x, places] = [t.inputs[0], t.inputs[1]].map(|t| &t[i * x_len..][..x_len]);
            forward_plane(L::IMAGES, g, x, places, y);
            activation.apply(y);
        });
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, g: &PoolGeometry, x: &[f32], places: &[f32], y: &mut [f32]) {
        y.fill(0.0);
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let (x, place) = (s.load(&x[o * S::LANES..]), s.load(&places[o * S::LANES..]));
            g.window(i, j, |k, at| {
                let y = &mut y[at * S::LANES..];
                s.store(s.select(found(s, place, k), x, s.load(y)), y);
            });
        }
    }

    /// The gradient of a plane; the forms are those of the places, of `dy` and of `dx`.
    pub(crate) fn backward_plane<S>(
        s by lanes, g: &PoolGeometry, grids: [&Grid; 3], places: &[f32], dy: &mut [f32],
        dx: &mut [f32],
    ) {
        let [places_grid, dy_grid, dx_grid] = grids;
        let whole = g.whole(1);
        for i in (0..g.output[0]).rev() {
            let (rows, top) = (g.taps(0, i), g.start(0, i));
            for j in (0..g.output[1]).rev() {
                let columns = if whole.contains(&j) { 0..g.kernel[1] } else { g.taps(1, j) };
                let left = g.start(1, j);
                let place = s.load(&places[places_grid.pixel(i, j)..]);
                let mut d = s.splat(0.0);
                for a in rows.clone() {
                    let row = dy_grid.pixel(top + a * g.dilation[0] - g.pad[0], 0);
                    for b in columns.clone() {
                        let column = left + b * g.dilation[1] - g.pad[2];
                        let dy = &mut dy[row + column * S::LANES..];
                        let (here, all) = (found(s, place, a * g.kernel[1] + b), s.load(dy));
                        d = s.select(here, all, d);
                        s.store(s.select(here, s.splat(0.0), all), dy);
                    }
                }
                s.store(d, &mut dx[dx_grid.pixel(i, j)..]);
            }
        }
    }
}

/// Whether the maximum was element `k` of the window.
#[inline(always)]
pub(crate) fn found<S: Simd>(s: S, place: S::V, k: usize) -> S::M {
    s.lt(s.abs(s.sub(place, s.splat(place_of(k)))), s.splat(0.5))
}
