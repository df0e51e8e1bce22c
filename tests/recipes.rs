//! What a training run is put together from: groups of parameters, parts of a batch, averages, clipping.

use cnn::data::{Images, Loader};
use cnn::ndarray::{Array, Array2, Array4, Dimension};
use cnn::train::{
    Average, BinaryCrossEntropy, Constant, CrossEntropy, Group, Lookahead, Loss, MeanSquaredError,
    Metrics, Muon, Plateau, Sgd, Stepper, Trainer, accuracy, validate,
};
use cnn::{Backprop, Network, Outputs, cnn};

cnn! {
    struct Net<
        2x8x8
        -> features: { conv1: conv(4, 3x3, pad=1) -> bn1: bn -> relu -> conv2: conv(4, 3x3) -> bn2: bn -> relu }
        -> flatten -> hidden: dense(9) -> tanh -> head: dense(3)
    >;
    /// Without batch norms: an image does not depend on the others.
    struct Plain< 2x8x8 -> conv1: conv(5, 3x3) -> gelu -> conv2: conv(6, 3x3) -> flatten -> head: dense(3) >;
    struct Repeated<
        2x8x8 -> stem: conv(4, 3x3, pad=1)
        -> body: { { add(conv(4, 3x3, pad=1) -> bn | _) -> relu } * 3 } -> global_avgpool -> flatten -> head: dense(3)
    >;
    /// One value that several layers read, those with parameters after those without, and the other way round.
    struct Forked<
        2x8x8 -> stem: conv(4, 3x3, pad=1)
        -> add(a: conv(4, 3x3, pad=1) -> bn | b: conv(4, 1x1) -> relu | _)
        -> concat(maxpool(2) | c: conv(3, 2x2, stride=2) | avgpool(2) -> d: conv(2, 1x1))
        -> flatten -> head: dense(3)
    >;
    #[allow(unused_labels)]
    struct Soft< 2x8x8 -> flatten -> dense(3) -> out: softmax -> dropout(0.1) >;
    #[allow(unused_labels)]
    struct Sharp< 2x8x8 -> flatten -> dense(3) -> out: sigmoid >;
}

/// Fixed numbers in ±1.
fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    }
    array
}

fn images(n: usize) -> Array4<f32> {
    noise(Array4::zeros((n, 2, 8, 8)))
}

fn labels(n: usize) -> Vec<usize> {
    (0..n).map(|i| i * 7 % 3).collect()
}

fn all<N: Network>(net: &N) -> Vec<(&'static str, Vec<f32>)> {
    let floats = |t: &cnn::TensorSpec| {
        Some((t.path, net.params().get(t.path).ok()?.iter().copied().collect()))
    };
    N::TENSORS.iter().filter_map(floats).collect()
}

fn changed<N: Network>(before: &N, after: &N) -> Vec<&'static str> {
    let pairs = all(before).into_iter().zip(all(after));
    pairs.filter(|(a, b)| a != b).map(|(a, _)| a.0).collect()
}

#[test]
fn what_is_frozen_stays_and_the_rest_learns_as_before() {
    let (x, y) = (images(6), labels(6));
    let sgd = || Sgd::new(0.1).momentum(0.9).weight_decay(0.1);
    let fresh = Net::new(1);
    let trained = |groups: Vec<Group>| {
        let mut trainer = Trainer::new(fresh.clone(), sgd());
        trainer.set_groups(groups);
        trainer.step(x.view(), &y).expect("a step");
        trainer
    };
    let free = trained(Vec::new());
    assert_eq!(changed(&fresh, free.network()).len(), 4 * 2 + 2 * 2 + 2 * 2);

    // Features and their running statistics stand still; what comes after learns as if they did not.
    let frozen = trained(vec![Group::matching("features.*").frozen()]);
    let after = ["hidden.weight", "hidden.bias", "head.weight", "head.bias"];
    assert_eq!(changed(&fresh, frozen.network()), after);
    for path in after {
        assert_eq!(
            frozen.network().get(path).unwrap(),
            free.network().get(path).unwrap(),
            "{path}"
        );
    }
    let counter = "features.bn1.num_batches_tracked";
    assert_eq!(frozen.network().params().counter(counter).unwrap(), 0);
    assert_eq!(free.network().params().counter(counter).unwrap(), 1);

    // With only its weight frozen, a batch norm's statistics move.
    let weights = trained(vec![Group::matching("*.bn?.weight").frozen()]);
    let moved = changed(&fresh, weights.network());
    assert!(!moved.contains(&"features.bn1.weight") && moved.contains(&"features.bn1.bias"));
    assert!(moved.contains(&"features.bn1.running_mean"));

    // In the middle of repeated blocks, too.
    let fresh = Repeated::new(2);
    let step = |group: Option<Group>| {
        let mut trainer = Trainer::new(fresh.clone(), sgd());
        trainer.set_groups(group.into_iter().collect::<Vec<_>>());
        trainer.step(x.view(), &y).expect("a step");
        trainer.into_network()
    };
    let (free, frozen) = (step(None), step(Some(Group::matching("stem.*").frozen())));
    assert_eq!(changed(&free, &frozen), ["stem.weight", "stem.bias"]);
    let frozen = step(Some(Group::all().frozen()));
    assert_eq!(changed(&fresh, &frozen), [""; 0]);
}

/// Wherever the pass back may end, what is trained learns as if all were.
#[test]
fn each_parameter_learns_alone_what_it_learns_with_the_others() {
    fn check<N>()
    where
        N: for<'a> Network<Input<'a> = cnn::ndarray::ArrayView4<'a, f32>, Output = Array2<f32>>
            + Clone,
    {
        let (x, y) = (images(6), labels(6));
        let fresh = N::new(3);
        let step = |groups: Vec<Group>| {
            let mut trainer = Trainer::new(fresh.clone(), Sgd::new(0.1));
            trainer.set_groups(groups);
            trainer.step(x.view(), &y).expect("a step");
            trainer.into_network()
        };
        // Where the gradient of the input is wanted, the pass back ends nowhere before it.
        let gradients = |wanted: bool| {
            let mut pass = Backprop::<N>::new().input_gradients(wanted);
            pass.forward(&fresh, x.view()).expect("a pass");
            let mut start = N::TrainOutput::zeros(N::TRAIN_OUTPUTS, 6);
            start.slices()[0].iter_mut().enumerate().for_each(|(i, d)| *d = i as f32 - 7.0);
            pass.backward(&fresh, &start).expect("a pass back").trainable().to_vec()
        };
        assert_eq!(gradients(false), gradients(true), "{}", N::NAME);
        let free = step(Vec::new());
        for spec in N::TENSORS.iter().filter(|spec| spec.role == cnn::Role::Trainable) {
            let groups = vec![Group::all().frozen(), Group::matching(spec.path).trained()];
            let alone = step(groups);
            let (found, expected) = (alone.get(spec.path).unwrap(), free.get(spec.path).unwrap());
            assert_eq!(found, expected, "{} of {}", spec.path, N::NAME);
        }
    }
    check::<Net>();
    check::<Repeated>();
    check::<Forked>();
}

#[test]
fn what_was_frozen_can_be_thawed() {
    let (x, y) = (images(6), labels(6));
    let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1).momentum(0.9))
        .group(Group::all().frozen())
        .group(Group::matching("head.*").trained());
    trainer.step(x.view(), &y).expect("a step");
    assert_eq!(changed(&Net::new(1), trainer.network()), ["head.weight", "head.bias"]);
    assert_eq!(trainer.stepper().trained().collect::<Vec<_>>(), ["head.weight", "head.bias"]);
    trainer.set_groups([]);
    trainer.step(x.view(), &y).expect("a step");
    assert!(changed(&Net::new(1), trainer.network()).contains(&"features.conv1.weight"));
    assert_eq!(trainer.steps(), 2);
    let (_, stepper) = trainer.into_parts();
    assert_eq!(stepper.steps(), 2);
}

#[test]
fn groups_have_rates_decays_and_optimizers_of_their_own() {
    let (x, y) = (images(6), labels(6));
    let fresh = Plain::new(3);
    let step = |sgd: Sgd, groups: Vec<Group>| {
        let mut trainer = Trainer::new(fresh.clone(), sgd);
        trainer.set_groups(groups);
        trainer.step(x.view(), &y).expect("a step");
        trainer.into_network()
    };
    let move_of = |net: &Plain, path: &str| {
        let before = fresh.get(path).unwrap().to_owned();
        net.get(path).unwrap().to_owned() - before
    };
    let plain = step(Sgd::new(0.1), vec![]);
    let grouped = step(
        Sgd::new(0.1),
        vec![
            Group::matching("*.bias").rate(2.0),
            Group::matching("conv1.*").weight_decay(0.5),
            Group::matching("head.*").optimizer(Sgd::new(0.3)),
        ],
    );
    for (path, expected) in [
        ("conv2.bias", 2.0 * move_of(&plain, "conv2.bias")),
        ("conv2.weight", move_of(&plain, "conv2.weight")),
        (
            "conv1.weight",
            move_of(&plain, "conv1.weight") - 0.05 * &fresh.get("conv1.weight").unwrap(),
        ),
        ("head.bias", 3.0 * move_of(&plain, "head.bias")),
    ] {
        let difference = (move_of(&grouped, path) - expected).mapv(f32::abs);
        assert!(difference.iter().all(|&d| d < 1e-6), "{path}");
    }
}

#[test]
fn groups_of_nobody_are_errors() {
    let message = |group: Group| {
        let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1)).group(group);
        trainer.step(images(2).view(), &labels(2)).unwrap_err().to_string()
    };
    assert_eq!(
        message(Group::matching("hiden.weight").frozen()),
        "found no parameter of `Net` that fits `hiden.weight` (did you mean `hidden.weight`?)"
    );
    assert_eq!(
        message(Group::matching("head.*").rate(-1.0)),
        "rate of `Group`: found -1, expected a finite number of at least 0"
    );
    let mut trainer =
        Trainer::new(Plain::new(1), Sgd::new(0.1)).group(Group::batch_norms().frozen());
    let error = trainer.step(images(2).view(), &labels(2)).unwrap_err().to_string();
    assert!(error.contains("the batch norms"), "{error}");
}

#[test]
fn a_batch_in_parts_is_one_step() {
    let (x, y) = (images(12), labels(12));
    let step = |micro: usize| {
        let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1).momentum(0.9))
            .loss(CrossEntropy.class_weights([1.0, 2.0, 0.5]))
            .micro_batch(micro);
        let losses: Vec<f32> =
            (0..3).map(|_| trainer.step(x.view(), &y).expect("a step")).collect();
        assert_eq!(trainer.steps(), 3);
        (losses, trainer.into_network())
    };
    let (losses, whole) = step(usize::MAX);
    for micro in [1, 5, 12] {
        let (found, parts) = step(micro);
        for (a, b) in losses.iter().zip(found) {
            assert!((a - b).abs() < 1e-6 * a, "{micro}: {a} {b}");
        }
        for ((path, a), (_, b)) in all(&whole).into_iter().zip(all(&parts)) {
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 2e-6), "{micro}: {path}");
        }
    }
    // An error in a later part leaves all as it was, running statistics and dropout too.
    let mut x = images(12);
    x[[9, 0, 0, 0]] = f32::NAN;
    let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1)).micro_batch(4);
    let before = trainer.network().to_bytes();
    assert!(trainer.step(x.view(), &y).is_err());
    assert_eq!(trainer.network().to_bytes(), before);
}

#[test]
fn gradients_are_clipped_as_pytorch_does() {
    let (x, y) = (images(6), labels(6));
    let fresh = Plain::new(1);
    let gradients = |trainer: &mut Trainer<Plain, Sgd>| -> Vec<f32> {
        trainer.gradients(x.view(), &y).expect("gradients").1.trainable().to_vec()
    };
    let full = gradients(&mut Trainer::new(fresh.clone(), Sgd::new(1.0)));
    let length = full.iter().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt();
    let moves = |trainer: Trainer<Plain, Sgd>| -> Vec<f32> {
        let mut trainer = trainer;
        trainer.step(x.view(), &y).expect("a step");
        let before = fresh.params().trainable();
        before.iter().zip(trainer.network().params().trainable()).map(|(a, b)| a - b).collect()
    };
    let most = (length / 3.0) as f32;
    let clipped = moves(Trainer::new(fresh.clone(), Sgd::new(1.0)).clip_norm(most));
    let factor = (f64::from(most) / (length + 1e-6)) as f32;
    assert!(clipped.iter().zip(&full).all(|(m, g)| (m - g * factor).abs() < 1e-6));
    let free = moves(Trainer::new(fresh.clone(), Sgd::new(1.0)).clip_norm(10.0 * length as f32));
    assert!(free.iter().zip(&full).all(|(m, g)| (m - g).abs() < 1e-6));
    let value = moves(Trainer::new(fresh.clone(), Sgd::new(1.0)).clip_value(0.01));
    assert!(value.iter().zip(&full).all(|(m, g)| (m - g.clamp(-0.01, 0.01)).abs() < 1e-6));
}

#[test]
fn averages_are_their_formulas() {
    let (x, y) = (images(6), labels(6));
    let path = "conv1.weight";
    let run = |average: Average| {
        let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.2)).average(average);
        assert!(trainer.averaged().is_err());
        let mut weights = Vec::new();
        for _ in 0..4 {
            trainer.step(x.view(), &y).expect("a step");
            weights.push(trainer.network().get(path).unwrap().to_owned());
        }
        (weights, trainer.averaged().expect("an average").get(path).unwrap().to_owned())
    };
    let (w, found) = run(Average::exponential(0.75));
    let mut expected = w[0].clone();
    w[1..].iter().for_each(|w| expected = 0.75 * &expected + 0.25 * w);
    assert!((found - expected).iter().all(|d| d.abs() < 1e-6));
    let (w, found) = run(Average::equal(2, 1));
    let expected = (&w[1] + &w[2] + &w[3]) / 3.0;
    assert!((found - expected).iter().all(|d| d.abs() < 1e-6));
}

#[test]
fn lookahead_goes_back_to_slow_weights() {
    let (x, y) = (images(6), labels(6));
    let path = "head.weight";
    let mut plain = Trainer::new(Plain::new(1), Sgd::new(0.2));
    let mut ahead = Trainer::new(Plain::new(1), Sgd::new(0.2)).lookahead(Lookahead::new(2, 0.25));
    let slow = plain.network().get(path).unwrap().to_owned();
    for trainer in [&mut plain, &mut ahead] {
        for _ in 0..2 {
            trainer.step(x.view(), &y).expect("a step");
        }
    }
    let expected = 0.25 * slow + 0.75 * &plain.network().get(path).unwrap();
    let found = ahead.network().get(path).unwrap().to_owned();
    assert!((found - expected).iter().all(|d| d.abs() < 1e-6));
}

#[test]
fn probabilities_are_no_logits() {
    let mut trainer = Trainer::new(Soft::new(1), Sgd::new(0.1));
    let error = trainer.step(images(2).view(), &labels(2)).unwrap_err().to_string();
    assert!(
        error.starts_with("output 0 of `Soft`: found what `out` gives, expected logits"),
        "{error}"
    );
    let y = Array2::zeros((2, 3));
    let mut trainer = Trainer::new(Sharp::new(1), Sgd::new(0.1)).loss(BinaryCrossEntropy::new());
    let error = trainer.step(images(2).view(), y.view()).unwrap_err().to_string();
    assert!(error.contains("`out`") && error.contains("sigmoid"), "{error}");
    // Other losses take them.
    let mut trainer = Trainer::new(Soft::new(1), Sgd::new(0.1)).loss(MeanSquaredError);
    trainer.step(images(2).view(), y.view()).expect("a step");
}

#[test]
fn a_stepper_in_a_loop_of_ones_own_is_the_trainer() {
    let (x, y) = (images(5), noise(Array2::zeros((5, 3))));
    let groups = || {
        vec![
            Group::matching("*.bias").rate(0.5),
            Group::matching("conv?.*").optimizer(Muon::new(0.05)),
        ]
    };
    let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1)).loss(MeanSquaredError);
    trainer.set_groups(groups());
    let (mut net, mut pass) = (Plain::new(1), Backprop::<Plain>::new());
    let mut stepper = Stepper::new::<Plain>(Sgd::new(0.1), groups()).expect("a stepper");
    for _ in 0..3 {
        trainer.step(x.view(), y.view()).expect("a step");
        let output = pass.forward(&net, x.view()).expect("outputs").to_owned();
        let d = 2.0 * (output - &y) / 3.0 * (1.0 / 5.0);
        let gradients = pass.backward(&net, &d).expect("gradients");
        stepper.step(net.params_mut(), gradients, &Constant).expect("a step");
        pass.commit(&mut net);
    }
    for ((path, a), (_, b)) in all(trainer.network()).into_iter().zip(all(&net)) {
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5), "{path}");
    }
}

#[test]
fn threads_change_no_bit_of_any_of_it() {
    let run = |threads: usize| {
        let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1).momentum(0.9))
            .threads(threads)
            .group(Group::matching("*conv?.weight").optimizer(Muon::new(0.05)))
            .micro_batch(16)
            .clip_norm(0.5)
            .average(Average::exponential(0.9))
            .lookahead(Lookahead::new(2, 0.5));
        for n in [40, 33, 7] {
            trainer.step(images(n).view(), &labels(n)).expect("a step");
        }
        (trainer.averaged().expect("an average").to_bytes(), trainer.into_network().to_bytes())
    };
    let one = run(1);
    assert!([2, 3].into_iter().all(|threads| run(threads) == one));
}

#[test]
fn a_plateau_hears_what_is_observed() {
    let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1)).schedule(Plateau::new(0.1, 1));
    for (loss, expected) in [(1.0, 0.1), (1.0, 0.1), (1.0, 0.01)] {
        trainer.observe(loss);
        assert!((trainer.rate() - expected).abs() < 1e-7);
    }
}

#[test]
fn a_step_says_what_it_came_to() {
    let (x, y) = (images(12), labels(12));
    // Without a step, the largest outputs are those of evaluation.
    let scores = Plain::new(1).forward(x.view());
    let expected = Metrics::of(scores.view(), &y).expect("metrics").top1;
    assert!(expected > 0.0 && expected < 1.0);
    for micro in [12, 5] {
        let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1)).micro_batch(micro);
        assert!(trainer.last().loss.is_nan() && trainer.last().images == 0);
        let loss = trainer.step(x.view(), &y).expect("a step");
        let last = trainer.last();
        assert_eq!((last.loss, last.images, last.rate, last.accuracy), (loss, 12, 0.1, expected));
        // What failed has not happened.
        assert!(trainer.step(x.view(), &[9; 12]).is_err());
        assert_eq!(trainer.last(), last);
        let data = Images::new(x.clone(), y.clone(), 3).expect("images");
        let mut seen = 0.0;
        let report =
            trainer.epoch(&data, 5, |p| seen += p.accuracy * p.images as f64).expect("an epoch");
        assert!((report.accuracy - seen / 12.0).abs() < 1e-12);
    }
    // Numbers are no classes.
    let mut trainer = Trainer::new(Plain::new(1), Sgd::new(0.1)).loss(MeanSquaredError);
    trainer.step(x.view(), Array2::zeros((12, 3)).view()).expect("a step");
    assert!(trainer.last().accuracy.is_nan());
}

#[test]
fn validation_is_the_same_however_the_images_come() {
    let data = Images::new(images(300), labels(300), 3).expect("images");
    let net = Net::new(1);
    let plain = validate(&net, &data).expect("metrics");
    assert_eq!(plain.top1, accuracy(&net, &data).expect("an accuracy"));
    assert_eq!(plain.images, 300);
    let trainer = Trainer::new(net, Sgd::new(0.1));
    let found = trainer.validate(&data).expect("metrics");
    assert!((found.loss - plain.loss).abs() < 1e-6, "{} {}", found.loss, plain.loss);
    assert_eq!(found.confusion, plain.confusion);
    // In other batches, in another order.
    let loader = Loader::new(data.clone()).batch(7).shuffle(1);
    let shuffled = trainer.validate_batches(loader.epoch(0)).expect("metrics");
    assert_eq!(shuffled.confusion, plain.confusion);
    assert!((shuffled.calibration_error - plain.calibration_error).abs() < 1e-6);
    let images = |metrics: &Metrics| metrics.worst(5).iter().map(|p| p.image).collect::<Vec<_>>();
    assert_eq!(images(&shuffled), images(&plain));

    // The trainer's own loss: weights, smoothing, and the images' shares.
    let trainer = trainer.loss(CrossEntropy.smoothing(0.2).class_weights([1.0, 4.0, 0.5]));
    let weighted = trainer.validate(&data).expect("metrics");
    let scores = trainer.network().forward(data.images());
    let loss = CrossEntropy.smoothing(0.2).class_weights([1.0, 4.0, 0.5]);
    let (mut sum, mut shares) = (0.0, 0.0);
    for (i, row) in scores.outer_iter().enumerate() {
        let row = row.to_vec();
        sum += f64::from(loss.sample(i, &row, data.labels(), &mut [0.0; 3]));
        shares += f64::from(loss.share(i, data.labels()));
    }
    assert!((weighted.loss - sum / shares).abs() < 1e-6, "{} {}", weighted.loss, sum / shares);
    assert_eq!(weighted.confusion, plain.confusion);

    // A network that ends in softmax gives probabilities, which are not taken for logits.
    let soft = Soft::new(1);
    let found = validate(&soft, &data).expect("metrics");
    let scores = soft.forward(data.images());
    let expected = Metrics::of_probabilities(scores.view(), data.labels()).expect("metrics");
    // Empty bins hold NaN, which equals nothing.
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    let none = trainer.validate_batches(std::iter::empty()).unwrap_err().to_string();
    assert_eq!(none, "scores: found no images, expected at least 1");
}
