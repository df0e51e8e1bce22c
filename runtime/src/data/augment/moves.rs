//! Where the pixels go.

use super::{Augment, Chance};
use ndarray::{Array3, ArrayView3, Axis};

/// The mirror image, left for right, half of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    upside_down: bool,
}

impl Flip {
    /// Left for right.
    pub const fn new() -> Self {
        Self { upside_down: false }
    }

    /// Top for bottom.
    pub const fn vertical() -> Self {
        Self { upside_down: true }
    }
}

impl Default for Flip {
    fn default() -> Self {
        Self::new()
    }
}

impl Augment for Flip {
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let happens = chance.happens(0.5);
        if happens { flipped(image, if self.upside_down { 1 } else { 2 }) } else { image }
    }
}

fn flipped(mut image: Array3<f32>, axis: usize) -> Array3<f32> {
    image.invert_axis(Axis(axis));
    image
}

/// The mirror image, left for right, in every other epoch: half of the images start with it, so that each is
/// seen both ways in any two epochs (Jordan, 2024, <https://arxiv.org/abs/2404.00498>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlternatingFlip;

impl AlternatingFlip {
    /// Left for right.
    pub const fn new() -> Self {
        Self
    }
}

impl Augment for AlternatingFlip {
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let odd = (u64::from(chance.of_image() >> 31) + chance.epoch()) % 2 == 1;
        if odd { flipped(image, 2) } else { image }
    }
}

/// Turns, shifts, zooms and shears the image at random; bilinear, with zeros outside.
///
/// ```
/// use cnn::data::Affine;
///
/// let digits = Affine::new().rotate(10.0).shift(0.1).zoom(0.1).shear(0.2);
/// # drop(digits);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Affine {
    degrees: f32,
    shift: f32,
    zoom: f32,
    shear: f32,
}

impl Affine {
    /// No change.
    pub const fn new() -> Self {
        Self { degrees: 0.0, shift: 0.0, zoom: 0.0, shear: 0.0 }
    }

    /// By up to that number of degrees, to either side.
    pub const fn rotate(mut self, degrees: f32) -> Self {
        self.degrees = degrees;
        self
    }

    /// By up to that part of the height and of the width, in any direction.
    pub const fn shift(mut self, part: f32) -> Self {
        self.shift = part;
        self
    }

    /// To `1 − part` up to `1 + part` of the size.
    pub const fn zoom(mut self, part: f32) -> Self {
        self.zoom = part;
        self
    }

    /// Moves rows sideways, by up to that part of their distance from the middle.
    pub const fn shear(mut self, part: f32) -> Self {
        self.shear = part;
        self
    }
}

impl Augment for Affine {
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let (_, height, width) = image.dim();
        let mut around = |most: f32| chance.between(-most, most);
        let degrees = around(self.degrees);
        let (down, right) = (around(self.shift) * height as f32, around(self.shift) * width as f32);
        let zoom = (1.0 + around(self.zoom)).max(0.01);
        let shear = around(self.shear);
        Transform { degrees, down, right, zoom, shear }.of(image.view())
    }
}

/// A move of the pixels about the middle of the image; bilinear, with zeros outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transform {
    /// Clockwise.
    pub(crate) degrees: f32,
    /// Rows.
    pub(crate) down: f32,
    /// Columns.
    pub(crate) right: f32,
    /// The factor of the size, above 0.
    pub(crate) zoom: f32,
    /// What a row moves sideways, as a part of its distance from the middle.
    pub(crate) shear: f32,
}

impl Default for Transform {
    fn default() -> Self {
        Self { degrees: 0.0, down: 0.0, right: 0.0, zoom: 1.0, shear: 0.0 }
    }
}

impl Transform {
    /// The moved image.
    pub(crate) fn of(self, image: ArrayView3<'_, f32>) -> Array3<f32> {
        let Self { degrees, down, right, zoom, shear } = self;
        let (channels, height, width) = image.dim();
        // From a place of the result back to one of the image, both from the middle: shifted back, then
        // turned, sheared and scaled back.
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = [(height as f32 - 1.0) / 2.0, (width as f32 - 1.0) / 2.0];
        let back = |i: usize, j: usize| {
            let (y, x) = (i as f32 - middle[0] - down, j as f32 - middle[1] - right);
            let (y, x) = (cos * y - sin * x, sin * y + cos * x);
            let x = x - shear * y;
            [y / zoom + middle[0], x / zoom + middle[1]]
        };
        let mut result = Array3::zeros((channels, height, width));
        for i in 0..height {
            for j in 0..width {
                let [y, x] = back(i, j);
                for c in 0..channels {
                    result[[c, i, j]] = between_pixels(image, c, y, x);
                }
            }
        }
        result
    }
}

/// The value of a channel at a place between pixels; zeros outside.
fn between_pixels(image: ArrayView3<'_, f32>, c: usize, y: f32, x: f32) -> f32 {
    let (_, height, width) = image.dim();
    let (top, left) = (y.floor(), x.floor());
    let (dy, dx) = (y - top, x - left);
    let pixel = |i: f32, j: f32| {
        let inside = i >= 0.0 && j >= 0.0 && i < height as f32 && j < width as f32;
        if inside { image[[c, i as usize, j as usize]] } else { 0.0 }
    };
    let row = |i: f32| pixel(i, left) * (1.0 - dx) + pixel(i, left + 1.0) * dx;
    row(top) * (1.0 - dy) + row(top + 1.0) * dy
}
