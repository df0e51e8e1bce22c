//! A plan as text, for people: what each step computes, how and why so, and where its tensors lie.

use crate::emit::{self, kernel_type};
use crate::net::Net;
use crate::plan::{
    Action, BackwardStep, BufferId, Epilogue, Form, ForwardStep, KernelSpec, Layout, Plan, Step,
    Value,
};
use crate::rewrite::Graph;
use crate::schedule::{self, Storage};
use cnn_ir::Activation;
use std::collections::HashMap;
use std::fmt::Write;

/// What is to be told.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The plan that trains, and not the one that infers.
    pub training: bool,
    /// Images at a time.
    pub batch: usize,
    /// Whether to tell which kernels and rewrites were refused, and why.
    pub why: bool,
    /// Bytes of scratch for the batch on one thread, by the plan that infers (none for the one that
    /// trains) and the place in its list of rooms; the runtime knows them.
    pub scratch: &'a dyn Fn(Option<usize>, usize) -> Option<usize>,
}

/// A network's plan.
///
/// Inference goes by the plan of interleaved images where there is one and the batch fills a group of them.
/// Places are those of a batch that runs at once; a session runs a large one in pieces.
pub fn plan(net: &Net, request: Request<'_>) -> String {
    let storage = Storage::new(net);
    let layouts = schedule::layouts(net, request.training);
    let fills = |layout: &Layout| request.training || layout.interleaved() <= request.batch;
    let index = layouts.iter().rposition(fills).unwrap_or(0);
    let layout = layouts[index];
    let graph = schedule::graph(net, layout, request.training);
    let plan = match request.training {
        true => schedule::trains(&graph, &storage),
        false => schedule::infers(&graph, &storage),
    };
    let group = layout.interleaved();
    Text {
        net,
        graph: &graph,
        plan: &plan,
        request,
        index: (!request.training).then_some(index),
        images: request.batch.div_ceil(group) * group,
        names: names(net, &graph, &plan),
    }
    .write()
}

struct Text<'a> {
    net: &'a Net,
    graph: &'a Graph<'a>,
    plan: &'a Plan,
    request: Request<'a>,
    index: Option<usize>,
    /// Images with those that fill the last group up.
    images: usize,
    /// What each buffer holds.
    names: HashMap<BufferId, String>,
}

/// What buffers hold at the beginning and at the end.
fn names(net: &Net, graph: &Graph<'_>, plan: &Plan) -> HashMap<BufferId, String> {
    let mut names = HashMap::new();
    let mut name = |buffers: &[BufferId], what: &str| {
        for (i, b) in buffers.iter().enumerate() {
            let number = if buffers.len() > 1 { format!(" {i}") } else { String::new() };
            names.entry(*b).or_insert(format!("{what}{number}"));
        }
    };
    debug_assert_eq!(net.inputs.len(), plan.inputs.len());
    debug_assert_eq!(graph.outputs.len(), plan.outputs.len());
    name(&plan.inputs, "input");
    name(&plan.outputs, "output");
    name(&plan.d_outputs, "gradient of the output");
    name(&plan.d_inputs, "gradient of the input");
    names
}

impl Text<'_> {
    fn write(&self) -> String {
        let Self { plan, request, .. } = self;
        let what = if request.training { "training" } else { "inference" };
        let layout = match plan.layout.interleaved() {
            1 => "channels in blocks of 16",
            _ => "16 images interleaved",
        };
        let s = if request.batch == 1 { "" } else { "s" };
        let mut text = format!(
            "{}: {what} of {} image{s}, {layout}\narena {} bytes",
            self.net.name,
            request.batch,
            grouped(4 * plan.arena * self.images),
        );
        if !request.training {
            let _ = write!(text, ", packed weights {} bytes", grouped(4 * plan.packed));
        }
        text.push('\n');
        let rooms = emit::room_numbers(plan);
        let mut rooms = rooms.into_iter();
        for (title, steps) in [("forward", &plan.forward), ("backward", &plan.backward)] {
            if steps.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{title}");
            for (i, step) in steps.iter().enumerate() {
                self.step(&mut text, i, step, rooms.next().flatten());
            }
        }
        text
    }

    fn step(&self, text: &mut String, i: usize, step: &Step, room: Option<usize>) {
        let only = if step.for_input_only { ", only for gradients of the input" } else { "" };
        match &step.action {
            Action::Forward(f) => self.forward(text, i, f),
            Action::Bands(bands) => self.bands(text, i, &bands.chain),
            Action::Backward(b) => self.backward(text, i, b, only),
            Action::Derivative { activation, kept, d, .. } => {
                let (d, kept) = (self.place(*d), self.place(*kept));
                let name = activation.keyword();
                let _ =
                    writeln!(text, "{i:4}  derivative of {name}{only}\n      {d} times f'({kept})");
            }
            Action::Copy { from, to } => {
                let (from, to) = (self.place(*from), self.place(*to));
                let _ = writeln!(text, "{i:4}  copy{only}\n      {from} → {to}");
            }
            Action::Accumulate { from, to } => {
                let (from, to) = (self.place(*from), self.place(*to));
                let _ = writeln!(text, "{i:4}  accumulate{only}\n      {from} added to {to}");
            }
            Action::Tap { label, buffer, .. } => {
                let (label, place) = (&self.net.labels[*label].path, self.place(*buffer));
                let _ = writeln!(text, "{i:4}  label {label}\n      {place}");
            }
        }
        if let Some(bytes) = room.and_then(|room| (self.request.scratch)(self.index, room))
            && bytes > 0
        {
            let at = grouped(4 * step.end * self.images);
            let _ = writeln!(text, "      scratch {} bytes from {at} on", grouped(bytes));
        }
    }

    fn forward(&self, text: &mut String, i: usize, f: &ForwardStep) {
        let _ = write!(text, "{i:4}  ");
        self.kernel(text, f);
        let inputs: Vec<String> = f.inputs.iter().map(|&b| self.place(b)).collect();
        let inputs = if inputs.is_empty() { "in place".to_owned() } else { inputs.join(" and ") };
        let _ = writeln!(text, "      {inputs} → {} {}", value(&f.value), self.place(f.output));
        if let Some(saved) = f.saved {
            let _ = writeln!(text, "      saves {}", self.place(saved));
        }
        if let Some(stats) = f.stats {
            let _ = writeln!(text, "      saves {} bytes a batch", grouped(4 * stats.len));
        }
        if self.request.why {
            self.why(text, f);
        }
    }

    /// The layers that a kernel computes, and what it does with its result.
    fn kernel(&self, text: &mut String, f: &ForwardStep) {
        let _ = writeln!(text, "{}{}", self.layers(&f.layers), kernel(&f.kernel));
        let epilogue = epilogue(&f.epilogue);
        if !epilogue.is_empty() {
            let _ = writeln!(text, "      then {}", epilogue.join(", "));
        }
    }

    /// A chain of kernels: of what lies between them, a few rows.
    fn bands(&self, text: &mut String, i: usize, chain: &[ForwardStep]) {
        let _ = writeln!(text, "{i:4}  {} layers in bands of rows", chain.len());
        for (k, f) in chain.iter().enumerate() {
            let _ = write!(text, "{:>4}  ", format!("{i}.{}", k + 1));
            self.kernel(text, f);
            let before = if k > 0 { None } else { f.inputs.first() };
            let inputs = before.into_iter().chain(f.inputs.iter().skip(1));
            let mut inputs: Vec<String> = inputs.map(|&b| self.place(b)).collect();
            if k > 0 {
                inputs.insert(0, "a strip".to_owned());
            }
            let last = k + 1 == chain.len();
            let place = if last { self.place(f.output) } else { "in a strip".to_owned() };
            let _ = writeln!(text, "      {} → {} {place}", inputs.join(" and "), value(&f.value));
            if self.request.why {
                self.why(text, f);
            }
        }
    }

    fn backward(&self, text: &mut String, i: usize, b: &BackwardStep, only: &str) {
        let layers = self.layers(b.layer.as_slice());
        let kernel = kernel(&b.kernel);
        let _ = writeln!(text, "{i:4}  {layers}backward of {kernel}{only}");
        if let Some(through) = &b.through {
            let name = through.activation.keyword();
            let _ = writeln!(text, "      after the derivative of {name}, of what it finds anew");
        }
        let read = b.inputs.iter().copied().chain(b.output).chain(b.saved);
        let read: Vec<String> = read.map(|b| self.place(b)).collect();
        if !read.is_empty() {
            let _ = writeln!(text, "      reads {}", read.join(" and "));
        }
        let to: Vec<String> = b.d_inputs.iter().map(|(d, _)| self.place(*d)).collect();
        let to = if to.is_empty() { "in place".to_owned() } else { to.join(" and ") };
        let _ = writeln!(text, "      {} → {to}", self.place(b.d_output));
    }

    /// What was refused for the layers of a step, and why no chain goes on after it.
    fn why(&self, text: &mut String, f: &ForwardStep) {
        if let Some(why) = f.ends_chain {
            let _ = writeln!(text, "      no chain with the next step: {why}");
        }
        let layers = &f.layers;
        let node = self.graph.nodes.iter().find(|n| n.call.is_some() && n.layers == *layers);
        if let Some(call) = node.and_then(|n| n.call.as_ref()) {
            for r in &call.refused {
                let _ = writeln!(text, "      not {} {}: {}", r.algorithm, r.form, r.why);
            }
            if call.cost > 0 {
                let _ = writeln!(text, "      {} operations an image", cnn_ir::grouped(call.cost));
            }
        }
        for note in self.graph.notes.iter().filter(|note| layers.contains(&note.layer)) {
            let layer = self.layer(note.layer);
            let _ = match note.refused {
                None => writeln!(text, "      {} of {layer}: done", note.rule),
                Some(why) => writeln!(text, "      no {} of {layer}: {why}", note.rule),
            };
        }
    }

    /// The layers that a step computes.
    fn layers(&self, layers: &[usize]) -> String {
        let mut texts: Vec<String> = layers.iter().map(|&i| self.layer(i)).collect();
        texts.extend(texts.is_empty().then(|| "between layers".to_owned()));
        texts.join(" + ") + "\n      "
    }

    fn layer(&self, i: usize) -> String {
        let node = &self.net.nodes[i];
        format!("{} {}", node.path, node.text())
    }

    /// Where a buffer lies in the arena of the batch, in bytes.
    fn place(&self, buffer: BufferId) -> String {
        let whole = self.plan.whole(buffer);
        let b = &self.plan.buffers[whole];
        let bytes = |floats: usize| 4 * floats * self.images;
        let range = |offset: usize, len: usize| {
            format!("[{}..{}]", grouped(bytes(offset)), grouped(bytes(offset + len)))
        };
        let name = self.names.get(&buffer).map(|name| format!("{name} ")).unwrap_or_default();
        match self.plan.buffers[buffer].within {
            None => name + &range(b.offset, b.len),
            Some(within) => {
                let part = &self.plan.buffers[buffer];
                format!(
                    "{name}{} from {} on of each image in {}",
                    grouped(4 * part.len),
                    grouped(4 * within.first),
                    range(b.offset, b.len)
                )
            }
        }
    }
}

/// A kernel in words.
fn kernel(spec: &KernelSpec) -> String {
    format!("{} ({})", spec.algorithm, kernel_type(spec))
}

/// What a kernel does with its result.
fn epilogue(epilogue: &Epilogue) -> Vec<String> {
    let Epilogue { bias, norm, addend, activation } = epilogue;
    let mut words = Vec::new();
    words.extend(bias.then(|| "bias".to_owned()));
    words.extend(norm.map(|eps| format!("norm of eps {eps}")));
    words.extend(addend.then(|| "addend".to_owned()));
    words.extend(activation.map(|a: Activation| a.keyword().to_owned()));
    words
}

/// A value and its form in words.
fn value(value: &Value) -> String {
    let form = match value.form {
        Form::Planes => "in planes".to_owned(),
        Form::Blocks { halo, block, .. } => {
            let blocks = match block {
                1 => "in planes".to_owned(),
                n => format!("in blocks of {n}"),
            };
            if halo == 0 { blocks } else { format!("{blocks} with a halo of {halo}") }
        }
    };
    format!("{} {form}", value.shape)
}

fn grouped(n: usize) -> String {
    cnn_ir::grouped(n as u64)
}
