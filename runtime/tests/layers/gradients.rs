//! The oracle's gradients against central differences, in `f64`.

use crate::harness::Random;
use crate::pools::places;
use cnn_oracle::*;

/// Half the distance of the two points of a difference.
const STEP: f64 = 1e-5;

/// The largest error allowed, relative to the largest element of a gradient.
const TOLERANCE: f64 = 1e-6;

/// Checks a layer's gradients with respect to every input and every parameter.
///
/// The inputs must be away from kinks and ties by more than [`STEP`].
fn check_layer(
    name: &str,
    layer: &dyn Layer<f64>,
    params: Vec<Vec<f64>>,
    inputs: Vec<Tensor<f64>>,
) {
    let output = layer.forward(&params, &inputs);
    let d_output = tensor(99, output.dims);
    let gradients = layer.backward(&params, &inputs, &d_output);
    assert_eq!(gradients.inputs.len(), inputs.len(), "{name}: gradients of inputs");
    assert_eq!(gradients.params.len(), params.len(), "{name}: gradients of parameters");
    let loss = |params: &[Vec<f64>], inputs: &[Tensor<f64>]| -> f64 {
        layer.forward(params, inputs).data.iter().zip(&d_output.data).map(|(y, d)| y * d).sum()
    };
    for (which, found) in gradients.inputs.iter().enumerate() {
        assert_eq!(
            found.dims, inputs[which].dims,
            "{name}: shape of the gradient of input {which}"
        );
        let numeric = differences(found.data.len(), |i, step| {
            let mut moved = inputs.clone();
            moved[which].data[i] += step;
            loss(&params, &moved)
        });
        compare(&format!("{name}, input {which}"), &found.data, &numeric);
    }
    for (which, found) in gradients.params.iter().enumerate() {
        assert_eq!(
            found.len(),
            params[which].len(),
            "{name}: size of the gradient of parameter {which}"
        );
        let numeric = differences(found.len(), |i, step| {
            let mut moved = params.clone();
            moved[which][i] += step;
            loss(&moved, &inputs)
        });
        compare(&format!("{name}, parameter {which}"), found, &numeric);
    }
}

/// The central difference of `loss(i, step)` for every `i < len`.
fn differences(len: usize, loss: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    (0..len).map(|i| (loss(i, STEP) - loss(i, -STEP)) / (2.0 * STEP)).collect()
}

fn compare(what: &str, found: &[f64], expected: &[f64]) {
    let largest = expected.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= TOLERANCE * largest;
        assert!(close, "{what}, element {i}: found {found}, the difference quotient is {expected}");
    }
}

fn vec(seed: u64, len: usize) -> Vec<f64> {
    Random::new(seed).vec(len).into_iter().map(f64::from).collect()
}

fn tensor(seed: u64, dims: [usize; 4]) -> Tensor<f64> {
    Tensor { dims, data: vec(seed, dims.iter().product()) }
}

fn axis(kernel: usize, stride: usize, dilation: usize, pad: [usize; 2], ceil: bool) -> Axis {
    Axis { kernel, stride, dilation, pad, ceil }
}

/// Windows with every option, over images of 7×6.
fn windows() -> Vec<Window> {
    let plain = |kernel, stride| axis(kernel, stride, 1, [0, 0], false);
    vec![
        [plain(1, 1), plain(1, 1)],
        [plain(3, 1), plain(2, 2)],
        [axis(3, 1, 1, [1, 1], false), axis(3, 1, 1, [1, 1], false)],
        [axis(3, 2, 1, [0, 1], false), axis(4, 3, 1, [2, 1], false)],
        [axis(2, 1, 2, [1, 0], false), axis(3, 2, 2, [1, 2], false)],
        [axis(2, 2, 1, [0, 0], true), axis(3, 2, 1, [1, 1], true)],
    ]
}

#[test]
fn windows_are_counted_as_in_pytorch() {
    let count = |kernel, stride, pad, ceil, n| axis(kernel, stride, 1, pad, ceil).windows(n);
    assert_eq!(count(2, 2, [0, 0], false, 5), 2);
    assert_eq!(count(2, 2, [0, 0], true, 5), 3);
    assert_eq!(count(2, 2, [1, 1], true, 5), 3, "a window that would start in the end padding");
    assert_eq!(count(3, 3, [1, 1], true, 5), 2, "4 more pixels than a window");
    assert_eq!(count(5, 1, [2, 2], false, 28), 28);
    assert_eq!(count(3, 1, [0, 0], false, 2), 0);
    assert_eq!(count(3, 2, [0, 0], true, 2), 1, "a window larger than the image");
    assert_eq!(count(4, 2, [0, 0], true, 2), 0);
}

#[test]
fn convolution() {
    for (channels, filters, groups) in [(2, 3, 1), (4, 2, 2), (3, 3, 3), (2, 4, 2)] {
        for window in windows() {
            let name = format!(
                "conv, {channels} channels, {filters} filters, {groups} groups, {window:?}"
            );
            let layer = Conv { window, filters, groups };
            let weights = filters * channels / groups * window[0].kernel * window[1].kernel;
            let x = tensor(1, [2, channels, 7, 6]);
            check_layer(&name, &layer, vec![vec(2, weights), vec(3, filters)], vec![x.clone()]);
            check_layer(&format!("{name}, no bias"), &layer, vec![vec(2, weights)], vec![x]);
        }
    }
}

#[test]
fn convolution_by_a_table() {
    let table = vec![vec![0, 2], vec![1], vec![0, 1, 2], vec![2]];
    for window in windows() {
        let weights = 7 * window[0].kernel * window[1].kernel;
        let layer = ConvTable { window, table: table.clone() };
        let x = tensor(1, [2, 3, 7, 6]);
        let name = format!("{layer:?}");
        check_layer(&name, &layer, vec![vec(2, weights), vec(3, 4)], vec![x.clone()]);
        check_layer(&format!("{name}, no bias"), &layer, vec![vec(2, weights)], vec![x]);
    }
}

#[test]
fn transposed_convolution() {
    for (channels, filters, groups) in [(2, 3, 1), (4, 2, 2), (3, 3, 3), (2, 4, 2)] {
        for (i, window) in windows().into_iter().take(5).enumerate() {
            let extra = [[0, 0], [0, 1]][i % 2];
            let layer = Deconv { window, filters, groups, extra };
            let weights = channels * filters / groups * window[0].kernel * window[1].kernel;
            let x = tensor(1, [2, channels, 4, 3]);
            let name = format!("deconv, {layer:?}");
            check_layer(&name, &layer, vec![vec(2, weights), vec(3, filters)], vec![x.clone()]);
            check_layer(&format!("{name}, no bias"), &layer, vec![vec(2, weights)], vec![x]);
        }
    }
}

#[test]
fn dense() {
    let x = tensor(1, [3, 2, 2, 3]);
    check_layer("dense", &Dense { outputs: 5 }, vec![vec(2, 60), vec(3, 5)], vec![x.clone()]);
    check_layer("dense, no bias", &Dense { outputs: 5 }, vec![vec(2, 60)], vec![x]);
}

#[test]
fn padding_and_cropping() {
    let x = tensor(1, [2, 3, 4, 5]);
    for border in [Border::Constant(0.5), Border::Reflect, Border::Replicate, Border::Circular] {
        let layer = Pad { more: [3, 1, 2, 4], border };
        check_layer(&format!("pad {layer:?}"), &layer, vec![], vec![x.clone()]);
    }
    check_layer("crop", &Crop { less: [1, 2, 0, 3] }, vec![], vec![x]);
}

#[test]
fn upsampling() {
    use Interpolation::*;
    let outputs = [[6, 12], [3, 16], [15, 4], [3, 4], [4, 7], [5, 5]];
    for (output, interpolation) in
        outputs.into_iter().flat_map(|o| [Nearest, Bilinear, Aligned].map(|i| (o, i)))
    {
        let layer = Upsample { output, interpolation };
        check_layer(&format!("{layer:?}"), &layer, vec![], vec![tensor(1, [2, 2, 3, 4])]);
    }
}

#[test]
fn borders_have_known_values() {
    let x = Tensor { dims: [1, 1, 1, 3], data: vec![1.0, 2.0, 3.0] };
    let padded = |border| Pad { more: [0, 0, 2, 1], border }.forward(&[], std::slice::from_ref(&x));
    assert_eq!(padded(Border::Constant(7.0)).data, [7.0, 7.0, 1.0, 2.0, 3.0, 7.0]);
    assert_eq!(padded(Border::Reflect).data, [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
    assert_eq!(padded(Border::Replicate).data, [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
    assert_eq!(padded(Border::Circular).data, [2.0, 3.0, 1.0, 2.0, 3.0, 1.0]);
}

#[test]
fn pooling() {
    let x = tensor(1, [2, 3, 7, 6]);
    for window in windows() {
        check_layer(&format!("maxpool {window:?}"), &MaxPool { window }, vec![], vec![x.clone()]);
        for count_pad in [false, true] {
            let layer = AvgPool { window, count_pad };
            check_layer(&format!("{layer:?}"), &layer, vec![], vec![x.clone()]);
        }
    }
    for window in windows() {
        check_layer(&format!("sumpool {window:?}"), &SumPool { window }, vec![], vec![x.clone()]);
        for p in [1.0, 2.0, 2.5, 3.0] {
            let layer = LpPool { window, p };
            check_layer(&format!("{layer:?}"), &layer, vec![], vec![x.clone()]);
        }
        // Windows without a zero, with one, and with several.
        let mut x = x.clone();
        x.data.iter_mut().step_by(5).for_each(|x| *x = 0.0);
        check_layer(&format!("prodpool {window:?}"), &ProdPool { window }, vec![], vec![x]);
    }
    for window in windows() {
        let layer = Unpool { window, size: [7, 6] };
        let places = places(&window, &x);
        let small = tensor(2, places.dims);
        check_layer(&format!("{layer:?}"), &layer, vec![], vec![small, places]);
    }
    check_layer("attnpool", &AttnPool, vec![vec(2, 3)], vec![x.clone()]);
    check_layer("global_avgpool", &GlobalAvgPool, vec![], vec![x.clone()]);
    check_layer("global_maxpool", &GlobalMaxPool, vec![], vec![x.clone()]);
    for size in [[1, 1], [7, 6], [3, 4], [4, 2], [9, 5]] {
        let (mean, maximum) = (AdaptiveAvgPool { size }, AdaptiveMaxPool { size });
        check_layer(&format!("{mean:?}"), &mean, vec![], vec![x.clone()]);
        check_layer(&format!("{maximum:?}"), &maximum, vec![], vec![x.clone()]);
    }
}

#[test]
fn average_divides_by_what_lies_within_the_padding() {
    // Windows of 3, 2 apart, over | 0 | 1 2 3 4 | 0 | and one column beyond the padding.
    let window = [axis(1, 1, 1, [0, 0], false), axis(3, 2, 1, [1, 1], true)];
    let x = Tensor { dims: [1, 1, 1, 4], data: vec![1.0, 2.0, 3.0, 4.0] };
    let average =
        |count_pad| AvgPool { window, count_pad }.forward(&[], std::slice::from_ref(&x)).data;
    assert_eq!(average(true), [1.0, 3.0, 2.0]);
    assert_eq!(average(false), [1.5, 3.0, 4.0]);
}

#[test]
fn a_norm_of_zero_has_a_gradient_of_zero() {
    let window = [axis(1, 1, 1, [0, 0], false), axis(2, 2, 1, [0, 0], false)];
    let x = [Tensor { dims: [1, 1, 1, 4], data: vec![0.0, 0.0, 3.0, -4.0] }];
    for p in [1.0, 2.0, 3.5] {
        let layer = LpPool { window, p };
        let y: Tensor<f64> = layer.forward(&[], &x);
        assert_eq!(y.data[0], 0.0, "p = {p}");
        let d_x = layer.backward(&[], &x, &y.map(|_| 1.0)).inputs[0].data.clone();
        assert!(d_x[..2] == [0.0, 0.0] && d_x[2] > 0.0 && d_x[3] < 0.0, "p = {p}: {d_x:?}");
    }
    let y: Tensor<f64> = LpPool { window, p: 2.0 }.forward(&[], &x);
    assert!((y.data[1] - 5.0).abs() < 1e-12, "{y:?}");
}

#[test]
fn maximum_is_as_in_pytorch() {
    let window = [axis(1, 1, 1, [0, 0], false), axis(2, 2, 1, [0, 0], false)];
    let x = Tensor {
        dims: [1, 1, 1, 6],
        data: vec![-1.0, -1.0, f64::NAN, 5.0, f64::NEG_INFINITY, f64::NEG_INFINITY],
    };
    let (layer, x) = (MaxPool { window }, [x]);
    let y = layer.forward(&[], &x);
    assert!(y.data[0] == -1.0 && y.data[1].is_nan() && y.data[2] == f64::NEG_INFINITY, "{y:?}");
    let d_x = layer.backward(&[], &x, &Tensor { dims: y.dims, data: vec![1.0, 2.0, 3.0] });
    assert_eq!(d_x.inputs[0].data, [1.0, 0.0, 2.0, 0.0, 3.0, 0.0]);
}

#[test]
fn batch_norm() {
    let x = tensor(1, [3, 2, 2, 3]);
    let params = vec![vec(2, 2), vec(3, 2)];
    for running in [None, Some([vec(4, 2), vec![0.3, 2.0]])] {
        let layer = BatchNorm { eps: 1e-3, running };
        check_layer(&format!("{layer:?}"), &layer, params.clone(), vec![x.clone()]);
        check_layer(&format!("{layer:?}, no parameters"), &layer, vec![], vec![x.clone()]);
    }
}

#[test]
fn batch_norm_statistics() {
    let x = Tensor { dims: [2, 1, 1, 1], data: vec![1.0, 5.0] };
    assert_eq!(BatchNorm::statistics(&x, false), [vec![3.0], vec![4.0]]);
    let running = BatchNorm::updated(&x, &[vec![1.0], vec![2.0]], 0.25);
    assert_eq!(running, [vec![1.5], vec![3.5]]);
}

#[test]
fn activations() {
    use Activation::*;
    let softplus = Softplus { beta: 2.0, threshold: 5.0 };
    let scaled_tanh = ScaledTanh { scale: 1.7159, slope: 2.0 / 3.0 };
    let rescale = Rescale { factor: -0.3 };
    let parametric =
        [scaled_tanh, LeakyRelu { slope: 0.01 }, Elu { alpha: 0.5 }, rescale, softplus];
    let plain = [
        Identity,
        Sigmoid,
        Tanh,
        Relu,
        Relu6,
        Selu,
        Gelu,
        GeluTanh,
        Silu,
        Mish,
        HardSigmoid,
        HardSwish,
    ];
    // -8.05 to 7.95 in steps of 0.1: no kink is near.
    let x = Tensor::from_fn([2, 4, 4, 5], |[n, c, i, j]| {
        ((n * 4 + c) * 20 + i * 5 + j) as f64 / 10.0 - 8.05
    });
    for layer in parametric.into_iter().chain(plain) {
        check_layer(&format!("{layer:?}"), &layer, vec![], vec![x.clone()]);
    }
    check_layer("prelu, one weight", &Prelu, vec![vec![0.25]], vec![x.clone()]);
    check_layer("prelu, a weight a channel", &Prelu, vec![vec(2, 4)], vec![x]);
}

#[test]
fn activations_have_known_values() {
    use Activation::*;
    let known = [
        (Sigmoid, 1.0, 0.731_058_578_630_004_9),
        // LeCun et al. (1998) chose the numbers so that 1 stays 1, all but.
        (ScaledTanh { scale: 1.7159, slope: 2.0 / 3.0 }, 1.0, 0.999_997_255_922_479_1),
        (Elu { alpha: 1.0 }, -1.0, -0.632_120_558_828_557_7),
        (Selu, -1.0, -1.111_330_737_812_562_8),
        (Gelu, 1.0, 0.841_344_746_068_542_9),
        (GeluTanh, 1.0, 0.841_191_990_608_276_9),
        (Mish, 1.0, 0.865_098_388_267_310_2),
        (HardSwish, 1.0, 2.0 / 3.0),
        (Softplus { beta: 2.0, threshold: 20.0 }, 1.0, 1.063_464_005_521_486_5),
    ];
    for (function, x, y) in known {
        assert!(
            (function.apply(x) - y).abs() < 1e-14,
            "{function:?} of {x} is {}",
            function.apply(x)
        );
    }
    for (x, y) in [(0.5, 0.520_499_877_813_046_5), (-2.0, -0.995_322_265_018_952_7), (9.0, 1.0)] {
        assert!((erf(x) - y).abs() < 1e-15, "erf({x}) is {}", erf(x));
    }
}

#[test]
fn softmax() {
    let x = tensor(1, [2, 4, 2, 3]);
    check_layer("softmax", &Softmax, vec![], vec![x.clone()]);
    check_layer("log_softmax", &LogSoftmax, vec![], vec![x]);
    let cross_entropy = CrossEntropy { labels: vec![3, 0, 2] };
    check_layer("cross entropy", &cross_entropy, vec![], vec![tensor(1, [3, 4, 1, 1])]);
}

#[test]
fn several_inputs() {
    let x = |seed, channels| tensor(seed, [2, channels, 2, 3]);
    check_layer("add", &Add, vec![], vec![x(1, 3), x(2, 3), x(3, 3)]);
    check_layer("concat", &Concat, vec![], vec![x(1, 3), x(2, 1), x(3, 2)]);
    check_layer("mul", &Mul, vec![], vec![x(1, 3), x(2, 3), x(3, 3)]);
    check_layer("mul, broadcast", &Mul, vec![], vec![x(1, 3), tensor(2, [2, 3, 1, 1])]);
    check_layer(
        "mul, broadcast first",
        &Mul,
        vec![],
        vec![tensor(2, [2, 3, 1, 1]), x(1, 3), x(3, 3)],
    );
    let (channels, pixels, one) =
        (tensor(4, [2, 3, 1, 1]), tensor(5, [2, 1, 2, 3]), tensor(6, [2, 1, 1, 1]));
    for inputs in [
        vec![x(1, 3), pixels.clone()],
        vec![pixels.clone(), x(1, 3)],
        vec![channels.clone(), x(1, 3), pixels.clone(), one],
        vec![channels, pixels],
    ] {
        check_layer("add of other extents", &Add, vec![], inputs.clone());
        check_layer("mul of other extents", &Mul, vec![], inputs);
    }
}

#[test]
fn dropout() {
    let layer = Dropout { p: 0.3, kept: (0..24).map(|i| i % 3 != 0).collect() };
    check_layer("dropout", &layer, vec![], vec![tensor(1, [2, 3, 2, 2])]);
}

#[test]
fn channels() {
    let x = || vec![tensor(1, [2, 6, 2, 3])];
    for (n, i) in [(1, 0), (2, 1), (3, 0), (6, 5)] {
        check_layer("split", &Channels::split(6, n, i), vec![], x());
        check_layer("shuffle", &Channels::shuffle(6, n), vec![], x());
    }
    check_layer("scale", &Scale, vec![vec(2, 6)], x());
    check_layer("scale and bias", &Scale, vec![vec(2, 6), vec(3, 6)], x());
    for run in [6, 36] {
        let layer = Dropout { p: 0.3, kept: (0..72).map(|i| i / run % 3 != 0).collect() };
        check_layer("dropout2d and drop_path", &layer, vec![], x());
    }
    let position = [axis(1, 1, 1, [0, 0], false); 2];
    let pointwise = Conv { window: position, filters: 4, groups: 1 };
    check_layer("pointwise", &pointwise, vec![vec(2, 24), vec(3, 4)], x());
}

#[test]
fn normalizations_of_an_image() {
    for over in [Over::Position, Over::Groups(1), Over::Groups(2), Over::Groups(6)] {
        let layer = Normalize { over, eps: 1e-3 };
        for params in [vec![], vec![vec(2, 6), vec(3, 6)], vec![vec(2, 36), vec(3, 36)]] {
            let name = format!("ln, gn or instancenorm over {over:?}, {} parameters", params.len());
            check_layer(&name, &layer, params, vec![tensor(1, [2, 6, 2, 3])]);
        }
    }
}

#[test]
fn lrn() {
    for size in [1, 2, 3, 5, 8] {
        let layer = Lrn { size, alpha: 2.0, beta: 0.75, k: 1.5 };
        check_layer(&format!("{layer:?}"), &layer, vec![], vec![tensor(1, [2, 6, 2, 3])]);
    }
}

#[test]
fn f32_is_close_to_f64() {
    let window = windows()[3];
    let layer = Conv { window, filters: 3, groups: 1 };
    let (weight, x) = (Random::new(1).vec(72), Random::new(2).tensor([2, 2, 7, 6]));
    let single: Tensor<f32> = layer.forward(&[weight], &[x]);
    let double: Tensor<f64> = layer.forward(&[vec(1, 72)], &[tensor(2, [2, 2, 7, 6])]);
    for (single, double) in single.data.iter().zip(&double.data) {
        assert!((f64::from(*single) - double).abs() < 1e-5, "{single} and {double}");
    }
}

#[test]
fn a_wrong_gradient_is_found() {
    /// Doubles, and claims to triple.
    struct Wrong;
    impl Layer<f64> for Wrong {
        fn forward(&self, _: &[Vec<f64>], inputs: &[Tensor<f64>]) -> Tensor<f64> {
            inputs[0].map(|x| 2.0 * x)
        }
        fn backward(&self, _: &[Vec<f64>], _: &[Tensor<f64>], d: &Tensor<f64>) -> Gradients<f64> {
            Gradients { inputs: vec![d.map(|d| 3.0 * d)], params: vec![] }
        }
    }
    let caught = std::panic::catch_unwind(|| {
        check_layer("wrong", &Wrong, vec![], vec![tensor(1, [1, 1, 2, 2])])
    });
    assert!(caught.is_err());
}
