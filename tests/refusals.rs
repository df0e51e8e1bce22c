//! What generated networks refuse, with typed errors: batch norms that would train on one value a
//! channel, class labels for volumes, losses that are not finite, and batches that there is no memory for.

use cnn::data::Images;
use cnn::ndarray::{Array2, Array4, ArrayView2};
use cnn::train::{Adam, Backprop, CrossEntropy, Loss, MeanSquaredError, Sgd, Trainer, accuracy};
use cnn::{Error, Mode, NotFinite, Shape, cnn};

cnn! {
    /// The first batch norm has 16 positions, the second and the third one.
    struct Norm<
        1x4x4 -> conv(3, 3x3, pad=1) -> bn1: bn -> relu -> global_avgpool
        -> head: { bn2: bn -> flatten -> dense(4) -> bn -> relu } -> dense(2)
    >;
    /// Sixteen positions.
    struct Wide< 1x4x4 -> conv(3, 3x3, pad=1) -> bn -> relu -> flatten -> dense(2) >;
    /// A volume, and one of one position.
    struct Map< 1x4x4 -> conv(2, 3x3, pad=1) >;
    struct Point< 1x4x4 -> conv(2, 4x4) >;
}

/// Images that all differ, of two classes in turn.
fn data(n: usize) -> Images {
    let images = Array4::from_shape_fn((n, 1, 4, 4), |(n, _, y, x)| {
        ((n * 16 + y * 4 + x) as f32 * 0.7).sin()
    });
    Images::new(images, (0..n).map(|i| i % 2).collect(), 2).expect("a sound data set")
}

const ONE_VALUE: &str = "`head.bn2` of `Norm`: found one value a channel in a batch of 1 image, \
                         expected at least 2 to train batch norm on (`Trainer::epoch` leaves out a \
                         last batch of so few)";

/// All tensors of a network.
fn tensors<N: cnn::Network>(net: &N) -> (Vec<f32>, Vec<f32>, Vec<i64>) {
    let params = net.params();
    (params.trainable().to_vec(), params.buffers().to_vec(), params.counters().to_vec())
}

#[test]
fn batch_norm_is_not_trained_on_one_value_a_channel() {
    let data = data(3);
    let one = data.images().slice_move(cnn::ndarray::s![..1, .., .., ..]);
    let mut trainer = Trainer::new(Norm::new(1), Sgd::new(0.1));
    let before = tensors(trainer.network());
    assert_eq!(trainer.step(one, &[0]).unwrap_err().to_string(), ONE_VALUE);
    assert_eq!(trainer.gradients(one, &[0]).unwrap_err().to_string(), ONE_VALUE);
    assert_eq!(trainer.epoch(&data, 1, |_| ()).unwrap_err().to_string(), ONE_VALUE);
    assert_eq!(tensors(trainer.network()), before);
    trainer.gradients_in(Mode::Evaluation, one, &[0]).expect("running statistics");
    trainer.step(data.images(), data.labels()).expect("three values a channel");

    let net = Norm::new(1);
    let mut pass = Backprop::<Norm>::new();
    assert_eq!(pass.forward(&net, one).unwrap_err().to_string(), ONE_VALUE);
    assert!(pass.backward(&net, &Array2::zeros((1, 2))).is_err());
    pass.mode(Mode::Evaluation).forward(&net, one).expect("running statistics");
    assert!(net.forward(one).iter().all(|y| y.is_finite()));

    let mut trainer = Trainer::new(Wide::new(1), Sgd::new(0.1));
    trainer.step(one, &[0]).expect("sixteen values a channel");
    let report = trainer.epoch(&data, 2, |_| ()).expect("an epoch");
    assert_eq!((report.images, report.steps, report.left_out), (3, 2, 0));
}

#[test]
fn an_epoch_leaves_out_a_last_batch_that_batch_norm_cannot_be_trained_on() {
    let mut trainer = Trainer::new(Norm::new(1), Sgd::new(0.01));
    let mut seen = Vec::new();
    let report = trainer.epoch(&data(7), 3, |p| seen.push((p.step, p.steps))).expect("an epoch");
    assert_eq!((report.images, report.steps, report.left_out), (6, 2, 1));
    assert_eq!(seen, [(1, 2), (2, 2)]);
    assert!(report.loss.is_finite() && (0.0..=1.0).contains(&report.accuracy));
    let params = cnn::Network::params(trainer.network());
    assert_eq!(params.counter("bn1.num_batches_tracked").expect("a counter"), 2);
    // Two images are enough, and all batches have as many.
    for (n, batch, steps) in [(8, 3, 3), (6, 3, 2), (2, 5, 1)] {
        let report = trainer.epoch(&data(n), batch, |_| ()).expect("an epoch");
        assert_eq!((report.images, report.steps, report.left_out), (n, steps, 0), "{n} {batch}");
    }
    // Nothing would be left.
    let text = trainer.epoch(&data(1), 3, |_| ()).unwrap_err().to_string();
    assert_eq!(text, ONE_VALUE);
    assert_eq!(trainer.epochs(), 4);
}

/// The first element of each channel, as small as can be.
struct First;

impl Loss for First {
    type Targets<'a> = &'a [usize];

    fn check(&self, _: usize, _: Shape, _: &[usize]) -> Result<(), Error> {
        Ok(())
    }

    fn sample(&self, _: usize, output: &[f32], _: &[usize], d_output: &mut [f32]) -> f32 {
        d_output.fill(0.0);
        d_output[0] = 1.0;
        output[0]
    }
}

#[test]
fn a_volume_has_no_accuracy() {
    let data = data(10);
    let expected = "output 0 of `Map`: found the shape 2x4x4, expected one number for each class";
    assert_eq!(accuracy(&Map::new(1), &data).unwrap_err().to_string(), expected);
    let mut trainer = Trainer::new(Map::new(1), Adam::new(0.1)).loss(First);
    assert_eq!(trainer.evaluate(&data).unwrap_err().to_string(), expected);
    // A loss of one's own may make something of it.
    let report = trainer.epoch(&data, 4, |_| ()).expect("an epoch");
    assert!(report.accuracy.is_nan() && report.loss.is_finite());

    let net = Point::new(1);
    let scores = net.forward(data.images());
    let right = data.labels().iter().enumerate().filter(|&(i, &label)| {
        let best = usize::from(scores[[i, 1, 0, 0]] > scores[[i, 0, 0, 0]]);
        best == label
    });
    let expected = right.count() as f64 / 10.0;
    assert!(expected > 0.0);
    assert_eq!(accuracy(&net, &data).expect("scores of one position"), expected);
    let mut trainer = Trainer::new(net, Adam::new(0.1)).loss(CrossEntropy);
    assert_eq!(trainer.evaluate(&data).expect("scores of one position"), expected);
    assert!((0.0..=1.0).contains(&trainer.epoch(&data, 4, |_| ()).expect("an epoch").accuracy));
}

#[test]
fn batches_without_memory_are_typed_errors() {
    // More than any machine can address.
    let many = 1 << 56;
    let net = Wide::try_new(1).expect("a little memory");
    let outputs = |batch: usize, bytes: &str| {
        format!("`Wide`: found no memory for the outputs of {batch} images, expected {bytes}")
    };
    for (batch, bytes) in
        [(many, "576460752303423488 bytes"), (usize::MAX, "more bytes than can be addressed")]
    {
        let text = net.try_session(batch).unwrap_err().to_string();
        assert_eq!(text, outputs(batch, bytes));
        let text = Wide::new(1).try_into_session(batch).unwrap_err().to_string();
        assert_eq!(text, outputs(batch, bytes));
    }
    let image = Array4::from_elem((1, 1, 4, 4), 0.5);
    let x = image.broadcast((many, 1, 4, 4)).expect("dimensions");
    let text = net.try_forward(x).unwrap_err().to_string();
    assert_eq!(text, outputs(many, "576460752303423488 bytes"));
    assert!(matches!(Backprop::new().forward(&net, x), Err(Error::Memory { .. })));
    assert_eq!(Wide::workspace(usize::MAX, usize::MAX), usize::MAX);
    assert!(net.try_session(2).expect("a little memory").run(image.view()).is_ok());

    // Several outputs, each of which may be the one too many.
    cnn! {
        struct Two< body: 4 -> relu; small: body -> dense(1); large: body -> dense(64) => small, large >;
    }
    let net = Two::new(1);
    let expected = format!(
        "`Two`: found no memory for the outputs of {} images, expected {} bytes",
        1usize << 54,
        260 * (1usize << 54)
    );
    assert_eq!(net.try_session(1 << 54).unwrap_err().to_string(), expected);
    let row = Array2::from_elem((1, 4), 0.5);
    let x: ArrayView2<'_, f32> = row.broadcast((1 << 54, 4)).expect("dimensions");
    assert_eq!(net.try_forward(x).unwrap_err().to_string(), expected);
}

cnn! {
    struct Chain<
        1x4x4 -> conv1: conv(2, 3x3) -> relu -> block: { conv2: conv(2, 2x2, bias=false) -> relu }
        -> flatten -> fc: dense(2)
    >;
    /// Sixteen images side by side, and a padding that is a step of its own.
    struct Bordered< 1x4x4 -> conv(2, 3x3, pad=1, pad_mode=reflect) -> relu -> rescale(1e38) -> flatten -> dense(2) >;
}

/// A step of a network that cannot be made: its message, and where the loss came from. Nothing is changed.
fn origin<N>(net: N, x: &Array4<f32>, parts: usize) -> (String, NotFinite)
where
    N: for<'a> cnn::Network<Input<'a> = cnn::ndarray::ArrayView4<'a, f32>>,
{
    let labels = vec![1; x.dim().0];
    let mut trainer = Trainer::new(net, Sgd::new(0.1).momentum(0.9)).micro_batch(parts);
    let bits = |trainer: &Trainer<N, Sgd>| -> (Vec<u32>, Vec<u32>, Vec<i64>) {
        let (trainable, buffers, counters) = tensors(trainer.network());
        let bits = |floats: Vec<f32>| floats.into_iter().map(f32::to_bits).collect();
        (bits(trainable), bits(buffers), counters)
    };
    let before = bits(&trainer);
    let error = trainer.step(x.view(), &labels).unwrap_err();
    assert_eq!(bits(&trainer), before);
    assert_eq!(trainer.steps(), 0);
    let text = error.to_string();
    match error {
        Error::Loss { step: 0, origin, .. } => (text, origin),
        other => panic!("{other}"),
    }
}

#[test]
fn a_loss_that_is_not_finite_says_where_it_came_from() {
    let x = data(5).images().to_owned();
    let mut net = Chain::new(1);
    for (path, number) in [("conv1.weight", 1e25), ("block.conv2.weight", 1e25)] {
        net.params_mut().get_mut(path).expect("a tensor").fill(number);
    }
    for parts in [usize::MAX, 2] {
        let (text, origin) = self::origin(net.clone(), &x.mapv(f32::abs), parts);
        assert_eq!(
            origin,
            NotFinite::Layer { path: "block.conv2", text: "conv 2x2" },
            "{parts} at a time: {text}"
        );
        assert!(text.starts_with("step 0: found a loss of"), "{text}");
        assert!(text.contains("expected a finite number: the first numbers that are"), "{text}");
        assert!(text.contains("in the output of `block.conv2`, conv 2x2 (a smaller"), "{text}");

        let mut broken = x.clone();
        broken[(3, 0, 1, 2)] = f32::NAN;
        let image = if parts == 2 { 1 } else { 3 };
        let (text, origin) = self::origin(Chain::new(1), &broken, parts);
        assert_eq!(origin, NotFinite::Input { index: 0, image }, "{text}");
        let (_, origin) = self::origin(Norm::new(1), &broken, parts.min(4));
        assert!(matches!(origin, NotFinite::Input { index: 0, .. }));

        let mut net = Chain::new(1);
        net.params_mut().get_mut("fc.bias").expect("a tensor")[1] = f32::INFINITY;
        let (text, origin) = self::origin(net, &x, parts);
        assert_eq!(origin, NotFinite::Parameter { path: "fc.bias" }, "{text}");
        let (text, origin) = self::origin(Bordered::new(1), &x.mapv(|x| 1e3 * x), parts);
        assert!(matches!(origin, NotFinite::Layer { path: "2", .. }), "{text}");
    }
    // Outputs that are finite, and a loss that no f32 can hold.
    let mut net = Chain::new(1);
    net.params_mut().get_mut("fc.bias").expect("a tensor").fill(1e30);
    let mut trainer = Trainer::new(net, Sgd::new(0.1)).loss(MeanSquaredError);
    let error = trainer.step(x.view(), Array2::zeros((5, 2)).view()).unwrap_err();
    assert!(matches!(error, Error::Loss { origin: NotFinite::Loss, .. }), "{error}");
}

#[test]
fn a_rate_that_is_too_large_ends_at_a_layer_or_a_parameter() {
    let (x, labels) = (data(6).images().to_owned(), [0, 1, 0, 1, 0, 1]);
    let mut trainer = Trainer::new(Chain::new(1), Sgd::new(1e20));
    let error = (0..50).find_map(|_| trainer.step(x.view(), &labels).err()).expect("an end");
    let Error::Loss { origin, .. } = &error else { panic!("{error}") };
    assert!(matches!(origin, NotFinite::Layer { .. } | NotFinite::Parameter { .. }), "{error}");
    assert!(error.to_string().ends_with("(a smaller learning rate may help)"), "{error}");
}
