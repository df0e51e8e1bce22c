//! What a decision rests on.

use crate::networks::{LeNet, Residual};
use crate::pictures::{Result, channel, digit, over, signed, tiled, trace, unsigned};
use cnn::explain::{Explainer, IntegratedGradients, Occlusion, SmoothGrad, Target, upsampled};
use cnn::ndarray::{Array2, Array3, ArrayView4, Axis, s};
use cnn_images::draw::{Colors, Picture, Values};
use cnn_report::{Pictures, Section};

/// Images that are explained.
const SHOWN: usize = 4;

/// Maps of pixels for the first images.
pub(crate) fn pixels(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let x = images.slice_move(s![..SHOWN, .., .., ..]);
    let mut explain = Explainer::new(net)?;
    let saliency = explain.saliency(x, Target::Predicted)?;
    let product = explain.input_x_gradient(x, Target::Predicted)?;
    let smooth = explain.smooth_grad(x, Target::Predicted, SmoothGrad::new())?;
    let integrated =
        explain.integrated_gradients(x, Target::Predicted, &IntegratedGradients::new())?;
    let deconvolved = explain.deconvolution(x, Target::Predicted)?;
    let guided = explain.guided(x, Target::Predicted)?;
    let mut section = Section::new(
        "pixels",
        "Which pixels a decision rests on",
        "LeNet reads a digit. The maps show how its score for the digit that it found answers to each pixel. They say \
         where the score is sensitive; they do not say why. Yellow is much, violet is little; in maps with signs, red \
         speaks for the digit and blue against it.",
    );
    for n in 0..SHOWN {
        let image = x.index_axis(Axis(0), n);
        let one = |maps: &Array3<f32>| maps.index_axis(Axis(0), n).to_owned();
        section = section.pictures(
            Pictures::new(format!("Read as a {}", saliency.classes[n]))
                .add("the digit", digit(image)?)
                .add("saliency: how much the score changes with the pixel", unsigned(one(&saliency.largest()).view())?)
                .add("input × gradient: what the score loses when the pixel is cleared, to first order", signed(one(&product.sum()).view())?)
                .add("SmoothGrad: the gradient, averaged over 50 noisy copies", signed(one(&smooth.sum()).view())?)
                .add("integrated gradients: what each pixel adds on the way from an empty image", signed(one(&integrated.sum()).view())?)
                .add("deconvolution: what arrives when only excitation is passed back", trace(deconvolved.values.index_axis(Axis(0), n))?)
                .add("guided: the same, through units that were active only", trace(guided.values.index_axis(Axis(0), n))?),
        );
    }
    Ok(section)
}

/// Class activation maps at the last feature maps.
pub(crate) fn cams(net: &Residual, images: ArrayView4<'_, f32>) -> Result<Section> {
    let x = images.slice_move(s![..SHOWN, .., .., ..]);
    let mut explain = Explainer::new(net)?;
    let all = [
        (
            "CAM: the feature maps, weighted by the last layer",
            explain.cam(x, "seen", Target::Predicted)?,
            Colors::signed(),
        ),
        (
            "Grad-CAM: weighted by their mean gradient",
            explain.grad_cam(x, "seen", Target::Predicted)?,
            Colors::unsigned(),
        ),
        (
            "Grad-CAM++: by a mean of the gradients above 0",
            explain.grad_cam_plus_plus(x, "seen", Target::Predicted)?,
            Colors::unsigned(),
        ),
        (
            "LayerCAM: each place by its own gradient",
            explain.layer_cam(x, "seen", Target::Predicted)?,
            Colors::unsigned(),
        ),
        (
            "Score-CAM: by the score of what each map shows",
            explain.score_cam(x, "seen", Target::Predicted)?,
            Colors::unsigned(),
        ),
    ];
    let guided = explain.guided_grad_cam(x, "seen", Target::Predicted)?;
    let mut section = Section::new(
        "cams",
        "Where the network sees the digit",
        "The last feature maps of the residual network are 7×7 places. Class activation maps add them up, each with a \
         weight for the digit that was found, and are drawn over the image. In CAM, red speaks for the digit and blue \
         against it; the others show only what speaks for it, in yellow. They are coarse: a place stands for 4×4 pixels.",
    );
    for n in 0..SHOWN {
        let image = x.index_axis(Axis(0), n);
        let mut row = Pictures::new(format!("Read as a {}", guided.classes[n]))
            .add("the digit", digit(image)?);
        for (name, maps, colors) in &all {
            row = row.add(*name, over(image, maps.values.index_axis(Axis(0), n), *colors)?);
        }
        row = row.add(
            "guided Grad-CAM: the guided signal where Grad-CAM is high",
            trace(guided.values.index_axis(Axis(0), n))?,
        );
        section = section.pictures(row);
    }
    Ok(section)
}

/// What is lost when a part is covered.
pub(crate) fn occlusion(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let x = images.slice_move(s![..SHOWN, .., .., ..]);
    let mut explain = Explainer::new(net)?;
    let how = Occlusion::new([7, 7]).stride([1, 1]).watch("late");
    let covered = explain.occlusion(x, Target::Predicted, &how, |_, _| {})?;
    let mut section = Section::new(
        "occlusion",
        "What is lost when a part is covered",
        "A white square of 7×7 pixels wanders over the digit, and LeNet reads every copy. No gradient is needed: this \
         is an experiment, and what it shows is what happened.",
    );
    let activity = covered.activity.as_ref();
    for n in 0..SHOWN {
        let image = x.index_axis(Axis(0), n);
        let winners = covered.winner.index_axis(Axis(0), n);
        let mut seen: Vec<usize> = winners.iter().copied().collect();
        seen.sort_unstable();
        seen.dedup();
        let names = seen.iter().map(|&class| format!("{} {class}", NAMES[class]));
        let names = names.collect::<Vec<_>>().join(", ");
        let mut row = Pictures::new(format!("Read as a {}", covered.classes[n]))
            .side(132)
            .add("the digit", digit(image)?)
            .add(
                format!(
                    "probability of the {} with the square's corner there: violet 0, yellow 1",
                    covered.classes[n]
                ),
                unsigned_to_one(covered.probability.index_axis(Axis(0), n).to_owned())?,
            )
            .add(
                "mean drop of the probability under the squares that cover a pixel: red is a loss",
                over(image, covered.drop.index_axis(Axis(0), n), Colors::signed())?,
            )
            .add(format!("which digit is read: {names}"), classes(winners.to_owned())?);
        if let Some(activity) = activity {
            row = row.add(
                format!("activity of its strongest feature map, number {}", covered.watched[n]),
                unsigned(activity.index_axis(Axis(0), n))?,
            );
        }
        section = section.pictures(row);
    }
    Ok(section)
}

/// Names of the colors of [`classes`], and the colors: Okabe and Ito's, and two more.
const NAMES: [&str; 10] = [
    "black",
    "orange",
    "sky blue",
    "green",
    "yellow",
    "blue",
    "vermilion",
    "pink",
    "gray",
    "brown",
];
pub(crate) const COLORS: [[u8; 3]; 10] = [
    [0, 0, 0],
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [0, 114, 178],
    [213, 94, 0],
    [204, 121, 167],
    [150, 150, 150],
    [120, 72, 30],
];

fn classes(map: Array2<usize>) -> Result<Vec<u8>> {
    let (height, width) = map.dim();
    let picture = Array3::from_shape_fn((3, height, width), |(c, i, j)| {
        f32::from(COLORS[map[[i, j]] % 10][c]) / 255.0
    });
    Ok(Picture::of(picture.view(), &Values::Range(0.0, 1.0))?.to_png())
}

/// A map of probabilities.
fn unsigned_to_one(map: Array2<f32>) -> Result<Vec<u8>> {
    let colors = Colors::unsigned().up_to(1.0);
    Ok(cnn_images::draw::heat_map(map.view(), colors)?.to_png())
}

/// The filters of the first layer and what they give, and units with what excites them.
pub(crate) fn filters(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let weight = net.get("conv1.weight")?.to_owned();
    let x = images.slice_move(s![..1, .., .., ..]);
    let early = net.features("early", x)?;
    let late = net.features("late", x)?;
    let mut row = Pictures::new("The six filters of the first layer")
        .note("Red weights want ink, blue ones want paper. The maps show where in the digit the filter is answered.")
        .side(96);
    for k in 0..6 {
        row = row.add(format!("filter {k}"), signed(weight.slice(s![k, 0, .., ..]))?);
    }
    let mut first = Pictures::new("").side(96).add("the digit", digit(x.index_axis(Axis(0), 0))?);
    for k in 0..6 {
        first = first.add(format!("map of filter {k}"), unsigned(early.slice(s![0, k, .., ..]))?);
    }
    let mut second =
        Pictures::new("The sixteen maps of the second layer for the same digit").side(64);
    for k in 0..16 {
        second = second.add(format!("{k}"), unsigned(late.slice(s![0, k, .., ..]))?);
    }
    Ok(Section::new(
        "filters",
        "What the layers look for",
        "A convolution lays the same small filter on every place of the image. What comes out is a map: bright where \
         the image looks like the filter.",
    )
    .pictures(row)
    .pictures(first)
    .pictures(second))
}

/// The nine patches that excite some units most, beside their deconvolutions.
pub(crate) fn patches(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let mut explain = Explainer::new(net)?;
    let section = Section::new(
        "patches",
        "What excites a unit most",
        "For a unit of the second layer, the nine places of 1,797 digits that excite it most, and beside them \
         what the deconvolutional network draws of each: white where ink excites the unit, gray where nothing does. The \
         nine have something in common, and that is what the unit answers to. Zeiler and Fergus drew this figure in 2013.",
    );
    let mut row = Pictures::new("").side(164);
    for unit in [1, 4, 8, 11] {
        let found = explain.top_patches(images, "late", unit, 9)?;
        let (mut parts, mut traces) = (Vec::new(), Vec::new());
        for (patch, pixels) in found.patches.iter().zip(found.deconvolutions.outer_iter()) {
            let image = images.index_axis(Axis(0), patch.activation.image);
            parts.push(channel(patch.of(image), 0).mapv(|x| 1.0 - x));
            let part = channel(patch.of(pixels), 0);
            let most = part.iter().fold(1e-20, |most: f32, x| most.max(x.abs()));
            traces.push(part.mapv(|x| 0.5 + 0.5 * x / most));
        }
        let range = Values::Range(0.0, 1.0);
        let picture = |all: Array2<f32>| Picture::of(all.insert_axis(Axis(0)).view(), &range);
        row = row
            .add(format!("unit {unit}: nine patches"), picture(tiled(&parts, 3, 0.8))?.to_png())
            .add(
                format!("unit {unit}: their deconvolutions"),
                picture(tiled(&traces, 3, 0.2))?.to_png(),
            );
    }
    Ok(section.pictures(row))
}

/// What other weights do to the maps.
pub(crate) fn sanity(net: &LeNet, images: ArrayView4<'_, f32>) -> Result<Section> {
    let x = images.slice_move(s![..1, .., .., ..]);
    let class = Explainer::new(net)?.saliency(x, Target::Predicted)?.classes[0];
    let mut random = LeNet::new(99);
    let rows = |net: &LeNet| -> Result<[Array2<f32>; 4]> {
        let mut explain = Explainer::new(net)?;
        let gradient = channel(explain.saliency(x, class)?.values.index_axis(Axis(0), 0), 0);
        let cam = explain.grad_cam_signed(x, "late", class)?.values;
        let cam = upsampled(cam.view(), [28, 28]).index_axis(Axis(0), 0).to_owned();
        let guided = channel(explain.guided(x, class)?.values.index_axis(Axis(0), 0), 0);
        let back = channel(explain.deconvolution(x, class)?.values.index_axis(Axis(0), 0), 0);
        Ok([gradient, cam, guided, back])
    };
    let trained = rows(net)?;
    // The first layer as it was learned, all others drawn anew.
    let names = ["gradient", "Grad-CAM", "guided", "deconvolution"];
    let mut section = Section::new(
        "sanity",
        "Does the map depend on what was learned?",
        "A test by Adebayo and others (2018): if a network with other weights gives the same map, the map shows the \
         image, not the network. The number is the correlation of each map with the trained network's: guided \
         backpropagation hardly notices that the layers that decide have been replaced.",
    );
    let draw = |title: &str, maps: &[Array2<f32>; 4]| -> Result<Pictures> {
        let mut row = Pictures::new(title);
        for ((name, map), of) in names.iter().zip(maps).zip(&trained) {
            row = row.add(format!("{name}: {:.2}", correlation(map, of)), signed(map.view())?);
        }
        Ok(row)
    };
    section = section.pictures(draw("The trained network", &trained)?);
    let fresh = rows(&random)?;
    for path in ["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"] {
        random.set(path, net.get(path)?.to_owned())?;
    }
    let partly = rows(&random)?;
    section = section
        .pictures(draw("Its dense layers replaced by random ones", &partly)?)
        .pictures(draw("All layers random", &fresh)?);
    Ok(section)
}

fn correlation(a: &Array2<f32>, b: &Array2<f32>) -> f32 {
    let (a, b) = (a - a.mean().unwrap_or(0.0), b - b.mean().unwrap_or(0.0));
    let norm = ((&a * &a).sum() * (&b * &b).sum()).sqrt();
    if norm > 0.0 { (&a * &b).sum() / norm } else { 0.0 }
}
