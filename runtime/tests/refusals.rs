//! What training refuses: numbers that losses, optimizers and schedules cannot work with, and batches
//! that there is no memory for.
#![cfg(feature = "train")]

mod common;

use cnn_runtime::data::Images;
use cnn_runtime::train::{
    Adam, AdamW, Backprop, Cosine, CrossEntropy, Loss, MOST_KEPT, MeanSquaredError, Objective,
    OneCycle, Optimizer, Schedule, Sgd, Trainer, Update,
};
use cnn_runtime::{Error, Network};
use common::{Tiny, images};
use ndarray::{Array2, Array4};

fn data(n: usize) -> Images {
    Images::new(images(n), (0..n).map(|i| i % 4).collect(), 4).expect("a sound data set")
}

fn params(net: &Tiny) -> (Vec<f32>, Vec<f32>, Vec<i64>) {
    let p = net.params();
    (p.trainable().to_vec(), p.buffers().to_vec(), p.counters().to_vec())
}

/// What a trainer with a number that it cannot work with says; nothing changes.
fn refused<O, L>(mut trainer: Trainer<Tiny, O, L>) -> String
where
    O: Optimizer,
    L: for<'a> Objective<Targets<'a> = &'a [usize]>,
{
    let before = params(trainer.network());
    let x = images(3);
    let text = trainer.step(x.view(), &[0, 1, 2]).unwrap_err().to_string();
    assert_eq!(trainer.gradients(x.view(), &[0, 1, 2]).unwrap_err().to_string(), text);
    assert_eq!(trainer.epoch(&data(10), 4, |_| ()).unwrap_err().to_string(), text);
    assert_eq!(params(trainer.network()), before, "{text}");
    assert_eq!((trainer.steps(), trainer.epochs()), (0, 0), "{text}");
    text
}

#[test]
fn optimizers_with_impossible_numbers_are_refused() {
    const RATE: &str = "a finite number of at least 0";
    const MOMENTUM: &str = "a number from 0 to 1";
    const NESTEROV: &str = "a number above 0, since it is Nesterov's";
    const BETAS: &str = "two numbers of at least 0 and below 1";
    let (nan, infinite) = (f32::NAN, f32::INFINITY);
    let sgd = Sgd::new(0.1);
    for (optimizer, argument, found, expected) in [
        (Sgd::new(-0.1), "rate", "-0.1", RATE),
        (Sgd::new(nan), "rate", "NaN", RATE),
        (Sgd::new(infinite), "rate", "inf", RATE),
        (sgd.momentum(-0.5), "momentum", "-0.5", MOMENTUM),
        (sgd.momentum(1.5), "momentum", "1.5", MOMENTUM),
        (sgd.momentum(nan), "momentum", "NaN", MOMENTUM),
        (sgd.nesterov(), "momentum", "0", NESTEROV),
        (sgd.weight_decay(-1.0), "weight_decay", "-1", RATE),
        (sgd.weight_decay(nan), "weight_decay", "NaN", RATE),
    ] {
        let text = refused(Trainer::new(Network::new(1), optimizer));
        assert_eq!(text, format!("{argument} of `Sgd`: found {found}, expected {expected}"));
    }
    let (adam, adam_w) = (|| Adam::new(0.1), || AdamW::new(0.1));
    for (adam, adam_w, argument, found, expected) in [
        (Adam::new(-1.0), AdamW::new(-1.0), "rate", "-1", RATE),
        (Adam::new(nan), AdamW::new(nan), "rate", "NaN", RATE),
        (adam().betas(1.0, 0.9), adam_w().betas(1.0, 0.9), "betas", "1", BETAS),
        (adam().betas(0.9, 1.0), adam_w().betas(0.9, 1.0), "betas", "1", BETAS),
        (adam().betas(-0.1, 0.9), adam_w().betas(-0.1, 0.9), "betas", "-0.1", BETAS),
        (adam().betas(0.9, nan), adam_w().betas(0.9, nan), "betas", "NaN", BETAS),
        (adam().epsilon(-1.0), adam_w().epsilon(-1.0), "epsilon", "-1", RATE),
        (adam().epsilon(nan), adam_w().epsilon(nan), "epsilon", "NaN", RATE),
        (adam().weight_decay(-2.0), adam_w().weight_decay(-2.0), "weight_decay", "-2", RATE),
        (
            adam().weight_decay(infinite),
            adam_w().weight_decay(infinite),
            "weight_decay",
            "inf",
            RATE,
        ),
    ] {
        let text = refused(Trainer::new(Network::new(1), adam));
        assert_eq!(text, format!("{argument} of `Adam`: found {found}, expected {expected}"));
        let text = refused(Trainer::new(Network::new(1), adam_w));
        assert_eq!(text, format!("{argument} of `AdamW`: found {found}, expected {expected}"));
    }
}

#[test]
fn losses_with_impossible_numbers_are_refused() {
    fn text<L>(loss: L) -> String
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        refused(Trainer::new(Network::new(1), Sgd::new(0.1)).loss(loss))
    }
    for (part, found) in [(2.0, "2"), (-0.1, "-0.1"), (f32::NAN, "NaN")] {
        let expected =
            format!("smoothing of `CrossEntropy`: found {found}, expected a number from 0 to 1");
        assert_eq!(text(CrossEntropy.smoothing(part)), expected);
        assert_eq!(text(CrossEntropy.smoothing(part).weighted(0.5)), expected);
        assert_eq!(text(CrossEntropy.smoothing(part).per_output([0.5])), expected);
    }
    for (weight, found) in [(f32::NAN, "NaN"), (f32::NEG_INFINITY, "-inf")] {
        let expected =
            format!("weight of `Loss::weighted`: found {found}, expected a finite number");
        assert_eq!(text(CrossEntropy.weighted(weight)), expected);
        let expected =
            format!("weights of `Loss::per_output`: found {found}, expected finite numbers");
        assert_eq!(text(CrossEntropy.per_output([weight])), expected);
    }
}

#[test]
fn schedules_with_impossible_numbers_are_refused() {
    fn text(schedule: impl Schedule + 'static) -> String {
        refused(Trainer::new(Network::new(1), Sgd::new(0.1)).schedule(schedule))
    }
    let of = |schedule: &str, argument: &str, found: &str, expected: &str| {
        format!("{argument} of `{schedule}`: found {found}, expected {expected}")
    };
    assert_eq!(text(OneCycle::new(0)), of("OneCycle", "steps", "0", "at least 1"));
    assert_eq!(text(Cosine::new(0)), of("Cosine", "steps", "0", "at least 1"));
    for (part, found) in [(1.5, "1.5"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
        let expected = of("OneCycle", "warm_up", found, "a number from 0 to 1");
        assert_eq!(text(OneCycle::new(9).warm_up(part)), expected);
    }
    for (divisor, found) in [(0.0, "0"), (-25.0, "-25"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")]
    {
        let expected = |argument| of("OneCycle", argument, found, "a finite number above 0");
        assert_eq!(text(OneCycle::new(9).start(divisor)), expected("start"));
        assert_eq!(text(OneCycle::new(9).end(divisor)), expected("end"));
    }
    for (rate, found) in [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected = of("Cosine", "end", found, "a finite number of at least 0");
        assert_eq!(text(Cosine::new(9).end(rate)), expected);
    }
}

/// The same rate always.
#[derive(Debug)]
struct Always(f32);

impl Schedule for Always {
    fn rate(&self, _: f32, _: u64) -> f32 {
        self.0
    }
}

#[test]
fn no_step_is_made_at_a_rate_that_is_none() {
    for rate in [f32::NAN, f32::INFINITY, -0.1] {
        let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1)).schedule(Always(rate));
        let before = params(trainer.network());
        let error = trainer.step(images(3).view(), &[0, 1, 2]).unwrap_err();
        let expected = format!(
            "step 0: found a learning rate of {rate}, expected a finite number of at least 0"
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!(params(trainer.network()), before);
    }
    // A divisor so small that the rate overflows.
    let schedule = OneCycle::new(9).start(1e-300);
    let mut trainer = Trainer::new(Tiny::new(1), Sgd::new(0.1)).schedule(schedule);
    let error = trainer.step(images(3).view(), &[0, 1, 2]).unwrap_err();
    assert!(matches!(error, Error::Rate { step: 0, .. }), "{error}");
}

#[test]
fn numbers_at_the_edge_of_what_is_possible_train() {
    fn step<O: Optimizer, L>(optimizer: O, loss: L, schedule: impl Schedule + 'static)
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        let mut trainer = Trainer::new(Tiny::new(1), optimizer).loss(loss).schedule(schedule);
        for _ in 0..2 {
            trainer.step(images(3).view(), &[0, 1, 2]).expect("a step");
        }
        assert!(params(trainer.network()).0.iter().all(|p| p.is_finite()));
    }
    step(Sgd::new(0.0).momentum(1.0).nesterov(), CrossEntropy.smoothing(0.0), Cosine::new(1));
    step(Adam::new(0.1).betas(0.0, 0.0), CrossEntropy.smoothing(1.0), OneCycle::new(1));
    step(AdamW::new(0.1).epsilon(0.0), CrossEntropy.weighted(-1.0), OneCycle::new(2).warm_up(0.0));
    step(Sgd::new(0.1), CrossEntropy.per_output([0.0]), OneCycle::new(2).warm_up(1.0));
    step(Sgd::new(0.1), CrossEntropy, Cosine::new(2).end(0.0));
}

/// Changes what it is given without looking at it.
#[derive(Debug)]
struct Blind;

impl Optimizer for Blind {
    fn rate(&self) -> f32 {
        1.0
    }

    fn update(&self, _: &Update<'_>, params: &mut [f32], _: &[f32], _: [&mut [f32]; MOST_KEPT]) {
        params.iter_mut().for_each(|p| *p += f32::NAN);
    }
}

#[test]
fn gaps_between_tensors_stay_zero_whatever_the_optimizer_does() {
    fn gaps<O: Optimizer>(optimizer: O, x: &Array4<f32>) -> (Vec<u32>, Vec<f32>) {
        let mut trainer = Trainer::new(Tiny::new(1), optimizer);
        for _ in 0..2 {
            if trainer.step(x.view(), &[0, 1, 2]).is_err() {
                break;
            }
        }
        let all = params(trainer.network()).0;
        // 24 weights, and 4 biases from 32 on.
        let gaps = all[24..32].iter().chain(&all[36..]).map(|p| p.to_bits()).collect();
        (gaps, all)
    }
    let mut x = images(3);
    let (found, all) = gaps(Blind, &x);
    assert_eq!(found, [0; 20]);
    assert!(all[0].is_nan() && all[35].is_nan(), "the tensors are the optimizer's");
    // Weights of a pixel that is always 0 have no gradient, and so a divisor of 0.
    x.slice_mut(ndarray::s![.., .., 1, 2]).fill(0.0);
    let (found, all) = gaps(Adam::new(0.1).epsilon(0.0), &x);
    assert_eq!(found, [0; 20]);
    assert!(all.iter().all(|p| p.is_finite()), "{all:?}");
    let start = Tiny::new(1);
    assert_eq!(all[5], start.params().trainable()[5], "no gradient, no step");
    assert_ne!(all[4], start.params().trainable()[4]);
}

#[test]
fn batches_without_memory_are_typed_errors() {
    let image = images(1);
    let target = Array2::from_elem((1, 4), 0.25);
    let many = 1 << 56;
    let x = image.broadcast((many, 1, 2, 3)).expect("dimensions");
    let y = target.broadcast((many, 4)).expect("dimensions");
    let net: Tiny = Network::new(1);
    let expected = format!(
        "`Tiny`: found no memory for the values of all layers of {many} images, expected \
         5764607523034234880 bytes"
    );
    let mut pass = Backprop::<Tiny>::new();
    assert_eq!(pass.forward(&net, x).unwrap_err().to_string(), expected);
    // It goes on with fewer.
    pass.forward(&net, images(2).view()).expect("outputs");
    pass.backward(&net, &Array2::zeros((2, 4))).expect("gradients");

    let mut trainer = Trainer::new(net, Adam::new(0.1)).loss(MeanSquaredError);
    let before = params(trainer.network());
    assert_eq!(trainer.step(x, y).unwrap_err().to_string(), expected);
    assert_eq!(trainer.gradients(x, y).unwrap_err().to_string(), expected);
    assert_eq!(params(trainer.network()), before);
    trainer.step(image.view(), target.view()).expect("a step");
    let many = isize::MAX as usize / 6;
    let x = image.broadcast((many, 1, 2, 3)).expect("dimensions");
    let error = trainer.step(x, target.broadcast((many, 4)).expect("dimensions")).unwrap_err();
    assert!(matches!(error, Error::Memory { bytes: None, .. }), "{error}");
    // A batch of all images, however large it is said to be.
    let mut trainer = Trainer::new(Tiny::new(1), Adam::new(0.1));
    let report = trainer.epoch(&data(10), usize::MAX, |_| ()).expect("an epoch");
    assert_eq!((report.steps, report.images, report.left_out), (1, 10, 0));
}
