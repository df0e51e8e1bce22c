//! Maps as colors, alone and over an image.

use super::colors::Colors;
use super::picture::{Picture, Values, luma};
use super::refused;
use cnn::Error;
use cnn::ndarray::{ArrayView2, ArrayView3, Axis};
use image::Rgb;

/// A map (H×W) as colors, a pixel for each number.
///
/// # Errors
/// The map is empty or too large for a picture, or has a number that is NaN or infinite.
pub fn heat_map(map: ArrayView2<'_, f32>, colors: Colors) -> Result<Picture, Error> {
    const OWNER: &str = "heat_map";
    let (height, width) = map.dim();
    let color = colors.scale(OWNER, map)?;
    let mut picture = Picture::blank(OWNER, width, height)?;
    for (x, y, pixel) in picture.pixels.enumerate_pixels_mut() {
        *pixel = Rgb(color(map[[y as usize, x as usize]]));
    }
    Ok(picture)
}

/// A map (H×W, of any resolution, bilinearly brought to the image's) in colors over the gray version of an image
/// (C×H×W, of one or three channels). An opacity of 0 leaves the gray image, 1 the map.
///
/// # Errors
/// The image is empty, of another number of channels, or too large for a picture; the map is empty or has a number that
/// is NaN or infinite; the opacity is not from 0 to 1; or the values are no range.
pub fn overlay(
    image: ArrayView3<'_, f32>,
    values: &Values,
    map: ArrayView2<'_, f32>,
    colors: Colors,
    opacity: f32,
) -> Result<Picture, Error> {
    const OWNER: &str = "overlay";
    if !(0.0..=1.0).contains(&opacity) {
        return Err(refused(OWNER, "opacity", opacity.to_string(), "a number from 0 to 1"));
    }
    if map.is_empty() {
        let found = format!("one of {}x{}", map.nrows(), map.ncols());
        return Err(refused(OWNER, "map", found, "at least 1x1 numbers"));
    }
    let color = colors.scale(OWNER, map)?;
    let mut picture = Picture::shown(OWNER, image, values)?;
    let (_, height, width) = image.dim();
    let map = cnn::explain::upsampled(map.insert_axis(Axis(0)), [height, width]);
    for (x, y, pixel) in picture.pixels.enumerate_pixels_mut() {
        let gray = luma(pixel.0);
        let color = color(map[[0, y as usize, x as usize]]);
        *pixel = Rgb(color.map(|c| {
            let mixed = gray * (1.0 - opacity) + f32::from(c) * opacity;
            mixed.round() as u8
        }));
    }
    Ok(picture)
}
