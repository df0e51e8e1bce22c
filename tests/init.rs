//! Initial values: what `init`, `bias_init` and a network's defaults do to every kind of layer.

use cnn::cnn;
use cnn::ndarray::ArrayViewD;

/// Mean, standard deviation and largest absolute value.
fn moments(x: ArrayViewD<'_, f32>) -> (f64, f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let variance = x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt(), x.iter().fold(0.0, |most, &x| f64::from(x.abs()).max(most)))
}

fn all(x: ArrayViewD<'_, f32>, value: f32) -> bool {
    x.iter().all(|&x| x == value)
}

#[test]
fn variances_follow_the_fans() {
    cnn! {
        struct Net<
            16x16x16
            -> he: conv(64, 3x3, pad=1, init=he)
            -> out: conv(128, 3x3, pad=1, init=he(fan_out))
            -> grouped: conv(128, 3x3, pad=1, groups=8, init=he)
            -> deep: depthwise(5x5, pad=2, init=lecun)
            -> xavier: conv(64, 1x1, init=xavier)
            -> lecun: conv(64, 3x3, init=lecun(uniform))
            -> global_avgpool -> flatten
            -> d1: dense(300, init=xavier(normal)) -> d2: dense(200, init=trunc_normal(0.02))
            -> d3: dense(100, init=uniform(-0.1, 0.3)) -> d4: dense(50, init=normal(0.5, 0.25))
        >;
    }
    let net = Net::new(3);
    // In PyTorch's manner, a grouped convolution's inputs are those of a group, its outputs all filters.
    for (path, variance) in [
        ("he", 2.0 / 144.0),
        ("out", 2.0 / 1152.0),
        ("grouped", 2.0 / 144.0),
        ("deep", 1.0 / 25.0),
        ("xavier", 2.0 / (128.0 + 64.0)),
        ("lecun", 1.0 / 576.0),
        ("d1", 2.0 / 364.0),
        ("d2", (0.8796f64 * 0.02).powi(2)),
        ("d3", 0.16 / 12.0),
        ("d4", 0.0625),
    ] {
        let weight = net.get(&format!("{path}.weight")).expect("a weight");
        let (mean, deviation, most) = moments(weight.view());
        let (expected, n) = (f64::sqrt(variance), weight.len() as f64);
        let center = match path {
            "d3" => 0.1,
            "d4" => 0.5,
            _ => 0.0,
        };
        // Five standard errors; that of a deviation is at most 1/√(2n) of it for these forms.
        let error = 5.0 * expected / n.sqrt();
        assert!((mean - center).abs() < error, "{path}: mean {mean}");
        assert!((deviation - expected).abs() < error, "{path}: {deviation}, not {expected}");
        let uniform = ["xavier", "lecun"].contains(&path);
        assert_eq!(most <= 3f64.sqrt() * expected * 1.000_001, uniform, "{path}: {most}");
        assert!(all(net.get(&format!("{path}.bias")).expect("a bias"), 0.0), "{path}");
    }
}

#[test]
fn constants_and_biases() {
    cnn! {
        struct Net<
            4x8x8
            -> a: conv(8, 3x3, init=ones) -> n1: bn(init=zeros) -> n2: bn
            -> b: conv(8, 3x3, init=zeros, bias_init=constant(0.5)) -> p: prelu(init=constant(0.1))
            -> c: conv(8, 1x1, bias_init=ones) -> flatten -> d: dense(3, init=pytorch)
        >;
    }
    let net = Net::new(1);
    let get = |path| net.get(path).expect("a parameter");
    assert!(all(get("a.weight"), 1.0) && all(get("a.bias"), 0.0));
    assert!(all(get("n1.weight"), 0.0) && all(get("n1.bias"), 0.0) && all(get("n2.weight"), 1.0));
    assert!(all(get("b.weight"), 0.0) && all(get("b.bias"), 0.5) && all(get("p.weight"), 0.1));
    let (_, deviation, most) = moments(get("c.weight"));
    assert!(most <= 8f64.sqrt().recip() && deviation > 0.1, "PyTorch's default");
    assert!(all(get("c.bias"), 1.0));
    assert!(!all(get("d.bias"), 0.0), "PyTorch's default has a bias");
}

#[test]
fn a_network_sets_defaults_for_its_layers() {
    cnn! {
        struct Net<
            3x16x16 -> a: conv(32, 3x3) -> n: bn -> b: conv(32, 3x3, init=ones, bias=true) -> m: bn(momentum=0.2)
            -> p: prelu -> flatten -> d: dense(10)
        > with init=he, conv(bias=false), bias_init=constant(0.25), prelu(per_channel=true), bn(init=zeros);
    }
    let net = Net::new(2);
    let get = |path| net.get(path);
    assert!(get("a.bias").is_err(), "convolutions have none here, but dense layers do");
    assert!(all(get("d.bias").expect("a bias"), 0.25) && all(get("b.bias").expect("a bias"), 0.25));
    assert!(all(get("b.weight").expect("a weight"), 1.0), "the layer's own word counts");
    assert!(
        all(get("n.weight").expect("a weight"), 0.0)
            && all(get("m.weight").expect("a weight"), 0.0)
    );
    assert_eq!(Net::TENSORS.iter().find(|t| t.path == "p.weight").unwrap().dims, [32]);
    let (_, deviation, _) = moments(get("a.weight").expect("a weight"));
    assert!((deviation - (2f64 / 27.0).sqrt()).abs() < 0.03, "{deviation}");
}

#[test]
fn a_tensor_depends_on_its_place_and_the_seed_alone() {
    cnn! {
        struct Short< 4x8x8 -> a: conv(8, 3x3, init=he) -> flatten -> d: dense(3) >;
        struct Other< 4x8x8 -> a: conv(8, 3x3, init=he) -> relu -> flatten -> d: dense(30, init=ones) >;
    }
    let weight = |net: &dyn Fn(u64) -> Vec<f32>| (net(5), net(6));
    let short = weight(&|s| Short::new(s).get("a.weight").unwrap().iter().copied().collect());
    let other = weight(&|s| Other::new(s).get("a.weight").unwrap().iter().copied().collect());
    assert_eq!(short, other);
    assert_ne!(short.0, short.1);
}
