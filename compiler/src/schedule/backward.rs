//! The backward steps: the gradient of every value, from the outputs to the inputs.

use super::forward::Builder;
use crate::plan::{Action, BackwardStep, BufferId, Form, Kernel, Plan, Step, Through, ValueId};
use crate::rewrite::{Call, Work};
use cnn_ir::Role;
use std::collections::HashSet;

struct Gradients<'a> {
    builder: Builder<'a>,
    /// The buffer in which the gradient of each value gathers.
    of: Vec<Option<BufferId>>,
    /// Whether a trainable parameter lies before the value, so that its gradient is always wanted.
    needed: Vec<bool>,
    /// Places of maxima, which have no gradient.
    indices: HashSet<ValueId>,
    steps: Vec<Step>,
}

/// Adds the backward steps to a plan whose forward steps are there.
pub(super) fn backward(builder: Builder<'_>) -> Plan {
    let graph = builder.graph;
    let mut needed = vec![false; graph.values.len()];
    for node in &graph.nodes {
        let own = node.call.as_ref().is_some_and(|call| call.spec.own().is_some());
        let trained = own || !builder.tensors(node, Role::Trainable).is_empty();
        needed[node.output] = trained || node.inputs.iter().any(|&v| needed[v]);
    }
    let mut gradients = Gradients {
        of: vec![None; graph.values.len()],
        builder,
        needed,
        indices: graph.nodes.iter().filter_map(|n| n.indices).collect(),
        steps: Vec::new(),
    };
    gradients.outputs();
    for i in (0..graph.nodes.len()).rev() {
        gradients.node(i);
    }
    for &input in &graph.net.inputs {
        let buffer = gradients.of[input].expect("every input matters to an output");
        gradients.builder.plan.d_inputs.push(buffer);
        let value = gradients.builder.value(input);
        for label in gradients.builder.labels_of(input) {
            let action = Action::Tap { label, buffer, value };
            gradients.steps.push(Step::new(None, true, action));
        }
    }
    gradients.builder.plan.backward = gradients.steps;
    gradients.builder.finish()
}

impl Gradients<'_> {
    fn push(&mut self, i: usize, for_input_only: bool, action: Action) {
        let instance = self.builder.graph.nodes[i].instance;
        self.steps.push(Step::new(instance, for_input_only, action));
    }

    fn outputs(&mut self) {
        for &output in &self.builder.graph.outputs {
            let d = self.builder.new_buffer(self.builder.value(output).d_len());
            self.builder.plan.d_outputs.push(d);
            match self.of[output] {
                None => self.of[output] = Some(d),
                Some(to) => {
                    self.steps.push(Step::new(None, false, Action::Accumulate { from: d, to }));
                }
            }
        }
    }

    fn node(&mut self, i: usize) {
        let node = &self.builder.graph.nodes[i];
        let d = self.of[node.output].expect("a live node's output has a gradient");
        let value = self.builder.value(node.output);
        if !node.through {
            for label in self.builder.labels_of(node.output) {
                self.push(i, false, Action::Tap { label, buffer: d, value });
            }
        }
        let only = !self.needed[node.output];
        if self.builder.through(i) {
            return self.pass(i, node.inputs[0], d);
        }
        if let Some(activation) = node.activation() {
            let kept = if activation.reads_input() { node.inputs[0] } else { node.output };
            let kept_halo = match self.builder.value(kept).form {
                Form::Planes => 0,
                Form::Blocks { halo, .. } => halo,
            };
            let kept = self.builder.buffer(kept);
            self.push(i, only, Action::Derivative { activation, kept, d, value, kept_halo });
            return self.pass(i, node.inputs[0], d);
        }
        match &node.call {
            None => {
                debug_assert_eq!(
                    node.work,
                    Work::View,
                    "training keeps the parts of a value apart"
                );
                self.pass(i, node.inputs[0], d);
            }
            // The gradient of a sum is that of each term.
            Some(call) if matches!(call.spec.kernel, Kernel::Add(_)) => self.share(i, d),
            Some(call) => self.kernel(i, call, d, only),
        }
    }

    /// The gradient of the node's output, in `d`, is also that of its input.
    fn pass(&mut self, i: usize, value: ValueId, d: BufferId) {
        match self.of[value] {
            None => self.of[value] = Some(d),
            Some(to) => self.push(i, !self.needed[value], Action::Accumulate { from: d, to }),
        }
    }

    /// The gradient of the node's output is that of each of its inputs: one that has none yet
    /// takes the buffer over, the others get copies or sums.
    fn share(&mut self, i: usize, d: BufferId) {
        let inputs = &self.builder.graph.nodes[i].inputs;
        let once = |value: ValueId| inputs.iter().filter(|&&v| v == value).count() == 1;
        let heir = inputs.iter().rposition(|&v| self.of[v].is_none() && once(v));
        for (k, &value) in inputs.iter().enumerate() {
            if Some(k) == heir {
                continue;
            }
            let only = !self.needed[value];
            if let Some(to) = self.of[value] {
                self.push(i, only, Action::Accumulate { from: d, to });
            } else {
                let to = self.builder.new_buffer(self.builder.value(value).d_len());
                self.push(i, only, Action::Copy { from: d, to });
                self.of[value] = Some(to);
            }
        }
        if let Some(k) = heir {
            self.of[inputs[k]] = Some(d);
        }
    }

    fn kernel(&mut self, i: usize, call: &Call, d: BufferId, only: bool) {
        let builder = &mut self.builder;
        let node = &builder.graph.nodes[i];
        let mut targets = Vec::new();
        let mut sums = Vec::new();
        if !call.chosen.in_place {
            let differentiable = |v: &&ValueId| !self.indices.contains(*v);
            for &value in node.inputs.iter().filter(differentiable) {
                let to = builder.new_buffer(builder.value(value).d_len());
                let only = !self.needed[value];
                match self.of[value] {
                    None => self.of[value] = Some(to),
                    Some(sum) => sums.push((only, to, sum)),
                }
                targets.push((to, only));
            }
        }
        let activation = node.epilogue.activation.filter(|_| node.through);
        let through = activation.map(|activation| Through {
            activation,
            inner_labels: builder.labels_of(node.output),
            value: builder.value(node.output),
        });
        let step = BackwardStep {
            kernel: call.spec.clone(),
            layer: node.layers.first().copied(),
            through,
            params: builder.tensors(node, Role::Trainable),
            inputs: if call.chosen.reads_input {
                node.inputs.iter().map(|&v| builder.buffer(v)).collect()
            } else {
                Vec::new()
            },
            output: call.chosen.reads_output.then(|| builder.buffer(node.output)),
            saved: builder.saved[i],
            stats: builder.stats[i],
            d_output: d,
            d_inputs: targets,
        };
        let input = node.inputs[0];
        self.push(i, only, Action::Backward(Box::new(step)));
        for (only, from, to) in sums {
            self.push(i, only, Action::Accumulate { from, to });
        }
        if call.chosen.in_place {
            self.pass(i, input, d);
        }
    }
}
