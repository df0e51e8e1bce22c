//! Networks with fresh weights as ONNX files, each with a batch of images and what they become of it: for
//! `tests/reference/onnx_out.py`, which compares.
//!
//! ```sh
//! cargo run --release -p cnn-zoo --example onnx_cases -- DIR [NET …]
//! ```

use cnn::ndarray::{Array4, ArrayD};
use cnn_zoo::registry::{NETWORKS, Weights};
use safetensors::{Dtype, tensor::TensorView};
use std::error::Error;
use std::path::Path;

/// Images of a batch.
const IMAGES: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("found no argument, expected a folder to write to")?;
    let (folder, names) = (Path::new(&folder), args.collect::<Vec<_>>());
    if let Some(name) = names.iter().find(|name| NETWORKS.iter().all(|net| net.name != **name)) {
        return Err(format!("found no network `{name}`").into());
    }
    std::fs::create_dir_all(folder)?;
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    for net in NETWORKS.iter().filter(|net| wanted(net.name)) {
        let path = |ending: &str| folder.join(format!("{}.{ending}", net.name));
        if let Err(error) = (net.export)(Weights::Fresh(0), &path("onnx")) {
            println!("{}: {error}", net.name);
            continue;
        }
        let input = net.input;
        let mut at = 0.0_f32;
        let dims = (IMAGES, input.channels(), input.height(), input.width());
        let images = Array4::from_shape_simple_fn(dims, || {
            at += 1.0;
            (at * 0.618_034).sin() + (at * 1e-3).cos()
        });
        let outputs = (net.fresh)(0, IMAGES, 0)?.run(images.view())?;
        let inputs = [("input.0".to_owned(), images.into_dyn())].into_iter();
        let outputs = outputs.into_iter().enumerate();
        save(inputs.chain(outputs.map(|(i, y)| (format!("output.{i}"), y))), &path("safetensors"))?;
        println!("{}", net.name);
    }
    Ok(())
}

/// Writes arrays by their names.
fn save(
    arrays: impl Iterator<Item = (String, ArrayD<f32>)>,
    path: &Path,
) -> Result<(), Box<dyn Error>> {
    let bytes = |array: &ArrayD<f32>| array.iter().flat_map(|x| x.to_le_bytes()).collect();
    let arrays: Vec<(String, Vec<usize>, Vec<u8>)> =
        arrays.map(|(name, array)| (name, array.shape().to_vec(), bytes(&array))).collect();
    let views = arrays
        .iter()
        .map(|(name, dims, bytes)| Ok((name, TensorView::new(Dtype::F32, dims.clone(), bytes)?)));
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    Ok(std::fs::write(path, safetensors::serialize(views, None)?)?)
}
