//! Sums over many pixels of numbers far from zero, in whole networks.

use cnn::cnn;
use cnn::ndarray::Array4;
use cnn::train::Backprop;

cnn! {
    struct Norm< 1x1024x1024 -> bn >;
    struct Means< 1x1024x1024 -> conv(1, 1x1) -> global_avgpool -> flatten >;
}

#[test]
fn batch_norm_of_a_large_image() {
    let net = Norm::new(0);
    for mean in [100.3f32, 1000.0, 4000.7] {
        let x = Array4::from_shape_fn((1, 1, 1024, 1024), |(_, _, i, j)| {
            if (i + j) % 2 == 0 { mean + 1.0 } else { mean - 1.0 }
        });
        let mut pass = Backprop::<Norm>::new();
        let y = pass.forward(&net, x.view()).expect("a pass");
        let (low, high) = (x[[0, 0, 0, 1]], x[[0, 0, 0, 0]]);
        let deviation = (f64::from(high) - f64::from(low)) / 2.0;
        let expected = deviation / (deviation * deviation + 1e-5).sqrt();
        for (y, x) in y.iter().zip(&x) {
            let expected = if *x == high { expected } else { -expected };
            assert!((f64::from(*y) - expected).abs() < 1e-4, "mean {mean}: {y}, not {expected}");
        }
    }
}

#[test]
fn a_weight_that_every_pixel_has() {
    let net = Means::new(0);
    let x = Array4::from_elem((1, 1, 1024, 1024), 0.1f32);
    let mut pass = Backprop::<Means>::new();
    let y = pass.forward(&net, x.view()).expect("a pass").to_owned();
    let [weight, bias] = ["0.weight", "0.bias"].map(|path| net.get(path).expect("a parameter"));
    let expected =
        weight.iter().next().expect("one weight") * 0.1 + bias.iter().next().expect("one");
    assert!((y[[0, 0]] - expected).abs() < 1e-6 * expected.abs().max(0.1), "{y} {expected}");
    let gradients = pass.backward(&net, &cnn::ndarray::array![[1.0]]).expect("gradients");
    let d_weight = gradients.get("0.weight").expect("a gradient").sum();
    let d_bias = gradients.get("0.bias").expect("a gradient").sum();
    assert!(
        (d_weight / 0.1 - 1.0).abs() < 1e-6 && (d_bias - 1.0).abs() < 1e-6,
        "{d_weight} {d_bias}"
    );
}
