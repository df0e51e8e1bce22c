//! Dropout: in training, elements are zeroed with probability `p` and the others scaled up.
//!
//! ```text
//! forward:   y  = x  · mask / (1 - p)
//! backward:  dx = dy · mask / (1 - p)
//! ```
//! The mask is not kept but drawn again: it comes from a stream of random numbers that depends
//! only on the seed, the step, the image's number in the batch and the layer, so it is the same
//! in both passes, in both layouts and for any number of threads.

#[cfg(feature = "train")]
mod backward;
pub mod blocks;
pub mod dropout2d;

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Mode, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;
use crate::reduce::real_images;

/// Zeroes elements at random while training.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    p: f32,
    layer: u64,
}

impl Dropout {
    /// The layer; `layer` tells its random numbers from those of the others.
    pub const fn new(p: f32, layer: u64) -> Self {
        assert!(p >= 0.0 && p <= 1.0);
        Self { p, layer }
    }

    /// Zeroes or scales the elements of one group of images.
    fn mask<L: Layout>(&self, cx: &Pass<'_>, group: usize, y: &mut [f32]) {
        if cx.mode == Mode::Evaluation || self.p == 0.0 {
            return;
        }
        // A number below `drop` drops; 2³² of them would.
        let drop = (self.p as f64 * 4_294_967_296.0) as u64;
        let scale = if self.p < 1.0 { 1.0 / (1.0 - self.p) } else { 0.0 };
        for lane in 0..real_images(cx.images, L::IMAGES, group) {
            let mut stream = cx.sample(group * L::IMAGES + lane, self.layer);
            for y in y.iter_mut().skip(lane).step_by(L::IMAGES) {
                *y *= if u64::from(stream.next_u32()) < drop { 0.0 } else { scale };
            }
        }
    }
}

impl<L: Layout> Kernel<L> for Dropout {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = t.output.len() / cx.groups::<L>();
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            self.mask::<L>(cx, group, y);
            activation.apply(y);
        });
    }
}
