//! A layer of one's own inside a network, its output shape computed by the type system.
//!
//!     cargo run --release --example custom_layer

#[path = "support/terminal.rs"]
#[allow(dead_code)] // each example draws with a part of it
mod terminal;

use cnn::cnn;
use cnn::custom::{CustomLayer, ShapeType, Volume};
use cnn::ndarray::{Array4, Axis, s};
use cnn::typenum::{Prod, Quot, U2, U4, Unsigned};
use std::error::Error;
use std::ops::{Div, Mul};

/// Moves each 2×2 square of pixels into four channels: C×H×W becomes 4C×H/2×W/2, and nothing is
/// lost, as a pool would lose it (Shi et al., 2016, the other way round).
pub struct SpaceToDepth;

/// The macro that reads the network knows nothing of this layer, and const generics can't divide
/// on stable Rust; `typenum` can. The output shape below holds for every input shape.
impl<C, H, W> CustomLayer<Volume<C, H, W>> for SpaceToDepth
where
    C: Unsigned + Mul<U4>,
    H: Unsigned + Div<U2>,
    W: Unsigned + Div<U2>,
    Volume<C, H, W>: ShapeType,
    Volume<Prod<C, U4>, Quot<H, U2>, Quot<W, U2>>: ShapeType,
{
    type Output = Volume<Prod<C, U4>, Quot<H, U2>, Quot<W, U2>>;

    fn forward(x: &[f32], y: &mut [f32]) {
        for (to, from) in moves(C::USIZE, H::USIZE, W::USIZE) {
            y[to] = x[from];
        }
    }

    fn backward(_x: &[f32], _y: &[f32], d_y: &[f32], d_x: &mut [f32]) {
        // An odd last row or column goes nowhere, so nothing comes back to it.
        d_x.fill(0.0);
        for (to, from) in moves(C::USIZE, H::USIZE, W::USIZE) {
            d_x[from] = d_y[to];
        }
    }
}

/// Where each element of the output comes from.
fn moves(c: usize, h: usize, w: usize) -> impl Iterator<Item = (usize, usize)> {
    let from = move |channel: usize, y: usize, x: usize| {
        let (corner, channel) = (channel % 4, channel / 4);
        (channel * h + 2 * y + corner / 2) * w + 2 * x + corner % 2
    };
    let places = (0..4 * c).flat_map(move |k| (0..h / 2).map(move |y| (k, y)));
    let places = places.flat_map(move |(k, y)| (0..w / 2).map(move |x| (k, y, x)));
    places.enumerate().map(move |(to, (k, y, x))| (to, from(k, y, x)))
}

cnn! {
    /// One channel of 16×24 becomes four of 8×12. Writing another shape here is a compile error:
    /// "`SpaceToDepth` gives 4x8x12, but the network says …".
    pub struct Split< 1x16x24 -> custom(SpaceToDepth => 4x8x12) >;

    /// A custom layer stands where any other does, and trains.
    pub struct Classifier<
        1x16x24 -> custom(SpaceToDepth => 4x8x12) -> conv(8, 3x3, pad=1) -> relu
        -> global_avgpool -> flatten -> dense(2)
    >;
}

fn main() -> Result<(), Box<dyn Error>> {
    // A disc, darker towards the right.
    let picture = Array4::from_shape_fn((1, 1, 16, 24), |(_, _, y, x)| {
        let (y, x) = (y as f32 - 7.5, x as f32 - 11.5);
        if y.hypot(x) < 7.0 { 0.6 - x / 16.0 } else { 0.0 }
    });
    let parts = Split::new(0).try_forward(picture.view())?;

    println!("the picture");
    print!("{}", terminal::side_by_side(&[terminal::picture(picture.slice(s![0, 0, .., ..]))]));
    println!("\nits four quarters");
    let quarters: Vec<_> =
        parts.index_axis(Axis(0), 0).axis_iter(Axis(0)).map(terminal::picture).collect();
    print!("{}", terminal::side_by_side(&quarters));

    println!("\n{}", Classifier::summary());
    Ok(())
}
