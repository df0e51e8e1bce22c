//! Images of another size.

use ndarray::{Array4, ArrayView4};

/// The images (N×C×H×W) scaled to `height × width` by bilinear interpolation between the centers
/// of pixels, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
///
/// # Panics
/// If `height` or `width` is zero, or the images have no rows or columns.
pub fn resize(images: ArrayView4<'_, f32>, height: usize, width: usize) -> Array4<f32> {
    let (n, c, h, w) = images.dim();
    assert!(height > 0 && width > 0, "an image of {height}×{width} has no pixels");
    assert!(h > 0 && w > 0, "images of {h}×{w} have no pixels");
    let (rows, columns) = (samples(h, height), samples(w, width));
    Array4::from_shape_fn((n, c, height, width), |(n, c, y, x)| {
        let (y0, y1, fy) = rows[y];
        let (x0, x1, fx) = columns[x];
        let top = (1.0 - fx) * images[[n, c, y0, x0]] + fx * images[[n, c, y0, x1]];
        let bottom = (1.0 - fx) * images[[n, c, y1, x0]] + fx * images[[n, c, y1, x1]];
        (1.0 - fy) * top + fy * bottom
    })
}

/// For each new position the two old ones around it and the second one's weight.
fn samples(old: usize, new: usize) -> Vec<(usize, usize, f32)> {
    let sample = |i| {
        let at = ((i as f32 + 0.5) * old as f32 / new as f32 - 0.5).max(0.0);
        let first = (at as usize).min(old - 1);
        (first, (first + 1).min(old - 1), at - first as f32)
    };
    (0..new).map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    // im = torch.tensor([[0., 1., 4.], [2., 8., 3.]])[None, None]
    // F.interpolate(im, size=(4, 5), mode="bilinear", align_corners=False).flatten().tolist()
    #[test]
    fn is_pytorchs() {
        let image = array![[[[0.0, 1.0, 4.0], [2.0, 8.0, 3.0]]]];
        let expected = [
            0.0, 0.4, 1.0, 2.8, 4.0, 0.5, 1.4, 2.75, 3.35, 3.75, 1.5, 3.4, 6.25, 4.45, 3.25, 2.0,
            4.4, 8.0, 5.0, 3.0,
        ];
        let found = resize(image.view(), 4, 5);
        assert_eq!(found.dim(), (1, 1, 4, 5));
        for (x, e) in found.iter().zip(expected) {
            assert!((x - e).abs() < 1e-5, "{x} {e}");
        }
        assert_eq!(resize(image.view(), 2, 3), image);
    }
}
