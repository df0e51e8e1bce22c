//! The tensors of one step, and a call of its kernel with them.

use crate::measure::timed;
use cnn_runtime as rt;
use rt::activation::Activation;
use rt::arena::{Buffer, zeros};
use rt::kernel::backward::{Backward, Train};
use rt::kernel::{Forward, Kernel, Pass, Room};
use rt::layout::{Frame, Layout};
use std::time::Duration;

/// Numbers between -1 and 1, on a cache line as every buffer of the library is.
pub(crate) fn varied(len: usize) -> Buffer {
    let mut buffer = zeros(len);
    for (i, x) in buffer.iter_mut().enumerate() {
        *x = (i.wrapping_mul(7919) % 1024) as f32 / 512.0 - 1.0;
    }
    buffer
}

/// How tensors with these halos lie: of all inputs, the output, and their gradients.
pub(crate) fn frame(block: usize, inputs: &[usize], output: usize, d_output: usize) -> Frame {
    let inputs: &'static [usize] = Box::leak(inputs.into());
    Frame { block, inputs, output, d_inputs: inputs, d_output, ..Frame::WHOLE }
}

/// The tensors of a forward step, or of a backward step; those that it has not are empty.
pub(crate) struct Tensors {
    pub(crate) params: Vec<Buffer>,
    pub(crate) state: Vec<Buffer>,
    pub(crate) inputs: Vec<Buffer>,
    pub(crate) output: Buffer,
    pub(crate) saved: Buffer,
    pub(crate) stats: Buffer,
    pub(crate) d_output: Buffer,
    pub(crate) d_inputs: Vec<Buffer>,
    pub(crate) d_params: Vec<Buffer>,
    pub(crate) partials: Buffer,
    pub(crate) scratch: Buffer,
}

impl Default for Tensors {
    fn default() -> Self {
        let [output, saved, stats, d_output, partials, scratch] = [0; 6].map(zeros);
        let [params, state, inputs, d_inputs, d_params] = [const { Vec::new() }; 5];
        Self {
            params,
            state,
            inputs,
            output,
            saved,
            stats,
            d_output,
            d_inputs,
            d_params,
            partials,
            scratch,
        }
    }
}

/// Which gradients a backward step computes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Gradients {
    Inputs,
    Params,
    All,
}

impl Tensors {
    /// How long a forward call takes.
    pub(crate) fn forward<L: Layout>(
        &mut self,
        kernel: &impl Kernel<L>,
        activation: impl Activation,
        cx: &Pass<'_>,
    ) -> Duration {
        let tensors = Forward {
            params: &shared(&self.params),
            state: &mut unique(&mut self.state),
            inputs: &shared(&self.inputs),
            output: &mut self.output,
            saved: &mut self.saved,
            stats: &mut self.stats,
            scratch: &mut self.scratch,
        };
        timed(|| kernel.forward(activation, cx, tensors))
    }

    /// How long a backward call takes.
    pub(crate) fn backward<L: Layout>(
        &mut self,
        kernel: &impl Train<L>,
        gradients: Gradients,
        cx: &Pass<'_>,
    ) -> Duration {
        let mut d_inputs = unique(&mut self.d_inputs);
        if gradients == Gradients::Params {
            d_inputs.iter_mut().for_each(|d| *d = &mut []);
        }
        let mut d_params = unique(&mut self.d_params);
        if gradients == Gradients::Inputs {
            d_params.clear();
        }
        let tensors = Backward {
            params: &shared(&self.params),
            inputs: &shared(&self.inputs),
            output: &self.output,
            saved: &self.saved,
            stats: &self.stats,
            d_output: &mut self.d_output,
            d_inputs: &mut d_inputs,
            d_params: &mut d_params,
            partials: &mut self.partials,
            scratch: &mut self.scratch,
        };
        timed(|| kernel.backward(cx, tensors))
    }
}

/// The scratch of kernels that need none, and so have no such function of their own, which would come first.
pub(crate) trait NoRoom {
    fn room(&self) -> Room {
        Room::NONE
    }

    fn room_backward(&self) -> Room {
        Room::NONE
    }
}

impl<K> NoRoom for K {}

fn shared(buffers: &[Buffer]) -> Vec<&[f32]> {
    buffers.iter().map(|b| &**b).collect()
}

fn unique(buffers: &mut [Buffer]) -> Vec<&mut [f32]> {
    buffers.iter_mut().map(|b| &mut **b).collect()
}

/// A copy on a cache line.
pub(crate) fn copy(x: &[f32]) -> Buffer {
    let mut buffer = zeros(x.len());
    buffer.copy_from_slice(x);
    buffer
}
