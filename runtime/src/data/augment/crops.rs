//! Parts of an image, and its size.

use super::{Augment, Chance};
use crate::data::resize;
use ndarray::{Array3, ArrayView3, Axis, s};

/// What lies outside of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Outside {
    #[default]
    Zeros,
    Reflection,
}

/// A window of fixed size at a random place of the image, which may have a border around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomCrop {
    size: [usize; 2],
    border: usize,
    outside: Outside,
}

impl RandomCrop {
    /// Windows of that height and width. An image that is smaller gets zeros around it.
    pub const fn new(height: usize, width: usize) -> Self {
        Self { size: [height, width], border: 0, outside: Outside::Zeros }
    }

    /// With `n` rows and columns of zeros on each side of the image.
    pub const fn zeros(mut self, n: usize) -> Self {
        (self.border, self.outside) = (n, Outside::Zeros);
        self
    }

    /// With `n` rows and columns of its mirror image on each side, without repeating the outermost.
    pub const fn reflect(mut self, n: usize) -> Self {
        (self.border, self.outside) = (n, Outside::Reflection);
        self
    }
}

impl Augment for RandomCrop {
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        let (channels, height, width) = image.dim();
        let mut start = [0isize; 2];
        for (start, (size, have)) in
            start.iter_mut().zip(self.size.into_iter().zip([height, width]))
        {
            let have = have + 2 * self.border;
            *start = if have >= size {
                chance.below(have - size + 1) as isize
            } else {
                -((size - have) as isize / 2)
            };
            *start -= self.border as isize;
        }
        let place = |at: usize, start: isize, n: usize| {
            let at = at as isize + start;
            match self.outside {
                _ if (0..n as isize).contains(&at) => Some(at as usize),
                Outside::Zeros => None,
                Outside::Reflection => Some(mirrored(at, n)),
            }
        };
        let rows: Vec<_> = (0..self.size[0]).map(|i| place(i, start[0], height)).collect();
        let columns: Vec<_> = (0..self.size[1]).map(|j| place(j, start[1], width)).collect();
        Array3::from_shape_fn((channels, rows.len(), columns.len()), |(c, i, j)| {
            match (rows[i], columns[j]) {
                (Some(i), Some(j)) => image[[c, i, j]],
                _ => 0.0,
            }
        })
    }
}

/// The place within `0..n` that lies at `at` in mirrors at both ends.
fn mirrored(at: isize, n: usize) -> usize {
    if n <= 1 {
        return 0;
    }
    let period = 2 * (n as isize - 1);
    let at = at.rem_euclid(period);
    at.min(period - at) as usize
}

/// A part of the image of random size and shape, scaled to a fixed size, as torchvision's
/// `RandomResizedCrop`; bilinear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResizedCrop {
    size: [usize; 2],
    area: (f32, f32),
    ratio: (f32, f32),
}

impl ResizedCrop {
    /// To that height and width, of parts with 0.08 to 1 of the area that are 3/4 to 4/3 as wide as high.
    pub const fn new(height: usize, width: usize) -> Self {
        Self { size: [height, width], area: (0.08, 1.0), ratio: (0.75, 4.0 / 3.0) }
    }

    /// Parts that have from `least` to `most` of the area.
    pub const fn area(mut self, least: f32, most: f32) -> Self {
        self.area = (least, most);
        self
    }

    /// Parts that are from `least` to `most` as wide as high.
    pub const fn ratio(mut self, least: f32, most: f32) -> Self {
        self.ratio = (least, most);
        self
    }
}

impl Augment for ResizedCrop {
    fn apply(&self, image: Array3<f32>, chance: &mut Chance) -> Array3<f32> {
        const TRIES: usize = 10;
        let (_, height, width) = image.dim();
        let whole = (height * width) as f32;
        let part = (0..TRIES).find_map(|_| {
            let area = whole * chance.between(self.area.0, self.area.1);
            let ratio = chance.between(self.ratio.0.ln(), self.ratio.1.ln()).exp();
            let (w, h) = ((area * ratio).sqrt().round(), (area / ratio).sqrt().round());
            let (w, h) = (w as usize, h as usize);
            (w > 0 && h > 0 && w <= width && h <= height).then_some((h, w))
        });
        let (h, w) = part.unwrap_or((height, width));
        let (i, j) = (chance.below(height - h + 1), chance.below(width - w + 1));
        scaled(image.slice(s![.., i..i + h, j..j + w]), self.size)
    }
}

/// The image scaled to a fixed size, bilinearly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resize {
    size: [usize; 2],
}

impl Resize {
    /// To that height and width.
    pub const fn new(height: usize, width: usize) -> Self {
        Self { size: [height, width] }
    }
}

impl Augment for Resize {
    fn apply(&self, image: Array3<f32>, _: &mut Chance) -> Array3<f32> {
        scaled(image.view(), self.size)
    }
}

fn scaled(image: ArrayView3<'_, f32>, [height, width]: [usize; 2]) -> Array3<f32> {
    let (_, h, w) = image.dim();
    if (h, w) == (height, width) {
        return image.to_owned();
    }
    resize(image.insert_axis(Axis(0)), height.max(1), width.max(1)).remove_axis(Axis(0))
}
