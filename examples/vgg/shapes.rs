//! Colored shapes on noisy grounds, drawn by a seeded generator.

use cnn::ndarray::Array4;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// What there is to tell apart.
pub(crate) const CLASSES: [&str; 6] = ["circle", "ring", "square", "triangle", "cross", "bar"];

/// Rows and columns of a picture.
pub(crate) const SIDE: usize = 32;

/// Points of a pixel, in each direction, whose mean is its color.
const SAMPLES: usize = 3;

/// `count` pictures (count × red, green, blue × rows × columns, values from 0 to 1), and the class
/// of each.
pub(crate) fn draw(count: usize, seed: u64) -> (Array4<f32>, Vec<usize>) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut images = Array4::zeros((count, 3, SIDE, SIDE));
    let labels: Vec<usize> =
        (0..count).map(|_| random.random_range(0..CLASSES.len() as u32) as usize).collect();
    for (mut image, &class) in images.outer_iter_mut().zip(&labels) {
        let scene = Scene::new(class, &mut random);
        for ((channel, y, x), value) in image.indexed_iter_mut() {
            let cover = scene.cover(x, y);
            let flat = scene.ink[channel] * cover + scene.ground[channel] * (1.0 - cover);
            *value = (flat + random.random_range(-scene.noise..=scene.noise)).clamp(0.0, 1.0);
        }
    }
    (images, labels)
}

/// A shape's class, place, size and turn, and the colors.
struct Scene {
    class: usize,
    center: [f32; 2],
    radius: f32,
    turn: f32,
    ink: [f32; 3],
    ground: [f32; 3],
    noise: f32,
}

impl Scene {
    fn new(class: usize, random: &mut Xoshiro256PlusPlus) -> Self {
        let side = SIDE as f32;
        let radius = random.random_range(6.0..11.0);
        let mut center = || random.random_range(radius..side - radius);
        let center = [center(), center()];
        // Grounds are dark and shapes bright, so that the outline is what there is to learn.
        let ground = [(); 3].map(|()| random.random_range(0.0..0.3));
        let mut ink = [(); 3].map(|()| random.random_range(0.3..1.0));
        ink[random.random_range(0..3u32) as usize] = 1.0;
        let turn = random.random_range(-0.4..0.4);
        let noise = random.random_range(0.02..0.12);
        Self { class, center, radius, turn, ink, ground, noise }
    }

    /// How much of the pixel at column `x` and row `y` the shape covers, 0 to 1.
    fn cover(&self, x: usize, y: usize) -> f32 {
        let inside = (0..SAMPLES * SAMPLES).filter(|i| {
            let point =
                |pixel: usize, sample: usize| pixel as f32 + (sample as f32 + 0.5) / SAMPLES as f32;
            self.contains(point(x, i % SAMPLES), point(y, i / SAMPLES))
        });
        inside.count() as f32 / (SAMPLES * SAMPLES) as f32
    }

    /// Whether the point lies in the shape.
    fn contains(&self, x: f32, y: f32) -> bool {
        let (dx, dy) = (x - self.center[0], y - self.center[1]);
        let (sin, cos) = self.turn.sin_cos();
        // In the shape's own axes and size: u to its right, v downwards, both −1 to 1.
        let u = (dx * cos + dy * sin) / self.radius;
        let v = (dy * cos - dx * sin) / self.radius;
        let distance = u.hypot(v);
        match CLASSES[self.class] {
            "circle" => distance < 0.9,
            "ring" => (0.55..0.95).contains(&distance),
            "square" => u.abs() < 0.75 && v.abs() < 0.75,
            "triangle" => v < 0.7 && v > 2.0 * u.abs() - 1.0,
            "cross" => u.abs().min(v.abs()) < 0.25 && u.abs().max(v.abs()) < 0.95,
            _ => u.abs() < 0.3 && v.abs() < 0.95,
        }
    }
}
