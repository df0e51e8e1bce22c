//! What units have learned, as images made for them.

use crate::networks::LeNet;
use crate::pictures::{Result, digit};
use cnn::explain::{Explainer, Inversion, Target, Unit, Visualization};
use cnn::ndarray::{ArrayView3, ArrayView4, Axis, s};
use cnn_images::draw::{Picture, Values};
use cnn_report::{Curves, Pictures, Section};

/// Images that excite each class, and some units.
pub(crate) fn models(net: &LeNet) -> Result<Section> {
    let mut explain = Explainer::new(net)?;
    let how = Visualization::new()
        .steps(150)
        .rate(0.05)
        .decay(0.02)
        .jitter(1)
        .blur(0.5, 10)
        .total_variation(0.001);
    let all: Vec<usize> = (0..10).collect();
    let found = explain.visualize(Target::Classes(all), &how, |_, _| {})?;
    let mut classes = Pictures::new("An image for each digit")
        .note("Dark is ink, light is less than paper: the network also has opinions on where ink must not be.");
    let (first, last) = (found.scores.row(0), found.scores.row(found.scores.nrows() - 1));
    for (class, image) in found.images.outer_iter().enumerate() {
        let scores = format!(
            "{class}: score {} → {}",
            first[class].round() as i32,
            last[class].round() as i32
        );
        classes = classes.add(scores, spread(image)?);
    }
    let mut units = Pictures::new("Images for eight feature maps of the second layer")
        .note("Each is made for the one place of the map where noise excited it most: a unit sees 16×16 pixels.")
        .side(96);
    for channel in [0, 2, 3, 5, 7, 9, 12, 14] {
        // Before the rectifier, which passes no gradient on where it is 0.
        let unit = Unit::new("conv2", channel);
        let found = explain.visualize(unit, &how, |_, _| {})?;
        units = units.add(format!("map {channel}"), spread(found.images.index_axis(Axis(0), 0))?);
    }
    Ok(Section::new(
        "models",
        "What a class looks like to the network",
        "From noise, an image is changed step by step so that the score of a digit rises. What comes out is no digit a \
         person would write: it is what this network answers to most, which need not be what it meets in practice.",
    )
    .pictures(classes)
    .pictures(units))
}

/// Images that layers take for a digit.
pub(crate) fn inversion(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let mut explain = Explainer::new(net)?;
    let x = images.slice_move(s![..3, .., .., ..]);
    let labels = [
        ("early", "after the first layer", 150),
        ("late", "after the second layer", 250),
        ("code", "from the 84 numbers before the last layer", 400),
    ];
    let mut curves = Curves::new("Distance to the digit's own values", "step");
    let mut made = Vec::new();
    for (label, name, steps) in labels {
        let how = Inversion::new().steps(steps).rate(0.05).total_variation(2e-4);
        let found = explain.invert(x, label, &how, |_, _| {})?;
        let losses = found.losses.column(0).to_vec();
        let points: Vec<(f64, f64)> =
            losses.iter().enumerate().map(|(step, &loss)| (step as f64, loss)).collect();
        curves = curves.curve(label, points);
        made.push((name, found.images));
    }
    let mut section = Section::new(
        "inversion",
        "What is left of an image, layer by layer",
        "An image is sought that a layer cannot tell from the digit. What it has in common with the digit, the layer \
         kept; where it differs, the layer forgot.",
    );
    for n in 0..3 {
        let mut row = Pictures::new("").add("the digit", digit(x.index_axis(Axis(0), n))?);
        for (name, images) in &made {
            row = row.add(*name, within(images.index_axis(Axis(0), n))?);
        }
        section = section.pictures(row);
    }
    Ok(section.curves(curves))
}

/// An image from its least to its largest number, the latter dark.
fn spread(image: ArrayView3<'_, f32>) -> Result<Vec<u8>> {
    let image = image.mapv(|x| -x);
    Ok(Picture::of(image.view(), &Values::spread(&image))?.to_png())
}

/// An image whose numbers lie about from 0 to 1.
fn within(image: ArrayView3<'_, f32>) -> Result<Vec<u8>> {
    digit(image.mapv(|x| x.clamp(0.0, 1.0)).view())
}
