/// Two convolutions.
/**

2×6×6 → 2, with 222 parameters and 2,736 multiply–adds an image. Its methods are those of [`Network`](trait@::cnn::Network); its layers are described in [`cnn::layers`](mod@::cnn::layers).

```text
Small
   layer           output  parameters  mult–adds   memory  sees  jump  start
────────────────────────────────────────────────────────────────────────────
   input           2x6x6            –          –    288 B
0  conv 3x3 pad 1  2x6x6           38      1,296    288 B   3x3     1     −1
1  relu            2x6x6            –          –    288 B   3x3     1     −1
2  conv 3x3 pad 1  2x6x6           38      1,296    288 B   5x5     1     −2
3  relu            2x6x6            –          –    288 B   5x5     1     −2
4  flatten         72               –          –        –   5x5     1     −2
5  dense 2         2              146        144      8 B   6x6     1      0
────────────────────────────────────────────────────────────────────────────
   total                          222      2,736  1.1 KiB
```*/
#[derive(::core::clone::Clone)]
pub struct Small {
    params: ::cnn::__rt::Params,
}
#[allow(
    clippy::all,
    clippy::pedantic,
    unused_variables,
    unused_imports,
    unused_braces,
    dead_code
)]
const _: () = {
    #[allow(deprecated)]
    type __Network = Small;
    #[allow(deprecated)]
    const _: () = {
        use ::cnn::__rt as rt;
        use ::cnn::__rt as __cnn_rt;
        use __cnn_rt::primitives::*;
        fn arena() {}
        fn at() {}
        fn batch() {}
        fn bytes() {}
        fn cx() {}
        fn f() {}
        fn first() {}
        fn from() {}
        fn images() {}
        fn index() {}
        fn input() {}
        fn kept() {}
        fn kernels() {}
        fn label() {}
        fn n() {}
        fn output() {}
        fn packed() {}
        fn params() {}
        fn path() {}
        fn plan() {}
        fn seed() {}
        fn shapes() {}
        fn slices() {}
        fn step() {}
        fn t() {}
        fn tap() {}
        fn threads() {}
        fn to() {}
        fn value() {}
        fn view() {}
        fn w() {}
        static K0: rt::blocked::Reorder = <rt::blocked::Reorder>::new(
            [2, 6, 6],
            rt::Frame {
                block: 2,
                inputs: &[0],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K1: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [2, 6, 6],
                2,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [6, 6],
            ),
            true,
            ::core::option::Option::None,
            rt::Frame {
                block: 2,
                inputs: &[1],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K2: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [2, 6, 6],
                2,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [6, 6],
            ),
            true,
            ::core::option::Option::None,
            rt::Frame {
                block: 16,
                inputs: &[1],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K3: rt::blocked::Flatten = <rt::blocked::Flatten>::new(
            [2, 6, 6],
            rt::Frame {
                block: 16,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K4: rt::dense::Packed = <rt::dense::Packed>::new(72, 2);
        const PACKING_K1: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K1, from, to));
        const PACKING_K2: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K2, from, to));
        const PACKING_K4: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Nchw,
        >::pack(&K4, from, to));
        static K5: rt::conv::Direct = <rt::conv::Direct>::new(
            rt::conv::Geometry::new(
                [2, 6, 6],
                2,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [6, 6],
            ),
        );
        static K6: rt::dense::Direct = <rt::dense::Direct>::new(72, 2);
        fn block_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Blocked>();
            infer(
                rt::Blocked,
                &K0,
                rt::NoActivation,
                cx,
                w,
                arena,
                ForwardStep {
                    inputs: [whole(0, 72)],
                    output: whole(1024, 128),
                    saved: NONE,
                    params: [],
                    end: 1152,
                    scratch: 0,
                },
            );
            infer(
                rt::Blocked,
                &K1,
                rt::Relu,
                cx,
                w,
                arena,
                ForwardStep {
                    inputs: [whole(1024, 128)],
                    output: whole(0, 1024),
                    saved: NONE,
                    params: [(0, 288), (288, 16)],
                    end: 1152,
                    scratch: 0,
                },
            );
        }
        fn block_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Blocked>();
            infer(
                rt::Blocked,
                &K2,
                rt::Relu,
                cx,
                w,
                arena,
                ForwardStep {
                    inputs: [whole(0, 1024)],
                    output: whole(1024, 576),
                    saved: NONE,
                    params: [(304, 288), (592, 16)],
                    end: 1600,
                    scratch: 0,
                },
            );
        }
        fn block_2(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 4]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            infer(
                rt::Interleaved,
                &K5,
                rt::Relu,
                cx,
                w,
                arena,
                ForwardStep {
                    inputs: [whole(at[0], 72)],
                    output: whole(at[1], 72),
                    saved: NONE,
                    params: [(at[2], 36), (at[3], 2)],
                    end: 144,
                    scratch: K5.room().image,
                },
            );
        }
        fn block_3(
            cx: &rt::Pass<'_>,
            t: &mut rt::TrainingTensors<'_>,
            tap: &mut dyn rt::Observer,
            at: &[usize; 5],
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            forward(
                rt::Interleaved,
                &K5,
                rt::Relu,
                cx,
                t,
                ForwardStep {
                    inputs: [whole(at[0], 72)],
                    output: whole(at[1], 72),
                    saved: NONE,
                    params: [(at[2], 36), (at[3], 2)],
                    end: at[4],
                    scratch: K5.room().image,
                },
                NOTHING,
            );
        }
        fn block_4(
            cx: &rt::Pass<'_>,
            t: &mut rt::BackwardTensors<'_>,
            tap: &mut dyn rt::Observer,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            {
                let (from, to) = pair(t.arena, n, whole(144, 72), whole(216, 72));
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
            }
            {
                let step = BackwardStep {
                    inputs: [whole(72, 72)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(216, 72), whole(144, 72)],
                    params: [(64, 36), (112, 2)],
                    end: 288,
                    scratch: K5.room_backward().image,
                };
                backward(rt::Interleaved, &K5, cx, t, step);
            }
        }
        fn block_5(
            cx: &rt::Pass<'_>,
            t: &mut rt::BackwardTensors<'_>,
            tap: &mut dyn rt::Observer,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            {
                let (from, to) = pair(t.arena, n, whole(72, 72), whole(144, 72));
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
            }
            {
                let step = BackwardStep {
                    inputs: [whole(0, 72)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [
                        whole(144, 72),
                        if t.input_gradients { whole(72, 72) } else { NONE },
                    ],
                    params: [(0, 36), (48, 2)],
                    end: 216,
                    scratch: K5.room_backward().image,
                };
                backward(rt::Interleaved, &K5, cx, t, step);
            }
        }
        impl __Network {
            __cnn_rt::inherent!(
                pub, "Evaluates a batch: N×2×6×6 → N×2.", rt::ndarray::ArrayView4 <
                '_, f32 > => rt::ndarray::Array2 < f32 >, rt::Shape::volume(2, 6, 6) =>
                rt::Shape::Vector(2)
            );
        }
        impl rt::Describe for __Network {
            const GRAPH: rt::ir::Graph<'static> = {
                use __cnn_rt::ir::{
                    Activation as Function, Block, Border, Graph, Init::*, Interpolation,
                    LocalResponse, Node, Op::*, Over, Rounding, Source::*, Target,
                    make::*,
                };
                static NODES: [Node<'static>; 6] = [
                    Node {
                        path: "0",
                        op: Conv(conv(2, square(3, 1, 1))),
                        text: "conv 3x3 pad 1",
                        inputs: &[Input(0)],
                        output: volume(2, 6, 6),
                        tensors: &[
                            tensor("weight", &[2, 2, 3, 3], within(0.23570226)),
                            tensor("bias", &[2], within(0.23570226)),
                        ],
                    },
                    Node {
                        path: "1",
                        op: Activation(Function::Relu),
                        text: "relu",
                        inputs: &[Layer(0)],
                        output: volume(2, 6, 6),
                        tensors: &[],
                    },
                    Node {
                        path: "2",
                        op: Conv(conv(2, square(3, 1, 1))),
                        text: "conv 3x3 pad 1",
                        inputs: &[Layer(1)],
                        output: volume(2, 6, 6),
                        tensors: &[
                            tensor("weight", &[2, 2, 3, 3], within(0.23570226)),
                            tensor("bias", &[2], within(0.23570226)),
                        ],
                    },
                    Node {
                        path: "3",
                        op: Activation(Function::Relu),
                        text: "relu",
                        inputs: &[Layer(2)],
                        output: volume(2, 6, 6),
                        tensors: &[],
                    },
                    Node {
                        path: "4",
                        op: Flatten,
                        text: "flatten",
                        inputs: &[Layer(3)],
                        output: rt::Shape::Vector(72),
                        tensors: &[],
                    },
                    Node {
                        path: "5",
                        op: Dense { outputs: 2, bias: true },
                        text: "dense 2",
                        inputs: &[Layer(4)],
                        output: rt::Shape::Vector(2),
                        tensors: &[
                            tensor("weight", &[2, 72], within(0.11785113)),
                            tensor("bias", &[2], within(0.11785113)),
                        ],
                    },
                ];
                Graph {
                    name: "Small",
                    inputs: &[volume(2, 6, 6)],
                    nodes: &NODES,
                    outputs: &[output(5, false)],
                    labels: &[],
                    blocks: &[Block::new("", "", 0, 2, 2)],
                }
            };
            const PARAMETERS: usize = 222;
            const MACS: u64 = 2736;
            const WORKSPACE: usize = rt::workspace(
                <Self as rt::Program>::INFERENCE,
                1,
                1,
            );
            const OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(2)];
            const TRAIN_OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(2)];
            const OUTPUT_NAMES: &'static [&'static str] = &[];
            __cnn_rt::lists!(
                __Network, 6, 1, 0, 6, & [("0.weight", 0), ("0.bias", 48), ("2.weight",
                64), ("2.bias", 112), ("5.weight", 128), ("5.bias", 272),]
            );
        }
        impl rt::Program for __Network {
            const PACKING: u64 = 1767188909454953125;
            const INFERENCE: &'static [rt::InferencePlan] = &[
                rt::InferencePlan {
                    index: 0,
                    interleaved: 1,
                    arena: 1600,
                    rooms: &[],
                    inputs: &[rt::Slot::new(0, 72)],
                    outputs: &[rt::Slot::new(80, 2)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 36), (48, 2)],
                            state: &[],
                            to: (0, 304),
                            by: PACKING_K1,
                        },
                        rt::Pack {
                            params: &[(64, 36), (112, 2)],
                            state: &[],
                            to: (304, 304),
                            by: PACKING_K2,
                        },
                        rt::Pack {
                            params: &[(128, 144), (272, 2)],
                            state: &[],
                            to: (608, 1168),
                            by: PACKING_K4,
                        },
                    ],
                    packed: 1776,
                },
                rt::InferencePlan {
                    index: 1,
                    interleaved: 16,
                    arena: 144,
                    rooms: &[(144, K5.room())],
                    inputs: &[rt::Slot::new(0, 72)],
                    outputs: &[rt::Slot::new(72, 2)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 36), (48, 2)],
                            state: &[],
                            to: (0, 38),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(64, 36), (112, 2)],
                            state: &[],
                            to: (48, 38),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(128, 144), (272, 2)],
                            state: &[],
                            to: (96, 146),
                            by: rt::Packing::PLAIN,
                        },
                    ],
                    packed: 256,
                },
            ];
            const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                interleaved: 16,
                arena: 290,
                rooms: &[
                    (144, K5.room()),
                    (216, K5.room()),
                    (290, K6.room_backward()),
                    (288, K5.room_backward()),
                    (216, K5.room_backward()),
                ],
                stats: 0,
                inputs: &[rt::Slot::new(0, 72)],
                outputs: &[rt::Slot::new(216, 2)],
                d_outputs: &[rt::Slot::new(288, 2)],
                d_inputs: &[rt::Slot::new(72, 72)],
                largest: 144,
                longest_row: 72,
                layers: &[0, 2, 5],
                cumulative: &[],
                batch_norm: ::core::option::Option::None,
            };
            fn forward_pass(
                cx: &rt::Pass<'_>,
                mut t: rt::TrainingTensors<'_>,
                tap: &mut dyn rt::Observer,
            ) {
                fn run(
                    cx: &rt::Pass<'_>,
                    t: &mut rt::TrainingTensors<'_>,
                    tap: &mut dyn rt::Observer,
                ) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
                    block_3(cx, t, tap, &[0, 72, 0, 48, 144]);
                    block_3(cx, t, tap, &[72, 144, 64, 112, 216]);
                    forward(
                        rt::Interleaved,
                        &K6,
                        rt::NoActivation,
                        cx,
                        t,
                        ForwardStep {
                            inputs: [whole(144, 72)],
                            output: whole(216, 2),
                            saved: NONE,
                            params: [(128, 144), (272, 2)],
                            end: 218,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                }
                run(cx, &mut t, tap)
            }
            fn backward_pass(
                cx: &rt::Pass<'_>,
                mut t: rt::BackwardTensors<'_>,
                tap: &mut dyn rt::Observer,
            ) {
                fn run(
                    cx: &rt::Pass<'_>,
                    t: &mut rt::BackwardTensors<'_>,
                    tap: &mut dyn rt::Observer,
                ) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
                    {
                        let step = BackwardStep {
                            inputs: [whole(144, 72)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(288, 2), whole(216, 72)],
                            params: [(128, 144), (272, 2)],
                            end: 290,
                            scratch: K6.room_backward().image,
                        };
                        backward(rt::Interleaved, &K6, cx, t, step);
                    }
                    if t.first > 2 {
                        return;
                    }
                    block_4(cx, t, tap);
                    if t.first > 0 {
                        return;
                    }
                    block_5(cx, t, tap);
                }
                run(cx, &mut t, tap)
            }
            fn infer(plan: usize, cx: &rt::Pass<'_>, packed: &[f32], arena: &mut [f32]) {
                fn infer_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Blocked>();
                    block_0(cx, w, arena);
                    block_1(cx, w, arena);
                    infer(
                        rt::Blocked,
                        &K3,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        ForwardStep {
                            inputs: [whole(1024, 576)],
                            output: whole(0, 72),
                            saved: NONE,
                            params: [],
                            end: 1600,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Nchw,
                        &K4,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        ForwardStep {
                            inputs: [whole(0, 72)],
                            output: whole(80, 2),
                            saved: NONE,
                            params: [(608, 1152), (1760, 16)],
                            end: 96,
                            scratch: 0,
                        },
                    );
                }
                fn infer_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
                    block_2(cx, w, arena, &[0, 72, 0, 36]);
                    block_2(cx, w, arena, &[72, 0, 48, 84]);
                    infer(
                        rt::Interleaved,
                        &K6,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        ForwardStep {
                            inputs: [whole(0, 72)],
                            output: whole(72, 2),
                            saved: NONE,
                            params: [(96, 144), (240, 2)],
                            end: 74,
                            scratch: 0,
                        },
                    );
                }
                match plan {
                    0 => infer_0(cx, packed, arena),
                    1 => infer_1(cx, packed, arena),
                    _ => rt::no_such_plan(plan),
                }
            }
        }
        impl rt::Network for __Network {
            type Input<'a> = rt::ndarray::ArrayView4<'a, f32>;
            type Output = rt::ndarray::Array2<f32>;
            type TrainOutput = Self::Output;
            fn from_params(params: rt::Params) -> Self {
                Self { params }
            }
            fn params(&self) -> &rt::Params {
                &self.params
            }
            fn params_mut(&mut self) -> &mut rt::Params {
                &mut self.params
            }
            fn into_params(self) -> rt::Params {
                self.params
            }
        }
        impl ::core::fmt::Debug for __Network {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                rt::run::debug::<Self>(f)
            }
        }
    };
};
#[allow(unused_imports, deprecated, unreachable_pub)]
const _: () = {
    mod __0 {
        /**- `Small`, layer `0`: `2x6x6` → `2x6x6`, 38 parameters, 1,296 multiply–adds, sees 3x3 of the input
- `Small`, layer `2`: `2x6x6` → `2x6x6`, 38 parameters, 1,296 multiply–adds, sees 5x5 of the input

Convolution; weight filters × channels/groups × height × width.

```text
conv(filters, kernel, stride=, pad=, pad_mode=, dilation=, groups=, table=, bias=, init=, bias_init=, round=)
```

| argument | meaning (default) |
|---|---|
| `filters` | output channels |
| `kernel` | kernel height x width |
| `stride=` | rows and columns from window to window (1) |
| `pad=` | rows and columns around the input: n, (height, width), (top, bottom, left, right), same, keep, valid (0) |
| `pad_mode=` | what the padding holds: zero, reflect, replicate, circular (zero) |
| `dilation=` | spacing of the kernel's elements (1) |
| `groups=` | groups of channels that don't see each other (1) |
| `table=` | the channels that each filter sees: [[0, 1, 2], [1, 2, 3], …] (all) |
| `bias=` | whether a bias is added (true) |
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, dirac, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
| `round=` | what happens to a remainder (floor) |
*/
        pub mod conv {}
    }
    use __0::conv as _;
    mod __1 {
        /**- `Small`, layer `1`: `2x6x6` → `2x6x6`, sees 3x3 of the input
- `Small`, layer `3`: `2x6x6` → `2x6x6`, sees 5x5 of the input

Max(x, 0).

```text
relu
```
*/
        pub mod relu {}
    }
    use __1::relu as _;
    mod __2 {
        /**- `Small`, layer `4`: `2x6x6` → `72`, sees 5x5 of the input

a volume as a vector, in PyTorch's order.

```text
flatten
```
*/
        pub mod flatten {}
    }
    use __2::flatten as _;
    mod __3 {
        /**- `Small`, layer `5`: `72` → `2`, 146 parameters, 144 multiply–adds, sees 6x6 of the input

Fully connected layer; weight outputs × inputs.

```text
dense(n, bias=, init=, bias_init=)
```

| argument | meaning (default) |
|---|---|
| `n` | outputs |
| `bias=` | whether a bias is added (true) |
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, dirac, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
*/
        pub mod dense {}
    }
    use __3::dense as _;
};
#[doc(hidden)]
#[macro_export]
#[allow(unused_macros, non_local_definitions, clippy::crate_in_macro_def)]
macro_rules! __cnn_Small_e1b96a983956fe22 {
    (@ ($($cnn:tt)*) $($tokens:tt)*) => {
        $($cnn)* ::__cnn! { @ ($($cnn)*) @ { Small struct Small < 2x6x6 -> { conv(2, 3x3,
        pad = 1) -> relu } * 2 -> flatten -> dense(2) >; } $($tokens)* }
    };
}
#[doc(hidden)]
#[allow(unused_imports, deprecated)]
pub use __cnn_Small_e1b96a983956fe22 as Small;
