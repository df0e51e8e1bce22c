//! Pictures of what a network sees: heat maps, overlays, filters and feature maps, in grids with titles.
//!
//! ```
//! use cnn::ndarray::{Array2, Array3};
//! use cnn_images::draw::{Colors, Grid, Picture, Values, heat_map, overlay};
//!
//! let image = Array3::from_shape_fn((1, 28, 28), |(_, i, j)| (i * j) as f32 / 729.0); // from 0 to 1
//! let map = Array2::from_shape_fn((7, 7), |(i, j)| (i + j) as f32); // Grad-CAM, or so
//! let colors = Colors::of(&map);
//! let grid = Grid::new(3)
//!     .title("Where the score of class 3 is sensitive")
//!     .add("image", Picture::of(image.view(), &Values::Range(0.0, 1.0))?)
//!     .add("map", heat_map(map.view(), colors)?)
//!     .add("both", overlay(image.view(), &Values::Range(0.0, 1.0), map.view(), colors, 0.5)?)
//!     .legend(colors, "0", "12");
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path().join("map.png");
//! grid.draw()?.save_png(path)?;
//! # Ok::<(), cnn::Error>(())
//! ```

mod colors;
mod features;
mod grid;
mod heat;
mod picture;
mod text;

pub use colors::Colors;
pub use features::{feature_maps, filters};
pub use grid::Grid;
pub use heat::{heat_map, overlay};
pub use picture::{Picture, Values};
pub use text::three_digits;

use cnn::Error;

/// What a function of this module can't draw.
fn refused(
    owner: &'static str,
    argument: &'static str,
    found: String,
    expected: &'static str,
) -> Error {
    Error::Argument { owner, argument, found, expected }
}
