//! The training loop.

mod callback;
mod find;
mod fit;
mod frozen;
mod resume;
mod shared;
mod step;
mod validate;

use crate::arena::{Buffer, zeros};
use crate::error::Error;
use crate::network::Network;
use crate::tensor::Outputs;
use crate::train::average::{Average, Averaged, Lookahead, Slow};
use crate::train::early::{Early, EarlyStopping};
use crate::train::loss::CrossEntropy;
use crate::train::objective::Objective;
use crate::train::schedule::{Constant, Schedule};
use crate::train::stepper::{Clip, Stepper};
use crate::train::{Backprop, Group, Optimizer};
use frozen::{Before, Still};
use shared::Shared;
use std::fmt;

pub use callback::{Callback, Validation};
pub use fit::Fitted;

/// A network, an optimizer and a loss at work.
///
/// ```
/// use cnn::data::Images;
/// use cnn::ndarray::Array4;
/// use cnn::train::{Adam, CrossEntropy, OneCycle, Trainer};
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let data = Images::new(Array4::zeros((100, 1, 8, 8)), vec![3; 100], 10)?;
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
    stepper: Stepper<O>,
    loss: L,
    schedule: Box<dyn Schedule>,
    seed: u64,
    epochs: u64,
    clip: Option<Clip>,
    micro_batch: usize,
    average: Option<Averaged>,
    lookahead: Option<Slow>,
    early: Option<Early>,
    backprop: Backprop<N>,
    wishes: Wishes,
    /// For as many images as the largest batch so far.
    d_output: N::TrainOutput,
    capacity: usize,
    /// The sum of the gradients of a batch that is computed in parts.
    sum: Buffer,
    /// Running statistics and counters that stay as they are.
    still: Still,
    last: StepReport,
    /// Images of the step at hand that were right.
    right: Option<usize>,
    /// With whom each batch is shared.
    shared: Option<Shared>,
    /// Those of all layers before a batch that is computed in parts.
    before: Before,
}

/// What can fail and is done before the first step.
#[derive(Debug, Default)]
struct Wishes {
    threads: Option<usize>,
    labels: Option<Vec<String>>,
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
    /// Images of the step's batch.
    pub images: usize,
    /// Part of them that were right, as in [`StepReport::accuracy`].
    pub accuracy: f64,
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct StepReport {
    /// Mean loss of the batch before the step.
    pub loss: f32,
    /// Part of its images, 0 to 1, whose largest output was their class's; of the first output, where the network
    /// has several. NaN where the loss knows no classes ([`Loss::right`](crate::train::Loss::right)).
    pub accuracy: f64,
    /// Images of the batch.
    pub images: usize,
    /// Learning rate of the step.
    pub rate: f32,
}

impl From<Progress> for StepReport {
    fn from(progress: Progress) -> Self {
        let Progress { loss, accuracy, images, rate, .. } = progress;
        Self { loss, accuracy, images, rate }
    }
}

/// What an epoch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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
    /// where the loss knows no classes ([`Loss::right`](crate::train::Loss::right)).
    pub accuracy: f64,
    /// What [`Trainer::fit`] judged the run by after the epoch, if a callback said so, such as the accuracy of
    /// other images.
    pub metric: Option<f64>,
}

impl<N: Network, O: Optimizer> Trainer<N, O> {
    /// Trains `network` with `optimizer` on the [`CrossEntropy`] loss at a constant rate with seed
    /// 0, on the surrounding rayon pool or else the global one.
    ///
    /// Numbers and names that this and the other functions are given are checked before the first step.
    pub fn new(network: N, optimizer: O) -> Self {
        Self {
            network,
            stepper: Stepper::unsettled(N::NAME, optimizer),
            loss: CrossEntropy,
            schedule: Box::new(Constant),
            seed: 0,
            epochs: 0,
            clip: None,
            micro_batch: usize::MAX,
            average: None,
            lookahead: None,
            early: None,
            backprop: Backprop::new(),
            wishes: Wishes::default(),
            d_output: N::TrainOutput::zeros(N::TRAIN_OUTPUTS, 0),
            capacity: 0,
            sum: zeros(0),
            still: Still::default(),
            last: StepReport { loss: f32::NAN, accuracy: f64::NAN, images: 0, rate: 0.0 },
            right: None,
            shared: None,
            before: Before::default(),
        }
    }
}

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
    /// Trains on that loss instead, or, where the network has several outputs, on one for each of
    /// them; see [`Objective`].
    pub fn loss<M: Objective>(self, loss: M) -> Trainer<N, O, M> {
        Trainer {
            network: self.network,
            stepper: self.stepper,
            loss,
            schedule: self.schedule,
            seed: self.seed,
            epochs: self.epochs,
            clip: self.clip,
            micro_batch: self.micro_batch,
            average: self.average,
            lookahead: self.lookahead,
            early: self.early,
            backprop: self.backprop,
            wishes: self.wishes,
            d_output: self.d_output,
            capacity: self.capacity,
            sum: self.sum,
            still: self.still,
            last: self.last,
            right: self.right,
            shared: self.shared,
            before: self.before,
        }
    }

    /// Changes the learning rate from step to step.
    pub fn schedule(mut self, schedule: impl Schedule + 'static) -> Self {
        self.schedule = Box::new(schedule);
        self
    }

    /// Trains some parameters otherwise than the rest; see [`Group`]. Where several groups have a parameter,
    /// the last one decides.
    pub fn group(mut self, group: Group) -> Self {
        self.stepper.add(group);
        self
    }

    /// Other groups from the next step on, in place of all before: to thaw what was frozen, say.
    pub fn set_groups(&mut self, groups: impl Into<Vec<Group>>) {
        self.stepper.replace(groups.into());
    }

    /// Makes the gradients of a step shorter, all together, where they are longer than `most` as one vector: a
    /// finite number above 0. As PyTorch's `clip_grad_norm_`.
    pub fn clip_norm(mut self, most: f32) -> Self {
        self.clip = Some(Clip::Norm(most));
        self
    }

    /// Brings each number of the gradients into ±`most`, a finite number above 0. As PyTorch's
    /// `clip_grad_value_`.
    pub fn clip_value(mut self, most: f32) -> Self {
        self.clip = Some(Clip::Value(most));
        self
    }

    /// Computes a batch in parts of at most `images` images, 0 counting as 1, and makes one step with the
    /// gradients of all: for batches that take too much memory at once. But for rounding, that changes nothing,
    /// except that a batch norm sees each part by itself, as in PyTorch.
    pub fn micro_batch(mut self, images: usize) -> Self {
        self.micro_batch = images.max(1);
        self
    }

    /// Also keeps a mean of the weights of all steps: [`Trainer::averaged`].
    pub fn average(mut self, average: Average) -> Self {
        self.average = Some(Averaged::new(average));
        self
    }

    /// Goes back to slow weights from time to time.
    pub fn lookahead(mut self, lookahead: Lookahead) -> Self {
        self.lookahead = Some(Slow::new(lookahead));
        self
    }

    /// Keeps the weights at the best of what the trainer observes ([`Trainer::observe`]), and says when nothing has
    /// got better for long: [`Trainer::should_stop`].
    ///
    /// ```
    /// use cnn::data::Images;
    /// use cnn::ndarray::Array4;
    /// use cnn::train::{EarlyStopping, Sgd, Trainer};
    ///
    /// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
    ///
    /// let data = Images::new(Array4::zeros((100, 1, 8, 8)), vec![3; 100], 10)?;
    /// let (train, test) = data.split(80, 1)?;
    /// let mut trainer = Trainer::new(Net::new(1), Sgd::new(0.1))
    ///     .stop_early(EarlyStopping::new(3).larger_is_better());
    /// while !trainer.should_stop() {
    ///     trainer.epoch(&train, 16, |_| {})?;
    ///     let accuracy = trainer.evaluate(&test)?;
    ///     trainer.observe(accuracy);
    /// }
    /// trainer.restore_best();
    /// # Ok::<(), cnn::Error>(())
    /// ```
    pub fn stop_early(mut self, rule: EarlyStopping) -> Self {
        self.early = Some(Early::new(rule));
        self
    }

    /// The seed of the order of each epoch and of dropout.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self.backprop = self.backprop.seed(seed);
        self
    }

    /// Works on `n` threads of its own; 0 means as many as the machine has, 1 the calling thread.
    /// The results do not depend on it. If they cannot be started, the first step says so.
    pub fn threads(mut self, n: usize) -> Self {
        self.wishes.threads = Some(n);
        self
    }

    /// [`Trainer::gradients`] also records the values and gradients of these labels, or says that there is no
    /// such label.
    pub fn record(mut self, labels: &[&str]) -> Self {
        self.wishes.labels = Some(labels.iter().map(|&label| label.to_owned()).collect());
        self
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

    /// The network and the optimizer at work on it, with all that it keeps.
    pub fn into_parts(self) -> (N, Stepper<O>) {
        (self.network, self.stepper)
    }

    /// A network with the mean of the weights that [`Trainer::average`] asked for.
    ///
    /// # Errors
    /// It was not asked for, no step was made, or there is no memory for the network.
    pub fn averaged(&self) -> Result<N, Error> {
        let how = "`Trainer::average` before a step asks for it";
        let average = self.average.as_ref().and_then(|average| average.params.as_ref());
        let params = average.ok_or(Error::NotComputed { what: "mean of the weights", how })?;
        Ok(N::from_params(params.try_clone()?))
    }

    /// The optimizer at work.
    pub fn stepper(&self) -> &Stepper<O> {
        &self.stepper
    }

    /// The optimizer, to change its numbers between steps.
    pub fn optimizer_mut(&mut self) -> &mut O {
        self.stepper.optimizer_mut()
    }

    /// Tells the trainer how well training goes, such as the loss or the accuracy of other images after an
    /// epoch; [`Plateau`](crate::train::Plateau) listens, and so does [`EarlyStopping`].
    pub fn observe(&mut self, metric: f64) {
        self.schedule.observe(metric);
        if let Some(early) = &mut self.early {
            early.observe(metric, self.network.params());
        }
    }

    /// Whether nothing has got better for as long as [`Trainer::stop_early`] waits.
    pub fn should_stop(&self) -> bool {
        self.stop_reason().is_some()
    }

    fn stop_reason(&self) -> Option<String> {
        self.early.as_ref().and_then(Early::reason)
    }

    /// Gives the network the weights of the best observation, if [`Trainer::stop_early`] was asked for and there
    /// was one. What the optimizer keeps stays as it is.
    pub fn restore_best(&mut self) {
        if let Some(best) = self.early.as_ref().and_then(Early::best) {
            self.network.params_mut().copy_from(best);
        }
    }

    /// Steps made.
    pub fn steps(&self) -> u64 {
        self.stepper.steps()
    }

    /// What the last step came to; before the first one, it has no images and a loss of NaN.
    pub fn last(&self) -> StepReport {
        self.last
    }

    /// Epochs made.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// The learning rate of the next step, but for what groups say.
    pub fn rate(&self) -> f32 {
        self.schedule.rate(self.stepper.optimizer().rate(), self.steps())
    }
}

impl<N: Network, O: Optimizer, L: fmt::Debug> fmt::Debug for Trainer<N, O, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("network", &N::NAME)
            .field("optimizer", &self.stepper.optimizer())
            .field("loss", &self.loss)
            .field("steps", &self.stepper.steps())
            .finish_non_exhaustive()
    }
}
