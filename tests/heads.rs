//! Several outputs: heads that exist in training only, a loss for each, several inputs.
#![cfg(feature = "train")]

use cnn::cnn;
use cnn::ndarray::{Array, Array2, Array4, Dimension};
use cnn::train::{Backprop, CrossEntropy, Loss, MeanSquaredError, Sgd, Trainer};

cnn! {
    /// A body with an auxiliary classifier, as GoogLeNet has.
    struct Aided<
        body: 2x9x9 -> conv(4, 3x3) -> relu;
        middle: body -> conv(6, 3x3) -> relu;
        logits: middle -> global_avgpool -> flatten -> dense(3);
        aux: body -> conv(5, 1x1) -> relu -> flatten -> dropout(0.3) -> dense(3)
        => logits, train aux
    >;
    /// What evaluation computes of it.
    struct Plain<
        body: 2x9x9 -> conv(4, 3x3) -> relu;
        middle: body -> conv(6, 3x3) -> relu;
        logits: middle -> global_avgpool -> flatten -> dense(3)
        => logits
    >;
    /// Two inputs, and outputs of two kinds.
    struct Detector<
        image: 1x6x6; extra: 3;
        body: image -> conv(4, 3x3) -> tanh;
        boxes: body -> conv(2, 1x1);
        class: concat(body -> flatten | extra) -> dense(4)
        => class, boxes
    >;
}

fn noise<D: Dimension>(mut array: Array<f32, D>, seed: u64) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1 + 1000 * seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    }
    array
}

#[test]
fn evaluation_leaves_the_heads_out() {
    const _: () = assert!(Aided::PARAMETERS > Plain::PARAMETERS);
    const _: () = assert!(Aided::MACS == Plain::MACS);
    assert_eq!(Aided::workspace(1, 1), Plain::workspace(1, 1));
    assert_eq!(Aided::OUTPUTS.len(), 1);
    assert_eq!(Aided::TRAIN_OUTPUTS.len(), 2);
    assert_eq!(Aided::OUTPUT_NAMES, ["logits", "aux"]);
    let x = noise(Array4::zeros((3, 2, 9, 9)), 0);
    let mut net = Aided::new(4);
    let before: Array2<f32> = net.forward(x.view());
    let aux = net.get("aux.0.weight").expect("the state_dict holds the heads").to_owned();
    net.set("aux.0.weight", aux.mapv(|w| 3.0 * w)).expect("the same shape");
    assert_eq!(net.forward(x.view()), before);
}

#[test]
fn a_loss_for_each_output_trains_all_heads() {
    let x = noise(Array4::zeros((5, 2, 9, 9)), 1);
    let labels = [0, 1, 2, 1, 0];
    let mut trainer =
        Trainer::new(Aided::new(4), Sgd::new(0.1)).loss(CrossEntropy.per_output([1.0, 0.3]));
    let (loss, grads) = trainer.gradients(x.view(), &labels).expect("gradients");
    for path in
        ["body.0.weight", "middle.0.weight", "logits.2.weight", "aux.0.weight", "aux.4.bias"]
    {
        let gradient = grads.get(path).expect("a gradient");
        let (at, g) =
            gradient.indexed_iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap();
        assert!(g.abs() > 1e-4, "{path} is trained");
        let mut difference = |step: f32| {
            let params = trainer.network_mut().params_mut();
            params.get_mut(path).expect("a parameter")[at.clone()] += step;
            let loss = trainer.gradients(x.view(), &labels).expect("gradients").0;
            let params = trainer.network_mut().params_mut();
            params.get_mut(path).expect("a parameter")[at.clone()] -= step;
            loss
        };
        let found = (difference(0.01) - difference(-0.01)) / 0.02;
        assert!((found - g).abs() < 0.02 * g.abs() + 2e-3, "{path}: {found} {g}");
    }
    // The sum of what each output says, and the same as a tuple.
    let alone = |weights| {
        let loss = CrossEntropy.per_output(weights);
        let mut trainer = Trainer::new(Aided::new(4), Sgd::new(0.1)).loss(loss);
        trainer.gradients(x.view(), &labels).expect("gradients").0
    };
    let (logits, aux) = (alone([1.0, 0.0]), alone([0.0, 1.0]));
    assert!((loss - logits - 0.3 * aux).abs() < 1e-5, "{loss} {logits} {aux}");
    let pair = (CrossEntropy, CrossEntropy.weighted(0.3));
    let mut trainer = Trainer::new(Aided::new(4), Sgd::new(0.1)).loss(pair);
    let again = trainer.gradients(x.view(), (&labels, &labels)).expect("gradients");
    assert_eq!((again.0, again.1.trainable()), (loss, grads.trainable()));
}

#[test]
fn outputs_in_training_have_names() {
    let net = Aided::new(4);
    let x = noise(Array4::zeros((2, 2, 9, 9)), 2);
    let mut pass = Backprop::<Aided>::new();
    let AidedTrainOutput { logits, aux } = pass.forward(&net, x.view()).expect("two images");
    assert_eq!((logits.dim(), aux.dim()), ((2, 3), (2, 3)));
    let wanted = AidedTrainOutput { logits: Array2::zeros((2, 3)), aux: Array2::ones((2, 3)) };
    let gradients = pass.backward(&net, &wanted).expect("gradients");
    let all = |path: &str, zero: bool| {
        gradients.get(path).expect("a gradient").iter().all(|g| (*g == 0.0) == zero)
    };
    assert!(all("logits.2.bias", true) && all("middle.0.bias", true) && all("aux.4.bias", false));
}

#[test]
fn several_inputs_and_losses_of_several_kinds() {
    let (image, extra) = (noise(Array4::zeros((6, 1, 6, 6)), 3), noise(Array2::zeros((6, 3)), 4));
    let (labels, boxes) = ([0, 1, 2, 3, 0, 1], noise(Array2::zeros((6, 32)), 5));
    let mut trainer = Trainer::new(Detector::new(1), Sgd::new(0.2))
        .loss((CrossEntropy, MeanSquaredError.weighted(0.5)));
    let mut step =
        || trainer.step((image.view(), extra.view()), (&labels[..], boxes.view())).expect("a step");
    let first = step();
    let last = (0..200).map(|_| step()).last().expect("steps");
    assert!(last < 0.5 * first, "{first} {last}");
}

#[test]
fn a_loss_for_another_number_of_outputs_is_refused() {
    let x = noise(Array4::zeros((1, 2, 9, 9)), 1);
    let mut trainer = Trainer::new(Aided::new(0), Sgd::new(0.1));
    let error = trainer.step(x.view(), &[0]).unwrap_err().to_string();
    assert_eq!(error, "`Aided`: found 2 outputs in training, expected 1");
    let mut trainer = trainer.loss(CrossEntropy.per_output([1.0, 0.4]));
    let error = trainer.step(x.view(), &[7]).unwrap_err().to_string();
    assert_eq!(error, "targets: label 0: found class 7, expected one of 0 to 2");
}
