//! What a layer has learned, and what it gives.

use super::colors::Colors;
use super::grid::Grid;
use super::heat::heat_map;
use super::picture::{Picture, Values};
use super::{refused, three_digits};
use cnn::Error;
use cnn::ndarray::{ArrayView3, ArrayView4};

/// Pixels of the longer side of a filter or map that is small.
const SIDE: usize = 64;

/// The filters of a layer (filters × channels × height × width), each with its number above. Those of three channels
/// are in color, gray where a weight is 0, each up to its own largest weight. Of other numbers of channels, a row shows
/// the channels of a filter, all on one scale: blue below 0, white at 0, red above.
///
/// # Errors
/// There are no filters, one has a number that is NaN or infinite, or they are too many for a picture.
pub fn filters(weight: ArrayView4<'_, f32>) -> Result<Picture, Error> {
    const OWNER: &str = "filters";
    let (count, channels, _, _) = weight.dim();
    let most = largest(OWNER, weight.iter(), "weight")?;
    let mut grid = Grid::new(if [1, 3].contains(&channels) { square(count) } else { channels });
    grid = grid.side(SIDE);
    for (k, filter) in weight.outer_iter().enumerate() {
        if channels == 3 {
            let most = filter.iter().fold(0.0f32, |most, x| most.max(x.abs()));
            // A filter of zeros is gray all over.
            let most = if most > 0.0 { most } else { 1.0 };
            grid = grid.add(k.to_string(), Picture::of(filter, &Values::Range(-most, most))?);
            continue;
        }
        for (c, channel) in filter.outer_iter().enumerate() {
            let title = if channels == 1 { k.to_string() } else { format!("{k}, {c}") };
            grid = grid.add(title, heat_map(channel, Colors::signed().up_to(most))?);
        }
    }
    if channels != 3 {
        let most = three_digits(most);
        grid = grid.legend(Colors::signed(), format!("−{most}"), most);
    }
    grid.draw()
}

/// Feature maps (channels × height × width), each with its number above, all on one scale.
///
/// # Errors
/// There are none, one has a number that is NaN or infinite, or they are too many for a picture.
pub fn feature_maps(maps: ArrayView3<'_, f32>) -> Result<Picture, Error> {
    const OWNER: &str = "feature_maps";
    let most = largest(OWNER, maps.iter(), "maps")?;
    let colors = Colors::of(maps);
    let mut grid = Grid::new(square(maps.dim().0)).side(SIDE);
    for (k, map) in maps.outer_iter().enumerate() {
        grid = grid.add(k.to_string(), heat_map(map, colors.up_to(most))?);
    }
    let most = three_digits(most);
    let low = if colors.is_signed() { format!("−{most}") } else { "0".to_owned() };
    grid.legend(colors, low, most).draw()
}

/// The largest absolute value, or 1 where all are 0.
fn largest<'a>(
    owner: &'static str,
    numbers: impl Iterator<Item = &'a f32>,
    argument: &'static str,
) -> Result<f32, Error> {
    let mut most = 0.0f32;
    for &x in numbers {
        if !x.is_finite() {
            return Err(refused(owner, argument, x.to_string(), "finite numbers"));
        }
        most = most.max(x.abs());
    }
    Ok(if most > 0.0 { most } else { 1.0 })
}

/// The columns of a grid that is about as wide as it is high.
fn square(cells: usize) -> usize {
    let root = cells.isqrt();
    root + usize::from(root * root < cells)
}
