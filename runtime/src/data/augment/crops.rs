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
        let [rows, columns] = self.size;
        // Columns of the window that lie in the image are copied together.
        let first = (-start[1]).clamp(0, columns as isize) as usize;
        let end = (width as isize - start[1]).clamp(first as isize, columns as isize) as usize;
        let from = (start[1] + first as isize).max(0) as usize;
        let image = image.as_standard_layout();
        let pixels = image.as_slice().unwrap_or_default();
        let mut window = Vec::with_capacity(channels * rows * columns);
        for (c, i) in (0..channels).flat_map(|c| (0..rows).map(move |i| (c, i))) {
            let Some(y) = place(i, start[0], height) else {
                window.resize(window.len() + columns, 0.0);
                continue;
            };
            let row = &pixels[(c * height + y) * width..][..width];
            let pixel = |j: usize| place(j, start[1], width).map_or(0.0, |x| row[x]);
            window.extend((0..first).map(pixel));
            window.extend_from_slice(row.get(from..from + end - first).unwrap_or_default());
            window.extend((end..columns).map(pixel));
        }
        match Array3::from_shape_vec((channels, rows, columns), window) {
            Ok(window) => window,
            Err(error) => unreachable!("a number for each pixel: {error}"),
        }
    }
}

/// The place within `0..n` that lies at `at` in mirrors at both ends.
pub(crate) fn mirrored(at: isize, n: usize) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn windows_are_what_lies_there_whatever_the_sizes() {
        let mut lucky = Stream::new(Purpose::Augment, 3, 0, 0, 0);
        for case in 0..300 {
            let [h, w, rows, columns] = [0; 4].map(|_| 1 + lucky.below(6));
            let border = lucky.below(5);
            let image =
                Array3::from_shape_fn((2, h, w), |(c, i, j)| (100 * c + 10 * i + j + 1) as f32);
            let reflects = case % 2 == 0;
            let crop = RandomCrop::new(rows, columns);
            let crop = if reflects { crop.reflect(border) } else { crop.zeros(border) };
            let chance = || {
                let stream = Stream::new(Purpose::Augment, case, 1, 0, 0);
                Chance { stream, seed: 0, epoch: 0, index: 0 }
            };
            let window = crop.apply(image.clone(), &mut chance());
            assert_eq!(window.dim(), (2, rows, columns));
            // A mirror image of memory makes no difference.
            let mut turned = image.slice(s![.., .., ..;-1]).as_standard_layout().into_owned();
            turned.invert_axis(Axis(2));
            assert_eq!(crop.apply(turned, &mut chance()), window);
            // The same place, found from the same random numbers.
            let mut again = chance();
            let mut start = |have: usize, size: usize| {
                let have = have + 2 * border;
                let start = if have >= size {
                    again.below(have - size + 1) as isize
                } else {
                    -((size - have) as isize / 2)
                };
                start - border as isize
            };
            let (top, left) = (start(h, rows), start(w, columns));
            for ((c, i, j), &found) in window.indexed_iter() {
                let (y, x) = (top + i as isize, left + j as isize);
                let inside = (0..h as isize).contains(&y) && (0..w as isize).contains(&x);
                let expected = match (inside, reflects) {
                    (true, _) => image[[c, y as usize, x as usize]],
                    (false, true) => image[[c, mirrored(y, h), mirrored(x, w)]],
                    (false, false) => 0.0,
                };
                assert_eq!(
                    found, expected,
                    "{h}×{w} to {rows}×{columns} with a border of {border}"
                );
            }
        }
    }
}
