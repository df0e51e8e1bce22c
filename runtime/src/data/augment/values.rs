//! What the pixels are.

use super::{Augment, Chance};
use crate::normalize::Normalize;
use ndarray::{Array3, s};

/// Brightness, contrast and saturation changed at random, of images with values from 0 to 1, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ColorJitter {
    brightness: f32,
    contrast: f32,
    saturation: f32,
}

impl ColorJitter {
    /// Each by a factor from `1 −` to `1 +` these numbers.
    pub const fn new(brightness: f32, contrast: f32, saturation: f32) -> Self {
        Self { brightness, contrast, saturation }
    }
}

impl Augment for ColorJitter {
    fn apply(&self, mut image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let mut factor = |most: f32| chance.between((1.0 - most).max(0.0), 1.0 + most);
        let [brightness, contrast, saturation] =
            [self.brightness, self.contrast, self.saturation].map(&mut factor);
        image.mapv_inplace(|x| (x * brightness).clamp(0.0, 1.0));
        let gray = gray(&image);
        let mean = gray.mean().unwrap_or(0.0);
        image.mapv_inplace(|x| (mean + (x - mean) * contrast).clamp(0.0, 1.0));
        let gray = self::gray(&image);
        if image.dim().0 == 3 {
            for mut channel in image.outer_iter_mut() {
                for (x, &g) in channel.iter_mut().zip(&gray) {
                    *x = (g + (*x - g) * saturation).clamp(0.0, 1.0);
                }
            }
        }
        image
    }
}

/// How bright each pixel looks (ITU-R BT.601), or, of other than three channels, their mean.
fn gray(image: &Array3<f32>) -> ndarray::Array2<f32> {
    const WEIGHTS: [f32; 3] = [0.299, 0.587, 0.114];
    let (channels, height, width) = image.dim();
    let mut gray = ndarray::Array2::zeros((height, width));
    for (c, channel) in image.outer_iter().enumerate() {
        let weight = if channels == 3 { WEIGHTS[c] } else { 1.0 / channels as f32 };
        gray.scaled_add(weight, &channel);
    }
    gray
}

/// A square of zeros at a random place, partly outside of the image (DeVries and Taylor, 2017,
/// <https://arxiv.org/abs/1708.04552>). Zero is the mean where the image is normalized before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutout {
    size: usize,
}

impl Cutout {
    /// A square of that many rows and columns.
    pub const fn new(size: usize) -> Self {
        Self { size }
    }
}

impl Augment for Cutout {
    fn apply(&self, mut image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let (_, height, width) = image.dim();
        let [rows, columns] = [height, width].map(|n| {
            let middle = chance.below(n);
            let start = middle.saturating_sub(self.size / 2);
            start..(middle + self.size.div_ceil(2)).min(n)
        });
        image.slice_mut(s![.., rows, columns]).fill(0.0);
        image
    }
}

/// A rectangle of random size and shape that is wiped out, as torchvision's `RandomErasing` (Zhong et al., 2020,
/// <https://arxiv.org/abs/1708.04896>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Erase {
    probability: f32,
    area: (f32, f32),
    ratio: (f32, f32),
    value: f32,
}

impl Erase {
    /// With that probability, of 0.02 to 0.33 of the area, 0.3 to 3.3 as wide as high, by zeros.
    pub const fn new(probability: f32) -> Self {
        Self { probability, area: (0.02, 0.33), ratio: (0.3, 3.3), value: 0.0 }
    }

    /// Rectangles that have from `least` to `most` of the area.
    pub const fn area(mut self, least: f32, most: f32) -> Self {
        self.area = (least, most);
        self
    }

    /// By this value.
    pub const fn value(mut self, value: f32) -> Self {
        self.value = value;
        self
    }
}

impl Augment for Erase {
    fn apply(&self, mut image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        const TRIES: usize = 10;
        if !chance.happens(self.probability) {
            return image;
        }
        let (_, height, width) = image.dim();
        for _ in 0..TRIES {
            let area = (height * width) as f32 * chance.between(self.area.0, self.area.1);
            let ratio = chance.between(self.ratio.0.ln(), self.ratio.1.ln()).exp();
            let (h, w) =
                ((area / ratio).sqrt().round() as usize, (area * ratio).sqrt().round() as usize);
            if h < height && w < width {
                let (i, j) = (chance.below(height - h + 1), chance.below(width - w + 1));
                image.slice_mut(s![.., i..i + h, j..j + w]).fill(self.value);
                break;
            }
        }
        image
    }
}

impl Augment for Normalize {
    fn apply(&self, mut image: Array3<f32>, _: &mut Chance) -> Array3<f32> {
        for (c, mut channel) in image.outer_iter_mut().enumerate() {
            let (mean, deviation) = self.of(c);
            channel.mapv_inplace(|x| (x - mean) / deviation);
        }
        image
    }
}
