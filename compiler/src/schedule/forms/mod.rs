//! Kernels and forms: which kernel computes each node, in which form each value lies in memory, and the
//! steps that bring a value from one form to another.

mod convert;
mod halos;
mod planes;

use crate::choose::{Choice, KernelForm, Site, choose, selection};
use crate::plan::{BLOCK, Form, Frame, Kernel, KernelSpec, Layout, Value, ValueId};
use crate::rewrite::{Call, Graph, Node, Stage, Work, rewrite};
use cnn_ir::{Op, Shape};
use halos::Halos;
use std::rc::Rc;

/// Channels up to which an image's pixels lie side by side without padding.
const FEW: usize = 4;

struct Forms<'a> {
    graph: Graph<'a>,
    /// The nodes so far.
    nodes: Vec<Node>,
    /// The nodes whose kernels work in planes with a halo.
    in_planes: Vec<bool>,
    /// For each value that layers know: what holds it as planes, in blocks, and in blocks of few channels
    /// or of one.
    planes: Vec<Option<ValueId>>,
    blocks: Vec<Option<ValueId>>,
    few: Vec<Option<ValueId>>,
    halos: Halos,
}

/// Chooses kernels and forms.
pub(super) fn settle(mut graph: Graph<'_>) -> Graph<'_> {
    let blocks = graph.layout == Layout::Blocked;
    let in_planes = match blocks && !graph.training {
        true => planes::in_planes(&graph),
        false => vec![false; graph.nodes.len()],
    };
    let (none, values) = (|| vec![None; graph.values.len()], graph.values.len());
    let (planes, blocks, few) = (none(), none(), none());
    let old = std::mem::take(&mut graph.nodes);
    let mut halos = Halos::default();
    (0..values).for_each(|_| halos.push());
    let mut forms = Forms { nodes: Vec::new(), in_planes, planes, blocks, few, halos, graph };
    for &input in &forms.graph.net.inputs {
        forms.planes[input] = Some(input);
    }
    for (i, node) in old.into_iter().enumerate() {
        if node.live {
            forms.node(i, node);
        }
    }
    let outputs = std::mem::take(&mut forms.graph.outputs);
    let outputs = outputs.into_iter().map(|v| forms.as_planes(v, None)).collect();
    let Forms { mut graph, nodes, halos, .. } = forms;
    (graph.nodes, graph.outputs) = (nodes, outputs);
    graph.count();
    rewrite(&mut graph, Stage::Forms);
    frame(&mut graph, halos);
    graph.count();
    graph
}

impl Forms<'_> {
    /// A new value, perhaps in blocks of this many channels.
    fn value(&mut self, shape: Shape, block: Option<usize>) -> ValueId {
        let form = block.map_or(Form::Planes, in_blocks_of);
        self.halos.push();
        self.graph.value(shape, form)
    }

    fn node(&mut self, i: usize, node: Node) {
        let (input, output) = (node.inputs[0], node.output);
        let shapes = [self.graph.shape(input), self.graph.shape(output)];
        let view = node.op().is_some_and(|op| op.is_view(shapes[0]));
        match &node.work {
            _ if view && shapes[0] == shapes[1] => self.same(node),
            _ if view => {
                let input = self.as_planes(input, node.instance);
                self.planes[output] = Some(output);
                self.nodes.push(Node { work: Work::View, inputs: vec![input], ..node });
            }
            Work::Layer(Op::Activation(_)) => self.activation(node),
            Work::Border { .. } => self.border(node),
            _ => self.kernel(i, node),
        }
    }

    /// A layer that changes nothing. In training its output has labels and a gradient of its own.
    fn same(&mut self, node: Node) {
        let (v, output) = (node.inputs[0], node.output);
        let input = self.blocks[v].unwrap_or_else(|| self.as_planes(v, node.instance));
        self.made(output, self.blocks[v].map(|_| BLOCK));
        self.halos.unite(input, output);
        self.nodes.push(Node { work: Work::View, inputs: vec![input], ..node });
    }

    /// An activation works on blocks, or on the planes with a halo that a kernel has just made.
    fn activation(&mut self, node: Node) {
        let (v, output) = (node.inputs[0], node.output);
        let blocks = self.blocks[v].or(self.few[v].filter(|&few| few == v));
        let input = blocks.unwrap_or_else(|| self.as_planes(v, node.instance));
        let block = match self.graph.values[input].form {
            Form::Planes => None,
            Form::Blocks { block, .. } => Some(block),
        };
        self.made(output, block);
        self.halos.unite(input, output);
        self.nodes.push(Node { inputs: vec![input], ..node });
    }

    /// The value is made here, in one form.
    fn made(&mut self, value: ValueId, block: Option<usize>) {
        let Some(block) = block else {
            self.planes[value] = Some(value);
            return;
        };
        self.graph.values[value].form = in_blocks_of(block);
        let form = if block == BLOCK { &mut self.blocks } else { &mut self.few };
        form[value] = Some(value);
    }

    fn kernel(&mut self, i: usize, mut node: Node) {
        let shapes: Vec<Shape> = node.inputs.iter().map(|&v| self.graph.shape(v)).collect();
        let Choice { candidate, form, chosen, refused } = self.choice(i, &node, &shapes);
        let instance = node.instance;
        let inputs = std::mem::take(&mut node.inputs);
        let addend = usize::from(node.epilogue.addend);
        for (k, &v) in inputs.iter().enumerate() {
            let added = k + addend == inputs.len() && addend == 1;
            let input = match form {
                KernelForm::Planes | KernelForm::Interleaved => self.as_planes(v, instance),
                KernelForm::HaloPlanes => self.as_planes_with_halo(v, instance),
                KernelForm::Blocks => self.as_blocks(v, chosen.few && !added, instance),
            };
            if !added {
                self.halos.want(input, chosen.halo, 0);
            }
            node.inputs.push(input);
        }
        self.made(
            node.output,
            match form {
                KernelForm::Planes | KernelForm::Interleaved => None,
                KernelForm::HaloPlanes => Some(1),
                KernelForm::Blocks => Some(BLOCK),
            },
        );
        if form.layout() == Layout::Blocked {
            self.halos.want(node.output, 0, chosen.d_halo);
            if chosen.in_place || matches!(chosen.kernel, Kernel::Add(_)) {
                node.inputs.iter().for_each(|&v| self.halos.unite(v, node.output));
            }
        }
        if let Some(indices) = node.indices {
            // The places of the maxima lie as the output does, without a halo.
            let blocks = form.layout() == Layout::Blocked;
            self.made(indices, blocks.then_some(BLOCK));
        }
        let site = site(&self.graph, &node, &shapes);
        let cost = site.map_or(0, |site| candidate.cost(&site));
        let (kernel, layout) = (chosen.kernel.clone(), form.layout());
        let spec = KernelSpec::new(kernel, layout, candidate.algorithm);
        node.epilogue.bias = spec.takes_epilogue() && node.op().is_some_and(has_bias);
        node.call = Some(Box::new(Call { chosen, spec: Rc::new(spec), cost, refused }));
        self.nodes.push(node);
    }

    fn choice(&self, i: usize, node: &Node, inputs: &[Shape]) -> Choice {
        if let Work::Select(steps) = &node.work {
            return selection(inputs, steps);
        }
        let forms: &[KernelForm] = match self.graph.layout {
            Layout::Blocked if self.in_planes[i] => &[KernelForm::HaloPlanes],
            Layout::Blocked => &[KernelForm::Blocks, KernelForm::Planes],
            Layout::Interleaved => &[KernelForm::Interleaved],
            Layout::Nchw => &[KernelForm::Planes],
        };
        let site = site(&self.graph, node, inputs).expect("a layer that is not a selection");
        choose(&site, forms).expect("every layer has a kernel in planes and of interleaved images")
    }
}

/// The layer of a node as one that needs a kernel for these inputs.
fn site<'s>(graph: &Graph<'_>, node: &'s Node, inputs: &'s [Shape]) -> Option<Site<'s>> {
    let (net, layer) = (graph.net, *node.layers.first()?);
    Some(Site {
        op: node.op()?,
        inputs,
        // What an epilogue does with it comes later.
        output: net.nodes[layer].layer.output,
        layer,
        own: net.own_number(layer),
        training: graph.training,
    })
}

fn in_blocks_of(block: usize) -> Form {
    Form::Blocks { halo: 0, d_halo: 0, block }
}

fn has_bias(op: &Op<'_>) -> bool {
    match op {
        Op::Deconv(d) => d.bias,
        op => op.convolution().is_some_and(|c| c.bias),
    }
}

/// Settles halos and frames: all that asked for them has done so, and parts are known.
fn frame(graph: &mut Graph<'_>, mut halos: Halos) {
    for v in 0..graph.values.len() {
        if let Some(part) = graph.values[v].part {
            halos.unite(part.of, v);
        }
    }
    for (v, value) in graph.values.iter_mut().enumerate() {
        if let Form::Blocks { halo, d_halo, .. } = &mut value.form {
            [*halo, *d_halo] = halos.of(v);
            if !graph.training {
                *d_halo = 0;
            }
        }
    }
    for node in &mut graph.nodes {
        let values = |vs: &[ValueId]| vs.iter().map(|&v| graph.values[v]).collect::<Vec<Value>>();
        let Some(call) = &mut node.call else { continue };
        if call.spec.layout != Layout::Blocked {
            continue;
        }
        let inputs = values(&node.inputs);
        if node.work == Work::ToPlanes && inputs[0].lies_like_planes() {
            (node.work, node.call) = (Work::View, None);
            continue;
        }
        let frame = Some(Frame::of(&inputs, graph.values[node.output]));
        call.spec = Rc::new(KernelSpec { frame, ..(*call.spec).clone() });
    }
}
