//! Layers of one's own inside a network: one whose output shape the type system computes, and one with
//! parameters, which a network learns.
//!
//!     cargo run --release --example custom_layer

#[path = "support/terminal.rs"]
#[allow(dead_code)] // each example draws with a part of it
mod terminal;

use cnn::custom::{CustomLayer, Init, Parameter, ShapeType, Volume};
use cnn::ndarray::{Array4, ArrayView2, Axis, Ix2, s};
use cnn::typenum::{Prod, Quot, U2, U4, Unsigned};
use cnn::{Adam, Trainer, cnn};
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

    fn forward(_: &[&[f32]], x: &[f32], y: &mut [f32]) {
        for (to, from) in moves(C::USIZE, H::USIZE, W::USIZE) {
            y[to] = x[from];
        }
    }

    fn backward(_: &[&[f32]], _x: &[f32], _y: &[f32], d_y: &[f32], d_x: &mut [f32]) {
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

/// A learned weight for each position, the same for all channels: where to look.
pub struct Spotlight;

impl<C: Unsigned, H: Unsigned, W: Unsigned> CustomLayer<Volume<C, H, W>> for Spotlight
where
    Volume<C, H, W>: ShapeType,
{
    type Output = Volume<C, H, W>;

    /// Below the layer's path: `spotlight.weight`, of the height and width that reach the layer.
    const PARAMS: &'static [Parameter] =
        &[Parameter { name: "weight", dims: &[H::USIZE, W::USIZE], init: Init::Normal(0.5, 0.1) }];

    const MACS: u64 = (C::USIZE * H::USIZE * W::USIZE) as u64;

    fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]) {
        for (y, x) in y.chunks_mut(H::USIZE * W::USIZE).zip(x.chunks(H::USIZE * W::USIZE)) {
            y.iter_mut().zip(x).zip(params[0]).for_each(|((y, x), w)| *y = w * x);
        }
    }

    fn backward(params: &[&[f32]], _x: &[f32], _y: &[f32], d_y: &[f32], d_x: &mut [f32]) {
        Self::forward(params, d_y, d_x);
    }

    fn backward_params(_: &[&[f32]], x: &[f32], _: &[f32], d_y: &[f32], d: &mut [&mut [f32]]) {
        for (x, d_y) in x.chunks(H::USIZE * W::USIZE).zip(d_y.chunks(H::USIZE * W::USIZE)) {
            d[0].iter_mut().zip(x).zip(d_y).for_each(|((d, x), d_y)| *d += x * d_y);
        }
    }
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

    /// After the spotlight, where something is makes no difference any more.
    pub struct Watcher<
        1x16x24 -> spotlight: custom(Spotlight => 1x16x24) -> global_avgpool -> flatten -> dense(2)
    >;
}

/// Pictures with some lights outside of the right upper quarter, and whether one is inside.
fn lights(n: usize) -> (Array4<f32>, Vec<usize>) {
    let mut pictures = Array4::zeros((n, 1, 16, 24));
    let mut state = 1u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % below
    };
    let mut labels = Vec::new();
    for n in 0..n {
        let there = random(2) == 1;
        for _ in 0..2 + random(6) {
            let (mut y, mut x) = (random(16), random(24));
            while y < 8 && x >= 12 {
                (y, x) = (random(16), random(24));
            }
            pictures[[n, 0, y, x]] = 1.0;
        }
        if there {
            pictures[[n, 0, random(8), 12 + random(12)]] = 1.0;
        }
        labels.push(usize::from(there));
    }
    (pictures, labels)
}

/// A network learns where to look, and its spotlight shows where that is.
fn learn_to_look() -> Result<(), Box<dyn Error>> {
    let mut trainer = Trainer::new(Watcher::new(0), Adam::new(0.02));
    let (pictures, labels) = lights(512);
    let mut loss = f32::NAN;
    for _ in 0..150 {
        loss = trainer.step(pictures.view(), &labels)?;
    }
    println!("\nwhere a network learned to look (loss {loss:.3})");
    let net = trainer.into_network();
    let weight = net.get("spotlight.weight")?.into_dimensionality::<Ix2>()?.mapv(f32::abs);
    let largest = weight.iter().copied().fold(0.0, f32::max);
    let weight = weight.mapv(|w| w / largest);
    let view: ArrayView2<'_, f32> = weight.view();
    print!("{}", terminal::side_by_side(&[terminal::picture(view)]));
    Ok(())
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
    learn_to_look()
}
