//! The gradients of [`Broadcast`].

use crate::exec;
use crate::kernel::Pass;
use crate::kernel::backward::{Backward, Train};
use crate::layers::joins::broadcast::{Broadcast, Combine, scale};
use crate::layout::Layout;
use crate::vector;

/// Floats that are worked on at a time, all lanes of a pixel together.
const CHUNK: usize = 256;

impl Broadcast {
    /// What the gradient of input `k` gets from a stretch of the output's, `from` the start of channel `i`.
    fn products(
        &self,
        lanes: usize,
        [k, i, from]: [usize; 3],
        inputs: &[&[f32]],
        dy: &[f32],
        products: &mut [f32],
    ) {
        products.copy_from_slice(dy);
        if self.combine == Combine::Sum {
            return;
        }
        for (other, x) in inputs.iter().enumerate().filter(|(other, _)| *other != k) {
            let x = self.piece(lanes, other, x, i);
            let x = if x.len() == lanes { x } else { &x[from..][..products.len()] };
            scale(lanes, x, products);
        }
    }
}

impl<L: Layout> Train<L> for Broadcast {
    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (dy, inputs, run) = (&*t.d_output, t.inputs, self.positions * L::IMAGES);
        for (k, dx) in t.d_inputs.iter_mut().enumerate().filter(|(_, dx)| !dx.is_empty()) {
            let [channels, pixels] = self.extents[k].size(self.channels, self.positions);
            let (pieces, len) = (cx.groups::<L>() * channels, pixels * L::IMAGES);
            exec::split(cx.exec, pieces, [(&mut **dx, len)], &|piece, [dx]| {
                // The channels that the piece has a share in.
                let all = if channels == self.channels { 1 } else { self.channels };
                let mut buffer = [0.0; CHUNK];
                if pixels == self.positions {
                    for (n, dx) in dx.chunks_mut(CHUNK).enumerate() {
                        for c in 0..all {
                            let (i, from) = (piece * all + c, n * CHUNK);
                            let dy = &dy[i * run + from..][..dx.len()];
                            if c == 0 {
                                self.products(L::IMAGES, [k, i, from], inputs, dy, dx);
                            } else {
                                let buffer = &mut buffer[..dx.len()];
                                self.products(L::IMAGES, [k, i, from], inputs, dy, buffer);
                                vector::add_assign(buffer, dx);
                            }
                        }
                    }
                    return;
                }
                let mut total = [0.0f64; 16];
                for i in (0..all).map(|c| piece * all + c) {
                    for (n, dy) in dy[i * run..][..run].chunks(CHUNK).enumerate() {
                        let buffer = &mut buffer[..dy.len()];
                        self.products(L::IMAGES, [k, i, n * CHUNK], inputs, dy, buffer);
                        let sums = vector::sum_lanes(buffer);
                        total.iter_mut().zip(sums).for_each(|(t, s)| *t += f64::from(s));
                    }
                }
                // Sixteen neighbors of a plane are of one image.
                if L::IMAGES == 1 {
                    total[0] = total.iter().sum();
                }
                dx.iter_mut().zip(total).for_each(|(dx, t)| *dx = t as f32);
            });
        }
    }
}
