//! An explanation as a picture.

use super::super::Result;
use super::Explain;
use cnn::ndarray::{Array4, Axis};
use cnn_images::draw::{Colors, Grid, Picture, Values, heat_map, overlay, three_digits};
use cnn_zoo::explain::{Explained, Method};

/// Images that are drawn; of more, the first.
const MOST_IMAGES: usize = 16;
const OPACITY: f32 = 0.5;

/// Each image in a row with its map and both over one another.
pub(super) fn picture(
    request: &Explain,
    images: &Array4<f32>,
    values: &Option<Values>,
    explained: &Explained,
) -> Result<Picture> {
    let question = &request.question;
    let count = explained.classes.len();
    let colors = Colors::of(&explained.maps);
    let at = question.label.as_ref().map_or(String::new(), |label| format!(" at {label}"));
    let mut title = format!("{}: {}{at}", request.net.name, question.method.name());
    let of = |image: usize| {
        let (class, probability) = (explained.classes[image], explained.probabilities[image]);
        format!("class {class}, probability {probability:.3}")
    };
    title += &match count {
        1 => format!(", {}", of(0)),
        _ if count > MOST_IMAGES => format!(", the first {MOST_IMAGES} of {count} images"),
        _ => String::new(),
    };
    let mut grid = Grid::new(3).title(title);
    let rows = images.outer_iter().zip(explained.maps.outer_iter());
    for (index, (image, map)) in rows.enumerate().take(MOST_IMAGES) {
        let named =
            if count == 1 { "image".to_owned() } else { format!("image {index}: {}", of(index)) };
        let values = values.clone().unwrap_or_else(|| Values::spread(image));
        let most = map.fold(0.0f32, |most, x| most.max(x.abs()));
        let size = format!("{}×{} map, largest {}", map.nrows(), map.ncols(), three_digits(most));
        grid = grid
            .add(named, Picture::of(image, &values)?)
            .add(size, heat_map(map, colors)?)
            .add("map over image", overlay(image, &values, map, colors, OPACITY)?);
    }
    let most = match count {
        1 => three_digits(largest(explained)),
        _ => "each map's largest".to_owned(),
    };
    let [low, high] = match (colors.is_signed(), ends(question.method)) {
        (false, _) => ["0".to_owned(), most],
        (true, None) => [format!("−{most}"), most],
        (true, Some([low, high])) => [format!("−{most}: {low}"), format!("{most}: {high}")],
    };
    let note = format!("What is shown: {}.", question.method.line());
    Ok(grid.legend(colors, low, high).note(note).draw()?)
}

/// What numbers below 0 and above mean, where that can be said in a word.
fn ends(method: Method) -> Option<[&'static str; 2]> {
    match method {
        Method::InputXGradient | Method::IntegratedGradients | Method::Cam => {
            Some(["lowers the score", "raises the score"])
        }
        Method::Occlusion => Some(["more probable when covered", "less probable when covered"]),
        Method::SmoothGrad => Some(["score falls with the pixel", "score rises with the pixel"]),
        _ => None,
    }
}

fn largest(explained: &Explained) -> f32 {
    let maps = explained.maps.index_axis(Axis(0), 0);
    maps.fold(0.0f32, |most, x| most.max(x.abs()))
}
