//! Plan steps → straight-line functions.
//!
//! The steps of one copy of a block become a function of their own. Its offsets are arguments, so
//! that copies which do the same share one function.

use super::own;
use crate::plan::{
    Backward, BufferId, Form, Forward, KernelCall, Layout, Op, Pack, Plan, Step, Stretch, Value,
};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::HashSet;

/// Kernels and functions of a network, each emitted once.
#[derive(Default)]
pub(super) struct Items {
    kernels: Vec<(String, TokenStream)>,
    units: Vec<(String, Ident)>,
    tokens: TokenStream,
    /// What exists for training alone.
    backward: TokenStream,
}

impl Items {
    /// The name of the constant that holds the kernel.
    fn kernel(&mut self, call: &KernelCall) -> Ident {
        let (ty, args) = (&call.ty, &call.args);
        let text = format!("{ty}({args})");
        let index = self.kernels.iter().position(|(t, _)| *t == text).unwrap_or_else(|| {
            self.kernels.push((text, quote!(rt::#ty = <rt::#ty>::new(#args);)));
            self.kernels.len() - 1
        });
        format_ident!("K{index}")
    }

    /// All constants and functions.
    pub(super) fn into_tokens(self) -> TokenStream {
        let kernels = self.kernels.iter().enumerate().map(|(i, (_, value))| {
            let name = format_ident!("K{i}");
            quote!(const #name: #value)
        });
        let (units, backward) = (self.tokens, self.backward);
        quote!(#(#kernels)* #units rt::train_only! { #backward })
    }
}

/// Which of a network's functions is being written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    Infer,
    TrainForward,
    TrainBackward,
}

impl Pass {
    fn parameters(self) -> TokenStream {
        match self {
            Self::Infer => quote!(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32]),
            Self::TrainForward => {
                quote!(cx: &rt::Pass<'_>, t: &mut rt::TrainingTensors<'_>, tap: &mut dyn rt::Tap)
            }
            Self::TrainBackward => {
                quote!(cx: &rt::Pass<'_>, t: &mut rt::BackwardTensors<'_>, tap: &mut dyn rt::Tap)
            }
        }
    }

    fn arguments(self) -> TokenStream {
        match self {
            Self::Infer => quote!(cx, w, arena),
            Self::TrainForward | Self::TrainBackward => quote!(cx, t, tap),
        }
    }

    fn arena(self) -> TokenStream {
        match self {
            Self::Infer => quote!(arena),
            Self::TrainForward | Self::TrainBackward => quote!(t.arena),
        }
    }
}

/// Where the scratch of each step of a pass lies, and how much it needs, as constant expressions.
pub(super) fn rooms(items: &mut Items, steps: &[Step]) -> Vec<TokenStream> {
    let mut rooms = Vec::new();
    let mut seen = HashSet::new();
    for step in steps {
        let (call, backward) = match &step.op {
            Op::Forward(f) if f.kernel.scratch => (&f.kernel, false),
            Op::Backward(b) if b.kernel.scratch => (&b.kernel, true),
            _ => continue,
        };
        let (end, kernel) = (step.end, items.kernel(call));
        if seen.insert((end, kernel.clone(), backward)) {
            let room = room(&kernel, call, backward);
            rooms.push(quote!((#end, #room)));
        }
    }
    rooms
}

/// The scratch that a kernel needs.
fn room(kernel: &Ident, call: &KernelCall, backward: bool) -> TokenStream {
    match (call.layout, backward) {
        (Layout::Blocked, false) => quote!(#kernel.room()),
        (Layout::Blocked, true) => quote!(#kernel.room_backward()),
        (_, false) => quote!(rt::Room::images(#kernel.scratch())),
        (_, true) => quote!(rt::Room::images(#kernel.scratch_backward())),
    }
}

/// The function `name` that runs the steps.
pub(super) fn function(
    items: &mut Items,
    name: &Ident,
    plan: &Plan,
    pass: Pass,
    steps: &[Step],
) -> TokenStream {
    let (parameters, layout) = (pass.parameters(), plan.layout.tokens());
    let mut body = TokenStream::new();
    for run in steps.chunk_by(|a, b| a.instance == b.instance) {
        if run[0].instance.is_some() {
            body.extend(unit(items, plan, pass, run));
        } else {
            let mut writer = Writer { items, plan, pass, numbers: None, end: 0 };
            body.extend(run.iter().map(|step| writer.step(step)));
        }
    }
    quote! {
        fn #name(#parameters) {
            let n = cx.padded::<#layout>();
            #body
        }
    }
}

/// A call of the function that runs one copy of a block.
fn unit(items: &mut Items, plan: &Plan, pass: Pass, run: &[Step]) -> TokenStream {
    let mut writer = Writer { items, plan, pass, numbers: Some(Vec::new()), end: 0 };
    let body: TokenStream = run.iter().map(|step| writer.step(step)).collect();
    let numbers = writer.numbers.unwrap_or_default();
    let (parameters, arguments, layout) =
        (pass.parameters(), pass.arguments(), plan.layout.tokens());
    let count = numbers.len();
    let rest = quote! {
        (#parameters, at: &[usize; #count]) {
            let n = cx.padded::<#layout>();
            #body
        }
    };
    let text = rest.to_string();
    let name = match items.units.iter().find(|(t, _)| *t == text) {
        Some((_, name)) => name.clone(),
        None => {
            let name = format_ident!("block_{}", items.units.len());
            items.units.push((text, name.clone()));
            let tokens = match pass {
                Pass::TrainBackward => &mut items.backward,
                Pass::Infer | Pass::TrainForward => &mut items.tokens,
            };
            tokens.extend(quote!(fn #name #rest));
            name
        }
    };
    quote!(#name(#arguments, &[#(#numbers),*]);)
}

/// How the parameters of an inference plan are packed, as constant expressions.
pub(super) fn packs(items: &mut Items, packs: &[Pack]) -> Vec<TokenStream> {
    let stretch = |s: &Stretch| {
        let (offset, len) = (s.offset, s.len);
        quote!((#offset, #len))
    };
    let pack = |pack: &Pack| {
        let kernel = items.kernel(&pack.kernel);
        let (ty, layout) = (&pack.kernel.ty, pack.kernel.layout.tokens());
        let params = pack.params.iter().map(stretch);
        let state = pack.state.iter().map(stretch);
        let to = stretch(&pack.to);
        quote!(rt::Pack {
            params: &[#(#params),*], state: &[#(#state),*], to: #to,
            plain: <rt::#ty as rt::Kernel<#layout>>::PLAIN,
            pack: |from, to| rt::Kernel::<#layout>::pack(&#kernel, from, to),
        })
    };
    packs.iter().map(pack).collect()
}

struct Writer<'a> {
    items: &'a mut Items,
    plan: &'a Plan,
    pass: Pass,
    /// Offsets that become arguments; none where they are written out.
    numbers: Option<Vec<usize>>,
    /// Where the scratch of the step being written lies.
    end: usize,
}

impl Writer<'_> {
    fn number(&mut self, n: usize) -> TokenStream {
        match &mut self.numbers {
            None => quote!(#n),
            Some(numbers) => {
                let index = numbers.len();
                numbers.push(n);
                quote!(at[#index])
            }
        }
    }

    /// Where a buffer lies.
    fn place(&mut self, buffer: BufferId) -> TokenStream {
        let plan = self.plan;
        let whole = &plan.buffers[plan.whole(buffer)];
        let offset = self.number(whole.offset);
        let (len, own) = (whole.len, plan.buffers[buffer].len);
        match plan.buffers[buffer].within {
            None => quote!(whole(#offset, #len)),
            Some(within) => {
                let first = self.number(within.first);
                quote!(part(#offset, #len, #first, #own))
            }
        }
    }

    fn places(&mut self, buffers: &[BufferId]) -> Vec<TokenStream> {
        buffers.iter().map(|&b| self.place(b)).collect()
    }

    fn place_or_none(&mut self, buffer: Option<BufferId>) -> TokenStream {
        buffer.map_or_else(|| quote!(NONE), |b| self.place(b))
    }

    /// Statements over a buffer that is read and one that is written.
    fn pair(&mut self, from: BufferId, to: BufferId, run: &TokenStream) -> TokenStream {
        let (arena, from, to) = (self.pass.arena(), self.place(from), self.place(to));
        quote!({
            let (from, to) = rt::step::pair(#arena, n, #from, #to);
            #run
        })
    }

    /// The scratch of a kernel: as much as it asks for, or, in blocks, all there is, which its
    /// threads share out.
    fn scratch(kernel: &Ident, call: &KernelCall, backward: bool) -> TokenStream {
        match (call.scratch, call.layout, backward) {
            (false, ..) => quote!(0),
            (true, Layout::Blocked, _) => quote!(rt::step::ALL),
            (true, _, false) => quote!(#kernel.scratch()),
            (true, _, true) => quote!(#kernel.scratch_backward()),
        }
    }

    /// The place of an own layer's parameters among all.
    fn own(&self, k: usize) -> TokenStream {
        let (place, packed) = (own::place(k), self.plan.packed);
        let known = if self.pass == Pass::Infer { quote!(#packed) } else { quote!(KNOWN) };
        quote!((#known + #place.0, #place.1))
    }

    /// Stretches of parameters, or of what lies as they do.
    fn stretches(&mut self, stretches: &[Stretch]) -> Vec<TokenStream> {
        let stretch = |s: &Stretch| {
            let (offset, len) = (self.number(s.offset), s.len);
            quote!((#offset, #len))
        };
        stretches.iter().map(stretch).collect()
    }

    fn params(&mut self, call: &KernelCall, stretches: &[Stretch]) -> Vec<TokenStream> {
        match call.own {
            Some(k) => vec![self.own(k)],
            None => self.stretches(stretches),
        }
    }

    fn stats(&mut self, stats: Option<Stretch>) -> TokenStream {
        let stats = self.stretches(stats.as_slice());
        if stats.is_empty() { quote!((0, 0)) } else { quote!(#(#stats)*) }
    }

    fn step(&mut self, step: &Step) -> TokenStream {
        self.end = step.end;
        let tokens = match &step.op {
            Op::Forward(forward) => self.forward(forward),
            Op::Backward(backward) => self.backward(backward),
            Op::Derivative { activation, kept, d, value, kept_halo } => {
                let layout = self.plan.layout.tokens();
                let run = match value.form {
                    Form::Planes => {
                        quote!(rt::activation::backward::<#layout>(cx, #activation, from, to);)
                    }
                    Form::Blocks { d_halo, .. } => {
                        let dims = value.dims();
                        quote!(rt::blocked::derivative(
                            cx, #activation, #dims, from, #kept_halo, to, #d_halo
                        );)
                    }
                };
                self.pair(*kept, *d, &run)
            }
            Op::Copy { from, to } => self.pair(*from, *to, &quote!(to.copy_from_slice(from);)),
            Op::Accumulate { from, to } => {
                self.pair(*from, *to, &quote!(rt::accumulate(cx, to, from);))
            }
            Op::Tap { label, buffer, value } => {
                let (label, place) = (self.number(*label), self.place(*buffer));
                let order = self.order(*value);
                let method =
                    if self.pass == Pass::TrainBackward { quote!(gradient) } else { quote!(value) };
                quote!(if tap.active() { tap.#method(#label, #order, #place.of(t.arena, n)); })
            }
        };
        if step.for_input_only { quote!(if t.input_gradients { #tokens }) } else { tokens }
    }

    /// How a value lies in memory, for a tap.
    fn order(&self, value: Value) -> TokenStream {
        let backward = self.pass == Pass::TrainBackward;
        match value.form {
            Form::Planes => {
                let lanes = self.plan.layout.lanes();
                quote!(rt::Order::Planes { lanes: #lanes })
            }
            Form::Blocks { halo, d_halo, .. } => {
                let halo = if backward { d_halo } else { halo };
                quote!(rt::Order::Blocks { halo: #halo })
            }
        }
    }

    fn forward(&mut self, f: &Forward) -> TokenStream {
        let (kernel, layout) = (self.items.kernel(&f.kernel), f.kernel.layout.tokens());
        let (inputs, output) = (self.places(&f.inputs), self.place(f.output));
        let saved = self.place_or_none(f.saved);
        let (params, end) = (self.params(&f.kernel, &f.params), self.number(self.end));
        let scratch = Self::scratch(&kernel, &f.kernel, false);
        let step = quote!(rt::step::Forward {
            inputs: [#(#inputs),*],
            output: #output,
            saved: #saved,
            params: [#(#params),*],
            end: #end,
            scratch: #scratch,
        });
        let none = quote!(rt::NoActivation);
        let activation = f.activation.as_ref().unwrap_or(&none);
        if self.pass == Pass::Infer {
            return quote!(rt::step::infer(#layout, &#kernel, #activation, cx, w, arena, #step););
        }
        let kept = self.kept(f);
        let call = |activation| quote!(rt::step::forward(#layout, &#kernel, #activation, cx, t, step, kept););
        let fused = call(activation);
        if f.inner_labels.is_empty() {
            return quote!({ let (step, kept) = (#step, #kept); #fused });
        }
        // Whoever watches wants the value before the activation.
        let (bare, order) = (call(&none), self.order(f.value));
        let labels: Vec<TokenStream> = f.inner_labels.iter().map(|&l| self.number(l)).collect();
        let apply = match f.value.form {
            Form::Planes => quote!(rt::Activation::apply(#activation, output);),
            Form::Blocks { halo, .. } => {
                let dims = f.value.dims();
                quote!(rt::blocked::apply(cx, #activation, #dims, output, #halo);)
            }
        };
        quote!({
            let (step, kept) = (#step, #kept);
            if tap.active() {
                #bare
                let output = step.output.of_mut(t.arena, n);
                #(tap.value(#labels, #order, output);)*
                #apply
            } else {
                #fused
            }
        })
    }

    /// What a forward step of training keeps for the batch.
    fn kept(&mut self, f: &Forward) -> TokenStream {
        if f.state.is_empty() && f.stats.is_none() {
            return quote!(rt::step::NOTHING);
        }
        let (state, stats) = (self.stretches(&f.state), self.stats(f.stats));
        quote!(rt::step::Kept { state: [#(#state),*], stats: #stats })
    }

    fn backward(&mut self, b: &Backward) -> TokenStream {
        let (kernel, layout) = (self.items.kernel(&b.kernel), b.kernel.layout.tokens());
        let scratch = Self::scratch(&kernel, &b.kernel, true);
        let inputs = self.places(&b.inputs);
        let (output, saved) = (self.place_or_none(b.output), self.place_or_none(b.saved));
        let (stats, mut d) = (self.stats(b.stats), vec![self.place(b.d_output)]);
        d.extend(b.d_inputs.iter().map(|&(d, only)| {
            let d = self.place(d);
            if only { quote!(if t.input_gradients { #d } else { NONE }) } else { d }
        }));
        let (params, end) = (self.params(&b.kernel, &b.params), self.number(self.end));
        quote!({
            let step = rt::step::Backward {
                inputs: [#(#inputs),*],
                output: #output,
                saved: #saved,
                stats: #stats,
                d: [#(#d),*],
                params: [#(#params),*],
                end: #end,
                scratch: #scratch,
            };
            rt::step::backward(#layout, &#kernel, cx, t, step);
        })
    }
}
