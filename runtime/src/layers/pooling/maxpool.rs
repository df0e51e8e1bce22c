//! Maximum over a window of each channel.
//!
//! ```text
//! forward:   y = max of x over the window;  saved = number of the (first) maximum in the window
//! backward:  dx[window[saved]] += dy
//! ```
//! As in PyTorch, padding is never the maximum and a NaN always is. Schedule: one vector of images
//! at a time; the comparison with each of the window's elements keeps the lanes apart.

use super::geometry::{PoolGeometry, check_places, place as place_of};
use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::simd::simd_fn;

/// Maximum over a window of each channel.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool(pub(super) PoolGeometry);

impl MaxPool {
    /// The pool. Every window must meet the image.
    pub const fn new(geometry: PoolGeometry) -> Self {
        check_places(&geometry);
        Self(geometry.meeting_the_image())
    }
}

impl<L: Layout> Kernel<L> for MaxPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let g = &self.0;
        let [x_len, y_len] = [g.input_positions(), g.output_positions()].map(|n| n * L::IMAGES);
        let saved_len = if t.saved.is_empty() { 0 } else { y_len };
        let planes = cx.groups::<L>() * g.channels;
        exec::split(
            cx.exec,
            planes,
            [(t.output, y_len), (t.saved, saved_len)],
            &|i, [y, saved]| {
                forward_plane(L::IMAGES, g, &t.inputs[0][i * x_len..][..x_len], y, saved);
                activation.apply(y);
            },
        );
    }
}

simd_fn! {
    fn forward_plane<S>(s by lanes, g: &PoolGeometry, x: &[f32], y: &mut [f32], saved: &mut [f32]) {
        let outputs = (0..g.output[0]).flat_map(|i| (0..g.output[1]).map(move |j| (i, j)));
        for (o, (i, j)) in outputs.enumerate() {
            let (mut best, mut place) = (s.splat(f32::NEG_INFINITY), s.splat(-1.0));
            g.window(i, j, |k, at| {
                let x = s.load(&x[at * S::LANES..]);
                let k = s.splat(place_of(k));
                let nan = s.is_nan(x);
                // The first element of the image that is seen stands even if it is -∞.
                let better = s.lt(best, x);
                place = s.select(better, k, s.select(s.lt(place, s.splat(0.0)), k, place));
                place = s.select(nan, k, place);
                best = s.select(nan, x, s.select(better, x, best));
            });
            s.store(best, &mut y[o * S::LANES..]);
            if !saved.is_empty() {
                s.store_bits(place, &mut saved[o * S::LANES..]);
            }
        }
    }
}
