//! Images as the network takes them.

use super::super::Result;
use super::super::dims;
use super::super::run;
use cnn::data::Normalize;
use cnn::ndarray::{Array3, Array4, Axis, s};
use cnn_images::draw::Values;
use cnn_zoo::explain::Explains;
use cnn_zoo::registry::Entry;
use std::path::Path;

/// Rows and columns from which on images in color are taken for ImageNet's.
const IMAGENET: usize = 64;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Images, and where they are from.
pub(super) struct Images {
    images: Array4<f32>,
    note: String,
    /// Whether they are a picture's pixels, from 0 to 1.
    picture: bool,
}

/// Images as they are given to the network.
pub(super) struct Prepared {
    pub(super) images: Array4<f32>,
    /// What their numbers mean; `None` where nobody said so.
    pub(super) values: Option<Values>,
    /// What was done.
    pub(super) note: String,
}

/// The images of an array's file, as they are.
pub(super) fn array(path: &Path) -> Result<Images> {
    let images = run::images(path)?;
    if images.is_empty() {
        let (path, found) = (path.display(), dims(images.shape()));
        return Err(format!("{path}: found an array of {found}, expected at least 1 image").into());
    }
    let note = format!("{}: {}", path.display(), dims(images.shape()));
    Ok(Images { images, note, picture: false })
}

/// The picture of a file, in the size of the network's images.
pub(super) fn read(path: &Path, net: &Entry) -> Result<Images> {
    let channels = net.input.channels();
    if ![1, 3].contains(&channels) {
        let name = net.name;
        return Err(format!(
            "--image: `{name}` takes images of {channels} channels, expected 1 or 3; --input takes arrays"
        )
        .into());
    }
    let picture = cnn_images::read(path, channels)?;
    let (_, height, width) = picture.dim();
    let size = [net.input.height(), net.input.width()];
    let (image, how) = if is_imagenet(net) {
        let (image, shorter) = middle(&picture, size)?;
        (image, format!("shorter side to {shorter}, the middle {}", dims(&size)))
    } else {
        (cnn_images::scaled(picture.view(), size)?, format!("resized to {}", dims(&size)))
    };
    let gray = if channels == 1 { ", gray" } else { "" };
    let note = format!("{}: {height}×{width} pixels{gray}, {how}", path.display());
    Ok(Images { images: image.insert_axis(Axis(0)), note, picture: true })
}

fn is_imagenet(net: &Entry) -> bool {
    net.input.channels() == 3 && net.input.height().min(net.input.width()) >= IMAGENET
}

/// ImageNet's evaluation: the shorter side at 256/224 of the size, bilinear, and the middle cut out. Also gives that side.
fn middle(picture: &Array3<f32>, [height, width]: [usize; 2]) -> Result<(Array3<f32>, usize)> {
    let (_, rows, columns) = picture.dim();
    let shorter = (height.max(width) * 256 + 112) / 224;
    let longer = |side: usize| (side * shorter / rows.min(columns)).max(shorter);
    let scaled = cnn_images::scaled(picture.view(), [longer(rows), longer(columns)])?;
    let (_, rows, columns) = scaled.dim();
    let (top, left) = ((rows - height) / 2, (columns - width) / 2);
    Ok((scaled.slice(s![.., top..top + height, left..left + width]).to_owned(), shorter))
}

impl Images {
    /// Normalized, unless the network does that itself.
    pub(super) fn prepared(self, net: &Entry, network: &dyn Explains) -> Prepared {
        let Self { mut images, note, picture } = self;
        let itself = network.normalization().is_some();
        let unit = Some(Values::Range(0.0, 1.0));
        let (values, how) = match (picture, itself) {
            (false, true) => (None, "as they are; the network normalizes them itself"),
            (false, false) => (None, "as they are"),
            (true, true) => (unit, "values from 0 to 1, which the network normalizes itself"),
            (true, false) if is_imagenet(net) => {
                let normalize = Normalize::new(MEAN, DEVIATION);
                normalize.images(&mut images);
                let how = "values from 0 to 1, normalized by ImageNet's mean and deviation";
                (Some(Values::Normalized(normalize)), how)
            }
            (true, false) => (unit, "values from 0 to 1"),
        };
        Prepared { images, values, note: format!("{note}, {how}") }
    }
}
