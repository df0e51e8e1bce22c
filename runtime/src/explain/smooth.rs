//! What makes images smooth, and moves them.

use ndarray::{Array4, ArrayView4, Axis, s};

/// Images moved down and to the right; what leaves them comes in again on the other side.
pub(super) fn rolled(images: ArrayView4<'_, f32>, [down, right]: [isize; 2]) -> Array4<f32> {
    let (_, _, height, width) = images.dim();
    let mut rolled = Array4::zeros(images.raw_dim());
    for i in 0..height {
        let from = (i as isize - down).rem_euclid(height as isize) as usize;
        let shift = right.rem_euclid(width as isize) as usize;
        let (left, rest) = (s![.., .., i, ..shift], s![.., .., i, shift..]);
        rolled.slice_mut(left).assign(&images.slice(s![.., .., from, width - shift..]));
        rolled.slice_mut(rest).assign(&images.slice(s![.., .., from, ..width - shift]));
    }
    rolled
}

/// Images blurred by a Gaussian of that deviation in pixels, cut off at three of them; outside lie copies of the
/// outermost pixels.
pub(super) fn blurred(images: ArrayView4<'_, f32>, deviation: f32) -> Array4<f32> {
    let (_, _, height, width) = images.dim();
    // Pixels further away than the image is large are copies of the outermost.
    let reach = ((3.0 * deviation).ceil() as usize).min(height.max(width)) as isize;
    let weight = |k: isize| (-0.5 * (k as f64 / f64::from(deviation)).powi(2)).exp();
    let weights: Vec<f64> = (-reach..=reach).map(weight).collect();
    let total: f64 = weights.iter().sum();
    let mut now = images.to_owned();
    for axis in [2, 3] {
        let before = now.clone();
        for (mut to, from) in now.lanes_mut(Axis(axis)).into_iter().zip(before.lanes(Axis(axis))) {
            let last = from.len() as isize - 1;
            for i in 0..=last {
                let taps = (-reach..=reach).zip(&weights);
                let sum: f64 =
                    taps.map(|(k, w)| w * f64::from(from[(i + k).clamp(0, last) as usize])).sum();
                to[i as usize] = (sum / total) as f32;
            }
        }
    }
    now
}

/// Adds `weight` times the gradient of the total variation, the sum of the squares of the differences between
/// neighboring pixels.
pub(super) fn add_variation(images: ArrayView4<'_, f32>, weight: f32, sum: &mut Array4<f32>) {
    if weight == 0.0 {
        return;
    }
    let (n, channels, height, width) = images.dim();
    for (n, c) in (0..n).flat_map(|n| (0..channels).map(move |c| (n, c))) {
        for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
            let below = (i + 1 < height).then_some([n, c, i + 1, j]);
            let beside = (j + 1 < width).then_some([n, c, i, j + 1]);
            for other in [below, beside].into_iter().flatten() {
                let slope = 2.0 * weight * (images[other] - images[[n, c, i, j]]);
                sum[other] += slope;
                sum[[n, c, i, j]] -= slope;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Array4<f32> {
        Array4::from_shape_fn((1, 1, 4, 5), |(_, _, i, j)| ((i * i * 3 + j * 7) % 11) as f32)
    }

    #[test]
    fn a_roll_moves_what_is_there() {
        let image = image();
        let rolled = rolled(image.view(), [1, -2]);
        assert_eq!(rolled[[0, 0, 1, 0]], image[[0, 0, 0, 2]]);
        assert_eq!(rolled[[0, 0, 0, 4]], image[[0, 0, 3, 1]]);
        assert_eq!(super::rolled(rolled.view(), [-1, 2]), image);
    }

    #[test]
    fn a_blur_keeps_what_is_even_and_spreads_a_point() {
        let even = Array4::from_elem((1, 2, 4, 5), 3.0);
        assert!(blurred(even.view(), 1.5).iter().all(|x| (x - 3.0).abs() < 1e-6));
        let mut point = Array4::zeros((1, 1, 9, 9));
        point[[0, 0, 4, 4]] = 1.0;
        let spread = blurred(point.view(), 1.0);
        let ratio = spread[[0, 0, 4, 5]] / spread[[0, 0, 4, 4]];
        assert!((ratio - (-0.5f32).exp()).abs() < 1e-6, "{ratio}");
    }

    #[test]
    fn the_gradient_of_the_variation_is_its_slope() {
        let variation = |x: &Array4<f32>| {
            let mut sum = 0.0;
            for (i, j) in (0..4).flat_map(|i| (0..5).map(move |j| (i, j))) {
                let at = |i, j| f64::from(x[[0, 0, i, j]]);
                sum += if i < 3 { (at(i + 1, j) - at(i, j)).powi(2) } else { 0.0 };
                sum += if j < 4 { (at(i, j + 1) - at(i, j)).powi(2) } else { 0.0 };
            }
            sum
        };
        let mut gradient = Array4::zeros((1, 1, 4, 5));
        add_variation(image().view(), 0.5, &mut gradient);
        for at in [[0, 0, 0, 0], [0, 0, 2, 3], [0, 0, 3, 4]] {
            let moved = |by: f32| {
                let mut x = image();
                x[at] += by;
                variation(&x)
            };
            let slope = 0.5 * (moved(0.5) - moved(-0.5));
            assert!((f64::from(gradient[at]) - slope).abs() < 1e-4);
        }
    }
}
