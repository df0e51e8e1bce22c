//! How often a classifier is right.

use crate::data::Images;
use crate::error::Error;
use crate::network::Network;
use crate::session::Session;
use crate::tensor::{Outputs, Part};
use crate::threads::Workers;
use cnn_ir::Shape;
use ndarray::s;

/// The part of a data set's images, 0 to 1, whose largest output is their label's, in evaluation
/// mode, on the surrounding rayon pool or else the global one.
///
/// # Errors
/// The network takes other images, has not exactly one input and one output, of one number for each
/// class, or fewer of them than the data set has classes; there is no memory for a batch.
pub fn accuracy<N: Network>(network: &N, data: &Images) -> Result<f64, Error> {
    with(network, data, Workers::Global)
}

pub(crate) fn with<N: Network>(network: &N, data: &Images, workers: Workers) -> Result<f64, Error> {
    const BATCH: usize = 256;
    let one = |what, found: usize| match found {
        1 => Ok(()),
        _ => Err(Error::Arity { network: N::NAME, what, found, expected: 1 }),
    };
    one("inputs", N::INPUTS.len())?;
    one("outputs", N::OUTPUTS.len())?;
    let (input, output) = (N::INPUTS[0], N::OUTPUTS[0]);
    if !scores(output) {
        return Err(Error::Scores { network: N::NAME, index: 0, found: output });
    }
    let outputs = output.len();
    if let Some(index) = data.labels().iter().position(|&label| label >= outputs) {
        let found = data.labels()[index];
        return Err(Error::Label { origin: data.origin().clone(), index, found, classes: outputs });
    }
    let batch = BATCH.min(data.len());
    let mut session = Session::<N>::make(network.params(), batch, workers)?;
    let mut correct = 0;
    for (i, labels) in data.labels().chunks(batch).enumerate() {
        let first = i * batch;
        let images = data.images().slice_move(s![first..first + labels.len(), .., .., ..]);
        session.run_parts(&[Part::of_images(images, input)])?;
        let [rows, ..] = session.output().slices();
        correct += right(rows, outputs, labels);
    }
    Ok(correct as f64 / data.len() as f64)
}

/// Whether an output of that shape has one number for each class.
pub(crate) fn scores(output: Shape) -> bool {
    output.positions() == 1
}

/// How many rows have their first largest element at their label.
pub(crate) fn right(rows: &[f32], len: usize, labels: &[usize]) -> usize {
    let largest = |row: &[f32]| {
        // A row without numbers is never right.
        let start = (usize::MAX, f32::NEG_INFINITY);
        let better =
            |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
        row.iter().enumerate().fold(start, better).0
    };
    rows.chunks_exact(len).zip(labels).filter(|&(row, &label)| largest(row) == label).count()
}
