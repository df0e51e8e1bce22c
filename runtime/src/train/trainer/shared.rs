//! Batches of which several processes compute a part each.

use super::Trainer;
use crate::error::{Error, NotFinite};
use crate::exec::Exec;
use crate::network::Network;
use crate::random::Streams;
use crate::reduce::MOST_LEAVES;
use crate::tensor::{self, Part};
use crate::train::Optimizer;
use crate::train::backprop::PartOf;
use crate::train::objective::Objective;
use crate::train::parallel::{
    Communicator, DataParallel, Lane, Shares, Sums, broadcast, broadcast_bytes, over_ranks,
};
use crate::train::rows::Window;
use std::ops::Range;
use std::sync::Arc;

/// With whom batches are shared.
#[derive(Debug)]
pub(super) struct Shared {
    /// None once this process could not go on with the others.
    with: Option<DataParallel>,
    rank: usize,
    /// Whether all have the same weights.
    started: bool,
}

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Trains together with other processes, each of which has a trainer that is set up the same. The first one's
    /// weights and seed count. All are given the same batches, or with [`Trainer::learn`] what a
    /// [`Loader`](crate::data::Loader) leaves of them; each computes a part, and all come to the same weights.
    /// Works on as many threads of its own as the machine has, unless [`Trainer::threads`] says otherwise.
    ///
    /// Batch norms see the whole batch. The first process writes checkpoints, and reads them for all. What
    /// [`Trainer::gradients`] gives of inputs and labels is of the images at hand.
    pub fn data_parallel(mut self, with: DataParallel) -> Self {
        self.backprop.set_sums(Some(Sums::new(with.communicator().clone())));
        let rank = with.communicator().rank();
        self.shared = Some(Shared { with: Some(with), rank, started: false });
        self.wishes.threads.get_or_insert(0);
        self
    }

    /// Which of the processes that train together this is, from 0 on; 0 where it is alone. The first one is to say
    /// how it goes.
    pub fn rank(&self) -> usize {
        self.shared.as_ref().map_or(0, |shared| shared.rank)
    }

    /// Which images of a batch of `images` this process computes: all, where it is alone.
    pub fn share(&self, images: usize) -> Range<usize> {
        match &self.shared {
            Some(Shared { with: Some(with), rank, .. }) => {
                with.shares(images, N::TRAINING.interleaved).images_of(*rank)
            }
            _ => 0..images,
        }
    }

    /// [`Trainer::share`] for a [`Loader`](crate::data::Loader::part), which then reads what this process computes.
    pub fn part(&self) -> impl Fn(usize) -> Range<usize> + Send + Sync + 'static + use<N, O, L> {
        let with = self.shared.as_ref().and_then(|shared| shared.with.clone());
        move |images| match &with {
            Some(with) => {
                with.shares(images, N::TRAINING.interleaved).images_of(with.communicator().rank())
            }
            None => 0..images,
        }
    }

    /// The processes, if there are others and this one is still with them.
    pub(super) fn communicator(&self) -> Result<Option<Arc<dyn Communicator>>, Error> {
        match &self.shared {
            None => Ok(None),
            Some(Shared { with: Some(with), .. }) => Ok(Some(with.communicator().clone())),
            Some(Shared { with: None, rank, .. }) => {
                let message = "found an error in a step before, after which it left the others, \
                               expected none"
                    .to_owned();
                Err(Error::Communication { rank: *rank, message })
            }
        }
    }

    /// After this, the others see that this process is gone.
    pub(super) fn leave(&mut self) {
        self.backprop.set_sums(None);
        if let Some(shared) = &mut self.shared {
            shared.with = None;
        }
    }

    /// Gives all processes the weights, running statistics and random numbers of the first one.
    pub(super) fn start_together(&mut self) -> Result<(), Error> {
        let Some(comm) = self.communicator()? else { return Ok(()) };
        if self.shared.as_ref().is_some_and(|shared| shared.started) {
            return Ok(());
        }
        self.agree(&*comm)?;
        let streams = self.backprop.streams();
        let params = self.network.params_mut();
        let counters = params.counters().iter().map(|&n| n as u64);
        let mut numbers: Vec<u64> = [self.seed, self.epochs, streams.seed, streams.step]
            .into_iter()
            .chain(counters)
            .collect();
        give_numbers(&*comm, &mut numbers)?;
        let ranks = comm.ranks();
        broadcast(&*comm, Lane::Now, ranks, params.trainable_mut())?;
        broadcast(&*comm, Lane::Now, ranks, params.buffers_mut())?;
        let counters = params.counters_mut().iter_mut();
        counters.zip(&numbers[4..]).for_each(|(to, &from)| *to = from as i64);
        (self.seed, self.epochs) = (numbers[0], numbers[1]);
        self.backprop.set_streams(Streams { seed: numbers[2], step: numbers[3] });
        if let Some(shared) = &mut self.shared {
            shared.started = true;
        }
        Ok(())
    }

    /// What came of something that the first process does for all.
    pub(super) fn as_the_first(&self, own: Result<(), Error>) -> Result<(), Error> {
        let Some(comm) = self.communicator()? else { return own };
        let mut text =
            own.as_ref().err().map_or(Vec::new(), |error| error.to_string().into_bytes());
        broadcast_bytes(&*comm, &mut text)?;
        own?;
        if text.is_empty() {
            return Ok(());
        }
        let message = format!("process 0: {}", String::from_utf8_lossy(&text));
        Err(Error::Communication { rank: self.rank(), message })
    }

    /// Whether all trainers are set up the same, as far as the parts of a batch depend on it.
    fn agree(&self, comm: &dyn Communicator) -> Result<(), Error> {
        let Some(Shared { with: Some(with), rank, .. }) = &self.shared else { return Ok(()) };
        let own = format!(
            "`{}` of {} parameters, {}, micro-batches of {}",
            N::NAME,
            self.network.params().trainable().len(),
            with,
            self.micro_batch
        );
        let mut first = own.clone().into_bytes();
        broadcast_bytes(comm, &mut first)?;
        let first = String::from_utf8_lossy(&first);
        if first == own {
            return Ok(());
        }
        let message =
            format!("found a trainer of {own}, expected one of {first}, as process 0 has");
        Err(Error::Communication { rank: *rank, message })
    }

    /// The number of images of a batch of which a loader gave the part `part`.
    pub(super) fn images_of(&self, batch: usize, part: &Part<'_>) -> Result<usize, Error> {
        let (found, expected) = (part.images(), self.share(batch).len());
        match &self.shared {
            Some(shared) if found != batch && (found != expected || self.micro_batch < batch) => {
                let of = if self.micro_batch < batch { batch } else { expected };
                let message = format!("found {found} images of a batch of {batch}, expected {of}");
                Err(Error::Communication { rank: shared.rank, message })
            }
            Some(_) => Ok(batch),
            None => tensor::check(N::NAME, N::INPUTS, std::slice::from_ref(part)),
        }
    }

    /// Forward, loss, backward, of the part of `images` images that this process has. `parts` are all of them, or
    /// that part.
    pub(super) fn differentiate_here(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        images: usize,
        window: Window,
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        let Some(Shared { with: Some(with), rank, .. }) = &self.shared else {
            return self.communicator().and(Ok(f32::NAN));
        };
        let (interleaved, rank, comm) =
            (N::TRAINING.interleaved, *rank, with.communicator().clone());
        let shares = with.shares(images, interleaved);
        let own = shares.images_of(rank);
        let leaf = with.leaf(&shares, own.len(), interleaved);
        let exact = with.is_exact();
        check_leaves(&shares, exact, rank)?;
        let part = PartOf { batch: images, first: own.start, leaf };
        self.backprop.start(&shares, exact, part)?;

        let whole = parts.iter().all(|part| part.images() == images);
        let first = if whole { own.start } else { 0 };
        let local: Vec<Part<'_>> = parts.iter().map(|part| part.range(first, own.len())).collect();
        let mut finite = true;
        // Of the whole batch, once the others have been asked.
        let before = self.right.replace(0);
        let mut losses = vec![0.0; if exact { shares.leaves() } else { shares.active() }];
        if !own.is_empty() {
            let passed = self.backprop.forward_parts(exec, self.network.params(), &local);
            self.unless_gone(passed)?;
            let room = self.make_room_for(own.len());
            self.unless_gone(room)?;
            let piece = if exact { shares.leaf } else { own.len() };
            let at = if exact { own.start / piece } else { rank };
            for (i, start) in (0..own.len()).step_by(piece).enumerate() {
                let some = start..own.len().min(start + piece);
                let first = window.first + own.start + start;
                let window = Window { first, ..window };
                losses[at + i] = self.loss_here(exec, some, window, targets);
                finite &= losses[at + i].is_finite();
            }
        }
        // Each loss is one process's, so that their order adds nothing; whole numbers as small as the images of a
        // batch are added up exactly, and NaN says that what is right is not known.
        losses.push(self.right.map_or(f32::NAN, |right| right as f32));
        over_ranks(&*comm, Lane::Now, &mut losses)?;
        let right = losses.pop().filter(|right| !right.is_nan());
        self.right = before.zip(right).map(|(before, right)| before + right as usize);
        let loss = losses.iter().copied().map(f64::from).sum::<f64>() as f32;
        if !loss.is_finite() {
            let mut origin = NotFinite::Elsewhere;
            if !own.is_empty() {
                self.backprop.start(&shares, exact, part)?;
                let found = self.backprop.not_finite(exec, &self.network, &local);
                origin = self.unless_gone(found)?;
            }
            if finite && origin == NotFinite::Loss {
                origin = NotFinite::Elsewhere;
            }
            return Err(Error::Loss { step: self.steps(), loss, origin });
        }
        if !own.is_empty() {
            let passed =
                self.backprop.backward_outputs(exec, self.network.params(), &self.d_output);
            self.unless_gone(passed)?;
        }
        let shared_out = self.backprop.share_out(&self.network, shares.active());
        self.unless_gone(shared_out)?;
        Ok(loss)
    }

    /// What a pass came to; after an error that the others do not have, this process leaves them.
    fn unless_gone<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        let sums = self.backprop.sums().map_or(Ok(()), Sums::result);
        let result = result.and_then(|done| sums.map(|()| done));
        if result.is_err() {
            self.leave();
        }
        result
    }
}

/// Gives all processes the numbers of the first one.
pub(super) fn give_numbers(comm: &dyn Communicator, numbers: &mut [u64]) -> Result<(), Error> {
    let mut bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
    broadcast_bytes(comm, &mut bytes)?;
    let words = bytes.as_chunks::<8>().0;
    numbers.iter_mut().zip(words).for_each(|(to, &word)| *to = u64::from_le_bytes(word));
    Ok(())
}

/// Scratch is for so many leaves.
fn check_leaves(shares: &Shares, exact: bool, rank: usize) -> Result<(), Error> {
    let most = shares.leaves().div_ceil(shares.ranks);
    if exact && most > MOST_LEAVES {
        let (leaves, ranks) = (shares.leaves(), shares.ranks);
        let message = format!(
            "found a batch in {leaves} pieces on {ranks} processes, expected at most {MOST_LEAVES} pieces each: \
             `DataParallel::leaves` or more processes"
        );
        return Err(Error::Communication { rank, message });
    }
    Ok(())
}
