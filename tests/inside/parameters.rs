//! What the parameters of a network mean.

use super::{Deep, Residual, images};
use cnn::explain::{Explainer, LossSurface, connections};
use cnn::ndarray::{Array4, Axis};
use cnn::{Error, Network, cnn};

#[test]
fn connections_are_counted() {
    let all = connections(&Deep::GRAPH);
    let paths: Vec<&str> = all.iter().map(|c| c.path).collect();
    assert_eq!(paths, ["first", "same", "grouped", "fc"]);
    let first = all[0];
    assert_eq!(first.layer.parameters, 6 * 2 * 9 + 6);
    assert_eq!(first.layer.macs, 144 * 6 * 2 * 9);
    assert_eq!(first.local.macs, 144 * 6 * 2 * 9);
    assert_eq!(first.local.parameters, 144 * 6 * 2 * 9 + 144 * 6);
    assert_eq!(first.dense.macs, (2 * 14 * 14) * (6 * 12 * 12));
    assert_eq!(first.dense.parameters, (2 * 14 * 14) * (6 * 12 * 12) + 6 * 12 * 12);
    assert_eq!(all[2].layer.parameters, 6 * 2 * 9 + 6);
    assert_eq!(all[3].layer, all[3].dense);
    assert_eq!((all[3].layer.parameters, all[3].layer.macs), (35, 30));
    assert_eq!((all[3].input, all[3].output), (cnn::Shape::Vector(6), cnn::Shape::Vector(5)));
}

/// The mean cross-entropy and the accuracy of scores.
fn judged(scores: &cnn::ndarray::Array2<f32>, labels: &[usize]) -> (f64, f64) {
    let (mut loss, mut right) = (0.0, 0);
    for (row, &label) in scores.rows().into_iter().zip(labels) {
        loss += row.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln() - f64::from(row[label]);
        right += usize::from(row.iter().all(|&x| x <= row[label]));
    }
    (loss / labels.len() as f64, f64::from(right as u32) / labels.len() as f64)
}

/// Moves the scores of a network so that each class has a mean of 0, and all are found.
fn balance<N: Network>(net: &mut N, x: &Array4<f32>) -> Result<(), Error> {
    let mean = Explainer::new(net)?.scores(x.view())?.mean_axis(Axis(0)).expect("images");
    let bias = &net.get("fc.bias")? - &mean.into_dyn();
    net.set("fc.bias", bias)
}

#[test]
fn the_middle_of_a_loss_surface_is_the_loss() -> Result<(), Error> {
    let (net, x) = (Residual::new(9), images(10, 9));
    let labels: Vec<usize> = (0..10).map(|n| n % 5).collect();
    let mut explainer = Explainer::new(&net)?;
    let (loss, accuracy) = judged(&explainer.scores(x.view())?, &labels);
    let how = LossSurface::new().points(3).span(0.5).seed(4);
    let mut told = Vec::new();
    let surface =
        explainer.loss_surface(x.view(), &labels, how, |done, all| told.push((done, all)))?;
    assert_eq!((told.len(), told[8]), (9, (9, 9)));
    assert_eq!(surface.places, [-0.5, 0.0, 0.5]);
    assert!((surface.losses[[1, 1]] - loss).abs() < 1e-9);
    assert_eq!(surface.accuracies[[1, 1]], accuracy);
    // Elsewhere it is something else, and along each direction too.
    let mut all: Vec<f64> = surface.losses.iter().copied().collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    assert_eq!(all.len(), 9);
    let one = explainer.loss_surface(x.view(), &labels, how.points(1), |_, _| ())?;
    assert_eq!((one.places[0], one.losses[[0, 0]]), (0.0, surface.losses[[1, 1]]));
    Ok(())
}

#[test]
fn directions_have_the_norms_of_the_filters() -> Result<(), Error> {
    // Of filters of one weight, the directions are known but for their signs.
    cnn! { struct One<1x1x1 -> flatten -> fc: dense(2)>; }
    let mut net = One::new(1);
    net.set("fc.bias", [0.5, -0.25])?;
    net.set("fc.weight", cnn::ndarray::arr2(&[[3.0], [0.0]]))?;
    let x = Array4::from_elem((1, 1, 1, 1), 1.0);
    let how = LossSurface::new().points(3);
    let losses = Explainer::new(&net)?.loss_surface(x.view(), &[0], how, |_, _| ())?.losses;
    // Rows of zeros do not move, and neither does a bias.
    let loss = |weight: f64| (1.0 + (-0.25 - 0.5 - weight).exp()).ln();
    for (back, forth) in [(losses[[0, 1]], losses[[2, 1]]), (losses[[1, 0]], losses[[1, 2]])] {
        let (less, more) = (back.min(forth), back.max(forth));
        assert!((less - loss(6.0)).abs() < 1e-9 && (more - loss(0.0)).abs() < 1e-9, "{losses}");
    }
    assert!((losses[[1, 1]] - loss(3.0)).abs() < 1e-9);
    Ok(())
}

#[test]
fn a_branch_of_zeros_is_not_missed() -> Result<(), Error> {
    let (mut net, x) = (Residual::new(10), images(40, 10));
    let explain = |net: &Residual| Explainer::new(net)?.scores(x.view());
    net.set("layer1.1.bn2.weight", [0.0; 8])?;
    let bias: Vec<f32> = (0..12).map(|k| (k as f32 - 6.0) / 4.0).collect();
    net.set("layer1.0.bn2.bias", &bias[..8])?;
    for path in ["layer2.bn2.bias", "excited.bn.bias", "bare.0.bias"] {
        net.set(path, &bias)?;
    }
    balance(&mut net, &x)?;
    let scores = explain(&net)?;
    let labels: Vec<usize> = scores
        .rows()
        .into_iter()
        .enumerate()
        .map(|(n, row)| {
            let best = (0..5).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
            // Some are wrong.
            if n % 4 == 0 { (best + 1) % 5 } else { best }
        })
        .collect();
    let found = Explainer::new(&net)?.without_blocks(x.view(), &labels, |_, _| ())?;
    assert_eq!(found.whole, 0.75);
    let paths: Vec<&str> = found.removed.iter().map(|r| r.path.as_str()).collect();
    assert_eq!(paths, ["layer1.0", "layer1.1", "layer2", "bare", "excited"]);
    assert_eq!(found.removed[1].accuracy, 0.75);
    // By hand: the projection alone is left.
    for (path, tensors) in [
        (2, vec![("layer2.bn2.weight", 12), ("layer2.bn2.bias", 12)]),
        (0, vec![("layer1.0.bn2.weight", 8), ("layer1.0.bn2.bias", 8)]),
        (4, vec![("excited.bn.weight", 12), ("excited.bn.bias", 12)]),
    ] {
        let mut without = net.clone();
        for (tensor, len) in tensors {
            without.set(tensor, vec![0.0; len])?;
        }
        assert_eq!(found.removed[path].accuracy, judged(&explain(&without)?, &labels).1);
    }
    Ok(())
}

#[test]
fn a_layer_taken_out_gives_its_input() -> Result<(), Error> {
    cnn! {
        struct Shorter<2x14x14 -> first: conv(6, 3x3) -> relu -> relu
            -> grouped: conv(6, 3x3, pad=2, dilation=2, groups=3) -> relu -> global_avgpool -> flatten -> fc: dense(5)>;
        struct Ungrouped<2x14x14 -> first: conv(6, 3x3) -> relu -> same: conv(6, 3x3, pad=1) -> bn -> relu
            -> global_avgpool -> flatten -> fc: dense(5)>;
    }
    let (mut net, x) = (Deep::new(11), images(40, 11));
    // The norm is the only layer without a name.
    let norm: Vec<&str> =
        Deep::TENSORS.iter().map(|t| t.path).filter(|p| p.contains("running")).collect();
    net.set(norm[0], [0.1, -0.2, 0.3, 0.0, 0.5, -0.1])?;
    net.set(norm[1], [0.5, 2.0, 1.0, 3.0, 0.1, 1.5])?;
    let path = |p: &str| norm[0].replace("running_mean", p);
    net.set(&path("weight"), [0.5, 2.0, 1.0, 3.0, -1.0, 1.5])?;
    let mut shorter = Shorter::new(0);
    let mut ungrouped = Ungrouped::new(0);
    for tensor in Shorter::TENSORS {
        shorter.set(tensor.path, net.get(tensor.path)?)?;
    }
    for tensor in Ungrouped::TENSORS.iter().filter(|t| !t.path.contains("tracked")) {
        ungrouped.set(tensor.path, net.get(tensor.path)?)?;
    }
    // What a network finds that was written without the layer.
    balance(&mut shorter, &x)?;
    balance(&mut ungrouped, &x)?;
    let without = [
        (shorter.get("fc.bias")?.to_owned(), Explainer::new(&shorter)?.scores(x.view())?),
        (ungrouped.get("fc.bias")?.to_owned(), Explainer::new(&ungrouped)?.scores(x.view())?),
    ];
    for (layer, (bias, scores)) in without.into_iter().enumerate() {
        net.set("fc.bias", bias)?;
        let largest = |row: cnn::ndarray::ArrayView1<'_, f32>| {
            (0..5).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0)
        };
        let labels: Vec<usize> = scores.rows().into_iter().map(largest).collect();
        assert!(labels.iter().any(|&label| label != labels[0]));
        let found = Explainer::new(&net)?.without_layers(x.view(), &labels, |_, _| ())?;
        let paths: Vec<&str> = found.removed.iter().map(|r| r.path.as_str()).collect();
        assert_eq!(paths, ["same", "grouped"]);
        assert_eq!(found.removed[layer].accuracy, 1.0);
        assert_eq!(found.whole, judged(&Explainer::new(&net)?.scores(x.view())?, &labels).1);
        assert!(found.whole < 1.0 && found.removed[1 - layer].accuracy < 1.0, "{found:?}");
    }
    Ok(())
}
