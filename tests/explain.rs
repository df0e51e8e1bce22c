//! Explanations of networks: identities that hold for any weights, and what is refused.

use cnn::explain::{Explainer, IntegratedGradients, Occlusion, Place, Signal, Target, Unit};
use cnn::ndarray::{Array4, Axis, s};
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
