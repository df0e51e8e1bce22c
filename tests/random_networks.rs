//! Random networks: the compiler's shape rule, the runtime's and the oracle's are three statements
//! of one thing, and so are their parameter counts and outputs.

use cnn_compiler::net::{Net, Node};
use cnn_ir::{Field, Op, Rounding, Shape, Window};
use cnn_oracle as oracle;
use cnn_oracle::{Axis, Layer, Tensor};
use cnn_runtime as rt;
use proptest::prelude::*;
use rt::{Forward, Kernel, Layout, Mode, Pass};

const IMAGES: usize = 3;

/// One layer of a random chain, as text. Some do not fit where they stand.
fn layer() -> impl Strategy<Value = String> {
    let pad = prop_oneof![
        Just(String::new()),
        (0..3usize).prop_map(|p| format!(", pad={p}")),
        (0..3usize, 0..3usize, 0..3usize, 0..3usize)
            .prop_map(|(t, b, l, r)| format!(", pad=({t}, {b}, {l}, {r})")),
        Just(", pad=same".to_owned()),
    ];
    let round = prop_oneof![Just(""), Just(", ceil"), Just(", floor")];
    let conv = (1..6usize, 1..5usize, 1..5usize, 1..4usize, 1..3usize, pad, any::<bool>())
        .prop_map(|(f, kh, kw, s, d, pad, bias)| {
            format!("conv({f}, {kh}x{kw}, stride={s}, dilation={d}{pad}, bias={bias})")
        });
    let grouped = (1..4usize, 1..4usize, 1..3usize)
        .prop_map(|(f, k, s)| format!("conv({}, {k}, groups=2, stride={s}, pad=same)", 2 * f));
    let pool =
        (prop_oneof![Just("maxpool"), Just("avgpool")], 1..4usize, 1..4usize, 1..4usize, round)
            .prop_map(|(name, kh, kw, s, round)| format!("{name}({kh}x{kw}, stride={s}{round})"));
    prop_oneof![
        4 => conv,
        1 => grouped,
        3 => pool,
        1 => (1..4usize).prop_map(|k| format!("depthwise({k}, pad=same)")),
        2 => prop_oneof![Just("relu"), Just("sigmoid"), Just("tanh"), Just("gelu"), Just("hardswish")].prop_map(str::to_owned),
        1 => Just("softmax".to_owned()),
        1 => Just("concat(_ | conv(2, 1x1))".to_owned()),
        1 => Just("add(_ | depthwise(3, pad=same))".to_owned()),
        1 => Just("mul(_ | global_avgpool -> sigmoid)".to_owned()),
        1 => (1..5usize).prop_map(|n| format!("pointwise({n})")),
        2 => (1..4usize, 0..3usize).prop_map(|(n, i)| format!("split({n}, {i})")),
        1 => (1..4usize).prop_map(|n| format!("shuffle({n})")),
        1 => any::<bool>().prop_map(|bias| format!("scale(bias={bias})")),
        1 => prop_oneof![Just("dropout2d"), Just("drop_path(0.5)"), Just("identity")].prop_map(str::to_owned),
        1 => Just("flatten".to_owned()),
        1 => (1..6usize).prop_map(|n| format!("dense({n})")),
    ]
}

fn network() -> impl Strategy<Value = String> {
    let input = (1..5usize, 1..12usize, 1..12usize);
    (input, prop::collection::vec(layer(), 1..6)).prop_map(|((c, h, w), layers)| {
        format!("struct Net< ({c}, {h}, {w}) -> {} >;", layers.join(" -> "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn three_statements_agree(text in network()) {
        match cnn_compiler::compile(&text) {
            Ok(nets) => run(&nets[0]),
            Err(messages) => prop_assert!(!messages.is_empty() && messages.iter().all(|m| !m.text.is_empty())),
        }
    }
}

/// Runs every layer through the oracle and the runtime's kernels in both layouts.
fn run(net: &Net) {
    let mut values: Vec<Option<Tensor<f64>>> = vec![None; net.values.len()];
    for &input in &net.inputs {
        values[input] = Some(Tensor::from_fn(dims(net.shape(input)), noise(1)));
    }
    let mut parameters = 0;
    for (i, node) in net.nodes.iter().enumerate() {
        let inputs: Vec<Tensor<f64>> =
            node.inputs.iter().map(|&v| values[v].clone().expect("computed")).collect();
        let params: Vec<Vec<f64>> = node
            .layer
            .params
            .iter()
            .map(|p| (0..p.len()).map(|k| pseudo(i * 991 + k)).collect())
            .collect();
        parameters += params.iter().map(Vec::len).sum::<usize>();
        let output = match net.is_view(node) {
            true => Tensor { dims: dims(node.layer.output), data: inputs[0].data.clone() },
            false => oracle_of(net, node, inputs[0].dims[1]).forward(&params, &inputs),
        };
        assert_eq!(output.dims, dims(node.layer.output), "{} of {:?}", node.text(), inputs[0].dims);
        compare::<rt::Nchw>(net, node, &params, &inputs, &output);
        compare::<rt::Interleaved>(net, node, &params, &inputs, &output);
        values[node.output] = Some(output);
    }
    assert_eq!(parameters, net.parameters());
}

fn dims(shape: Shape) -> [usize; 4] {
    let [h, w] = shape.size();
    [IMAGES, shape.channels(), h, w]
}

/// Fixed numbers in ±1.
fn pseudo(i: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as f64 / (1u64 << 23) as f64 - 1.0
}

fn noise(seed: usize) -> impl FnMut([usize; 4]) -> f64 {
    let mut i = seed * 7919;
    move |_| {
        i += 1;
        f64::from(pseudo(i) as f32)
    }
}

fn window(net: &Net, node: &Node) -> Window {
    match net.field(node) {
        Field::Window(window) => window,
        Field::Everything | Field::View | Field::Finer { .. } => Window::POINT,
    }
}

fn axes(w: Window) -> oracle::Window {
    let axis = |d: usize| Axis {
        kernel: w.kernel[d],
        stride: w.stride[d],
        dilation: w.dilation[d],
        pad: [w.pad[2 * d], w.pad[2 * d + 1]],
        ceil: w.rounding == Rounding::Ceil,
    };
    [axis(0), axis(1)]
}

fn groups(node: &Node, channels: usize) -> usize {
    channels / node.layer.params[0].dims[1]
}

fn oracle_of(net: &Net, node: &Node, channels: usize) -> Box<dyn Layer<f64>> {
    let window = axes(window(net, node));
    match node.layer.op.keyword() {
        "conv" | "depthwise" | "pointwise" => {
            let weight = &node.layer.params[0].dims;
            Box::new(Conv { window, filters: weight[0], per_group: weight[1] })
        }
        "maxpool" => Box::new(oracle::MaxPool { window }),
        "avgpool" => Box::new(oracle::AvgPool { window, count_pad: true }),
        "global_avgpool" => Box::new(oracle::GlobalAvgPool),
        "dense" => Box::new(oracle::Dense { outputs: node.layer.output.len() }),
        "split" | "shuffle" => Box::new(match node.layer.op {
            Op::Split { parts, part } => oracle::Channels::split(channels, parts, part),
            Op::Shuffle { groups } => oracle::Channels::shuffle(channels, groups),
            ref op => panic!("{op} selects no channels"),
        }),
        "scale" => Box::new(oracle::Scale),
        "dropout2d" | "drop_path" => Box::new(oracle::Activation::Identity),
        "softmax" => Box::new(oracle::Softmax),
        "add" => Box::new(oracle::Add),
        "mul" => Box::new(oracle::Mul),
        "concat" => Box::new(oracle::Concat),
        "relu" => Box::new(oracle::Activation::Relu),
        "sigmoid" => Box::new(oracle::Activation::Sigmoid),
        "tanh" => Box::new(oracle::Activation::Tanh),
        "gelu" => Box::new(oracle::Activation::Gelu),
        "hardswish" => Box::new(oracle::Activation::HardSwish),
        other => panic!("{other} is not generated"),
    }
}

/// The oracle's convolution with its groups worked out from the channels that arrive.
struct Conv {
    window: oracle::Window,
    filters: usize,
    per_group: usize,
}

impl Layer<f64> for Conv {
    fn forward(&self, params: &[Vec<f64>], inputs: &[Tensor<f64>]) -> Tensor<f64> {
        let groups = inputs[0].dims[1] / self.per_group;
        oracle::Conv { window: self.window, filters: self.filters, groups }.forward(params, inputs)
    }

    fn backward(
        &self,
        _: &[Vec<f64>],
        _: &[Tensor<f64>],
        _: &Tensor<f64>,
    ) -> oracle::Gradients<f64> {
        panic!("only forward passes are compared")
    }
}

/// The runtime's kernel for the layer, against the oracle's output.
fn compare<L: Layout>(
    net: &Net,
    node: &Node,
    params: &[Vec<f64>],
    inputs: &[Tensor<f64>],
    expected: &Tensor<f64>,
) where
    rt::MaxPool: Kernel<L>,
{
    let input = net.shape(node.inputs[0]);
    let (c, [h, w], [oh, ow]) = (input.channels(), input.size(), node.layer.output.size());
    let win = window(net, node);
    let call = Call::<L>::new(params, inputs, expected);
    let pool = || {
        rt::PoolGeometry::new([c, h, w], win.kernel, win.stride, win.pad, win.dilation, [oh, ow])
    };
    match node.layer.op.keyword() {
        "conv" | "depthwise" | "pointwise" => {
            let geometry = rt::conv::Geometry::new(
                [c, h, w],
                node.layer.output.channels(),
                win.kernel,
                win.stride,
                win.pad,
                win.dilation,
                groups(node, c),
                [oh, ow],
            );
            if L::IMAGES == 1 {
                let kernel = rt::conv::Gemm::new(geometry);
                call.retyped::<rt::Nchw>().run(&kernel, kernel.room().image);
            } else {
                let kernel = rt::conv::Direct::new(geometry);
                call.retyped::<rt::Interleaved>().run(&kernel, kernel.room().image);
            }
        }
        "dense" if L::IMAGES == 1 => {
            let kernel = rt::dense::Gemm::new(input.len(), node.layer.output.len());
            call.retyped::<rt::Nchw>().run(&kernel, kernel.room().image);
        }
        "dense" => {
            let kernel = rt::dense::Direct::new(input.len(), node.layer.output.len());
            call.retyped::<rt::Interleaved>().run(&kernel, 0);
        }
        "maxpool" => call.run(&rt::MaxPool::new(pool()), 0),
        "avgpool" => call.run(&rt::AvgPool::new(pool(), true), 0),
        "global_avgpool" => call.run(&rt::GlobalAvgPool::new(c, h * w), 0),
        "split" => {
            let count = node.layer.output.channels();
            let Op::Split { part, .. } = node.layer.op else { panic!("a split") };
            call.run(&rt::Split::new([c, h * w], part * count, count), 0);
        }
        "shuffle" => {
            let Op::Shuffle { groups } = node.layer.op else { panic!("a shuffle") };
            call.run(&rt::Shuffle::new([c, h * w], groups), 0);
        }
        "scale" => call.run(&rt::Scale::new(c, h * w), 0),
        "dropout2d" | "drop_path" => call.run(&rt::Dropout2d::new(1, 0.5, 0), 0),
        "softmax" => call.run(&rt::Softmax::new(c, h * w), 0),
        "add" => call.run(&rt::Add::new(), 0),
        // Their lengths are constants of the program, and the PyTorch references cover them.
        "mul" | "concat" | "flatten" | "identity" => {}
        "relu" => call.activate(rt::Relu),
        "sigmoid" => call.activate(rt::Sigmoid),
        "tanh" => call.activate(rt::Tanh),
        "gelu" => call.activate(rt::Gelu),
        "hardswish" => call.activate(rt::HardSwish),
        other => panic!("{other} is not generated"),
    }
}

/// A kernel's arguments in a layout, and what it should give.
struct Call<'a, L> {
    params: Vec<Vec<f32>>,
    inputs: Vec<Vec<f32>>,
    expected: &'a Tensor<f64>,
    layout: std::marker::PhantomData<L>,
}

impl<'a, L: Layout> Call<'a, L> {
    fn new(params: &[Vec<f64>], inputs: &[Tensor<f64>], expected: &'a Tensor<f64>) -> Self {
        let single = |values: &Vec<f64>| values.iter().map(|&x| x as f32).collect();
        Self {
            params: params.iter().map(single).collect(),
            inputs: inputs.iter().map(|t| interleave(t, L::IMAGES)).collect(),
            expected,
            layout: std::marker::PhantomData,
        }
    }

    /// The same under the name of the layout that it is.
    fn retyped<M: Layout>(self) -> Call<'a, M> {
        assert_eq!(L::IMAGES, M::IMAGES);
        let Self { params, inputs, expected, .. } = self;
        Call { params, inputs, expected, layout: std::marker::PhantomData }
    }

    fn run(self, kernel: &impl Kernel<L>, scratch: usize) {
        self.run_with(kernel, rt::NoActivation, scratch);
    }

    fn activate(self, activation: impl rt::Activation)
    where
        rt::Identity: Kernel<L>,
    {
        self.run_with(&rt::Identity::new(), activation, 0);
    }

    fn run_with(self, kernel: &impl Kernel<L>, activation: impl rt::Activation, scratch: usize) {
        let streams = rt::random::Streams::default();
        let cx = Pass::new(&rt::exec::Serial, IMAGES, Mode::Evaluation, streams);
        let padded = cx.padded::<L>();
        let params: Vec<&[f32]> = self.params.iter().map(Vec::as_slice).collect();
        let inputs: Vec<&[f32]> = self.inputs.iter().map(Vec::as_slice).collect();
        let len = self.expected.image_len();
        let mut output = vec![f32::NAN; padded * len];
        let mut scratch = vec![f32::NAN; padded * scratch];
        kernel.forward(
            activation,
            &cx,
            Forward {
                params: &params,
                state: &mut [],
                inputs: &inputs,
                output: &mut output,
                saved: &mut [],
                stats: &mut [],
                scratch: &mut scratch,
            },
        );
        let largest = self.expected.data.iter().fold(1e-3, |m: f64, x| m.max(x.abs()));
        for n in 0..IMAGES {
            for k in 0..len {
                let found =
                    f64::from(output[(n / L::IMAGES * len + k) * L::IMAGES + n % L::IMAGES]);
                let wanted = self.expected.data[n * len + k];
                assert!(
                    (found - wanted).abs() <= 1e-5 * largest,
                    "lanes {}: element {k} of image {n} is {found}, expected {wanted}",
                    L::IMAGES
                );
            }
        }
    }
}

/// A batch in a layout; lanes without an image of their own hold the last one.
fn interleave(t: &Tensor<f64>, lanes: usize) -> Vec<f32> {
    let len = t.image_len();
    let padded = t.dims[0].next_multiple_of(lanes);
    let mut data = vec![0.0; padded * len];
    for n in 0..padded {
        for k in 0..len {
            data[(n / lanes * len + k) * lanes + n % lanes] =
                t.data[n.min(t.dims[0] - 1) * len + k] as f32;
        }
    }
    data
}
