//! Ending and going on.

use super::Trainer;
use crate::error::Error;
use crate::network::Network;
use crate::random::Streams;
use crate::train::Optimizer;
use crate::train::average::Slow;
use crate::train::checkpoint::{self, Counts, Loaded, Position, Resumable, State};
use crate::train::objective::Objective;
use std::path::Path;

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Writes the run to a file, whole or not at all: weights, what the optimizer keeps, averages, what the
    /// schedule has learned, the state of all random numbers, and where it stands in its data.
    ///
    /// # Errors
    /// The file can't be written, or as the first [`Trainer::step`] of what was given to the trainer.
    pub fn checkpoint(&mut self, path: impl AsRef<Path>, at: Position) -> Result<(), Error> {
        self.make_room()?;
        let counts = Counts {
            position: at,
            steps: self.stepper.all_steps(),
            epochs: self.epochs,
            seed: self.seed,
            passes: self.backprop.streams().step,
            schedule: self.schedule.state(),
            averaged: self.average.as_ref().map_or(0, |average| average.count),
            observed: self.early.as_ref().map_or(Vec::new(), |early| early.state()),
        };
        checkpoint::save(&self.state(), &counts, path.as_ref())
    }

    /// Goes on from a file that [`Trainer::checkpoint`] wrote, and says where in the data. The trainer is set up
    /// as that one was; what comes then is the same, bit for bit, as if the run had never ended.
    ///
    /// # Errors
    /// The file can't be read, is no checkpoint, or is of another network or of a run that was set up otherwise;
    /// the trainer is as before.
    pub fn resume(&mut self, path: impl AsRef<Path>) -> Result<Position, Error> {
        self.make_room()?;
        let steps = self.stepper.all_steps().len();
        let loaded = checkpoint::load(&self.state(), steps, path.as_ref())?;
        let Loaded { counts, params, kept, average, slow, best } = loaded;
        *self.network.params_mut() = params;
        self.stepper.restore(&kept, &counts.steps);
        if let Some(own) = &mut self.average {
            (own.params, own.count) = (average, counts.averaged);
        }
        if let (Some(Slow { weights: Some(weights), .. }), Some(slow)) = (&mut self.lookahead, slow)
        {
            weights.iter_mut().zip(slow).for_each(|(to, from)| to.copy_from_slice(&from));
        }
        if let Some(early) = &mut self.early {
            early.params = best;
            early.restore(&counts.observed);
        }
        self.schedule.restore(&counts.schedule);
        (self.epochs, self.seed) = (counts.epochs, counts.seed);
        self.backprop.set_streams(Streams { seed: counts.seed, step: counts.passes });
        Ok(counts.position)
    }

    /// Everything that a checkpoint holds is there, though no step was made.
    fn make_room(&mut self) -> Result<(), Error> {
        self.prepare()?;
        if let Some(slow) = &mut self.lookahead {
            slow.start(self.network.params())?;
        }
        if let Some(average) = &mut self.average {
            average.start(self.network.params())?;
        }
        Ok(())
    }

    fn state(&self) -> State<'_> {
        let slow = self.lookahead.as_ref().and_then(|slow| slow.weights.as_ref());
        State {
            params: self.network.params(),
            kept: self.stepper.kept(),
            average: self.average.as_ref().and_then(|average| average.params.as_ref()),
            slow: slow.map(|weights| weights.each_ref().map(|floats| &floats[..])),
            best: self.early.as_ref().and_then(|early| early.params.as_ref()),
        }
    }
}

impl<N: Network, O: Optimizer, L: Objective> Resumable for Trainer<N, O, L> {
    fn steps(&self) -> u64 {
        Self::steps(self)
    }

    fn checkpoint(&mut self, path: &Path, at: Position) -> Result<(), Error> {
        Self::checkpoint(self, path, at)
    }

    fn resume(&mut self, path: &Path) -> Result<Position, Error> {
        Self::resume(self, path)
    }
}
