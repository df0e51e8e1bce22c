//! Ending and going on.

use super::Trainer;
use super::shared::give_numbers;
use crate::error::Error;
use crate::network::Network;
use crate::random::Streams;
use crate::train::Optimizer;
use crate::train::average::Slow;
use crate::train::checkpoint::{self, Counts, Loaded, Position, Resumable, State};
use crate::train::objective::Objective;
use crate::train::parallel::{Lane, broadcast};
use std::path::Path;

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Writes the run to a file, whole or not at all: weights, what the optimizer keeps, averages, what the
    /// schedule has learned, the state of all random numbers, and where it stands in its data. Of several
    /// processes, the first one writes, and all hear whether it could.
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
        if self.rank() == 0 {
            let saved = checkpoint::save(&self.state(), &counts, path.as_ref());
            self.as_the_first(saved)
        } else {
            self.as_the_first(Ok(()))
        }
    }

    /// Goes on from a file that [`Trainer::checkpoint`] wrote, and says where in the data. The trainer is set up
    /// as that one was; what comes then is the same, bit for bit, as if the run had never ended. Of several
    /// processes, the first one reads; they may be others than those that wrote it, or more or fewer.
    ///
    /// # Errors
    /// The file can't be read, is no checkpoint, or is of another network or of a run that was set up otherwise;
    /// the trainer is as before.
    pub fn resume(&mut self, path: impl AsRef<Path>) -> Result<Position, Error> {
        self.go_on(Some(path.as_ref()))
    }

    fn go_on(&mut self, path: Option<&Path>) -> Result<Position, Error> {
        self.make_room()?;
        let read = match path {
            Some(path) if self.rank() == 0 => self.read(path),
            _ => Ok(Position::default()),
        };
        let at = *read.as_ref().unwrap_or(&Position::default());
        self.as_the_first(read.map(|_| ()))?;
        self.give_state(at)
    }

    fn read(&mut self, path: &Path) -> Result<Position, Error> {
        let steps = self.stepper.all_steps().len();
        let loaded = checkpoint::load(&self.state(), steps, path)?;
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

    /// Gives all processes the state of the first one, and where it stands.
    fn give_state(&mut self, at: Position) -> Result<Position, Error> {
        let Some(comm) = self.communicator()? else { return Ok(at) };
        let streams = self.backprop.streams();
        let averaged = self.average.as_ref().map_or(0, |average| average.count);
        let mut numbers = vec![at.epoch, at.batch, self.epochs, self.seed, streams.step, averaged];
        let own = numbers.len();
        let steps = self.stepper.all_steps();
        numbers.extend(steps.iter().map(|&n| n as u64));
        numbers.extend(self.network.params().counters().iter().map(|&n| n as u64));
        let learned = self.schedule.state();
        numbers.extend(learned.iter().map(|x| x.to_bits()));
        let observed = self.early.as_ref().map_or(Vec::new(), |early| early.state());
        numbers.extend(observed.iter().map(|x| x.to_bits()));
        give_numbers(&*comm, &mut numbers)?;

        let ranks = comm.ranks();
        let give = |floats: &mut [f32]| broadcast(&*comm, Lane::Now, ranks, floats);
        let params = self.network.params_mut();
        give(params.trainable_mut())?;
        give(params.buffers_mut())?;
        self.stepper.kept_mut().try_for_each(give)?;
        if let Some(average) = self.average.as_mut().and_then(|average| average.params.as_mut()) {
            give(average.trainable_mut())?;
            give(average.buffers_mut())?;
        }
        if let Some(best) = self.early.as_mut().and_then(|early| early.params.as_mut()) {
            give(best.trainable_mut())?;
            give(best.buffers_mut())?;
        }
        if let Some(Slow { weights: Some(weights), .. }) = &mut self.lookahead {
            weights.iter_mut().try_for_each(|floats| give(&mut floats[..]))?;
        }

        let (counts, rest) = numbers.split_at(own);
        let (to_steps, rest) = rest.split_at(steps.len());
        let counters = self.network.params_mut().counters_mut();
        let (to_counters, bits) = rest.split_at(counters.len());
        counters.iter_mut().zip(to_counters).for_each(|(to, &n)| *to = n as i64);
        let steps: Vec<i64> = to_steps.iter().map(|&n| n as i64).collect();
        self.stepper.restore(&[], &steps);
        let numbers: Vec<f64> = bits.iter().map(|&bits| f64::from_bits(bits)).collect();
        let (learned, observed) = numbers.split_at(learned.len());
        self.schedule.restore(learned);
        if let Some(early) = &mut self.early {
            early.restore(observed);
        }
        (self.epochs, self.seed) = (counts[2], counts[3]);
        self.backprop.set_streams(Streams { seed: counts[3], step: counts[4] });
        if let Some(average) = &mut self.average {
            average.count = counts[5];
        }
        Ok(Position::new(counts[0], counts[1]))
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

    fn writes(&self) -> bool {
        self.rank() == 0
    }

    fn resume_from(&mut self, path: Option<&Path>) -> Result<Position, Error> {
        self.go_on(path)
    }

    fn decide(&self, own: bool) -> Result<bool, Error> {
        let mut decision = [u64::from(own)];
        if let Some(comm) = self.communicator()? {
            give_numbers(&*comm, &mut decision)?;
        }
        Ok(decision == [1])
    }
}
