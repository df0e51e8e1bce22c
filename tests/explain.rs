//! Explanations of networks: identities that hold for any weights, and what is refused.

use cnn::explain::{
    Explainer, Fill, IntegratedGradients, Occlusion, Place, Signal, SmoothGrad, Target, Unit,
};
use cnn::ndarray::{Array3, Array4, Axis, s};
use cnn::{Error, cnn};

cnn! {
    /// Rectified, with pools.
    struct Plain<
        2x14x14
        -> first: conv(8, 3x3, pad=1) -> relu -> maxpool(2)
        -> pub last: conv(20, 3x3, pad=1) -> pub pooled: relu -> global_avgpool -> flatten -> head: dense(5)
    >;
    /// The same without a rectifier or a maximum.
    struct Linear<
        2x14x14
        -> first: conv(8, 3x3, pad=1) -> avgpool(2)
        -> pub last: conv(20, 3x3, pad=1, stride=2) -> flatten -> head: dense(5)
    >;
    /// Ends in probabilities.
    struct Probable<
        2x14x14
        -> first: conv(8, 3x3, pad=1) -> relu -> maxpool(2)
        -> pub last: conv(20, 3x3, pad=1) -> relu -> global_avgpool -> flatten -> head: dense(5) -> softmax
    >;
}

fn images(n: usize, seed: u64) -> Array4<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    Array4::from_shape_simple_fn((n, 2, 14, 14), || {
        // Knuth's generator, of which the upper half is random enough.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    })
}

/// The largest difference, relative to the largest number.
fn difference<D: cnn::ndarray::Dimension>(
    a: &cnn::ndarray::Array<f32, D>,
    b: &cnn::ndarray::Array<f32, D>,
) -> f32 {
    assert_eq!(a.shape(), b.shape());
    let most = b.iter().fold(1e-30, |most: f32, x| most.max(x.abs()));
    let apart = a.iter().zip(b).fold(0.0, |most: f32, (a, b)| most.max((a - b).abs()));
    apart / most
}

#[test]
fn a_signal_is_the_gradient() -> Result<(), Error> {
    let (net, x) = (Plain::new(1), images(2, 1));
    let mut explainer = Explainer::new(&net)?;
    let saliency = explainer.saliency(x.view(), 3)?;
    let scores = net.forward(x.view());
    assert_eq!(saliency.classes, [3, 3]);
    assert!((saliency.scores[1] - scores[[1, 3]]).abs() < 1e-5);
    for at in [[0, 0, 3, 4], [1, 1, 10, 7], [1, 0, 0, 13]] {
        let moved = |by: f32| {
            let mut x = x.clone();
            x[at] += by;
            net.forward(x.view())[[at[0], 3]]
        };
        let slope = (moved(1e-2) - moved(-1e-2)) / 2e-2;
        assert!(
            (saliency.values[at] - slope).abs() < 2e-4,
            "{at:?}: {} {slope}",
            saliency.values[at]
        );
    }
    Ok(())
}

#[test]
fn without_a_rectifier_the_signals_are_the_transpose() -> Result<(), Error> {
    let (net, x) = (Linear::new(2), images(3, 2));
    let mut explainer = Explainer::new(&net)?;
    for target in [
        Target::from(1),
        Unit::new("last", 7).into(),
        Unit::new("last", 3).place(Place::All).into(),
    ] {
        let gradient = explainer.saliency(x.view(), target.clone())?;
        for signal in [Signal::Deconvolution, Signal::Guided] {
            assert_eq!(explainer.signal(x.view(), target.clone(), signal)?.values, gradient.values);
        }
        // <Jx, v> = <x, Jᵀv>, J being the network without its biases.
        let zero = Array4::zeros(x.raw_dim());
        let zero = explainer.saliency(zero.view(), target.clone())?;
        for image in 0..3 {
            let product = (&gradient.values * &x).index_axis(Axis(0), image).sum();
            if !matches!(&target, Target::Unit(unit) if *unit == Unit::new("last", 7)) {
                let score = gradient.scores[image] - zero.scores[image];
                assert!((product - score).abs() < 1e-4, "{product} {score}");
            }
        }
    }
    Ok(())
}

#[test]
fn grad_cam_is_cam_where_the_head_pools() -> Result<(), Error> {
    for seed in 0..5 {
        let (net, x) = (Plain::new(seed), images(3, seed));
        let mut explainer = Explainer::new(&net)?;
        let cam = explainer.cam(x.view(), "pooled", Target::Predicted)?;
        let signed = explainer.grad_cam_signed(x.view(), "pooled", Target::Predicted)?;
        // The mean gradient is the weight over the number of places.
        assert!(difference(&(49.0 * &signed.values), &cam.values) < 1e-5);
        let error = explainer.cam(x.view(), "last", 2).unwrap_err().to_string();
        assert_eq!(
            error,
            "CAM of `Plain`: found the label `last`, expected `pooled`, which the head pools"
        );
    }
    Ok(())
}

#[test]
fn integrated_gradients_sum_to_the_difference_of_the_scores() -> Result<(), Error> {
    for seed in 0..4 {
        let (net, x) = (Probable::new(seed), images(2, seed));
        let mut explainer = Explainer::new(&net)?;
        let how = IntegratedGradients::new().steps(200).baseline(0.25);
        let pixels = explainer.integrated_gradients(x.view(), Target::Predicted, &how)?;
        let from = explainer.scores(Array4::from_elem(x.raw_dim(), 0.25).view())?;
        for image in 0..2 {
            let sum = pixels.values.index_axis(Axis(0), image).sum();
            let difference = pixels.scores[image] - from[[image, pixels.classes[image]]];
            assert!(
                (sum - difference).abs() < 1e-3 * difference.abs().max(0.1),
                "{sum} {difference}"
            );
        }
    }
    Ok(())
}

#[test]
fn occlusion_is_the_brute_force() -> Result<(), Error> {
    let (net, x) = (Probable::new(3), images(2, 3));
    let mut explainer = Explainer::new(&net)?;
    let how = Occlusion::new([4, 5]).stride([3, 4]);
    let mut told = Vec::new();
    let maps = explainer.occlusion(x.view(), 1, &how, |done, all| told.push((done, all)))?;
    assert_eq!(maps.probability.dim(), (2, 5, 4));
    assert_eq!(told.last(), Some(&(40, 40)));
    let whole = net.forward(x.view());
    let (mut sum, mut times) =
        (Array4::<f32>::zeros((2, 1, 14, 14)), Array4::<f32>::zeros((2, 1, 14, 14)));
    for i in 0..5 {
        for j in 0..4 {
            let (rows, columns) = (3 * i..(3 * i + 4).min(14), 4 * j..(4 * j + 5).min(14));
            let mut covered = x.clone();
            covered.slice_mut(s![.., .., rows.clone(), columns.clone()]).fill(0.0);
            let now = net.forward(covered.view());
            for image in 0..2 {
                let drop = whole[[image, 1]] - now[[image, 1]];
                assert!((maps.probability[[image, i, j]] - now[[image, 1]]).abs() < 1e-6);
                sum.slice_mut(s![image, 0, rows.clone(), columns.clone()])
                    .mapv_inplace(|x| x + drop);
                times
                    .slice_mut(s![image, 0, rows.clone(), columns.clone()])
                    .mapv_inplace(|x| x + 1.0);
            }
        }
    }
    let expected = (sum / times.mapv(|t| t.max(1.0))).remove_axis(Axis(1));
    assert!(difference(&maps.drop, &expected) < 1e-4);
    Ok(())
}

#[test]
fn results_do_not_depend_on_threads_or_on_how_images_are_batched() -> Result<(), Error> {
    let (net, x) = (Plain::new(4), images(40, 4));
    let all = |n: usize, x: cnn::ndarray::ArrayView4<'_, f32>| -> Result<_, Error> {
        let mut explainer = Explainer::new(&net)?.threads(n)?;
        let guided = explainer.guided(x, Unit::new("last", 3))?.values;
        let smooth = explainer.smooth_grad(x, 1, SmoothGrad::new().samples(3).seed(7))?.values;
        let cam = explainer.grad_cam(x, "last", Target::Predicted)?.values;
        let drop = explainer.occlusion(x, 2, &Occlusion::new([7, 7]), |_, _| {})?.drop;
        Ok((guided, smooth, cam, drop))
    };
    let one = all(1, x.view())?;
    assert_eq!(all(3, x.view())?, one);
    // The kernels of a batch are those of its size: not bit by bit, but close.
    let some = all(2, x.slice(s![..5, .., .., ..]))?;
    assert!(difference(&some.0, &one.0.slice_move(s![..5, .., .., ..])) < 1e-4);
    assert!(difference(&some.1, &one.1.slice_move(s![..5, .., .., ..])) < 1e-4);
    assert!(difference(&some.2, &one.2.slice_move(s![..5, .., ..])) < 1e-4);
    Ok(())
}

#[test]
fn without_noise_smooth_grad_is_the_gradient() -> Result<(), Error> {
    let (net, x) = (Plain::new(5), images(2, 5));
    let mut explainer = Explainer::new(&net)?;
    let plain = explainer.saliency(x.view(), Target::Predicted)?;
    let how = SmoothGrad::new().samples(4).noise(0.0);
    let smooth = explainer.smooth_grad(x.view(), Target::Predicted, how)?;
    assert!(difference(&smooth.values, &plain.values) < 1e-5);
    let noisy = explainer.smooth_grad(x.view(), Target::Predicted, SmoothGrad::new())?;
    assert!(difference(&noisy.values, &plain.values) > 1e-2);
    Ok(())
}

/// The correlation of two maps.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |x: &[f32]| x.iter().map(|&x| f64::from(x)).sum::<f64>() / x.len() as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let sum = |x: &[f32], of_x: f64, y: &[f32], of_y: f64| -> f64 {
        x.iter().zip(y).map(|(&x, &y)| (f64::from(x) - of_x) * (f64::from(y) - of_y)).sum()
    };
    sum(a, of_a, b, of_b) / (sum(a, of_a, a, of_a) * sum(b, of_b, b, of_b)).sqrt()
}

/// Adebayo and others 2018: what a map shows of the network, it loses with the network's weights.
#[test]
fn other_weights_change_gradients_and_grad_cam() -> Result<(), Error> {
    let x = images(1, 6);
    let (mut gradients, mut cams) = (Vec::new(), Vec::new());
    for seed in 0..8 {
        let net = Plain::new(seed);
        let mut explainer = Explainer::new(&net)?;
        gradients.push(explainer.saliency(x.view(), 1)?.sum().into_raw_vec_and_offset().0);
        cams.push(
            explainer.grad_cam_signed(x.view(), "pooled", 1)?.values.into_raw_vec_and_offset().0,
        );
    }
    for maps in [gradients, cams] {
        let others = maps[1..].iter().map(|other| correlation(&maps[0], other).abs());
        let mean = others.sum::<f64>() / 7.0;
        assert!(mean < 0.5, "{mean}");
    }
    Ok(())
}

#[test]
fn a_softmax_at_the_end_is_left_out() -> Result<(), Error> {
    let x = images(2, 7);
    let net = Probable::new(7);
    let mut bare = Plain::new(0);
    bare.load_partial(cnn::Pretrained::from_bytes(&net.to_bytes())?)?;
    let (mut one, mut other) = (Explainer::new(&net)?, Explainer::new(&bare)?);
    assert_eq!(one.scores(x.view())?, other.scores(x.view())?);
    assert_eq!(one.saliency(x.view(), 2)?.values, other.saliency(x.view(), 2)?.values);
    // Its own outputs are as before.
    let sums = net.forward(x.view()).sum_axis(Axis(1));
    assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-5));
    // Both give the same probabilities.
    let how = Occlusion::new([7, 7]);
    let drops = [
        one.occlusion(x.view(), 2, &how, |_, _| {})?.drop,
        other.occlusion(x.view(), 2, &how, |_, _| {})?.drop,
    ];
    assert!(difference(&drops[0], &drops[1]) < 1e-4);
    // A watched feature map changes nothing.
    let how = how.watch("last");
    let watched = one.occlusion(x.view(), 2, &how, |_, _| {})?;
    assert!(difference(&watched.drop, &drops[0]) < 1e-4);
    let value = net.features("last", x.view())?;
    let channel = watched.watched[1];
    let sum = |c: usize| value.slice(s![1, c, .., ..]).sum();
    assert!((0..20).all(|c| sum(c) <= sum(channel)));
    Ok(())
}

#[test]
fn what_cannot_be_explained_is_refused() -> Result<(), Error> {
    let (net, x) = (Plain::new(8), images(2, 8));
    let mut explainer = Explainer::new(&net)?;
    let x = x.view();
    let says = |found: Option<Error>, text: &str| {
        assert_eq!(found.map(|e| e.to_string()).as_deref(), Some(text));
    };
    says(
        explainer.saliency(x, 5).err(),
        "saliency of `Plain`: found class 5, expected a class from 0 to 4",
    );
    says(
        explainer.guided(x, vec![1, 1, 1]).err(),
        "guided backpropagation of `Plain`: found 3 classes for 2 images, expected a class for each image",
    );
    says(
        explainer.deconvolution(x, Unit::new("last", 20)).err(),
        "deconvolution of `Plain`: found channel 20 of the label `last`, expected one of its 20 channels, counted from 0",
    );
    says(
        explainer.deconvolution(x, Unit::new("last", 1).place(Place::At([7, 0]))).err(),
        "deconvolution of `Plain`: found row 7 and column 0 of the label `last`, expected a place of its 7x7 map",
    );
    says(
        explainer.grad_cam(x, "lost", 0).err(),
        "found the label `lost`, expected one of `Plain` (did you mean `last`?): first, last, pooled, head",
    );
    says(
        explainer.grad_cam(x, "head", 0).err(),
        "Grad-CAM of `Plain`: found the label `head`, a vector of 5 elements, expected a label whose value has maps",
    );
    says(
        explainer.score_cam(x, "last", Unit::new("last", 1)).err(),
        "Score-CAM of `Plain`: found channel 1 of the label `last`, expected a class to explain",
    );
    let linear = Linear::new(1);
    says(
        Explainer::new(&linear)?.cam(x, "last", 0).err(),
        "CAM of `Linear`: found a head with the layer `last` (conv 3x3 /2 pad 1), expected global average pooling and \
         one dense layer, as CAM needs them; Grad-CAM takes any network",
    );
    let mut broken = images(2, 8);
    broken[[1, 0, 3, 3]] = f32::NAN;
    says(
        explainer.saliency(broken.view(), 0).err(),
        "saliency of `Plain`: found a number that is not finite in image 1, expected pixels",
    );
    says(
        explainer.saliency(Array4::zeros((0, 2, 14, 14)).view(), 0).err(),
        "`Plain`: found a batch of 0 images, expected at least 1",
    );
    says(
        explainer.saliency(Array4::zeros((1, 3, 14, 14)).view(), 0).err(),
        "input 0 of `Plain`: found an array of 1×3×14×14, expected N×2×14×14",
    );
    let mut occlude = |how: Occlusion, text: &str| {
        says(explainer.occlusion(x, 0, &how, |_, _| {}).err(), text);
    };
    occlude(
        Occlusion::new([0, 3]),
        "occlusion of `Plain`: found a window of 0x3, expected one from 1x1 to the image's 14x14",
    );
    occlude(
        Occlusion::new([3, 15]),
        "occlusion of `Plain`: found a window of 3x15, expected one from 1x1 to the image's 14x14",
    );
    occlude(
        Occlusion::new([3, 3]).stride([1, 0]),
        "occlusion of `Plain`: found a stride of 1x0, expected one from 1x1 on",
    );
    occlude(
        Occlusion::new([3, 3]).fill(Fill::Channels(vec![0.0; 3])),
        "occlusion of `Plain`: found a filler of 3 numbers, expected one for each of 2 channels",
    );
    occlude(
        Occlusion::new([3, 3]).fill(Fill::Value(f32::INFINITY)),
        "occlusion of `Plain`: found the filler inf, expected a finite number",
    );
    let path = IntegratedGradients::new();
    let mut says = |how: IntegratedGradients, text: &str| {
        let found = explainer.integrated_gradients(x, 0, &how).err();
        assert_eq!(found.map(|e| e.to_string()).as_deref(), Some(text));
    };
    says(
        path.clone().steps(0),
        "integrated gradients of `Plain`: found 0 steps, expected at least 1",
    );
    says(
        path.clone().baseline_image(Array3::zeros((2, 14, 13))),
        "integrated gradients of `Plain`: found a baseline of 2x14x13, expected a baseline of 2x14x14",
    );
    says(
        path.baseline(f32::NAN),
        "integrated gradients of `Plain`: found a number that is not finite in the baseline, expected pixels",
    );
    Ok(())
}
