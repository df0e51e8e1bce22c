//! `bench`: how long a network takes.

use super::Result;
use super::args::Bench;
use super::run::progress;
use cnn::Shape;
use cnn::ndarray::Array4;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long a network is timed.
const SLICE: Duration = Duration::from_secs(3);
const WARM_UP: usize = 2;
const FEWEST_CALLS: usize = 5;

pub(super) fn bench(request: &Bench) -> Result<()> {
    let (net, batch) = (request.net, request.batch);
    let mut model = (net.fresh)(0, batch, request.threads)?;
    let images = noise(net.input, batch);

    let bar = progress(SLICE.as_millis() as u64, "ms");
    let mut seconds = Vec::new();
    let mut start = Instant::now();
    for call in 0.. {
        if call == WARM_UP {
            start = Instant::now();
            seconds.clear();
        }
        if seconds.len() >= FEWEST_CALLS && start.elapsed() >= SLICE {
            break;
        }
        let before = Instant::now();
        black_box(model.run(black_box(images.view()))?);
        seconds.push(before.elapsed().as_secs_f64());
        bar.set_position(start.elapsed().as_millis() as u64);
    }
    bar.finish_and_clear();

    seconds.sort_unstable_by(f64::total_cmp);
    let (median, calls) = (seconds[seconds.len() / 2], seconds.len());
    let gflops = 2.0 * net.macs as f64 * batch as f64 / median / 1e9;
    println!(
        "{}, batch {batch}: {:.3} ms a call (median of {calls}, least {:.3}), {:.1} images/s, \
         {gflops:.1} GFLOP/s",
        net.name,
        median * 1e3,
        seconds[0] * 1e3,
        batch as f64 / median,
    );
    Ok(())
}

/// Images of numbers from −1 to 1 without a pattern.
pub(super) fn noise(input: Shape, images: usize) -> Array4<f32> {
    let mut state = 7u32;
    let size = (images, input.channels(), input.height(), input.width());
    Array4::from_shape_simple_fn(size, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}
