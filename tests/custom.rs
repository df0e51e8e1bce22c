//! Layers of one's own: generic over their shape, with parameters that are trained and saved.

use cnn::custom::{CustomLayer, Init, Parameter, ShapeType, Vector, Volume};
use cnn::ndarray::{Array, Array4, Dimension};
#[cfg(feature = "train")]
use cnn::train::{Group, Sgd, Trainer};
use cnn::typenum::Unsigned;
use cnn::{Network, cnn};

/// y = gain[channel] · x² + offset[row, column].
struct Curve;

impl<C: Unsigned, H: Unsigned, W: Unsigned> CustomLayer<Volume<C, H, W>> for Curve
where
    Volume<C, H, W>: ShapeType,
{
    type Output = Volume<C, H, W>;

    const PARAMS: &'static [Parameter] = &[
        Parameter { name: "gain", dims: &[C::USIZE], init: Init::Normal(1.0, 0.1) },
        Parameter { name: "offset", dims: &[H::USIZE, W::USIZE], init: Init::Uniform(-0.5, 0.5) },
    ];

    const MACS: u64 = (C::USIZE * H::USIZE * W::USIZE) as u64;

    fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]) {
        let &[gain, offset] = params else { panic!("two parameters") };
        for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
            *y = gain[i / offset.len()] * x * x + offset[i % offset.len()];
        }
    }

    fn backward(params: &[&[f32]], x: &[f32], _: &[f32], dy: &[f32], dx: &mut [f32]) {
        let positions = params[1].len();
        for (i, dx) in dx.iter_mut().enumerate() {
            *dx = 2.0 * params[0][i / positions] * x[i] * dy[i];
        }
    }

    fn backward_params(params: &[&[f32]], x: &[f32], _: &[f32], dy: &[f32], d: &mut [&mut [f32]]) {
        let positions = params[1].len();
        for i in 0..x.len() {
            d[0][i / positions] += x[i] * x[i] * dy[i];
            d[1][i % positions] += dy[i];
        }
    }
}

/// Drops the last element of a vector; without parameters.
struct Shorter;

impl CustomLayer<Vector<cnn::typenum::U8>> for Shorter {
    type Output = Vector<cnn::typenum::U7>;

    fn forward(_: &[&[f32]], x: &[f32], y: &mut [f32]) {
        y.copy_from_slice(&x[..7]);
    }

    fn backward(_: &[&[f32]], _: &[f32], _: &[f32], dy: &[f32], dx: &mut [f32]) {
        dx[..7].copy_from_slice(dy);
        dx[7] = 0.0;
    }
}

cnn! {
    /// Small images, sixteen of which are interleaved: two layers of one type with other shapes.
    struct Small<
        1x6x6 -> first: custom(Curve => 1x6x6) -> conv(2, 3x3) -> { custom(Curve => 2x4x4) -> tanh } * 2
        -> flatten -> dense(8) -> custom(Shorter => 7) -> out: dense(3)
    >;
    /// Many channels: blocks, and a layer of one's own between convolutions.
    struct Large<
        3x20x20 -> conv(32, 3x3, pad=1) -> curve: custom(Curve => 32x20x20) -> conv(32, 3x3) -> relu
        -> global_avgpool -> flatten -> dense(3)
    >;
}

fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    }
    array
}

#[test]
fn parameters_are_known_while_compiling() {
    const _: () = assert!(Small::PARAMETERS == 37 + 20 + 2 * 18 + 33 * 8 + 24);
    const _: () = assert!(Small::MACS == 36 + 2 * 16 * 9 + 2 * 32 + 32 * 8 + 21);
    let paths: Vec<_> = Small::TENSORS.iter().map(|t| (t.path, t.dims)).collect();
    assert_eq!(paths[..2], [("first.gain", &[1][..]), ("first.offset", &[6, 6])]);
    assert_eq!(paths[4..6], [("2.gain", &[2][..]), ("2.offset", &[4, 4])]);
    assert_eq!(paths[6].0, "4.gain");
    assert_eq!(paths.last().expect("tensors").0, "out.bias");
    assert_eq!((Small::LAYERS[0].parameters, Small::LAYERS[0].macs), (37, 36));
    let net = Small::new(1);
    assert!(net.get("4.offset").expect("a parameter").iter().all(|x| x.abs() <= 0.5));
    assert_ne!(net.get("2.offset").expect("a parameter"), net.get("4.offset").expect("another"));
}

#[test]
fn inference_agrees_in_every_layout_and_packed_in_place() {
    macro_rules! check {
        ($net:ident, $c:literal, $h:literal) => {
            let net = $net::new(3);
            let x = noise(Array4::zeros((19, $c, $h, $h)));
            let all = net.forward(x.view());
            for i in 0..19 {
                let one = net.forward(x.slice(cnn::ndarray::s![i..i + 1, .., .., ..]));
                for (a, b) in one.iter().zip(all.row(i)) {
                    assert!((a - b).abs() < 1e-4, "image {i}: {a} {b}");
                }
            }
            let beside =
                net.session(3).run(x.slice(cnn::ndarray::s![..3, .., .., ..])).unwrap().to_owned();
            let mut session = net.into_session(3);
            assert_eq!(session.run(x.slice(cnn::ndarray::s![..3, .., .., ..])).unwrap(), beside);
        };
    }
    check!(Small, 1, 6);
    check!(Large, 3, 20);
}

#[test]
fn parameters_are_saved_and_loaded() {
    let net = Small::new(3);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    net.save(&path).expect("a file");
    let again = Small::load(&path).expect("the same network");
    assert_eq!(again.params().trainable(), net.params().trainable());
}

#[cfg(feature = "train")]
mod training {
    use super::*;
    use cnn::{Adam, Trainer};

    fn check_gradients<N>(net: N, x: &Array4<f32>, paths: &[&str])
    where
        N: Network + for<'a> Network<Input<'a> = cnn::ndarray::ArrayView4<'a, f32>>,
    {
        let labels: Vec<usize> = (0..x.dim().0).map(|i| i % 3).collect();
        let mut trainer = Trainer::new(net, Adam::new(0.01));
        let (_, grads) = trainer.gradients(x.view(), &labels).expect("gradients");
        for path in paths {
            let gradient = grads.get(path).expect("a gradient");
            let largest = gradient.indexed_iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
            let (at, g) = largest.expect("elements");
            let mut loss = |step: f32| {
                let params = trainer.network_mut().params_mut();
                params.get_mut(path).expect("a parameter")[at.clone()] += step;
                let loss = trainer.gradients(x.view(), &labels).expect("gradients").0;
                let params = trainer.network_mut().params_mut();
                params.get_mut(path).expect("a parameter")[at.clone()] -= step;
                loss
            };
            let found = (loss(0.01) - loss(-0.01)) / 0.02;
            assert!(g.abs() > 1e-5, "{path}");
            assert!((found - g).abs() < 0.02 * g.abs() + 1e-4, "{path}: {found} {g}");
        }
    }

    #[test]
    fn gradients_agree_with_differences() {
        let x = noise(Array4::zeros((19, 1, 6, 6)));
        let paths =
            ["first.gain", "first.offset", "1.weight", "2.gain", "2.offset", "4.gain", "out.bias"];
        check_gradients(Small::new(5), &x, &paths);
        let x = noise(Array4::zeros((3, 3, 20, 20)));
        check_gradients(Large::new(5), &x, &["0.weight", "curve.gain", "curve.offset", "2.weight"]);
    }

    #[test]
    fn they_learn_the_same_on_any_number_of_threads() {
        let x = noise(Array4::zeros((70, 1, 6, 6)));
        let labels: Vec<usize> = (0..70).map(|i| i % 3).collect();
        let run = |threads| {
            let mut trainer = Trainer::new(Small::new(2), Adam::new(0.01)).threads(threads);
            let losses: Vec<f32> =
                (0..40).map(|_| trainer.step(x.view(), &labels).expect("a step")).collect();
            (losses, trainer.into_network().params().trainable().to_vec())
        };
        let one = run(1);
        assert!(one.0[39] < one.0[0], "{:?}", one.0);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    }
}

/// Wherever the pass back may end, what is trained learns as if all were.
#[cfg(feature = "train")]
#[test]
fn each_parameter_learns_alone_what_it_learns_with_the_others() {
    macro_rules! check {
        ($net:ident, $c:literal, $h:literal) => {
            let (x, labels) = (noise(Array4::zeros((3, $c, $h, $h))), [0, 1, 2]);
            let step = |groups: Vec<Group>| {
                let mut trainer = Trainer::new($net::new(3), Sgd::new(0.1));
                trainer.set_groups(groups);
                trainer.step(x.view(), &labels).expect("a step");
                trainer.into_network()
            };
            let free = step(Vec::new());
            for spec in $net::TENSORS {
                let alone = vec![Group::all().frozen(), Group::matching(spec.path).trained()];
                let alone = step(alone);
                let [found, expected] = [&alone, &free].map(|net| net.get(spec.path).unwrap());
                assert_eq!(found, expected, "{}", spec.path);
            }
        };
    }
    check!(Small, 1, 6);
    check!(Large, 3, 20);
}
