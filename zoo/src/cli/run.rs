//! `run`: a file of images through a network.

use super::args::Run;
use super::{Result, dims, npy};
use cnn::ndarray::{Array4, ArrayD, Axis, Slice, concatenate};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Images at a time: between them there is time to report.
const BATCH: usize = 16;

pub(super) fn run(request: &Run) -> Result<()> {
    let images = images(&request.input)?;
    let count = images.len_of(Axis(0));
    if count == 0 {
        let file = request.input.display();
        return Err(format!("{file}: found no images, expected at least 1").into());
    }
    let batch = count.min(BATCH);
    let mut model = (request.net.load)(&request.weights, batch, request.threads)?;

    let bar = progress(count as u64, "images");
    let start = Instant::now();
    let mut outputs: Vec<Vec<ArrayD<f32>>> = Vec::new();
    for first in (0..count).step_by(batch) {
        let last = (first + batch).min(count);
        let part = images.slice_axis(Axis(0), Slice::from(first..last));
        for (i, output) in model.run(part)?.into_iter().enumerate() {
            if i == outputs.len() {
                outputs.push(Vec::new());
            }
            outputs[i].push(output);
        }
        bar.inc((last - first) as u64);
    }
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();

    for (i, parts) in outputs.iter().enumerate() {
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        let joined = concatenate(Axis(0), &views)?;
        let path = numbered(&request.output, i);
        npy::write(&path, &joined).map_err(|e| format!("{}: cannot write: {e}", path.display()))?;
        println!("{}: {}", path.display(), dims(joined.shape()));
    }
    println!("{count} images in {seconds:.3} s");
    Ok(())
}

/// The images of a file, N×C×H×W.
pub(super) fn images(path: &Path) -> Result<Array4<f32>> {
    let array = npy::read(path)?;
    let found = dims(array.shape());
    array.into_dimensionality().map_err(|_| {
        format!("{}: found an array of {found}, expected images, N×C×H×W", path.display()).into()
    })
}

/// `y.npy`, `y.1.npy`, `y.2.npy`, …
fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let extension = path.extension().map_or("npy".into(), |e| e.to_string_lossy());
    path.with_extension(format!("{index}.{extension}"))
}

/// A bar that is there only in a terminal.
pub(super) fn progress(steps: u64, unit: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{pos}} of {{len}} {unit}  {{eta}} to go");
    let style = ProgressStyle::with_template(&template).expect("a well-formed template");
    ProgressBar::new(steps).with_style(style)
}
