//! Whole runs.

use super::callback::Callback;
use super::{EpochReport, Progress, StepReport, Trainer};
use crate::data::{Dataset, Loader, Target};
use crate::error::Error;
use crate::network::Network;
use crate::train::Optimizer;
use crate::train::checkpoint::Position;
use crate::train::feed::TargetsOf;
use crate::train::objective::Objective;
use std::ops::ControlFlow;

/// What came of a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// Each epoch that came to its end.
    pub epochs: Vec<EpochReport>,
    /// Why the run ended before its last epoch, if it did.
    pub stopped: Option<String>,
}

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Trains for `epochs` epochs on what a loader gives, and calls the callbacks in between, in their order; see
    /// [`Callback`]. After each epoch, the trainer observes the run's metric ([`Trainer::observe`]); where
    /// [`Trainer::stop_early`] was asked for, the run may then end, and the network has its best weights.
    ///
    /// ```
    /// use cnn::data::{Images, Loader};
    /// use cnn::ndarray::Array4;
    /// use cnn::train::{EarlyStopping, Sgd, Trainer, Validation};
    ///
    /// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
    ///
    /// let data = Images::new(Array4::zeros((100, 1, 8, 8)), vec![3; 100], 10)?;
    /// let (train, test) = data.split(80, 1)?;
    /// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1))
    ///     .stop_early(EarlyStopping::new(2).larger_is_better());
    /// let fitted = trainer.fit(&Loader::new(train).shuffle(1), 50, &mut [&mut Validation::new(&test)])?;
    /// for epoch in &fitted.epochs {
    ///     println!("loss {:.4}, accuracy {:.4}", epoch.loss, epoch.metric.unwrap_or(f64::NAN));
    /// }
    /// println!("{}", fitted.stopped.as_deref().unwrap_or("made all epochs"));
    /// # assert!(fitted.epochs.len() < 50);
    /// # Ok::<(), cnn::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Trainer::step`]; the loader, or a callback, ends the run with one.
    pub fn fit<D: Dataset>(
        &mut self,
        loader: &Loader<D>,
        epochs: u64,
        callbacks: &mut [&mut dyn Callback<Self>],
    ) -> Result<Fitted, Error>
    where
        <D::Target as Target>::Many: TargetsOf<L>,
    {
        self.fit_from(Position::default(), loader, epochs, callbacks)
    }

    /// As [`Trainer::fit`], from a position on that a checkpoint gave, to the end of epoch number `epochs`.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn fit_from<D: Dataset>(
        &mut self,
        mut at: Position,
        loader: &Loader<D>,
        epochs: u64,
        callbacks: &mut [&mut dyn Callback<Self>],
    ) -> Result<Fitted, Error>
    where
        <D::Target as Target>::Many: TargetsOf<L>,
    {
        self.prepare()?;
        let mut fitted = Fitted { epochs: Vec::new(), stopped: self.stop_reason() };
        while at.epoch < epochs && fitted.stopped.is_none() {
            match self.fit_epoch(at, loader, callbacks)? {
                ControlFlow::Continue(report) => {
                    let ended = self.end_epoch(report, callbacks, &mut fitted)?;
                    fitted.stopped = ended.or_else(|| self.stop_reason());
                }
                ControlFlow::Break(reason) => fitted.stopped = Some(reason),
            }
            at = Position::new(at.epoch + 1, 0);
        }
        self.restore_best();
        Ok(fitted)
    }

    /// The steps of an epoch.
    fn fit_epoch<D: Dataset>(
        &mut self,
        at: Position,
        loader: &Loader<D>,
        callbacks: &mut [&mut dyn Callback<Self>],
    ) -> Result<ControlFlow<String, EpochReport>, Error>
    where
        <D::Target as Target>::Many: TargetsOf<L>,
    {
        let steps = usize::try_from(loader.steps()).unwrap_or(usize::MAX);
        let mut report = EpochReport { epoch: at.epoch, ..EpochReport::default() };
        let (mut losses, mut right, mut step) = (0.0, 0.0, at.batch as usize);
        for batch in loader.resume(at.epoch, at.batch) {
            let batch = batch?;
            self.learn(&batch)?;
            let StepReport { loss, accuracy, images, rate } = self.last;
            losses += f64::from(loss) * images as f64;
            right += accuracy * images as f64;
            report.images += images;
            report.steps += 1;
            step += 1;
            let epoch = at.epoch;
            let progress = Progress { epoch, step, steps, loss, rate, images, accuracy };
            for callback in callbacks.iter_mut() {
                if let ControlFlow::Break(reason) = callback.on_step(self, &progress)? {
                    return Ok(ControlFlow::Break(reason));
                }
            }
        }
        self.epochs += 1;
        report.loss = losses / report.images as f64;
        report.accuracy = right / report.images as f64;
        Ok(ControlFlow::Continue(report))
    }

    /// What comes after an epoch; why the run ends, if a callback says so.
    fn end_epoch(
        &mut self,
        mut report: EpochReport,
        callbacks: &mut [&mut dyn Callback<Self>],
        fitted: &mut Fitted,
    ) -> Result<Option<String>, Error> {
        for callback in callbacks.iter_mut() {
            let metric = callback.measure(self, &report)?;
            report.metric = report.metric.or(metric);
        }
        self.observe(report.metric.unwrap_or(report.loss));
        fitted.epochs.push(report);
        let mut ended = None;
        for callback in callbacks.iter_mut() {
            if let ControlFlow::Break(reason) = callback.on_epoch(self, &report)? {
                ended = ended.or(Some(reason));
            }
        }
        Ok(ended)
    }
}
