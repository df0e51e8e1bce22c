//! What a trainer sets and asks.

use super::Backprop;
use crate::error::{Error, NotFinite};
use crate::exec::Exec;
use crate::kernel::{Mode, Signal};
use crate::network::Network;
use crate::program::Search;
use crate::random::Streams;
use crate::recorder::Recorder;
use crate::tensor::{self, Outputs, Part};
use crate::threads::Workers;
use cnn_ir::{Op, Role};
use ndarray::ArrayD;

impl<N: Network> Backprop<N> {
    /// The elements of the outputs of the last forward pass: one slice for each output, with the
    /// rows of at least as many images as the pass had.
    pub(crate) fn outputs(&mut self) -> [&mut [f32]; tensor::MOST] {
        self.output.slices()
    }

    pub(crate) fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    pub(crate) fn set_signal(&mut self, signal: Signal) {
        self.signal = signal;
    }

    pub(crate) fn set_logits(&mut self, wanted: bool) {
        self.logits = wanted;
    }

    pub(crate) fn want_input_gradients(&mut self, wanted: bool) {
        self.input_gradients = wanted;
    }

    pub(crate) fn set_workers(&mut self, workers: Workers) {
        self.workers = workers;
    }

    pub(crate) fn set_recorder(&mut self, recorder: Recorder) {
        self.gradients.recorder = recorder;
    }

    /// The next passes back have these gradients at labels, given by their indices.
    pub(crate) fn start_at(&mut self, starts: Vec<(usize, ArrayD<f32>)>) {
        self.gradients.recorder.start_at(starts);
    }

    /// Gradients of parameters of layers before layer number `layer` are not wanted.
    pub(crate) fn train_from(&mut self, layer: usize) {
        self.first = layer;
    }

    /// Batch norms that normalize by their running statistics in training too, by where their parameters start; they
    /// may be all that there are.
    pub(crate) fn hold(&mut self, held: Vec<usize>) {
        self.held = held;
    }

    /// Whether a layer of the next passes computes statistics over the batch: its path, and the fewest positions
    /// that one has.
    pub(crate) fn batch_norm(&self) -> Option<(&'static str, usize)> {
        let norms = N::GRAPH.nodes.iter().filter(|node| matches!(node.op, Op::BatchNorm { .. }));
        N::TRAINING.batch_norm.filter(|_| norms.count() > self.held.len())
    }

    pub(crate) fn streams(&self) -> Streams {
        self.streams
    }

    pub(crate) fn set_streams(&mut self, streams: Streams) {
        self.streams = streams;
    }

    /// The gradients with respect to all trainable parameters, to change them.
    pub(crate) fn gradients_mut(&mut self) -> &mut [f32] {
        &mut self.gradients.trainable
    }

    pub(crate) fn workers(&self) -> Workers {
        self.workers.clone()
    }

    /// Where a forward pass of these inputs, which is made again, first has a number that is not finite.
    ///
    /// # Errors
    /// As [`Backprop::forward`].
    pub(crate) fn not_finite(
        &mut self,
        exec: &dyn Exec,
        network: &N,
        parts: &[Part<'_>],
    ) -> Result<NotFinite, Error> {
        let input = parts.iter().enumerate().find_map(|(index, part)| {
            part.not_finite().map(|image| NotFinite::Input { index, image })
        });
        let bad = |x: &f32| !x.is_finite();
        let params = network.params();
        let mut trained = N::TENSORS.iter().filter(|spec| spec.role == Role::Trainable);
        let parameter = trained.find(|spec| params.slice(spec).iter().any(bad));
        let known = input.or(parameter.map(|spec| NotFinite::Parameter { path: spec.path }));
        // Other processes, whose inputs may be finite, may be waiting for this one's part of a pass.
        if let Some(known) = known
            && self.sums.is_none()
        {
            return Ok(known);
        }
        let mut search = Search::default();
        self.forward_with(exec, params, parts, Some(&mut search))?;
        let layer = search.found.map(|step| {
            let node = &N::GRAPH.nodes[N::TRAINING.layers[step]];
            NotFinite::Layer { path: node.path, text: node.text }
        });
        Ok(known.or(layer).unwrap_or(NotFinite::Loss))
    }
}
