//! Whole channels, or whole images, zeroed at random in training.
//!
//! ```text
//! forward:   y  = x  · mask / (1 - p)      mask: one number for each run of channels
//! backward:  dx = dy · mask / (1 - p)
//! ```
//! An image's channels form equal runs, each of which is dropped with probability `p`: runs of one
//! channel (Tompson et al., "Efficient object localization using convolutional networks", 2015), or
//! one run of all (Huang et al., "Deep networks with stochastic depth", 2016). As in
//! [`dropout`](super), the mask is drawn again in the backward pass.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Mode, Pass};
use crate::kernels::images::copy_input;
use crate::layout::Layout;
use crate::random::Stream;
use crate::reduce::real_images;

/// Zeroes runs of channels at random while training.
#[derive(Clone, Copy, Debug)]
pub struct Dropout2d {
    pub(super) runs: usize,
    pub(super) p: f32,
    pub(super) layer: u64,
}

impl Dropout2d {
    /// `runs` runs in an image; `layer` tells the layer's random numbers from those of the others.
    pub const fn new(runs: usize, p: f32, layer: u64) -> Self {
        assert!(runs > 0 && p >= 0.0 && p <= 1.0);
        Self { runs, p, layer }
    }

    /// Whether nothing is dropped.
    pub(crate) fn rests(&self, cx: &Pass<'_>) -> bool {
        cx.mode == Mode::Evaluation || self.p == 0.0
    }

    /// What the runs of an image are multiplied by, one after the other.
    pub(crate) fn factors(&self, cx: &Pass<'_>, image: usize) -> impl Iterator<Item = f32> {
        let mut stream = cx.sample(image, self.layer);
        (0..self.runs).map(move |_| factor(self.p, &mut stream))
    }

    /// Zeroes or scales the runs of one group of images.
    pub(super) fn mask<L: Layout>(&self, cx: &Pass<'_>, group: usize, y: &mut [f32]) {
        if self.rests(cx) {
            return;
        }
        let run = y.len() / self.runs;
        for lane in 0..real_images(cx.images, L::IMAGES, group) {
            let factors = self.factors(cx, group * L::IMAGES + lane);
            for (y, factor) in y.chunks_exact_mut(run).zip(factors) {
                y.iter_mut().skip(lane).step_by(L::IMAGES).for_each(|y| *y *= factor);
            }
        }
    }
}

/// 0 with probability `p`, else what keeps the mean.
pub(crate) fn factor(p: f32, stream: &mut Stream) -> f32 {
    // A number below this drops; 2³² of them would.
    let drop = (f64::from(p) * 4_294_967_296.0) as u64;
    if u64::from(stream.next_u32()) < drop { 0.0 } else { 1.0 / (1.0 - p) }
}

impl<L: Layout> Kernel<L> for Dropout2d {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let len = t.output.len() / cx.groups::<L>();
        exec::split(cx.exec, cx.groups::<L>(), [(t.output, len)], &|group, [y]| {
            copy_input(t.inputs, group, y);
            self.mask::<L>(cx, group, y);
            activation.apply(y);
        });
    }
}
