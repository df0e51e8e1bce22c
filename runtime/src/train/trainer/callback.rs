//! What happens between the steps and the epochs of a run.

use super::{EpochReport, Progress, Trainer};
use crate::data::Images;
use crate::error::Error;
use crate::network::Network;
use crate::train::Optimizer;
use crate::train::checkpoint::{Checkpoints, Position, Resumable};
use crate::train::objective::Objective;
use std::ops::ControlFlow;

/// What [`Trainer::fit`] calls as a run `R` goes on: each function does nothing unless it is written. `Break` ends
/// the run, and says why.
///
/// ```
/// use cnn::data::{Images, Loader};
/// use cnn::ndarray::Array4;
/// use cnn::train::{Callback, Progress, Sgd, Trainer};
/// use std::ops::ControlFlow;
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// /// Ends a run that has cost enough.
/// struct Most(u64);
///
/// impl<R> Callback<R> for Most {
///     fn on_step(&mut self, _: &mut R, _: &Progress) -> Result<ControlFlow<String>, cnn::Error> {
///         self.0 -= 1;
///         let enough = self.0 == 0;
///         Ok(if enough { ControlFlow::Break("enough steps".into()) } else { ControlFlow::Continue(()) })
///     }
/// }
///
/// let loader = Loader::new(Images::new(Array4::zeros((100, 1, 8, 8)), vec![3; 100], 10)?).batch(10);
/// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1));
/// let fitted = trainer.fit(&loader, 10, &mut [&mut Most(15)])?;
/// assert_eq!((trainer.steps(), fitted.stopped.as_deref()), (15, Some("enough steps")));
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// A function that takes the run and the report of an epoch is a callback, too.
pub trait Callback<R> {
    /// After each step.
    ///
    /// # Errors
    /// They end the run.
    fn on_step(&mut self, run: &mut R, progress: &Progress) -> Result<ControlFlow<String>, Error> {
        let _ = (run, progress);
        Ok(ControlFlow::Continue(()))
    }

    /// After each epoch, before the run observes how good it is: what it is judged by. If several callbacks say,
    /// the first one counts; if none does, it is the mean loss of the epoch.
    ///
    /// # Errors
    /// They end the run.
    fn measure(&mut self, run: &mut R, report: &EpochReport) -> Result<Option<f64>, Error> {
        let _ = (run, report);
        Ok(None)
    }

    /// After each epoch, when its metric is known.
    ///
    /// # Errors
    /// They end the run.
    fn on_epoch(
        &mut self,
        run: &mut R,
        report: &EpochReport,
    ) -> Result<ControlFlow<String>, Error> {
        let _ = (run, report);
        Ok(ControlFlow::Continue(()))
    }
}

impl<R, F> Callback<R> for F
where
    F: FnMut(&mut R, &EpochReport) -> Result<ControlFlow<String>, Error>,
{
    fn on_epoch(
        &mut self,
        run: &mut R,
        report: &EpochReport,
    ) -> Result<ControlFlow<String>, Error> {
        self(run, report)
    }
}

/// Judges a run by its accuracy on other images, of which larger is better.
#[derive(Clone, Copy, Debug)]
pub struct Validation<'a> {
    data: &'a Images,
}

impl<'a> Validation<'a> {
    /// The part of these images that is told right.
    pub const fn new(data: &'a Images) -> Self {
        Self { data }
    }
}

impl<N: Network, O: Optimizer, L: Objective> Callback<Trainer<N, O, L>> for Validation<'_> {
    fn measure(
        &mut self,
        run: &mut Trainer<N, O, L>,
        _: &EpochReport,
    ) -> Result<Option<f64>, Error> {
        run.evaluate(self.data).map(Some)
    }
}

/// Saves a checkpoint after each epoch and, where [`Checkpoints::every`] says so, between; and the best one by the
/// run's metric.
impl<R: Resumable> Callback<R> for Checkpoints {
    fn on_step(&mut self, run: &mut R, progress: &Progress) -> Result<ControlFlow<String>, Error> {
        // After the last step of an epoch comes the checkpoint of the epoch.
        if progress.step < progress.steps && self.is_due(run.steps()) {
            self.save(run, Position::new(progress.epoch, progress.step as u64))?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on_epoch(
        &mut self,
        run: &mut R,
        report: &EpochReport,
    ) -> Result<ControlFlow<String>, Error> {
        let at = Position::new(report.epoch + 1, 0);
        self.save(run, at)?;
        if let Some(metric) = report.metric {
            self.best(run, at, metric)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}
