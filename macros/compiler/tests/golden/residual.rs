/**

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
```

Planned for channels in blocks of sixteen and sixteen interleaved images; trains sixteen interleaved images.*/
#[derive(Clone)]
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
    use ::cnn::__rt as rt;
    use rt::step::{NONE, part, whole};
    const K0: rt::blocked::Reorder = <rt::blocked::Reorder>::new(
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
    const K1: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K2: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K3: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K4: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K5: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K6: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K7: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K8: rt::blocked::PackedDirect = <rt::blocked::PackedDirect>::new(
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
    const K9: rt::blocked::GlobalAvgPool = <rt::blocked::GlobalAvgPool>::new(
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
    const K10: rt::dense::Packed = <rt::dense::Packed>::new(16, 10);
    const K11: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
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
    const K12: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(8, 256, 0.00001f32);
    const K13: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
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
    const K14: rt::Add = <rt::Add>::new();
    const K15: rt::conv::Direct<rt::conv::K3x3S2> = <rt::conv::Direct<
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
    const K16: rt::FoldedBatchNorm = <rt::FoldedBatchNorm>::new(16, 64, 0.00001f32);
    const K17: rt::conv::Direct<rt::conv::K3x3S1> = <rt::conv::Direct<
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
    const K18: rt::conv::Direct<rt::conv::K1x1S2> = <rt::conv::Direct<
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
    const K19: rt::GlobalAvgPool = <rt::GlobalAvgPool>::new(16, 64);
    const K20: rt::dense::Direct = <rt::dense::Direct>::new(16, 10);
    const K21: rt::BatchNorm = <rt::BatchNorm>::new(8, 256, 0.00001f32, 0.1f32);
    const K22: rt::BatchNorm = <rt::BatchNorm>::new(16, 64, 0.00001f32, 0.1f32);
    fn block_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 11]) {
        let n = cx.padded::<rt::Blocked>();
        rt::step::infer(
            rt::Blocked,
            &K2,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 5184)],
                output: whole(at[1], 5184),
                saved: NONE,
                params: [(at[2], 1152), (at[3], 16)],
                end: at[4],
                scratch: rt::step::ALL,
            },
        );
        rt::step::infer(
            rt::Blocked,
            &K3,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[5], 5184), whole(at[6], 5184)],
                output: whole(at[7], 5184),
                saved: NONE,
                params: [(at[8], 1152), (at[9], 16)],
                end: at[10],
                scratch: rt::step::ALL,
            },
        );
    }
    fn block_1(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 16]) {
        let n = cx.padded::<rt::Blocked>();
        rt::step::infer(
            rt::Blocked,
            &K4,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 5184)],
                output: whole(at[1], 1600),
                saved: NONE,
                params: [(at[2], 1152), (at[3], 16)],
                end: at[4],
                scratch: rt::step::ALL,
            },
        );
        rt::step::infer(
            rt::Blocked,
            &K5,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[5], 1600)],
                output: whole(at[6], 1024),
                saved: NONE,
                params: [(at[7], 2304), (at[8], 16)],
                end: at[9],
                scratch: rt::step::ALL,
            },
        );
        rt::step::infer(
            rt::Blocked,
            &K6,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[10], 5184), whole(at[11], 1024)],
                output: whole(at[12], 1600),
                saved: NONE,
                params: [(at[13], 128), (at[14], 16)],
                end: at[15],
                scratch: rt::step::ALL,
            },
        );
    }
    fn block_2(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 11]) {
        let n = cx.padded::<rt::Blocked>();
        rt::step::infer(
            rt::Blocked,
            &K7,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 1600)],
                output: whole(at[1], 1600),
                saved: NONE,
                params: [(at[2], 2304), (at[3], 16)],
                end: at[4],
                scratch: rt::step::ALL,
            },
        );
        rt::step::infer(
            rt::Blocked,
            &K8,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[5], 1600), whole(at[6], 1600)],
                output: whole(at[7], 1024),
                saved: NONE,
                params: [(at[8], 2304), (at[9], 16)],
                end: at[10],
                scratch: rt::step::ALL,
            },
        );
    }
    fn block_3(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 22]) {
        let n = cx.padded::<rt::Lanes>();
        rt::step::infer(
            rt::Lanes,
            &K13,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 2048)],
                output: whole(at[1], 2048),
                saved: NONE,
                params: [(at[2], 576)],
                end: at[3],
                scratch: K13.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K12,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[4], 2048)],
                output: whole(at[5], 2048),
                saved: NONE,
                params: [(at[6], 8), (at[7], 8)],
                end: at[8],
                scratch: K12.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K13,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[9], 2048)],
                output: whole(at[10], 2048),
                saved: NONE,
                params: [(at[11], 576)],
                end: at[12],
                scratch: K13.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K12,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[13], 2048)],
                output: whole(at[14], 2048),
                saved: NONE,
                params: [(at[15], 8), (at[16], 8)],
                end: at[17],
                scratch: K12.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K14,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[18], 2048), whole(at[19], 2048)],
                output: whole(at[20], 2048),
                saved: NONE,
                params: [],
                end: at[21],
                scratch: 0,
            },
        );
    }
    fn block_4(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 31]) {
        let n = cx.padded::<rt::Lanes>();
        rt::step::infer(
            rt::Lanes,
            &K15,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 2048)],
                output: whole(at[1], 1024),
                saved: NONE,
                params: [(at[2], 1152)],
                end: at[3],
                scratch: K15.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K16,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[4], 1024)],
                output: whole(at[5], 1024),
                saved: NONE,
                params: [(at[6], 16), (at[7], 16)],
                end: at[8],
                scratch: K16.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K17,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[9], 1024)],
                output: whole(at[10], 1024),
                saved: NONE,
                params: [(at[11], 2304)],
                end: at[12],
                scratch: K17.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K16,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[13], 1024)],
                output: whole(at[14], 1024),
                saved: NONE,
                params: [(at[15], 16), (at[16], 16)],
                end: at[17],
                scratch: K16.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K18,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[18], 2048)],
                output: whole(at[19], 1024),
                saved: NONE,
                params: [(at[20], 128)],
                end: at[21],
                scratch: K18.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K16,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[22], 1024)],
                output: whole(at[23], 1024),
                saved: NONE,
                params: [(at[24], 16), (at[25], 16)],
                end: at[26],
                scratch: K16.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K14,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[27], 1024), whole(at[28], 1024)],
                output: whole(at[29], 1024),
                saved: NONE,
                params: [],
                end: at[30],
                scratch: 0,
            },
        );
    }
    fn block_5(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], at: &[usize; 22]) {
        let n = cx.padded::<rt::Lanes>();
        rt::step::infer(
            rt::Lanes,
            &K17,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[0], 1024)],
                output: whole(at[1], 1024),
                saved: NONE,
                params: [(at[2], 2304)],
                end: at[3],
                scratch: K17.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K16,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[4], 1024)],
                output: whole(at[5], 1024),
                saved: NONE,
                params: [(at[6], 16), (at[7], 16)],
                end: at[8],
                scratch: K16.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K17,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[9], 1024)],
                output: whole(at[10], 1024),
                saved: NONE,
                params: [(at[11], 2304)],
                end: at[12],
                scratch: K17.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K16,
            rt::NoActivation,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[13], 1024)],
                output: whole(at[14], 1024),
                saved: NONE,
                params: [(at[15], 16), (at[16], 16)],
                end: at[17],
                scratch: K16.scratch(),
            },
        );
        rt::step::infer(
            rt::Lanes,
            &K14,
            rt::Relu,
            cx,
            w,
            arena,
            rt::step::Forward {
                inputs: [whole(at[18], 1024), whole(at[19], 1024)],
                output: whole(at[20], 1024),
                saved: NONE,
                params: [],
                end: at[21],
                scratch: 0,
            },
        );
    }
    fn block_6(
        cx: &rt::Pass<'_>,
        t: &mut rt::TrainingTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 35],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[0], 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [(at[2], 576)],
                    end: at[3],
                    scratch: K13.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K13, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[6], 2048)],
                    output: whole(at[7], 2048),
                    saved: NONE,
                    params: [(at[8], 8), (at[9], 8)],
                    end: at[10],
                    scratch: K21.scratch(),
                },
                rt::step::Kept {
                    state: [(at[11], 8), (at[12], 8)],
                    stats: (at[13], 16),
                },
            );
            if tap.active() {
                rt::step::forward(rt::Lanes, &K21, rt::NoActivation, cx, t, step, kept);
                let output = step.output.of_mut(t.arena, n);
                tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                rt::Activation::apply(rt::Relu, output);
            } else {
                rt::step::forward(rt::Lanes, &K21, rt::Relu, cx, t, step, kept);
            }
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[15], 2048)],
                    output: whole(at[16], 2048),
                    saved: NONE,
                    params: [(at[17], 576)],
                    end: at[18],
                    scratch: K13.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K13, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[19],
                rt::Order::Planes { lanes: 16 },
                whole(at[20], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[21], 2048)],
                    output: whole(at[22], 2048),
                    saved: NONE,
                    params: [(at[23], 8), (at[24], 8)],
                    end: at[25],
                    scratch: K21.scratch(),
                },
                rt::step::Kept {
                    state: [(at[26], 8), (at[27], 8)],
                    stats: (at[28], 16),
                },
            );
            rt::step::forward(rt::Lanes, &K21, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[29],
                rt::Order::Planes { lanes: 16 },
                whole(at[30], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[31], 2048), whole(at[32], 2048)],
                    output: whole(at[33], 2048),
                    saved: NONE,
                    params: [],
                    end: at[34],
                    scratch: 0,
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K14, rt::Relu, cx, t, step, kept);
        }
    }
    fn block_7(
        cx: &rt::Pass<'_>,
        t: &mut rt::TrainingTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 37],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[0], 2048)],
                    output: whole(at[1], 2048),
                    saved: NONE,
                    params: [(at[2], 576)],
                    end: at[3],
                    scratch: K13.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K13, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[6], 2048)],
                    output: whole(at[7], 2048),
                    saved: NONE,
                    params: [(at[8], 8), (at[9], 8)],
                    end: at[10],
                    scratch: K21.scratch(),
                },
                rt::step::Kept {
                    state: [(at[11], 8), (at[12], 8)],
                    stats: (at[13], 16),
                },
            );
            if tap.active() {
                rt::step::forward(rt::Lanes, &K21, rt::NoActivation, cx, t, step, kept);
                let output = step.output.of_mut(t.arena, n);
                tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                rt::Activation::apply(rt::Relu, output);
            } else {
                rt::step::forward(rt::Lanes, &K21, rt::Relu, cx, t, step, kept);
            }
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[15], 2048)],
                    output: whole(at[16], 2048),
                    saved: NONE,
                    params: [(at[17], 576)],
                    end: at[18],
                    scratch: K13.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K13, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[19],
                rt::Order::Planes { lanes: 16 },
                whole(at[20], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[21], 2048)],
                    output: whole(at[22], 2048),
                    saved: NONE,
                    params: [(at[23], 8), (at[24], 8)],
                    end: at[25],
                    scratch: K21.scratch(),
                },
                rt::step::Kept {
                    state: [(at[26], 8), (at[27], 8)],
                    stats: (at[28], 16),
                },
            );
            rt::step::forward(rt::Lanes, &K21, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[29],
                rt::Order::Planes { lanes: 16 },
                whole(at[30], 2048).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[31], 2048), whole(at[32], 2048)],
                    output: whole(at[33], 2048),
                    saved: NONE,
                    params: [],
                    end: at[34],
                    scratch: 0,
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K14, rt::Relu, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[35],
                rt::Order::Planes { lanes: 16 },
                whole(at[36], 2048).of(t.arena, n),
            );
        }
    }
    fn block_8(
        cx: &rt::Pass<'_>,
        t: &mut rt::TrainingTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 49],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[0], 2048)],
                    output: whole(at[1], 1024),
                    saved: NONE,
                    params: [(at[2], 1152)],
                    end: at[3],
                    scratch: K15.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K15, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[6], 1024)],
                    output: whole(at[7], 1024),
                    saved: NONE,
                    params: [(at[8], 16), (at[9], 16)],
                    end: at[10],
                    scratch: K22.scratch(),
                },
                rt::step::Kept {
                    state: [(at[11], 16), (at[12], 16)],
                    stats: (at[13], 32),
                },
            );
            if tap.active() {
                rt::step::forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
                let output = step.output.of_mut(t.arena, n);
                tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                rt::Activation::apply(rt::Relu, output);
            } else {
                rt::step::forward(rt::Lanes, &K22, rt::Relu, cx, t, step, kept);
            }
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[15], 1024)],
                    output: whole(at[16], 1024),
                    saved: NONE,
                    params: [(at[17], 2304)],
                    end: at[18],
                    scratch: K17.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K17, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[19],
                rt::Order::Planes { lanes: 16 },
                whole(at[20], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[21], 1024)],
                    output: whole(at[22], 1024),
                    saved: NONE,
                    params: [(at[23], 16), (at[24], 16)],
                    end: at[25],
                    scratch: K22.scratch(),
                },
                rt::step::Kept {
                    state: [(at[26], 16), (at[27], 16)],
                    stats: (at[28], 32),
                },
            );
            rt::step::forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[29],
                rt::Order::Planes { lanes: 16 },
                whole(at[30], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[31], 2048)],
                    output: whole(at[32], 1024),
                    saved: NONE,
                    params: [(at[33], 128)],
                    end: at[34],
                    scratch: K18.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K18, rt::NoActivation, cx, t, step, kept);
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[35], 1024)],
                    output: whole(at[36], 1024),
                    saved: NONE,
                    params: [(at[37], 16), (at[38], 16)],
                    end: at[39],
                    scratch: K22.scratch(),
                },
                rt::step::Kept {
                    state: [(at[40], 16), (at[41], 16)],
                    stats: (at[42], 32),
                },
            );
            rt::step::forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[43],
                rt::Order::Planes { lanes: 16 },
                whole(at[44], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[45], 1024), whole(at[46], 1024)],
                    output: whole(at[47], 1024),
                    saved: NONE,
                    params: [],
                    end: at[48],
                    scratch: 0,
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K14, rt::Relu, cx, t, step, kept);
        }
    }
    fn block_9(
        cx: &rt::Pass<'_>,
        t: &mut rt::TrainingTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 37],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[0], 1024)],
                    output: whole(at[1], 1024),
                    saved: NONE,
                    params: [(at[2], 2304)],
                    end: at[3],
                    scratch: K17.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K17, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[6], 1024)],
                    output: whole(at[7], 1024),
                    saved: NONE,
                    params: [(at[8], 16), (at[9], 16)],
                    end: at[10],
                    scratch: K22.scratch(),
                },
                rt::step::Kept {
                    state: [(at[11], 16), (at[12], 16)],
                    stats: (at[13], 32),
                },
            );
            if tap.active() {
                rt::step::forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
                let output = step.output.of_mut(t.arena, n);
                tap.value(at[14], rt::Order::Planes { lanes: 16 }, output);
                rt::Activation::apply(rt::Relu, output);
            } else {
                rt::step::forward(rt::Lanes, &K22, rt::Relu, cx, t, step, kept);
            }
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[15], 1024)],
                    output: whole(at[16], 1024),
                    saved: NONE,
                    params: [(at[17], 2304)],
                    end: at[18],
                    scratch: K17.scratch(),
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K17, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[19],
                rt::Order::Planes { lanes: 16 },
                whole(at[20], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[21], 1024)],
                    output: whole(at[22], 1024),
                    saved: NONE,
                    params: [(at[23], 16), (at[24], 16)],
                    end: at[25],
                    scratch: K22.scratch(),
                },
                rt::step::Kept {
                    state: [(at[26], 16), (at[27], 16)],
                    stats: (at[28], 32),
                },
            );
            rt::step::forward(rt::Lanes, &K22, rt::NoActivation, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[29],
                rt::Order::Planes { lanes: 16 },
                whole(at[30], 1024).of(t.arena, n),
            );
        }
        {
            let (step, kept) = (
                rt::step::Forward {
                    inputs: [whole(at[31], 1024), whole(at[32], 1024)],
                    output: whole(at[33], 1024),
                    saved: NONE,
                    params: [],
                    end: at[34],
                    scratch: 0,
                },
                rt::step::NOTHING,
            );
            rt::step::forward(rt::Lanes, &K14, rt::Relu, cx, t, step, kept);
        }
        if tap.active() {
            tap.value(
                at[35],
                rt::Order::Planes { lanes: 16 },
                whole(at[36], 1024).of(t.arena, n),
            );
        }
    }
    fn block_10(
        cx: &rt::Pass<'_>,
        t: &mut rt::BackwardTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 42],
    ) {
        let n = cx.padded::<rt::Lanes>();
        if tap.active() {
            tap.gradient(
                at[0],
                rt::Order::Planes { lanes: 16 },
                whole(at[1], 1024).of(t.arena, n),
            );
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[2], 1024),
                whole(at[3], 1024),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[4], 1024),
                whole(at[5], 1024),
            );
            to.copy_from_slice(from);
        }
        if tap.active() {
            tap.gradient(
                at[6],
                rt::Order::Planes { lanes: 16 },
                whole(at[7], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[8], 1024)],
                output: NONE,
                saved: NONE,
                stats: (at[9], 32),
                d: [whole(at[10], 1024), whole(at[11], 1024)],
                params: [(at[12], 16), (at[13], 16)],
                end: at[14],
                scratch: K22.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K22, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[15],
                rt::Order::Planes { lanes: 16 },
                whole(at[16], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[17], 1024)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[18], 1024), whole(at[19], 1024)],
                params: [(at[20], 2304)],
                end: at[21],
                scratch: K17.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K17, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[22], 1024),
                whole(at[23], 1024),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        if tap.active() {
            tap.gradient(
                at[24],
                rt::Order::Planes { lanes: 16 },
                whole(at[25], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[26], 1024)],
                output: NONE,
                saved: NONE,
                stats: (at[27], 32),
                d: [whole(at[28], 1024), whole(at[29], 1024)],
                params: [(at[30], 16), (at[31], 16)],
                end: at[32],
                scratch: K22.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K22, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[33],
                rt::Order::Planes { lanes: 16 },
                whole(at[34], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[35], 1024)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[36], 1024), whole(at[37], 1024)],
                params: [(at[38], 2304)],
                end: at[39],
                scratch: K17.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K17, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[40], 1024),
                whole(at[41], 1024),
            );
            rt::accumulate(cx, to, from);
        }
    }
    fn block_11(
        cx: &rt::Pass<'_>,
        t: &mut rt::BackwardTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 54],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[0], 1024),
                whole(at[1], 1024),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[2], 1024),
                whole(at[3], 1024),
            );
            to.copy_from_slice(from);
        }
        if tap.active() {
            tap.gradient(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[6], 1024)],
                output: NONE,
                saved: NONE,
                stats: (at[7], 32),
                d: [whole(at[8], 1024), whole(at[9], 1024)],
                params: [(at[10], 16), (at[11], 16)],
                end: at[12],
                scratch: K22.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K22, cx, t, step);
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[13], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[14], 1024), whole(at[15], 2048)],
                params: [(at[16], 128)],
                end: at[17],
                scratch: K18.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K18, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[18],
                rt::Order::Planes { lanes: 16 },
                whole(at[19], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[20], 1024)],
                output: NONE,
                saved: NONE,
                stats: (at[21], 32),
                d: [whole(at[22], 1024), whole(at[23], 1024)],
                params: [(at[24], 16), (at[25], 16)],
                end: at[26],
                scratch: K22.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K22, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[27],
                rt::Order::Planes { lanes: 16 },
                whole(at[28], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[29], 1024)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[30], 1024), whole(at[31], 1024)],
                params: [(at[32], 2304)],
                end: at[33],
                scratch: K17.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K17, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[34], 1024),
                whole(at[35], 1024),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        if tap.active() {
            tap.gradient(
                at[36],
                rt::Order::Planes { lanes: 16 },
                whole(at[37], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[38], 1024)],
                output: NONE,
                saved: NONE,
                stats: (at[39], 32),
                d: [whole(at[40], 1024), whole(at[41], 1024)],
                params: [(at[42], 16), (at[43], 16)],
                end: at[44],
                scratch: K22.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K22, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[45],
                rt::Order::Planes { lanes: 16 },
                whole(at[46], 1024).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[47], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[48], 1024), whole(at[49], 2048)],
                params: [(at[50], 1152)],
                end: at[51],
                scratch: K15.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K15, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[52], 2048),
                whole(at[53], 2048),
            );
            rt::accumulate(cx, to, from);
        }
    }
    fn block_12(
        cx: &rt::Pass<'_>,
        t: &mut rt::BackwardTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 42],
    ) {
        let n = cx.padded::<rt::Lanes>();
        if tap.active() {
            tap.gradient(
                at[0],
                rt::Order::Planes { lanes: 16 },
                whole(at[1], 2048).of(t.arena, n),
            );
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[2], 2048),
                whole(at[3], 2048),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[4], 2048),
                whole(at[5], 2048),
            );
            to.copy_from_slice(from);
        }
        if tap.active() {
            tap.gradient(
                at[6],
                rt::Order::Planes { lanes: 16 },
                whole(at[7], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[8], 2048)],
                output: NONE,
                saved: NONE,
                stats: (at[9], 16),
                d: [whole(at[10], 2048), whole(at[11], 2048)],
                params: [(at[12], 8), (at[13], 8)],
                end: at[14],
                scratch: K21.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K21, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[15],
                rt::Order::Planes { lanes: 16 },
                whole(at[16], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[17], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[18], 2048), whole(at[19], 2048)],
                params: [(at[20], 576)],
                end: at[21],
                scratch: K13.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K13, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[22], 2048),
                whole(at[23], 2048),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        if tap.active() {
            tap.gradient(
                at[24],
                rt::Order::Planes { lanes: 16 },
                whole(at[25], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[26], 2048)],
                output: NONE,
                saved: NONE,
                stats: (at[27], 16),
                d: [whole(at[28], 2048), whole(at[29], 2048)],
                params: [(at[30], 8), (at[31], 8)],
                end: at[32],
                scratch: K21.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K21, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[33],
                rt::Order::Planes { lanes: 16 },
                whole(at[34], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[35], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[36], 2048), whole(at[37], 2048)],
                params: [(at[38], 576)],
                end: at[39],
                scratch: K13.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K13, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[40], 2048),
                whole(at[41], 2048),
            );
            rt::accumulate(cx, to, from);
        }
    }
    fn block_13(
        cx: &rt::Pass<'_>,
        t: &mut rt::BackwardTensors<'_>,
        tap: &mut dyn rt::Tap,
        at: &[usize; 40],
    ) {
        let n = cx.padded::<rt::Lanes>();
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[0], 2048),
                whole(at[1], 2048),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[2], 2048),
                whole(at[3], 2048),
            );
            to.copy_from_slice(from);
        }
        if tap.active() {
            tap.gradient(
                at[4],
                rt::Order::Planes { lanes: 16 },
                whole(at[5], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[6], 2048)],
                output: NONE,
                saved: NONE,
                stats: (at[7], 16),
                d: [whole(at[8], 2048), whole(at[9], 2048)],
                params: [(at[10], 8), (at[11], 8)],
                end: at[12],
                scratch: K21.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K21, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[13],
                rt::Order::Planes { lanes: 16 },
                whole(at[14], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[15], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[16], 2048), whole(at[17], 2048)],
                params: [(at[18], 576)],
                end: at[19],
                scratch: K13.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K13, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[20], 2048),
                whole(at[21], 2048),
            );
            rt::activation::backward::<rt::Lanes>(cx, rt::Relu, from, to);
        }
        if tap.active() {
            tap.gradient(
                at[22],
                rt::Order::Planes { lanes: 16 },
                whole(at[23], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[24], 2048)],
                output: NONE,
                saved: NONE,
                stats: (at[25], 16),
                d: [whole(at[26], 2048), whole(at[27], 2048)],
                params: [(at[28], 8), (at[29], 8)],
                end: at[30],
                scratch: K21.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K21, cx, t, step);
        }
        if tap.active() {
            tap.gradient(
                at[31],
                rt::Order::Planes { lanes: 16 },
                whole(at[32], 2048).of(t.arena, n),
            );
        }
        {
            let step = rt::step::Backward {
                inputs: [whole(at[33], 2048)],
                output: NONE,
                saved: NONE,
                stats: (0, 0),
                d: [whole(at[34], 2048), whole(at[35], 2048)],
                params: [(at[36], 576)],
                end: at[37],
                scratch: K13.scratch_backward(),
            };
            rt::step::backward(rt::Lanes, &K13, cx, t, step);
        }
        {
            let (from, to) = rt::step::pair(
                t.arena,
                n,
                whole(at[38], 2048),
                whole(at[39], 2048),
            );
            rt::accumulate(cx, to, from);
        }
    }
    impl Residual {
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
        /// A freshly initialised network from this seed: every layer as PyTorch's defaults, unless
        /// its `init` says otherwise.
        #[inline]
        fn new(seed: u64) -> Self {
            rt::api::new(seed)
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
If the input has another shape, or no images.*/
        #[inline]
        fn forward(
            &self,
            input: rt::ndarray::ArrayView4<'_, f32>,
        ) -> rt::ndarray::Array2<f32> {
            rt::api::forward(self, input)
        }
        /**Evaluates a batch: N×3×16×16 → N×10.

# Errors
If the input has another shape, or no images.*/
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
        #[inline]
        fn session(&self, batch: usize) -> rt::Session<Self> {
            rt::api::session(self, batch)
        }
        /// A session that takes the network over and keeps no second copy of its weights.
        #[inline]
        fn into_session(self, batch: usize) -> rt::Session<Self> {
            rt::api::into_session(self, batch)
        }
        /// Bytes that a session for `batch` images on `threads` threads needs beside the packed
        /// weights.
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
    impl rt::Network for Residual {
        const NAME: &'static str = "Residual";
        const INPUTS: &'static [rt::Shape] = &[rt::Shape::volume(3, 16, 16)];
        const PARAMETERS: usize = 12306;
        const MACS: u64 = 1464480;
        const LAYERS: &'static [rt::LayerInfo] = &[
            rt::LayerInfo {
                path: "conv1",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Input(0)],
                input: rt::Shape::volume(3, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 216,
                macs: 55296,
                memory: 8192,
                receptive_field: (3, 3),
                jump: (1f32, 1f32),
                start: (-1isize, -1isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(0)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (3, 3),
                jump: (1f32, 1f32),
                start: (-1isize, -1isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(1)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (3, 3),
                jump: (1f32, 1f32),
                start: (-1isize, -1isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.conv1",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(2)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (5, 5),
                jump: (1f32, 1f32),
                start: (-2isize, -2isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(3)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (5, 5),
                jump: (1f32, 1f32),
                start: (-2isize, -2isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(4)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (5, 5),
                jump: (1f32, 1f32),
                start: (-2isize, -2isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.conv2",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(5)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (7, 7),
                jump: (1f32, 1f32),
                start: (-3isize, -3isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.bn2",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(6)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (7, 7),
                jump: (1f32, 1f32),
                start: (-3isize, -3isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.add",
                keyword: "add",
                text: "add",
                inputs: &[rt::Source::Layer(7), rt::Source::Layer(2)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (7, 7),
                jump: (1f32, 1f32),
                start: (-3isize, -3isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.0.5",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(8)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (7, 7),
                jump: (1f32, 1f32),
                start: (-3isize, -3isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.conv1",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(9)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (9, 9),
                jump: (1f32, 1f32),
                start: (-4isize, -4isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(10)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (9, 9),
                jump: (1f32, 1f32),
                start: (-4isize, -4isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(11)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (9, 9),
                jump: (1f32, 1f32),
                start: (-4isize, -4isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.conv2",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(12)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (11, 11),
                jump: (1f32, 1f32),
                start: (-5isize, -5isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.bn2",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(13)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (11, 11),
                jump: (1f32, 1f32),
                start: (-5isize, -5isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.add",
                keyword: "add",
                text: "add",
                inputs: &[rt::Source::Layer(14), rt::Source::Layer(9)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (11, 11),
                jump: (1f32, 1f32),
                start: (-5isize, -5isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.1.5",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(15)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (11, 11),
                jump: (1f32, 1f32),
                start: (-5isize, -5isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.conv1",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(16)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (13, 13),
                jump: (1f32, 1f32),
                start: (-6isize, -6isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(17)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (13, 13),
                jump: (1f32, 1f32),
                start: (-6isize, -6isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(18)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (13, 13),
                jump: (1f32, 1f32),
                start: (-6isize, -6isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.conv2",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(19)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 576,
                macs: 147456,
                memory: 8192,
                receptive_field: (15, 15),
                jump: (1f32, 1f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.bn2",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(20)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 16,
                macs: 0,
                memory: 8192,
                receptive_field: (15, 15),
                jump: (1f32, 1f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.add",
                keyword: "add",
                text: "add",
                inputs: &[rt::Source::Layer(21), rt::Source::Layer(16)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (15, 15),
                jump: (1f32, 1f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer1.2.5",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(22)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(8, 16, 16),
                parameters: 0,
                macs: 0,
                memory: 8192,
                receptive_field: (15, 15),
                jump: (1f32, 1f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.conv1",
                keyword: "conv",
                text: "conv 3x3 /2 pad 1",
                inputs: &[rt::Source::Layer(23)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 1152,
                macs: 73728,
                memory: 4096,
                receptive_field: (17, 17),
                jump: (2f32, 2f32),
                start: (-8isize, -8isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(24)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 32,
                macs: 0,
                memory: 4096,
                receptive_field: (17, 17),
                jump: (2f32, 2f32),
                start: (-8isize, -8isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(25)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (17, 17),
                jump: (2f32, 2f32),
                start: (-8isize, -8isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.conv2",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(26)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 2304,
                macs: 147456,
                memory: 4096,
                receptive_field: (21, 21),
                jump: (2f32, 2f32),
                start: (-10isize, -10isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.bn2",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(27)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 32,
                macs: 0,
                memory: 4096,
                receptive_field: (21, 21),
                jump: (2f32, 2f32),
                start: (-10isize, -10isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.downsample.0",
                keyword: "conv",
                text: "conv 1x1 /2",
                inputs: &[rt::Source::Layer(23)],
                input: rt::Shape::volume(8, 16, 16),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 128,
                macs: 8192,
                memory: 4096,
                receptive_field: (15, 15),
                jump: (2f32, 2f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.downsample.1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(29)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 32,
                macs: 0,
                memory: 4096,
                receptive_field: (15, 15),
                jump: (2f32, 2f32),
                start: (-7isize, -7isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.add",
                keyword: "add",
                text: "add",
                inputs: &[rt::Source::Layer(28), rt::Source::Layer(30)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (21, 21),
                jump: (2f32, 2f32),
                start: (-10isize, -10isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.0.6",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(31)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (21, 21),
                jump: (2f32, 2f32),
                start: (-10isize, -10isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.conv1",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(32)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 2304,
                macs: 147456,
                memory: 4096,
                receptive_field: (25, 25),
                jump: (2f32, 2f32),
                start: (-12isize, -12isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.bn1",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(33)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 32,
                macs: 0,
                memory: 4096,
                receptive_field: (25, 25),
                jump: (2f32, 2f32),
                start: (-12isize, -12isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.2",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(34)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (25, 25),
                jump: (2f32, 2f32),
                start: (-12isize, -12isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.conv2",
                keyword: "conv",
                text: "conv 3x3 pad 1",
                inputs: &[rt::Source::Layer(35)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 2304,
                macs: 147456,
                memory: 4096,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.bn2",
                keyword: "bn",
                text: "bn",
                inputs: &[rt::Source::Layer(36)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 32,
                macs: 0,
                memory: 4096,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.add",
                keyword: "add",
                text: "add",
                inputs: &[rt::Source::Layer(37), rt::Source::Layer(32)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "layer2.1.5",
                keyword: "relu",
                text: "relu",
                inputs: &[rt::Source::Layer(38)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 8, 8),
                parameters: 0,
                macs: 0,
                memory: 4096,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "5",
                keyword: "global_avgpool",
                text: "global_avgpool",
                inputs: &[rt::Source::Layer(39)],
                input: rt::Shape::volume(16, 8, 8),
                output: rt::Shape::volume(16, 1, 1),
                parameters: 0,
                macs: 0,
                memory: 64,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "6",
                keyword: "flatten",
                text: "flatten",
                inputs: &[rt::Source::Layer(40)],
                input: rt::Shape::volume(16, 1, 1),
                output: rt::Shape::Vector(16),
                parameters: 0,
                macs: 0,
                memory: 0,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
            rt::LayerInfo {
                path: "fc",
                keyword: "dense",
                text: "dense 10",
                inputs: &[rt::Source::Layer(41)],
                input: rt::Shape::Vector(16),
                output: rt::Shape::Vector(10),
                parameters: 170,
                macs: 160,
                memory: 40,
                receptive_field: (29, 29),
                jump: (2f32, 2f32),
                start: (-14isize, -14isize),
                training_only: false,
            },
        ];
        const BLOCKS: &'static [rt::BlockInfo] = &[
            rt::BlockInfo::new("layer1", "layer1", 3, 21, 1),
            rt::BlockInfo::new("basic", "layer1.0", 3, 7, 3),
            rt::BlockInfo::new("layer2", "layer2", 24, 16, 1),
            rt::BlockInfo::new("basic", "layer2.0", 24, 9, 1),
            rt::BlockInfo::new("downsample", "layer2.0.downsample", 29, 2, 1),
            rt::BlockInfo::new("basic", "layer2.1", 33, 7, 1),
        ];
        const OUTPUT_LAYERS: &'static [usize] = &[42];
        const TENSORS: &'static [rt::TensorSpec] = &[
            rt::TensorSpec {
                path: "conv1.weight",
                dims: &[8, 3, 3, 3],
                role: rt::Role::Trainable,
                offset: 0,
                init: rt::Init::Uniform(-0.19245009f32, 0.19245009f32),
            },
            rt::TensorSpec {
                path: "bn1.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 224,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "bn1.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 240,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "bn1.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 0,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "bn1.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 16,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 0,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.conv1.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 256,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn1.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 832,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn1.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 848,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn1.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 32,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn1.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 48,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 1,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.conv2.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 864,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn2.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 1440,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn2.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 1456,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn2.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 64,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn2.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 80,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.0.bn2.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 2,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.conv1.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 1472,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn1.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 2048,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn1.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 2064,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn1.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 96,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn1.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 112,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 3,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.conv2.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 2080,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn2.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 2656,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn2.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 2672,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn2.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 128,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn2.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 144,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.1.bn2.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 4,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.conv1.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 2688,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn1.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 3264,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn1.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 3280,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn1.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 160,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn1.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 176,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 5,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.conv2.weight",
                dims: &[8, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 3296,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn2.weight",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 3872,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn2.bias",
                dims: &[8],
                role: rt::Role::Trainable,
                offset: 3888,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn2.running_mean",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 192,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn2.running_var",
                dims: &[8],
                role: rt::Role::Buffer,
                offset: 208,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer1.2.bn2.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 6,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.conv1.weight",
                dims: &[16, 8, 3, 3],
                role: rt::Role::Trainable,
                offset: 3904,
                init: rt::Init::Uniform(-0.11785113f32, 0.11785113f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn1.weight",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 5056,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn1.bias",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 5072,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn1.running_mean",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 224,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn1.running_var",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 240,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 7,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.conv2.weight",
                dims: &[16, 16, 3, 3],
                role: rt::Role::Trainable,
                offset: 5088,
                init: rt::Init::Uniform(-0.083333336f32, 0.083333336f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn2.weight",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 7392,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn2.bias",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 7408,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn2.running_mean",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 256,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn2.running_var",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 272,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.bn2.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 8,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.0.weight",
                dims: &[16, 8, 1, 1],
                role: rt::Role::Trainable,
                offset: 7424,
                init: rt::Init::Uniform(-0.35355338f32, 0.35355338f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.1.weight",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 7552,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.1.bias",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 7568,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.1.running_mean",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 288,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.1.running_var",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 304,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.0.downsample.1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 9,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.conv1.weight",
                dims: &[16, 16, 3, 3],
                role: rt::Role::Trainable,
                offset: 7584,
                init: rt::Init::Uniform(-0.083333336f32, 0.083333336f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn1.weight",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 9888,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn1.bias",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 9904,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn1.running_mean",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 320,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn1.running_var",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 336,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn1.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 10,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.conv2.weight",
                dims: &[16, 16, 3, 3],
                role: rt::Role::Trainable,
                offset: 9920,
                init: rt::Init::Uniform(-0.083333336f32, 0.083333336f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn2.weight",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 12224,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn2.bias",
                dims: &[16],
                role: rt::Role::Trainable,
                offset: 12240,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn2.running_mean",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 352,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn2.running_var",
                dims: &[16],
                role: rt::Role::Buffer,
                offset: 368,
                init: rt::Init::Constant(1f32),
            },
            rt::TensorSpec {
                path: "layer2.1.bn2.num_batches_tracked",
                dims: &[],
                role: rt::Role::Counter,
                offset: 11,
                init: rt::Init::Constant(0f32),
            },
            rt::TensorSpec {
                path: "fc.weight",
                dims: &[10, 16],
                role: rt::Role::Trainable,
                offset: 12256,
                init: rt::Init::Uniform(-0.25f32, 0.25f32),
            },
            rt::TensorSpec {
                path: "fc.bias",
                dims: &[10],
                role: rt::Role::Trainable,
                offset: 12416,
                init: rt::Init::Uniform(-0.25f32, 0.25f32),
            },
        ];
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
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K1, from, to),
                    },
                    rt::Pack {
                        params: &[(256, 576), (832, 8), (848, 8)],
                        state: &[(32, 8), (48, 8)],
                        to: (448, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K2, from, to),
                    },
                    rt::Pack {
                        params: &[(864, 576), (1440, 8), (1456, 8)],
                        state: &[(64, 8), (80, 8)],
                        to: (1616, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K3, from, to),
                    },
                    rt::Pack {
                        params: &[(1472, 576), (2048, 8), (2064, 8)],
                        state: &[(96, 8), (112, 8)],
                        to: (2784, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K2, from, to),
                    },
                    rt::Pack {
                        params: &[(2080, 576), (2656, 8), (2672, 8)],
                        state: &[(128, 8), (144, 8)],
                        to: (3952, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K3, from, to),
                    },
                    rt::Pack {
                        params: &[(2688, 576), (3264, 8), (3280, 8)],
                        state: &[(160, 8), (176, 8)],
                        to: (5120, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K2, from, to),
                    },
                    rt::Pack {
                        params: &[(3296, 576), (3872, 8), (3888, 8)],
                        state: &[(192, 8), (208, 8)],
                        to: (6288, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K3, from, to),
                    },
                    rt::Pack {
                        params: &[(3904, 1152), (5056, 16), (5072, 16)],
                        state: &[(224, 16), (240, 16)],
                        to: (7456, 1168),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K4, from, to),
                    },
                    rt::Pack {
                        params: &[(5088, 2304), (7392, 16), (7408, 16)],
                        state: &[(256, 16), (272, 16)],
                        to: (8624, 2320),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K5, from, to),
                    },
                    rt::Pack {
                        params: &[(7424, 128), (7552, 16), (7568, 16)],
                        state: &[(288, 16), (304, 16)],
                        to: (10944, 144),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K6, from, to),
                    },
                    rt::Pack {
                        params: &[(7584, 2304), (9888, 16), (9904, 16)],
                        state: &[(320, 16), (336, 16)],
                        to: (11088, 2320),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K7, from, to),
                    },
                    rt::Pack {
                        params: &[(9920, 2304), (12224, 16), (12240, 16)],
                        state: &[(352, 16), (368, 16)],
                        to: (13408, 2320),
                        plain: <rt::blocked::PackedDirect as rt::Kernel<
                            rt::Blocked,
                        >>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Blocked>::pack(&K8, from, to),
                    },
                    rt::Pack {
                        params: &[(12256, 160), (12416, 10)],
                        state: &[],
                        to: (15728, 272),
                        plain: <rt::dense::Packed as rt::Kernel<rt::Nchw>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Nchw>::pack(&K10, from, to),
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
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K11, from, to),
                    },
                    rt::Pack {
                        params: &[(224, 8), (240, 8)],
                        state: &[(0, 8), (16, 8)],
                        to: (224, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(256, 576)],
                        state: &[],
                        to: (240, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(832, 8), (848, 8)],
                        state: &[(32, 8), (48, 8)],
                        to: (816, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(864, 576)],
                        state: &[],
                        to: (832, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(1440, 8), (1456, 8)],
                        state: &[(64, 8), (80, 8)],
                        to: (1408, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(1472, 576)],
                        state: &[],
                        to: (1424, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(2048, 8), (2064, 8)],
                        state: &[(96, 8), (112, 8)],
                        to: (2000, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(2080, 576)],
                        state: &[],
                        to: (2016, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(2656, 8), (2672, 8)],
                        state: &[(128, 8), (144, 8)],
                        to: (2592, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(2688, 576)],
                        state: &[],
                        to: (2608, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(3264, 8), (3280, 8)],
                        state: &[(160, 8), (176, 8)],
                        to: (3184, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(3296, 576)],
                        state: &[],
                        to: (3200, 576),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K13, from, to),
                    },
                    rt::Pack {
                        params: &[(3872, 8), (3888, 8)],
                        state: &[(192, 8), (208, 8)],
                        to: (3776, 16),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K12, from, to),
                    },
                    rt::Pack {
                        params: &[(3904, 1152)],
                        state: &[],
                        to: (3792, 1152),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S2,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K15, from, to),
                    },
                    rt::Pack {
                        params: &[(5056, 16), (5072, 16)],
                        state: &[(224, 16), (240, 16)],
                        to: (4944, 32),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
                    },
                    rt::Pack {
                        params: &[(5088, 2304)],
                        state: &[],
                        to: (4976, 2304),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K17, from, to),
                    },
                    rt::Pack {
                        params: &[(7392, 16), (7408, 16)],
                        state: &[(256, 16), (272, 16)],
                        to: (7280, 32),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
                    },
                    rt::Pack {
                        params: &[(7424, 128)],
                        state: &[],
                        to: (7312, 128),
                        plain: <rt::conv::Direct<
                            rt::conv::K1x1S2,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K18, from, to),
                    },
                    rt::Pack {
                        params: &[(7552, 16), (7568, 16)],
                        state: &[(288, 16), (304, 16)],
                        to: (7440, 32),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
                    },
                    rt::Pack {
                        params: &[(7584, 2304)],
                        state: &[],
                        to: (7472, 2304),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K17, from, to),
                    },
                    rt::Pack {
                        params: &[(9888, 16), (9904, 16)],
                        state: &[(320, 16), (336, 16)],
                        to: (9776, 32),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
                    },
                    rt::Pack {
                        params: &[(9920, 2304)],
                        state: &[],
                        to: (9808, 2304),
                        plain: <rt::conv::Direct<
                            rt::conv::K3x3S1,
                        > as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K17, from, to),
                    },
                    rt::Pack {
                        params: &[(12224, 16), (12240, 16)],
                        state: &[(352, 16), (368, 16)],
                        to: (12112, 32),
                        plain: <rt::FoldedBatchNorm as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K16, from, to),
                    },
                    rt::Pack {
                        params: &[(12256, 160), (12416, 10)],
                        state: &[],
                        to: (12144, 170),
                        plain: <rt::dense::Direct as rt::Kernel<rt::Lanes>>::PLAIN,
                        pack: |from, to| rt::Kernel::<rt::Lanes>::pack(&K20, from, to),
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
                let n = cx.padded::<rt::Lanes>();
                {
                    let (step, kept) = (
                        rt::step::Forward {
                            inputs: [whole(39936, 768)],
                            output: whole(0, 2048),
                            saved: NONE,
                            params: [(0, 216)],
                            end: 40704,
                            scratch: K11.scratch(),
                        },
                        rt::step::NOTHING,
                    );
                    rt::step::forward(
                        rt::Lanes,
                        &K11,
                        rt::NoActivation,
                        cx,
                        t,
                        step,
                        kept,
                    );
                }
                if tap.active() {
                    tap.value(
                        0,
                        rt::Order::Planes { lanes: 16 },
                        whole(0, 2048).of(t.arena, n),
                    );
                }
                {
                    let (step, kept) = (
                        rt::step::Forward {
                            inputs: [whole(0, 2048)],
                            output: whole(2048, 2048),
                            saved: NONE,
                            params: [(224, 8), (240, 8)],
                            end: 40704,
                            scratch: K21.scratch(),
                        },
                        rt::step::Kept {
                            state: [(0, 8), (16, 8)],
                            stats: (0, 16),
                        },
                    );
                    if tap.active() {
                        rt::step::forward(
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
                        rt::step::forward(rt::Lanes, &K21, rt::Relu, cx, t, step, kept);
                    }
                }
                block_6(
                    cx,
                    t,
                    tap,
                    &[
                        2048, 4096, 256, 40704, 2, 4096, 4096, 6144, 832, 848, 40704, 32,
                        48, 16, 3, 6144, 8192, 864, 40704, 4, 8192, 8192, 10240, 1440,
                        1456, 40704, 64, 80, 32, 5, 10240, 10240, 2048, 12288, 40704,
                    ],
                );
                block_6(
                    cx,
                    t,
                    tap,
                    &[
                        12288, 10240, 1472, 40704, 6, 10240, 10240, 14336, 2048, 2064,
                        40704, 96, 112, 48, 7, 14336, 16384, 2080, 40704, 8, 16384,
                        16384, 18432, 2656, 2672, 40704, 128, 144, 64, 9, 18432, 18432,
                        12288, 20480, 40704,
                    ],
                );
                block_7(
                    cx,
                    t,
                    tap,
                    &[
                        20480, 18432, 2688, 40704, 10, 18432, 18432, 22528, 3264, 3280,
                        40704, 160, 176, 80, 11, 22528, 24576, 3296, 40704, 12, 24576,
                        24576, 26624, 3872, 3888, 40704, 192, 208, 96, 13, 26624, 26624,
                        20480, 28672, 40704, 14, 28672,
                    ],
                );
                block_8(
                    cx,
                    t,
                    tap,
                    &[
                        28672, 30720, 3904, 40704, 15, 30720, 30720, 31744, 5056, 5072,
                        40704, 224, 240, 112, 16, 31744, 32768, 5088, 40704, 17, 32768,
                        32768, 26624, 7392, 7408, 40704, 256, 272, 144, 18, 26624, 28672,
                        27648, 7424, 40704, 27648, 33792, 7552, 7568, 40704, 288, 304,
                        176, 19, 33792, 26624, 33792, 34816, 40704,
                    ],
                );
                block_9(
                    cx,
                    t,
                    tap,
                    &[
                        34816, 26624, 7584, 40704, 20, 26624, 26624, 33792, 9888, 9904,
                        40704, 320, 336, 208, 21, 33792, 35840, 9920, 40704, 22, 35840,
                        35840, 36864, 12224, 12240, 40704, 352, 368, 240, 23, 36864,
                        36864, 34816, 37888, 40704, 24, 37888,
                    ],
                );
                {
                    let (step, kept) = (
                        rt::step::Forward {
                            inputs: [whole(37888, 1024)],
                            output: whole(36864, 16),
                            saved: NONE,
                            params: [],
                            end: 40704,
                            scratch: 0,
                        },
                        rt::step::NOTHING,
                    );
                    rt::step::forward(
                        rt::Lanes,
                        &K19,
                        rt::NoActivation,
                        cx,
                        t,
                        step,
                        kept,
                    );
                }
                {
                    let (step, kept) = (
                        rt::step::Forward {
                            inputs: [whole(36864, 16)],
                            output: whole(36880, 10),
                            saved: NONE,
                            params: [(12256, 160), (12416, 10)],
                            end: 40704,
                            scratch: K20.scratch(),
                        },
                        rt::step::NOTHING,
                    );
                    rt::step::forward(
                        rt::Lanes,
                        &K20,
                        rt::NoActivation,
                        cx,
                        t,
                        step,
                        kept,
                    );
                }
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
                let n = cx.padded::<rt::Lanes>();
                if tap.active() {
                    tap.gradient(
                        25,
                        rt::Order::Planes { lanes: 16 },
                        whole(36890, 10).of(t.arena, n),
                    );
                }
                {
                    let step = rt::step::Backward {
                        inputs: [whole(36864, 16)],
                        output: NONE,
                        saved: NONE,
                        stats: (0, 0),
                        d: [whole(36890, 10), whole(38912, 16)],
                        params: [(12256, 160), (12416, 10)],
                        end: 40704,
                        scratch: K20.scratch_backward(),
                    };
                    rt::step::backward(rt::Lanes, &K20, cx, t, step);
                }
                {
                    let step = rt::step::Backward {
                        inputs: [],
                        output: NONE,
                        saved: NONE,
                        stats: (0, 0),
                        d: [whole(38912, 16), whole(36864, 1024)],
                        params: [],
                        end: 40704,
                        scratch: 0,
                    };
                    rt::step::backward(rt::Lanes, &K19, cx, t, step);
                }
                block_10(
                    cx,
                    t,
                    tap,
                    &[
                        24, 36864, 37888, 36864, 36864, 37888, 23, 37888, 35840, 240,
                        37888, 38912, 12224, 12240, 40704, 22, 38912, 33792, 38912,
                        35840, 9920, 40704, 33792, 35840, 21, 35840, 26624, 208, 35840,
                        33792, 9888, 9904, 40704, 20, 33792, 34816, 33792, 26624, 7584,
                        40704, 26624, 36864,
                    ],
                );
                block_11(
                    cx,
                    t,
                    tap,
                    &[
                        34816, 36864, 36864, 33792, 19, 36864, 27648, 176, 36864, 34816,
                        7552, 7568, 40704, 28672, 34816, 26624, 7424, 40704, 18, 33792,
                        32768, 144, 33792, 34816, 7392, 7408, 40704, 17, 34816, 31744,
                        34816, 32768, 5088, 40704, 31744, 32768, 16, 32768, 30720, 112,
                        32768, 33792, 5056, 5072, 40704, 15, 33792, 28672, 33792, 30720,
                        3904, 40704, 30720, 26624,
                    ],
                );
                block_12(
                    cx,
                    t,
                    tap,
                    &[
                        14, 26624, 28672, 26624, 26624, 28672, 13, 28672, 24576, 96,
                        28672, 30720, 3872, 3888, 40704, 12, 30720, 22528, 30720, 24576,
                        3296, 40704, 22528, 24576, 11, 24576, 18432, 80, 24576, 22528,
                        3264, 3280, 40704, 10, 22528, 20480, 22528, 18432, 2688, 40704,
                        18432, 26624,
                    ],
                );
                block_13(
                    cx,
                    t,
                    tap,
                    &[
                        20480, 26624, 26624, 18432, 9, 18432, 16384, 64, 18432, 20480,
                        2656, 2672, 40704, 8, 20480, 14336, 20480, 16384, 2080, 40704,
                        14336, 16384, 7, 16384, 10240, 48, 16384, 14336, 2048, 2064,
                        40704, 6, 14336, 12288, 14336, 10240, 1472, 40704, 10240, 26624,
                    ],
                );
                block_13(
                    cx,
                    t,
                    tap,
                    &[
                        12288, 26624, 26624, 10240, 5, 10240, 8192, 32, 10240, 12288,
                        1440, 1456, 40704, 4, 12288, 6144, 12288, 8192, 864, 40704, 6144,
                        8192, 3, 8192, 4096, 16, 8192, 6144, 832, 848, 40704, 2, 6144,
                        2048, 6144, 4096, 256, 40704, 4096, 26624,
                    ],
                );
                {
                    let (from, to) = rt::step::pair(
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
                    let step = rt::step::Backward {
                        inputs: [whole(0, 2048)],
                        output: NONE,
                        saved: NONE,
                        stats: (0, 16),
                        d: [whole(26624, 2048), whole(2048, 2048)],
                        params: [(224, 8), (240, 8)],
                        end: 40704,
                        scratch: K21.scratch_backward(),
                    };
                    rt::step::backward(rt::Lanes, &K21, cx, t, step);
                }
                if tap.active() {
                    tap.gradient(
                        0,
                        rt::Order::Planes { lanes: 16 },
                        whole(2048, 2048).of(t.arena, n),
                    );
                }
                {
                    let step = rt::step::Backward {
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
                    rt::step::backward(rt::Lanes, &K11, cx, t, step);
                }
            }
            run(cx, &mut t, tap)
        }
        fn infer(plan: usize, cx: &rt::Pass<'_>, packed: &[f32], arena: &mut [f32]) {
            fn infer_0(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]) {
                let n = cx.padded::<rt::Blocked>();
                rt::step::infer(
                    rt::Blocked,
                    &K0,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(0, 768)],
                        output: whole(5184, 972),
                        saved: NONE,
                        params: [],
                        end: 6160,
                        scratch: 0,
                    },
                );
                rt::step::infer(
                    rt::Blocked,
                    &K1,
                    rt::Relu,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(5184, 972)],
                        output: whole(0, 5184),
                        saved: NONE,
                        params: [(0, 432), (432, 16)],
                        end: 6160,
                        scratch: rt::step::ALL,
                    },
                );
                block_0(
                    cx,
                    w,
                    arena,
                    &[0, 5184, 448, 1600, 10368, 5184, 0, 10368, 1616, 2768, 15552],
                );
                block_0(
                    cx,
                    w,
                    arena,
                    &[10368, 0, 2784, 3936, 15552, 0, 10368, 5184, 3952, 5104, 15552],
                );
                block_0(
                    cx,
                    w,
                    arena,
                    &[5184, 0, 5120, 6272, 10368, 0, 5184, 10368, 6288, 7440, 15552],
                );
                block_1(
                    cx,
                    w,
                    arena,
                    &[
                        10368, 0, 7456, 8608, 15552, 0, 1600, 8624, 10928, 15552, 10368,
                        1600, 0, 10944, 11072, 15552,
                    ],
                );
                block_2(
                    cx,
                    w,
                    arena,
                    &[0, 1600, 11088, 13392, 3200, 1600, 0, 3200, 13408, 15712, 4224],
                );
                rt::step::infer(
                    rt::Blocked,
                    &K9,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(3200, 1024)],
                        output: whole(0, 16),
                        saved: NONE,
                        params: [],
                        end: 4224,
                        scratch: rt::step::ALL,
                    },
                );
                rt::step::infer(
                    rt::Nchw,
                    &K10,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
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
                let n = cx.padded::<rt::Lanes>();
                rt::step::infer(
                    rt::Lanes,
                    &K11,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(2048, 768)],
                        output: whole(0, 2048),
                        saved: NONE,
                        params: [(0, 216)],
                        end: 2816,
                        scratch: K11.scratch(),
                    },
                );
                rt::step::infer(
                    rt::Lanes,
                    &K12,
                    rt::Relu,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(0, 2048)],
                        output: whole(2048, 2048),
                        saved: NONE,
                        params: [(224, 8), (232, 8)],
                        end: 4096,
                        scratch: K12.scratch(),
                    },
                );
                block_3(
                    cx,
                    w,
                    arena,
                    &[
                        2048, 0, 240, 4096, 0, 4096, 816, 824, 6144, 4096, 0, 832, 6144,
                        0, 4096, 1408, 1416, 6144, 4096, 2048, 0, 6144,
                    ],
                );
                block_3(
                    cx,
                    w,
                    arena,
                    &[
                        0, 2048, 1424, 4096, 2048, 4096, 2000, 2008, 6144, 4096, 2048,
                        2016, 6144, 2048, 4096, 2592, 2600, 6144, 4096, 0, 2048, 6144,
                    ],
                );
                block_3(
                    cx,
                    w,
                    arena,
                    &[
                        2048, 0, 2608, 4096, 0, 4096, 3184, 3192, 6144, 4096, 0, 3200,
                        6144, 0, 4096, 3776, 3784, 6144, 4096, 2048, 0, 6144,
                    ],
                );
                block_4(
                    cx,
                    w,
                    arena,
                    &[
                        0, 2048, 3792, 3072, 2048, 3072, 4944, 4960, 4096, 3072, 2048,
                        4976, 4096, 2048, 3072, 7280, 7296, 4096, 0, 2048, 7312, 4096,
                        2048, 0, 7440, 7456, 4096, 3072, 0, 1024, 4096,
                    ],
                );
                block_5(
                    cx,
                    w,
                    arena,
                    &[
                        1024, 0, 7472, 2048, 0, 2048, 9776, 9792, 3072, 2048, 0, 9808,
                        3072, 0, 2048, 12112, 12128, 3072, 2048, 1024, 0, 3072,
                    ],
                );
                rt::step::infer(
                    rt::Lanes,
                    &K19,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
                        inputs: [whole(0, 1024)],
                        output: whole(1024, 16),
                        saved: NONE,
                        params: [],
                        end: 1040,
                        scratch: 0,
                    },
                );
                rt::step::infer(
                    rt::Lanes,
                    &K20,
                    rt::NoActivation,
                    cx,
                    w,
                    arena,
                    rt::step::Forward {
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
    impl ::core::fmt::Debug for Residual {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            rt::api::debug::<Self>(f)
        }
    }
};
#[allow(unused_imports)]
const _: () = {
    mod basic {}
    use ::cnn::layers::add as _;
    use ::cnn::layers::conv as _;
    use ::cnn::layers::bn as _;
    use ::cnn::layers::relu as _;
    use ::cnn::layers::conv as _;
    use ::cnn::layers::bn as _;
    use ::cnn::layers::conv as _;
    use ::cnn::layers::bn as _;
    use ::cnn::layers::relu as _;
    use ::cnn::layers::conv as _;
    use ::cnn::layers::bn as _;
    use ::cnn::layers::relu as _;
    use basic as _;
    use basic as _;
    use basic as _;
    use ::cnn::layers::global_avgpool as _;
    use ::cnn::layers::flatten as _;
    use ::cnn::layers::dense as _;
};
#[doc(hidden)]
#[allow(unused_macros, non_local_definitions, clippy::crate_in_macro_def)]
macro_rules! __cnn_Residual_dc470681ab4c7c3c {
    ($($tokens:tt)*) => {
        ::cnn::cnn! { @ { Residual block basic(f, s = 1) { add(conv1 : conv(f, 3x3,
        stride = s, pad = 1, bias = false) -> bn1 : bn -> relu -> conv2 : conv(f, 3x3,
        pad = 1, bias = false) -> bn2 : bn | if s == 1 && f == C { _ } else { downsample
        : { conv(f, 1x1, stride = s, bias = false) -> bn } }) -> relu } struct Residual <
        3x16x16 -> conv1 : conv(8, 3x3, pad = 1, bias = false) -> bn1 : bn -> relu ->
        layer1 : { basic(8) * 3 } -> layer2 : { basic(16, 2) -> basic(16) } ->
        global_avgpool -> flatten -> fc : dense(10) >; } $($tokens)* }
    };
}
#[doc(hidden)]
#[allow(unused_imports)]
use __cnn_Residual_dc470681ab4c7c3c as Residual;
