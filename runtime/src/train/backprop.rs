//! One pass forward and backward, for losses of one's own.

mod ends;
mod inside;
mod shared;

use crate::arena::{Buffer, try_zeros, zeros};
use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::{Mode, Pass, Signal};
use crate::network::Network;
use crate::observer::Observer;
use crate::pack;
use crate::params::Params;
use crate::pass::scratch_images;
use crate::program::{BackwardTensors, Search, TrainingTensors};
use crate::random::Streams;
use crate::recorder::Recorder;
use crate::reduce;
use crate::shard::{Across, Shard};
use crate::tensor::{self, Inputs, Outputs, Part};
use crate::threads::Workers;
use crate::train::Gradients;
use crate::train::parallel::Sums;
use cnn_ir::Shape;

/// The memory and state of a training pass: [`Backprop::forward`] gives the outputs, and once you
/// know the gradient of your loss with respect to them, [`Backprop::backward`] gives all others.
///
/// Both may be called in any rayon pool. Memory is reserved for the threads of the pool that makes the
/// first pass: a larger one cuts some of the work into as many pieces as those, until a larger batch
/// asks for more memory anyway. [`Backprop::threads`] fixes their number.
///
/// Neither changes the network. In training mode, [`Backprop::commit`] hands it the running
/// statistics that the forward pass updated.
///
/// ```
/// use cnn::ndarray::{Array2, Array4};
/// use cnn::train::Backprop;
///
/// cnn::cnn! { struct Net<1x8x8 -> conv(4, 3x3) -> relu -> flatten -> dense(10)>; }
///
/// let (net, x, wanted) = (Net::new(0), Array4::zeros((2, 1, 8, 8)), Array2::<f32>::ones((2, 10)));
/// let mut pass = Backprop::<Net>::new();
/// let y = pass.forward(&net, x.view())?.to_owned();
/// let d_y = 2.0 * (&y - &wanted); // of the loss Σ(y − wanted)²
/// let gradients = pass.backward(&net, &d_y)?;
/// assert_eq!(gradients.get("0.weight")?.shape(), [4, 1, 3, 3]);
/// # Ok::<(), cnn::Error>(())
/// ```
#[derive(Debug)]
pub struct Backprop<N: Network> {
    mode: Mode,
    signal: Signal,
    logits: bool,
    streams: Streams,
    workers: Workers,
    input_gradients: bool,
    /// Layers before this one have no parameter whose gradient is wanted.
    first: usize,
    /// Batch norms that normalize by their running statistics.
    held: Vec<usize>,
    /// What the last forward pass was.
    last: Option<Last>,
    /// Whether its values are still there for a backward pass.
    fresh: bool,
    arena: Buffer,
    /// Threads that the arena has scratch for.
    reserved: usize,
    stats: Buffer,
    /// The running statistics as the forward pass left them.
    buffers: Buffer,
    partials: Buffer,
    /// For at least as many images as the last pass had.
    output: N::TrainOutput,
    capacity: usize,
    gradients: Gradients,
    /// The parameters with zeros in place of denormal ones, of a network that has such.
    flushed: Buffer,
    /// Sums that go on in other processes, which have the rest of each batch.
    sums: Option<Sums>,
    /// The part of a batch that the next passes are over, where others have the rest.
    part: Option<PartOf>,
}

/// A part of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartOf {
    /// Images of the whole batch, and those before the first one at hand.
    pub(crate) batch: usize,
    pub(crate) first: usize,
    /// Images in a leaf.
    pub(crate) leaf: usize,
}

/// What a backward pass must know of the forward pass.
#[derive(Clone, Copy, Debug)]
struct Last {
    images: usize,
    part: Option<PartOf>,
    mode: Mode,
    signal: Signal,
    logits: bool,
    streams: Streams,
    /// Whether some parameters were denormal.
    denormal: bool,
}

impl<N: Network> Default for Backprop<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Network> Backprop<N> {
    /// Passes in training mode, on the surrounding rayon pool or else the global one.
    pub fn new() -> Self {
        let trainable = zeros(0);
        Self {
            mode: Mode::Training,
            signal: Signal::Gradient,
            logits: false,
            streams: Streams::default(),
            workers: Workers::Global,
            input_gradients: false,
            first: 0,
            held: Vec::new(),
            last: None,
            fresh: false,
            arena: zeros(0),
            reserved: 0,
            stats: zeros(0),
            buffers: zeros(0),
            partials: zeros(0),
            output: N::TrainOutput::zeros(N::TRAIN_OUTPUTS, 0),
            capacity: 0,
            gradients: Gradients {
                network: N::NAME,
                specs: N::TENSORS,
                trainable,
                inputs: Vec::new(),
                recorder: Recorder::default(),
            },
            flushed: zeros(0),
            sums: None,
            part: None,
        }
    }

    /// Whether batch statistics and dropout are live in the next forward passes.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What backward passes carry through rectifiers: the gradient, or a picture of what excites a unit.
    pub fn signal(mut self, signal: Signal) -> Self {
        self.signal = signal;
        self
    }

    /// Whether softmax layers, the logarithmic ones too, pass on what they get, forward and backward: the outputs of
    /// a network that ends in one are then its logits.
    pub fn logits(mut self, wanted: bool) -> Self {
        self.logits = wanted;
        self
    }

    /// The seed of dropout's random numbers; they also depend on how often
    /// [`Backprop::commit`] was called.
    pub fn seed(mut self, seed: u64) -> Self {
        self.streams.seed = seed;
        self
    }

    /// Works on `n` threads of its own; 0 means as many as the machine has, 1 the calling thread.
    /// The results do not depend on it.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn threads(mut self, n: usize) -> Result<Self, Error> {
        self.workers = Workers::new(n)?;
        Ok(self)
    }

    /// Whether backward passes compute the gradients with respect to the inputs.
    pub fn input_gradients(mut self, wanted: bool) -> Self {
        self.input_gradients = wanted;
        self
    }

    /// Records the values and gradients of these labels.
    ///
    /// # Errors
    /// The network has no such label.
    pub fn record(mut self, labels: &[&str]) -> Result<Self, Error> {
        self.gradients.recorder = Recorder::new::<N>(labels)?;
        Ok(self)
    }

    /// Runs the network forward and lends its outputs, with those that exist in training only.
    ///
    /// # Errors
    /// The inputs have other shapes than the network's, differ in their number of images, or have
    /// no images; there is no memory for them; in training mode, a batch norm would see one value
    /// a channel.
    pub fn forward(
        &mut self,
        network: &N,
        x: N::Input<'_>,
    ) -> Result<<N::TrainOutput as Outputs>::View<'_>, Error> {
        let parts = tensor::parts(&x);
        let parts = &parts[..<N::Input<'_> as Inputs>::COUNT];
        let workers = self.workers.clone();
        let images = workers.run(|exec, _| self.forward_parts(exec, network.params(), parts))?;
        Ok(self.output.lend(images))
    }

    /// Runs the network backward from the gradients with respect to the outputs of the last
    /// forward pass. `network` must be the same as there, its parameters unchanged.
    ///
    /// # Errors
    /// No forward pass was made since the last backward pass, the gradients have other dimensions
    /// than its outputs, or there is no memory for those of all parameters.
    pub fn backward(
        &mut self,
        network: &N,
        d_outputs: &N::TrainOutput,
    ) -> Result<&Gradients, Error> {
        let images = self.last()?.images;
        for (index, &shape) in N::TRAIN_OUTPUTS.iter().enumerate() {
            let part = d_outputs.part(index);
            if part.images() != images || !part.is(shape) {
                let (found, expected) = (part.dims(), dims(images, shape));
                return Err(Error::OutputShape { network: N::NAME, index, found, expected });
            }
        }
        let workers = self.workers.clone();
        workers.run(|exec, _| self.backward_outputs(exec, network.params(), d_outputs))?;
        Ok(&self.gradients)
    }

    /// [`Backprop::gradients`] for a caller who keeps them.
    ///
    /// # Errors
    /// There is no memory for a copy.
    pub(crate) fn take_gradients(&mut self) -> Result<Gradients, Error> {
        self.gradients.take()
    }

    /// What the last pass recorded and the last backward pass computed.
    pub fn gradients(&self) -> &Gradients {
        &self.gradients
    }

    /// Hands the network the running statistics of the last forward pass and counts it, if it was
    /// in training mode; later passes draw new random numbers.
    pub fn commit(&mut self, network: &mut N) {
        if self.last.take().is_some_and(|last| last.mode == Mode::Training) {
            let params = network.params_mut();
            for c in N::TRAINING.cumulative {
                // The batch's share, this pass being counted below.
                let share = 1.0 / (params.counters()[c.counter] as f32 + 1.0);
                let (first, count) = c.statistics;
                let before = &params.buffers()[first..][..count];
                let batch = &mut self.buffers[first..][..count];
                batch.iter_mut().zip(before).for_each(|(b, old)| *b = old + (*b - old) * share);
            }
            params.buffers_mut().copy_from_slice(&self.buffers);
            params.counters_mut().iter_mut().for_each(|n| *n = n.saturating_add(1));
            self.streams.step += 1;
        }
    }

    /// The forward pass; returns the number of images.
    pub(crate) fn forward_parts(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        parts: &[Part<'_>],
    ) -> Result<usize, Error> {
        self.forward_with(exec, params, parts, None)
    }

    fn forward_with(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        parts: &[Part<'_>],
        search: Option<&mut Search>,
    ) -> Result<usize, Error> {
        (self.last, self.fresh) = (None, false);
        let images = tensor::check(N::NAME, N::INPUTS, parts)?;
        let plan = &N::TRAINING;
        let batch = self.part.map_or(images, |part| part.batch);
        self.check_batch(batch)?;
        let padded = images.next_multiple_of(plan.interleaved);
        self.reserve(images, batch, exec.threads())?;
        grow::<N>(&mut self.stats, "the statistics of a pass", 0, plan.stats)?;
        if self.capacity < images {
            self.output = tensor::outputs(N::NAME, "the outputs", N::TRAIN_OUTPUTS, images)?;
            self.capacity = images;
        }
        let buffers = params.buffers();
        grow::<N>(&mut self.buffers, "the running statistics", 0, buffers.len())?;
        self.buffers.copy_from_slice(buffers);
        self.gradients.recorder.start(images)?;

        let denormal = pack::flushed::<N>(exec, params.trainable(), &mut self.flushed)?;
        let last = self.now(images, denormal);
        let arena = &mut self.arena[..];
        for (part, slot) in parts.iter().zip(plan.inputs) {
            part.load(exec, 0, images, plan.interleaved, &mut arena[slot.range(padded)]);
        }
        if let Some(normalization) = params.normalization() {
            let slot = &mut arena[plan.inputs[0].range(padded)];
            normalization.slot(exec, N::INPUTS[0], plan.interleaved, slot);
        }
        let cx = last.pass(exec, self.sums.as_ref());
        let tensors = TrainingTensors {
            params: if denormal { &self.flushed[..] } else { params.trainable() },
            buffers: &mut self.buffers,
            arena,
            stats: &mut self.stats,
            held: &self.held,
            search,
        };
        N::forward_pass(&cx, tensors, &mut self.gradients.recorder);
        for ((rows, slot), shape) in
            self.output.slices().into_iter().zip(plan.outputs).zip(N::TRAIN_OUTPUTS)
        {
            let rows = &mut rows[..images * shape.len()];
            tensor::store(exec, &self.arena[slot.range(padded)], plan.interleaved, images, rows);
        }
        (self.last, self.fresh) = (Some(last), true);
        Ok(images)
    }

    /// The backward pass from the gradients with respect to the outputs, whose dimensions are
    /// right, or which have rows of more images than the forward pass had.
    pub(crate) fn backward_outputs(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        d_outputs: &N::TrainOutput,
    ) -> Result<(), Error> {
        let last = self.last()?;
        self.fresh = false;
        let plan = &N::TRAINING;
        let padded = last.images.next_multiple_of(plan.interleaved);
        let normalization = params.normalization();
        let params = if last.denormal { &self.flushed[..] } else { params.trainable() };
        let leaf = last.part.map(|part| part.leaf);
        let leaf = leaf.unwrap_or_else(|| reduce::leaf_images(last.images, plan.interleaved));
        let leaves = last.images.div_ceil(leaf);
        let partials = reduce::partials_of(plan.largest, plan.longest_row, leaves);
        grow::<N>(&mut self.partials, "sums over a batch", last.images, partials)?;
        grow::<N>(&mut self.gradients.trainable, "the gradients", 0, params.len())?;
        self.gradients.recorder.turn()?;
        self.gradients.inputs.clear();
        if self.input_gradients {
            let what = "the gradients of an input";
            let array = |&shape| tensor::array(N::NAME, what, shape, last.images);
            self.gradients.inputs = N::INPUTS.iter().map(array).collect::<Result<_, _>>()?;
        }
        let arena = &mut self.arena[..];
        for (index, slot) in plan.d_outputs.iter().enumerate() {
            let slot = &mut arena[slot.range(padded)];
            d_outputs.part(index).first(last.images).load_gradients(exec, plan.interleaved, slot);
        }
        let cx = last.pass(exec, self.sums.as_ref());
        let all = self.input_gradients || self.gradients.recorder.active();
        let tensors = BackwardTensors {
            params,
            buffers: &self.buffers,
            grads: &mut self.gradients.trainable,
            arena,
            stats: &mut self.stats,
            partials: &mut self.partials,
            held: &self.held,
            input_gradients: self.input_gradients,
            first: if all { 0 } else { self.first },
            last_inputs: if all { 0 } else { ends::last_inputs::<N>(self.first) },
        };
        N::backward_pass(&cx, tensors, &mut self.gradients.recorder);
        if let Some(sums) = &self.sums {
            sums.collect(&mut self.gradients.trainable);
        }
        for (array, slot) in self.gradients.inputs.iter_mut().zip(plan.d_inputs) {
            if let Some(rows) = array.as_slice_mut() {
                let slot = &self.arena[slot.range(padded)];
                tensor::store(exec, slot, plan.interleaved, last.images, rows);
            }
        }
        let first = self.gradients.inputs.first_mut().and_then(|array| array.as_slice_mut());
        if let (Some(normalization), Some(rows)) = (normalization, first) {
            normalization.gradients(N::INPUTS[0], rows);
        }
        Ok(())
    }

    /// Whether a batch of that number of images is enough for its statistics.
    ///
    /// # Errors
    /// A batch norm would see one value a channel.
    fn check_batch(&self, images: usize) -> Result<(), Error> {
        match self.batch_norm() {
            Some((path, positions))
                if self.mode == Mode::Training && images.saturating_mul(positions) < 2 =>
            {
                Err(Error::BatchNorm { network: N::NAME, path, images })
            }
            _ => Ok(()),
        }
    }

    /// Makes room for a pass of `images` images of a batch of `batch`. Only threads of one's own, or a larger batch, ask for
    /// more room than there is, not a larger pool that happens to call.
    ///
    /// # Errors
    /// There is no memory for it.
    fn reserve(&mut self, images: usize, batch: usize, threads: usize) -> Result<(), Error> {
        let plan = &N::TRAINING;
        let padded = scratch_images(images.next_multiple_of(plan.interleaved), batch);
        let first = self.reserved == 0 || self.workers.are_own();
        let least = if first { threads } else { self.reserved };
        if self.arena.len() < plan.floats(padded, least) {
            let reserved = threads.max(self.reserved);
            let floats = plan.floats(padded, reserved);
            grow::<N>(&mut self.arena, "the values of all layers", images, floats)?;
            self.reserved = reserved;
        }
        Ok(())
    }

    /// A pass over that number of images as it would be now.
    fn now(&self, images: usize, denormal: bool) -> Last {
        let Self { part, mode, signal, logits, streams, .. } = *self;
        Last { images, part, mode, signal, logits, streams, denormal }
    }

    fn last(&self) -> Result<Last, Error> {
        let how = "`forward` comes first";
        self.last.filter(|_| self.fresh).ok_or(Error::NotComputed { what: "forward pass", how })
    }
}

impl Last {
    fn pass<'a>(&self, exec: &'a dyn Exec, sums: Option<&'a Sums>) -> Pass<'a> {
        let Self { signal, logits, .. } = *self;
        let whole =
            Pass { signal, logits, ..Pass::new(exec, self.images, self.mode, self.streams) };
        let Some(PartOf { batch, first, leaf }) = self.part else { return whole };
        let across = sums.map(|sums| sums as &dyn Across);
        Pass { shard: Shard { batch, first, leaf: Some(leaf), across, later: false }, ..whole }
    }
}

/// The dimensions of a batch.
fn dims(images: usize, shape: Shape) -> Vec<usize> {
    match shape {
        Shape::Volume { channels, height, width } => vec![images, channels, height, width],
        Shape::Vector(n) => vec![images, n],
    }
}

/// Makes room for `len` floats; the contents need not survive.
///
/// # Errors
/// There is no memory for them.
fn grow<N: Network>(
    buffer: &mut Buffer,
    what: &'static str,
    images: usize,
    len: usize,
) -> Result<(), Error> {
    if buffer.len() < len {
        *buffer = try_zeros(len).ok_or_else(|| Error::memory(N::NAME, what, images, len))?;
    }
    Ok(())
}
