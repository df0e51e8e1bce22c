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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
            ::core::option::Option::Some(0.00001f32),
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
        const PACKING_K1: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K1, from, to));
        const PACKING_K2: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K2, from, to));
        const PACKING_K3: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K3, from, to));
        const PACKING_K4: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K4, from, to));
        const PACKING_K5: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K5, from, to));
        const PACKING_K6: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K6, from, to));
        const PACKING_K7: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K7, from, to));
        const PACKING_K8: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Blocked,
        >::pack(&K8, from, to));
        const PACKING_K10: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Nchw,
        >::pack(&K10, from, to));
        static K11: rt::conv::Direct = <rt::conv::Direct>::new(
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
        static K12: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(8, 256, 0.00001f32);
        static K13: rt::conv::Direct = <rt::conv::Direct>::new(
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
        static K15: rt::conv::Direct = <rt::conv::Direct>::new(
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
        static K16: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(16, 64, 0.00001f32);
        static K17: rt::conv::Direct = <rt::conv::Direct>::new(
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
        static K18: rt::conv::Direct = <rt::conv::Direct>::new(
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
        const PACKING_K12: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Interleaved,
        >::pack(&K12, from, to));
        const PACKING_K16: rt::Packing = rt::Packing::by(|from, to| rt::PackParams::<
            rt::Interleaved,
        >::pack(&K16, from, to));
        static K21: rt::BatchNorm = <rt::BatchNorm>::new(
            8,
            256,
            0.00001f32,
            0.1f32,
            true,
        );
        static K22: rt::BatchNorm = <rt::BatchNorm>::new(
            16,
            64,
            0.00001f32,
            0.1f32,
            true,
        );
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
                    scratch: 0,
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
                    scratch: 0,
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
                    inputs: [whole(0, 1600)],
                    output: whole(1600, 1024),
                    saved: NONE,
                    params: [(8624, 2304), (10928, 16)],
                    end: 15552,
                    scratch: 0,
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
                    scratch: 0,
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
                    scratch: 0,
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
                    scratch: 0,
                },
            );
        }
        fn block_3(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 8]) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            infer(
                rt::Interleaved,
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
                    scratch: K13.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: K13.room().image,
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
                    inputs: [whole(at[1], 2048)],
                    output: whole(4096, 2048),
                    saved: NONE,
                    params: [(at[6], 8), (at[7], 8)],
                    end: 6144,
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
            let n = cx.padded::<rt::Interleaved>();
            infer(
                rt::Interleaved,
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
                    scratch: K15.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: K17.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: K18.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
            let n = cx.padded::<rt::Interleaved>();
            infer(
                rt::Interleaved,
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
                    scratch: K17.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: K17.room().image,
                },
            );
            infer(
                rt::Interleaved,
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
                    scratch: 0,
                },
            );
            infer(
                rt::Interleaved,
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
            tap: &mut dyn rt::Observer,
            at: &[usize; 22],
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            forward(
                rt::Interleaved,
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
                    scratch: K13.room().image,
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
                        scratch: K21.room().image,
                    },
                    Kept {
                        state: [(at[7], 8), (at[8], 8)],
                        stats: (at[9], 16),
                    },
                );
                if tap.active() {
                    forward(rt::Interleaved, &K21, rt::NoActivation, cx, t, step, kept);
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(at[10], rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Interleaved, &K21, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Interleaved,
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
                    scratch: K13.room().image,
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
                rt::Interleaved,
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
                    scratch: K21.room().image,
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
                rt::Interleaved,
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
            tap: &mut dyn rt::Observer,
            at: &[usize; 27],
            kernels: (&rt::conv::Direct, &rt::BatchNorm),
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            forward(
                rt::Interleaved,
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
                    scratch: kernels.0.room().image,
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
                        scratch: kernels.1.room().image,
                    },
                    Kept {
                        state: [(at[10], at[8]), (at[11], at[8])],
                        stats: (at[12], at[13]),
                    },
                );
                if tap.active() {
                    forward(
                        rt::Interleaved,
                        kernels.1,
                        rt::NoActivation,
                        cx,
                        t,
                        step,
                        kept,
                    );
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Interleaved, kernels.1, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Interleaved,
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
                    scratch: kernels.0.room().image,
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
                rt::Interleaved,
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
                    scratch: kernels.1.room().image,
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
                rt::Interleaved,
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
            tap: &mut dyn rt::Observer,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            forward(
                rt::Interleaved,
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
                    scratch: K15.room().image,
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
                        scratch: K22.room().image,
                    },
                    Kept {
                        state: [(224, 16), (240, 16)],
                        stats: (112, 32),
                    },
                );
                if tap.active() {
                    forward(rt::Interleaved, &K22, rt::NoActivation, cx, t, step, kept);
                    let output = step.output.of_mut(t.arena, n);
                    tap.value(16, rt::Order::Planes { lanes: 16 }, output);
                    rt::Activation::apply(rt::Relu, output);
                } else {
                    forward(rt::Interleaved, &K22, rt::Relu, cx, t, step, kept);
                }
            }
            forward(
                rt::Interleaved,
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
                    scratch: K17.room().image,
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
                rt::Interleaved,
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
                    scratch: K22.room().image,
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
                rt::Interleaved,
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
                    scratch: K18.room().image,
                },
                NOTHING,
            );
            forward(
                rt::Interleaved,
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
                    scratch: K22.room().image,
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
                rt::Interleaved,
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
            tap: &mut dyn rt::Observer,
            at: &[usize; 24],
            kernels: (&rt::BatchNorm, &rt::conv::Direct),
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
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
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: kernels.0.room_backward().image,
                };
                backward(rt::Interleaved, kernels.0, cx, t, step);
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
                    scratch: kernels.1.room_backward().image,
                };
                backward(rt::Interleaved, kernels.1, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[13], at[2]),
                    whole(at[5], at[2]),
                );
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: kernels.0.room_backward().image,
                };
                backward(rt::Interleaved, kernels.0, cx, t, step);
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
                    scratch: kernels.1.room_backward().image,
                };
                backward(rt::Interleaved, kernels.1, cx, t, step);
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
            tap: &mut dyn rt::Observer,
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(34816, 1024),
                    whole(36864, 1024),
                );
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: K22.room_backward().image,
                };
                backward(rt::Interleaved, &K22, cx, t, step);
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
                    scratch: K18.room_backward().image,
                };
                backward(rt::Interleaved, &K18, cx, t, step);
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
                    scratch: K22.room_backward().image,
                };
                backward(rt::Interleaved, &K22, cx, t, step);
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
                    scratch: K17.room_backward().image,
                };
                backward(rt::Interleaved, &K17, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(31744, 1024),
                    whole(32768, 1024),
                );
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: K22.room_backward().image,
                };
                backward(rt::Interleaved, &K22, cx, t, step);
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
                    scratch: K15.room_backward().image,
                };
                backward(rt::Interleaved, &K15, cx, t, step);
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
            tap: &mut dyn rt::Observer,
            at: &[usize; 18],
        ) {
            use __cnn_rt::step::*;
            let n = cx.padded::<rt::Interleaved>();
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[0], 2048),
                    whole(26624, 2048),
                );
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: K21.room_backward().image,
                };
                backward(rt::Interleaved, &K21, cx, t, step);
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
                    scratch: K13.room_backward().image,
                };
                backward(rt::Interleaved, &K13, cx, t, step);
            }
            {
                let (from, to) = pair(
                    t.arena,
                    n,
                    whole(at[8], 2048),
                    whole(at[3], 2048),
                );
                rt::activation::backward::<rt::Interleaved>(cx, rt::Relu, from, to);
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
                    scratch: K21.room_backward().image,
                };
                backward(rt::Interleaved, &K21, cx, t, step);
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
                    scratch: K13.room_backward().image,
                };
                backward(rt::Interleaved, &K13, cx, t, step);
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
            /// Shape of one image's input.
            const INPUT: rt::Shape = rt::Shape::volume(3, 16, 16);
            /// Shape of one image's output.
            const OUTPUT: rt::Shape = rt::Shape::Vector(10);
            /// Trainable parameters.
            const PARAMETERS: usize = <Self as rt::Network>::PARAMETERS;
            /// Multiply–adds of one image's forward pass.
            const MACS: u64 = <Self as rt::Network>::MACS;
            /// Bytes that inference of one image on one thread needs beside the packed weights.
            const WORKSPACE: usize = <Self as rt::Network>::WORKSPACE;
            /// Every layer in order.
            const LAYERS: &'static [rt::LayerInfo] = <Self as rt::Network>::LAYERS;
            /// A freshly initialized network from this seed: every layer as PyTorch's defaults, unless
            /// its `init` says otherwise.
            ///
            /// # Panics
            /// If there is no memory for its parameters.
            #[inline]
            fn new(seed: u64) -> Self {
                rt::api::new(seed)
            }
            /// As [`new`](Self::new).
            ///
            /// # Errors
            /// If there is no memory for its parameters.
            #[inline]
            fn try_new(seed: u64) -> ::core::result::Result<Self, rt::Error> {
                rt::api::try_new(seed)
            }
            /// Loads a `state_dict` saved as safetensors, with PyTorch's names and layouts.
            ///
            /// # Errors
            /// If the file can't be read, or a tensor is missing, surplus or of another shape or type.
            #[inline]
            fn load(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> ::core::result::Result<Self, rt::Error> {
                rt::api::load(path.as_ref())
            }
            /// Saves the `state_dict` as safetensors, whole or not at all.
            ///
            /// # Errors
            /// If the file can't be written.
            #[inline]
            fn save(
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
            fn from_bytes(bytes: &[u8]) -> ::core::result::Result<Self, rt::Error> {
                rt::api::from_bytes(bytes)
            }
            /// The bytes of the file that [`save`](Self::save) writes.
            #[inline]
            fn to_bytes(&self) -> ::std::vec::Vec<u8> {
                rt::api::to_bytes(self)
            }
            /// A parameter by its path, in PyTorch's layout.
            ///
            /// # Errors
            /// If no parameter has this path.
            #[inline]
            fn get(
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
            fn set(
                &mut self,
                path: &str,
                value: impl rt::AsArray,
            ) -> ::core::result::Result<(), rt::Error> {
                rt::api::set(self, path, value)
            }
            /**Evaluates a batch: N×3×16×16 → N×10.

Allocates its workspace; [`session`](Self::session) keeps one.

# Panics
If the input has another shape, or no images, or there is no memory for so many.*/
            #[inline]
            fn forward(
                &self,
                input: rt::ndarray::ArrayView4<'_, f32>,
            ) -> rt::ndarray::Array2<f32> {
                rt::api::forward(self, input)
            }
            /**Evaluates a batch: N×3×16×16 → N×10.

# Errors
If the input has another shape, or no images, or there is no memory for so many.*/
            #[inline]
            fn try_forward(
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
            fn features(
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
            fn session(&self, batch: usize) -> rt::Session<Self> {
                rt::api::session(self, batch)
            }
            /// As [`session`](Self::session).
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            fn try_session(
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
            fn into_session(self, batch: usize) -> rt::Session<Self> {
                rt::api::into_session(self, batch)
            }
            /// As [`into_session`](Self::into_session); the network is gone after an error, too.
            ///
            /// # Errors
            /// If there is no memory for so many images.
            #[inline]
            fn try_into_session(
                self,
                batch: usize,
            ) -> ::core::result::Result<rt::Session<Self>, rt::Error> {
                rt::api::try_into_session(self, batch)
            }
            /// Bytes that a session for `batch` images on `threads` threads needs beside the packed
            /// weights and the outputs; the largest number if they are more than it.
            const fn workspace(batch: usize, threads: usize) -> usize {
                rt::workspace(<Self as rt::Network>::INFERENCE, batch, threads)
            }
            /// The network as a table.
            #[inline]
            fn summary() -> ::std::string::String {
                rt::api::summary::<Self>()
            }
            /// The network as a drawing: `svg()`, or `dot()` for Graphviz.
            #[inline]
            fn graph() -> rt::Graph {
                rt::Graph::of::<Self>()
            }
        }
        impl rt::Network for __Network {
            const NAME: &'static str = "Residual";
            const INPUTS: &'static [rt::Shape] = &[rt::Shape::volume(3, 16, 16)];
            const PARAMETERS: usize = 12306;
            const MACS: u64 = 1464480;
            const LAYERS: &'static [rt::LayerInfo] = {
                use __cnn_rt::{LayerInfo, Shape, Source::*};
                &[
                    LayerInfo::new(
                        ["conv1", "conv", "conv 3x3 pad 1"],
                        &[Input(0)],
                        [Shape::volume(3, 16, 16), Shape::volume(8, 16, 16)],
                        (216, 55296, 8192),
                        ((3, 3), (1.0, 1.0), (-1, -1)),
                        false,
                    ),
                    LayerInfo::new(
                        ["bn1", "bn", "bn"],
                        &[Layer(0)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((3, 3), (1.0, 1.0), (-1, -1)),
                        false,
                    ),
                    LayerInfo::new(
                        ["2", "relu", "relu"],
                        &[Layer(1)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((3, 3), (1.0, 1.0), (-1, -1)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.conv1", "conv", "conv 3x3 pad 1"],
                        &[Layer(2)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((5, 5), (1.0, 1.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.bn1", "bn", "bn"],
                        &[Layer(3)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((5, 5), (1.0, 1.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.2", "relu", "relu"],
                        &[Layer(4)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((5, 5), (1.0, 1.0), (-2, -2)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.conv2", "conv", "conv 3x3 pad 1"],
                        &[Layer(5)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((7, 7), (1.0, 1.0), (-3, -3)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.bn2", "bn", "bn"],
                        &[Layer(6)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((7, 7), (1.0, 1.0), (-3, -3)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.add", "add", "add"],
                        &[Layer(7), Layer(2)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((7, 7), (1.0, 1.0), (-3, -3)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.0.5", "relu", "relu"],
                        &[Layer(8)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((7, 7), (1.0, 1.0), (-3, -3)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.conv1", "conv", "conv 3x3 pad 1"],
                        &[Layer(9)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((9, 9), (1.0, 1.0), (-4, -4)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.bn1", "bn", "bn"],
                        &[Layer(10)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((9, 9), (1.0, 1.0), (-4, -4)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.2", "relu", "relu"],
                        &[Layer(11)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((9, 9), (1.0, 1.0), (-4, -4)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.conv2", "conv", "conv 3x3 pad 1"],
                        &[Layer(12)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((11, 11), (1.0, 1.0), (-5, -5)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.bn2", "bn", "bn"],
                        &[Layer(13)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((11, 11), (1.0, 1.0), (-5, -5)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.add", "add", "add"],
                        &[Layer(14), Layer(9)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((11, 11), (1.0, 1.0), (-5, -5)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.1.5", "relu", "relu"],
                        &[Layer(15)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((11, 11), (1.0, 1.0), (-5, -5)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.conv1", "conv", "conv 3x3 pad 1"],
                        &[Layer(16)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((13, 13), (1.0, 1.0), (-6, -6)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.bn1", "bn", "bn"],
                        &[Layer(17)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((13, 13), (1.0, 1.0), (-6, -6)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.2", "relu", "relu"],
                        &[Layer(18)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((13, 13), (1.0, 1.0), (-6, -6)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.conv2", "conv", "conv 3x3 pad 1"],
                        &[Layer(19)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (576, 147456, 8192),
                        ((15, 15), (1.0, 1.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.bn2", "bn", "bn"],
                        &[Layer(20)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (16, 0, 8192),
                        ((15, 15), (1.0, 1.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.add", "add", "add"],
                        &[Layer(21), Layer(16)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((15, 15), (1.0, 1.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer1.2.5", "relu", "relu"],
                        &[Layer(22)],
                        [Shape::volume(8, 16, 16), Shape::volume(8, 16, 16)],
                        (0, 0, 8192),
                        ((15, 15), (1.0, 1.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.conv1", "conv", "conv 3x3 /2 pad 1"],
                        &[Layer(23)],
                        [Shape::volume(8, 16, 16), Shape::volume(16, 8, 8)],
                        (1152, 73728, 4096),
                        ((17, 17), (2.0, 2.0), (-8, -8)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.bn1", "bn", "bn"],
                        &[Layer(24)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (32, 0, 4096),
                        ((17, 17), (2.0, 2.0), (-8, -8)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.2", "relu", "relu"],
                        &[Layer(25)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((17, 17), (2.0, 2.0), (-8, -8)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.conv2", "conv", "conv 3x3 pad 1"],
                        &[Layer(26)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (2304, 147456, 4096),
                        ((21, 21), (2.0, 2.0), (-10, -10)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.bn2", "bn", "bn"],
                        &[Layer(27)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (32, 0, 4096),
                        ((21, 21), (2.0, 2.0), (-10, -10)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.downsample.0", "conv", "conv 1x1 /2"],
                        &[Layer(23)],
                        [Shape::volume(8, 16, 16), Shape::volume(16, 8, 8)],
                        (128, 8192, 4096),
                        ((15, 15), (2.0, 2.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.downsample.1", "bn", "bn"],
                        &[Layer(29)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (32, 0, 4096),
                        ((15, 15), (2.0, 2.0), (-7, -7)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.add", "add", "add"],
                        &[Layer(28), Layer(30)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((21, 21), (2.0, 2.0), (-10, -10)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.0.6", "relu", "relu"],
                        &[Layer(31)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((21, 21), (2.0, 2.0), (-10, -10)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.conv1", "conv", "conv 3x3 pad 1"],
                        &[Layer(32)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (2304, 147456, 4096),
                        ((25, 25), (2.0, 2.0), (-12, -12)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.bn1", "bn", "bn"],
                        &[Layer(33)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (32, 0, 4096),
                        ((25, 25), (2.0, 2.0), (-12, -12)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.2", "relu", "relu"],
                        &[Layer(34)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((25, 25), (2.0, 2.0), (-12, -12)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.conv2", "conv", "conv 3x3 pad 1"],
                        &[Layer(35)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (2304, 147456, 4096),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.bn2", "bn", "bn"],
                        &[Layer(36)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (32, 0, 4096),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.add", "add", "add"],
                        &[Layer(37), Layer(32)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["layer2.1.5", "relu", "relu"],
                        &[Layer(38)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)],
                        (0, 0, 4096),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["5", "global_avgpool", "global_avgpool"],
                        &[Layer(39)],
                        [Shape::volume(16, 8, 8), Shape::volume(16, 1, 1)],
                        (0, 0, 64),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["6", "flatten", "flatten"],
                        &[Layer(40)],
                        [Shape::volume(16, 1, 1), Shape::Vector(16)],
                        (0, 0, 0),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                    LayerInfo::new(
                        ["fc", "dense", "dense 10"],
                        &[Layer(41)],
                        [Shape::Vector(16), Shape::Vector(10)],
                        (170, 160, 40),
                        ((29, 29), (2.0, 2.0), (-14, -14)),
                        false,
                    ),
                ]
            };
            const BLOCKS: &'static [rt::BlockInfo] = &[
                rt::BlockInfo::new("layer1", "layer1", 3, 21, 1),
                rt::BlockInfo::new("basic", "layer1.0", 3, 7, 3),
                rt::BlockInfo::new("layer2", "layer2", 24, 16, 1),
                rt::BlockInfo::new("basic", "layer2.0", 24, 9, 1),
                rt::BlockInfo::new("downsample", "layer2.0.downsample", 29, 2, 1),
                rt::BlockInfo::new("basic", "layer2.1", 33, 7, 1),
            ];
            const OUTPUT_LAYERS: &'static [usize] = &[42];
            const TENSORS: &'static [rt::TensorSpec] = {
                use __cnn_rt::{Init::*, Role::*, TensorSpec};
                &[
                    TensorSpec::new(
                        "conv1.weight",
                        &[8, 3, 3, 3],
                        Trainable,
                        0,
                        Uniform(-0.19245009, 0.19245009),
                    ),
                    TensorSpec::new("bn1.weight", &[8], Trainable, 224, Constant(1.0)),
                    TensorSpec::new("bn1.bias", &[8], Trainable, 240, Constant(0.0)),
                    TensorSpec::new("bn1.running_mean", &[8], Buffer, 0, Constant(0.0)),
                    TensorSpec::new("bn1.running_var", &[8], Buffer, 16, Constant(1.0)),
                    TensorSpec::new(
                        "bn1.num_batches_tracked",
                        &[],
                        Counter,
                        0,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.conv1.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        256,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn1.weight",
                        &[8],
                        Trainable,
                        832,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn1.bias",
                        &[8],
                        Trainable,
                        848,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn1.running_mean",
                        &[8],
                        Buffer,
                        32,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn1.running_var",
                        &[8],
                        Buffer,
                        48,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn1.num_batches_tracked",
                        &[],
                        Counter,
                        1,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.conv2.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        864,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn2.weight",
                        &[8],
                        Trainable,
                        1440,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn2.bias",
                        &[8],
                        Trainable,
                        1456,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn2.running_mean",
                        &[8],
                        Buffer,
                        64,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn2.running_var",
                        &[8],
                        Buffer,
                        80,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.0.bn2.num_batches_tracked",
                        &[],
                        Counter,
                        2,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.conv1.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        1472,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn1.weight",
                        &[8],
                        Trainable,
                        2048,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn1.bias",
                        &[8],
                        Trainable,
                        2064,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn1.running_mean",
                        &[8],
                        Buffer,
                        96,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn1.running_var",
                        &[8],
                        Buffer,
                        112,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn1.num_batches_tracked",
                        &[],
                        Counter,
                        3,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.conv2.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        2080,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn2.weight",
                        &[8],
                        Trainable,
                        2656,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn2.bias",
                        &[8],
                        Trainable,
                        2672,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn2.running_mean",
                        &[8],
                        Buffer,
                        128,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn2.running_var",
                        &[8],
                        Buffer,
                        144,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.1.bn2.num_batches_tracked",
                        &[],
                        Counter,
                        4,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.conv1.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        2688,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn1.weight",
                        &[8],
                        Trainable,
                        3264,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn1.bias",
                        &[8],
                        Trainable,
                        3280,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn1.running_mean",
                        &[8],
                        Buffer,
                        160,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn1.running_var",
                        &[8],
                        Buffer,
                        176,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn1.num_batches_tracked",
                        &[],
                        Counter,
                        5,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.conv2.weight",
                        &[8, 8, 3, 3],
                        Trainable,
                        3296,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn2.weight",
                        &[8],
                        Trainable,
                        3872,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn2.bias",
                        &[8],
                        Trainable,
                        3888,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn2.running_mean",
                        &[8],
                        Buffer,
                        192,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn2.running_var",
                        &[8],
                        Buffer,
                        208,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer1.2.bn2.num_batches_tracked",
                        &[],
                        Counter,
                        6,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.conv1.weight",
                        &[16, 8, 3, 3],
                        Trainable,
                        3904,
                        Uniform(-0.11785113, 0.11785113),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn1.weight",
                        &[16],
                        Trainable,
                        5056,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn1.bias",
                        &[16],
                        Trainable,
                        5072,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn1.running_mean",
                        &[16],
                        Buffer,
                        224,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn1.running_var",
                        &[16],
                        Buffer,
                        240,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn1.num_batches_tracked",
                        &[],
                        Counter,
                        7,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.conv2.weight",
                        &[16, 16, 3, 3],
                        Trainable,
                        5088,
                        Uniform(-0.083333336, 0.083333336),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn2.weight",
                        &[16],
                        Trainable,
                        7392,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn2.bias",
                        &[16],
                        Trainable,
                        7408,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn2.running_mean",
                        &[16],
                        Buffer,
                        256,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn2.running_var",
                        &[16],
                        Buffer,
                        272,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.bn2.num_batches_tracked",
                        &[],
                        Counter,
                        8,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.0.weight",
                        &[16, 8, 1, 1],
                        Trainable,
                        7424,
                        Uniform(-0.35355338, 0.35355338),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.1.weight",
                        &[16],
                        Trainable,
                        7552,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.1.bias",
                        &[16],
                        Trainable,
                        7568,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.1.running_mean",
                        &[16],
                        Buffer,
                        288,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.1.running_var",
                        &[16],
                        Buffer,
                        304,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.0.downsample.1.num_batches_tracked",
                        &[],
                        Counter,
                        9,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.conv1.weight",
                        &[16, 16, 3, 3],
                        Trainable,
                        7584,
                        Uniform(-0.083333336, 0.083333336),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn1.weight",
                        &[16],
                        Trainable,
                        9888,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn1.bias",
                        &[16],
                        Trainable,
                        9904,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn1.running_mean",
                        &[16],
                        Buffer,
                        320,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn1.running_var",
                        &[16],
                        Buffer,
                        336,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn1.num_batches_tracked",
                        &[],
                        Counter,
                        10,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.conv2.weight",
                        &[16, 16, 3, 3],
                        Trainable,
                        9920,
                        Uniform(-0.083333336, 0.083333336),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn2.weight",
                        &[16],
                        Trainable,
                        12224,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn2.bias",
                        &[16],
                        Trainable,
                        12240,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn2.running_mean",
                        &[16],
                        Buffer,
                        352,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn2.running_var",
                        &[16],
                        Buffer,
                        368,
                        Constant(1.0),
                    ),
                    TensorSpec::new(
                        "layer2.1.bn2.num_batches_tracked",
                        &[],
                        Counter,
                        11,
                        Constant(0.0),
                    ),
                    TensorSpec::new(
                        "fc.weight",
                        &[10, 16],
                        Trainable,
                        12256,
                        Uniform(-0.25, 0.25),
                    ),
                    TensorSpec::new(
                        "fc.bias",
                        &[10],
                        Trainable,
                        12416,
                        Uniform(-0.25, 0.25),
                    ),
                ]
            };
            const LABELS: &'static [(&'static str, rt::Shape)] = &[
                ("conv1", rt::Shape::volume(8, 16, 16)),
                ("bn1", rt::Shape::volume(8, 16, 16)),
                ("layer1.0.conv1", rt::Shape::volume(8, 16, 16)),
                ("layer1.0.bn1", rt::Shape::volume(8, 16, 16)),
                ("layer1.0.conv2", rt::Shape::volume(8, 16, 16)),
                ("layer1.0.bn2", rt::Shape::volume(8, 16, 16)),
                ("layer1.1.conv1", rt::Shape::volume(8, 16, 16)),
                ("layer1.1.bn1", rt::Shape::volume(8, 16, 16)),
                ("layer1.1.conv2", rt::Shape::volume(8, 16, 16)),
                ("layer1.1.bn2", rt::Shape::volume(8, 16, 16)),
                ("layer1.2.conv1", rt::Shape::volume(8, 16, 16)),
                ("layer1.2.bn1", rt::Shape::volume(8, 16, 16)),
                ("layer1.2.conv2", rt::Shape::volume(8, 16, 16)),
                ("layer1.2.bn2", rt::Shape::volume(8, 16, 16)),
                ("layer1", rt::Shape::volume(8, 16, 16)),
                ("layer2.0.conv1", rt::Shape::volume(16, 8, 8)),
                ("layer2.0.bn1", rt::Shape::volume(16, 8, 8)),
                ("layer2.0.conv2", rt::Shape::volume(16, 8, 8)),
                ("layer2.0.bn2", rt::Shape::volume(16, 8, 8)),
                ("layer2.0.downsample", rt::Shape::volume(16, 8, 8)),
                ("layer2.1.conv1", rt::Shape::volume(16, 8, 8)),
                ("layer2.1.bn1", rt::Shape::volume(16, 8, 8)),
                ("layer2.1.conv2", rt::Shape::volume(16, 8, 8)),
                ("layer2.1.bn2", rt::Shape::volume(16, 8, 8)),
                ("layer2", rt::Shape::volume(16, 8, 8)),
                ("fc", rt::Shape::Vector(10)),
            ];
            const SUMMARY: &'static str = "Residual\n                       layer              output   parameters  mult–adds     memory   sees  jump  start\n───────────────────────────────────────────────────────────────────────────────────────────────────────\n                       input              3x16x16           –          –    3.0 KiB\nconv1                  conv 3x3 pad 1     8x16x16         216     55,296    8.0 KiB    3x3     1     −1\nbn1                    bn                 8x16x16          16          –    8.0 KiB    3x3     1     −1\n2                      relu               8x16x16           –          –    8.0 KiB    3x3     1     −1\nlayer1.0.conv1         conv 3x3 pad 1     8x16x16         576    147,456    8.0 KiB    5x5     1     −2\nlayer1.0.bn1           bn                 8x16x16          16          –    8.0 KiB    5x5     1     −2\nlayer1.0.2             relu               8x16x16           –          –    8.0 KiB    5x5     1     −2\nlayer1.0.conv2         conv 3x3 pad 1     8x16x16         576    147,456    8.0 KiB    7x7     1     −3\nlayer1.0.bn2           bn                 8x16x16          16          –    8.0 KiB    7x7     1     −3\nlayer1.0.add           add                8x16x16           –          –    8.0 KiB    7x7     1     −3\nlayer1.0.5             relu               8x16x16           –          –    8.0 KiB    7x7     1     −3\nlayer1.1 – 2           2 more like it     8x16x16       2,368    589,824  112.0 KiB  15x15     1     −7\nlayer2.0.conv1         conv 3x3 /2 pad 1  16x8x8        1,152     73,728    4.0 KiB  17x17     2     −8\nlayer2.0.bn1           bn                 16x8x8           32          –    4.0 KiB  17x17     2     −8\nlayer2.0.2             relu               16x8x8            –          –    4.0 KiB  17x17     2     −8\nlayer2.0.conv2         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  21x21     2    −10\nlayer2.0.bn2           bn                 16x8x8           32          –    4.0 KiB  21x21     2    −10\nlayer2.0.downsample.0  conv 1x1 /2        16x8x8          128      8,192    4.0 KiB  15x15     2     −7\nlayer2.0.downsample.1  bn                 16x8x8           32          –    4.0 KiB  15x15     2     −7\nlayer2.0.add           add                16x8x8            –          –    4.0 KiB  21x21     2    −10\nlayer2.0.6             relu               16x8x8            –          –    4.0 KiB  21x21     2    −10\nlayer2.1.conv1         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  25x25     2    −12\nlayer2.1.bn1           bn                 16x8x8           32          –    4.0 KiB  25x25     2    −12\nlayer2.1.2             relu               16x8x8            –          –    4.0 KiB  25x25     2    −12\nlayer2.1.conv2         conv 3x3 pad 1     16x8x8        2,304    147,456    4.0 KiB  29x29     2    −14\nlayer2.1.bn2           bn                 16x8x8           32          –    4.0 KiB  29x29     2    −14\nlayer2.1.add           add                16x8x8            –          –    4.0 KiB  29x29     2    −14\nlayer2.1.5             relu               16x8x8            –          –    4.0 KiB  29x29     2    −14\n5                      global_avgpool     16x1x1            –          –       64 B  29x29     2    −14\n6                      flatten            16                –          –          –  29x29     2    −14\nfc                     dense 10           10              170        160       40 B  29x29     2    −14\n───────────────────────────────────────────────────────────────────────────────────────────────────────\n                       total                           12,306  1,464,480  256.1 KiB\n";
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
                    arena: 15552,
                    rooms: &[],
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
                        (2816, K11.room()),
                        (4096, K13.room()),
                        (6144, K13.room()),
                        (3072, K15.room()),
                        (4096, K17.room()),
                        (4096, K18.room()),
                        (2048, K17.room()),
                        (3072, K17.room()),
                    ],
                    inputs: &[rt::Slot::new(2048, 768)],
                    outputs: &[rt::Slot::new(0, 10)],
                    packs: &[
                        rt::Pack {
                            params: &[(0, 216)],
                            state: &[],
                            to: (0, 216),
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
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
                            by: rt::Packing::PLAIN,
                        },
                    ],
                    packed: 12320,
                },
            ];
            const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                lanes: 16,
                arena: 40704,
                rooms: &[
                    (40704, K11.room()),
                    (40704, K21.room()),
                    (40704, K13.room()),
                    (40704, K15.room()),
                    (40704, K22.room()),
                    (40704, K17.room()),
                    (40704, K18.room()),
                    (40704, K20.room_backward()),
                    (40704, K22.room_backward()),
                    (40704, K17.room_backward()),
                    (40704, K18.room_backward()),
                    (40704, K15.room_backward()),
                    (40704, K21.room_backward()),
                    (40704, K13.room_backward()),
                    (40704, K11.room_backward()),
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
                            scratch: K11.room().image,
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
                                scratch: K21.room().image,
                            },
                            Kept {
                                state: [(0, 8), (16, 8)],
                                stats: (0, 16),
                            },
                        );
                        if tap.active() {
                            forward(
                                rt::Interleaved,
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
                            forward(rt::Interleaved, &K21, rt::Relu, cx, t, step, kept);
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
                        rt::Interleaved,
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
                        rt::Interleaved,
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
                            scratch: 0,
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
                tap: &mut dyn rt::Observer,
            ) {
                fn run(
                    cx: &rt::Pass<'_>,
                    t: &mut rt::BackwardTensors<'_>,
                    tap: &mut dyn rt::Observer,
                ) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
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
                            scratch: K20.room_backward().image,
                        };
                        backward(rt::Interleaved, &K20, cx, t, step);
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
                        backward(rt::Interleaved, &K19, cx, t, step);
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
                        rt::activation::backward::<
                            rt::Interleaved,
                        >(cx, rt::Relu, from, to);
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
                            scratch: K21.room_backward().image,
                        };
                        backward(rt::Interleaved, &K21, cx, t, step);
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
                            scratch: K11.room_backward().image,
                        };
                        backward(rt::Interleaved, &K11, cx, t, step);
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
                            scratch: 0,
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
                            scratch: 0,
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
                            scratch: 0,
                        },
                    );
                }
                fn infer_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                    use __cnn_rt::step::*;
                    let n = cx.padded::<rt::Interleaved>();
                    infer(
                        rt::Interleaved,
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
                            scratch: K11.room().image,
                        },
                    );
                    infer(
                        rt::Interleaved,
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
                            scratch: 0,
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
                        rt::Interleaved,
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
                        rt::Interleaved,
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
