//! The forward steps: which buffer holds each value, and what is kept for the backward pass.

use super::storage::{ALIGN, Storage};
use crate::effort;
use crate::plan::{
    Action, Buffer, BufferId, Epilogue, Form, ForwardStep, Frame, Kernel, KernelSpec, Layout, Pack,
    Part, Plan, Step, Stretch, Value, ValueId, Within,
};
use crate::rewrite::{Call, Graph, Node, NodeId, Work};
use cnn_ir::{Activation, Role};
use std::collections::HashMap;
use std::rc::Rc;

/// A plan in the making.
pub(super) struct Builder<'a> {
    pub graph: &'a Graph<'a>,
    storage: &'a Storage,
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
}

impl<'a> Builder<'a> {
    pub(super) fn new(graph: &'a Graph<'a>, storage: &'a Storage) -> Self {
        let mut readers = vec![0; graph.values.len()];
        for &v in graph.nodes.iter().flat_map(|n| &n.inputs).chain(&graph.outputs) {
            readers[v] += 1;
        }
        let plan = Plan {
            layout: graph.layout,
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
        for (i, label) in graph.net.labels.iter().enumerate() {
            labels.entry(label.value).or_default().push(i);
        }
        Self {
            labels,
            parts: HashMap::new(),
            graph,
            storage,
            plan,
            buffer_of: vec![None; graph.values.len()],
            saved: vec![None; graph.nodes.len()],
            stats: vec![None; graph.nodes.len()],
            readers,
            pending: Vec::new(),
            kept: Vec::new(),
        }
    }

    pub(super) fn new_buffer(&mut self, len: usize) -> BufferId {
        let (first, last, offset, within) = (usize::MAX, 0, 0, None);
        self.plan.buffers.push(Buffer { len, first, last, offset, within });
        self.pending.push(0);
        self.kept.push(false);
        self.plan.buffers.len() - 1
    }

    pub(super) fn value(&self, value: ValueId) -> Value {
        self.graph.values[value]
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
        for &input in &self.graph.net.inputs {
            let buffer = self.new_buffer(self.value(input).len());
            self.plan.inputs.push(buffer);
            self.settle(input, buffer);
            let value = self.value(input);
            for label in if self.graph.training { self.labels_of(input) } else { Vec::new() } {
                let action = Action::Tap { label, buffer, value };
                self.plan.forward.push(Step::new(None, false, action));
            }
        }
        for i in 0..self.graph.nodes.len() {
            self.node(i);
            if self.graph.training {
                self.taps(i);
            }
        }
        self.plan.outputs = self.graph.outputs.iter().map(|&v| self.buffer(v)).collect();
    }

    fn node(&mut self, i: usize) {
        let node = &self.graph.nodes[i];
        let inputs: Vec<BufferId> = node.inputs.iter().map(|&v| self.buffer(v)).collect();
        for &b in &inputs {
            self.pending[b] -= 1;
        }
        match (&node.work, &node.call, node.activation()) {
            (_, Some(call), _) => self.kernel(i, call, inputs),
            (_, None, Some(activation)) => self.activation(i, activation, inputs[0]),
            (Work::Join, ..) => self.join(i, &inputs),
            (Work::Part, ..) => {
                let buffer = self.buffer_for(self.value(node.output));
                self.settle(node.output, buffer);
            }
            _ => self.settle(node.output, inputs[0]),
        }
    }

    /// The inputs that are not in their places yet are copied there.
    fn join(&mut self, i: usize, inputs: &[BufferId]) {
        let node = &self.graph.nodes[i];
        let joint = self.value(node.output);
        let blocks = joint.blocks();
        let mut place = joint.part.unwrap_or(Part { of: node.output, blocks, first: 0 });
        for (&v, &input) in node.inputs.iter().zip(inputs) {
            let from = self.value(v);
            if from.part != Some(place) {
                let to = Value { part: Some(place), form: joint.form, ..from };
                let output = self.buffer_for(to);
                let kernel = self.identity(from, to);
                self.push(i, self.bare(i, kernel, vec![input], output, to));
            }
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
        !(pending || self.graph.training && self.kept[buffer])
    }

    /// Whether the node can work in the memory of its first input.
    fn overwrites(&self, i: usize, input: BufferId) -> bool {
        let node = &self.graph.nodes[i];
        self.free(input) && self.value(node.inputs[0]).part == self.value(node.output).part
    }

    /// An activation is a part of the step before it, or works in place, or copies.
    fn activation(&mut self, i: usize, activation: Activation, input: BufferId) {
        let node = &self.graph.nodes[i];
        let overwrites =
            self.overwrites(i, input) && !(self.graph.training && activation.reads_input());
        let output = if node.merged {
            input
        } else {
            let value = self.value(node.output);
            let output = if overwrites { input } else { self.buffer_for(value) };
            let inputs = if overwrites { Vec::new() } else { vec![input] };
            let kernel = self.identity(self.value(node.inputs[0]), value);
            let epilogue = Epilogue { activation: Some(activation), ..Epilogue::default() };
            let step = ForwardStep { epilogue, ..self.bare(i, kernel, inputs, output, value) };
            self.push(i, step);
            output
        };
        if !self.through(i) {
            self.kept[if activation.reads_input() { input } else { output }] = true;
        }
        self.settle(node.output, output);
    }

    /// Whether the backward pass of the activation is that of the kernel before it.
    pub(super) fn through(&self, i: NodeId) -> bool {
        let node = &self.graph.nodes[i];
        let before = self.graph.def(node.inputs[0]).map(|before| &self.graph.nodes[before]);
        node.merged && before.is_some_and(|before| before.through)
    }

    /// The kernel that computes an activation alone.
    fn identity(&self, input: Value, output: Value) -> Rc<KernelSpec> {
        let (layout, frame) = match (input.form, output.form) {
            (Form::Blocks { .. }, Form::Blocks { .. }) => {
                (Layout::Blocked, Some(Frame::of(&[input], output)))
            }
            _ if self.plan.layout == Layout::Interleaved => (Layout::Interleaved, None),
            _ => (Layout::Nchw, None),
        };
        let kernel = Kernel::Identity(output.shape);
        let spec = KernelSpec::new(kernel, layout, "elementwise");
        Rc::new(KernelSpec { frame, ..spec })
    }

    /// Labels of what a kernel gives before the activation in its epilogue, through changes of view.
    fn inner_labels(&self, i: NodeId) -> Vec<usize> {
        let mut labels = Vec::new();
        let node = &self.graph.nodes[i];
        if !self.graph.training || node.epilogue.activation.is_none() {
            return labels;
        }
        let mut value = node.output;
        loop {
            labels.extend(self.labels_of(value));
            match self.graph.uses(value) {
                [reader] if self.graph.nodes[*reader].work == Work::View => {
                    value = self.graph.nodes[*reader].output;
                }
                _ => return labels,
            }
        }
    }

    /// Whether a value is what a kernel gives before the activation in its epilogue.
    fn is_inner(&self, value: ValueId) -> bool {
        let mut value = value;
        loop {
            match self.graph.uses(value) {
                [reader] if self.graph.nodes[*reader].merged => return true,
                [reader] if self.graph.nodes[*reader].work == Work::View => {
                    value = self.graph.nodes[*reader].output;
                }
                _ => return false,
            }
        }
    }

    fn kernel(&mut self, i: usize, call: &Call, inputs: Vec<BufferId>) {
        let node = &self.graph.nodes[i];
        let value = self.value(node.output);
        let in_place = call.chosen.in_place && self.overwrites(i, inputs[0]);
        let output = if in_place { inputs[0] } else { self.buffer_for(value) };
        if let Some(indices) = node.indices {
            let saved = self.new_buffer(self.value(indices).len());
            self.settle(indices, saved);
            self.kept[saved] = true;
            self.saved[i] = Some(saved);
        }
        if self.graph.training {
            if call.chosen.saved > 0 && self.saved[i].is_none() {
                self.saved[i] = Some(self.new_buffer(call.chosen.saved));
            }
            if call.chosen.stats > 0 {
                self.stats[i] = Some(Stretch { offset: self.plan.stats, len: call.chosen.stats });
                self.plan.stats += call.chosen.stats.next_multiple_of(ALIGN);
            }
        }
        let (params, state) = if self.graph.training {
            (self.tensors(node, Role::Trainable), self.tensors(node, Role::Buffer))
        } else {
            (self.pack(i, call), Vec::new())
        };
        let rest = if in_place { inputs[1..].to_vec() } else { inputs.clone() };
        self.push(
            i,
            ForwardStep {
                params,
                state,
                epilogue: node.epilogue,
                inner_labels: self.inner_labels(i),
                saved: self.saved[i],
                stats: self.stats[i],
                ..self.bare(i, call.spec.clone(), rest, output, value)
            },
        );
        if call.chosen.reads_input {
            for b in inputs {
                self.kept[b] = true;
            }
        }
        self.kept[output] = call.chosen.reads_output;
        self.settle(node.output, output);
    }

    /// Gives the kernel's packed parameters a place.
    fn pack(&mut self, i: usize, call: &Call) -> Vec<Stretch> {
        let node = &self.graph.nodes[i];
        let params = self.tensors(node, Role::Trainable);
        let state = self.tensors(node, Role::Buffer);
        let lens: Vec<usize> = match &call.chosen.packed {
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
                kernel: call.spec.clone(),
                epilogue: node.epilogue,
                params,
                state,
                to: Stretch { offset: start, len: end - start },
            });
            self.plan.packed = end.next_multiple_of(ALIGN);
        }
        packed
    }

    /// The tensors of a node's layers.
    pub(super) fn tensors(&self, node: &Node, role: Role) -> Vec<Stretch> {
        let of = |&layer: &usize| self.storage.of(self.graph.net, layer, role);
        node.layers.iter().flat_map(of).collect()
    }

    fn push(&mut self, i: usize, forward: ForwardStep) {
        let instance = self.graph.nodes[i].instance;
        self.plan.forward.push(Step::new(instance, false, Action::Forward(Box::new(forward))));
    }

    pub(super) fn labels_of(&self, value: ValueId) -> Vec<usize> {
        self.labels.get(&value).cloned().unwrap_or_default()
    }

    fn taps(&mut self, i: usize) {
        let node = &self.graph.nodes[i];
        if self.is_inner(node.output) {
            return;
        }
        let (buffer, value) = (self.buffer(node.output), self.value(node.output));
        for label in self.labels_of(node.output) {
            let action = Action::Tap { label, buffer, value };
            self.plan.forward.push(Step::new(node.instance, false, action));
        }
    }

    pub(super) fn finish(self) -> Plan {
        self.plan
    }

    /// A step of a node that is no more than a call of the kernel.
    fn bare(
        &self,
        i: NodeId,
        kernel: Rc<KernelSpec>,
        inputs: Vec<BufferId>,
        output: BufferId,
        value: Value,
    ) -> ForwardStep {
        ForwardStep {
            kernel,
            epilogue: Epilogue::default(),
            layers: self.graph.nodes[i].layers.clone(),
            inner_labels: Vec::new(),
            params: Vec::new(),
            state: Vec::new(),
            inputs,
            output,
            value,
            saved: None,
            stats: None,
            ends_chain: None,
        }
    }
}
