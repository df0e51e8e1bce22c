//! Networks with fresh weights as ONNX files, each with a batch of images and what they become of it: for
//! `tests/reference/onnx_out.py`, which compares.
//!
//! `cargo run --release -p cnn-zoo --example onnx_cases -- DIR [NET …]`

use cnn::ndarray::Array4;
use cnn_zoo::registry::{NETWORKS, Weights};
use std::error::Error;
use std::path::Path;

#[allow(dead_code, reason = "only written")]
#[path = "../src/cli/npy.rs"]
mod npy;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Images of a batch.
const IMAGES: usize = 2;

fn dims(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("found no argument, expected a folder to write to")?;
    let (folder, wanted) = (Path::new(&folder), args.collect::<Vec<_>>());
    std::fs::create_dir_all(folder)?;
    for net in
        NETWORKS.iter().filter(|net| wanted.is_empty() || wanted.iter().any(|w| w == net.name))
    {
        let path = |ending: &str| folder.join(format!("{}.{ending}", net.name));
        (net.export)(Weights::Fresh(0), &path("onnx"))?;
        let [channels, height, width] =
            [net.input.channels(), net.input.height(), net.input.width()];
        let mut at = 0.0_f32;
        let images = Array4::from_shape_simple_fn((IMAGES, channels, height, width), || {
            at += 1.0;
            (at * 0.618_034).fract() * 2.0 - 1.0 + (at * 1e-3).sin()
        });
        npy::write(&path("input.npy"), &images.clone().into_dyn())?;
        let outputs = (net.fresh)(0, IMAGES, 0)?.run(images.view())?;
        for (i, output) in outputs.iter().enumerate() {
            npy::write(&path(&format!("output_{i}.npy")), output)?;
        }
        println!("{}: {}", net.name, dims(outputs[0].shape()));
    }
    Ok(())
}
