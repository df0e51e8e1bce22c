/**

3×16×16 → 10, with 12,306 parameters and 1,464,480 multiply–adds an image. Its methods are those of [`Network`](trait@::cnn::Network); its layers are described in [`cnn::layers`](mod@::cnn::layers).

```text
Residual
                       layer              output   parameters  mult–adds     memory   sees  jump  start
───────────────────────────────────────────────────────────────────────────────────────────────────────
                       input              3x16x16           –          –    3.0 KiB
conv1                  conv 3x3 pad 1     8x16x16         216     55,296    8.0 KiB    3x3     1     −1
bn1                    bn                 8x16x16          16          –    8.0 KiB    3x3     1     −1
2                      relu               8x16x16           –          –    8.0 KiB    3x3     1     −1
layer1.0.conv1         conv 3x3 pad 1     8x16x16         576    147,456    8.0 KiB    5x5     1     −2
layer1.0.bn1           bn                 8x16x16          16          –    8.0 KiB    5x5     1     −2
layer1.0.2             relu               8x16x16           –          –    8.0 KiB    5x5     1     −2
layer1.0.conv2         conv 3x3 pad 1     8x16x16         576    147,456    8.0 KiB    7x7     1     −3
layer1.0.bn2           bn                 8x16x16          16          –    8.0 KiB    7x7     1     −3
layer1.0.add           add                8x16x16           –          –    8.0 KiB    7x7     1     −3
layer1.0.5             relu               8x16x16           –          –    8.0 KiB    7x7     1     −3
layer1.1 – 2           2 more like it     8x16x16       2,368    589,824  112.0 KiB  15x15     1     −7
layer2.0.conv1         conv 3x3 /2 pad 1  16x8x8        1,152     73,728    4.0 KiB  17x17     2     −8
layer2.0.bn1           bn                 16x8x8           32          –    4.0 KiB  17x17     2     −8
layer2.0.2             relu               16x8x8            –          –    4.0 KiB  17x17     2     −8
layer2.0.conv2         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  21x21     2    −10
layer2.0.bn2           bn                 16x8x8           32          –    4.0 KiB  21x21     2    −10
layer2.0.downsample.0  conv 1x1 /2        16x8x8          128      8,192    4.0 KiB  15x15     2     −7
layer2.0.downsample.1  bn                 16x8x8           32          –    4.0 KiB  15x15     2     −7
layer2.0.add           add                16x8x8            –          –    4.0 KiB  21x21     2    −10
layer2.0.6             relu               16x8x8            –          –    4.0 KiB  21x21     2    −10
layer2.1.conv1         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  25x25     2    −12
layer2.1.bn1           bn                 16x8x8           32          –    4.0 KiB  25x25     2    −12
layer2.1.2             relu               16x8x8            –          –    4.0 KiB  25x25     2    −12
layer2.1.conv2         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  29x29     2    −14
layer2.1.bn2           bn                 16x8x8           32          –    4.0 KiB  29x29     2    −14
layer2.1.add           add                16x8x8            –          –    4.0 KiB  29x29     2    −14
layer2.1.5             relu               16x8x8            –          –    4.0 KiB  29x29     2    −14
5                      global_avgpool     16x1x1            –          –       64 B  29x29     2    −14
6                      flatten            16                –          –          –  29x29     2    −14
fc                     dense 10           10              170        160       40 B  29x29     2    −14
───────────────────────────────────────────────────────────────────────────────────────────────────────
                       total                           12,306  1,464,480  256.1 KiB
```*/
#[derive(::core::clone::Clone)]
struct Residual {
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
    type __Network = Residual;
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
            [3, 16, 16],
            rt::Frame {
                lanes: 3,
                inputs: &[0],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K1: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [3, 16, 16],
                8,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [16, 16],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 3,
                inputs: &[1],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K2: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                8,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [16, 16],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K3: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                8,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [16, 16],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1, 1],
                output: 1,
                d_inputs: &[0, 0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K4: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                16,
                [3, 3],
                [2, 2],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K5: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [16, 8, 8],
                16,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K6: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                16,
                [1, 1],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                1,
                [8, 8],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1, 0],
                output: 1,
                d_inputs: &[0, 0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K7: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [16, 8, 8],
                16,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1],
                output: 1,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K8: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
            rt::conv::Geometry::new(
                [16, 8, 8],
                16,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
            false,
            ::core::option::Option::Some(1e-5f32),
            rt::Frame {
                lanes: 16,
                inputs: &[1, 1],
                output: 0,
                d_inputs: &[0, 0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K9: rt::blocked::GlobalAvgPool = <rt::blocked::GlobalAvgPool>::new(
            [16, 8, 8],
            rt::Frame {
                lanes: 16,
                inputs: &[0],
                output: 0,
                d_inputs: &[0],
                d_output: 0,
                ..rt::Frame::WHOLE
            },
        );
        static K10: rt::dense::Packed = <rt::dense::Packed>::new(16, 10);
        const PACKING_K1: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K1, from, to),
        };
        const PACKING_K2: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K2, from, to),
        };
        const PACKING_K3: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K3, from, to),
        };
        const PACKING_K4: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K4, from, to),
        };
        const PACKING_K5: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K5, from, to),
        };
        const PACKING_K6: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K6, from, to),
        };
        const PACKING_K7: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K7, from, to),
        };
        const PACKING_K8: rt::Packing = rt::Packing {
            plain: <rt::blocked::PackedDirect as rt::Kernel<rt::Blocked>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K8, from, to),
        };
        const PACKING_K10: rt::Packing = rt::Packing {
            plain: <rt::dense::Packed as rt::Kernel<rt::Nchw>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Nchw>::pack(&K10, from, to),
        };
        static K11: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
            rt::conv::K3x3S1,
        >>::new(
            rt::conv::Geometry::new(
                [3, 16, 16],
                8,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [16, 16],
            ),
        );
        static K12: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(8, 256, 1e-5f32);
        static K13: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
            rt::conv::K3x3S1,
        >>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                8,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [16, 16],
            ),
        );
        static K14: rt::Add = <rt::Add>::new();
        static K15: rt::conv::Direct<rt::conv::K3x3S2> = <rt::conv::Direct<
            rt::conv::K3x3S2,
        >>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                16,
                [3, 3],
                [2, 2],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
        );
        static K16: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(16, 64, 1e-5f32);
        static K17: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
            rt::conv::K3x3S1,
        >>::new(
            rt::conv::Geometry::new(
                [16, 8, 8],
                16,
                [3, 3],
                [1, 1],
                [1, 1, 1, 1],
                [1, 1],
                1,
                [8, 8],
            ),
        );
        static K18: rt::conv::Direct<rt::conv::K1x1S2> = <rt::conv::Direct<
            rt::conv::K1x1S2,
        >>::new(
            rt::conv::Geometry::new(
                [8, 16, 16],
                16,
                [1, 1],
                [2, 2],
                [0, 0, 0, 0],
                [1, 1],
                1,
                [8, 8],
            ),
        );
        static K19: rt::GlobalAvgPool = <rt::GlobalAvgPool>::new(16, 64);
        static K20: rt::dense::Direct = <rt::dense::Direct>::new(16, 10);
        const PACKING_K11: rt::Packing = rt::Packing {
            plain: <rt::conv::Direct<rt::conv::K3x3S1> as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K11, from, to),
        };
        const PACKING_K12: rt::Packing = rt::Packing {
            plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
        };
        const PACKING_K13: rt::Packing = rt::Packing {
            plain: <rt::conv::Direct<rt::conv::K3x3S1> as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
        };
        const PACKING_K15: rt::Packing = rt::Packing {
            plain: <rt::conv::Direct<rt::conv::K3x3S2> as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K15, from, to),
        };
        const PACKING_K16: rt::Packing = rt::Packing {
            plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
        };
        const PACKING_K17: rt::Packing = rt::Packing {
            plain: <rt::conv::Direct<rt::conv::K3x3S1> as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K17, from, to),
        };
        const PACKING_K18: rt::Packing = rt::Packing {
            plain: <rt::conv::Direct<rt::conv::K1x1S2> as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K18, from, to),
        };
        const PACKING_K20: rt::Packing = rt::Packing {
            plain: <rt::dense::Direct as rt::Kernel<rt::Lanes>>::PLAIN,
            pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K20, from, to),
        };
        static K21: rt::BatchNorm = <rt::BatchNorm>::new(8, 256, 1e-5f32, 0.1f32, true);
        static K22: rt::BatchNorm = <rt::BatchNorm>::new(16, 64, 1e-5f32, 0.1f32, true);
        fn block_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 8]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Blocked>();
            infer(
                rt::Blocked,
                &K2,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(at[0], 5184)],
                    output: whole(at[1], 5184),
                    saved: NONE,
                    params: [(at[2], 1152), (at[3], 16)],
                    end: at[4],
                    scratch: ALL,
                },
            );
            infer(
                rt::Blocked,
                &K3,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(at[1], 5184), whole(at[0], 5184)],
                    output: whole(at[5], 5184),
                    saved: NONE,
                    params: [(at[6], 1152), (at[7], 16)],
                    end: 15552,
                    scratch: ALL,
                },
            );
        }
        fn block_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Blocked>();
            infer(
                rt::Blocked,
                &K4,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(10368, 5184)],
                    output: whole(0, 1600),
                    saved: NONE,
                    params: [(7456, 1152), (8608, 16)],
                    end: 15552,
                    scratch: ALL,
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
                    inputs: [whole(0, 1600)],
                    output: whole(1600, 1024),
                    saved: NONE,
                    params: [(8624, 2304), (10928, 16)],
                    end: 15552,
                    scratch: ALL,
                },
            );
            infer(
                rt::Blocked,
                &K6,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(10368, 5184), whole(1600, 1024)],
                    output: whole(0, 1600),
                    saved: NONE,
                    params: [(10944, 128), (11072, 16)],
                    end: 15552,
                    scratch: ALL,
                },
            );
        }
        fn block_2(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Blocked>();
            infer(
                rt::Blocked,
                &K7,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(0, 1600)],
                    output: whole(1600, 1600),
                    saved: NONE,
                    params: [(11088, 2304), (13392, 16)],
                    end: 3200,
                    scratch: ALL,
                },
            );
            infer(
                rt::Blocked,
                &K8,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(1600, 1600), whole(0, 1600)],
                    output: whole(3200, 1024),
                    saved: NONE,
                    params: [(13408, 2304), (15712, 16)],
                    end: 4224,
                    scratch: ALL,
                },
            );
        }
        fn block_3(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 8]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            infer(
                rt::Lanes,
                &K13,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(at[0], 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [(at[2], 576)],
                    end: 4096,
                    scratch: K13.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K12,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(at[1], 2048)],
                    output: whole(4096, 2048),
                    saved: NONE,
                    params: [(at[3], 8), (at[4], 8)],
                    end: 6144,
                    scratch: K12.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K13,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(4096, 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [(at[5], 576)],
                    end: 6144,
                    scratch: K13.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K12,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(at[1], 2048)],
                    output: whole(4096, 2048),
                    saved: NONE,
                    params: [(at[6], 8), (at[7], 8)],
                    end: 6144,
                    scratch: K12.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(4096, 2048), whole(at[0], 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [],
                    end: 6144,
                    scratch: 0,
                },
            );
        }
        fn block_4(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            infer(
                rt::Lanes,
                &K15,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(0, 2048)],
                    output: whole(2048, 1024),
                    saved: NONE,
                    params: [(3792, 1152)],
                    end: 3072,
                    scratch: K15.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K16,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(2048, 1024)],
                    output: whole(3072, 1024),
                    saved: NONE,
                    params: [(4944, 16), (4960, 16)],
                    end: 4096,
                    scratch: K16.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K17,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(3072, 1024)],
                    output: whole(2048, 1024),
                    saved: NONE,
                    params: [(4976, 2304)],
                    end: 4096,
                    scratch: K17.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K16,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(2048, 1024)],
                    output: whole(3072, 1024),
                    saved: NONE,
                    params: [(7280, 16), (7296, 16)],
                    end: 4096,
                    scratch: K16.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K18,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(0, 2048)],
                    output: whole(2048, 1024),
                    saved: NONE,
                    params: [(7312, 128)],
                    end: 4096,
                    scratch: K18.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K16,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(2048, 1024)],
                    output: whole(0, 1024),
                    saved: NONE,
                    params: [(7440, 16), (7456, 16)],
                    end: 4096,
                    scratch: K16.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(3072, 1024), whole(0, 1024)],
                    output: whole(1024, 1024),
                    saved: NONE,
                    params: [],
                    end: 4096,
                    scratch: 0,
                },
            );
        }
        fn block_5(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            infer(
                rt::Lanes,
                &K17,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(1024, 1024)],
                    output: whole(0, 1024),
                    saved: NONE,
                    params: [(7472, 2304)],
                    end: 2048,
                    scratch: K17.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K16,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(0, 1024)],
                    output: whole(2048, 1024),
                    saved: NONE,
                    params: [(9776, 16), (9792, 16)],
                    end: 3072,
                    scratch: K16.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K17,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(2048, 1024)],
                    output: whole(0, 1024),
                    saved: NONE,
                    params: [(9808, 2304)],
                    end: 3072,
                    scratch: K17.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K16,
                rt::NoActivation,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(0, 1024)],
                    output: whole(2048, 1024),
                    saved: NONE,
                    params: [(12112, 16), (12128, 16)],
                    end: 3072,
                    scratch: K16.scratch(),
                },
            );
            infer(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                w,
                arena,
                Forward {
                    inputs: [whole(2048, 1024), whole(1024, 1024)],
                    output: whole(0, 1024),
                    saved: NONE,
                    params: [],
                    end: 3072,
                    scratch: 0,
                },
            );
        }
        fn block_6(
            cx: &rt::Pass<'_>,
            t: &mut rt::TrainingTensors<'_>,
            tap: &mut dyn rt::Tap,
            at: &[usize; 22],
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            forward(
                rt::Lanes,
                &K13,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[0], 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [(at[2], 576)],
                    end: 40704,
                    scratch: K13.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    at[3],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[1], 2048).of(t.arena, n),
                );
            }
            {
                let (step, kept) = (
                    Forward {
                        inputs: [whole(at[1], 2048)],
                        output: whole(at[4], 2048),
                        saved: NONE,
                        params: [(at[5], 8), (at[6], 8)],
                        end: 40704,
                        scratch: K21.scratch(),
                    },
                    Kept {
                        state: [(at[7], 8), (at[8], 8)],
                        stats: (at[9], 16),
                    },
                );
                if tap.active() {
                    forward(rt::Lanes, &K21, rt::NoActivation, cx, t, step, kept);
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(at[10], rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Lanes, &K21, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Lanes,
                &K13,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[4], 2048)],
                    output: whole(at[11], 2048),
                    saved: NONE,
                    params: [(at[12], 576)],
                    end: 40704,
                    scratch: K13.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    at[13],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[11], 2048).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K21,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[11], 2048)],
                    output: whole(at[14], 2048),
                    saved: NONE,
                    params: [(at[15], 8), (at[16], 8)],
                    end: 40704,
                    scratch: K21.scratch(),
                },
                Kept {
                    state: [(at[17], 8), (at[18], 8)],
                    stats: (at[19], 16),
                },
            );
            if tap.active() {
                tap.value(
                    at[20],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[14], 2048).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                t,
                Forward {
                    inputs: [whole(at[14], 2048), whole(at[0], 2048)],
                    output: whole(at[21], 2048),
                    saved: NONE,
                    params: [],
                    end: 40704,
                    scratch: 0,
                },
                NOTHING,
            );
        }
        fn block_7(
            cx: &rt::Pass<'_>,
            t: &mut rt::TrainingTensors<'_>,
            tap: &mut dyn rt::Tap,
            at: &[usize; 27],
            kernels: (&rt::conv::Direct<rt::conv::K3x3S1>, &rt::BatchNorm),
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            forward(
                rt::Lanes,
                kernels.0,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[0], at[1])],
                    output: whole(at[2], at[1]),
                    saved: NONE,
                    params: [(at[3], at[4])],
                    end: 40704,
                    scratch: kernels.0.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    at[5],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[2], at[1]).of(t.arena, n),
                );
            }
            {
                let (step, kept) = (
                    Forward {
                        inputs: [whole(at[2], at[1])],
                        output: whole(at[6], at[1]),
                        saved: NONE,
                        params: [(at[7], at[8]), (at[9], at[8])],
                        end: 40704,
                        scratch: kernels.1.scratch(),
                    },
                    Kept {
                        state: [(at[10], at[8]), (at[11], at[8])],
                        stats: (at[12], at[13]),
                    },
                );
                if tap.active() {
                    forward(rt::Lanes, kernels.1, rt::NoActivation, cx, t, step, kept);
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Lanes, kernels.1, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Lanes,
                kernels.0,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[6], at[1])],
                    output: whole(at[15], at[1]),
                    saved: NONE,
                    params: [(at[16], at[4])],
                    end: 40704,
                    scratch: kernels.0.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    at[17],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[15], at[1]).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                kernels.1,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(at[15], at[1])],
                    output: whole(at[18], at[1]),
                    saved: NONE,
                    params: [(at[19], at[8]), (at[20], at[8])],
                    end: 40704,
                    scratch: kernels.1.scratch(),
                },
                Kept {
                    state: [(at[21], at[8]), (at[22], at[8])],
                    stats: (at[23], at[13]),
                },
            );
            if tap.active() {
                tap.value(
                    at[24],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[18], at[1]).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                t,
                Forward {
                    inputs: [whole(at[18], at[1]), whole(at[0], at[1])],
                    output: whole(at[25], at[1]),
                    saved: NONE,
                    params: [],
                    end: 40704,
                    scratch: 0,
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    at[26],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[25], at[1]).of(t.arena, n),
                );
            }
        }
        fn block_8(
            cx: &rt::Pass<'_>,
            t: &mut rt::TrainingTensors<'_>,
            tap: &mut dyn rt::Tap,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            forward(
                rt::Lanes,
                &K15,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(28672, 2048)],
                    output: whole(30720, 1024),
                    saved: NONE,
                    params: [(3904, 1152)],
                    end: 40704,
                    scratch: K15.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    15,
                    rt::Order::Planes { lanes: 16 },
                    whole(30720, 1024).of(t.arena, n),
                );
            }
            {
                let (step, kept) = (
                    Forward {
                        inputs: [whole(30720, 1024)],
                        output: whole(31744, 1024),
                        saved: NONE,
                        params: [(5056, 16), (5072, 16)],
                        end: 40704,
                        scratch: K22.scratch(),
                    },
                    Kept {
                        state: [(224, 16), (240, 16)],
                        stats: (112, 32),
                    },
                );
                if tap.active() {
                    forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(16, rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Lanes, &K22, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Lanes,
                &K17,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(31744, 1024)],
                    output: whole(32768, 1024),
                    saved: NONE,
                    params: [(5088, 2304)],
                    end: 40704,
                    scratch: K17.scratch(),
                },
                NOTHING,
            );
            if tap.active() {
                tap.value(
                    17,
                    rt::Order::Planes { lanes: 16 },
                    whole(32768, 1024).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K22,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(32768, 1024)],
                    output: whole(26624, 1024),
                    saved: NONE,
                    params: [(7392, 16), (7408, 16)],
                    end: 40704,
                    scratch: K22.scratch(),
                },
                Kept {
                    state: [(256, 16), (272, 16)],
                    stats: (144, 32),
                },
            );
            if tap.active() {
                tap.value(
                    18,
                    rt::Order::Planes { lanes: 16 },
                    whole(26624, 1024).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K18,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(28672, 2048)],
                    output: whole(27648, 1024),
                    saved: NONE,
                    params: [(7424, 128)],
                    end: 40704,
                    scratch: K18.scratch(),
                },
                NOTHING,
            );
            forward(
                rt::Lanes,
                &K22,
                rt::NoActivation,
                cx,
                t,
                Forward {
                    inputs: [whole(27648, 1024)],
                    output: whole(33792, 1024),
                    saved: NONE,
                    params: [(7552, 16), (7568, 16)],
                    end: 40704,
                    scratch: K22.scratch(),
                },
                Kept {
                    state: [(288, 16), (304, 16)],
                    stats: (176, 32),
                },
            );
            if tap.active() {
                tap.value(
                    19,
                    rt::Order::Planes { lanes: 16 },
                    whole(33792, 1024).of(t.arena, n),
                );
            }
            forward(
                rt::Lanes,
                &K14,
                rt::Relu,
                cx,
                t,
                Forward {
                    inputs: [whole(26624, 1024), whole(33792, 1024)],
                    output: whole(34816, 1024),
                    saved: NONE,
                    params: [],
                    end: 40704,
                    scratch: 0,
                },
                NOTHING,
            );
        }
        fn block_9(
            cx: &rt::Pass<'_>,
            t: &mut rt::BackwardTensors<'_>,
            tap: &mut dyn rt::Tap,
            at: &[usize; 24],
            kernels: (&rt::BatchNorm, &rt::conv::Direct<rt::conv::K3x3S1>),
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            if tap.active() {
                tap.gradient(
                    at[0],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[1], at[2]).of(t.arena, n),
                );
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[3], at[2]),
                    whole(at[1], at[2]),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[1], at[2]),
                    whole(at[3], at[2]),
                );
                to.copy_from_slice(from);
            }
            if tap.active() {
                tap.gradient(
                    at[4],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[3], at[2]).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[5], at[2])],
                    output: NONE,
                    saved: NONE,
                    stats: (at[6], at[7]),
                    d: [whole(at[3], at[2]), whole(at[8], at[2])],
                    params: [(at[9], at[10]), (at[11], at[10])],
                    end: 40704,
                    scratch: kernels.0.scratch_backward(),
                };
                backward(rt::Lanes, kernels.0, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    at[12],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[8], at[2]).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[13], at[2])],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(at[8], at[2]), whole(at[5], at[2])],
                    params: [(at[14], at[15])],
                    end: 40704,
                    scratch: kernels.1.scratch_backward(),
                };
                backward(rt::Lanes, kernels.1, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[13], at[2]),
                    whole(at[5], at[2]),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            if tap.active() {
                tap.gradient(
                    at[16],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[5], at[2]).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[17], at[2])],
                    output: NONE,
                    saved: NONE,
                    stats: (at[18], at[7]),
                    d: [whole(at[5], at[2]), whole(at[13], at[2])],
                    params: [(at[19], at[10]), (at[20], at[10])],
                    end: 40704,
                    scratch: kernels.0.scratch_backward(),
                };
                backward(rt::Lanes, kernels.0, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    at[21],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[13], at[2]).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[22], at[2])],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(at[13], at[2]), whole(at[17], at[2])],
                    params: [(at[23], at[15])],
                    end: 40704,
                    scratch: kernels.1.scratch_backward(),
                };
                backward(rt::Lanes, kernels.1, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[17], at[2]),
                    whole(at[1], at[2]),
                );
                rt::accumulate(cx, to, from);
            }
        }
        fn block_10(
            cx: &rt::Pass<'_>,
            t: &mut rt::BackwardTensors<'_>,
            tap: &mut dyn rt::Tap,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(34816, 1024),
                    whole(36864, 1024),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(36864, 1024),
                    whole(33792, 1024),
                );
                to.copy_from_slice(from);
            }
            if tap.active() {
                tap.gradient(
                    19,
                    rt::Order::Planes { lanes: 16 },
                    whole(36864, 1024).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(27648, 1024)],
                    output: NONE,
                    saved: NONE,
                    stats: (176, 32),
                    d: [whole(36864, 1024), whole(34816, 1024)],
                    params: [(7552, 16), (7568, 16)],
                    end: 40704,
                    scratch: K22.scratch_backward(),
                };
                backward(rt::Lanes, &K22, cx, t, step);
            }
            {
                let step = Backward {
                    inputs: [whole(28672, 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(34816, 1024), whole(26624, 2048)],
                    params: [(7424, 128)],
                    end: 40704,
                    scratch: K18.scratch_backward(),
                };
                backward(rt::Lanes, &K18, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    18,
                    rt::Order::Planes { lanes: 16 },
                    whole(33792, 1024).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(32768, 1024)],
                    output: NONE,
                    saved: NONE,
                    stats: (144, 32),
                    d: [whole(33792, 1024), whole(34816, 1024)],
                    params: [(7392, 16), (7408, 16)],
                    end: 40704,
                    scratch: K22.scratch_backward(),
                };
                backward(rt::Lanes, &K22, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    17,
                    rt::Order::Planes { lanes: 16 },
                    whole(34816, 1024).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(31744, 1024)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(34816, 1024), whole(32768, 1024)],
                    params: [(5088, 2304)],
                    end: 40704,
                    scratch: K17.scratch_backward(),
                };
                backward(rt::Lanes, &K17, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(31744, 1024),
                    whole(32768, 1024),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            if tap.active() {
                tap.gradient(
                    16,
                    rt::Order::Planes { lanes: 16 },
                    whole(32768, 1024).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(30720, 1024)],
                    output: NONE,
                    saved: NONE,
                    stats: (112, 32),
                    d: [whole(32768, 1024), whole(33792, 1024)],
                    params: [(5056, 16), (5072, 16)],
                    end: 40704,
                    scratch: K22.scratch_backward(),
                };
                backward(rt::Lanes, &K22, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    15,
                    rt::Order::Planes { lanes: 16 },
                    whole(33792, 1024).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(28672, 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(33792, 1024), whole(30720, 2048)],
                    params: [(3904, 1152)],
                    end: 40704,
                    scratch: K15.scratch_backward(),
                };
                backward(rt::Lanes, &K15, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(30720, 2048),
                    whole(26624, 2048),
                );
                rt::accumulate(cx, to, from);
            }
        }
        fn block_11(
            cx: &rt::Pass<'_>,
            t: &mut rt::BackwardTensors<'_>,
            tap: &mut dyn rt::Tap,
            at: &[usize; 18],
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Lanes>();
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[0], 2048),
                    whole(26624, 2048),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(26624, 2048),
                    whole(at[1], 2048),
                );
                to.copy_from_slice(from);
            }
            if tap.active() {
                tap.gradient(
                    at[2],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[1], 2048).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[3], 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (at[4], 16),
                    d: [whole(at[1], 2048), whole(at[0], 2048)],
                    params: [(at[5], 8), (at[6], 8)],
                    end: 40704,
                    scratch: K21.scratch_backward(),
                };
                backward(rt::Lanes, &K21, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    at[7],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[0], 2048).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[8], 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(at[0], 2048), whole(at[3], 2048)],
                    params: [(at[9], 576)],
                    end: 40704,
                    scratch: K13.scratch_backward(),
                };
                backward(rt::Lanes, &K13, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[8], 2048),
                    whole(at[3], 2048),
                );
                rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
            }
            if tap.active() {
                tap.gradient(
                    at[10],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[3], 2048).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[11], 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (at[12], 16),
                    d: [whole(at[3], 2048), whole(at[8], 2048)],
                    params: [(at[13], 8), (at[14], 8)],
                    end: 40704,
                    scratch: K21.scratch_backward(),
                };
                backward(rt::Lanes, &K21, cx, t, step);
            }
            if tap.active() {
                tap.gradient(
                    at[15],
                    rt::Order::Planes { lanes: 16 },
                    whole(at[8], 2048).of(t.arena, n),
                );
            }
            {
                let step = Backward {
                    inputs: [whole(at[16], 2048)],
                    output: NONE,
                    saved: NONE,
                    stats: (0, 0),
                    d: [whole(at[8], 2048), whole(at[11], 2048)],
                    params: [(at[17], 576)],
                    end: 40704,
                    scratch: K13.scratch_backward(),
                };
                backward(rt::Lanes, &K13, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[11], 2048),
                    whole(26624, 2048),
                );
                rt::accumulate(cx, to, from);
            }
        }
        impl __Network {
            __cnn_rt::inherent!(
                , "Evaluates a batch: N×3×16×16 → N×10.", rt::ndarray::ArrayView4 <
                '_, f32 > => rt::ndarray::Array2 < f32 >, rt::Shape::volume(3, 16, 16) =>
                rt::Shape::Vector(10)
            );
        }
        impl rt::Describe for __Network {
            const GRAPH: rt::ir::Graph<'static> = {
                use __cnn_rt::ir::{
                    Activation as Function, Block, Border, Init::*, Interpolation,
                    LocalResponse, Op::*, Over, Rounding, Source::*, Target, make::*,
                };
                graph(
                    "Residual",
                    &[volume(3, 16, 16)],
                    &[
                        node(
                            "conv1",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Input(0)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 3, 3, 3], within(0.19245009))],
                        ),
                        node(
                            "bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(0)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(1)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.0.conv1",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(2)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.0.bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(3)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.0.2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(4)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.0.conv2",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(5)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.0.bn2",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(6)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.0.add",
                            Add,
                            "add",
                            &[Layer(7), Layer(2)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.0.5",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(8)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.1.conv1",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(9)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.1.bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(10)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.1.2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(11)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.1.conv2",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(12)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.1.bn2",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(13)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.1.add",
                            Add,
                            "add",
                            &[Layer(14), Layer(9)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.1.5",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(15)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.2.conv1",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(16)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.2.bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(17)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.2.2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(18)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.2.conv2",
                            Conv(conv(8, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(19)],
                            volume(8, 16, 16),
                            &[tensor("weight", &[8, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer1.2.bn2",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(20)],
                            volume(8, 16, 16),
                            &statistics(&[8]),
                        ),
                        node(
                            "layer1.2.add",
                            Add,
                            "add",
                            &[Layer(21), Layer(16)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer1.2.5",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(22)],
                            volume(8, 16, 16),
                            &[],
                        ),
                        node(
                            "layer2.0.conv1",
                            Conv(conv(16, square(3, 2, 1)).unbiased()),
                            "conv 3x3 /2 pad 1",
                            &[Layer(23)],
                            volume(16, 8, 8),
                            &[tensor("weight", &[16, 8, 3, 3], within(0.11785113))],
                        ),
                        node(
                            "layer2.0.bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(24)],
                            volume(16, 8, 8),
                            &statistics(&[16]),
                        ),
                        node(
                            "layer2.0.2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(25)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "layer2.0.conv2",
                            Conv(conv(16, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(26)],
                            volume(16, 8, 8),
                            &[tensor("weight", &[16, 16, 3, 3], within(0.083333336))],
                        ),
                        node(
                            "layer2.0.bn2",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(27)],
                            volume(16, 8, 8),
                            &statistics(&[16]),
                        ),
                        node(
                            "layer2.0.downsample.0",
                            Conv(conv(16, square(1, 2, 0)).unbiased()),
                            "conv 1x1 /2",
                            &[Layer(23)],
                            volume(16, 8, 8),
                            &[tensor("weight", &[16, 8, 1, 1], within(0.35355338))],
                        ),
                        node(
                            "layer2.0.downsample.1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(29)],
                            volume(16, 8, 8),
                            &statistics(&[16]),
                        ),
                        node(
                            "layer2.0.add",
                            Add,
                            "add",
                            &[Layer(28), Layer(30)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "layer2.0.6",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(31)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "layer2.1.conv1",
                            Conv(conv(16, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(32)],
                            volume(16, 8, 8),
                            &[tensor("weight", &[16, 16, 3, 3], within(0.083333336))],
                        ),
                        node(
                            "layer2.1.bn1",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(33)],
                            volume(16, 8, 8),
                            &statistics(&[16]),
                        ),
                        node(
                            "layer2.1.2",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(34)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "layer2.1.conv2",
                            Conv(conv(16, square(3, 1, 1)).unbiased()),
                            "conv 3x3 pad 1",
                            &[Layer(35)],
                            volume(16, 8, 8),
                            &[tensor("weight", &[16, 16, 3, 3], within(0.083333336))],
                        ),
                        node(
                            "layer2.1.bn2",
                            bn(1e-5, 0.1),
                            "bn",
                            &[Layer(36)],
                            volume(16, 8, 8),
                            &statistics(&[16]),
                        ),
                        node(
                            "layer2.1.add",
                            Add,
                            "add",
                            &[Layer(37), Layer(32)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "layer2.1.5",
                            Activation(Function::Relu),
                            "relu",
                            &[Layer(38)],
                            volume(16, 8, 8),
                            &[],
                        ),
                        node(
                            "5",
                            GlobalAvgPool,
                            "global_avgpool",
                            &[Layer(39)],
                            volume(16, 1, 1),
                            &[],
                        ),
                        node(
                            "6",
                            Flatten,
                            "flatten",
                            &[Layer(40)],
                            rt::Shape::Vector(16),
                            &[],
                        ),
                        node(
                            "fc",
                            Dense { outputs: 10, bias: true },
                            "dense 10",
                            &[Layer(41)],
                            rt::Shape::Vector(10),
                            &[
                                tensor("weight", &[10, 16], within(0.25)),
                                tensor("bias", &[10], within(0.25)),
                            ],
                        ),
                    ],
                    &[output(42, false)],
                    &[
                        label("conv1", Layer(0)),
                        label("bn1", Layer(1)),
                        label("layer1.0.conv1", Layer(3)),
                        label("layer1.0.bn1", Layer(4)),
                        label("layer1.0.conv2", Layer(6)),
                        label("layer1.0.bn2", Layer(7)),
                        label("layer1.1.conv1", Layer(10)),
                        label("layer1.1.bn1", Layer(11)),
                        label("layer1.1.conv2", Layer(13)),
                        label("layer1.1.bn2", Layer(14)),
                        label("layer1.2.conv1", Layer(17)),
                        label("layer1.2.bn1", Layer(18)),
                        label("layer1.2.conv2", Layer(20)),
                        label("layer1.2.bn2", Layer(21)),
                        label("layer1", Layer(23)),
                        label("layer2.0.conv1", Layer(24)),
                        label("layer2.0.bn1", Layer(25)),
                        label("layer2.0.conv2", Layer(27)),
                        label("layer2.0.bn2", Layer(28)),
                        label("layer2.0.downsample", Layer(30)),
                        label("layer2.1.conv1", Layer(33)),
                        label("layer2.1.bn1", Layer(34)),
                        label("layer2.1.conv2", Layer(36)),
                        label("layer2.1.bn2", Layer(37)),
                        label("layer2", Layer(39)),
                        label("fc", Layer(42)),
                    ],
                    &[
                        Block::new("layer1", "layer1", 3, 21, 1),
                        Block::new("basic", "layer1.0", 3, 7, 3),
                        Block::new("layer2", "layer2", 24, 16, 1),
                        Block::new("basic", "layer2.0", 24, 9, 1),
                        Block::new("downsample", "layer2.0.downsample", 29, 2, 1),
                        Block::new("basic", "layer2.1", 33, 7, 1),
                    ],
                )
            };
            const WORKSPACE: usize = rt::workspace(
                <Self as rt::Program>::INFERENCE,
                1,
                1,
            );
            const OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(10)];
            const TRAIN_OUTPUTS: &'static [rt::Shape] = &[rt::Shape::Vector(10)];
            const OUTPUT_NAMES: &'static [&'static str] = &[];
            __cnn_rt::lists!(__Network);
        }
        impl rt::Program for __Network {
            const INFERENCE: &'static [rt::InferencePlan] = &[
                rt::InferencePlan {
                    index: 0,
                    lanes: 1,
                    arena: 15552,
                    rooms: &[
                        (6160, K1.room()),
                        (10368, K2.room()),
                        (15552, K3.room()),
                        (15552, K2.room()),
                        (15552, K4.room()),
                        (15552, K5.room()),
                        (15552, K6.room()),
                        (3200, K7.room()),
                        (4224, K8.room()),
                        (4224, K9.room()),
                        (32, rt::Room::images(K10.scratch())),
                    ],
                    inputs: &[rt::Slot::new(0, 768)],
                    outputs: &[rt::Slot::new(16, 10)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 216), (224, 8), (240, 8)],
                            state: &[(0, 8), (16, 8)],
                            to: (0, 448),
                            by: PACKING_K1,
                        },
                        rt::Pack {
                            params: &[(256, 576), (832, 8), (848, 8)],
                            state: &[(32, 8), (48, 8)],
                            to: (448, 1168),
                            by: PACKING_K2,
                        },
                        rt::Pack {
                            params: &[(864, 576), (1440, 8), (1456, 8)],
                            state: &[(64, 8), (80, 8)],
                            to: (1616, 1168),
                            by: PACKING_K3,
                        },
                        rt::Pack {
                            params: &[(1472, 576), (2048, 8), (2064, 8)],
                            state: &[(96, 8), (112, 8)],
                            to: (2784, 1168),
                            by: PACKING_K2,
                        },
                        rt::Pack {
                            params: &[(2080, 576), (2656, 8), (2672, 8)],
                            state: &[(128, 8), (144, 8)],
                            to: (3952, 1168),
                            by: PACKING_K3,
                        },
                        rt::Pack {
                            params: &[(2688, 576), (3264, 8), (3280, 8)],
                            state: &[(160, 8), (176, 8)],
                            to: (5120, 1168),
                            by: PACKING_K2,
                        },
                        rt::Pack {
                            params: &[(3296, 576), (3872, 8), (3888, 8)],
                            state: &[(192, 8), (208, 8)],
                            to: (6288, 1168),
                            by: PACKING_K3,
                        },
                        rt::Pack {
                            params: &[(3904, 1152), (5056, 16), (5072, 16)],
                            state: &[(224, 16), (240, 16)],
                            to: (7456, 1168),
                            by: PACKING_K4,
                        },
                        rt::Pack {
                            params: &[(5088, 2304), (7392, 16), (7408, 16)],
                            state: &[(256, 16), (272, 16)],
                            to: (8624, 2320),
                            by: PACKING_K5,
                        },
                        rt::Pack {
                            params: &[(7424, 128), (7552, 16), (7568, 16)],
                            state: &[(288, 16), (304, 16)],
                            to: (10944, 144),
                            by: PACKING_K6,
                        },
                        rt::Pack {
                            params: &[(7584, 2304), (9888, 16), (9904, 16)],
                            state: &[(320, 16), (336, 16)],
                            to: (11088, 2320),
                            by: PACKING_K7,
                        },
                        rt::Pack {
                            params: &[(9920, 2304), (12224, 16), (12240, 16)],
                            state: &[(352, 16), (368, 16)],
                            to: (13408, 2320),
                            by: PACKING_K8,
                        },
                        rt::Pack {
                            params: &[(12256, 160), (12416, 10)],
                            state: &[],
                            to: (15728, 272),
                            by: PACKING_K10,
                        },
                    ],
                    packed: 16000,
                },
                rt::InferencePlan {
                    index: 1,
                    lanes: 16,
                    arena: 6144,
                    rooms: &[
                        (2816, rt::Room::images(K11.scratch())),
                        (4096, rt::Room::images(K12.scratch())),
                        (4096, rt::Room::images(K13.scratch())),
                        (6144, rt::Room::images(K12.scratch())),
                        (6144, rt::Room::images(K13.scratch())),
                        (3072, rt::Room::images(K15.scratch())),
                        (4096, rt::Room::images(K16.scratch())),
                        (4096, rt::Room::images(K17.scratch())),
                        (4096, rt::Room::images(K18.scratch())),
                        (2048, rt::Room::images(K17.scratch())),
                        (3072, rt::Room::images(K16.scratch())),
                        (3072, rt::Room::images(K17.scratch())),
                        (1040, rt::Room::images(K20.scratch())),
                    ],
                    inputs: &[rt::Slot::new(2048, 768)],
                    outputs: &[rt::Slot::new(0, 10)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 216)],
                            state: &[],
                            to: (0, 216),
                            by: PACKING_K11,
                        },
                        rt::Pack {
                            params: &[(224, 8), (240, 8)],
                            state: &[(0, 8), (16, 8)],
                            to: (224, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(256, 576)],
                            state: &[],
                            to: (240, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(832, 8), (848, 8)],
                            state: &[(32, 8), (48, 8)],
                            to: (816, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(864, 576)],
                            state: &[],
                            to: (832, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(1440, 8), (1456, 8)],
                            state: &[(64, 8), (80, 8)],
                            to: (1408, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(1472, 576)],
                            state: &[],
                            to: (1424, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(2048, 8), (2064, 8)],
                            state: &[(96, 8), (112, 8)],
                            to: (2000, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(2080, 576)],
                            state: &[],
                            to: (2016, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(2656, 8), (2672, 8)],
                            state: &[(128, 8), (144, 8)],
                            to: (2592, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(2688, 576)],
                            state: &[],
                            to: (2608, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(3264, 8), (3280, 8)],
                            state: &[(160, 8), (176, 8)],
                            to: (3184, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(3296, 576)],
                            state: &[],
                            to: (3200, 576),
                            by: PACKING_K13,
                        },
                        rt::Pack {
                            params: &[(3872, 8), (3888, 8)],
                            state: &[(192, 8), (208, 8)],
                            to: (3776, 16),
                            by: PACKING_K12,
                        },
                        rt::Pack {
                            params: &[(3904, 1152)],
                            state: &[],
                            to: (3792, 1152),
                            by: PACKING_K15,
                        },
                        rt::Pack {
                            params: &[(5056, 16), (5072, 16)],
                            state: &[(224, 16), (240, 16)],
                            to: (4944, 32),
                            by: PACKING_K16,
                        },
                        rt::Pack {
                            params: &[(5088, 2304)],
                            state: &[],
                            to: (4976, 2304),
                            by: PACKING_K17,
                        },
                        rt::Pack {
                            params: &[(7392, 16), (7408, 16)],
                            state: &[(256, 16), (272, 16)],
                            to: (7280, 32),
                            by: PACKING_K16,
                        },
                        rt::Pack {
                            params: &[(7424, 128)],
                            state: &[],
                            to: (7312, 128),
                            by: PACKING_K18,
                        },
                        rt::Pack {
                            params: &[(7552, 16), (7568, 16)],
                            state: &[(288, 16), (304, 16)],
                            to: (7440, 32),
                            by: PACKING_K16,
                        },
                        rt::Pack {
                            params: &[(7584, 2304)],
                            state: &[],
                            to: (7472, 2304),
                            by: PACKING_K17,
                        },
                        rt::Pack {
                            params: &[(9888, 16), (9904, 16)],
                            state: &[(320, 16), (336, 16)],
                            to: (9776, 32),
                            by: PACKING_K16,
                        },
                        rt::Pack {
                            params: &[(9920, 2304)],
                            state: &[],
                            to: (9808, 2304),
                            by: PACKING_K17,
                        },
                        rt::Pack {
                            params: &[(12224, 16), (12240, 16)],
                            state: &[(352, 16), (368, 16)],
                            to: (12112, 32),
                            by: PACKING_K16,
                        },
                        rt::Pack {
                            params: &[(12256, 160), (12416, 10)],
                            state: &[],
                            to: (12144, 170),
                            by: PACKING_K20,
                        },
                    ],
                    packed: 12320,
                },
            ];
            const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                lanes: 16,
                arena: 40704,
                rooms: &[
                    (40704, rt::Room::images(K11.scratch())),
                    (40704, rt::Room::images(K21.scratch())),
                    (40704, rt::Room::images(K13.scratch())),
                    (40704, rt::Room::images(K15.scratch())),
                    (40704, rt::Room::images(K22.scratch())),
                    (40704, rt::Room::images(K17.scratch())),
                    (40704, rt::Room::images(K18.scratch())),
                    (40704, rt::Room::images(K20.scratch())),
                    (40704, rt::Room::images(K20.scratch_backward())),
                    (40704, rt::Room::images(K22.scratch_backward())),
                    (40704, rt::Room::images(K17.scratch_backward())),
                    (40704, rt::Room::images(K18.scratch_backward())),
                    (40704, rt::Room::images(K15.scratch_backward())),
                    (40704, rt::Room::images(K21.scratch_backward())),
                    (40704, rt::Room::images(K13.scratch_backward())),
                    (40704, rt::Room::images(K11.scratch_backward())),
                ],
                stats: 272,
                inputs: &[rt::Slot::new(39936, 768)],
                outputs: &[rt::Slot::new(36880, 10)],
                d_outputs: &[rt::Slot::new(36890, 10)],
                d_inputs: &[rt::Slot::new(0, 768)],
                largest: 2304,
                longest_row: 144,
                cumulative: &[],
                batch_norm: ::core::option::Option::Some(("layer2.0.bn1", 64)),
            };
            fn forward_pass(
                cx: &rt::Pass<'_>,
                mut t: rt::TrainingTensors<'_>,
                tap: &mut dyn rt::Tap,
            ) {
                fn run(
                    cx: &rt::Pass<'_>,
                    t: &mut rt::TrainingTensors<'_>,
                    tap: &mut dyn rt::Tap,
                ) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Lanes>();
                    forward(
                        rt::Lanes,
                        &K11,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(39936, 768)],
                            output: whole(0, 2048),
                            saved: NONE,
                            params: [(0, 216)],
                            end: 40704,
                            scratch: K11.scratch(),
                        },
                        NOTHING,
                    );
                    if tap.active() {
                        tap.value(
                            0,
                            rt::Order::Planes { lanes: 16 },
                            whole(0, 2048).of(t.arena, n),
                        );
                    }
                    {
                        let (step, kept) = (
                            Forward {
                                inputs: [whole(0, 2048)],
                                output: whole(2048, 2048),
                                saved: NONE,
                                params: [(224, 8), (240, 8)],
                                end: 40704,
                                scratch: K21.scratch(),
                            },
                            Kept {
                                state: [(0, 8), (16, 8)],
                                stats: (0, 16),
                            },
                        );
                        if tap.active() {
                            forward(
                                rt::Lanes,
                                &K21,
                                rt::NoActivation,
                                cx,
                                t,
                                step,
                                kept,
                            );
                            let output = step.output.of_mut(t.arena, n);
                            tap.value(1, rt::Order::Planes { lanes: 16 }, output);
                            rt::Activation::apply(rt::Relu, output);
                        } else {
                            forward(rt::Lanes, &K21, rt::Relu, cx, t, step, kept);
                        }
                    }
                    block_6(
                        cx,
                        t,
                        tap,
                        &[
                            2048, 4096, 256, 2, 6144, 832, 848, 32, 48, 16, 3, 8192, 864,
                            4, 10240, 1440, 1456, 64, 80, 32, 5, 12288,
                        ],
                    );
                    block_6(
                        cx,
                        t,
                        tap,
                        &[
                            12288, 10240, 1472, 6, 14336, 2048, 2064, 96, 112, 48, 7,
                            16384, 2080, 8, 18432, 2656, 2672, 128, 144, 64, 9, 20480,
                        ],
                    );
                    block_7(
                        cx,
                        t,
                        tap,
                        &[
                            20480, 2048, 18432, 2688, 576, 10, 22528, 3264, 8, 3280, 160,
                            176, 80, 16, 11, 24576, 3296, 12, 26624, 3872, 3888, 192,
                            208, 96, 13, 28672, 14,
                        ],
                        (&K13, &K21),
                    );
                    block_8(cx, t, tap);
                    block_7(
                        cx,
                        t,
                        tap,
                        &[
                            34816, 1024, 26624, 7584, 2304, 20, 33792, 9888, 16, 9904,
                            320, 336, 208, 32, 21, 35840, 9920, 22, 36864, 12224, 12240,
                            352, 368, 240, 23, 37888, 24,
                        ],
                        (&K17, &K22),
                    );
                    forward(
                        rt::Lanes,
                        &K19,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(37888, 1024)],
                            output: whole(36864, 16),
                            saved: NONE,
                            params: [],
                            end: 40704,
                            scratch: 0,
                        },
                        NOTHING,
                    );
                    forward(
                        rt::Lanes,
                        &K20,
                        rt::NoActivation,
                        cx,
                        t,
                        Forward {
                            inputs: [whole(36864, 16)],
                            output: whole(36880, 10),
                            saved: NONE,
                            params: [(12256, 160), (12416, 10)],
                            end: 40704,
                            scratch: K20.scratch(),
                        },
                        NOTHING,
                    );
                    if tap.active() {
                        tap.value(
                            25,
                            rt::Order::Planes { lanes: 16 },
                            whole(36880, 10).of(t.arena, n),
                        );
                    }
                }
                run(cx, &mut t, tap)
            }
            fn backward_pass(
                cx: &rt::Pass<'_>,
                mut t: rt::BackwardTensors<'_>,
                tap: &mut dyn rt::Tap,
            ) {
                fn run(
                    cx: &rt::Pass<'_>,
                    t: &mut rt::BackwardTensors<'_>,
                    tap: &mut dyn rt::Tap,
                ) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Lanes>();
                    if tap.active() {
                        tap.gradient(
                            25,
                            rt::Order::Planes { lanes: 16 },
                            whole(36890, 10).of(t.arena, n),
                        );
                    }
                    {
                        let step = Backward {
                            inputs: [whole(36864, 16)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(36890, 10), whole(38912, 16)],
                            params: [(12256, 160), (12416, 10)],
                            end: 40704,
                            scratch: K20.scratch_backward(),
                        };
                        backward(rt::Lanes, &K20, cx, t, step);
                    }
                    {
                        let step = Backward {
                            inputs: [],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [whole(38912, 16), whole(36864, 1024)],
                            params: [],
                            end: 40704,
                            scratch: 0,
                        };
                        backward(rt::Lanes, &K19, cx, t, step);
                    }
                    block_9(
                        cx,
                        t,
                        tap,
                        &[
                            24, 36864, 1024, 37888, 23, 35840, 240, 32, 38912, 12224, 16,
                            12240, 22, 33792, 9920, 2304, 21, 26624, 208, 9888, 9904, 20,
                            34816, 7584,
                        ],
                        (&K22, &K17),
                    );
                    block_10(cx, t, tap);
                    block_9(
                        cx,
                        t,
                        tap,
                        &[
                            14, 26624, 2048, 28672, 13, 24576, 96, 16, 30720, 3872, 8,
                            3888, 12, 22528, 3296, 576, 11, 18432, 80, 3264, 3280, 10,
                            20480, 2688,
                        ],
                        (&K21, &K13),
                    );
                    block_11(
                        cx,
                        t,
                        tap,
                        &[
                            20480, 18432, 9, 16384, 64, 2656, 2672, 8, 14336, 2080, 7,
                            10240, 48, 2048, 2064, 6, 12288, 1472,
                        ],
                    );
                    block_11(
                        cx,
                        t,
                        tap,
                        &[
                            12288, 10240, 5, 8192, 32, 1440, 1456, 4, 6144, 864, 3, 4096,
                            16, 832, 848, 2, 2048, 256,
                        ],
                    );
                    {
                        let (from, to) = pair(
                            t.arena,
                            n,
                            whole(2048, 2048),
                            whole(26624, 2048),
                        );
                        rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
                    }
                    if tap.active() {
                        tap.gradient(
                            1,
                            rt::Order::Planes { lanes: 16 },
                            whole(26624, 2048).of(t.arena, n),
                        );
                    }
                    {
                        let step = Backward {
                            inputs: [whole(0, 2048)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 16),
                            d: [whole(26624, 2048), whole(2048, 2048)],
                            params: [(224, 8), (240, 8)],
                            end: 40704,
                            scratch: K21.scratch_backward(),
                        };
                        backward(rt::Lanes, &K21, cx, t, step);
                    }
                    if tap.active() {
                        tap.gradient(
                            0,
                            rt::Order::Planes { lanes: 16 },
                            whole(2048, 2048).of(t.arena, n),
                        );
                    }
                    {
                        let step = Backward {
                            inputs: [whole(39936, 768)],
                            output: NONE,
                            saved: NONE,
                            stats: (0, 0),
                            d: [
                                whole(2048, 2048),
                                if t.input_gradients { whole(0, 768) } else { NONE },
                            ],
                            params: [(0, 216)],
                            end: 40704,
                            scratch: K11.scratch_backward(),
                        };
                        backward(rt::Lanes, &K11, cx, t, step);
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
                            inputs: [whole(0, 768)],
                            output: whole(5184, 972),
                            saved: NONE,
                            params: [],
                            end: 6160,
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
                        Forward {
                            inputs: [whole(5184, 972)],
                            output: whole(0, 5184),
                            saved: NONE,
                            params: [(0, 432), (432, 16)],
                            end: 6160,
                            scratch: ALL,
                        },
                    );
                    block_0(
                        cx,
                        w,
                        arena,
                        &[0, 5184, 448, 1600, 10368, 10368, 1616, 2768],
                    );
                    block_0(
                        cx,
                        w,
                        arena,
                        &[10368, 0, 2784, 3936, 15552, 5184, 3952, 5104],
                    );
                    block_0(
                        cx,
                        w,
                        arena,
                        &[5184, 0, 5120, 6272, 10368, 10368, 6288, 7440],
                    );
                    block_1(cx, w, arena);
                    block_2(cx, w, arena);
                    infer(
                        rt::Blocked,
                        &K9,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(3200, 1024)],
                            output: whole(0, 16),
                            saved: NONE,
                            params: [],
                            end: 4224,
                            scratch: ALL,
                        },
                    );
                    infer(
                        rt::Nchw,
                        &K10,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 16)],
                            output: whole(16, 10),
                            saved: NONE,
                            params: [(15728, 256), (15984, 16)],
                            end: 32,
                            scratch: K10.scratch(),
                        },
                    );
                }
                fn infer_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Lanes>();
                    infer(
                        rt::Lanes,
                        &K11,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(2048, 768)],
                            output: whole(0, 2048),
                            saved: NONE,
                            params: [(0, 216)],
                            end: 2816,
                            scratch: K11.scratch(),
                        },
                    );
                    infer(
                        rt::Lanes,
                        &K12,
                        rt::Relu,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 2048)],
                            output: whole(2048, 2048),
                            saved: NONE,
                            params: [(224, 8), (232, 8)],
                            end: 4096,
                            scratch: K12.scratch(),
                        },
                    );
                    block_3(cx, w, arena, &[2048, 0, 240, 816, 824, 832, 1408, 1416]);
                    block_3(
                        cx,
                        w,
                        arena,
                        &[0, 2048, 1424, 2000, 2008, 2016, 2592, 2600],
                    );
                    block_3(
                        cx,
                        w,
                        arena,
                        &[2048, 0, 2608, 3184, 3192, 3200, 3776, 3784],
                    );
                    block_4(cx, w, arena);
                    block_5(cx, w, arena);
                    infer(
                        rt::Lanes,
                        &K19,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(0, 1024)],
                            output: whole(1024, 16),
                            saved: NONE,
                            params: [],
                            end: 1040,
                            scratch: 0,
                        },
                    );
                    infer(
                        rt::Lanes,
                        &K20,
                        rt::NoActivation,
                        cx,
                        w,
                        arena,
                        Forward {
                            inputs: [whole(1024, 16)],
                            output: whole(0, 10),
                            saved: NONE,
                            params: [(12144, 160), (12304, 10)],
                            end: 1040,
                            scratch: K20.scratch(),
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
    /**```text
block basic(f, s = 1) {
    add(
        conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
        -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
        | if s == 1 && f == C { _ } else { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
    ) -> relu
}
```*/
    mod basic {}
    mod __0 {
        /**- `Residual`, layer `layer1.0.add`: `8x16x16`, `8x16x16` → `8x16x16`, sees 7x7 of the input
- `Residual`, layer `layer1.1.add`: `8x16x16`, `8x16x16` → `8x16x16`, sees 11x11 of the input
- `Residual`, layer `layer1.2.add`: `8x16x16`, `8x16x16` → `8x16x16`, sees 15x15 of the input
- `Residual`, layer `layer2.0.add`: `16x8x8`, `16x8x8` → `16x8x8`, sees 21x21 of the input
- and 1 more like it

Sum of the branches, which have one shape; or channels x 1 x 1, or 1 x height x width.

```text
add(branch | branch)
```
*/
        pub mod add {}
    }
    use __0::add as _;
    mod __1 {
        /**- `Residual`, layer `layer1.0.conv1`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 5x5 of the input
- `Residual`, layer `layer1.1.conv1`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 9x9 of the input
- `Residual`, layer `layer1.2.conv1`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 13x13 of the input
- `Residual`, layer `layer2.0.conv1`: `8x16x16` → `16x8x8`, 1,152 parameters, 73,728 multiply–adds, sees 17x17 of the input
- and 1 more like it

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
    use __1::conv as _;
    mod __2 {
        /**- `Residual`, layer `layer1.0.bn1`: `8x16x16` → `8x16x16`, 16 parameters, sees 5x5 of the input
- `Residual`, layer `layer1.1.bn1`: `8x16x16` → `8x16x16`, 16 parameters, sees 9x9 of the input
- `Residual`, layer `layer1.2.bn1`: `8x16x16` → `8x16x16`, 16 parameters, sees 13x13 of the input
- `Residual`, layer `layer2.0.bn1`: `16x8x8` → `16x8x8`, 32 parameters, sees 17x17 of the input
- and 1 more like it

Batch normalization of each channel, then scale and shift.

```text
bn(eps=, momentum=, affine=, init=)
```

| argument | meaning (default) |
|---|---|
| `eps=` | added to the variance (1e-5) |
| `momentum=` | weight of the newest batch in the running statistics; none: that of each batch is the same (0.1) |
| `affine=` | whether it has a weight and a bias (true) |
| `init=` | how the weights start: uniform(…), normal(…), trunc_normal(…), constant(…) or a number, zeros, ones, pytorch (pytorch) |
*/
        pub mod bn {}
    }
    use __2::bn as _;
    mod __3 {
        /**- `Residual`, layer `layer1.0.2`: `8x16x16` → `8x16x16`, sees 5x5 of the input
- `Residual`, layer `layer1.1.2`: `8x16x16` → `8x16x16`, sees 9x9 of the input
- `Residual`, layer `layer1.2.2`: `8x16x16` → `8x16x16`, sees 13x13 of the input
- `Residual`, layer `layer2.0.2`: `16x8x8` → `16x8x8`, sees 17x17 of the input
- and 1 more like it

Max(x, 0).

```text
relu
```
*/
        pub mod relu {}
    }
    use __3::relu as _;
    mod __4 {
        /**- `Residual`, layer `layer1.0.conv2`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 7x7 of the input
- `Residual`, layer `layer1.1.conv2`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 11x11 of the input
- `Residual`, layer `layer1.2.conv2`: `8x16x16` → `8x16x16`, 576 parameters, 147,456 multiply–adds, sees 15x15 of the input
- `Residual`, layer `layer2.0.conv2`: `16x8x8` → `16x8x8`, 2,304 parameters, 147,456 multiply–adds, sees 21x21 of the input
- and 1 more like it

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
    use __4::conv as _;
    mod __5 {
        /**- `Residual`, layer `layer1.0.bn2`: `8x16x16` → `8x16x16`, 16 parameters, sees 7x7 of the input
- `Residual`, layer `layer1.1.bn2`: `8x16x16` → `8x16x16`, 16 parameters, sees 11x11 of the input
- `Residual`, layer `layer1.2.bn2`: `8x16x16` → `8x16x16`, 16 parameters, sees 15x15 of the input
- `Residual`, layer `layer2.0.bn2`: `16x8x8` → `16x8x8`, 32 parameters, sees 21x21 of the input
- and 1 more like it

Batch normalization of each channel, then scale and shift.

```text
bn(eps=, momentum=, affine=, init=)
```

| argument | meaning (default) |
|---|---|
| `eps=` | added to the variance (1e-5) |
| `momentum=` | weight of the newest batch in the running statistics; none: that of each batch is the same (0.1) |
| `affine=` | whether it has a weight and a bias (true) |
| `init=` | how the weights start: uniform(…), normal(…), trunc_normal(…), constant(…) or a number, zeros, ones, pytorch (pytorch) |
*/
        pub mod bn {}
    }
    use __5::bn as _;
    mod __6 {
        /**- `Residual`, layer `layer2.0.downsample.0`: `8x16x16` → `16x8x8`, 128 parameters, 8,192 multiply–adds, sees 15x15 of the input

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
    use __6::conv as _;
    mod __7 {
        /**- `Residual`, layer `layer2.0.downsample.1`: `16x8x8` → `16x8x8`, 32 parameters, sees 15x15 of the input

Batch normalization of each channel, then scale and shift.

```text
bn(eps=, momentum=, affine=, init=)
```

| argument | meaning (default) |
|---|---|
| `eps=` | added to the variance (1e-5) |
| `momentum=` | weight of the newest batch in the running statistics; none: that of each batch is the same (0.1) |
| `affine=` | whether it has a weight and a bias (true) |
| `init=` | how the weights start: uniform(…), normal(…), trunc_normal(…), constant(…) or a number, zeros, ones, pytorch (pytorch) |
*/
        pub mod bn {}
    }
    use __7::bn as _;
    mod __8 {
        /**- `Residual`, layer `layer1.0.5`: `8x16x16` → `8x16x16`, sees 7x7 of the input
- `Residual`, layer `layer1.1.5`: `8x16x16` → `8x16x16`, sees 11x11 of the input
- `Residual`, layer `layer1.2.5`: `8x16x16` → `8x16x16`, sees 15x15 of the input
- `Residual`, layer `layer2.0.6`: `16x8x8` → `16x8x8`, sees 21x21 of the input
- and 1 more like it

Max(x, 0).

```text
relu
```
*/
        pub mod relu {}
    }
    use __8::relu as _;
    mod __9 {
        /**- `Residual`, layer `conv1`: `3x16x16` → `8x16x16`, 216 parameters, 55,296 multiply–adds, sees 3x3 of the input

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
    use __9::conv as _;
    mod __10 {
        /**- `Residual`, layer `bn1`: `8x16x16` → `8x16x16`, 16 parameters, sees 3x3 of the input

Batch normalization of each channel, then scale and shift.

```text
bn(eps=, momentum=, affine=, init=)
```

| argument | meaning (default) |
|---|---|
| `eps=` | added to the variance (1e-5) |
| `momentum=` | weight of the newest batch in the running statistics; none: that of each batch is the same (0.1) |
| `affine=` | whether it has a weight and a bias (true) |
| `init=` | how the weights start: uniform(…), normal(…), trunc_normal(…), constant(…) or a number, zeros, ones, pytorch (pytorch) |
*/
        pub mod bn {}
    }
    use __10::bn as _;
    mod __11 {
        /**- `Residual`, layer `2`: `8x16x16` → `8x16x16`, sees 3x3 of the input

Max(x, 0).

```text
relu
```
*/
        pub mod relu {}
    }
    use __11::relu as _;
    use basic as _;
    use basic as _;
    use basic as _;
    mod __12 {
        /**- `Residual`, layer `5`: `16x8x8` → `16x1x1`, sees 29x29 of the input

Mean of each channel, as a channels x 1 x 1 volume.

```text
global_avgpool
```
*/
        pub mod global_avgpool {}
    }
    use __12::global_avgpool as _;
    mod __13 {
        /**- `Residual`, layer `6`: `16x1x1` → `16`, sees 29x29 of the input

a volume as a vector, in PyTorch's order.

```text
flatten
```
*/
        pub mod flatten {}
    }
    use __13::flatten as _;
    mod __14 {
        /**- `Residual`, layer `fc`: `16` → `10`, 170 parameters, 160 multiply–adds, sees 29x29 of the input

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
    use __14::dense as _;
};
#[doc(hidden)]
#[allow(unused_macros, non_local_definitions, clippy::crate_in_macro_def)]
macro_rules! __cnn_Residual_7a5e94bf513afefc {
    (@ ($($cnn:tt)*) $($tokens:tt)*) => {
        $($cnn)* ::__cnn! { @ ($($cnn)*) @ { Residual block basic(f, s = 1) { add(conv1 :
        conv(f, 3x3, stride = s, pad = 1, bias = false) -> bn1 : bn -> relu -> conv2 :
        conv(f, 3x3, pad = 1, bias = false) -> bn2 : bn | if s == 1 && f == C { _ } else
        { downsample : { conv(f, 1x1, stride = s, bias = false) -> bn } }) -> relu }
        struct Residual < 3x16x16 -> conv1 : conv(8, 3x3, pad = 1, bias = false) -> bn1 :
        bn -> relu -> layer1 : { basic(8) * 3 } -> layer2 : { basic(16, 2) -> basic(16) }
        -> global_avgpool -> flatten -> fc : dense(10) >; } $($tokens)* }
    };
}
#[doc(hidden)]
#[allow(unused_imports, deprecated)]
use __cnn_Residual_7a5e94bf513afefc as Residual;
