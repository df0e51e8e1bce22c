//! The training loop.

use crate::data::Dataset;
use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::Mode;
use crate::network::Network;
use crate::random::{Purpose, Stream};
use crate::tensor::{self, Inputs, Outputs, Part};
use crate::threads::Workers;
use crate::train::loss::CrossEntropy;
use crate::train::objective::{Objective, Rows};
use crate::train::schedule::{Constant, Schedule};
use crate::train::{Backprop, Gradients, Optimizer, argument, evaluate};
use std::fmt;

/// A network, an optimizer and a loss at work.
///
/// ```
/// use cnn::data::Dataset;
/// use cnn::ndarray::Array4;
/// use cnn::train::{Adam, CrossEntropy, OneCycle, Trainer};
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let data = Dataset::new(Array4::zeros((100, 1, 8, 8)), vec![3; 100], 10)?;
/// let (train, test) = data.split(80, 1)?;
/// let (epochs, batch) = (2, 16);
/// let mut trainer = Trainer::new(Net::new(1), Adam::new(0.003))
///     .loss(CrossEntropy)
///     .schedule(OneCycle::new(epochs * train.steps(batch)))
///     .seed(1);
/// for _ in 0..epochs {
///     let report = trainer.epoch(&train, batch, |p| println!("{}/{}: {}", p.step, p.steps, p.loss))?;
///     println!("{} {}", report.loss, trainer.evaluate(&test)?);
/// }
/// let bytes = trainer.into_network().to_bytes(); // or `.save("net.safetensors")?`
/// # assert!(!bytes.is_empty());
/// # Ok::<(), cnn::Error>(())
/// ```
///
/// Two runs with the same seed give the same parameters to the bit, whatever the number of
/// threads. After an error, the network and the optimizer are as they were before the step.
pub struct Trainer<N: Network, O, L = CrossEntropy> {
    network: N,
    optimizer: O,
    loss: L,
    schedule: Box<dyn Schedule>,
    seed: u64,
    steps: u64,
    epochs: u64,
    backprop: Backprop<N>,
    /// For as many images as the largest batch so far.
    d_output: N::TrainOutput,
    capacity: usize,
}

/// How far an epoch is, after each of its steps.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Epochs done before this one.
    pub epoch: u64,
    /// Steps of this epoch done.
    pub step: usize,
    /// Steps of this epoch.
    pub steps: usize,
    /// Mean loss of the step's batch.
    pub loss: f32,
    /// Learning rate of the step.
    pub rate: f32,
}

/// What an epoch came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EpochReport {
    /// Epochs done before this one.
    pub epoch: u64,
    /// Steps made.
    pub steps: usize,
    /// Images seen.
    pub images: usize,
    /// Images of a last batch that was left out, since a batch norm cannot be trained on so few.
    pub left_out: usize,
    /// Mean loss over the images, each at the time it was seen.
    pub loss: f64,
    /// Part of the images, 0 to 1, whose largest output was their label's when they were seen; NaN
    /// where the first output has several numbers for each class.
    pub accuracy: f64,
}

impl<N: Network, O: Optimizer> Trainer<N, O> {
    /// Trains `network` with `optimizer` on the [`CrossEntropy`] loss at a constant rate with seed
    /// 0, on the surrounding rayon pool or else the global one.
    pub fn new(network: N, optimizer: O) -> Self {
        Self {
            network,
            optimizer,
            loss: CrossEntropy,
            schedule: Box::new(Constant),
            seed: 0,
            steps: 0,
            epochs: 0,
            backprop: Backprop::new(),
            d_output: N::TrainOutput::zeros(N::TRAIN_OUTPUTS, 0),
            capacity: 0,
        }
    }
}

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Trains on that loss instead, or, where the network has several outputs, on one for each of
    /// them; see [`Objective`].
    pub fn loss<M: Objective>(self, loss: M) -> Trainer<N, O, M> {
        let Self { network, optimizer, loss: _, schedule, seed, steps, epochs, backprop, .. } =
            self;
        let (d_output, capacity) = (self.d_output, self.capacity);
        Trainer {
            network,
            optimizer,
            loss,
            schedule,
            seed,
            steps,
            epochs,
            backprop,
            d_output,
            capacity,
        }
    }

    /// Changes the learning rate from step to step.
    pub fn schedule(mut self, schedule: impl Schedule + 'static) -> Self {
        self.schedule = Box::new(schedule);
        self
    }

    /// The seed of the order of each epoch and of dropout.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self.backprop = self.backprop.seed(seed);
        self
    }

    /// Works on `n` threads of its own; 0 means as many as the machine has, 1 the calling thread.
    /// The results do not depend on it.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn threads(mut self, n: usize) -> Result<Self, Error> {
        self.backprop.set_workers(Workers::new(n)?);
        Ok(self)
    }

    /// [`Trainer::gradients`] also records the values and gradients of these labels.
    ///
    /// # Errors
    /// The network has no such label.
    pub fn record(mut self, labels: &[&str]) -> Result<Self, Error> {
        self.backprop = self.backprop.record(labels)?;
        Ok(self)
    }

    /// The network as it is now.
    pub fn network(&self) -> &N {
        &self.network
    }

    /// The network as it is now, to change it between steps.
    pub fn network_mut(&mut self) -> &mut N {
        &mut self.network
    }

    /// The trained network.
    pub fn into_network(self) -> N {
        self.network
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Epochs made.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// The learning rate of the next step.
    pub fn rate(&self) -> f32 {
        self.schedule.rate(self.optimizer.rate(), self.steps)
    }

    /// One training step on a batch; returns its mean loss before the step.
    ///
    /// # Errors
    /// The loss, the optimizer or the schedule was made with a number that it cannot work with; the
    /// loss is for another number of outputs than the network has in training; the inputs or targets
    /// do not fit it; a batch norm would see one value a channel; there is no memory for the
    /// images; the loss, or the learning rate that the schedule gives, is not finite.
    pub fn step(&mut self, x: N::Input<'_>, targets: L::Targets<'_>) -> Result<f32, Error> {
        let parts = tensor::parts(&x);
        let parts = &parts[..<N::Input<'_> as Inputs>::COUNT];
        let workers = self.backprop.workers();
        workers.run(|exec, _| self.step_parts(exec, parts, targets))
    }

    /// The mean loss of a batch and its gradients with respect to all parameters, the inputs and
    /// the recorded labels, in training mode. Changes nothing.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn gradients(
        &mut self,
        x: N::Input<'_>,
        targets: L::Targets<'_>,
    ) -> Result<(f32, Gradients), Error> {
        self.gradients_in(Mode::Training, x, targets)
    }

    /// As [`Trainer::gradients`], in the given mode.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn gradients_in(
        &mut self,
        mode: Mode,
        x: N::Input<'_>,
        targets: L::Targets<'_>,
    ) -> Result<(f32, Gradients), Error> {
        let parts = tensor::parts(&x);
        let parts = &parts[..<N::Input<'_> as Inputs>::COUNT];
        let workers = self.backprop.workers();
        self.backprop.set_mode(mode);
        self.backprop.want_input_gradients(true);
        let loss = workers.run(|exec, _| self.differentiate(exec, parts, targets));
        self.backprop.want_input_gradients(false);
        self.backprop.set_mode(Mode::Training);
        Ok((loss?, self.backprop.take_gradients()?))
    }

    /// One step on every batch of a data set in an order that depends on the seed and the number
    /// of epochs before. The last batch has the images that are left; it is left out where a batch
    /// norm would see one value a channel in it, that is, where it has one image and the batch norm
    /// one position. `progress` is called after each step.
    ///
    /// # Errors
    /// As [`Trainer::step`], at which the epoch ends; a network that does not take exactly one
    /// input.
    pub fn epoch(
        &mut self,
        data: &Dataset,
        batch: usize,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<EpochReport, Error>
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        let workers = self.backprop.workers();
        workers.run(|exec, _| self.epoch_on(exec, data, batch.max(1), &mut progress))
    }

    /// The part of a data set's images, 0 to 1, whose largest output is their label's, in
    /// evaluation mode.
    ///
    /// # Errors
    /// The network takes other images, has not exactly one input and one output, of one number for
    /// each class, or fewer of them than the data set has classes; there is no memory for a batch.
    pub fn evaluate(&self, data: &Dataset) -> Result<f64, Error> {
        evaluate::with(&self.network, data, self.backprop.workers())
    }

    fn epoch_on(
        &mut self,
        exec: &dyn Exec,
        data: &Dataset,
        batch: usize,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<EpochReport, Error>
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        let &[shape] = N::INPUTS else {
            return Err(Error::Arity {
                network: N::NAME,
                what: "inputs",
                found: N::INPUTS.len(),
                expected: 1,
            });
        };
        let mut order: Vec<usize> = (0..data.len()).collect();
        Stream::new(Purpose::Shuffle, self.seed, 1, 0, self.epochs).shuffle(&mut order);
        let left_out = too_few::<N>(data.len(), batch);
        order.truncate(data.len() - left_out);
        let (images, steps, epoch) = (order.len(), order.len().div_ceil(batch), self.epochs);
        let (mut losses, mut right) = (0.0, 0);
        let scores = evaluate::scores(N::OUTPUTS[0]);
        let mut gathered = data.room(N::NAME, batch)?;
        for (i, indices) in order.chunks(batch).enumerate() {
            let (images, labels) = gathered.fill(data, indices);
            let rate = self.rate();
            let loss = self.step_parts(exec, &[Part::of_images(images, shape)], labels)?;
            losses += f64::from(loss) * indices.len() as f64;
            if scores {
                let [outputs, ..] = self.backprop.outputs();
                right += evaluate::right(outputs, N::OUTPUTS[0].len(), labels);
            }
            progress(Progress { epoch, step: i + 1, steps, loss, rate });
        }
        self.epochs += 1;
        let loss = losses / images as f64;
        let accuracy = if scores { right as f64 / images as f64 } else { f64::NAN };
        Ok(EpochReport { epoch, steps, images, left_out, loss, accuracy })
    }

    fn step_parts(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        let rate = self.rate();
        let loss = self.differentiate(exec, parts, targets)?;
        if !argument::is_rate(rate) {
            return Err(Error::Rate { step: self.steps, rate });
        }
        self.backprop.commit(&mut self.network);
        let params = self.network.params_mut();
        let gradients = self.backprop.gradients().trainable();
        self.optimizer.step(rate, params.trainable_mut(), gradients);
        params.clear_gaps();
        self.steps += 1;
        Ok(loss)
    }

    /// Forward, loss, backward.
    fn differentiate(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        self.optimizer.check()?;
        self.schedule.check()?;
        let shapes = N::TRAIN_OUTPUTS;
        if shapes.len() != L::OUTPUTS {
            let (found, expected) = (shapes.len(), L::OUTPUTS);
            let what = "outputs in training";
            return Err(Error::Arity { network: N::NAME, what, found, expected });
        }
        let images = tensor::check(N::NAME, N::INPUTS, parts)?;
        self.loss.check(images, shapes, targets)?;
        self.backprop.forward_parts(exec, &self.network, parts)?;
        if self.capacity < images {
            let what = "the gradients of the outputs";
            self.d_output = tensor::outputs(N::NAME, what, shapes, images)?;
            self.capacity = images;
        }
        let gradients = self.d_output.slices();
        let rows = self.backprop.outputs().into_iter().zip(gradients).zip(shapes);
        let mut rows: Vec<Rows<'_>> = rows
            .map(|((output, d_output), shape)| {
                let elements = images * shape.len();
                let (output, d_output) = (&output[..elements], &mut d_output[..elements]);
                Rows { len: shape.len(), output, d_output }
            })
            .collect();
        let loss = self.loss.mean(exec, &mut rows, targets);
        if !loss.is_finite() {
            return Err(Error::Loss { step: self.steps, loss });
        }
        self.backprop.backward_outputs(exec, &self.network, &self.d_output)?;
        Ok(loss)
    }
}

/// Images of the last batch of an epoch, if they are too few to train a batch norm on, but not all
/// that there are.
fn too_few<N: Network>(images: usize, batch: usize) -> usize {
    match (images % batch, N::TRAINING.batch_norm) {
        (left, Some((_, positions))) if left < images && left * positions < 2 => left,
        _ => 0,
    }
}

impl<N: Network, O: fmt::Debug, L: fmt::Debug> fmt::Debug for Trainer<N, O, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("network", &N::NAME)
            .field("optimizer", &self.optimizer)
            .field("loss", &self.loss)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
