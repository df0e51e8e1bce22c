//! Arrays as pictures of the page.

use cnn::ndarray::{Array2, ArrayView2, ArrayView3, Axis};
use cnn_images::draw::{Colors, Picture, Values, heat_map, overlay};

/// What may go wrong on the way to the page.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A digit, 1×H×W, dark ink on white.
pub(crate) fn digit(image: ArrayView3<'_, f32>) -> Result<Vec<u8>> {
    Ok(Picture::of(image.mapv(|x| 1.0 - x).view(), &Values::Range(0.0, 1.0))?.to_png())
}

/// A map whose numbers have signs.
pub(crate) fn signed(map: ArrayView2<'_, f32>) -> Result<Vec<u8>> {
    Ok(heat_map(map, Colors::signed())?.to_png())
}

/// A map from 0 on.
pub(crate) fn unsigned(map: ArrayView2<'_, f32>) -> Result<Vec<u8>> {
    Ok(heat_map(map, Colors::unsigned())?.to_png())
}

/// A map over the digit.
pub(crate) fn over(
    image: ArrayView3<'_, f32>,
    map: ArrayView2<'_, f32>,
    colors: Colors,
) -> Result<Vec<u8>> {
    let image = image.mapv(|x| 1.0 - x);
    Ok(overlay(image.view(), &Values::Range(0.0, 1.0), map, colors, 0.6)?.to_png())
}

/// What arrives at the pixels of one channel, gray where nothing does.
pub(crate) fn trace(pixels: ArrayView3<'_, f32>) -> Result<Vec<u8>> {
    let most = pixels.iter().fold(1e-20, |most: f32, x| most.max(x.abs()));
    Ok(Picture::of(pixels, &Values::Range(-most, most))?.to_png())
}

/// Images next to each other, row by row, with a line between them.
pub(crate) fn tiled(images: &[Array2<f32>], columns: usize, between: f32) -> Array2<f32> {
    let (height, width) =
        images.iter().fold((1, 1), |(h, w), image| (h.max(image.nrows()), w.max(image.ncols())));
    let rows = images.len().div_ceil(columns);
    let size = (rows * (height + 1) - 1, columns * (width + 1) - 1);
    let mut all = Array2::from_elem(size, between);
    for (k, image) in images.iter().enumerate() {
        let (top, left) = (k / columns * (height + 1), k % columns * (width + 1));
        for ((i, j), &x) in image.indexed_iter() {
            all[[top + i, left + j]] = x;
        }
    }
    all
}

/// Channel number `c`.
pub(crate) fn channel(image: ArrayView3<'_, f32>, c: usize) -> Array2<f32> {
    image.index_axis(Axis(0), c).to_owned()
}
