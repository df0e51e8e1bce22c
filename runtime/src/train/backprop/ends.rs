//! Where a pass back begins and ends, if not at the outputs and at the inputs.

use super::{Backprop, dims};
use crate::error::Error;
use crate::network::Network;
use crate::recorder;
use crate::tensor;
use crate::train::Gradients;
use cnn_ir::{Op, Role};
use ndarray::ArrayD;

impl<N: Network> Backprop<N> {
    /// Runs the network backward from gradients with respect to the values of labels, each N×C×H×W or N×elements, and
    /// from none with respect to the outputs. Where one label lies before another, the gradient there is the one given.
    /// `network` must be the same as in the last forward pass, its parameters unchanged.
    ///
    /// # Errors
    /// As [`Backprop::backward`]; there is no such label.
    pub fn backward_from(
        &mut self,
        network: &N,
        gradients: &[(&str, ArrayD<f32>)],
    ) -> Result<&Gradients, Error> {
        let images = self.last()?.images;
        let mut starts = Vec::with_capacity(gradients.len());
        for (label, gradient) in gradients {
            let (index, _, shape) = recorder::find::<N>(label)?;
            let (found, expected) = (gradient.shape(), dims(images, shape));
            if found != expected {
                let (label, found) = ((*label).to_owned(), found.to_vec());
                return Err(Error::LabelShape { network: N::NAME, label, found, expected });
            }
            starts.push((index, gradient.as_standard_layout().into_owned()));
        }
        let none = tensor::outputs(N::NAME, "the gradients", N::TRAIN_OUTPUTS, images)?;
        self.start_at(starts);
        let workers = self.workers.clone();
        let done = workers.run(|exec, _| self.backward_outputs(exec, network.params(), &none));
        self.start_at(Vec::new());
        done.map(|()| &self.gradients)
    }
}

/// Layers whose parameters lie before this place have none before them that is trained, layer number `first` being
/// the first with one that is. Parameters lie in the order of the layers, but for those of a user's own layers, which
/// come last.
pub(super) fn last_inputs<N: Network>(first: usize) -> usize {
    let nodes = N::GRAPH.nodes;
    match nodes.get(first) {
        Some(node) if !matches!(node.op, Op::Custom { .. }) => {
            let before: usize = nodes[..first].iter().map(|node| node.tensors.len()).sum();
            let own = &N::TENSORS[before..][..node.tensors.len()];
            let place = own.iter().find(|spec| spec.role == Role::Trainable);
            place.map_or(0, |spec| spec.offset + 1)
        }
        _ => 0,
    }
}
