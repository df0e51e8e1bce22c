//! The forward steps: fusion, aliasing, and what is kept for the backward pass.

use super::storage::ALIGN;
use super::{
    Buffer, BufferId, Forward, KernelCall, Layout, Op, Pack, Plan, Step, Storage, Stretch,
};
use crate::layers::{Activation, Body, Code, Kernel, Role};
use crate::net::{Net, ValueId};
use quote::quote;

/// A plan in the making.
pub(super) struct Builder<'a> {
    pub net: &'a Net,
    pub storage: &'a Storage,
    pub training: bool,
    /// For each node, whether the plan runs it.
    pub live: Vec<bool>,
    pub plan: Plan,
    /// The buffer that holds each value.
    pub buffer_of: Vec<Option<BufferId>>,
    /// What each node saves for its backward step.
    pub saved: Vec<Option<BufferId>>,
    pub stats: Vec<Option<Stretch>>,
    /// Readers of each value that are still to come.
    readers: Vec<usize>,
    /// Readers of each buffer, through all the values that share it, that are still to come.
    pending: Vec<usize>,
    /// Whether the backward pass reads the buffer as it is now.
    kept: Vec<bool>,
    /// Whether a buffer holds the bare result of a kernel that no step has read yet, so that an
    /// activation can join the kernel.
    bare: Vec<bool>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(net: &'a Net, storage: &'a Storage, layout: Layout, training: bool) -> Self {
        let wanted = net.outputs.iter().filter(|o| training || !o.train).map(|o| o.value);
        let live = net.needed_for(wanted.clone());
        let mut readers = vec![0; net.values.len()];
        for (node, _) in net.nodes.iter().zip(&live).filter(|(_, live)| **live) {
            for &v in &node.inputs {
                readers[v] += 1;
            }
        }
        for v in wanted {
            readers[v] += 1;
        }
        let plan = Plan {
            layout,
            forward: Vec::new(),
            backward: Vec::new(),
            buffers: Vec::new(),
            arena: 0,
            stats: 0,
            inputs: Vec::new(),
            outputs: Vec::new(),
            d_outputs: Vec::new(),
            d_inputs: Vec::new(),
            packs: Vec::new(),
            packed: 0,
        };
        Self {
            net,
            storage,
            training,
            live,
            plan,
            buffer_of: vec![None; net.values.len()],
            saved: vec![None; net.nodes.len()],
            stats: vec![None; net.nodes.len()],
            readers,
            pending: Vec::new(),
            kept: Vec::new(),
            bare: Vec::new(),
        }
    }

    pub(super) fn new_buffer(&mut self, len: usize) -> BufferId {
        self.plan.buffers.push(Buffer { len, first: usize::MAX, last: 0, offset: 0 });
        self.pending.push(0);
        self.kept.push(false);
        self.bare.push(false);
        self.plan.buffers.len() - 1
    }

    pub(super) fn len(&self, value: ValueId) -> usize {
        self.net.shape(value).len()
    }

    /// Lets a value live in a buffer.
    fn settle(&mut self, value: ValueId, buffer: BufferId) {
        self.buffer_of[value] = Some(buffer);
        self.pending[buffer] += self.readers[value];
    }

    pub(super) fn buffer(&self, value: ValueId) -> BufferId {
        self.buffer_of[value].expect("a value is made before it is read")
    }

    pub(super) fn forward(&mut self) {
        for &input in &self.net.inputs {
            let buffer = self.new_buffer(self.len(input));
            self.plan.inputs.push(buffer);
            self.settle(input, buffer);
        }
        for i in 0..self.net.nodes.len() {
            if self.live[i] {
                self.node(i);
                self.taps(i);
            }
        }
        let outputs = self.net.outputs.iter().filter(|o| self.training || !o.train);
        self.plan.outputs = outputs.map(|o| self.buffer(o.value)).collect();
    }

    fn node(&mut self, i: usize) {
        let node = &self.net.nodes[i];
        let inputs: Vec<BufferId> = node.inputs.iter().map(|&v| self.buffer(v)).collect();
        for &b in &inputs {
            self.pending[b] -= 1;
        }
        match &node.layer.body {
            Body::View => self.settle(node.output, inputs[0]),
            Body::Activation(activation) => self.activation(i, activation, inputs[0]),
            Body::Kernel(kernel) => {
                let code =
                    if self.training { Some(&kernel.training) } else { kernel.inference.as_ref() };
                match code {
                    Some(code) => self.kernel(i, kernel, self.plan.layout.choose(code), inputs),
                    None => self.settle(node.output, inputs[0]),
                }
            }
        }
    }

    /// Whether nothing needs the buffer's present content any more.
    fn free(&self, buffer: BufferId) -> bool {
        self.pending[buffer] == 0 && !(self.training && self.kept[buffer])
    }

    /// An activation joins the step before it, or works in place, or copies.
    fn activation(&mut self, i: usize, activation: &Activation, input: BufferId) {
        let node = &self.net.nodes[i];
        let overwrites = self.free(input) && !(self.training && activation.reads_input);
        let output = if overwrites && self.bare[input] {
            self.join_producer(input, activation);
            input
        } else {
            let output = if overwrites { input } else { self.new_buffer(self.len(node.output)) };
            let inputs = if overwrites { Vec::new() } else { vec![input] };
            let kernel = KernelCall {
                algorithm: "elementwise",
                ty: quote!(Identity),
                args: quote!(),
                scratch: false,
            };
            let step = Forward {
                activation: Some(activation.value.clone()),
                ..Forward::bare(kernel, inputs, output)
            };
            self.push(i, step);
            output
        };
        self.bare[input] = false;
        self.bare[output] = false;
        if activation.reads_input {
            self.kept[input] = true;
        } else {
            self.kept[output] = true;
        }
        self.settle(node.output, output);
    }

    fn join_producer(&mut self, buffer: BufferId, activation: &Activation) {
        let producer = self
            .plan
            .forward
            .iter()
            .rposition(|s| matches!(&s.op, Op::Forward(f) if f.output == buffer));
        let producer = producer.expect("a bare result has a producer");
        // A label on what the kernel gave must be tapped before the activation.
        let mut inner_labels = Vec::new();
        let mut position = 0;
        self.plan.forward.retain(|s| {
            position += 1;
            match s.op {
                Op::Tap { label, buffer: tapped } if tapped == buffer && position > producer => {
                    inner_labels.push(label);
                    false
                }
                _ => true,
            }
        });
        if let Op::Forward(forward) = &mut self.plan.forward[producer].op {
            forward.activation = Some(activation.value.clone());
            forward.inner_labels = inner_labels;
        }
    }

    fn kernel(&mut self, i: usize, kernel: &Kernel, code: &Code, inputs: Vec<BufferId>) {
        let node = &self.net.nodes[i];
        let in_place = kernel.in_place && self.free(inputs[0]);
        let output = if in_place { inputs[0] } else { self.new_buffer(self.len(node.output)) };
        if self.training {
            if kernel.saved > 0 {
                self.saved[i] = Some(self.new_buffer(kernel.saved));
            }
            if kernel.stats > 0 {
                self.stats[i] = Some(Stretch { offset: self.plan.stats, len: kernel.stats });
                self.plan.stats += kernel.stats.next_multiple_of(ALIGN);
            }
        }
        for &b in &inputs {
            self.bare[b] = false;
        }
        let call = self.call(i, kernel, code);
        let trainable = self.storage.of(self.net, i, Role::Trainable);
        let state = self.storage.of(self.net, i, Role::Buffer);
        let (params, state) = if self.training {
            (trainable, state)
        } else {
            (self.pack(kernel, call.clone(), trainable, state), Vec::new())
        };
        self.push(
            i,
            Forward {
                params,
                state,
                saved: self.saved[i],
                stats: self.stats[i],
                ..Forward::bare(call, if in_place { Vec::new() } else { inputs.clone() }, output)
            },
        );
        if kernel.reads_input {
            for b in inputs {
                self.kept[b] = true;
            }
        }
        self.kept[output] = kernel.reads_output;
        // Backward of a kernel that reads its own output needs it without an activation on top.
        self.bare[output] = !(self.training && kernel.reads_output);
        self.settle(node.output, output);
    }

    /// The kernel with the layer's number where it keys a random stream.
    pub(super) fn call(&self, i: usize, kernel: &Kernel, code: &Code) -> KernelCall {
        let args = &code.args;
        let key = i as u64;
        let args = if kernel.keyed { quote!(#args, #key) } else { args.clone() };
        KernelCall { algorithm: code.algorithm, ty: code.ty.clone(), args, scratch: kernel.scratch }
    }

    /// Gives the kernel's packed parameters a place.
    fn pack(
        &mut self,
        kernel: &Kernel,
        call: KernelCall,
        params: Vec<Stretch>,
        state: Vec<Stretch>,
    ) -> Vec<Stretch> {
        let lens: Vec<usize> = match &kernel.packed {
            Some(lens) => lens.clone(),
            None => params.iter().chain(&state).map(|s| s.len).collect(),
        };
        let start = self.plan.packed;
        let mut end = start;
        let packed = lens.into_iter().map(|len| {
            end += len;
            Stretch { offset: end - len, len }
        });
        let packed: Vec<Stretch> = packed.collect();
        if end > start {
            self.plan.packs.push(Pack {
                kernel: call,
                params,
                state,
                to: Stretch { offset: start, len: end - start },
            });
            self.plan.packed = end.next_multiple_of(ALIGN);
        }
        packed
    }

    fn push(&mut self, i: usize, forward: Forward) {
        let instance = self.net.nodes[i].instance;
        self.plan.forward.push(Step {
            instance,
            for_input_only: false,
            op: Op::Forward(Box::new(forward)),
        });
    }

    pub(super) fn labels_of(&self, value: ValueId) -> Vec<usize> {
        let labels = self.net.labels.iter().enumerate();
        labels.filter(|(_, l)| l.value == value).map(|(i, _)| i).collect()
    }

    fn taps(&mut self, i: usize) {
        let node = &self.net.nodes[i];
        let buffer = self.buffer(node.output);
        for label in self.labels_of(node.output) {
            let op = Op::Tap { label, buffer };
            self.plan.forward.push(Step { instance: node.instance, for_input_only: false, op });
        }
    }

    pub(super) fn finish(self) -> Plan {
        self.plan
    }
}

impl Forward {
    fn bare(kernel: KernelCall, inputs: Vec<BufferId>, output: BufferId) -> Self {
        Self {
            kernel,
            activation: None,
            inner_labels: Vec::new(),
            params: Vec::new(),
            state: Vec::new(),
            inputs,
            output,
            saved: None,
            stats: None,
        }
    }
}
