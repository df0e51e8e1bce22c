//! What a backward pass computed.

use crate::arena::Buffer;
use crate::describe::TensorSpec;
use crate::error::Error;
use crate::params;
use crate::recorder::Recorder;
use cnn_ir::Role;
use ndarray::{ArrayD, ArrayViewD};

/// The gradients of a loss: by parameter path, with respect to the input, and at recorded labels.
#[derive(Clone, Debug)]
pub struct Gradients {
    pub(crate) network: &'static str,
    pub(crate) specs: &'static [TensorSpec],
    pub(crate) trainable: Buffer,
    pub(crate) inputs: Vec<ArrayD<f32>>,
    pub(crate) recorder: Recorder,
}

impl Gradients {
    /// The gradient with respect to the parameter of that path, in PyTorch's layout.
    ///
    /// # Errors
    /// No parameter has that path, or it is not trained (a running statistic or a counter).
    pub fn get(&self, path: &str) -> Result<ArrayViewD<'_, f32>, Error> {
        let spec = params::find(self.network, self.specs, path)?;
        match spec.role {
            Role::Trainable => {
                Ok(params::view(spec, &self.trainable[spec.offset..spec.offset + spec.len()]))
            }
            Role::Buffer | Role::Counter => Err(Error::ParameterKind {
                network: self.network,
                path: path.to_owned(),
                found: "a tensor without gradient",
                expected: "a trainable parameter",
            }),
        }
    }

    /// The gradients with respect to all trainable parameters, at the offsets of
    /// [`Describe::TENSORS`](crate::Describe::TENSORS); the gaps are zero.
    pub fn trainable(&self) -> &[f32] {
        &self.trainable
    }

    /// The gradient with respect to the (first) input: N×C×H×W or N×elements.
    ///
    /// # Errors
    /// The pass was not asked for it.
    pub fn input(&self) -> Result<ArrayViewD<'_, f32>, Error> {
        let how = "`Backprop::input_gradients(true)` asks for it";
        let first =
            self.inputs.first().ok_or(Error::NotComputed { what: "gradient of the input", how })?;
        Ok(first.view())
    }

    /// The gradients with respect to all inputs; none if the pass was not asked for them.
    pub fn inputs(&self) -> &[ArrayD<f32>] {
        &self.inputs
    }

    /// Moves what was computed out: the gradients with respect to the parameters are copied, so that
    /// the next pass finds room for its own.
    ///
    /// # Errors
    /// There is no memory for the copy.
    pub(crate) fn take(&mut self) -> Result<Self, Error> {
        let refused =
            || Error::memory(self.network, "a copy of the gradients", 0, self.trainable.len());
        Ok(Self {
            network: self.network,
            specs: self.specs,
            trainable: self.trainable.try_clone().ok_or_else(refused)?,
            inputs: std::mem::take(&mut self.inputs),
            recorder: self.recorder.take(),
        })
    }

    /// The values and gradients of the labels that were to be recorded.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }
}
