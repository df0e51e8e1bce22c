//! Network → nodes of one plan: which kernel computes each layer, and in which form each value
//! lies in memory.
//!
//! In inference, layers merge here: a batch norm into the convolution before it, and the sum of a
//! residual block into the last convolution of its branches. Where one kernel gives blocks of
//! channels and the next wants planes, or the other way round, a node that converts comes between.

mod convert;

use super::form::{BLOCK, Form, Halos, Value, frame};
use super::merge::{Merges, merges};
use super::parts::parts;
use super::planes::in_planes;
use super::{KernelCall, Layout, Storage, Stretch};
use crate::layers::{Activation, Body, Code, InBlocks, Kernel, Role, Selects};
use crate::net::{Net, ValueId};
use crate::shape::Shape;
use crate::text::text;
use proc_macro2::TokenStream;
use quote::quote;

/// Channels up to which an image's pixels lie side by side without padding.
const FEW: usize = 4;

/// A node of the plan.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The copy of a block or repetition that it belongs to.
    pub instance: Option<usize>,
    /// What it does.
    pub work: Work,
    /// Its inputs.
    pub inputs: Vec<ValueId>,
    /// Its output.
    pub output: ValueId,
    /// Where it leaves the places of its maxima, if another node reads them.
    pub indices: Option<ValueId>,
    /// Its trainable tensors.
    pub trainable: Vec<Stretch>,
    /// Its running statistics.
    pub buffers: Vec<Stretch>,
}

/// What a node does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// Nothing: the output is the input under another shape.
    View,
    /// An elementwise function.
    Activation(Activation),
    /// A kernel.
    Kernel(Box<Call>),
    /// The inputs are parts of the output, or are to be copied there.
    Join,
    /// Nothing: the output is a part of the input.
    Part,
}

/// A kernel, and what the planner must know of it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The kernel.
    pub kernel: KernelCall,
    /// Lengths of its packed tensors, where those are not its parameters'.
    pub packed: Option<Vec<usize>>,
    /// Whether backward reads the inputs.
    pub reads_input: bool,
    /// Whether backward reads the output.
    pub reads_output: bool,
    /// Floats per image that forward saves.
    pub saved: usize,
    /// Floats per batch that forward saves.
    pub stats: usize,
    /// Whether it can work in place.
    pub in_place: bool,
    /// Whether the gradient of each input is the gradient of the output.
    pub passes_gradient: bool,
    /// Which channels of the inputs the output is, where it is no more than that.
    pub selects: Option<Selects>,
    /// What it computes behind a convolution.
    pub pooled: Option<Pooled>,
}

/// A pool that a convolution computes too.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    /// The activation before the pool.
    pub activation: Option<TokenStream>,
}

/// The nodes of one plan.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    /// Everything that flows; those of the network first.
    pub values: Vec<Value>,
    /// The nodes in an order in which each comes after its inputs.
    pub nodes: Vec<Node>,
    /// What is read at the end.
    pub outputs: Vec<ValueId>,
}

struct Lowering<'a> {
    net: &'a Net,
    storage: &'a Storage,
    layout: Layout,
    training: bool,
    values: Vec<Value>,
    nodes: Vec<Node>,
    /// The kernels in blocks among the nodes, which get their frames at the end, and whether they
    /// convert to planes.
    framed: Vec<(usize, bool)>,
    /// The nodes whose kernels work in planes with a halo.
    in_planes: Vec<bool>,
    /// For each value of the network: what holds it as planes, in blocks, and in blocks of few
    /// channels or of one.
    planes: Vec<Option<ValueId>>,
    blocks: Vec<Option<ValueId>>,
    few: Vec<Option<ValueId>>,
    halos: Halos,
}

/// Chooses kernels and forms for a plan.
pub(super) fn lower(net: &Net, storage: &Storage, layout: Layout, training: bool) -> Lowered {
    let wanted = || net.outputs.iter().filter(|o| training || !o.train).map(|o| o.value);
    let live = net.needed_for(wanted());
    let mut lowering = Lowering {
        net,
        storage,
        layout,
        training,
        values: Vec::new(),
        nodes: Vec::new(),
        framed: Vec::new(),
        in_planes: vec![false; net.nodes.len()],
        planes: vec![None; net.values.len()],
        blocks: vec![None; net.values.len()],
        few: vec![None; net.values.len()],
        halos: Halos::default(),
    };
    for value in &net.values {
        lowering.value(value.shape, None);
    }
    for &input in &net.inputs {
        lowering.planes[input] = Some(input);
    }
    let merges = merges(net, &live, layout == Layout::Blocked && !training, wanted());
    if layout == Layout::Blocked && !training {
        lowering.in_planes = in_planes(net, &live, &merges, wanted());
    }
    for i in 0..net.nodes.len() {
        if live[i] && !merges.absorbed[i] {
            lowering.node(i, &merges);
        } else if live[i]
            && let Some(conv) = merges.summing[i]
        {
            lowering.node(conv, &merges);
        }
    }
    let outputs = wanted().map(|v| lowering.as_planes(v, None)).collect();
    lowering.finish(outputs)
}

impl Lowering<'_> {
    /// A new value, perhaps in blocks of so many channels.
    fn value(&mut self, shape: Shape, lanes: Option<usize>) -> ValueId {
        let form = lanes.map_or(Form::Planes, |lanes| Form::Blocks { halo: 0, d_halo: 0, lanes });
        self.values.push(Value { shape, form, part: None });
        self.halos.push();
        self.values.len() - 1
    }

    fn push(&mut self, instance: Option<usize>, work: Work, inputs: Vec<ValueId>, output: ValueId) {
        let (trainable, buffers) = (Vec::new(), Vec::new());
        let node = Node { instance, work, inputs, output, indices: None, trainable, buffers };
        self.nodes.push(node);
    }

    fn node(&mut self, i: usize, merges: &Merges) {
        let node = &self.net.nodes[i];
        let instance = node.instance;
        match &node.layer.body {
            Body::View if self.net.shape(node.inputs[0]) == node.layer.output => self.same(i),
            Body::View => {
                let input = self.as_planes(node.inputs[0], instance);
                self.planes[node.output] = Some(node.output);
                self.push(instance, Work::View, vec![input], node.output);
            }
            Body::Activation(activation) => {
                let v = node.inputs[0];
                // Blocks, or the planes with a halo that a kernel has just made.
                let blocks = self.blocks[v].or(self.few[v].filter(|&few| few == v));
                let input = blocks.unwrap_or_else(|| self.as_planes(v, instance));
                let lanes = match self.values[input].form {
                    Form::Planes => None,
                    Form::Blocks { lanes, .. } => Some(lanes),
                };
                self.settle(node.output, lanes);
                self.halos.unite(input, node.output);
                let work = Work::Activation(activation.clone());
                self.push(instance, work, vec![input], node.output);
            }
            Body::Kernel(kernel) => {
                let inputs = match &kernel.before {
                    Some(before) => vec![self.before(node.inputs[0], before, instance)],
                    None => node.inputs.clone(),
                };
                match &kernel.blocked {
                    Some(blocked) if self.layout == Layout::Blocked => {
                        self.in_blocks(i, &inputs, kernel, blocked, merges);
                    }
                    _ => self.in_planes(i, &inputs, kernel),
                }
            }
        }
        self.keep_indices(i);
    }

    /// The places of the maxima lie as the output does, without a halo.
    fn keep_indices(&mut self, i: usize) {
        let node = &self.net.nodes[i];
        if let (Some(v), Some(last)) = (node.indices, self.nodes.last_mut()) {
            last.indices = Some(v);
            let blocks = matches!(self.values[node.output].form, Form::Blocks { .. });
            self.settle(v, blocks.then_some(BLOCK));
        }
    }

    /// A layer that changes nothing. In training its output has labels and a gradient of its own.
    fn same(&mut self, i: usize) {
        let node = &self.net.nodes[i];
        let v = node.inputs[0];
        let input = self.blocks[v].unwrap_or_else(|| self.as_planes(v, node.instance));
        self.settle(node.output, self.blocks[v].map(|_| BLOCK));
        self.halos.unite(input, node.output);
        self.push(node.instance, Work::View, vec![input], node.output);
    }

    /// The value is made now, in one form.
    fn settle(&mut self, value: ValueId, lanes: Option<usize>) {
        let Some(lanes) = lanes else {
            self.planes[value] = Some(value);
            return;
        };
        self.values[value].form = Form::Blocks { halo: 0, d_halo: 0, lanes };
        let form = if lanes == BLOCK { &mut self.blocks } else { &mut self.few };
        form[value] = Some(value);
    }

    /// A kernel that works on planes, or on interleaved images.
    fn in_planes(&mut self, i: usize, inputs: &[ValueId], kernel: &Kernel) {
        let node = &self.net.nodes[i];
        let code = if self.training { Some(&kernel.training) } else { kernel.inference.as_ref() };
        let code = code.expect("a layer that inference leaves out has no reader there");
        let inputs = inputs.iter().map(|&v| self.as_planes(v, node.instance)).collect();
        self.settle(node.output, None);
        let layout = if self.layout == Layout::Lanes { Layout::Lanes } else { Layout::Nchw };
        let mut code = layout.choose(code).clone();
        if kernel.keyed {
            code = code.keyed(i);
        }
        let call = Call {
            packed: layout.choose(&kernel.packed).clone(),
            reads_input: kernel.reads_input,
            reads_output: kernel.reads_output,
            saved: kernel.saved,
            stats: kernel.stats,
            in_place: kernel.in_place,
            passes_gradient: kernel.passes_gradient,
            ..Call::plain(KernelCall {
                scratch: kernel.scratch,
                own: self.net.own_number(i),
                ..KernelCall::new(layout, &code)
            })
        };
        self.push(node.instance, Work::Kernel(Box::new(call)), inputs, node.output);
        self.own_parameters(i);
    }

    /// A kernel that works in blocks.
    fn in_blocks(
        &mut self,
        i: usize,
        inputs: &[ValueId],
        kernel: &Kernel,
        blocked: &InBlocks,
        merges: &Merges,
    ) {
        let node = &self.net.nodes[i];
        let chain = merges.selection[i].as_ref();
        let inputs = chain.map_or(inputs, |chain| &chain.inputs[..]);
        let planes = self.in_planes[i];
        let form = |&v: &ValueId| match planes {
            true => self.as_planes_with_halo(v, node.instance),
            false => self.as_blocks(v, blocked.few, node.instance),
        };
        let mut inputs: Vec<ValueId> = inputs.iter().map(form).collect();
        for &v in &inputs {
            self.halos.want(v, blocked.halo, 0);
        }
        let mut output = node.output;
        let mut instance = node.instance;
        let mut code =
            if self.training { blocked.training.clone() } else { blocked.inference.clone() };
        if kernel.keyed {
            code = code.keyed(i);
        }
        if let Some(chain) = chain {
            code = chain.code(self.net);
        }
        let selects = blocked.selects.filter(|_| chain.is_none());
        let (mut packed, mut absorbed) = (kernel.packed.nchw.clone(), None);
        let mut pooled = None;
        if let Some(planar) = blocked.planes.as_ref().filter(|_| planes) {
            code = planar.clone();
        } else if !self.training
            && let Some(merge) = &blocked.merges
        {
            let norm = merges.norm[i].map(|norm| {
                output = self.net.nodes[norm].output;
                absorbed = Some(norm);
                let Body::Kernel(kernel) = &self.net.nodes[norm].layer.body else {
                    unreachable!("a batch norm is a kernel")
                };
                kernel.norm.expect("a batch norm")
            });
            if let Some((sum, other)) = merges.sum[i] {
                instance = self.net.nodes[sum].instance;
                let other = self.as_blocks(other, false, instance);
                inputs.push(other);
                output = self.net.nodes[sum].output;
            }
            let (args, bias) = (&code.args, merge.bias);
            let norm = norm.map_or_else(
                || quote!(::core::option::Option::None),
                |eps| quote!(::core::option::Option::Some(#eps)),
            );
            code.args = quote!(#args, #bias, #norm);
            if let (Some((pool, between)), Some(ty)) = (merges.pool[i], &merge.pooled) {
                let pool = &self.net.nodes[pool];
                (output, instance) = (pool.output, pool.instance);
                let activation = between.map(|a| match &self.net.nodes[a].layer.body {
                    Body::Activation(activation) => activation.value.clone(),
                    _ => unreachable!("an activation"),
                });
                pooled = Some(Pooled { activation });
                let Body::Kernel(kernel) = &pool.layer.body else {
                    unreachable!("a pool is a kernel")
                };
                let pool = kernel.blocked.as_ref().and_then(|b| b.pools.as_ref());
                let args = &code.args;
                code = Code { ty: ty.clone(), args: quote!(#args, #pool), ..code };
            }
            packed = Some(merge.packed.clone());
        }
        self.settle(output, Some(if planes { 1 } else { BLOCK }));
        self.halos.want(output, 0, blocked.d_halo);
        if blocked.in_place || kernel.passes_gradient {
            for &v in &inputs {
                self.halos.unite(v, output);
            }
        }
        self.framed.push((self.nodes.len(), false));
        let call = Call {
            packed,
            reads_input: kernel.reads_input,
            reads_output: kernel.reads_output,
            saved: blocked.saved,
            stats: kernel.stats,
            in_place: blocked.in_place,
            selects,
            pooled,
            passes_gradient: kernel.passes_gradient,
            ..Call::plain(KernelCall { scratch: true, ..KernelCall::new(Layout::Blocked, &code) })
        };
        self.push(instance, Work::Kernel(Box::new(call)), inputs, output);
        self.own_parameters(i);
        if let Some(norm) = absorbed {
            self.own_parameters(norm);
        }
    }

    /// The last node has the parameters of a layer.
    fn own_parameters(&mut self, i: usize) {
        let trainable = self.storage.of(self.net, i, Role::Trainable);
        let buffers = self.storage.of(self.net, i, Role::Buffer);
        if let Some(node) = self.nodes.last_mut() {
            node.trainable.extend(trainable);
            node.buffers.extend(buffers);
        }
    }

    /// Settles parts and halos.
    fn finish(mut self, outputs: Vec<ValueId>) -> Lowered {
        if !self.training {
            let parts = parts(&self.values, &mut self.nodes, &outputs);
            for (v, part) in parts.into_iter().enumerate() {
                if let Some(part) = part {
                    self.halos.unite(part.of, v);
                    self.values[v].part = Some(part);
                }
            }
        }
        for (v, value) in self.values.iter_mut().enumerate() {
            if let Form::Blocks { halo, d_halo, .. } = &mut value.form {
                [*halo, *d_halo] = self.halos.of(v);
                if !self.training {
                    *d_halo = 0;
                }
            }
        }
        for &(i, flattens) in &self.framed {
            let node = &mut self.nodes[i];
            let inputs: Vec<Value> = node.inputs.iter().map(|&v| self.values[v]).collect();
            if flattens && inputs[0].lies_like_planes() {
                node.work = Work::View;
            } else if let Work::Kernel(call) = &mut node.work {
                let (args, frame) = (&call.kernel.args, frame(&inputs, self.values[node.output]));
                call.kernel.args = format!("{args}, {frame}").into();
            }
        }
        Lowered { values: self.values, nodes: self.nodes, outputs }
    }
}

impl Code {
    /// With the layer's number as the last argument, the key of its random numbers.
    fn keyed(self, layer: usize) -> Self {
        let (args, key) = (&self.args, layer as u64);
        Self { args: quote!(#args, #key), ..self }
    }
}

impl KernelCall {
    fn new(layout: Layout, code: &Code) -> Self {
        let (ty, args) = (text(&code.ty).into(), text(&code.args).into());
        Self { layout, algorithm: code.algorithm, ty, args, scratch: false, own: None }
    }
}

impl Call {
    fn plain(kernel: KernelCall) -> Self {
        Self {
            kernel,
            packed: None,
            reads_input: false,
            reads_output: false,
            saved: 0,
            stats: 0,
            in_place: false,
            passes_gradient: false,
            selects: None,
            pooled: None,
        }
    }
}
