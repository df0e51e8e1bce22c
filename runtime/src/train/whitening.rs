//! Weights of a first layer from data: filters whose outputs are uncorrelated and of one size.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Array4, ArrayView4, s};

/// The weights of a convolution that whitens patches of the images: eigenvectors of the patches' covariance,
/// each over the root of its eigenvalue plus `epsilon`, the largest first, and then the same with the other sign.
/// Filters × channels × rows × columns, with filters = 2 × channels × rows × columns.
///
/// Such a layer is usually frozen, but for its bias: Jordan (2024), <https://arxiv.org/abs/2404.00498>, with
/// patches of 2×2 and an `epsilon` of 5·10⁻⁴.
///
/// ```
/// use cnn::ndarray::Array4;
///
/// let images = Array4::from_shape_fn((4, 3, 8, 8), |(n, c, i, j)| ((n + 2 * c + 3 * i * j) % 7) as f32);
/// assert_eq!(cnn::train::whitening(images.view(), [2, 2], 5e-4).dim(), (24, 3, 2, 2));
/// ```
///
/// # Panics
/// If the images are smaller than a patch, or there are none.
pub fn whitening(images: ArrayView4<'_, f32>, patch: [usize; 2], epsilon: f64) -> Array4<f32> {
    let (n, channels, height, width) = images.dim();
    let [rows, columns] = patch;
    assert!(n > 0 && (1..=height).contains(&rows) && (1..=width).contains(&columns), "a patch");
    let size = channels * rows * columns;
    // The covariance of the elements of a patch, about 0, over all places.
    let [down, across] = [height - rows + 1, width - columns + 1];
    let mut patches = Array2::<f64>::zeros((size, down * across));
    let mut covariance = Array2::<f64>::zeros((size, size));
    for image in images.outer_iter() {
        for (k, mut places) in patches.outer_iter_mut().enumerate() {
            let (c, i, j) = (k / (rows * columns), k / columns % rows, k % columns);
            let element = image.slice(s![c, i..i + down, j..j + across]);
            places.iter_mut().zip(element).for_each(|(to, &x)| *to = f64::from(x));
        }
        general_mat_mul(1.0, &patches, &patches.t(), 1.0, &mut covariance);
    }
    covariance /= (n * down * across) as f64;
    let (values, vectors) = eigen(covariance);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    Array4::from_shape_fn((2 * size, channels, rows, columns), |(filter, c, i, j)| {
        let k = order[filter % size];
        let sign = if filter < size { 1.0 } else { -1.0 };
        let element = (c * rows + i) * columns + j;
        (sign * vectors[[element, k]] / (values[k] + epsilon).sqrt()) as f32
    })
}

/// The eigenvalues of a symmetric matrix, and its eigenvectors as columns: Jacobi's method (1846), rotations
/// that take off-diagonal elements away one by one, until none is left. Each vector's largest element is
/// positive.
fn eigen(mut a: Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    const MOST_SWEEPS: usize = 60;
    let n = a.nrows();
    let mut v = Array2::<f64>::eye(n);
    for _ in 0..MOST_SWEEPS {
        let off: f64 = a.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, x)| x * x).sum();
        if off <= 1e-30 * a.diag().iter().map(|x| x * x).sum::<f64>() {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[[p, q]] == 0.0 {
                    continue;
                }
                let theta = (a[[q, q]] - a[[p, p]]) / (2.0 * a[[p, q]]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[[k, p]], a[[k, q]]);
                    (a[[k, p]], a[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
                for k in 0..n {
                    let (x, y) = (a[[p, k]], a[[q, k]]);
                    (a[[p, k]], a[[q, k]]) = (c * x - s * y, s * x + c * y);
                    let (x, y) = (v[[k, p]], v[[k, q]]);
                    (v[[k, p]], v[[k, q]]) = (c * x - s * y, s * x + c * y);
                }
            }
        }
    }
    for mut column in v.columns_mut() {
        let largest =
            column.iter().copied().fold(0.0f64, |m, x| if x.abs() > m.abs() { x } else { m });
        if largest < 0.0 {
            column.mapv_inplace(|x| -x);
        }
    }
    (a.diag().iter().map(|&x| x.max(0.0)).collect(), v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitened_patches_are_uncorrelated_and_of_one_size() {
        let images = Array4::from_shape_fn((20, 3, 9, 8), |(n, c, i, j)| {
            let mixed = ((n * 977 + c * 131 + i * 17 + j * 5) as u64).wrapping_mul(0x9E37_79B9);
            (mixed >> 20 & 1023) as f32 / 512.0 - 1.0 + 0.3 * c as f32 + 0.1 * (i + j) as f32
        });
        let weights = whitening(images.view(), [2, 2], 1e-9);
        assert_eq!(weights.dim(), (24, 3, 2, 2));
        let mut outputs = Vec::new();
        for image in images.outer_iter() {
            for i in 0..8 {
                for j in 0..7 {
                    let patch = image.slice(s![.., i..i + 2, j..j + 2]);
                    let filters = weights.outer_iter().take(12);
                    outputs.extend(filters.map(|w| f64::from((&w * &patch).sum())));
                }
            }
        }
        let n = outputs.len() / 12;
        for a in 0..12 {
            for b in 0..12 {
                let sum: f64 = outputs.chunks_exact(12).map(|row| row[a] * row[b]).sum();
                let expected = if a == b { 1.0 } else { 0.0 };
                assert!((sum / n as f64 - expected).abs() < 1e-3, "{a} {b}: {}", sum / n as f64);
            }
        }
        let opposite =
            weights.slice(s![12.., .., .., ..]).to_owned() + weights.slice(s![..12, .., .., ..]);
        assert!(opposite.iter().all(|&x| x == 0.0));
    }
}
