//! The backward steps: the gradient of every value, from the outputs to the inputs.

use super::form::Form;
use super::forward::Builder;
use super::lower::{Call, Work};
use super::{Backward, BufferId, Op, Plan, Step};
use crate::net::ValueId;
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
    let lowered = builder.lowered;
    let mut needed = vec![false; lowered.values.len()];
    for node in &lowered.nodes {
        let own = matches!(&node.work, Work::Kernel(call) if call.kernel.own.is_some());
        needed[node.output] =
            own || !node.trainable.is_empty() || node.inputs.iter().any(|&v| needed[v]);
    }
    let mut gradients = Gradients {
        of: vec![None; lowered.values.len()],
        builder,
        needed,
        indices: lowered.nodes.iter().filter_map(|n| n.indices).collect(),
        steps: Vec::new(),
    };
    gradients.outputs();
    for i in (0..lowered.nodes.len()).rev() {
        gradients.node(i);
    }
    for &input in &gradients.builder.net.inputs {
        let buffer = gradients.of[input].expect("every input matters to an output");
        gradients.builder.plan.d_inputs.push(buffer);
        let value = gradients.builder.value(input);
        for label in gradients.builder.labels_of(input) {
            let op = Op::Tap { label, buffer, value };
            gradients.steps.push(Step::new(None, true, op));
        }
    }
    gradients.builder.plan.backward = gradients.steps;
    gradients.builder.finish()
}

impl Gradients<'_> {
    fn push(&mut self, i: usize, for_input_only: bool, op: Op) {
        let instance = self.builder.lowered.nodes[i].instance;
        self.steps.push(Step::new(instance, for_input_only, op));
    }

    fn outputs(&mut self) {
        for &output in &self.builder.lowered.outputs {
            let d = self.builder.new_buffer(self.builder.value(output).d_len());
            self.builder.plan.d_outputs.push(d);
            match self.of[output] {
                None => self.of[output] = Some(d),
                Some(to) => {
                    self.steps.push(Step::new(None, false, Op::Accumulate { from: d, to }));
                }
            }
        }
    }

    fn node(&mut self, i: usize) {
        let node = &self.builder.lowered.nodes[i];
        let d = self.of[node.output].expect("a live node's output has a gradient");
        let value = self.builder.value(node.output);
        for label in self.builder.labels_of(node.output) {
            self.push(i, false, Op::Tap { label, buffer: d, value });
        }
        let only = !self.needed[node.output];
        match &node.work {
            Work::View => self.pass(i, node.inputs[0], d),
            Work::Join | Work::Part => {
                unreachable!("training keeps the parts of a value apart")
            }
            Work::Activation(activation) => {
                let kept = if activation.reads_input { node.inputs[0] } else { node.output };
                let kept_halo = match self.builder.value(kept).form {
                    Form::Planes => 0,
                    Form::Blocks { halo, .. } => halo,
                };
                let (activation, kept) = (activation.value.clone(), self.builder.buffer(kept));
                self.push(i, only, Op::Derivative { activation, kept, d, value, kept_halo });
                self.pass(i, node.inputs[0], d);
            }
            Work::Kernel(call) if call.passes_gradient => self.share(i, d),
            Work::Kernel(call) => self.kernel(i, call, d, only),
        }
    }

    /// The gradient of the node's output, in `d`, is also that of its input.
    fn pass(&mut self, i: usize, value: ValueId, d: BufferId) {
        match self.of[value] {
            None => self.of[value] = Some(d),
            Some(to) => self.push(i, !self.needed[value], Op::Accumulate { from: d, to }),
        }
    }

    /// The gradient of the node's output is that of each of its inputs: one that has none yet
    /// takes the buffer over, the others get copies or sums.
    fn share(&mut self, i: usize, d: BufferId) {
        let inputs = &self.builder.lowered.nodes[i].inputs;
        let once = |value: ValueId| inputs.iter().filter(|&&v| v == value).count() == 1;
        let heir = inputs.iter().rposition(|&v| self.of[v].is_none() && once(v));
        for (k, &value) in inputs.iter().enumerate() {
            if Some(k) == heir {
                continue;
            }
            let only = !self.needed[value];
            if let Some(to) = self.of[value] {
                self.push(i, only, Op::Accumulate { from: d, to });
            } else {
                let to = self.builder.new_buffer(self.builder.value(value).d_len());
                self.push(i, only, Op::Copy { from: d, to });
                self.of[value] = Some(to);
            }
        }
        if let Some(k) = heir {
            self.of[inputs[k]] = Some(d);
        }
    }

    fn kernel(&mut self, i: usize, call: &Call, d: BufferId, only: bool) {
        let builder = &mut self.builder;
        let node = &builder.lowered.nodes[i];
        let mut targets = Vec::new();
        let mut sums = Vec::new();
        if !call.in_place {
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
        let step = Backward {
            kernel: call.kernel.clone(),
            params: node.trainable.clone(),
            inputs: if call.reads_input {
                node.inputs.iter().map(|&v| builder.buffer(v)).collect()
            } else {
                Vec::new()
            },
            output: call.reads_output.then(|| builder.buffer(node.output)),
            saved: builder.saved[i],
            stats: builder.stats[i],
            d_output: d,
            d_inputs: targets,
        };
        let input = node.inputs[0];
        self.push(i, only, Op::Backward(Box::new(step)));
        for (only, from, to) in sums {
            self.push(i, only, Op::Accumulate { from, to });
        }
        if call.in_place {
            self.pass(i, input, d);
        }
    }
}
