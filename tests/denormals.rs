//! Numbers below the normal range, which slow processors down many times: they count as zeros in the kernels,
//! whatever the layer, the layout and the number of threads, and as what they are everywhere else.

use cnn::custom::{CustomLayer, Vector};
use cnn::ndarray::{Array, Array2, Array4, Dimension};
use cnn::train::{Adam, AdamW, Backprop, MOST_KEPT, Optimizer, RmsProp, Sgd, Update};
use cnn::typenum::U12;
use cnn::{Network, cnn};
use std::hint::black_box;

/// Doubles its input, and checks that arithmetic is what it is outside.
struct Doubled;

impl CustomLayer<Vector<U12>> for Doubled {
    type Output = Vector<U12>;

    fn forward(_: &[&[f32]], x: &[f32], y: &mut [f32]) {
        assert!(gradual_underflow(), "a custom layer has another arithmetic");
        y.iter_mut().zip(x).for_each(|(y, x)| *y = 2.0 * x);
        // What a layer of one's own leaves behind is flushed.
        y[0] += 1e-41;
    }

    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], dy: &[f32], dx: &mut [f32]) {
        assert!(gradual_underflow(), "a custom layer has another arithmetic");
        dx.iter_mut().zip(dy).for_each(|(dx, dy)| *dx = 2.0 * dy);
    }
}

/// Whether halves of the smallest normal number are numbers.
fn gradual_underflow() -> bool {
    let half = black_box(f32::MIN_POSITIVE) * black_box(0.5);
    half > 0.0 && half + half == f32::MIN_POSITIVE
}

cnn! {
    /// In blocks: direct, small groups, mixed groups, Winograd's, pools, norms.
    struct Blocks<
        3x20x20 -> conv(32, 3x3, pad=1) -> bn -> relu -> conv(32, 3x3, pad=1) -> gelu -> maxpool(2)
        -> depthwise(3x3, pad=1) -> silu -> conv(24, 1x1, groups=4) -> ln -> deconv(8, 2x2, stride=2)
        -> avgpool(4) -> flatten -> dense(12) -> custom(Doubled => 12) -> dense(5)
    >;
    /// Small images: sixteen of them interleaved in larger batches.
    struct Lanes<
        1x12x12 -> conv(4, 3x3) -> tanh -> conv(6, 3x3, table=[[0, 1], [1, 2], [2, 3], [0, 3], [0, 1, 2, 3], [2]])
        -> sigmoid -> lrn(3) -> avgpool(2) -> flatten -> dense(12) -> custom(Doubled => 12) -> dense(5)
    >;
}

/// Fixed numbers in ±1, three of ten of them of the order of `small`.
fn noise<D: Dimension>(mut array: Array<f32, D>, small: f32) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
        *x *= if i % 10 % 4 == 2 { small } else { 1.0 };
    }
    array
}

/// The network, its parameters three of ten of the order of `small`.
fn network<N: Network>(small: f32) -> N {
    let mut net = N::new(3);
    for spec in N::TENSORS {
        let Ok(tensor) = net.get(spec.path) else { continue };
        // Deviations from what was there, since some must be positive.
        let numbers = noise(Array::zeros(tensor.raw_dim()), small);
        let weight = spec.dims.len() > 1;
        let values = tensor.to_owned() * if weight { numbers } else { numbers.mapv(|_| 1.0) };
        net.set(spec.path, values).expect("the same dimensions");
    }
    net
}

fn bits<D: Dimension>(array: &Array<f32, D>) -> Vec<u32> {
    array.iter().map(|x| x.to_bits()).collect()
}

/// The outputs, and all gradients, of batches of several sizes.
fn results<N>(small: f32, side: usize, channels: usize, threads: usize) -> Vec<Vec<u32>>
where
    N: for<'a> Network<
            Input<'a> = cnn::ndarray::ArrayView4<'a, f32>,
            Output = Array2<f32>,
            TrainOutput = Array2<f32>,
        >,
{
    let net = network::<N>(small);
    let mut all = vec![];
    for images in [1, 3, 16, 20] {
        let x = noise(Array4::zeros((images, channels, side, side)), small);
        let mut session = net.session(images).threads(threads).expect("threads");
        all.push(bits(&session.run(x.view()).expect("a run").to_owned()));
        let pass = Backprop::<N>::new().input_gradients(true).threads(threads);
        let mut pass = pass.expect("threads");
        all.push(bits(&pass.forward(&net, x.view()).expect("a pass").to_owned()));
        let d = noise(Array2::zeros((images, 5)), small);
        let gradients = pass.backward(&net, &d).expect("a pass back");
        all.extend(gradients.inputs().iter().map(bits));
        for spec in N::TENSORS {
            all.extend(gradients.get(spec.path).iter().map(|g| bits(&g.to_owned())));
        }
    }
    assert!(gradual_underflow(), "the caller has another arithmetic");
    all
}

fn is_denormal(bits: u32) -> bool {
    f32::from_bits(bits).is_subnormal()
}

fn check<N>(side: usize, channels: usize)
where
    N: for<'a> Network<
            Input<'a> = cnn::ndarray::ArrayView4<'a, f32>,
            Output = Array2<f32>,
            TrainOutput = Array2<f32>,
        >,
{
    let zeros = results::<N>(0.0, side, channels, 1);
    for threads in [1, 2, 4] {
        for small in [1e-40, 1e-36] {
            let found = results::<N>(small, side, channels, threads);
            if small == 1e-40 {
                assert_eq!(found, zeros, "{} on {threads} threads: denormals are zeros", N::NAME);
            }
            let denormal = found.concat().into_iter().filter(|&x| is_denormal(x)).count();
            assert_eq!(denormal, 0, "{} on {threads} threads gives denormals", N::NAME);
        }
    }
}

#[test]
fn denormals_count_as_zeros_in_blocks() {
    check::<Blocks>(20, 3);
}

#[test]
fn denormals_count_as_zeros_in_lanes() {
    check::<Lanes>(12, 1);
}

#[test]
fn parameters_keep_their_denormals() {
    let net = network::<Blocks>(1e-40);
    let kept = |net: &Blocks| -> Vec<u32> {
        let all = Blocks::TENSORS.iter().filter_map(|spec| net.get(spec.path).ok());
        all.flat_map(|t| bits(&t.to_owned())).collect()
    };
    assert!(kept(&net).into_iter().any(is_denormal));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    net.save(&path).expect("a file");
    assert_eq!(kept(&Blocks::load(&path).expect("the same network")), kept(&net));
}

/// Without gradients, what an optimizer keeps decays to zero, not through the denormals.
#[test]
fn what_optimizers_keep_decays_to_zero() {
    let optimizers: [Box<dyn Optimizer>; 5] = [
        Box::new(Sgd::new(0.1).weight_decay(0.5)),
        Box::new(Sgd::new(0.1).momentum(0.5).nesterov()),
        Box::new(Adam::new(0.1).betas(0.5, 0.5)),
        Box::new(AdamW::new(0.1).betas(0.5, 0.5).weight_decay(5.0)),
        Box::new(RmsProp::new(0.1).smoothing(0.5).momentum(0.5).weight_decay(0.5)),
    ];
    for (i, optimizer) in optimizers.into_iter().enumerate() {
        let start: Vec<f32> = (0..33).map(|i| 1e-37 * (i as f32 - 16.0)).collect();
        let (mut params, mut kept, mut steps) = (start.clone(), vec![[0.0; 33]; MOST_KEPT], 0);
        let mut step = |params: &mut [f32], gradients: &[f32]| {
            steps += 1;
            let update = Update::new(0.1, steps, &[33]).weight_decay(optimizer.decay());
            let mut slices = kept.iter_mut();
            let kept = [(); MOST_KEPT].map(|()| slices.next().map_or(&mut [][..], |k| &mut k[..]));
            optimizer.update(&update, params, gradients, kept);
        };
        step(&mut params, &start);
        for n in 0..40 {
            step(&mut params, &[0.0; 33]);
            let denormal = params.iter().find(|p| p.is_subnormal());
            assert_eq!(denormal, None, "optimizer {i} after {n} steps");
        }
        // Where no gradient and nothing kept is left, nothing moves.
        if matches!(i, 1 | 2) {
            (0..200).for_each(|_| step(&mut params, &[0.0; 33]));
            let before = params.clone();
            step(&mut params, &[0.0; 33]);
            assert_eq!(params, before, "optimizer {i}");
        }
    }
}
