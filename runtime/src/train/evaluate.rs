//! How good a classifier is on a data set.

use crate::data::{Batch, Dataset, Images, together};
use crate::error::{Error, Origin};
use crate::network::Network;
use crate::session::Session;
use crate::tensor::{Outputs, Part};
use crate::threads::Workers;
use crate::train::logits::check_logits;
use crate::train::loss::Takes;
use crate::train::metrics::{Metrics, Scale};
use cnn_ir::Shape;
use ndarray::{ArrayView2, s};

/// Images at a time.
const BATCH: usize = 256;

/// The part of a data set's images, 0 to 1, whose largest output is their label's, in evaluation
/// mode, on the surrounding rayon pool or else the global one.
///
/// # Errors
/// The network takes other images, has not exactly one input and one output, of one number for each
/// class, or fewer of them than the data set has classes; there is no memory for a batch.
pub fn accuracy<N: Network>(network: &N, data: &Images) -> Result<f64, Error> {
    with(network, data, Workers::Global)
}

/// How good a network is on a data set, in evaluation mode, on the surrounding rayon pool or else the global one.
/// The loss is the cross-entropy; that of a trainer is in [`Trainer::validate`](crate::train::Trainer::validate).
///
/// # Errors
/// An image can't be read; the network takes other images, has not exactly one input and one output, of one number
/// for each class, or fewer of them than the data set has classes; there is no memory for a batch.
pub fn validate<N: Network, D: Dataset<Target = usize>>(
    network: &N,
    data: &D,
) -> Result<Metrics, Error> {
    Scored::by(network, in_order(data), Workers::Global)?.metrics::<N>()
}

pub(crate) fn with<N: Network>(network: &N, data: &Images, workers: Workers) -> Result<f64, Error> {
    let (input, outputs) = classifier::<N>()?;
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

/// The shape of a classifier's one input, and the number of its classes.
fn classifier<N: Network>() -> Result<(Shape, usize), Error> {
    let one = |what, found: usize| match found {
        1 => Ok(()),
        _ => Err(Error::Arity { network: N::NAME, what, found, expected: 1 }),
    };
    one("inputs", N::INPUTS.len())?;
    one("outputs", N::OUTPUTS.len())?;
    let output = N::OUTPUTS[0];
    if output.positions() != 1 {
        return Err(Error::Scores { network: N::NAME, index: 0, found: output });
    }
    Ok((N::INPUTS[0], output.len()))
}

/// How many rows have their first largest element at their label.
fn right(rows: &[f32], len: usize, labels: &[usize]) -> usize {
    let largest = |row: &[f32]| {
        // A row without numbers is never right.
        let start = (usize::MAX, f32::NEG_INFINITY);
        let better =
            |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
        row.iter().enumerate().fold(start, better).0
    };
    rows.chunks_exact(len).zip(labels).filter(|&(row, &label)| largest(row) == label).count()
}

/// The outputs for the images of a data set.
pub(crate) struct Scored {
    /// A row for each image.
    pub(crate) scores: Vec<f32>,
    pub(crate) labels: Vec<usize>,
    /// Which images of the data set they are.
    indices: Vec<usize>,
}

impl Scored {
    pub(crate) fn by<N: Network>(
        network: &N,
        batches: impl IntoIterator<Item = Result<Batch<Vec<usize>>, Error>>,
        workers: Workers,
    ) -> Result<Self, Error> {
        let (input, classes) = classifier::<N>()?;
        let mut all = Self { scores: Vec::new(), labels: Vec::new(), indices: Vec::new() };
        let mut session: Option<Session<N>> = None;
        for batch in batches {
            let Batch { images, targets, indices } = batch?;
            let n = images.dim().0;
            if targets.len() != n {
                let origin = Origin::Memory("batch");
                return Err(Error::Counts { origin, images: n, labels: targets.len() });
            }
            let room = session.take().filter(|session| session.batch() >= n);
            let session = session.insert(match room {
                Some(session) => session,
                None => Session::make(network.params(), n, workers.clone())?,
            });
            session.run_parts(&[Part::of_images(images.view(), input)])?;
            let [rows, ..] = session.output().slices();
            all.scores.extend_from_slice(&rows[..n * classes]);
            all.labels.extend(targets);
            all.indices.extend(indices);
        }
        Ok(all)
    }

    pub(crate) fn metrics<N: Network>(&self) -> Result<Metrics, Error> {
        let shape = (self.labels.len(), N::OUTPUTS[0].len());
        let rows = match ArrayView2::from_shape(shape, &self.scores) {
            Ok(rows) => rows,
            Err(error) => unreachable!("a row for each label: {error}"),
        };
        // What the losses of logits refuse.
        let logits = N::OUTPUT_LAYERS
            .first()
            .is_some_and(|&layer| check_logits::<N>(0, layer, Takes::Logits).is_ok());
        let scale = if logits { Scale::Logits } else { Scale::Probabilities };
        let mut metrics = Metrics::make(rows, &self.labels, scale)?;
        for (prediction, &image) in metrics.predictions.iter_mut().zip(&self.indices) {
            prediction.image = image;
        }
        Ok(metrics)
    }
}

/// The images of a data set in batches, in order.
pub(crate) fn in_order<D: Dataset<Target = usize>>(
    data: &D,
) -> impl Iterator<Item = Result<Batch<Vec<usize>>, Error>> {
    (0..data.len()).step_by(BATCH).map(move |first| {
        let samples = (first..data.len().min(first + BATCH))
            .map(|index| Ok((index, data.sample(index)?)))
            .collect::<Result<Vec<_>, Error>>();
        together(samples?)
    })
}
