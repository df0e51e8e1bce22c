//! Pictures to arrays and back.

use cnn::Error;
use cnn::ndarray::{Array3, ArrayView3, ArrayView4};
use image::{
    DynamicImage, GrayImage, ImageBuffer, ImageReader, Limits, Luma, Rgb, RgbImage, imageops,
};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// Pixels that a picture has at most in each direction.
const MOST_PIXELS: u32 = 1 << 15;
/// Bytes that decoding takes at most.
const MOST_BYTES: u64 = 1 << 30;
/// Pixels between the images of a preview.
const GAP: u32 = 2;

/// A PNG or JPEG picture in memory as channels × height × width with values from 0 to 1: three channels, red,
/// green and blue, or one, gray. What is transparent is taken as it is, without what would lie below.
///
/// # Errors
/// The bytes are no such picture, are damaged, or it is larger than 32,768 pixels in a direction.
pub fn decode(bytes: &[u8], channels: usize) -> Result<Array3<f32>, Error> {
    decode_from(Path::new("picture"), bytes, channels)
}

/// A PNG or JPEG file as [`decode`] gives it.
///
/// # Errors
/// The file can't be read or is a folder, pipe or device, or as [`decode`].
pub fn read(path: impl AsRef<Path>, channels: usize) -> Result<Array3<f32>, Error> {
    let path = path.as_ref();
    let failed = |source| Error::Io { path: path.to_owned(), action: "read", source };
    // A pipe would be waited for, and a device may have no end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Error::NotAFile { path: path.to_owned(), found: "a folder, pipe or device" });
    }
    decode_from(path, &fs::read(path).map_err(failed)?, channels)
}

/// An image (C×H×W, values from 0 to 1) in another size: bilinear, and where it becomes smaller the mean over all that a
/// new pixel covers, as Pillow and torchvision have it.
///
/// # Errors
/// The image or the size has no pixels, or more than 32,768 in a direction.
pub fn scaled(
    image: ArrayView3<'_, f32>,
    [height, width]: [usize; 2],
) -> Result<Array3<f32>, Error> {
    let (channels, rows, columns) = image.dim();
    for (argument, [rows, columns]) in [("image", [rows, columns]), ("size", [height, width])] {
        if [rows, columns].iter().any(|side| !(1..=MOST_PIXELS as usize).contains(side)) {
            let found = format!("{rows}x{columns} pixels");
            let expected = "1 to 32,768 in each direction";
            return Err(Error::Argument { owner: "scaled", argument, found, expected });
        }
    }
    let mut all = Array3::zeros((channels, height, width));
    for (from, mut to) in image.outer_iter().zip(all.outer_iter_mut()) {
        let plane: ImageBuffer<Luma<f32>, Vec<f32>> =
            ImageBuffer::from_fn(columns as u32, rows as u32, |x, y| {
                Luma([from[[y as usize, x as usize]]])
            });
        let plane =
            imageops::resize(&plane, width as u32, height as u32, imageops::FilterType::Triangle);
        to.iter_mut().zip(plane.iter()).for_each(|(to, &x)| *to = x);
    }
    Ok(all)
}

/// [`decode`] of what a file holds.
pub(crate) fn decode_from(
    path: &Path,
    bytes: &[u8],
    channels: usize,
) -> Result<Array3<f32>, Error> {
    let failed = |error: image::ImageError| Error::Io {
        path: path.to_owned(),
        action: "decode",
        source: std::io::Error::other(error.to_string()),
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|e| failed(image::ImageError::IoError(e)))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let picture = reader.decode().map_err(failed)?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let (channels, values) = if channels == 1 {
        (1, picture.into_luma8().iter().map(|&byte| VALUES[usize::from(byte)]).collect())
    } else {
        (3, planes(picture.into_rgb8().as_chunks::<3>().0))
    };
    match Array3::from_shape_vec((channels, height, width), values) {
        Ok(image) => Ok(image),
        Err(error) => unreachable!("a value for each pixel and channel: {error}"),
    }
}

/// What bytes stand for; looking it up is faster than dividing.
const VALUES: [f32; 256] = {
    let mut values = [0.0; 256];
    let mut byte = 0;
    while byte < 256 {
        values[byte] = byte as f32 / 255.0;
        byte += 1;
    }
    values
};

/// The red values of all pixels, then the green ones, then the blue ones.
fn planes(pixels: &[[u8; 3]]) -> Vec<f32> {
    let mut values = vec![0.0; 3 * pixels.len()];
    let (red, rest) = values.split_at_mut(pixels.len());
    let (green, blue) = rest.split_at_mut(pixels.len());
    for (((red, green), blue), pixel) in red.iter_mut().zip(green).zip(blue).zip(pixels) {
        [*red, *green, *blue] = pixel.map(|byte| VALUES[usize::from(byte)]);
    }
    values
}

/// Writes an image of one or three channels with values from 0 to 1 as a PNG file; what lies outside is cut off.
///
/// # Errors
/// It has another number of channels, or the file can't be written.
pub fn save(image: ArrayView3<'_, f32>, path: impl AsRef<Path>) -> Result<(), Error> {
    write(picture(image)?, path.as_ref())
}

/// Draws the images of a batch side by side, `columns` in a row, as a PNG file: what a network will see. Each
/// is spread from its least to its largest value, so that normalized images can be seen too. Of other than one
/// or three channels, the first is drawn.
///
/// # Errors
/// The batch has no images, or the file can't be written.
pub fn preview(
    images: ArrayView4<'_, f32>,
    columns: usize,
    path: impl AsRef<Path>,
) -> Result<(), Error> {
    let (n, channels, height, width) = images.dim();
    if images.is_empty() {
        return Err(Error::EmptyDataset { origin: path.as_ref().into() });
    }
    let columns = columns.clamp(1, n);
    let rows = n.div_ceil(columns);
    let size = |n: usize, each: usize| n as u32 * (each as u32 + GAP) - GAP;
    let mut sheet = RgbImage::from_pixel(size(columns, width), size(rows, height), Rgb([255; 3]));
    for (k, image) in images.outer_iter().enumerate() {
        let low = image.fold(f32::INFINITY, |a, &b| a.min(b));
        let high = image.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        let scale = if high > low { 1.0 / (high - low) } else { 1.0 };
        let (top, left) = (k / columns, k % columns);
        for i in 0..height {
            for j in 0..width {
                let pixel = [0, 1, 2].map(|c| {
                    let c = if channels == 3 { c } else { 0 };
                    byte((image[[c, i, j]] - low) * scale)
                });
                let x = left as u32 * (width as u32 + GAP) + j as u32;
                let y = top as u32 * (height as u32 + GAP) + i as u32;
                sheet.put_pixel(x, y, Rgb(pixel));
            }
        }
    }
    write(DynamicImage::ImageRgb8(sheet), path.as_ref())
}

fn byte(x: f32) -> u8 {
    (x.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn picture(image: ArrayView3<'_, f32>) -> Result<DynamicImage, Error> {
    let (channels, height, width) = image.dim();
    let (w, h) = (width as u32, height as u32);
    let at = |c: usize, x: u32, y: u32| byte(image[[c, y as usize, x as usize]]);
    match channels {
        1 => Ok(DynamicImage::ImageLuma8(GrayImage::from_fn(w, h, |x, y| {
            image::Luma([at(0, x, y)])
        }))),
        3 => Ok(DynamicImage::ImageRgb8(RgbImage::from_fn(w, h, |x, y| {
            Rgb([0, 1, 2].map(|c| at(c, x, y)))
        }))),
        _ => Err(Error::Targets {
            found: format!("an image of {channels} channels"),
            expected: "one of 1 or 3".to_owned(),
        }),
    }
}

/// Writes a PNG file.
pub(crate) fn write(picture: DynamicImage, path: &Path) -> Result<(), Error> {
    picture.save_with_format(path, image::ImageFormat::Png).map_err(|error| Error::Io {
        path: path.to_owned(),
        action: "write",
        source: std::io::Error::other(error.to_string()),
    })
}
