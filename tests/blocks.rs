//! Networks in blocks of channels: the same bits for any number of threads, and algorithms that
//! agree.

use cnn::ndarray::{Array, Array2, Array4, ArrayView4, Dimension};
use cnn::{Backprop, Network, Session, cnn};

cnn! {
    pub struct Blocks<
        3x20x20 -> conv(32, 3x3, pad=1) -> relu
        -> add(conv(32, 3x3, pad=1, bias=false) -> bn -> relu
               -> conv(32, 3x3, pad=1, bias=false) -> bn
             | _) -> relu
        -> conv(64, 3x3, stride=2, pad=1) -> sigmoid
        -> concat(depthwise(3x3, pad=1) -> relu6 | conv(20, 1x1) -> gelu)
        -> mul(_ | global_avgpool -> conv(84, 1x1) -> sigmoid)
        -> maxpool(2) -> conv(64, 3x3, pad=1) -> relu -> avgpool(2)
        -> conv(16, 2x2) -> flatten -> dense(10)
    >;
}

cnn! {
    /// Packed, its weights take the more room the fewer filters a layer has.
    pub struct Few<
        3x9x9 -> conv(5, 3x3) -> relu -> conv(2, 1x1) -> bn -> depthwise(3x3, pad=1) -> bn -> prelu
        -> add(_ | conv(2, 3x3, pad=1)) -> conv(36, 1x1, groups=2) -> bn -> maxpool(2) -> bn
        -> flatten -> dense(300) -> tanh -> dense(7)
    >;
}

cnn! {
    /// Convolution's relatives.
    pub struct Others<
        3x9x9 -> conv(32, 3x3, pad=1, pad_mode=reflect) -> relu
        -> conv(32, 3x3, pad=1, groups=8, bias=false) -> bn -> upsample(2, bilinear)
        -> conv(16, 3x3, table=[
            [0, 1], [5], [2, 31], [7, 8, 9], [1], [4], [0], [30, 3],
            [16], [17, 4], [18], [19], [20], [21], [22], [23, 24, 25],
        ]) -> tanh
        -> deconv(32, 4x4, stride=2, pad=1, bias=false) -> bn -> tanh
        -> add(_ | deconv(32, 3x3, pad=1, groups=32)) -> crop((9, 8, 7, 9))
        -> pad((1, 2), mode=circular) -> conv(16, 1x1) -> flatten -> dense(7)
    >;
}

cnn! {
    pub struct Fast< 16x30x26 -> conv(48, 3x3, pad=1) -> tanh -> conv(40, 3x3) -> flatten -> dense(7) >;
}

cnn! {
    pub struct Accurate< 16x30x26 -> conv(48, 3x3, pad=1) -> tanh -> conv(40, 3x3) -> flatten -> dense(7) > with accurate;
}

/// Numbers without a pattern.
fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    let mut state = 7u32;
    array.mapv_inplace(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    });
    array
}

fn bits(floats: &[f32]) -> Vec<u32> {
    floats.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn inference_gives_the_same_bits_on_any_number_of_threads() {
    check_inference(&Blocks::new(1), 20);
    check_inference(&Others::new(1), 9);
}

/// Inference by a network of squares of three channels on any number of threads.
fn check_inference<N>(net: &N, side: usize)
where
    N: Network<Output = Array2<f32>>,
    for<'a> N: Network<Input<'a> = ArrayView4<'a, f32>>,
{
    for images in [1, 2, 3, 17] {
        let x = noise(Array4::zeros((images, 3, side, side)));
        let run = |threads| {
            let mut session = Session::new(net, images).threads(threads).expect("threads");
            bits(session.run(x.view()).expect("a batch").as_slice().expect("rows"))
        };
        let one = run(1);
        for threads in [2, 3, 8] {
            assert_eq!(run(threads), one, "{images} images on {threads} threads");
        }
    }
}

/// As different from what they were as trained parameters are.
fn trained<N: Network>(params: &cnn::Params) -> N {
    let mut params = params.clone();
    let buffers = noise(Array::from(params.buffers().to_vec()));
    params.buffers_mut().iter_mut().zip(&buffers).for_each(|(to, x)| *to = x.abs() + 0.1);
    let trainable = noise(Array::from(params.trainable().to_vec()));
    params.trainable_mut().iter_mut().zip(&trainable).for_each(|(to, x)| *to += 0.1 * x);
    N::from_params(params)
}

#[test]
fn weights_packed_where_they_lie_give_the_same_bits() {
    macro_rules! check {
        ($net:ident, $c:literal, $h:literal, $w:literal) => {
            for images in [1, 3, 17] {
                let net: $net = trained($net::new(5).params());
                let x = noise(Array4::zeros((images, $c, $h, $w)));
                let beside = net.session(images).run(x.view()).expect("a batch").to_owned();
                let mut session = net.into_session(images);
                let in_place = session.run(x.view()).expect("a batch");
                assert!(beside.iter().all(|y| y.is_finite()));
                assert_eq!(
                    bits(in_place.as_slice().expect("rows")),
                    bits(beside.as_slice().expect("rows")),
                    "{images} images"
                );
            }
        };
    }
    check!(Blocks, 3, 20, 20);
    check!(Few, 3, 9, 9);
    check!(Others, 3, 9, 9);
    check!(Fast, 16, 30, 26);
}

/// The gradients of a network of squares of three channels on 1, 2 and 4 threads.
fn check_gradients<N>(net: &N, side: usize)
where
    N: Network<TrainOutput = Array2<f32>>,
    for<'a> N: Network<Input<'a> = ArrayView4<'a, f32>>,
{
    for images in [1, 3, 17, 40] {
        let x = noise(Array4::zeros((images, 3, side, side)));
        let run = |threads| {
            let mut pass =
                Backprop::<N>::new().threads(threads).expect("threads").input_gradients(true);
            let y = pass.forward(net, x.view()).expect("outputs").to_owned();
            let gradients = pass.backward(net, &y).expect("gradients");
            let of = |path: &str| {
                bits(gradients.get(path).expect("a gradient").as_slice().expect("rows"))
            };
            N::TENSORS
                .iter()
                .filter(|t| t.role == cnn::Role::Trainable)
                .map(|t| of(t.path))
                .collect::<Vec<_>>()
        };
        let one = run(1);
        for threads in [2, 4] {
            assert_eq!(run(threads), one, "{images} images on {threads} threads");
        }
    }
}

#[test]
fn gradients_have_the_same_bits_on_any_number_of_threads() {
    check_gradients(&Blocks::new(1), 20);
    check_gradients(&Others::new(1), 9);
}

#[test]
fn winograd_and_direct_convolutions_agree() {
    let fast = Fast::new(3);
    let accurate = Accurate::from_params(fast.params().clone());
    let x = noise(Array4::zeros((2, 16, 30, 26)));
    let (a, b) = (fast.forward(x.view()), accurate.forward(x.view()));
    let largest = b.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    let error = a.iter().zip(&b).fold(0.0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(error <= 5e-5 * largest, "{error} of {largest}");
    assert!(error > 0.0, "two algorithms round differently");
}
