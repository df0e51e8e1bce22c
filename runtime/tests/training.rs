//! Training: gradients, steps, epochs, threads, errors.
#![cfg(feature = "train")]

mod common;

use cnn_runtime::Network;
use cnn_runtime::data::Images;
use cnn_runtime::kernel::Mode;
use cnn_runtime::train::{
    Adam, Backprop, Cosine, CrossEntropy, MeanSquaredError, OneCycle, Sgd, Trainer, accuracy,
};
use common::{Pair, Tiny, images};
use ndarray::{Array2, Array4, array};

/// Images whose class is where the largest of their first four pixels is.
fn data(n: usize) -> Images {
    let images = images(n);
    let class = |image: ndarray::ArrayView3<'_, f32>| {
        let pixels: Vec<f32> = image.iter().copied().take(4).collect();
        (0..4).max_by(|&a, &b| pixels[a].total_cmp(&pixels[b])).unwrap_or(0)
    };
    let labels = images.outer_iter().map(class).collect();
    Images::new(images, labels, 4).expect("a sound data set")
}

fn params(net: &Tiny) -> (Vec<f32>, Vec<f32>, Vec<i64>) {
    let p = net.params();
    (p.trainable().to_vec(), p.buffers().to_vec(), p.counters().to_vec())
}

#[test]
fn gradients_agree_with_differences() {
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1));
    let (x, labels) = (images(19), (0..19).map(|i| i % 4).collect::<Vec<_>>());
    let before = params(trainer.network());
    let (loss, grads) = trainer.gradients(x.view(), &labels).expect("gradients");
    assert_eq!(params(trainer.network()), before, "nothing changes");
    assert_eq!(trainer.gradients(x.view(), &labels).expect("gradients").0, loss);

    let mut at = |path: &str, index: &[usize], step: f32| {
        let params = trainer.network_mut().params_mut();
        params.get_mut(path).expect("a parameter")[index] += step;
        let loss = trainer.gradients(x.view(), &labels).expect("gradients").0;
        let params = trainer.network_mut().params_mut();
        params.get_mut(path).expect("a parameter")[index] -= step;
        loss
    };
    for (path, index) in [("1.weight", &[0, 0][..]), ("1.weight", &[3, 5]), ("1.bias", &[2])] {
        let difference = (at(path, index, 0.01) - at(path, index, -0.01)) / 0.02;
        let gradient = grads.get(path).expect("a gradient")[index];
        assert!((difference - gradient).abs() < 1e-3, "{path}: {difference} {gradient}");
    }
    let d_x = grads.input().expect("input gradients");
    assert_eq!(d_x.shape(), [19, 1, 2, 3]);
    for index in [[0, 0, 0, 0], [16, 0, 1, 2], [18, 0, 0, 1]] {
        let mut at = |step: f32| {
            let mut x = x.clone();
            x[index] += step;
            trainer.gradients(x.view(), &labels).expect("gradients").0
        };
        let difference = (at(0.05) - at(-0.05)) / 0.1;
        assert!((difference - d_x[&index[..]]).abs() < 1e-4, "{difference} {}", d_x[&index[..]]);
    }
    let text = |path| grads.get(path).unwrap_err().to_string();
    assert!(text("1.weigt").contains("did you mean `1.weight`?"), "{}", text("1.weigt"));
    assert!(text("2.running_mean").contains("found a tensor without gradient"));
}

#[test]
fn a_step_is_the_optimizers() {
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.5));
    let (x, labels) = (images(3), [0, 1, 2]);
    let (loss, grads) = trainer.gradients(x.view(), &labels).expect("gradients");
    let before = trainer.network().params().clone();
    assert_eq!(trainer.step(x.view(), &labels).expect("a step"), loss);
    let after = trainer.network().params();
    for (i, p) in after.trainable().iter().enumerate() {
        assert_eq!(*p, before.trainable()[i] - 0.5 * grads.trainable()[i]);
    }
    assert_eq!(after.counters(), [1]);
    assert_ne!(after.buffers(), before.buffers());
    assert_eq!(trainer.steps(), 1);
}

#[test]
fn training_is_the_same_to_the_bit_for_any_number_of_threads() {
    let data = data(333);
    let train = |threads| {
        let mut trainer = Trainer::new(Tiny::new(1), Adam::new(0.02))
            .loss(CrossEntropy)
            .schedule(OneCycle::new(3 * data.steps(64)))
            .seed(5)
            .threads(threads);
        let reports: Vec<_> =
            (0..3).map(|_| trainer.epoch(&data, 64, |_| ()).expect("an epoch")).collect();
        (reports, params(&trainer.into_network()))
    };
    let one = train(1);
    assert_eq!(one, train(1));
    assert_eq!(one, train(2));
    assert_eq!(one, train(4));
}

#[test]
fn an_epoch_sees_every_image_and_learns() {
    let data = data(333);
    let mut trainer = Trainer::new(Tiny::new(1), Adam::new(0.05)).seed(1);
    let mut seen = Vec::new();
    let first = trainer.epoch(&data, 50, |p| seen.push((p.step, p.steps))).expect("an epoch");
    assert_eq!(seen, (1..=7).map(|step| (step, 7)).collect::<Vec<_>>());
    assert_eq!((first.images, first.steps, first.epoch), (333, 7, 0));
    let mut last = first;
    for _ in 0..40 {
        last = trainer.epoch(&data, 50, |_| ()).expect("an epoch");
    }
    assert!(last.loss < 0.5 * first.loss, "{} {}", first.loss, last.loss);
    let found = trainer.evaluate(&data).expect("an accuracy");
    assert!(found > 0.9, "{found}");
    assert_eq!(found, accuracy(trainer.network(), &data).expect("an accuracy"));
    let right = data.batches(333).next().map(|(x, labels)| {
        let y = Network::forward(trainer.network(), x);
        let largest =
            |row: ndarray::ArrayView1<'_, f32>| (0..4).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        y.outer_iter()
            .zip(labels)
            .filter(|(row, label)| largest(row.view()) == Some(**label))
            .count()
    });
    assert_eq!(right.map(|right| right as f64 / 333.0), Some(found));
}

#[test]
fn the_seed_orders_the_images() {
    let data = data(100);
    let losses = |seed, epochs: usize| {
        let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.0)).seed(seed);
        let mut losses = Vec::new();
        for _ in 0..epochs {
            losses.clear();
            trainer.epoch(&data, 10, |p| losses.push(p.loss)).expect("an epoch");
        }
        losses
    };
    assert_eq!(losses(1, 1), losses(1, 1));
    assert_ne!(losses(1, 1), losses(2, 1));
    assert_ne!(losses(1, 1), losses(1, 2));
}

#[test]
fn schedules_act_on_every_step() {
    let data = data(40);
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1)).schedule(Cosine::new(4));
    let mut rates = Vec::new();
    trainer.epoch(&data, 10, |p| rates.push(p.rate)).expect("an epoch");
    let expected = [0.1, 0.085_355_34, 0.05, 0.014_644_66];
    assert!(rates.iter().zip(expected).all(|(r, e)| (r - e).abs() < 1e-7), "{rates:?}");
    assert!(trainer.rate() < 1e-8);
}

#[test]
fn a_loss_that_is_no_number_changes_nothing() {
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1).momentum(0.9));
    let before = params(trainer.network());
    let mut x = images(3);
    x[[1, 0, 0, 0]] = f32::NAN;
    let text = trainer.step(x.view(), &[0, 1, 2]).unwrap_err().to_string();
    assert!(text.starts_with("step 0: found a loss of NaN, expected a finite number"), "{text}");
    assert_eq!(params(trainer.network()), before);
    let data = Images::new(x, vec![0, 1, 2], 3).expect("a sound data set");
    assert!(trainer.epoch(&data, 2, |_| ()).is_err());
}

#[test]
fn batches_and_targets_that_do_not_fit_are_named() {
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1));
    let mut text =
        |x: &Array4<f32>, labels: &[usize]| trainer.step(x.view(), labels).unwrap_err().to_string();
    assert_eq!(
        text(&images(2), &[0, 4]),
        "targets: label 1: found class 4, expected one of 0 to 3"
    );
    assert_eq!(text(&images(2), &[0]), "targets: found 1 labels, expected 2, one for each image");
    let found = text(&Array4::zeros((2, 1, 28, 28)), &[0, 1]);
    assert_eq!(found, "input 0 of `Tiny`: found an array of 2×1×28×28, expected N×1×2×3");
    assert_eq!(text(&images(0), &[]), "`Tiny`: found a batch of 0 images, expected at least 1");

    let data = Images::new(Array4::zeros((2, 1, 8, 8)), vec![0, 1], 2).expect("a sound data set");
    let text = trainer.epoch(&data, 1, |_| ()).unwrap_err().to_string();
    assert_eq!(text, "input 0 of `Tiny`: found an array of 1×1×8×8, expected N×1×2×3");
    let text = trainer.evaluate(&data).unwrap_err().to_string();
    assert_eq!(text, "input 0 of `Tiny`: found an array of 2×1×8×8, expected N×1×2×3");
    let data = Images::new(images(2), vec![0, 7], 10).expect("a sound data set");
    let text = trainer.evaluate(&data).unwrap_err().to_string();
    assert_eq!(text, "data set: label 1: found class 7, expected one of 0 to 3");
}

#[test]
fn other_losses_have_other_targets() {
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1)).loss(MeanSquaredError);
    let (x, y) = (images(5), Array2::from_elem((5, 4), 0.25));
    let losses: Vec<f32> =
        (0..50).map(|_| trainer.step(x.view(), y.view()).expect("a step")).collect();
    assert!(losses[49] < 0.5 * losses[0], "{losses:?}");
}

#[test]
fn losses_of_ones_own_go_through_backprop() {
    let net: Tiny = Network::new(1);
    let x = images(18);
    let mut pass = Backprop::<Tiny>::new().input_gradients(true).record(&["out"]).expect("a label");
    let y = pass.forward(&net, x.view()).expect("outputs").to_owned();
    assert!((&y - &Network::forward(&net, x.view())).iter().all(|d| d.abs() < 1e-6));
    // Of the loss Σ y².
    let grads = pass.backward(&net, &(2.0 * &y)).expect("gradients");
    let bias = grads.get("1.bias").expect("a gradient");
    for o in 0..4 {
        assert!((bias[o] - 2.0 * y.column(o).sum()).abs() < 1e-4);
    }
    assert_eq!(grads.recorder().value("out").expect("a value"), &y.clone().into_dyn());
    assert_eq!(grads.recorder().gradient("out").expect("a gradient"), &(2.0 * &y).into_dyn());
    assert_eq!(grads.input().expect("input gradients").shape(), [18, 1, 2, 3]);

    let text = pass.backward(&net, &y).unwrap_err().to_string();
    assert_eq!(
        text,
        "found no forward pass, expected a pass before that computes it: `forward` comes first"
    );
    pass.forward(&net, x.view()).expect("outputs");
    let text = pass.backward(&net, &Array2::zeros((17, 4))).unwrap_err().to_string();
    assert_eq!(
        text,
        "gradient of output 0 of `Tiny`: found an array of 17×4, expected an array of 18×4"
    );
}

#[test]
fn running_statistics_are_handed_over_on_request_and_in_training_only() {
    let mut net: Tiny = Network::new(1);
    let before = params(&net);
    for (mode, counted) in [(Mode::Evaluation, 0), (Mode::Training, 1)] {
        let mut pass = Backprop::<Tiny>::new().mode(mode);
        pass.forward(&net, images(3).view()).expect("outputs");
        assert_eq!(params(&net), before);
        pass.commit(&mut net);
        assert_eq!(net.params().counters(), [counted]);
        pass.commit(&mut net);
        assert_eq!(net.params().counters(), [counted], "a pass counts once");
    }
    assert_ne!(net.params().buffers(), before.1);
}

#[test]
fn several_outputs_go_through_backprop() {
    let net: Pair = Network::new(0);
    let a = array![[1.0, 2.0]];
    let b = Array4::from_elem((1, 1, 1, 2), 5.0);
    let mut pass = Backprop::<Pair>::new().input_gradients(true);
    let (p, q) = pass.forward(&net, (a.view(), b.view())).expect("outputs");
    assert_eq!((p.to_owned(), q[[0, 0, 0, 1]]), (array![[2.0, 4.0]], 7.0));
    let d = (array![[1.0, 10.0]], Array4::from_elem((1, 1, 1, 2), 100.0));
    let grads = pass.backward(&net, &d).expect("gradients");
    assert_eq!(grads.inputs()[0], array![[102.0, 120.0]].into_dyn());
    assert_eq!(grads.inputs()[1], d.1.into_dyn());

    let mut trainer = Trainer::new(net, Sgd::new(0.1));
    let text = trainer.step((a.view(), b.view()), &[0]).unwrap_err().to_string();
    assert_eq!(text, "`Pair`: found 2 outputs in training, expected 1");
}
