//! Plan steps → straight-line functions, as text.
//!
//! The steps of one copy of a block become a function of their own, which copies that do the same share:
//! what differs between them, kernels and numbers, are its arguments.

mod backward;

use super::ends::Ends;
use super::kernels::{self, Code};
use super::own;
use super::units::{Copied, KERNEL, KERNEL_OF, Unit};
use crate::plan::{
    Action, Bands, BufferId, Epilogue, Form, ForwardStep, KernelSpec, Layout, Pack, Plan, Step,
    Stretch, Value,
};
use crate::text::list;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::rc::Rc;

/// Kernels and functions of a network, each emitted once.
#[derive(Default)]
pub(super) struct Items {
    /// The kernels, with what they are made with: statics, since each reference to a constant would be a
    /// constant of its own for rustc to check. Some are written alike.
    kernels: HashMap<(Rc<KernelSpec>, Epilogue), Static>,
    written: HashMap<[String; 2], usize>,
    /// Of which kernels the way to pack parameters is emitted.
    packings: HashSet<Rc<str>>,
    /// The functions of blocks, by what they do.
    units: HashMap<String, usize>,
    constants: String,
    functions: String,
    /// What exists for training alone.
    backward: String,
}

impl Items {
    /// The static that holds the kernel.
    pub(super) fn kernel(&mut self, spec: &Rc<KernelSpec>, epilogue: Epilogue) -> Static {
        if let Some(k) = spec.own() {
            return Static { name: own::kernel(k).into(), ty: "Custom".into() };
        }
        let epilogue =
            if spec.takes_epilogue() { epilogue.built_in() } else { Epilogue::default() };
        let key = (spec.clone(), epilogue);
        if let Some(known) = self.kernels.get(&key) {
            return known.clone();
        }
        let kernel = self.written(kernels::code(spec, epilogue));
        self.kernels.insert(key, kernel.clone());
        kernel
    }

    /// The static that holds a chain of kernels.
    pub(super) fn bands(&mut self, Bands { chain, strips }: &Bands) -> Static {
        let kernels = chain.iter().map(|f| self.kernel(&f.kernel, f.epilogue).name);
        let rows = list(kernels.map(|kernel| format!("{kernel}.rows()")).collect::<Vec<_>>());
        let ty = format!("step::Bands<{}>", chain.len());
        self.written(Code { ty, args: format!("[{rows}], {strips}") })
    }

    /// The static that is made like this.
    fn written(&mut self, Code { ty, args }: Code) -> Static {
        let next = self.written.len();
        let index = *self.written.entry([ty.clone(), args.clone()]).or_insert(next);
        if index == next {
            let _ = write!(self.constants, "static K{index}: rt::{ty} = <rt::{ty}>::new({args});");
        }
        Static { name: format!("K{index}").into(), ty: ty.into() }
    }

    /// A constant that tells how the kernel's parameters are packed.
    fn packing(&mut self, spec: &Rc<KernelSpec>, epilogue: Epilogue) -> String {
        if !spec.kernel.packs() {
            return "rt::Packing::PLAIN".to_owned();
        }
        let kernel = self.kernel(spec, epilogue).name;
        let name = format!("PACKING_{kernel}");
        if self.packings.insert(kernel.clone()) {
            let layout = spec.layout.name();
            let _ = write!(
                self.constants,
                "const {name}: rt::Packing = rt::Packing::by(
                    |from, to| rt::PackParams::<rt::{layout}>::pack(&{kernel}, from, to)
                );"
            );
        }
        name
    }

    /// A call of the function for a copy of a block, which is written unless there is one that does the same.
    fn call(&mut self, unit: &Unit, copy: &Copied, plan: &Plan, pass: Pass) -> String {
        let [parameters, arguments] = unit.arguments(copy);
        let Unit { body, .. } = unit;
        let rest = format!("({}{parameters}) {{ {} {body} }}", pass.parameters(), prelude(plan));
        let next = self.units.len();
        let index = *self.units.entry(rest).or_insert_with_key(|rest| {
            let functions = match pass {
                Pass::TrainBackward => &mut self.backward,
                Pass::Infer | Pass::TrainForward => &mut self.functions,
            };
            let _ = write!(functions, "fn block_{next}{rest}");
            next
        });
        format!("block_{index}({}{arguments});", pass.arguments())
    }

    /// All constants and functions.
    pub(super) fn into_text(self) -> String {
        let Self { constants, functions, backward, .. } = self;
        format!("{constants} {functions} __cnn_rt::train_only! {{ {backward} }}")
    }
}

/// A static that holds a kernel.
#[derive(Clone)]
pub(super) struct Static {
    pub(super) name: Rc<str>,
    /// The runtime's type.
    ty: Rc<str>,
}

/// Which of a network's functions is being written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    Infer,
    TrainForward,
    TrainBackward,
}

impl Pass {
    fn parameters(self) -> &'static str {
        match self {
            Self::Infer => "cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]",
            Self::TrainForward => {
                "cx: &rt::Pass<'_>, t: &mut rt::TrainingTensors<'_>, tap: &mut dyn rt::Observer"
            }
            Self::TrainBackward => {
                "cx: &rt::Pass<'_>, t: &mut rt::BackwardTensors<'_>, tap: &mut dyn rt::Observer"
            }
        }
    }

    fn arguments(self) -> &'static str {
        match self {
            Self::Infer => "cx, w, arena",
            Self::TrainForward | Self::TrainBackward => "cx, t, tap",
        }
    }

    fn arena(self) -> &'static str {
        match self {
            Self::Infer => "arena",
            Self::TrainForward | Self::TrainBackward => "t.arena",
        }
    }
}

/// The call of a kernel that gives the scratch that it needs.
pub(super) fn room(backward: bool) -> &'static str {
    if backward { ".room_backward()" } else { ".room()" }
}

/// The start of a function's body.
fn prelude(plan: &Plan) -> String {
    format!("use __cnn_rt::step::*; let n = cx.padded::<rt::{}>();", plan.layout.name())
}

/// The function `name` that runs the steps.
pub(super) fn function(
    items: &mut Items,
    name: &str,
    plan: &Plan,
    pass: Pass,
    steps: &[Step],
) -> String {
    let (parameters, prelude) = (pass.parameters(), prelude(plan));
    let mut function = format!("fn {name}({parameters}) {{ {prelude}");
    let mut ends = Ends::of(steps);
    let mut checks = Vec::new();
    let write = |run: &[Step]| {
        let copied = run[0].instance.is_some().then(Copied::default);
        let mut writer = Writer { items: &mut *items, plan, pass, copied, end: 0 };
        let mut text = String::new();
        for (i, step) in run.iter().enumerate() {
            let check = ends.next();
            match (i, &writer.copied) {
                (0, _) => checks.push(check),
                (_, None) => text += &check,
                // A copy of a block ends with its function.
                (_, Some(_)) => {}
            }
            text += &writer.step(step);
        }
        (text, writer.copied)
    };
    let runs = steps.chunk_by(|a, b| a.instance == b.instance);
    let (texts, copies): (Vec<String>, Vec<Option<Copied>>) = runs.map(write).unzip();
    // Copies with the same kernels share a function, and those that are alone with theirs another one: a
    // kernel that is no argument needs no word in each call.
    let kernels = |copy: &Option<Copied>| -> Vec<String> {
        copy.iter().flat_map(Copied::kernels).map(str::to_owned).collect()
    };
    let mut keys: Vec<_> = texts.iter().zip(copies.iter().map(kernels)).collect();
    let mut with: HashMap<_, usize> = HashMap::new();
    keys.iter().for_each(|key| *with.entry(key.clone()).or_default() += 1);
    keys.iter_mut().filter(|key| with[key] == 1).for_each(|key| key.1.clear());
    let mut alike: HashMap<_, Vec<&Copied>> = HashMap::new();
    for (key, copy) in keys.iter().zip(&copies) {
        alike.entry(key).or_default().extend(copy);
    }
    let mut units = HashMap::new();
    for ((key, copy), check) in keys.iter().zip(&copies).zip(&checks) {
        function.push_str(check);
        let Some(copy) = copy else {
            function.push_str(key.0);
            continue;
        };
        let unit = units.entry(key).or_insert_with(|| Unit::new(&alike[key], key.0));
        function.push_str(&items.call(unit, copy, plan, pass));
    }
    function + "}"
}

/// How the parameters of an inference plan are packed, as constant expressions.
pub(super) fn packs(items: &mut Items, packs: &[Pack]) -> Vec<String> {
    let stretch = |s: &Stretch| format!("({}, {})", s.offset, s.len);
    let pack = |pack: &Pack| {
        let by = items.packing(&pack.kernel, pack.epilogue);
        let (params, state) =
            (list(pack.params.iter().map(stretch)), list(pack.state.iter().map(stretch)));
        let to = stretch(&pack.to);
        format!("rt::Pack {{ params: &[{params}], state: &[{state}], to: {to}, by: {by} }}")
    };
    packs.iter().map(pack).collect()
}

struct Writer<'a> {
    items: &'a mut Items,
    plan: &'a Plan,
    pass: Pass,
    /// What the text has places for; none where it is written out.
    copied: Option<Copied>,
    /// Where the scratch of the step being written lies.
    end: usize,
}

impl Writer<'_> {
    fn number(&mut self, n: usize) -> String {
        match &mut self.copied {
            None => n.to_string(),
            Some(copied) => copied.number(n),
        }
    }

    /// A kernel: a reference to it, or where a method is called.
    fn kernel(&mut self, spec: &Rc<KernelSpec>, epilogue: Epilogue, kind: char) -> String {
        let held = self.items.kernel(spec, epilogue);
        match (kind, spec.own()) {
            // Kernels of own layers have types without a name.
            (KERNEL, Some(_)) => format!("&{}", held.name),
            (_, Some(_)) => held.name.to_string(),
            _ => self.held(held, kind),
        }
    }

    /// What a static holds: a reference to it, or where a method is called.
    fn held(&mut self, Static { name, ty }: Static, kind: char) -> String {
        match &mut self.copied {
            Some(copied) => copied.kernel(kind, name.to_string(), ty),
            None if kind == KERNEL => format!("&{name}"),
            None => name.to_string(),
        }
    }

    /// Where a buffer lies.
    fn place(&mut self, buffer: BufferId) -> String {
        let plan = self.plan;
        let whole = &plan.buffers[plan.whole(buffer)];
        let (offset, len) = (self.number(whole.offset), self.number(whole.len));
        match plan.buffers[buffer].within {
            None => format!("whole({offset}, {len})"),
            Some(within) => {
                let first = self.number(within.first);
                let own = self.number(plan.buffers[buffer].len);
                format!("part({offset}, {len}, {first}, {own})")
            }
        }
    }

    fn places(&mut self, buffers: &[BufferId]) -> String {
        list(buffers.iter().map(|&b| self.place(b)))
    }

    fn place_or_none(&mut self, buffer: Option<BufferId>) -> String {
        buffer.map_or_else(|| "NONE".to_owned(), |b| self.place(b))
    }

    /// Statements over a buffer that is read and one that is written.
    fn pair(&mut self, from: BufferId, to: BufferId, run: &str) -> String {
        let (arena, from, to) = (self.pass.arena(), self.place(from), self.place(to));
        format!("{{ let (from, to) = pair({arena}, n, {from}, {to}); {run} }}")
    }

    /// The scratch of a kernel: as much as it asks for, or, in blocks, all there is, which its
    /// threads share out.
    fn scratch(&mut self, spec: &Rc<KernelSpec>, epilogue: Epilogue, backward: bool) -> String {
        let needed = if backward { spec.scratch.backward } else { spec.scratch.forward };
        match (needed, spec.layout) {
            (false, _) => "0".to_owned(),
            (true, Layout::Blocked) => "ALL".to_owned(),
            (true, _) => self.kernel(spec, epilogue, KERNEL_OF) + room(backward) + ".image",
        }
    }

    /// The place of an own layer's parameters among all.
    fn own(&self, k: usize) -> String {
        let place = own::place(k);
        let known = match self.pass {
            Pass::Infer => self.plan.packed.to_string(),
            Pass::TrainForward | Pass::TrainBackward => "KNOWN".to_owned(),
        };
        format!("({known} + {place}.0, {place}.1)")
    }

    /// Stretches of parameters, or of what lies as they do.
    fn stretches(&mut self, stretches: &[Stretch]) -> String {
        list(
            stretches
                .iter()
                .map(|s| format!("({}, {})", self.number(s.offset), self.number(s.len))),
        )
    }

    fn params(&mut self, spec: &KernelSpec, stretches: &[Stretch]) -> String {
        match spec.own() {
            Some(k) => self.own(k),
            None => self.stretches(stretches),
        }
    }

    fn stats(&mut self, stats: Option<Stretch>) -> String {
        match stats {
            Some(stats) => self.stretches(&[stats]),
            None => "(0, 0)".to_owned(),
        }
    }

    fn step(&mut self, step: &Step) -> String {
        self.end = step.end;
        let code = match &step.action {
            Action::Forward(forward) => self.forward(forward),
            Action::Bands(bands) => self.bands(bands),
            Action::Backward(backward) => self.backward(backward),
            Action::Derivative { activation, kept, d, value, kept_halo } => {
                let run = self.derivative(*activation, *value, *kept_halo);
                self.pair(*kept, *d, &run)
            }
            Action::Copy { from, to } => self.pair(*from, *to, "to.copy_from_slice(from);"),
            Action::Accumulate { from, to } => {
                self.pair(*from, *to, "rt::accumulate(cx, to, from);")
            }
            Action::Tap { label, buffer, value } => {
                format!("if tap.active() {{ {} }}", self.tap(*label, *buffer, *value))
            }
        };
        if step.for_input_only { format!("if t.input_gradients {{ {code} }}") } else { code }
    }

    /// What shows a label's value, or its gradient, to whoever watches.
    fn tap(&mut self, label: usize, buffer: BufferId, value: Value) -> String {
        let (label, place) = (self.number(label), self.place(buffer));
        let order = self.order(value);
        let backward = self.pass == Pass::TrainBackward;
        let (call, of) = if backward { ("gradient", "of_mut") } else { ("value", "of") };
        format!("tap.{call}({label}, {order}, {place}.{of}(t.arena, n));")
    }

    /// How a value lies in memory, for a tap.
    fn order(&self, value: Value) -> String {
        match value.form {
            Form::Planes => {
                format!("rt::Order::Planes {{ interleaved: {} }}", self.plan.layout.interleaved())
            }
            Form::Blocks { halo, d_halo, .. } => {
                let halo = if self.pass == Pass::TrainBackward { d_halo } else { halo };
                format!("rt::Order::Blocks {{ halo: {halo} }}")
            }
        }
    }

    fn forward(&mut self, f: &ForwardStep) -> String {
        let (kernel, layout) = (self.kernel(&f.kernel, f.epilogue, KERNEL), f.kernel.layout.name());
        let (inputs, output) = (self.places(&f.inputs), self.place(f.output));
        let saved = self.place_or_none(f.saved);
        let (params, end) = (self.params(&f.kernel, &f.params), self.number(self.end));
        let scratch = self.scratch(&f.kernel, f.epilogue, false);
        let step = format!(
            "ForwardStep {{ inputs: [{inputs}], output: {output}, saved: {saved}, params: [{params}], \
             end: {end}, scratch: {scratch} }}"
        );
        let activation = &*kernels::activation(f.epilogue.activation);
        if self.pass == Pass::Infer {
            return format!("infer(rt::{layout}, {kernel}, {activation}, cx, w, arena, {step});");
        }
        let kept = self.kept(f);
        let call = |activation: &str, step: &str, kept: &str| {
            format!("forward(rt::{layout}, {kernel}, {activation}, cx, t, {step}, {kept});")
        };
        if f.inner_labels.is_empty() {
            return call(activation, &step, &kept);
        }
        // Whoever watches wants the value before the activation.
        let (bare, fused) =
            (call("rt::NoActivation", "step", "kept"), call(activation, "step", "kept"));
        let order = self.order(f.value);
        let watch = |&l: &usize| format!("tap.value({}, {order}, output);", self.number(l));
        let watch: String = f.inner_labels.iter().map(watch).collect();
        let apply = match f.value.form {
            Form::Planes => format!("rt::Activation::apply({activation}, output);"),
            Form::Blocks { halo, .. } => format!(
                "rt::blocked::apply(cx, {activation}, {:?}, output, {halo});",
                f.value.dims()
            ),
        };
        format!(
            "{{
                let (step, kept) = ({step}, {kept});
                if tap.active() {{
                    {bare}
                    let output = step.output.of_mut(t.arena, n);
                    {watch}
                    {apply}
                }} else {{
                    {fused}
                }}
            }}"
        )
    }

    fn bands(&mut self, bands: &Bands) -> String {
        let (held, chain) = (self.items.bands(bands), &bands.chain);
        let (bands, end) = (self.held(held, KERNEL), self.number(self.end));
        let stages = list(chain.iter().map(|f| {
            let kernel = self.kernel(&f.kernel, f.epilogue, KERNEL);
            let activation = kernels::activation(f.epilogue.activation);
            let (params, add) = (self.stretches(&f.params), f.inputs.get(1).copied());
            let add = self.place_or_none(add);
            format!("&stage({kernel}, {activation}, [{params}], {add})")
        }));
        let (input, output) =
            (self.place(chain[0].inputs[0]), self.place(chain[chain.len() - 1].output));
        format!(
            "bands({bands}, cx, w, arena, [{stages}], \
             Ends {{ input: {input}, output: {output}, end: {end} }});"
        )
    }

    /// What a forward step of training keeps for the batch.
    fn kept(&mut self, f: &ForwardStep) -> String {
        if f.state.is_empty() && f.stats.is_none() {
            return "NOTHING".to_owned();
        }
        let (state, stats) = (self.stretches(&f.state), self.stats(f.stats));
        format!("Kept {{ state: [{state}], stats: {stats} }}")
    }
}
