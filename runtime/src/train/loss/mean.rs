//! The mean over a batch.

use super::Loss;
use crate::exec::Exec;
use crate::reduce;
use crate::train::rows::{Rows, Window};

/// The part of a batch's mean loss that the images of `rows` have, which are those from `window.first` on
/// of a batch of `window.images`; overwrites `d_output` with its gradient. The sum over the images is one
/// balanced tree that depends on their number alone.
pub(crate) fn mean<L: Loss>(
    loss: &L,
    exec: &dyn Exec,
    window: Window,
    rows: &mut Rows<'_>,
    targets: L::Targets<'_>,
) -> f32 {
    let Rows { len, output: outputs, ref mut d_output } = *rows;
    let images = outputs.len() / len;
    let leaf = reduce::leaf_images(images, 1);
    let whole = total(loss, window.images, targets);
    let scale = (1.0 / whole) as f32;
    let sum = Sum { loss, exec, outputs, len, targets, scale, leaf, skipped: window.first };
    (sum.over(0, d_output) / whole) as f32
}

/// What the sum of the losses of a batch is divided by.
fn total<L: Loss>(loss: &L, images: usize, targets: L::Targets<'_>) -> f64 {
    (0..images).map(|image| f64::from(loss.share(image, targets))).sum()
}

struct Sum<'a, 't, L: Loss> {
    loss: &'a L,
    exec: &'a dyn Exec,
    outputs: &'a [f32],
    len: usize,
    targets: L::Targets<'t>,
    scale: f32,
    leaf: usize,
    /// Images of the batch before the first.
    skipped: usize,
}

impl<L: Loss> Sum<'_, '_, L> {
    /// The sum over the images `first..` that `d_outputs` has room for.
    fn over(&self, first: usize, d_outputs: &mut [f32]) -> f64 {
        let images = d_outputs.len() / self.len;
        if images <= self.leaf {
            let mut sum = 0.0;
            for (i, d) in d_outputs.chunks_exact_mut(self.len).enumerate() {
                let image = first + i;
                let output = &self.outputs[image * self.len..(image + 1) * self.len];
                let image = self.skipped + image;
                sum += f64::from(self.loss.sample(image, output, self.targets, d));
                d.iter_mut().for_each(|d| *d *= self.scale);
            }
            return sum;
        }
        let half = images.next_power_of_two() / 2;
        let (near, far) = d_outputs.split_at_mut(half * self.len);
        let (mut a, mut b) = (0.0, 0.0);
        self.exec
            .join(&mut || a = self.over(first, near), &mut || b = self.over(first + half, far));
        a + b
    }
}
