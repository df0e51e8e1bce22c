//! Training networks that the macro made: the same bits for any number of threads, right
//! gradients in both layouts, labels tapped, weights saved.

use cnn::ndarray::{Array, Array2, Array4, ArrayD, Dimension};
use cnn::train::{Adam, Backprop, CrossEntropy, Sgd, Trainer};
use cnn::{Mode, Network, cnn};

cnn! {
    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        ) -> relu
    }
    struct Residual<
        3x12x12
        -> conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: { basic(8) } -> layer2: { basic(12, s=2) -> basic(12) }
        -> dropout(0.2) -> global_avgpool -> flatten -> fc: dense(5)
    >;
    /// Small images: sixteen of them interleaved.
    struct Small< 2x9x9 -> conv(3, 3x3, stride=2) -> gelu -> bn -> avgpool(2) -> flatten -> dense(3) >;
    /// Values too large for that: one image after the other.
    struct Large<
        2x190x190 -> conv(3, 3x3, stride=3, pad=1) -> gelu -> bn -> avgpool(2) -> depthwise(3x3) -> tanh
        -> avgpool(3, stride=2) -> flatten -> dense(3)
    >;
}

/// Fixed numbers in ±1.
fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    }
    array
}

fn labels(n: usize, classes: usize) -> Vec<usize> {
    (0..n).map(|i| i * 7 % classes).collect()
}

/// All parameters after a few steps on batches of several sizes.
fn trained(threads: usize) -> Vec<Vec<f32>> {
    let mut trainer = Trainer::new(Residual::new(5), Sgd::new(0.05).momentum(0.9))
        .loss(CrossEntropy)
        .seed(9)
        .threads(threads);
    let mut losses = Vec::new();
    for n in [70, 33, 16, 3, 70] {
        let x = noise(Array4::zeros((n, 3, 12, 12)));
        losses.push(trainer.step(x.view(), &labels(n, 5)).expect("a step"));
    }
    let net = trainer.into_network();
    let x = noise(Array4::zeros((40, 3, 12, 12)));
    let mut all = vec![losses, net.forward(x.view()).iter().copied().collect()];
    all.extend(
        Residual::TENSORS
            .iter()
            .filter_map(|t| Some(net.get(t.path).ok()?.iter().copied().collect())),
    );
    all
}

#[test]
fn every_number_of_threads_and_every_run_gives_the_same_bits() {
    let bits = |all: Vec<Vec<f32>>| -> Vec<Vec<u32>> {
        all.into_iter().map(|v| v.into_iter().map(f32::to_bits).collect()).collect()
    };
    let one = bits(trained(1));
    assert!(one.iter().flatten().count() > 1000);
    for threads in [1, 2, 4] {
        assert_eq!(bits(trained(threads)), one, "{threads} threads");
    }
}

/// The loss Σ weights · output, in evaluation mode so that it is a smooth function of one image.
fn check_gradients<N>(dims: (usize, usize, usize, usize), lanes: usize)
where
    N: Network<Output = Array2<f32>, TrainOutput = Array2<f32>>,
    for<'a> N: Network<Input<'a> = cnn::ndarray::ArrayView4<'a, f32>>,
{
    assert_eq!(N::TRAINING.interleaved, lanes);
    let mut net = N::new(2);
    let x = noise(Array4::zeros(dims));
    let classes = N::OUTPUTS[0].len();
    let weights = noise(cnn::ndarray::Array2::zeros((dims.0, classes)));
    let mut pass = Backprop::<N>::new().mode(Mode::Evaluation).input_gradients(true);
    let loss = |pass: &mut Backprop<N>, net: &N, x: &Array4<f32>| -> f64 {
        let y = pass.forward(net, x.view()).expect("forward");
        y.iter().zip(&weights).map(|(&y, &w)| f64::from(y) * f64::from(w)).sum()
    };
    loss(&mut pass, &net, &x);
    let gradients = pass.backward(&net, &weights).expect("backward").clone();
    let step = 1e-2f32;
    let close = |what: &str, found: f32, slope: f64, scale: f64| {
        assert!(
            (f64::from(found) - slope).abs() <= 0.02 * scale.max(slope.abs()) + 2e-3,
            "{what}: {found}, expected {slope}"
        );
    };
    for spec in N::TENSORS.iter().filter(|t| t.role == cnn::Role::Trainable) {
        let value: ArrayD<f32> = net.get(spec.path).expect("a parameter").to_owned();
        let found = gradients.get(spec.path).expect("a gradient").to_owned();
        let scale = f64::from(found.iter().fold(0.0f32, |m, g| m.max(g.abs())));
        for k in [0, value.len() / 2, value.len() - 1] {
            let mut losses = [0.0; 2];
            for (slot, sign) in losses.iter_mut().zip([1.0, -1.0]) {
                let mut moved = value.clone();
                moved.as_slice_mut().expect("contiguous")[k] += sign * step;
                net.set(spec.path, &moved).expect("set");
                *slot = loss(&mut pass, &net, &x);
            }
            net.set(spec.path, &value).expect("set");
            let slope = (losses[0] - losses[1]) / f64::from(2.0 * step);
            close(spec.path, found.as_slice().expect("contiguous")[k], slope, scale);
        }
    }
    let found = gradients.input().expect("asked for").to_owned();
    let strongest = found
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .expect("elements")
        .0;
    let mut losses = [0.0; 2];
    for (slot, sign) in losses.iter_mut().zip([1.0, -1.0]) {
        let mut moved = x.clone();
        moved.as_slice_mut().expect("contiguous")[strongest] += sign * 1e-3;
        *slot = loss(&mut pass, &net, &moved);
    }
    let slope = (losses[0] - losses[1]) / 2e-3;
    close("input", found.as_slice().expect("contiguous")[strongest], slope, slope.abs());
}

#[test]
fn gradients_are_slopes_in_both_layouts() {
    check_gradients::<Small>((3, 2, 9, 9), 16);
    check_gradients::<Large>((2, 2, 190, 190), 1);
}

#[test]
fn a_value_that_several_branches_read_stays_as_it_is() {
    cnn! {
        struct Whole< 2x9x9 -> conv(3, 3x3) -> add(conv(3, 3x3, pad=1) | avgpool(3, stride=1, pad=1) | sigmoid) >;
        struct First< 2x9x9 -> conv(3, 3x3) >;
        struct Second< 3x7x7 -> add(conv(3, 3x3, pad=1) | avgpool(3, stride=1, pad=1) | sigmoid) >;
        struct Sloped<
            2x9x9 -> conv(3, 3x3) -> add(conv(3, 3x3, pad=1) | sigmoid) -> flatten -> dense(3)
        >;
        struct Pooled<
            2x9x9 -> conv(3, 3x3) -> add(avgpool(3, stride=1, pad=1) | sigmoid) -> flatten -> dense(3)
        >;
        struct Raw< 2x9x9 -> add(conv(2, 3x3, pad=1) | sigmoid) -> flatten -> dense(3) >;
    }
    let (whole, mut first, mut second) = (Whole::new(4), First::new(0), Second::new(0));
    for (from, to) in [("0.weight", "0.weight"), ("0.bias", "0.bias")] {
        first.set(to, whole.get(from).expect("a parameter")).expect("set");
    }
    for (from, to) in [("1.weight", "0.weight"), ("1.bias", "0.bias")] {
        second.set(to, whole.get(from).expect("a parameter")).expect("set");
    }
    for images in [1, 16] {
        let x = noise(Array4::zeros((images, 2, 9, 9)));
        let apart = second.forward(first.forward(x.view()).view());
        let trained =
            Backprop::<Whole>::new().forward(&whole, x.view()).expect("forward").to_owned();
        for together in [whole.forward(x.view()), trained] {
            let difference = (&together - &apart).mapv(f32::abs);
            assert!(difference.iter().all(|&d| d < 1e-5), "{images} images");
        }
    }
    check_gradients::<Sloped>((3, 2, 9, 9), 16);
    check_gradients::<Pooled>((3, 2, 9, 9), 16);
    check_gradients::<Raw>((3, 2, 9, 9), 16);
}

#[test]
fn large_images_train_the_same_on_any_number_of_threads() {
    let run = |threads| {
        let mut trainer = Trainer::new(Large::new(1), Adam::new(0.01)).threads(threads);
        let x = noise(Array4::zeros((5, 2, 190, 190)));
        (0..3)
            .map(|_| trainer.step(x.view(), &labels(5, 3)).expect("a step").to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(4));
}

#[test]
fn a_row_of_weights_may_be_longer_than_the_room_for_sums() {
    cnn! { struct Wide< 3x330x330 -> flatten -> dense(2) >; }
    let mut trainer = Trainer::new(Wide::new(1), Sgd::new(0.01)).threads(2);
    let x = Array4::from_elem((17, 3, 330, 330), 0.01);
    let first = trainer.step(x.view(), &[1; 17]).expect("a step");
    assert!(trainer.step(x.view(), &[1; 17]).expect("a step") < first);
}

#[test]
fn labels_are_tapped_with_their_gradients() {
    let net = Residual::new(3);
    let x = noise(Array4::zeros((5, 3, 12, 12)));
    let mut pass = Backprop::<Residual>::new()
        .mode(Mode::Evaluation)
        .record(&["bn1", "layer2", "fc"])
        .expect("labels");
    let y = pass.forward(&net, x.view()).expect("forward").to_owned();
    let d_y = noise(cnn::ndarray::Array2::zeros((5, 5)));
    let gradients = pass.backward(&net, &d_y).expect("backward");
    let recorder = gradients.recorder();
    // The last label is the output itself; a label before a fused activation is what it names.
    assert_eq!(recorder.value("fc").expect("a value"), &y.into_dyn());
    assert_eq!(recorder.gradient("fc").expect("a gradient"), &d_y.into_dyn());
    assert!(recorder.value("bn1").expect("a value").iter().any(|&v| v < 0.0));
    assert!(recorder.value("layer2").expect("a value").iter().all(|&v| v >= 0.0));
    assert_eq!(recorder.gradient("layer2").expect("a gradient").shape(), [5, 12, 6, 6]);
    // Inference gives the same value for a label.
    let features = net.features("layer2", x.view()).expect("features");
    let difference = (&features - recorder.value("layer2").expect("a value")).mapv(f32::abs);
    assert!(difference.iter().all(|&d| d < 1e-4));
    assert!(net.features("layer9", x.view()).unwrap_err().to_string().contains("layer9"));
}

#[test]
fn a_saved_network_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("residual.safetensors");
    let mut trainer = Trainer::new(Residual::new(3), Sgd::new(0.1));
    let x = noise(Array4::zeros((20, 3, 12, 12)));
    trainer.step(x.view(), &labels(20, 5)).expect("a step");
    let net = trainer.into_network();
    net.save(&path).expect("saved");
    let back = Residual::load(&path).expect("loaded");
    assert_eq!(net.forward(x.view()), back.forward(x.view()));
    assert_eq!(back.params().counter("bn1.num_batches_tracked").expect("a counter"), 1);
    // Another network's file names what does not fit.
    let text = Small::load(&path).unwrap_err().to_string();
    assert!(text.contains("0.weight") && text.contains("bn1.bias"), "{text}");
}
