//! The first lesson of image processing: three filters, set by hand, find the vertical and the
//! horizontal edges of a picture and smooth it.
//!
//!     cargo run --release --example edges

#[path = "support/terminal.rs"]
#[allow(dead_code)] // each example draws with a part of it
mod terminal;

use cnn::cnn;
use cnn::ndarray::{Array, Array2, Axis, array, s, stack};
use std::error::Error;

const SIDE: usize = 36;

cnn! {
    /// Three filters over one picture; it comes out as three, in the same size.
    pub struct Filters< 1x36x36 -> conv(3, 3x3, pad=same, bias=false) >;
}

fn main() -> Result<(), Box<dyn Error>> {
    // Each filter weighs the nine pixels around a point. Sobel's two take the difference between
    // the right and the left side, and between the bottom and the top; the third takes a mean.
    let vertical: Array2<f32> = array![[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]] / 4.0;
    let horizontal = vertical.t().to_owned();
    let smooth: Array2<f32> = array![[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]] / 16.0;

    // Filters × channels × rows × columns, as PyTorch stores them.
    let filters = stack![Axis(0), vertical, horizontal, smooth].insert_axis(Axis(1));
    let mut net = Filters::new(0);
    net.set("0.weight", filters)?;

    let picture = house();
    let images = picture.view().insert_axis(Axis(0)).insert_axis(Axis(0));
    let output = net.try_forward(images)?;

    // An edge from light to dark is negative; how strong it is is its size.
    let found = |filter: usize| output.slice(s![0, filter, .., ..]).mapv(f32::abs);
    println!("\n{:SIDE$}   vertical edges", "the picture");
    show(&picture, &found(0));
    println!("\n{:SIDE$}   smoothed", "horizontal edges");
    show(&found(1), &found(2));
    Ok(())
}

fn show(left: &Array2<f32>, right: &Array2<f32>) {
    let blocks = [left, right].map(|pixels| terminal::picture(pixels.view()));
    print!("{}", terminal::side_by_side(&blocks));
}

/// A house with a door and a window, under the sun: 0 is dark, 1 is bright.
fn house() -> Array2<f32> {
    Array::from_shape_fn((SIDE, SIDE), |(row, column)| {
        let within = |top, left, bottom, right| {
            (top..bottom).contains(&row) && (left..right).contains(&column)
        };
        let (y, x) = (row as f32, column as f32);
        let sun = (y - 6.0).hypot(x - 29.0) < 4.5;
        let roof = (6..16).contains(&row) && (x - 14.5).abs() < y - 5.0;
        let door = within(23, 8, 32, 13);
        let window = within(20, 17, 26, 22);
        let wall = within(16, 6, 32, 24) && !door && !window;
        match () {
            () if sun || wall => 1.0,
            () if roof => 0.6,
            () => 0.0,
        }
    })
}
