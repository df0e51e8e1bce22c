//! Pictures as PNG files inside the page.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cnn::ndarray::ArrayView3;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use std::io::Cursor;

/// What an `src` holds.
pub(super) fn svg(text: &str) -> String {
    format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(text))
}

fn png(picture: DynamicImage) -> String {
    let mut bytes = Cursor::new(Vec::new());
    // Writing to memory fails for pictures without pixels only.
    if picture.write_to(&mut bytes, ImageFormat::Png).is_err() {
        return String::new();
    }
    self::bytes(&bytes.into_inner())
}

/// A picture that is the bytes of a PNG file already.
pub(super) fn bytes(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))
}

/// An image as it is where its values are from 0 to 1, or else spread from its least to its largest value. Of other
/// than three channels, the first is drawn.
pub(super) fn image(image: ArrayView3<'_, f32>) -> String {
    let low = image.fold(f32::INFINITY, |a, &b| a.min(b));
    let high = image.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    if low >= 0.0 && high <= 1.0 {
        return drawn(image, |x| x);
    }
    let scale = if high > low { 1.0 / (high - low) } else { 1.0 };
    drawn(image, |x| (x - low) * scale)
}

/// The weights of a filter, of which `most` is black or white and 0 the gray between them.
pub(super) fn filter(weights: ArrayView3<'_, f32>, most: f32) -> String {
    let scale = if most > 0.0 { 0.5 / most } else { 0.0 };
    drawn(weights, |x| 0.5 + x * scale)
}

fn drawn(image: ArrayView3<'_, f32>, value: impl Fn(f32) -> f32) -> String {
    let (channels, height, width) = image.dim();
    let picture = RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let at = |c: usize| image[[if channels == 3 { c } else { 0 }, y as usize, x as usize]];
        image::Rgb([0, 1, 2].map(|c| (value(at(c)).clamp(0.0, 1.0) * 255.0).round() as u8))
    });
    png(DynamicImage::ImageRgb8(picture))
}

/// A square of `n` × `n` cells in one of two colors, the second off the diagonal; `share` says how strong.
pub(super) fn cells(n: usize, colors: [[u8; 3]; 2], share: impl Fn(usize, usize) -> f64) -> String {
    let picture = RgbaImage::from_fn(n as u32, n as u32, |x, y| {
        let [r, g, b] = colors[usize::from(x != y)];
        // The root, so that few are seen too.
        let alpha = (share(y as usize, x as usize).clamp(0.0, 1.0).sqrt() * 255.0).round() as u8;
        image::Rgba([r, g, b, alpha])
    });
    png(DynamicImage::ImageRgba8(picture))
}
