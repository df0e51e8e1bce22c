//! Checksums of what the zoo's networks compute, to compare two versions of the code bit by bit.
//!
//! ```sh
//! cargo run --release -p cnn-zoo --features train --example checksums -- [--seconds S] [NET …]
//! ```
//! A line a network: bytes of workspace, floats of packed weights, then a checksum each of the outputs for
//! batches of 1, 3 and 17 images on 1 and 2 threads, and of a training pass of 2 images: outputs, gradients
//! and running statistics. `CNN_SIMD` chooses the kernels. Two files of one machine are compared with
//! `diff`. A pass that would take longer than the seconds is left out and shown as `–`.

use cnn::Shape;
use cnn::ndarray::{Array4, ArrayD};
use cnn_zoo::registry::{Entry, NETWORKS};
use std::error::Error;
use std::time::Instant;

const SEED: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let mut seconds = f64::INFINITY;
    if names.first().is_some_and(|word| word == "--seconds") {
        let value = names.get(1).ok_or("--seconds needs a number")?;
        seconds = value.parse().map_err(|_| format!("--seconds: found `{value}`"))?;
        names.drain(..2);
    }
    if let Some(name) = names.iter().find(|name| NETWORKS.iter().all(|net| net.name != **name)) {
        return Err(format!("found no network `{name}`").into());
    }
    for net in NETWORKS {
        if names.is_empty() || names.iter().any(|name| name == net.name) {
            println!("{}", line(net, seconds)?);
        }
    }
    Ok(())
}

fn line(net: &Entry, seconds: f64) -> Result<String, Box<dyn Error>> {
    let mut line = format!("{} workspace {} packed {:?}", net.name, net.workspace, (net.packed)());
    // Seconds of one image, from the smallest batch.
    let mut each = 0.0;
    for batch in [1, 3, 17] {
        for threads in [1, 2] {
            line += &format!(" b{batch}t{threads} ");
            if each * batch as f64 > seconds {
                line += "–";
                continue;
            }
            let mut model = (net.fresh)(SEED, batch, threads)?;
            let start = Instant::now();
            let outputs = model.run(noise(net.input, batch).view())?;
            each = start.elapsed().as_secs_f64() / batch as f64;
            line += &format!("{:016x}", checksum(&outputs));
        }
    }
    // A pass forward and two of its size backward.
    if each * 6.0 > seconds {
        return Ok(line + " training –");
    }
    let mut sums = Vec::new();
    for threads in [1, 2] {
        let trained = (net.train)(SEED, noise(net.input, 2).view(), threads)?;
        sums.push([
            checksum(&trained.outputs),
            checksum(&[trained.input_gradient]),
            checksum(&trained.gradients),
            checksum(&trained.statistics),
        ]);
    }
    for (threads, sums) in sums.iter().enumerate() {
        line += &format!(" training t{}", threads + 1);
        sums.iter().for_each(|sum| line += &format!(" {sum:016x}"));
    }
    Ok(line)
}

/// FNV-1a over the bits of all numbers, with 64 bits.
fn checksum(arrays: &[ArrayD<f32>]) -> u64 {
    let bits = arrays.iter().flatten().map(|x| u64::from(x.to_bits()));
    bits.fold(0xcbf2_9ce4_8422_2325, |sum, x| (sum ^ x).wrapping_mul(0x0100_0000_01b3))
}

/// Images of numbers from −1 to 1 without a pattern.
fn noise(input: Shape, images: usize) -> Array4<f32> {
    let mut state = 7u32;
    let size = (images, input.channels(), input.height(), input.width());
    Array4::from_shape_simple_fn(size, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}
