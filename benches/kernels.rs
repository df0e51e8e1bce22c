//! GFLOP/s of every kernel of the blocked layout, and its share of what the processor's
//! multiply–add units give in the same run: `cargo bench --bench kernels [-- FILTER [THREADS]]`.
//!
//! Winograd's kernels are counted with the operations of a direct convolution, so that they can
//! pass 100%. Each figure is the median of many calls; the peak is measured before and after.

use cnn::__rt as rt;
use rt::kernel::{Backward, Forward, Kernel, Mode, Pass, Room};
use rt::layers::blocked::{Conv, Packed};
use rt::layout::{Frame, Grid};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A convolution: name, channels, image side, filters, kernel, stride, padding, batch.
type Shape = (&'static str, usize, usize, usize, usize, usize, usize, usize);

const SHAPES: &[Shape] = &[
    ("VGG-16, first", 3, 224, 64, 3, 1, 1, 1),
    ("VGG-16, 64 at 224", 64, 224, 64, 3, 1, 1, 1),
    ("VGG-16, 128 at 112", 128, 112, 128, 3, 1, 1, 1),
    ("VGG-16, 256 at 56", 256, 56, 256, 3, 1, 1, 1),
    ("VGG-16, 512 at 28", 512, 28, 512, 3, 1, 1, 1),
    ("VGG-16, 512 at 14", 512, 14, 512, 3, 1, 1, 1),
    ("ResNet, stem", 3, 224, 64, 7, 2, 3, 1),
    ("ResNet, 64 at 56", 64, 56, 64, 3, 1, 1, 1),
    ("ResNet, 128 at 28", 128, 28, 128, 3, 1, 1, 1),
    ("ResNet, 256 at 14", 256, 14, 256, 3, 1, 1, 1),
    ("ResNet, 512 at 7", 512, 7, 512, 3, 1, 1, 1),
    ("ResNet, 128 at 56 by 2", 128, 56, 128, 3, 2, 1, 1),
    ("ResNet, 64 to 256 at 56", 64, 56, 256, 1, 1, 0, 1),
    ("ResNet, 256 to 64 at 56", 256, 56, 64, 1, 1, 0, 1),
    ("ResNet, 1024 to 256 at 14", 1024, 14, 256, 1, 1, 0, 1),
    ("ResNet, 2048 to 512 at 7", 2048, 7, 512, 1, 1, 0, 1),
    ("CIFAR, 128 at 16, batch 64", 128, 16, 128, 3, 1, 1, 64),
    ("CIFAR, 256 at 8, batch 64", 256, 8, 256, 3, 1, 1, 64),
    ("CIFAR, 512 at 4, batch 64", 512, 4, 512, 3, 1, 1, 64),
    ("CIFAR, 512 at 2, batch 64", 512, 2, 512, 3, 1, 1, 64),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let filter = args.first().map_or("", String::as_str);
    let threads = args.get(1).and_then(|t| t.parse().ok()).unwrap_or(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    pool.install(|| {
        let peak = threads as f64 * peak();
        println!("multiply–add units: {peak:.0} GFLOP/s with {threads} threads");
        for &shape in SHAPES.iter().filter(|s| s.0.contains(filter)) {
            convolution::<false>(shape, peak, threads);
            if shape.4 == 3 && shape.5 == 1 && shape.1 > 3 {
                convolution::<true>(shape, peak, threads);
            }
        }
        println!("multiply–add units: {:.0} GFLOP/s", threads as f64 * self::peak());
    });
}

/// GFLOP/s of a loop of multiply–adds in registers, on one thread.
fn peak() -> f64 {
    let time = median(|| rt::simd::multiply_adds(1 << 16));
    2.0 * f64::from(1 << 16) / time.as_secs_f64() / 1e9
}

/// A buffer on a cache line, as every buffer of the library is.
fn filled(value: f32, len: usize) -> rt::arena::Buffer {
    let mut buffer = rt::arena::zeros(len);
    buffer.fill(value);
    buffer
}

fn median<R>(mut f: impl FnMut() -> R) -> Duration {
    let mut times = Vec::new();
    let start = Instant::now();
    black_box(f());
    while times.len() < 3 || start.elapsed() < Duration::from_millis(300) {
        let now = Instant::now();
        black_box(f());
        times.push(now.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

fn convolution<const WINOGRAD: bool>(shape: Shape, peak: f64, threads: usize) {
    let (name, channels, side, filters, kernel, stride, pad, n) = shape;
    let out = (side + 2 * pad - kernel) / stride + 1;
    let geometry = rt::conv::Geometry::new(
        [channels, side, side],
        filters,
        [kernel; 2],
        [stride; 2],
        [pad; 4],
        [1; 2],
        1,
        [out; 2],
    );
    let lanes = if channels < 16 { channels } else { 16 };
    let halo: &'static [usize] = Box::leak(Box::new([pad]));
    let back = kernel - 1 - pad;
    let frame =
        Frame { lanes, inputs: halo, output: 1, d_inputs: halo, d_output: back, ..Frame::WHOLE };
    let conv = Conv::<WINOGRAD>::new(geometry, frame);
    let packed = Packed::<WINOGRAD>::new(geometry, true, None, frame);
    let x = filled(0.5, n * Grid::with_lanes([channels, side, side], pad, lanes).len());
    let dy = filled(0.5, n * Grid::new([filters, out, out], back).len());
    let mut dx = filled(0.0, n * Grid::new([channels, side, side], pad).len());
    let mut y = filled(0.0, n * Grid::new([filters, out, out], 1).len());
    let w = filled(0.01, filters * channels * kernel * kernel);
    let b = filled(0.01, filters);
    let [weights, bias] = conv.packed();
    let mut both = filled(0.0, weights + bias);
    packed.pack(&[&w, &b], &mut both);
    let (pw, pb) = both.split_at(weights);
    let room = |room: Room| filled(0.0, room.len(n, threads));
    let (mut room_packed, mut room_back) = (room(packed.room()), room(conv.room_backward()));
    let exec: &dyn rt::exec::Exec = if threads > 1 { &rt::pool::Pool } else { &rt::exec::Serial };
    let cx = Pass { exec, images: n, mode: Mode::Training, streams: Default::default() };
    let flops = 2.0 * (n * filters * out * out * channels * kernel * kernel) as f64;
    let row = |what: &str, time: Duration| {
        let rate = flops / time.as_secs_f64() / 1e9;
        let algorithm = if WINOGRAD { "winograd" } else { "direct" };
        let (micros, share) = (time.as_secs_f64() * 1e6, 100.0 * rate / peak);
        println!(
            "{name:28} {algorithm:9} {what:16} {micros:10.1} µs {rate:8.1} GFLOP/s {share:5.0}%"
        );
    };
    let time = median(|| {
        packed.forward(
            rt::Relu,
            &cx,
            Forward {
                params: &[pw, pb],
                state: &mut [],
                inputs: &[&x],
                output: &mut y,
                saved: &mut [],
                stats: &mut [],
                scratch: &mut room_packed,
            },
        );
    });
    row("forward", time);
    let (mut dw, mut db) = (filled(0.0, w.len()), filled(0.0, filters));
    let mut partials = filled(0.0, rt::reduce::partials_len(w.len(), w.len() / filters, n, 1));
    for (what, input) in [("weight gradient", false), ("input gradient", true)] {
        if channels < 16 && input {
            continue;
        }
        let mut d = dy.clone();
        let time = median(|| {
            let mut d_inputs: [&mut [f32]; 1] = [if input { &mut dx } else { &mut [] }];
            let mut d_params: [&mut [f32]; 2] = [&mut dw, &mut db];
            conv.backward(
                &cx,
                Backward {
                    params: &[&w, &b],
                    inputs: &[&x],
                    output: &[],
                    saved: &[],
                    stats: &[],
                    d_output: &mut d,
                    d_inputs: &mut d_inputs,
                    d_params: if input { &mut [] } else { &mut d_params },
                    partials: &mut partials,
                    scratch: &mut room_back,
                },
            );
        });
        row(what, time);
    }
}
