//! Trying out learning rates.

use super::Trainer;
use crate::data::{Batch, Dataset, Loader, Target};
use crate::error::{Error, Origin};
use crate::network::Network;
use crate::random::Streams;
use crate::train::Optimizer;
use crate::train::average::{Averaged, Slow};
use crate::train::feed::TargetsOf;
use crate::train::finder::{RateCurve, RateFinder, Sweep};
use crate::train::objective::Objective;
use crate::train::schedule::Schedule;

/// A trainer as it was.
struct Before {
    params: crate::params::Params,
    kept: Vec<Vec<f32>>,
    steps: Vec<i64>,
    streams: Streams,
    schedule: Box<dyn Schedule>,
    average: Option<Averaged>,
    lookahead: Option<Slow>,
}

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Tries out learning rates, from a small one to one that is too large, a step at each, and gives the loss at
    /// each of them. The batches are those of the loader's epochs from the first on, as many as are needed. The
    /// trainer and its network are then as they were before, and so are all random numbers to come.
    ///
    /// ```
    /// use cnn::data::{Images, Loader};
    /// use cnn::ndarray::Array4;
    /// use cnn::train::{RateFinder, Sgd, Trainer};
    ///
    /// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
    ///
    /// let images = Array4::from_shape_fn((100, 1, 8, 8), |(n, _, i, j)| (n * i * j % 7) as f32 / 7.0);
    /// let loader = Loader::new(Images::new(images, (0..100).map(|n| n % 7).collect(), 10)?).shuffle(1);
    /// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1).momentum(0.9));
    /// let curve = trainer.find_rate(&loader, &RateFinder::new(1e-5, 10.0).steps(50))?;
    /// if let Some(rate) = curve.suggestion() {
    ///     println!("a good rate may be {rate:.1e}; see the picture");
    ///     *trainer.optimizer_mut() = Sgd::new(rate).momentum(0.9);
    /// }
    /// curve.save_svg(std::env::temp_dir().join("rates.svg"))?;
    /// # Ok::<(), cnn::Error>(())
    /// ```
    ///
    /// Of optimizers whose rate is 0, none can be found. Where groups have rates of their own, the found one is
    /// that of the trainer's optimizer, and theirs have been in proportion.
    ///
    /// # Errors
    /// As [`Trainer::step`], the loader's, or a number of the finder is none that it can work with. A loss that is
    /// not finite ends the search without an error.
    pub fn find_rate<D: Dataset>(
        &mut self,
        loader: &Loader<D>,
        finder: &RateFinder,
    ) -> Result<RateCurve, Error>
    where
        <D::Target as Target>::Many: TargetsOf<L>,
    {
        let base = self.stepper.optimizer().rate();
        finder.check(base)?;
        self.prepare()?;
        let sweep = finder.sweep(base, self.steps());
        let before = Before {
            params: self.network.params().try_clone()?,
            kept: self.stepper.kept().into_iter().map(<[f32]>::to_vec).collect(),
            steps: self.stepper.all_steps(),
            streams: self.backprop.streams(),
            schedule: std::mem::replace(&mut self.schedule, Box::new(sweep.clone())),
            average: self.average.take(),
            lookahead: self.lookahead.take(),
        };
        let mut curve = RateCurve::default();
        let result = self.sweep(loader, finder, &sweep, &mut curve);
        let Before { params, kept, steps, streams, schedule, average, lookahead } = before;
        *self.network.params_mut() = params;
        self.stepper.restore(&kept, &steps);
        self.backprop.set_streams(streams);
        (self.schedule, self.average, self.lookahead) = (schedule, average, lookahead);
        result?;
        Ok(curve)
    }

    fn sweep<D: Dataset>(
        &mut self,
        loader: &Loader<D>,
        finder: &RateFinder,
        sweep: &Sweep,
        curve: &mut RateCurve,
    ) -> Result<(), Error>
    where
        <D::Target as Target>::Many: TargetsOf<L>,
    {
        if loader.steps() == 0 {
            return Err(Error::EmptyDataset { origin: Origin::Memory("data set") });
        }
        for batch in (0..).flat_map(|epoch| loader.epoch(epoch)).take(finder.wanted()) {
            let batch: Batch<_> = batch?;
            let rate = sweep.rate_of(self.steps());
            match self.learn(&batch) {
                Ok(loss) if curve.take(finder, rate, loss) => {}
                // The rate is too large by far.
                Ok(_) | Err(Error::Loss { .. }) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
