//! The forward steps: fusion, aliasing, and what is kept for the backward pass.

use super::form::{Form, Part, Value, frame};
use super::lower::{Call, Lowered, Work};
use super::storage::ALIGN;
use super::{Buffer, BufferId, Forward, KernelCall, Layout, Op, Pack, Plan, Step, Stretch, Within};
use crate::effort;
use crate::layers::Activation;
use crate::net::{Net, ValueId};
use std::collections::HashMap;

/// A plan in the making.
pub(super) struct Builder<'a> {
    pub net: &'a Net,
    pub lowered: &'a Lowered,
    pub training: bool,
    pub plan: Plan,
    /// The buffer that holds each value, or will when its parts are there.
    pub buffer_of: Vec<Option<BufferId>>,
    /// What each node saves for its backward step.
    pub saved: Vec<Option<BufferId>>,
    pub stats: Vec<Option<Stretch>>,
    /// The labels of each value.
    labels: HashMap<ValueId, Vec<usize>>,
    /// The buffers that are parts of each, in order.
    parts: HashMap<BufferId, Vec<BufferId>>,
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
    pub(super) fn new(net: &'a Net, lowered: &'a Lowered, layout: Layout, training: bool) -> Self {
        let mut readers = vec![0; lowered.values.len()];
        for &v in lowered.nodes.iter().flat_map(|n| &n.inputs).chain(&lowered.outputs) {
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
        let mut labels = HashMap::<ValueId, Vec<usize>>::new();
        for (i, label) in net.labels.iter().enumerate() {
            labels.entry(label.value).or_default().push(i);
        }
        Self {
            labels,
            parts: HashMap::new(),
            net,
            lowered,
            training,
            plan,
            buffer_of: vec![None; lowered.values.len()],
            saved: vec![None; lowered.nodes.len()],
            stats: vec![None; lowered.nodes.len()],
            readers,
            pending: Vec::new(),
            kept: Vec::new(),
            bare: Vec::new(),
        }
    }

    pub(super) fn new_buffer(&mut self, len: usize) -> BufferId {
        let (first, last, offset, within) = (usize::MAX, 0, 0, None);
        self.plan.buffers.push(Buffer { len, first, last, offset, within });
        self.pending.push(0);
        self.kept.push(false);
        self.bare.push(false);
        self.plan.buffers.len() - 1
    }

    pub(super) fn value(&self, value: ValueId) -> Value {
        self.lowered.values[value]
    }

    /// A buffer for a value, which may be a part of another's.
    fn buffer_for(&mut self, value: Value) -> BufferId {
        let buffer = self.new_buffer(value.len());
        if let Some(Part { of, first, .. }) = value.part {
            let whole = self.whole_buffer(of);
            let first = value.blocks_len(first);
            self.plan.buffers[buffer].within = Some(Within { whole, first });
            self.parts.entry(whole).or_default().push(buffer);
        }
        buffer
    }

    /// The buffer of a value whose parts come first.
    fn whole_buffer(&mut self, value: ValueId) -> BufferId {
        self.buffer_of[value].unwrap_or_else(|| {
            let buffer = self.new_buffer(self.value(value).len());
            self.buffer_of[value] = Some(buffer);
            buffer
        })
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
            let buffer = self.new_buffer(self.value(input).len());
            self.plan.inputs.push(buffer);
            self.settle(input, buffer);
            let value = self.value(input);
            for label in if self.training { self.labels_of(input) } else { Vec::new() } {
                let op = Op::Tap { label, buffer, value };
                self.plan.forward.push(Step::new(None, false, op));
            }
        }
        for i in 0..self.lowered.nodes.len() {
            self.node(i);
            if self.training {
                self.taps(i);
            }
        }
        self.plan.outputs = self.lowered.outputs.iter().map(|&v| self.buffer(v)).collect();
    }

    fn node(&mut self, i: usize) {
        let node = &self.lowered.nodes[i];
        let inputs: Vec<BufferId> = node.inputs.iter().map(|&v| self.buffer(v)).collect();
        for &b in &inputs {
            self.pending[b] -= 1;
        }
        match &node.work {
            Work::View => self.settle(node.output, inputs[0]),
            Work::Activation(activation) => self.activation(i, activation, inputs[0]),
            Work::Kernel(call) => self.kernel(i, call, inputs),
            Work::Join => self.join(i, &inputs),
            Work::Part => {
                self.bare[inputs[0]] = false;
                let buffer = self.buffer_for(self.value(node.output));
                self.settle(node.output, buffer);
            }
        }
    }

    /// The inputs that are not in their places yet are copied there.
    fn join(&mut self, i: usize, inputs: &[BufferId]) {
        let node = &self.lowered.nodes[i];
        let joint = self.value(node.output);
        let blocks = joint.blocks();
        let mut place = joint.part.unwrap_or(Part { of: node.output, blocks, first: 0 });
        for (&v, &input) in node.inputs.iter().zip(inputs) {
            let from = self.value(v);
            if from.part != Some(place) {
                let to = Value { part: Some(place), form: joint.form, ..from };
                let output = self.buffer_for(to);
                let kernel = self.identity(from, to);
                self.push(i, Forward::bare(kernel, vec![input], output, to));
            }
            self.bare[input] = false;
            place.first += from.blocks();
        }
        let buffer = match joint.part {
            Some(_) => self.buffer_for(joint),
            None => self.whole_buffer(node.output),
        };
        self.settle(node.output, buffer);
    }

    /// Whether nothing needs the buffer's present content any more.
    fn free(&self, buffer: BufferId) -> bool {
        let buffers = &self.plan.buffers;
        let place = |b: BufferId| {
            let first = buffers[b].within.map_or(0, |w| w.first);
            (self.plan.whole(b), first, first + buffers[b].len)
        };
        let (whole, first, end) = place(buffer);
        let overlaps = |&b: &BufferId| {
            let (other, start, stop) = place(b);
            other == whole && start < end && first < stop
        };
        let parts = self.parts.get(&whole).into_iter().flatten().copied();
        let family = parts.chain([whole]).inspect(|_| effort::spend(1));
        let pending = family.filter(overlaps).any(|b| self.pending[b] > 0);
        !(pending || self.training && self.kept[buffer])
    }

    /// Whether the node can work in the memory of its first input.
    fn overwrites(&self, i: usize, input: BufferId) -> bool {
        let node = &self.lowered.nodes[i];
        self.free(input) && self.value(node.inputs[0]).part == self.value(node.output).part
    }

    /// An activation joins the step before it, or works in place, or copies.
    fn activation(&mut self, i: usize, activation: &Activation, input: BufferId) {
        let node = &self.lowered.nodes[i];
        let overwrites = self.overwrites(i, input) && !(self.training && activation.reads_input);
        let output = if overwrites && self.bare[input] {
            self.join_producer(input, activation);
            input
        } else {
            let value = self.value(node.output);
            let output = if overwrites { input } else { self.buffer_for(value) };
            let inputs = if overwrites { Vec::new() } else { vec![input] };
            let kernel = self.identity(self.value(node.inputs[0]), value);
            let step = Forward {
                activation: Some(activation.value.clone()),
                ..Forward::bare(kernel, inputs, output, value)
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

    /// The kernel that computes an activation alone.
    fn identity(&self, input: Value, output: Value) -> KernelCall {
        let (layout, ty, args) = match (input.form, output.form) {
            (Form::Blocks { .. }, Form::Blocks { .. }) => {
                let (dims, frame) = (output.dims(), frame(&[input], output));
                (Layout::Blocked, "blocked::Identity", format!("{dims:?}, {frame}"))
            }
            _ if self.plan.layout == Layout::Lanes => (Layout::Lanes, "Identity", String::new()),
            _ => (Layout::Nchw, "Identity", String::new()),
        };
        let (ty, args) = (ty.into(), args.into());
        KernelCall { layout, algorithm: "elementwise", ty, args, scratch: false, own: None }
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
        let mut behind = self.plan.forward.split_off(producer + 1);
        effort::spend(behind.len());
        behind.retain(|s| match s.op {
            Op::Tap { label, buffer: tapped, .. } if tapped == buffer => {
                inner_labels.push(label);
                false
            }
            _ => true,
        });
        self.plan.forward.append(&mut behind);
        if let Op::Forward(forward) = &mut self.plan.forward[producer].op {
            forward.activation = Some(activation.value.clone());
            forward.inner_labels = inner_labels;
        }
    }

    fn kernel(&mut self, i: usize, call: &Call, inputs: Vec<BufferId>) {
        let node = &self.lowered.nodes[i];
        let value = self.value(node.output);
        let in_place = call.in_place && self.overwrites(i, inputs[0]);
        let output = if in_place { inputs[0] } else { self.buffer_for(value) };
        if let Some(indices) = node.indices {
            let saved = self.new_buffer(self.value(indices).len());
            self.settle(indices, saved);
            self.kept[saved] = true;
            self.saved[i] = Some(saved);
        }
        if self.training {
            if call.saved > 0 && self.saved[i].is_none() {
                self.saved[i] = Some(self.new_buffer(call.saved));
            }
            if call.stats > 0 {
                self.stats[i] = Some(Stretch { offset: self.plan.stats, len: call.stats });
                self.plan.stats += call.stats.next_multiple_of(ALIGN);
            }
        }
        for &b in &inputs {
            self.bare[b] = false;
        }
        let (params, state) = if self.training {
            (node.trainable.clone(), node.buffers.clone())
        } else {
            (self.pack(i, call), Vec::new())
        };
        let rest = if in_place { inputs[1..].to_vec() } else { inputs.clone() };
        self.push(
            i,
            Forward {
                params,
                state,
                activation: call.pooled.as_ref().and_then(|p| p.activation.clone()),
                saved: self.saved[i],
                stats: self.stats[i],
                ..Forward::bare(call.kernel.clone(), rest, output, value)
            },
        );
        if call.reads_input {
            for b in inputs {
                self.kept[b] = true;
            }
        }
        self.kept[output] = call.reads_output;
        // Backward of a kernel that reads its own output needs it without an activation on top.
        // The activation of a kernel that pools comes before the pool.
        self.bare[output] = !(self.training && call.reads_output || call.pooled.is_some());
        self.settle(node.output, output);
    }

    /// Gives the kernel's packed parameters a place.
    fn pack(&mut self, i: usize, call: &Call) -> Vec<Stretch> {
        let node = &self.lowered.nodes[i];
        let lens: Vec<usize> = match &call.packed {
            Some(lens) => lens.clone(),
            None => node.trainable.iter().chain(&node.buffers).map(|s| s.len).collect(),
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
                kernel: call.kernel.clone(),
                params: node.trainable.clone(),
                state: node.buffers.clone(),
                to: Stretch { offset: start, len: end - start },
            });
            self.plan.packed = end.next_multiple_of(ALIGN);
        }
        packed
    }

    fn push(&mut self, i: usize, forward: Forward) {
        let instance = self.lowered.nodes[i].instance;
        self.plan.forward.push(Step::new(instance, false, Op::Forward(Box::new(forward))));
    }

    pub(super) fn labels_of(&self, value: ValueId) -> Vec<usize> {
        self.labels.get(&value).cloned().unwrap_or_default()
    }

    fn taps(&mut self, i: usize) {
        let node = &self.lowered.nodes[i];
        let (buffer, value) = (self.buffer(node.output), self.value(node.output));
        for label in self.labels_of(node.output) {
            let op = Op::Tap { label, buffer, value };
            self.plan.forward.push(Step::new(node.instance, false, op));
        }
    }

    pub(super) fn finish(self) -> Plan {
        self.plan
    }
}

impl Forward {
    fn bare(kernel: KernelCall, inputs: Vec<BufferId>, output: BufferId, value: Value) -> Self {
        Self {
            kernel,
            activation: None,
            inner_labels: Vec::new(),
            params: Vec::new(),
            state: Vec::new(),
            inputs,
            output,
            value,
            saved: None,
            stats: None,
        }
    }
}
