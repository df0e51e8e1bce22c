//! What kind of function the network is, and what its features are good for.

use crate::networks::{LeNet, Plain, Residual};
use crate::pictures::{Result, digit};
use crate::shapes;
use cnn::data::Images;
use cnn::explain::{Explainer, FieldStart, LossSurface, Place, Removals, Unit, connections};
use cnn::ndarray::{Array2, Array3, ArrayView4, Axis, s};
use cnn::train::{Adam, Trainer};
use cnn::{Network, cnn};
use cnn_images::draw::{Colors, Picture, Values, heat_map};
use cnn_report::{Curves, Pictures, Section};

/// Test images that accuracies are of.
const MANY: usize = 200;

/// The loss around both networks.
pub(crate) fn surfaces(
    residual: &Residual,
    plain: &Plain,
    images: ArrayView4<'_, f32>,
    labels: &[usize],
) -> Result<Section> {
    let (x, labels) = (images.slice_move(s![..64, .., .., ..]), &labels[..64]);
    let how = LossSurface::new().points(15).span(1.0).seed(3);
    let with = Explainer::new(residual)?.loss_surface(x, labels, how, |_, _| {})?;
    let without = Explainer::new(plain)?.loss_surface(x, labels, how, |_, _| {})?;
    let most = f64::ln(1.0 + 8.0) as f32;
    let draw = |losses: &Array2<f64>| -> Result<Vec<u8>> {
        let logs = losses.mapv(|loss| (1.0 + loss.min(8.0)).ln() as f32);
        Ok(heat_map(logs.view(), Colors::unsigned().up_to(most))?.to_png())
    };
    let range = |losses: &Array2<f64>| {
        let (low, high) = losses
            .iter()
            .fold((f64::INFINITY, 0.0f64), |(low, high), &x| (low.min(x), high.max(x)));
        format!("{low:.3} to {high:.2}")
    };
    Ok(Section::new(
        "surface",
        "The loss around the network",
        "The middle of each picture is the trained network; to the sides, all its filters are changed along two random \
         directions, as far as they are long. Violet is a small loss, yellow a loss of 8 or more. Li and \
         others (2018) found the loss of deep networks rough without shortcuts and smooth with them; with 19 layers, as \
         here, both are still smooth. Two directions of many thousands are a glimpse, not a map.",
    )
    .pictures(
        Pictures::new("")
            .side(300)
            .add(format!("with shortcuts: losses of {}", range(&with.losses)), draw(&with.losses)?)
            .add(format!("without: losses of {}", range(&without.losses)), draw(&without.losses)?),
    ))
}

/// What a place of a layer sees.
pub(crate) fn fields(
    lenet: &LeNet,
    residual: &Residual,
    images: ArrayView4<'_, f32>,
) -> Result<Section> {
    let x = images.slice_move(s![..50, .., .., ..]);
    let mut row = Pictures::new("How much each pixel means for one place in the middle of a map")
        .note("The frame is the theoretical receptive field, all that the place can see at all. What it does see is less: most of it comes from the middle.")
        .side(180);
    let mut one = Explainer::new(lenet)?;
    for (label, name) in [("early", "LeNet, first layer"), ("late", "LeNet, second layer")] {
        let field = one.effective_field(x, label, FieldStart::Signs(1))?;
        row = row.add(name, framed(&field)?);
    }
    let mut other = Explainer::new(residual)?;
    for (label, name) in [
        ("stem", "residual network, first layer"),
        ("group1", "after 3 blocks"),
        ("group2", "after 6 blocks"),
        ("seen", "after 9 blocks"),
    ] {
        let field = other.effective_field(x, label, FieldStart::Signs(1))?;
        row = row.add(name, framed(&field)?);
    }
    let mut rows = Vec::new();
    for layer in connections(&LeNet::GRAPH) {
        let number = |n: u128| grouped(n);
        rows.push(vec![
            format!("{} ({})", layer.path, layer.text),
            number(layer.layer.parameters),
            number(layer.local.parameters),
            number(layer.dense.parameters),
            number(layer.layer.macs),
            number(layer.dense.macs),
        ]);
    }
    let head = [
        "layer of LeNet",
        "parameters",
        "each place its own filter",
        "all connected",
        "multiply–adds",
        "all connected",
    ];
    Ok(Section::new(
        "fields",
        "What a place can see, and what sharing saves",
        "Each layer sees a little further than the one before. That a filter is small and the same everywhere is what \
         makes convolutions cheap.",
    )
    .pictures(row)
    .pictures(connected(lenet, images)?)
    .table(
        "Connections: shared, local, and all to all",
        head.map(str::to_owned).to_vec(),
        rows,
    ))
}

/// Which columns of the image each column of a map is connected with, and each number of a dense layer.
fn connected(lenet: &LeNet, images: ArrayView4<'_, f32>) -> Result<Pictures> {
    let x = images.slice_move(s![..8, .., .., ..]);
    let mut explain = Explainer::new(lenet)?;
    let mut row = Pictures::new("Who is connected with whom")
        .note(
            "Each line is one place in the middle row of a map, from left to right, or one number of a dense layer; each \
             column is a column of the image. Light is connected, dark is not: a convolution sees a band that moves along, \
             a dense layer sees everything.",
        )
        .side(180);
    let labels = [
        ("conv1", "first convolution"),
        ("conv2", "second convolution"),
        ("fc1", "first dense layer"),
    ];
    for (label, name) in labels {
        let value = lenet.features(label, x)?;
        let (lines, middle) = match *value.shape() {
            [_, _, height, width] => (width, Some(height / 2)),
            _ => (28, None),
        };
        let mut seen = Array2::<f32>::zeros((lines, 28));
        for line in 0..lines {
            let unit = match middle {
                Some(row) => Unit::new(label, 0).place(Place::At([row, line])),
                None => Unit::new(label, line),
            };
            let pixels = explain.saliency(x, unit)?;
            for ((_, _, _, column), &gradient) in pixels.values.indexed_iter() {
                if gradient != 0.0 {
                    seen[[line, column]] = 1.0;
                }
            }
        }
        row = row.add(name, heat_map(seen.view(), Colors::unsigned().up_to(1.0))?.to_png());
    }
    Ok(row)
}

/// An effective field in a frame of the theoretical one.
fn framed(field: &cnn::explain::EffectiveField) -> Result<Vec<u8>> {
    const SCALE: usize = 6;
    let most = field.values.iter().fold(1e-30, |most: f64, &x| most.max(x));
    let (height, width) = field.values.dim();
    let colors = Colors::unsigned();
    let mut picture = Array3::from_shape_fn((3, height * SCALE, width * SCALE), |(c, i, j)| {
        // The root, so that the weak rim is seen too.
        let share = (field.values[[i / SCALE, j / SCALE]] / most).sqrt() as f32;
        f32::from(colors.color(share)[c]) / 255.0
    });
    let (top, bottom) = (field.rows.start * SCALE, field.rows.end * SCALE - 1);
    let (left, right) = (field.columns.start * SCALE, field.columns.end * SCALE - 1);
    for c in 0..3 {
        for j in left..=right {
            picture[[c, top, j]] = 1.0;
            picture[[c, bottom, j]] = 1.0;
        }
        for i in top..=bottom {
            picture[[c, i, left]] = 1.0;
            picture[[c, i, right]] = 1.0;
        }
    }
    Ok(Picture::of(picture.view(), &Values::Range(0.0, 1.0))?.to_png())
}

/// `61,706`
fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The test digits in the plane, by the 84 numbers before the last layer.
pub(crate) fn embedding(
    net: &LeNet,
    images: ArrayView4<'_, f32>,
    labels: &[usize],
) -> Result<Section> {
    let code = net.features("code", images)?;
    let (n, width) = (code.shape()[0], code.shape()[1]);
    let rows: Vec<Vec<f64>> =
        code.outer_iter().map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect();

    // Principal components: the eigenvectors of the covariance with the largest eigenvalues.
    let mean: Vec<f64> =
        (0..width).map(|k| rows.iter().map(|row| row[k]).sum::<f64>() / n as f64).collect();
    let centered = nalgebra::DMatrix::from_fn(n, width, |i, k| rows[i][k] - mean[k]);
    let eigen = (centered.transpose() * &centered / n as f64).symmetric_eigen();
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let axis = |k: usize| &centered * eigen.eigenvectors.column(order[k]);
    let (first, second) = (axis(0), axis(1));
    let pca: Vec<[f64; 2]> = (0..n).map(|i| [first[i], second[i]]).collect();
    let total: f64 = eigen.eigenvalues.iter().sum();
    let kept = (eigen.eigenvalues[order[0]] + eigen.eigenvalues[order[1]]) / total;

    // t-SNE from there, at a size that it likes to start from: the same for every run.
    let deviation = (pca.iter().map(|p| p[0] * p[0]).sum::<f64>() / n as f64).sqrt();
    let start: Vec<f64> = pca.iter().flatten().map(|x| 1e-2 * x / deviation).collect();
    let slices: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    let distance = |a: &&[f64], b: &&[f64]| {
        a.iter().zip(*b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    };
    let mut tsne = bhtsne::tSNE::<f64, &[f64], 2>::new(&slices);
    tsne.perplexity(20.0).epochs(700).initial_embedding(start).exact(distance);
    let embedding = tsne.embedding();
    let tsne: Vec<[f64; 2]> = embedding.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
    Ok(Section::new(
        "embedding",
        "How digits lie in the network's mind",
        "The 84 numbers that LeNet has for each test digit before its last layer, laid out in the plane, each point drawn \
         as the digit itself in the color of its class. Digits that lie together look alike to the network. In t-SNE's \
         picture neighbors mean much, distances between groups little.",
    )
    .pictures(
        Pictures::new("")
            .side(560)
            .add(
                format!("principal components: the two directions that keep most, {:.0}% of the variance", 100.0 * kept),
                scattered(images, labels, &pca)?,
            )
            .add("t-SNE, which keeps neighbors together", scattered(images, labels, &tsne)?),
    ))
}

/// Thumbnails at points of the plane.
fn scattered(
    images: ArrayView4<'_, f32>,
    labels: &[usize],
    points: &[[f64; 2]],
) -> Result<Vec<u8>> {
    const SIDE: usize = 900;
    const THUMB: usize = 28;
    let bounds = |axis: usize| {
        points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| {
            (low.min(p[axis]), high.max(p[axis]))
        })
    };
    let place = |value: f64, (low, high): (f64, f64)| {
        let part = if high > low { (value - low) / (high - low) } else { 0.5 };
        (part * (SIDE - THUMB) as f64) as usize
    };
    let (across, down) = (bounds(0), bounds(1));
    let mut picture = Array3::from_elem((3, SIDE, SIDE), 1.0);
    for ((image, point), &label) in images.outer_iter().zip(points).zip(labels) {
        let (left, top) = (place(point[0], across), place(point[1], down));
        let color = colorful(label);
        for i in 0..THUMB {
            for j in 0..THUMB {
                let ink = image[[0, i, j]].clamp(0.0, 1.0);
                for c in 0..3 {
                    let pixel = &mut picture[[c, top + i, left + j]];
                    *pixel = *pixel * (1.0 - ink) + color[c] * ink;
                }
            }
        }
    }
    Ok(Picture::of(picture.view(), &Values::Range(0.0, 1.0))?.to_png())
}

fn colorful(class: usize) -> [f32; 3] {
    crate::attribution::COLORS[class % 10].map(|c| f32::from(c) / 255.0)
}

/// What is left when a block is taken out.
pub(crate) fn deletion(
    residual: &Residual,
    plain: &Plain,
    images: ArrayView4<'_, f32>,
    labels: &[usize],
) -> Result<Section> {
    let (x, labels) = (images.slice_move(s![..MANY, .., .., ..]), &labels[..MANY]);
    let with = Explainer::new(residual)?.without_blocks(x, labels, |_, _| {})?;
    let without = Explainer::new(plain)?.without_layers(x, labels, |_, _| {})?;
    let points = |all: &Removals| {
        let points = all.removed.iter().enumerate();
        points.map(|(k, part)| (k as f64 + 1.0, part.accuracy)).collect::<Vec<_>>()
    };
    let rows = |all: &Removals| {
        let whole = vec!["nothing".to_owned(), percent(all.whole)];
        let rest = all.removed.iter().map(|part| vec![part.path.clone(), percent(part.accuracy)]);
        std::iter::once(whole).chain(rest).collect::<Vec<_>>()
    };
    let head = || vec!["without".to_owned(), "right".to_owned()];
    Ok(Section::new(
        "deletion",
        "A block taken out",
        "One block of the trained network is taken out, and nothing is trained again. With shortcuts, many \
         blocks are missed little: the network is a little like many shorter ones together. The first block of each of \
         the three groups is missed most. Without shortcuts, each layer needs the one before it.",
    )
    .curves(
        Curves::new("Accuracy without one block, or one convolution", "which one, from the first to the last")
            .percent()
            .curve("residual network: a block", points(&with))
            .curve("plain network: a convolution", points(&without)),
    )
    .table("The residual network without a block", head(), rows(&with)))
}

fn percent(part: f64) -> String {
    format!("{:.1}%", 100.0 * part)
}

/// Generated shapes, told apart by features that were learned from digits.
pub(crate) fn transfer(net: &LeNet, seed: u64) -> Result<Section> {
    let (train, test) = (shapes::draw(400, seed), shapes::draw(400, seed + 1));
    let random = LeNet::new(seed);
    let mut rows = Vec::new();
    let features = |net: &LeNet, label: &str, images: &Images| -> Result<Images> {
        let value = net.features(label, images.images())?;
        let width = value.len() / images.len();
        let rows = value.into_shape_with_order((images.len(), width, 1, 1))?;
        Ok(Images::new(rows.into_dimensionality()?, images.labels().to_vec(), shapes::NAMES.len())?)
    };
    let mut row = |name: &str, train: &Images, test: &Images| -> Result<()> {
        rows.push(vec![name.to_owned(), percent(linear(train, test, seed)?)]);
        Ok(())
    };
    let pixels = |images: &Images| -> Result<Images> {
        let (n, _, h, w) = images.images().dim();
        let rows = images.images().to_owned().into_shape_with_order((n, h * w, 1, 1))?;
        Ok(Images::new(rows, images.labels().to_vec(), shapes::NAMES.len())?)
    };
    row("pixels as they are", &pixels(&train)?, &pixels(&test)?)?;
    for (name, from) in [("random weights", &random), ("weights learned from digits", net)] {
        let (train, test) = (features(from, "late", &train)?, features(from, "late", &test)?);
        row(&format!("maps of LeNet's second layer, {name}"), &train, &test)?;
    }
    let mut row = Pictures::new("Shapes, drawn at random").side(84);
    for n in 0..8 {
        let name = shapes::NAMES[test.labels()[n]];
        row = row.add(name, digit(test.images().index_axis(Axis(0), n))?);
    }
    Ok(Section::new(
        "transfer",
        "Features that are good for something else",
        "A network that has seen digits only is frozen, and a linear classifier learns to tell shapes apart from its \
         features. What convolutions learn is in part about images as such.",
    )
    .pictures(row)
    .table(
        "Linear classifiers on 400 shapes, tested on 400 others",
        vec!["what the classifier sees".to_owned(), "right".to_owned()],
        rows,
    ))
}

cnn! {
    struct OfPixels<784 -> dense(4)>;
    struct OfMaps<1600 -> dense(4)>;
}

/// How good a linear classifier is.
fn linear(train: &Images, test: &Images, seed: u64) -> Result<f64> {
    fn learn<N: Network>(train: &Images, test: &Images, seed: u64) -> Result<f64> {
        let mut trainer = Trainer::new(N::new(seed), Adam::new(1e-3)).seed(seed);
        for _ in 0..40 {
            trainer.epoch(train, 32, |_| {})?;
        }
        Ok(trainer.evaluate(test)?)
    }
    match train.images().dim().1 {
        784 => learn::<OfPixels>(train, test, seed),
        _ => learn::<OfMaps>(train, test, seed),
    }
}
