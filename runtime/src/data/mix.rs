//! Images of a batch mixed with each other, and their classes with them.

use crate::data::dataset::Batch;
use crate::random::{Purpose, Stream};
use ndarray::{Array2, Axis, Zip, s};

/// Mixes each image with another one of the batch, `share·a + (1 − share)·b`, and their classes alike, for
/// [`SoftCrossEntropy`](crate::train::SoftCrossEntropy). The share is random with a Beta(α, α) distribution, of
/// which `α` is above 0; the same for all images of the batch, as is usual.
///
/// The numbers depend on `seed` and `step`, which is another one for each batch. Classes from `classes` on are
/// left out of the targets.
///
/// Zhang et al. (2018), <https://arxiv.org/abs/1710.09412>.
pub fn mixup(
    batch: Batch<Vec<usize>>,
    classes: usize,
    alpha: f32,
    [seed, step]: [u64; 2],
) -> Batch<Array2<f32>> {
    let mut stream = Stream::new(Purpose::Mix, seed, step, 0, 0);
    let share = beta(alpha, &mut stream);
    let (others, partners) = partners(&batch, &mut stream);
    let Batch { mut images, targets, indices } = batch;
    Zip::from(&mut images).and(&others).for_each(|a, &b| *a = share * *a + (1.0 - share) * b);
    Batch { images, targets: mixed(&targets, &partners, classes, share), indices }
}

/// Replaces a rectangle of each image by that of another one of the batch; the classes are mixed by the areas.
/// Otherwise as [`mixup`].
///
/// Yun et al. (2019), <https://arxiv.org/abs/1905.04899>.
pub fn cutmix(
    batch: Batch<Vec<usize>>,
    classes: usize,
    alpha: f32,
    [seed, step]: [u64; 2],
) -> Batch<Array2<f32>> {
    let mut stream = Stream::new(Purpose::Mix, seed, step, 1, 0);
    let share = beta(alpha, &mut stream);
    let (others, partners) = partners(&batch, &mut stream);
    let Batch { mut images, targets, indices } = batch;
    let (_, _, height, width) = images.dim();
    let side = (1.0 - share).sqrt();
    let [rows, columns] = [height, width].map(|n| {
        let (middle, half) = (stream.below(n.max(1)) as f32, side * n as f32 / 2.0);
        ((middle - half).max(0.0) as usize)..((middle + half).min(n as f32) as usize)
    });
    let cut = (rows.len() * columns.len()) as f32 / (height * width).max(1) as f32;
    let window = s![.., .., rows, columns];
    images.slice_mut(window).assign(&others.slice(window));
    Batch { images, targets: mixed(&targets, &partners, classes, 1.0 - cut), indices }
}

/// The images that are mixed in, and their classes.
fn partners(batch: &Batch<Vec<usize>>, stream: &mut Stream) -> (ndarray::Array4<f32>, Vec<usize>) {
    let mut order: Vec<usize> = (0..batch.targets.len()).collect();
    stream.shuffle(&mut order);
    let classes = order.iter().map(|&i| batch.targets[i]).collect();
    (batch.images.select(Axis(0), &order), classes)
}

fn mixed(own: &[usize], others: &[usize], classes: usize, share: f32) -> Array2<f32> {
    let mut targets = Array2::zeros((own.len(), classes));
    for (mut row, (&own, &other)) in targets.outer_iter_mut().zip(own.iter().zip(others)) {
        for (class, part) in [(own, share), (other, 1.0 - share)] {
            if let Some(target) = row.get_mut(class) {
                *target += part;
            }
        }
    }
    targets
}

/// A number with the distribution Beta(α, α) (Jöhnk, 1964), for small α.
fn beta(alpha: f32, stream: &mut Stream) -> f32 {
    let power = 1.0 / f64::from(alpha.max(1e-3));
    // For large α the numbers that fit get rare; the distribution is then narrow around the half.
    for _ in 0..10_000 {
        let x = stream.probability().powf(power);
        let y = stream.probability().powf(power);
        if x + y <= 1.0 && x + y > 0.0 {
            return (x / (x + y)) as f32;
        }
    }
    0.5
}
