//! How good the network is on images that it does not learn.

use super::Trainer;
use crate::data::{Batch, Dataset};
use crate::error::Error;
use crate::network::Network;
use crate::train::Optimizer;
use crate::train::evaluate::{self, Scored};
use crate::train::metrics::Metrics;
use crate::train::objective::Objective;
use crate::train::rows::{Rows, Window};

/// Images whose loss is computed at a time.
const CHUNK: usize = 4096;

impl<N: Network, O: Optimizer, L> Trainer<N, O, L>
where
    L: for<'a> Objective<Targets<'a> = &'a [usize]>,
{
    /// How good the network is on a data set, in evaluation mode: the loss, and all that [`Metrics`] has.
    ///
    /// The loss is the trainer's; of a network with outputs for training only, the cross-entropy of the other one.
    ///
    /// # Errors
    /// An image can't be read; the network takes other images, has not exactly one input and one output, of one
    /// number for each class, or fewer of them than the data set has classes; there is no memory for a batch.
    pub fn validate<D: Dataset<Target = usize>>(&self, data: &D) -> Result<Metrics, Error> {
        self.validate_batches(evaluate::in_order(data))
    }

    /// As [`Trainer::validate`], of the batches of a [`Loader`](crate::data::Loader): `loader.epoch(0)`.
    ///
    /// # Errors
    /// As [`Trainer::validate`]; there are no batches.
    pub fn validate_batches(
        &self,
        batches: impl IntoIterator<Item = Result<Batch<Vec<usize>>, Error>>,
    ) -> Result<Metrics, Error> {
        let mut scored = Scored::by(&self.network, batches, self.workers()?)?;
        let mut metrics = scored.metrics::<N>()?;
        if L::OUTPUTS == 1 {
            metrics.loss = self.loss_of(&mut scored)?;
        }
        Ok(metrics)
    }

    fn loss_of(&self, scored: &mut Scored) -> Result<f64, Error> {
        let Scored { scores, labels, .. } = scored;
        let (images, len) = (labels.len(), N::OUTPUTS[0].len());
        self.loss.check(images, N::OUTPUTS, labels)?;
        let mut scratch = vec![0.0; CHUNK.min(images) * len];
        let loss = &self.loss;
        self.workers()?.run(|exec, _| {
            let part = |(i, output): (usize, &[f32])| {
                let window = Window { first: i * CHUNK, images };
                let d_output = &mut scratch[..output.len()];
                let rows = &mut [Rows { len, output, d_output }];
                f64::from(loss.mean(exec, window, rows, labels))
            };
            Ok(scores.chunks(CHUNK * len).enumerate().map(part).sum())
        })
    }
}
