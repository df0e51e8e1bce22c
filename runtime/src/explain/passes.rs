//! What the type of a network is needed for, so that all else is compiled once, not for each network.

use super::Signal;
use crate::describe::LayerInfo;
use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::Mode;
use crate::network::Network;
use crate::params::Params;
use crate::recorder::{self, Recorder};
use crate::session::Session;
use crate::tensor::{self, Outputs, Part};
use crate::threads::Workers;
use crate::train::{Backprop, Gradients};
use cnn_ir::{Graph, Shape};
use ndarray::ArrayD;

/// What a network is, whatever its type.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) graph: &'static Graph<'static>,
    pub(super) layers: &'static [LayerInfo],
    pub(super) labels: &'static [(&'static str, Shape)],
    pub(super) inputs: &'static [Shape],
    pub(super) outputs: &'static [Shape],
}

impl Facts {
    pub(super) fn of<N: Network>() -> Self {
        Self {
            name: N::NAME,
            graph: const { &N::GRAPH },
            layers: N::LAYERS,
            labels: N::LABELS,
            inputs: N::INPUTS,
            outputs: N::OUTPUTS,
        }
    }

    /// The index, name and shape of a label.
    ///
    /// # Errors
    /// The network has no such label.
    pub(super) fn find(&self, label: &str) -> Result<(usize, &'static str, Shape), Error> {
        recorder::find_in(self.name, self.labels, label)
    }
}

/// How a pass goes forward, and the one back from there.
pub(super) struct Way {
    pub(super) recorder: Recorder,
    pub(super) signal: Signal,
    pub(super) logits: bool,
    /// Those that the passes run on.
    pub(super) workers: Workers,
    /// The output that is wanted.
    pub(super) output: usize,
}

/// The gradients that a pass back starts with; all others are 0.
pub(super) struct Starts<'a> {
    /// Those of the pass forward.
    pub(super) images: usize,
    pub(super) output: usize,
    /// For each image and channel of the output the gradient at all positions, or none at all.
    pub(super) scores: &'a [f32],
    /// With the indices of labels, in the dimensions of their values.
    pub(super) labels: Vec<(usize, ArrayD<f32>)>,
}

/// Passes over a network with parameters that are its own or as many.
pub(super) trait Passes: Send + Sync {
    /// A pass forward, and the rows of an output for at least as many images.
    ///
    /// # Errors
    /// As [`Backprop::forward`].
    fn forward(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        images: Part<'_>,
        way: Way,
    ) -> Result<&[f32], Error>;

    /// A pass back with the parameters of the last pass forward.
    ///
    /// # Errors
    /// As [`Backprop::backward`].
    fn backward(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        starts: Starts<'_>,
    ) -> Result<(), Error>;

    /// What the last passes recorded and computed.
    fn gradients(&self) -> &Gradients;

    /// A session on these threads.
    ///
    /// # Errors
    /// There is no memory for it.
    fn session(
        &self,
        params: &Params,
        batch: usize,
        workers: Workers,
    ) -> Result<Box<dyn Runs>, Error>;
}

/// Inference.
pub(super) trait Runs {
    /// The rows of an output for at least as many images.
    ///
    /// # Errors
    /// As [`Session::run`].
    fn run(&mut self, images: Part<'_>, output: usize) -> Result<&[f32], Error>;
}

/// Passes in evaluation mode that reach the pixels.
pub(super) fn of<N: Network>() -> Box<dyn Passes> {
    Box::new(Backprop::<N>::new().mode(Mode::Evaluation).input_gradients(true))
}

impl<N: Network> Passes for Backprop<N> {
    fn forward(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        images: Part<'_>,
        way: Way,
    ) -> Result<&[f32], Error> {
        self.set_recorder(way.recorder);
        self.set_signal(way.signal);
        self.set_logits(way.logits);
        self.set_workers(way.workers);
        self.forward_parts(exec, params, &[images])?;
        let rows: &mut [f32] = std::mem::take(&mut self.outputs()[way.output]);
        Ok(rows)
    }

    fn backward(
        &mut self,
        exec: &dyn Exec,
        params: &Params,
        starts: Starts<'_>,
    ) -> Result<(), Error> {
        let Starts { images, output, scores, labels } = starts;
        let mut gradients: N::TrainOutput =
            tensor::outputs(N::NAME, "the gradients", N::TRAIN_OUTPUTS, images)?;
        fill(gradients.slices()[output], scores);
        self.start_at(labels);
        let done = self.backward_outputs(exec, params, &gradients);
        self.start_at(Vec::new());
        done
    }

    fn gradients(&self) -> &Gradients {
        self.gradients()
    }

    fn session(
        &self,
        params: &Params,
        batch: usize,
        workers: Workers,
    ) -> Result<Box<dyn Runs>, Error> {
        Ok(Box::new(Session::<N>::make(params, batch, workers)?))
    }
}

impl<N: Network> Runs for Session<N> {
    fn run(&mut self, images: Part<'_>, output: usize) -> Result<&[f32], Error> {
        self.run_parts(&[images])?;
        let rows: &mut [f32] = std::mem::take(&mut self.output().slices()[output]);
        Ok(rows)
    }
}

/// Repeats each number over its part of the rows.
fn fill(rows: &mut [f32], numbers: &[f32]) {
    if let Some(positions) = rows.len().checked_div(numbers.len()) {
        for (plane, &number) in rows.chunks_exact_mut(positions).zip(numbers) {
            plane.fill(number);
        }
    }
}
