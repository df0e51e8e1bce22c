/// LeNet-5.
/**

1×28×28 → 10, with 61,706 parameters and 416,520 multiply–adds an image. Its methods are those of [`Network`](trait@::cnn::Network); its layers are described in [`cnn::layers`](mod@::cnn::layers).

```text
LeNet
    layer           output    parameters  mult–adds    memory   sees  jump  start
─────────────────────────────────────────────────────────────────────────────────
    input           1x28x28            –          –   3.1 KiB
0   conv 5x5 pad 2  6x28x28          156    117,600  18.4 KiB    5x5     1     −2
1   sigmoid         6x28x28            –          –  18.4 KiB    5x5     1     −2
2   avgpool 2x2 /2  6x14x14            –          –   4.6 KiB    6x6     2     −2
3   conv 5x5        16x10x10       2,416    240,000   6.2 KiB  14x14     2     −2
4   sigmoid         16x10x10           –          –   6.2 KiB  14x14     2     −2
5   avgpool 2x2 /2  16x5x5             –          –   1.6 KiB  16x16     4     −2
6   flatten         400                –          –         –  16x16     4     −2
7   dense 120       120           48,120     48,000     480 B  28x28     4      0
8   sigmoid         120                –          –     480 B  28x28     4      0
9   dense 84        84            10,164     10,080     336 B  28x28     4      0
10  sigmoid         84                 –          –     336 B  28x28     4      0
11  dense 10        10               850        840      40 B  28x28     4      0
─────────────────────────────────────────────────────────────────────────────────
    total                         61,706    416,520  57.0 KiB
```*/
#[derive(::core::clone::Clone)]
pub struct LeNet {
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
    type __Network = LeNet;
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
            [1, 28, 28],
            rt::Frame {
                lanes: 1,
                inputs: &[0],
                output: 2,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K1: rt::blocked::PlaneConv = <rt::blocked::PlaneConv>::new(
            rt::conv::Geometry::new(
                [1, 28, 28],
                6,
                [5, 5],
                [1, 1],
                [2, 2, 2, 2],
                [1, 1],
                1,
                [28, 28],
            ),
            rt::Frame {
                lanes: 1,
                inputs: &[2],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K2: rt::blocked::PlaneMeans = <rt::blocked::PlaneMeans>::new(
            rt::PoolGeometry::new(
                [6, 28, 28],
                [2, 2],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                [14, 14],
            ),
            rt::Frame {
                lanes: 1,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K3: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [6, 14, 14],
                16,
                [5, 5],
                [1, 1],
                [0, 0, 0, 0],
                [1, 1],
                1,
                [10, 10],
            ),
            true,
            ::core::option::Option::None,
            rt::Frame {
                lanes: 1,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K4: rt::blocked::AvgPool = <rt::blocked::AvgPool>::new(
            rt::PoolGeometry::new(
                [16, 10, 10],
                [2, 2],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                [5, 5],
            ),
            true,
            rt::Frame {
                lanes: 16,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K5: rt::blocked::Flatten = <rt::blocked::Flatten>::new(
            [16, 5, 5],
            rt::Frame {
                lanes: 16,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K6: rt::dense::Packed = <rt::dense::Packed>::new(400, 120);
        static K7: rt::dense::Packed = <rt::dense::Packed>::new(120, 84);
        static K8: rt::dense::Packed = <rt::dense::Packed>::new(84, 10);
        const PACKING_K3: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K3, from, to));
        const PACKING_K6: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Nchw,
        >::pack(&K6, from, to));
        const PACKING_K7: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Nchw,
        >::pack(&K7, from, to));
        const PACKING_K8: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Nchw,
        >::pack(&K8, from, to));
        static K9: rt::conv::Direct = <rt::conv::Direct>::new(
            rt::conv::Geometry::new(
                [1, 28, 28],
                6,
                [5, 5],
                [1, 1],
                [2, 2, 2, 2],
                [1, 1],
                1,
                [28, 28],
            ),
        );
        static K10: rt::AvgPool = <rt::AvgPool>::new(
            rt::PoolGeometry::new(
                [6, 28, 28],
                [2, 2],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                [14, 14],
            ),
            true,
        );
        static K11: rt::conv::Direct = <rt::conv::Direct>::new(
            rt::conv::Geometry::new(
                [6, 14, 14],
                16,
                [5, 5],
                [1, 1],
                [0, 0, 0, 0],
                [1, 1],
                1,
                [10, 10],
            ),
        );
        static K12: rt::AvgPool = <rt::AvgPool>::new(
            rt::PoolGeometry::new(
                [16, 10, 10],
                [2, 2],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                [5, 5],
            ),
            true,
        );
        static K13: rt::dense::Direct = <rt::dense::Direct>::new(400, 120);
        static K14: rt::dense::Direct = <rt::dense::Direct>::new(120, 84);
        static K15: rt::dense::Direct = <rt::dense::Direct>::new(84, 10);
        impl __Network {
            /// Shape of one image's input.
            pub const INPUT: rt::Shape = rt::Shape::volume(1, 28, 28);
            /// Shape of one image's output.
            pub const OUTPUT: rt::Shape = rt::Shape::Vector(10);
            /// Trainable parameters.
            pub const PARAMETERS: usize = <Self as rt::Network>::PARAMETERS;
            /// Multiply–adds of one image's forward pass.
            pub const MACS: u64 = <Self as rt::Network>::MACS;
            /// Bytes that inference of one image on one thread needs beside the packed weights.
            pub const WORKSPACE: usize = <Self as rt::Network>::WORKSPACE;
            /// Every layer in order.
            pub const LAYERS: &'static [rt::LayerInfo] = <Self as rt::Network>::LAYERS;
            /// A freshly initialized network from this seed: every layer as PyTorch's defaults, unless
            /// its `init` says otherwise.
            ///
            /// # Panics
            /// If there is no memory for its parameters.
            #[inline]
            pub fn new(seed: u64) -> Self {
                rt::api::new(seed)
            }
            /// As [`new`](Self::new).
            ///
            /// # Errors
            /// If there is no memory for its parameters.
            #[inline]
            pub fn try_new(seed: u64) -> ::core::result::Result<Self, rt::Error> {
                rt::api::try_new(seed)
            }
            /// Loads a `state_dict` saved as safetensors, with PyTorch's names and layouts.
            ///
            /// # Errors
            /// If the file can't be read, or a tensor is missing, surplus or of another shape or type.
            #[inline]
            pub fn load(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<Self, rt::Error> {
                rt::api::load(path.as_ref())
            }
            /// Saves the `state_dict` as safetensors, whole or not at all.
            ///
            /// # Errors
            /// If the file can't be written.
            #[inline]
            pub fn save(
                &self,
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<(), rt::Error> {
                rt::api::save(self, path.as_ref())
            }
            /// Loads the bytes of such a file, which may be a part of the program: `include_bytes!`.
            ///
            /// # Errors
            /// If they are no such file, or a tensor is missing, surplus or of another shape or type.
            #[inline]
            pub fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, rt::Error> {
                rt::api::from_bytes(bytes)
            }
            /// The bytes of the file that [`save`](Self::save) writes.
            #[inline]
            pub fn to_bytes(&self) -> ::std::vec::Vec<u8> {
                rt::api::to_bytes(self)
            }
            /// A parameter by its path, in PyTorch's layout.
            ///
            /// # Errors
            /// If no parameter has this path.
            #[inline]
            pub fn get(
                &self,
                path: &str,
            ) -> ::core::result::Result<rt::ndarray::ArrayViewD<'_, f32>, rt::Error> {
                rt::api::get(self, path)
            }
            /// Replaces a parameter, given in PyTorch's layout.
            ///
            /// # Errors
            /// If no parameter has this path, or it has another shape.
            #[inline]
            pub fn set(
                &mut self,
                path: &str,
                value: impl rt::AsArray,
            ) -> ::core::result::Result<(), rt::Error> {
                rt::api::set(self, path, value)
            }
            /**Evaluates a batch: N×1×28×28 → N×10.

Allocates its workspace; [`session`](Self::session) keeps one.

# Panics
If the input has another shape, or no images, or there is no memory for so many.*/
            #[inline]
            pub fn forward(
                &self,
                input: rt::ndarray::ArrayView4<'_, f32>,
            ) -> rt::ndarray::Array2<f32> {
                rt::api::forward(self, input)
            }
            /**Evaluates a batch: N×1×28×28 → N×10.

# Errors
If the input has another shape, or no images, or there is no memory for so many.*/
            #[inline]
            pub fn try_forward(
                &self,
                input: rt::ndarray::ArrayView4<'_, f32>,
            ) -> ::core::result::Result<rt::ndarray::Array2<f32>, rt::Error> {
                rt::api::try_forward(self, input)
            }
            /// The value of a label for a batch.
            ///
            /// # Errors
            /// If there is no such label, or the input has another shape.
            #[inline]
            pub fn features(
                &self,
                label: &str,
                input: rt::ndarray::ArrayView4<'_, f32>,
            ) -> ::core::result::Result<rt::ndarray::ArrayD<f32>, rt::Error> {
                rt::api::features(self, label, input)
            }
            /// A session for up to `batch` images: weights packed and all memory allocated once.
            ///
            /// # Panics
            /// If there is no memory for so many images.
            #[inline]
            pub fn session(&self, batch: usize) -> rt::Session<Self> {
                rt::api::session(self, batch)
            }
            /// As [`session`](Self::session).
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            pub fn try_session(
                &self,
                batch: usize,
            ) -> ::core::result::Result<rt::Session<Self>, rt::Error> {
                rt::api::try_session(self, batch)
            }
            /// A session that takes the network over and keeps no second copy of its weights.
            ///
            /// # Panics
            /// If there is no memory for so many images.
            #[inline]
            pub fn into_session(self, batch: usize) -> rt::Session<Self> {
                rt::api::into_session(self, batch)
            }
            /// As [`into_session`](Self::into_session); the network is gone after an error, too.
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            pub fn try_into_session(
                self,
                batch: usize,
            ) -> ::core::result::Result<rt::Session<Self>, rt::Error> {
                rt::api::try_into_session(self, batch)
            }
            /// Bytes that a session for `batch` images on `threads` threads needs beside the packed
            /// weights and the outputs; the largest number if they are more than it.
            pub const fn workspace(batch: usize, threads: usize) -> usize {
                rt::workspace(<Self as rt::Network>::INFERENCE, batch, threads)
            }
            /// The network as a table.
            #[inline]
            pub fn summary() -> ::std::string::String {
                rt::api::summary::<Self>()
            }
            /// The network as a drawing: `svg()`, or `dot()` for Graphviz.
            #[inline]
            pub fn graph() -> rt::Graph {
                rt::Graph::of::<Self>()
            }
        }
        impl rt::Network for __Network {
            const NAME: &'static str = "LeNet";
            const INPUTS: &'static [rt::Shape] = &[rt::Shape::volume(1, 28, 28)];
            const PARAMETERS: usize = 61706;
            const MACS: u64 = 416520;
            const LAYERS: &'static [rt::LayerInfo] = {
                use __cnn_rt::{LayerInfo, Shape, Source::*};
                &[
                    LayerInfo::new(
                        ["0", "conv", "conv 5x5 pad 2"],
                        &[Input(0)],
                        [Shape::volume(1, 28, 28), Shape::volume(6, 28, 28)],
                        (156, 117600, 18816),
                        ((5, 5), (1.0, 1.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["1", "sigmoid", "sigmoid"],
                        &[Layer(0)],
                        [Shape::volume(6, 28, 28), Shape::volume(6, 28, 28)],
                        (0, 0, 18816),
                        ((5, 5), (1.0, 1.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["2", "avgpool", "avgpool 2x2 /2"],
                        &[Layer(1)],
                        [Shape::volume(6, 28, 28), Shape::volume(6, 14, 14)],
                        (0, 0, 4704),
                        ((6, 6), (2.0, 2.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["3", "conv", "conv 5x5"],
                        &[Layer(2)],
                        [Shape::volume(6, 14, 14), Shape::volume(16, 10, 10)],
                        (2416, 240000, 6400),
                        ((14, 14), (2.0, 2.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["4", "sigmoid", "sigmoid"],
                        &[Layer(3)],
                        [Shape::volume(16, 10, 10), Shape::volume(16, 10, 10)],
                        (0, 0, 6400),
                        ((14, 14), (2.0, 2.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["5", "avgpool", "avgpool 2x2 /2"],
                        &[Layer(4)],
                        [Shape::volume(16, 10, 10), Shape::volume(16, 5, 5)],
                        (0, 0, 1600),
                        ((16, 16), (4.0, 4.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["6", "flatten", "flatten"],
                        &[Layer(5)],
                        [Shape::volume(16, 5, 5), Shape::Vector(400)],
                        (0, 0, 0),
                        ((16, 16), (4.0, 4.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["7", "dense", "dense 120"],
                        &[Layer(6)],
                        [Shape::Vector(400), Shape::Vector(120)],
                        (48120, 48000, 480),
                        ((28, 28), (4.0, 4.0), (0, 0)),
                        false,
                    ),
                    LayerInfo::new(
                        ["8", "sigmoid", "sigmoid"],
                        &[Layer(7)],
                        [Shape::Vector(120), Shape::Vector(120)],
                        (0, 0, 480),
                        ((28, 28), (4.0, 4.0), (0, 0)),
                        false,
                    ),
                    LayerInfo::new(
                        ["9", "dense", "dense 84"],
                        &[Layer(8)],
                        [Shape::Vector(120), Shape::Vector(84)],
                        (10164, 10080, 336),
                        ((28, 28), (4.0, 4.0), (0, 0)),
                        false,
                    ),
                    LayerInfo::new(
                        ["10", "sigmoid", "sigmoid"],
                        &[Layer(9)],
                        [Shape::Vector(84), Shape::Vector(84)],
                        (0, 0, 336),
                        ((28, 28), (4.0, 4.0), (0, 0)),
                        false,
                    ),
                    LayerInfo::new(
                        ["11", "dense", "dense 10"],
                        &[Layer(10)],
                        [Shape::Vector(84), Shape::Vector(10)],
                        (850, 840, 40),
                        ((28, 28), (4.0, 4.0), (0, 0)),
                        false,
                    ),
                ]
            };
            const BLOCKS: &'static [rt::BlockInfo] = &[];
            const OUTPUT_LAYERS: &'static [usize] = &[11];
            const TENSORS: &'static [rt::TensorSpec] = {
                use __cnn_rt::{Init::*, Role::*, TensorSpec};
                &[
                    TensorSpec::new(
                        "0.weight",
                        &[6, 1, 5, 5],
                        Trainable,
                        0,
                        Uniform(-0.2, 0.2),
                    ),
                    TensorSpec::new("0.bias", &[6], Trainable, 160, Uniform(-0.2, 0.2)),
                    TensorSpec::new(
                        "3.weight",
                        &[16, 6, 5, 5],
                        Trainable,
                        176,
                        Uniform(-0.08164966, 0.08164966),
                    ),
                    TensorSpec::new(
                        "3.bias",
                        &[16],
                        Trainable,
                        2576,
                        Uniform(-0.08164966, 0.08164966),
                    ),
                    TensorSpec::new(
                        "7.weight",
                        &[120, 400],
                        Trainable,
                        2592,
                        Uniform(-0.05, 0.05),
                    ),
                    TensorSpec::new(
                        "7.bias",
                        &[120],
                        Trainable,
                        50592,
                        Uniform(-0.05, 0.05),
                    ),
                    TensorSpec::new(
                        "9.weight",
                        &[84, 120],
                        Trainable,
                        50720,
                        Uniform(-0.09128709, 0.09128709),
                    ),
                    TensorSpec::new(
                        "9.bias",
                        &[84],
                        Trainable,
                        60800,
                        Uniform(-0.09128709, 0.09128709),
                    ),
                    TensorSpec::new(
                        "11.weight",
                        &[10, 84],
                        Trainable,
                        60896,
                        Uniform(-0.10910895, 0.10910895),
                    ),
                    TensorSpec::new(
                        "11.bias",
                        &[10],
                        Trainable,
                        61744,
                        Uniform(-0.10910895, 0.10910895),
                    ),
                ]
            };
            const LABELS: &'static [(&'static str, rt::Shape)] = &[];
            const SUMMARY: &'static str = "LeNet\n    layer           output    parameters  mult–adds    memory   sees  jump  start\n─────────────────────────────────────────────────────────────────────────────────\n    input           1x28x28            –          –   3.1 KiB\n0   conv 5x5 pad 2  6x28x28          156    117,600  18.4 KiB    5x5     1     −2\n1   sigmoid         6x28x28            –          –  18.4 KiB    5x5     1     −2\n2   avgpool 2x2 /2  6x14x14            –          –   4.6 KiB    6x6     2     −2\n3   conv 5x5        16x10x10       2,416    240,000   6.2 KiB  14x14     2     −2\n4   sigmoid         16x10x10           –          –   6.2 KiB  14x14     2     −2\n5   avgpool 2x2 /2  16x5x5             –          –   1.6 KiB  16x16     4     −2\n6   flatten         400                –          –         –  16x16     4     −2\n7   dense 120       120           48,120     48,000     480 B  28x28     4      0\n8   sigmoid         120                –          –     480 B  28x28     4      0\n9   dense 84        84            10,164     10,080     336 B  28x28     4      0\n10  sigmoid         84                 –          –     336 B  28x28     4      0\n11  dense 10        10               850        840      40 B  28x28     4      0\n─────────────────────────────────────────────────────────────────────────────────\n    total                         61,706    416,520  57.0 KiB\n";
            const OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(10)];
            const TRAIN_OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(10)];
            const OUTPUT_NAMES: &'static [&'static str] = &[];
            type Input<'a> = rt::ndarray::ArrayView4<'a, f32>;
            type Output = rt::ndarray::Array2<f32>;
            type TrainOutput = Self::Output;
            const WORKSPACE: usize = rt::workspace(Self::INFERENCE, 1, 1);
            const INFERENCE: &'static [rt::InferencePlan] = &[
                rt::InferencePlan {
                    index: 0,
                    lanes: 1,
                    arena: 5888,
                    rooms: &[],
                    inputs: &[rt::Slot::new(0, 784)],
                    outputs: &[rt::Slot::new(96, 10)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 150), (160, 6)],
                            state: &[],
                            to: (0, 156),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(176, 2400), (2576, 16)],
                            state: &[],
                            to: (160, 2416),
                            by: PACKING_K3,
                        },
                        rt::Pack {
                            params: &[(2592, 48000), (50592, 120)],
                            state: &[],
                            to: (2576, 51328),
                            by: PACKING_K6,
                        },
                        rt::Pack {
                            params: &[(50720, 10080), (60800, 84)],
                            state: &[],
                            to: (53904, 11616),
                            by: PACKING_K7,
                        },
                        rt::Pack {
                            params: &[(60896, 840), (61744, 10)],
                            state: &[],
                            to: (65520, 1360),
                            by: PACKING_K8,
                        },
                    ],
                    packed: 66880,
                },
                rt::InferencePlan {
                    index: 1,
                    lanes: 16,
                    arena: 5880,
                    rooms: &[(5488, K9.room()), (5880, K11.room())],
                    inputs: &[rt::Slot::new(4704, 784)],
                    outputs: &[rt::Slot::new(0, 10)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 150), (160, 6)],
                            state: &[],
                            to: (0, 156),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(176, 2400), (2576, 16)],
                            state: &[],
                            to: (160, 2416),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(2592, 48000), (50592, 120)],
                            state: &[],
                            to: (2576, 48120),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(50720, 10080), (60800, 84)],
                            state: &[],
                            to: (50704, 10164),
                            by: rt::Packing::PLAIN,
                        },
                        rt::Pack {
                            params: &[(60896, 840), (61744, 10)],
                            state: &[],
                            to: (60880, 850),
                            by: rt::Packing::PLAIN,
                        },
                    ],
                    packed: 61744,
                },
            ];
            const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                lanes: 16,
                arena: 11368,
                rooms: &[
                    (11368, K9.room()),
                    (11368, K11.room()),
                    (11368, K15.room_backward()),
                    (11368, K14.room_backward()),
                    (11368, K13.room_backward()),
                    (11368, K11.room_backward()),
                    (11368, K9.room_backward()),
                ],
                stats: 0,
                inputs: &[rt::Slot::new(10584, 784)],
                outputs: &[rt::Slot::new(6908, 10)],
                d_outputs: &[rt::Slot::new(6918, 10)],
                d_inputs: &[rt::Slot::new(0, 784)],
                largest: 48000,
                longest_row: 400,
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
                    forward(
                        rt::Interleaved,
                        &K9,
                        rt::Sigmoid,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(10584, 784)],
                            output: whole(0, 4704),
                            saved: NONE,
                            params: [(0, 150), (160, 6)],
                            end: 11368,
                            scratch: K9.room().image,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K10,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(0, 4704)],
                            output: whole(7904, 1176),
                            saved: NONE,
                            params: [],
                            end: 11368,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K11,
                        rt::Sigmoid,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(7904, 1176)],
                            output: whole(4704, 1600),
                            saved: NONE,
                            params: [(176, 2400), (2576, 16)],
                            end: 11368,
                            scratch: K11.room().image,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K12,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(4704, 1600)],
                            output: whole(6304, 400),
                            saved: NONE,
                            params: [],
                            end: 11368,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K13,
                        rt::Sigmoid,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(6304, 400)],
                            output: whole(6704, 120),
                            saved: NONE,
                            params: [(2592, 48000), (50592, 120)],
                            end: 11368,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K14,
                        rt::Sigmoid,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(6704, 120)],
                            output: whole(6824, 84),
                            saved: NONE,
                            params: [(50720, 10080), (60800, 84)],
                            end: 11368,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Interleaved,
                        &K15,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(6824, 84)],
                            output: whole(6908, 10),
                            saved: NONE,
                            params: [(60896, 840), (61744, 10)],
                            end: 11368,
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
                        let step = Backward {
                            inputs: [whole(6824, 84)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(6918, 10), whole(6944, 84)],
                            params: [(60896, 840), (61744, 10)],
                            end: 11368,
                            scratch: K15.room_backward().image,
                        };
                        backward(rt::Interleaved, &K15, cx, t, step);
                    }
                    {
                        let (from, to) = pair(
                            t.arena,
                            n,
                            whole(6824, 84),
                            whole(6944, 84),
                        );
                        rt::activation::backward::<
                            rt::Interleaved,
                        >(cx, rt::Sigmoid, from, to);
                    }
                    {
                        let step = Backward {
                            inputs: [whole(6704, 120)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(6944, 84), whole(6824, 120)],
                            params: [(50720, 10080), (60800, 84)],
                            end: 11368,
                            scratch: K14.room_backward().image,
                        };
                        backward(rt::Interleaved, &K14, cx, t, step);
                    }
                    {
                        let (from, to) = pair(
                            t.arena,
                            n,
                            whole(6704, 120),
                            whole(6824, 120),
                        );
                        rt::activation::backward::<
                            rt::Interleaved,
                        >(cx, rt::Sigmoid, from, to);
                    }
                    {
                        let step = Backward {
                            inputs: [whole(6304, 400)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(6824, 120), whole(9080, 400)],
                            params: [(2592, 48000), (50592, 120)],
                            end: 11368,
                            scratch: K13.room_backward().image,
                        };
                        backward(rt::Interleaved, &K13, cx, t, step);
                    }
                    {
                        let step = Backward {
                            inputs: [],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(9080, 400), whole(6304, 1600)],
                            params: [],
                            end: 11368,
                            scratch: 0,
                        };
                        backward(rt::Interleaved, &K12, cx, t, step);
                    }
                    {
                        let (from, to) = pair(
                            t.arena,
                            n,
                            whole(4704, 1600),
                            whole(6304, 1600),
                        );
                        rt::activation::backward::<
                            rt::Interleaved,
                        >(cx, rt::Sigmoid, from, to);
                    }
                    {
                        let step = Backward {
                            inputs: [whole(7904, 1176)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(6304, 1600), whole(9408, 1176)],
                            params: [(176, 2400), (2576, 16)],
                            end: 11368,
                            scratch: K11.room_backward().image,
                        };
                        backward(rt::Interleaved, &K11, cx, t, step);
                    }
                    {
                        let step = Backward {
                            inputs: [],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(9408, 1176), whole(4704, 4704)],
                            params: [],
                            end: 11368,
                            scratch: 0,
                        };
                        backward(rt::Interleaved, &K10, cx, t, step);
                    }
                    {
                        let (from, to) = pair(
                            t.arena,
                            n,
                            whole(0, 4704),
                            whole(4704, 4704),
                        );
                        rt::activation::backward::<
                            rt::Interleaved,
                        >(cx, rt::Sigmoid, from, to);
                    }
                    {
                        let step = Backward {
                            inputs: [whole(10584, 784)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [
                                whole(4704, 4704),
                                if t.input_gradients { whole(0, 784) } else { NONE },
                            ],
                            params: [(0, 150), (160, 6)],
                            end: 11368,
                            scratch: K9.room_backward().image,
                        };
                        backward(rt::Interleaved, &K9, cx, t, step);
                    }
                }
                run(cx, &mut t, tap)
            }
            fn infer(plan: usize, cx: &rt::Pass<'_>, packed: &[f32], arena: &mut [f32]) {
                fn infer_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Blocked>();
                    infer(
                        rt::Blocked,
                        &K0,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 784)],
                            output: whole(4704, 1024),
                            saved: NONE,
                            params: [],
                            end: 5728,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Blocked,
                        &K1,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(4704, 1024)],
                            output: whole(0, 4704),
                            saved: NONE,
                            params: [(0, 150), (150, 6)],
                            end: 5728,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Blocked,
                        &K2,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 4704)],
                            output: whole(4704, 1176),
                            saved: NONE,
                            params: [],
                            end: 5888,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Blocked,
                        &K3,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(4704, 1176)],
                            output: whole(0, 1600),
                            saved: NONE,
                            params: [(160, 2400), (2560, 16)],
                            end: 5888,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Blocked,
                        &K4,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 1600)],
                            output: whole(1600, 400),
                            saved: NONE,
                            params: [],
                            end: 2000,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Blocked,
                        &K5,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(1600, 400)],
                            output: whole(0, 400),
                            saved: NONE,
                            params: [],
                            end: 2000,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Nchw,
                        &K6,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 400)],
                            output: whole(400, 120),
                            saved: NONE,
                            params: [(2576, 51200), (53776, 128)],
                            end: 528,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Nchw,
                        &K7,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(400, 120)],
                            output: whole(0, 84),
                            saved: NONE,
                            params: [(53904, 11520), (65424, 96)],
                            end: 528,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Nchw,
                        &K8,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 84)],
                            output: whole(96, 10),
                            saved: NONE,
                            params: [(65520, 1344), (66864, 16)],
                            end: 112,
                            scratch: 0,
                        },
                    );
                }
                fn infer_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
                    infer(
                        rt::Interleaved,
                        &K9,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(4704, 784)],
                            output: whole(0, 4704),
                            saved: NONE,
                            params: [(0, 150), (150, 6)],
                            end: 5488,
                            scratch: K9.room().image,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K10,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 4704)],
                            output: whole(4704, 1176),
                            saved: NONE,
                            params: [],
                            end: 5880,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K11,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(4704, 1176)],
                            output: whole(0, 1600),
                            saved: NONE,
                            params: [(160, 2400), (2560, 16)],
                            end: 5880,
                            scratch: K11.room().image,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K12,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 1600)],
                            output: whole(1600, 400),
                            saved: NONE,
                            params: [],
                            end: 2000,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K13,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(1600, 400)],
                            output: whole(0, 120),
                            saved: NONE,
                            params: [(2576, 48000), (50576, 120)],
                            end: 2000,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K14,
                        rt::Sigmoid,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 120)],
                            output: whole(120, 84),
                            saved: NONE,
                            params: [(50704, 10080), (60784, 84)],
                            end: 204,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Interleaved,
                        &K15,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(120, 84)],
                            output: whole(0, 10),
                            saved: NONE,
                            params: [(60880, 840), (61720, 10)],
                            end: 204,
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
                rt::api::debug::<Self>(f)
            }
        }
    };
};
#[allow(unused_imports, deprecated, unreachable_pub)]
const _: () = {
    mod __0 {
        /**- `LeNet`, layer `0`: `1x28x28` → `6x28x28`, 156 parameters, 117,600 multiply–adds, sees 5x5 of the input

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
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
| `round=` | what happens to a remainder (floor) |
*/
        pub mod conv {}
    }
    use __0::conv as _;
    mod __1 {
        /**- `LeNet`, layer `1`: `6x28x28` → `6x28x28`, sees 5x5 of the input

1/(1 + e^−x).

```text
sigmoid
```
*/
        pub mod sigmoid {}
    }
    use __1::sigmoid as _;
    mod __2 {
        /**- `LeNet`, layer `2`: `6x28x28` → `6x14x14`, sees 6x6 of the input

Mean under each window; the stride is the window unless given.

```text
avgpool(kernel, stride=, pad=, count_pad=, round=)
```

| argument | meaning (default) |
|---|---|
| `kernel` | window height x width |
| `stride=` | rows and columns from window to window (the window) |
| `pad=` | rows and columns around the input: n, (height, width), (top, bottom, left, right), same, keep, valid (0) |
| `count_pad=` | whether padding counts in the mean (true) |
| `round=` | what happens to a remainder (floor) |
*/
        pub mod avgpool {}
    }
    use __2::avgpool as _;
    mod __3 {
        /**- `LeNet`, layer `3`: `6x14x14` → `16x10x10`, 2,416 parameters, 240,000 multiply–adds, sees 14x14 of the input

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
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
| `round=` | what happens to a remainder (floor) |
*/
        pub mod conv {}
    }
    use __3::conv as _;
    mod __4 {
        /**- `LeNet`, layer `4`: `16x10x10` → `16x10x10`, sees 14x14 of the input

1/(1 + e^−x).

```text
sigmoid
```
*/
        pub mod sigmoid {}
    }
    use __4::sigmoid as _;
    mod __5 {
        /**- `LeNet`, layer `5`: `16x10x10` → `16x5x5`, sees 16x16 of the input

Mean under each window; the stride is the window unless given.

```text
avgpool(kernel, stride=, pad=, count_pad=, round=)
```

| argument | meaning (default) |
|---|---|
| `kernel` | window height x width |
| `stride=` | rows and columns from window to window (the window) |
| `pad=` | rows and columns around the input: n, (height, width), (top, bottom, left, right), same, keep, valid (0) |
| `count_pad=` | whether padding counts in the mean (true) |
| `round=` | what happens to a remainder (floor) |
*/
        pub mod avgpool {}
    }
    use __5::avgpool as _;
    mod __6 {
        /**- `LeNet`, layer `6`: `16x5x5` → `400`, sees 16x16 of the input

a volume as a vector, in PyTorch's order.

```text
flatten
```
*/
        pub mod flatten {}
    }
    use __6::flatten as _;
    mod __7 {
        /**- `LeNet`, layer `7`: `400` → `120`, 48,120 parameters, 48,000 multiply–adds, sees 28x28 of the input

Fully connected layer; weight outputs × inputs.

```text
dense(n, bias=, init=, bias_init=)
```

| argument | meaning (default) |
|---|---|
| `n` | outputs |
| `bias=` | whether a bias is added (true) |
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
*/
        pub mod dense {}
    }
    use __7::dense as _;
    mod __8 {
        /**- `LeNet`, layer `8`: `120` → `120`, sees 28x28 of the input

1/(1 + e^−x).

```text
sigmoid
```
*/
        pub mod sigmoid {}
    }
    use __8::sigmoid as _;
    mod __9 {
        /**- `LeNet`, layer `9`: `120` → `84`, 10,164 parameters, 10,080 multiply–adds, sees 28x28 of the input

Fully connected layer; weight outputs × inputs.

```text
dense(n, bias=, init=, bias_init=)
```

| argument | meaning (default) |
|---|---|
| `n` | outputs |
| `bias=` | whether a bias is added (true) |
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
*/
        pub mod dense {}
    }
    use __9::dense as _;
    mod __10 {
        /**- `LeNet`, layer `10`: `84` → `84`, sees 28x28 of the input

1/(1 + e^−x).

```text
sigmoid
```
*/
        pub mod sigmoid {}
    }
    use __10::sigmoid as _;
    mod __11 {
        /**- `LeNet`, layer `11`: `84` → `10`, 850 parameters, 840 multiply–adds, sees 28x28 of the input

Fully connected layer; weight outputs × inputs.

```text
dense(n, bias=, init=, bias_init=)
```

| argument | meaning (default) |
|---|---|
| `n` | outputs |
| `bias=` | whether a bias is added (true) |
| `init=` | how the weights start: he, xavier, lecun, uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch; the bias then starts at 0 (pytorch) |
| `bias_init=` | how the bias starts: uniform(…), normal(…), trunc_normal(…), constant(…), zeros, ones, pytorch |
*/
        pub mod dense {}
    }
    use __11::dense as _;
};
#[doc(hidden)]
#[macro_export]
#[allow(unused_macros, non_local_definitions, clippy::crate_in_macro_def)]
macro_rules! __cnn_LeNet_2236ab5109d2fb0c {
    (@ ($($cnn:tt)*) $($tokens:tt)*) => {
        $($cnn)* ::__cnn! { @ ($($cnn)*) @ { LeNet struct LeNet < 1x28x28 -> conv(6, 5x5,
        pad = 2) -> sigmoid -> avgpool(2) -> conv(16, 5x5) -> sigmoid -> avgpool(2) ->
        flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10) >; }
        $($tokens)* }
    };
}
#[doc(hidden)]
#[allow(unused_imports, deprecated)]
pub use __cnn_LeNet_2236ab5109d2fb0c as LeNet;
