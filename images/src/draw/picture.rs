//! A picture in memory.

use super::refused;
use crate::picture::write;
use cnn::Error;
use cnn::data::Normalize;
use cnn::ndarray::ArrayView3;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::path::Path;

/// Pixels that a picture has at most.
const MOST_PIXELS: usize = 1 << 28;
/// Pixels that it has at most in a direction.
const MOST_SIDE: usize = 1 << 20;

/// What the numbers of an image mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Black and white, as numbers; what lies outside is cut off.
    Range(f32, f32),
    /// Values from 0 to 1 that were normalized so.
    Normalized(Normalize),
}

impl Values {
    /// The range from an image's least to its largest finite number.
    pub fn spread<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Self {
        let finite = numbers.into_iter().filter(|x| x.is_finite());
        let (low, high) = finite
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        if low < high { Self::Range(low, high) } else { Self::Range(0.0, 1.0) }
    }

    /// For each channel what is subtracted from its numbers, and what they are then divided by.
    fn scales(&self, owner: &'static str, channels: usize) -> Result<Vec<(f32, f32)>, Error> {
        let of = |all: &[f32], c: usize| all.get(c).or(all.first()).copied().unwrap_or(f32::NAN);
        let scales: Vec<(f32, f32)> = match self {
            Self::Range(low, high) if low < high => vec![(*low, high - low); channels],
            Self::Range(low, high) => {
                let expected = "two finite numbers, the lower one first";
                return Err(refused(owner, "values", format!("{low} to {high}"), expected));
            }
            Self::Normalized(normalize) => {
                let scale = |c: usize| {
                    let deviation = of(normalize.deviation(), c);
                    let deviation = if deviation == 0.0 { 1.0 } else { deviation };
                    (-of(normalize.mean(), c) / deviation, 1.0 / deviation)
                };
                (0..channels).map(scale).collect()
            }
        };
        let sound = |&(low, by): &(f32, f32)| low.is_finite() && by.is_finite() && by > 0.0;
        let lengths = match self {
            Self::Range(..) => true,
            Self::Normalized(n) => {
                [n.mean().len(), n.deviation().len()].iter().all(|len| [1, channels].contains(len))
            }
        };
        if scales.iter().all(sound) && lengths {
            return Ok(scales);
        }
        let expected = "finite numbers, of a normalization one for each channel or for all";
        Err(refused(owner, "values", format!("{self:?}"), expected))
    }
}

/// A picture in memory, of at least one pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub(super) pixels: RgbImage,
}

impl Picture {
    /// An image (C×H×W) of one channel, gray, or three: red, green and blue. A NaN is black.
    ///
    /// # Errors
    /// The image is empty, of another number of channels, or too large for a picture; or the values are no range.
    pub fn of(image: ArrayView3<'_, f32>, values: &Values) -> Result<Self, Error> {
        Self::shown("Picture", image, values)
    }

    /// As [`Picture::of`], for a function of that name.
    pub(super) fn shown(
        owner: &'static str,
        image: ArrayView3<'_, f32>,
        values: &Values,
    ) -> Result<Self, Error> {
        let (channels, height, width) = image.dim();
        if ![1, 3].contains(&channels) {
            let found = format!("one of {channels} channels");
            return Err(refused(owner, "image", found, "one of 1 or 3"));
        }
        let scales = values.scales(owner, channels)?;
        let mut picture = Self::blank(owner, width, height)?;
        for (x, y, pixel) in picture.pixels.enumerate_pixels_mut() {
            *pixel = Rgb([0, 1, 2].map(|c| {
                let c = if channels == 3 { c } else { 0 };
                let (low, by) = scales[c];
                let value = (image[[c, y as usize, x as usize]] - low) / by;
                (value.clamp(0.0, 1.0) * 255.0).round() as u8
            }));
        }
        Ok(picture)
    }

    /// A white one.
    pub(super) fn blank(owner: &'static str, width: usize, height: usize) -> Result<Self, Error> {
        let sides = [width, height].iter().all(|side| (1..=MOST_SIDE).contains(side));
        if !sides || width.saturating_mul(height) > MOST_PIXELS {
            let found = format!("{width}x{height} pixels");
            let expected = "at least 1 and at most 268,435,456 of them, 1,048,576 in a direction";
            return Err(refused(owner, "size", found, expected));
        }
        Ok(Self { pixels: RgbImage::from_pixel(width as u32, height as u32, Rgb([255; 3])) })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.pixels.width() as usize
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.pixels.height() as usize
    }

    /// Red, green and blue of the pixel in that column and row, if it has one.
    pub fn pixel(&self, x: usize, y: usize) -> Option<[u8; 3]> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        self.pixels.get_pixel_checked(x, y).map(|pixel| pixel.0)
    }

    /// The picture as a PNG file's bytes.
    pub fn to_png(&self) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        match self.pixels.write_to(&mut bytes, ImageFormat::Png) {
            Ok(()) => bytes.into_inner(),
            Err(error) => unreachable!("memory takes all pictures that are not empty: {error}"),
        }
    }

    /// Writes a PNG file, whatever its name ends with.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save_png(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write(DynamicImage::ImageRgb8(self.pixels.clone()), path.as_ref())
    }
}

/// How bright a color is, from 0 to 255 (ITU-R BT.601).
pub(super) fn luma([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}
