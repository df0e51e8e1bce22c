//! Steps and epochs.

use super::frozen::{Still, first_trained};
use super::{EpochReport, Progress, StepReport, Trainer};
use crate::arena::try_zeros;
use crate::data::{Batch, Images};
use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::Mode;
use crate::network::Network;
use crate::random::{Purpose, Stream};
use crate::recorder::Recorder;
use crate::tensor::{self, Inputs, MOST, Outputs, Part};
use crate::threads::Workers;
use crate::train::feed::TargetsOf;
use crate::train::logits::check_logits;
use crate::train::objective::Objective;
use crate::train::rows::{Rows, Window};
use crate::train::stepper::Clip;
use crate::train::{Gradients, Optimizer, evaluate};
use cnn_ir::Shape;
use std::ops::Range;

impl<N: Network, O: Optimizer, L: Objective> Trainer<N, O, L> {
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
        let workers = self.prepare()?;
        workers.run(|exec, _| self.step_parts(exec, parts, targets))
    }

    /// One training step on a batch of a [`Loader`](crate::data::Loader), of a network with one input.
    ///
    /// # Errors
    /// As [`Trainer::step`]; the network takes several inputs.
    pub fn learn<T: TargetsOf<L>>(&mut self, batch: &Batch<T>) -> Result<f32, Error> {
        let shape = one_input::<N>()?;
        let part = Part::of_images(batch.images.view(), shape);
        let (workers, targets) = (self.prepare()?, batch.targets.targets());
        let images = self.images_of(batch.len(), &part)?;
        workers.run(|exec, _| self.step_given(exec, &[part], images, targets))
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
        let workers = self.prepare()?;
        self.backprop.set_mode(mode);
        self.backprop.want_input_gradients(true);
        let loss = workers.run(|exec, _| {
            let images = tensor::check(N::NAME, N::INPUTS, parts)?;
            self.check(images, targets)?;
            self.differentiate(exec, parts, images, Window::whole(images), targets)
        });
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
        data: &Images,
        batch: usize,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<EpochReport, Error>
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        let workers = self.prepare()?;
        workers.run(|exec, _| self.epoch_on(exec, data, batch.max(1), &mut progress))
    }

    /// The part of a data set's images, 0 to 1, whose largest output is their label's, in
    /// evaluation mode.
    ///
    /// # Errors
    /// The network takes other images, has not exactly one input and one output, of one number for
    /// each class, or fewer of them than the data set has classes; there is no memory for a batch.
    pub fn evaluate(&self, data: &Images) -> Result<f64, Error> {
        evaluate::with(&self.network, data, self.workers()?)
    }

    fn epoch_on(
        &mut self,
        exec: &dyn Exec,
        data: &Images,
        batch: usize,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<EpochReport, Error>
    where
        L: for<'a> Objective<Targets<'a> = &'a [usize]>,
    {
        let shape = one_input::<N>()?;
        let mut order: Vec<usize> = (0..data.len()).collect();
        Stream::new(Purpose::Shuffle, self.seed, 1, 0, self.epochs).shuffle(&mut order);
        let left_out = too_few(self.backprop.batch_norm(), data.len(), batch);
        order.truncate(data.len() - left_out);
        let (images, steps, epoch) = (order.len(), order.len().div_ceil(batch), self.epochs);
        let (mut losses, mut right) = (0.0, 0.0);
        let mut gathered = data.room(N::NAME, batch)?;
        for (i, indices) in order.chunks(batch).enumerate() {
            let (images, labels) = gathered.fill(data, indices);
            self.step_parts(exec, &[Part::of_images(images, shape)], labels)?;
            let StepReport { loss, accuracy, images, rate } = self.last;
            losses += f64::from(loss) * images as f64;
            right += accuracy * images as f64;
            progress(Progress { epoch, step: i + 1, steps, loss, rate, images, accuracy });
        }
        self.epochs += 1;
        let (loss, accuracy) = (losses / images as f64, right / images as f64);
        Ok(EpochReport { epoch, steps, images, left_out, loss, accuracy, metric: None })
    }

    /// Who works when nothing is trained.
    pub(super) fn workers(&self) -> Result<Workers, Error> {
        match self.wishes.threads {
            Some(n) => Workers::new(n),
            None => Ok(self.backprop.workers()),
        }
    }

    /// Does what was asked for and can fail, and says who works.
    pub(super) fn prepare(&mut self) -> Result<Workers, Error> {
        if let Some(n) = self.wishes.threads {
            self.backprop.set_workers(Workers::new(n)?);
            self.wishes.threads = None;
        }
        if let Some(labels) = &self.wishes.labels {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            self.backprop.set_recorder(Recorder::new::<N>(&labels)?);
            self.wishes.labels = None;
        }
        self.start_together()?;
        self.average.as_ref().map_or(Ok(()), |average| average.rule.check())?;
        self.lookahead.as_ref().map_or(Ok(()), |slow| slow.rule.check())?;
        self.clip.map_or(Ok(()), Clip::check)?;
        if let Some(early) = &mut self.early {
            early.rule.check()?;
            early.start(self.network.params())?;
        }
        if self.stepper.settle::<N>()? {
            self.backprop.train_from(first_trained::<N, O>(&self.stepper));
            self.still = Still::of::<N, O>(&self.stepper);
            self.backprop.hold(self.still.held.clone());
        }
        Ok(self.backprop.workers())
    }

    /// Whether all else fits that number of images.
    fn check(&self, images: usize, targets: L::Targets<'_>) -> Result<(), Error> {
        self.schedule.check()?;
        let shapes = N::TRAIN_OUTPUTS;
        if shapes.len() != L::OUTPUTS {
            let (found, expected) = (shapes.len(), L::OUTPUTS);
            let what = "outputs in training";
            return Err(Error::Arity { network: N::NAME, what, found, expected });
        }
        for (index, &layer) in N::OUTPUT_LAYERS.iter().enumerate() {
            check_logits::<N>(index, layer, self.loss.takes(index))?;
        }
        self.loss.check(images, shapes, targets)
    }

    fn step_parts(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        let images = tensor::check(N::NAME, N::INPUTS, parts)?;
        self.step_given(exec, parts, images, targets)
    }

    /// A step on `images` images, of which those that this process needs may be all that is at hand.
    fn step_given(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        images: usize,
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        self.check(images, targets)?;
        self.stepper.set_rates(&*self.schedule)?;
        let rate = self.rate();
        if let Some(slow) = &mut self.lookahead {
            slow.start(self.network.params())?;
        }
        let whole = self.micro_batch >= images;
        self.right = Some(0);
        let loss = if whole {
            let window = Window::whole(images);
            let loss = self.differentiate(exec, parts, images, window, targets)?;
            self.commit();
            loss
        } else {
            self.in_parts(exec, parts, images, targets)?
        };
        let Self { network, stepper, backprop, clip, sum, .. } = self;
        let gradients = if whole { backprop.gradients_mut() } else { &mut sum[..] };
        if let Some(clip) = *clip {
            clip.apply(exec, stepper, gradients);
        }
        stepper.apply(exec, network.params_mut(), gradients);
        let steps = self.steps();
        if let Some(slow) = &mut self.lookahead {
            slow.follow(steps, self.network.params_mut());
        }
        if let Some(average) = &mut self.average {
            average.take(steps, self.network.params())?;
        }
        let accuracy = self.right.map_or(f64::NAN, |right| right as f64 / images as f64);
        self.last = StepReport { loss, accuracy, images, rate };
        Ok(loss)
    }

    /// The loss of a batch and the sum of its gradients, a part of the images after the other.
    fn in_parts(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        images: usize,
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        let len = self.network.params().trainable().len();
        if self.sum.len() != len {
            let memory = || Error::memory(N::NAME, "the gradients of a batch", 0, len);
            self.sum = try_zeros(len).ok_or_else(memory)?;
        }
        self.sum.fill(0.0);
        self.before.keep(self.network.params());
        let streams = self.backprop.streams();
        let mut loss = 0.0;
        for first in (0..images).step_by(self.micro_batch) {
            let some = self.micro_batch.min(images - first);
            let now: [Part<'_>; MOST] =
                std::array::from_fn(|i| parts[i.min(parts.len() - 1)].range(first, some));
            let now = &now[..parts.len()];
            match self.differentiate(exec, now, some, Window { first, images }, targets) {
                Ok(part) => loss += part,
                Err(error) => {
                    self.before.bring_back(self.network.params_mut());
                    self.backprop.set_streams(streams);
                    return Err(error);
                }
            }
            let gradients = self.backprop.gradients().trainable();
            self.sum.iter_mut().zip(gradients).for_each(|(sum, g)| *sum += g);
            self.commit();
        }
        Ok(loss)
    }

    /// Hands the network the running statistics of the last pass, but for those that are frozen.
    fn commit(&mut self) {
        self.still.keep(self.network.params());
        self.backprop.commit(&mut self.network);
        self.still.bring_back(self.network.params_mut());
    }

    /// Forward, loss, backward, of `images` images of a batch.
    fn differentiate(
        &mut self,
        exec: &dyn Exec,
        parts: &[Part<'_>],
        images: usize,
        window: Window,
        targets: L::Targets<'_>,
    ) -> Result<f32, Error> {
        if self.shared.is_some() {
            return self.differentiate_here(exec, parts, images, window, targets);
        }
        let images = self.backprop.forward_parts(exec, self.network.params(), parts)?;
        self.make_room_for(images)?;
        let loss = self.loss_here(exec, 0..images, window, targets);
        if !loss.is_finite() {
            let origin = self.backprop.not_finite(exec, &self.network, parts)?;
            return Err(Error::Loss { step: self.steps(), loss, origin });
        }
        self.backprop.backward_outputs(exec, self.network.params(), &self.d_output)?;
        Ok(loss)
    }

    /// Makes room for the gradients of that number of outputs.
    pub(super) fn make_room_for(&mut self, images: usize) -> Result<(), Error> {
        if self.capacity < images {
            let what = "the gradients of the outputs";
            self.d_output = tensor::outputs(N::NAME, what, N::TRAIN_OUTPUTS, images)?;
            self.capacity = images;
        }
        Ok(())
    }

    /// The loss of those outputs of the last forward pass, and its gradients: the images of the batch that
    /// `window` begins with.
    pub(super) fn loss_here(
        &mut self,
        exec: &dyn Exec,
        images: Range<usize>,
        window: Window,
        targets: L::Targets<'_>,
    ) -> f32 {
        let shapes = N::TRAIN_OUTPUTS;
        let mut lens = shapes.iter().map(|shape| shape.len());
        let mut gradients = self.d_output.slices().into_iter();
        let mut rows = self.backprop.outputs().map(|output| {
            let len = lens.next().unwrap_or(0);
            let d_output = gradients.next().unwrap_or_default();
            let elements = images.start * len..images.end * len;
            Rows { len, output: &output[elements.clone()], d_output: &mut d_output[elements] }
        });
        let rows = &mut rows[..shapes.len()];
        let right = rows.first().and_then(|first| self.loss.right(window, first, targets));
        self.right = self.right.zip(right).map(|(before, right)| before + right);
        self.loss.mean(exec, window, rows, targets)
    }
}

/// Images of the last batch of an epoch, if they are too few to train a batch norm on, but not all
/// that there are.
fn too_few(norm: Option<(&str, usize)>, images: usize, batch: usize) -> usize {
    match (images % batch, norm) {
        (left, Some((_, positions))) if left < images && left * positions < 2 => left,
        _ => 0,
    }
}

/// The shape of the one input.
fn one_input<N: Network>() -> Result<Shape, Error> {
    match N::INPUTS {
        &[shape] => Ok(shape),
        inputs => {
            let (what, found) = ("inputs", inputs.len());
            Err(Error::Arity { network: N::NAME, what, found, expected: 1 })
        }
    }
}
