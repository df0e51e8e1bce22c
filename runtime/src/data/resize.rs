//! Images of another size.

use ndarray::{Array4, ArrayView4};

/// The images (N×C×H×W) scaled to `height × width` by bilinear interpolation between the centres
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
