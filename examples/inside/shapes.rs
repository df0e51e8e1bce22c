//! Images of simple shapes, drawn at random places.

use cnn::data::Images;
use cnn::ndarray::Array4;

/// What is drawn.
pub(crate) const NAMES: [&str; 4] = ["a disk", "a square", "a triangle", "a cross"];
const SIDE: usize = 28;

/// That many images of 28×28, in turns of each shape.
pub(crate) fn draw(count: usize, seed: u64) -> Images {
    // Knuth's generator, of which the upper bits are random enough.
    let mut state = seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493);
    let mut uniform = |low: f32, high: f32| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut pixels = Array4::zeros((count, 1, SIDE, SIDE));
    let labels: Vec<usize> = (0..count).map(|n| n % NAMES.len()).collect();
    for (mut image, &label) in pixels.outer_iter_mut().zip(&labels) {
        let (row, column) = (uniform(9.0, 19.0), uniform(9.0, 19.0));
        let (size, angle) = (uniform(4.5, 8.0), uniform(0.0, std::f32::consts::TAU));
        let ink = uniform(0.6, 1.0);
        for ((_, i, j), pixel) in image.indexed_iter_mut() {
            let (y, x) = (i as f32 - row, j as f32 - column);
            let (u, v) = (x * angle.cos() + y * angle.sin(), y * angle.cos() - x * angle.sin());
            let inside = match label {
                0 => size - x.hypot(y),
                1 => 0.85 * size - u.abs().max(v.abs()),
                2 => 0.55 * size - v.max(-0.5 * v + 0.87 * u.abs()),
                _ => (size - u.abs().max(v.abs())).min(0.3 * size - u.abs().min(v.abs())),
            };
            let noise = uniform(0.0, 0.15);
            *pixel = (ink * (inside + 0.5).clamp(0.0, 1.0) + noise).min(1.0);
        }
    }
    match Images::new(pixels, labels, NAMES.len()) {
        Ok(images) => images,
        Err(error) => unreachable!("as many labels as images: {error}"),
    }
}
