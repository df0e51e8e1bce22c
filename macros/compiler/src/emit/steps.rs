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
        let units = self.tokens;
        quote!(#(#kernels)* #units)
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
                quote!(cx: &rt::Pass<'_>, t: &mut rt::TrainingTensors<'_>, tap: &mut T)
            }
            Self::TrainBackward => {
                quote!(cx: &rt::Pass<'_>, t: &mut rt::BackwardTensors<'_>, tap: &mut T)
            }
        }
    }

    fn arguments(self) -> TokenStream {
        match self {
            Self::Infer => quote!(cx, w, arena),
            Self::TrainForward | Self::TrainBackward => quote!(cx, t, tap),
        }
    }

    /// The generic parameters of a function, and its arguments for them.
    fn generics(self) -> [TokenStream; 2] {
        match self {
            Self::Infer => [TokenStream::new(), TokenStream::new()],
            Self::TrainForward | Self::TrainBackward => [quote!(<T: rt::Tap>), quote!(::<T>)],
        }
    }

    fn arena(self) -> TokenStream {
        match self {
            Self::Infer => quote!(arena),
            Self::TrainForward | Self::TrainBackward => quote!(t.arena),
        }
    }

    fn weights(self) -> TokenStream {
        match self {
            Self::Infer => quote!(w),
            Self::TrainForward | Self::TrainBackward => quote!(t.params),
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
    let [generics, _] = pass.generics();
    quote! {
        fn #name #generics(#parameters) {
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
    let [generics, given] = pass.generics();
    let rest = quote! {
        #generics(#parameters, at: &[usize; #count]) {
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
            items.tokens.extend(quote!(fn #name #rest));
            name
        }
    };
    quote!(#name #given(#arguments, &[#(#numbers),*]);)
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

    fn slot(&mut self, buffer: BufferId) -> TokenStream {
        let Self { plan, .. } = self;
        let (offset, len) = (plan.buffers[buffer].offset, plan.buffers[buffer].len);
        let offset = self.number(offset);
        quote!(rt::Slot::new(#offset, #len))
    }

    /// A buffer as a kernel's input or output: a bound one, or a part of it.
    fn tensor(&mut self, bound: &Bound, buffer: BufferId, unique: bool) -> TokenStream {
        let plan = self.plan;
        let whole = plan.whole(buffer);
        let name = if unique { bound.unique(whole) } else { bound.shared(whole) };
        let Some(within) = plan.buffers[buffer].within else { return name };
        let (len, step) = (plan.buffers[buffer].len, plan.buffers[whole].len);
        let first = self.number(within.first);
        if unique {
            quote!(rt::part_mut(#name, [#first, #len, #step]))
        } else {
            quote!(rt::part(#name, [#first, #len, #step]))
        }
    }

    /// `let ([b0, b1], scratch) = …`: the buffers as slices, each once, and what lies behind them.
    fn bind(&mut self, buffers: &[BufferId]) -> (TokenStream, Bound) {
        let mut bound = Bound { names: Vec::new() };
        let mut slots = Vec::new();
        for &buffer in buffers {
            let buffer = self.plan.whole(buffer);
            if bound.names.iter().all(|(b, _)| *b != buffer) {
                bound.names.push((buffer, format_ident!("b{}", bound.names.len())));
                slots.push(self.slot(buffer));
            }
        }
        let names = bound.names.iter().map(|(_, n)| n);
        let (arena, end) = (self.pass.arena(), self.number(self.end));
        (quote!(let ([#(#names),*], scratch) = rt::slots(#arena, #end, n, [#(#slots),*]);), bound)
    }

    /// The scratch of a kernel: as much as it asks for, or, in blocks, all there is, which its
    /// threads share out.
    fn scratch(kernel: &Ident, call: &KernelCall, backward: bool) -> TokenStream {
        match (call.scratch, call.layout, backward) {
            (false, ..) => quote!(&mut []),
            (true, Layout::Blocked, _) => quote!(scratch),
            (true, _, false) => quote!(&mut scratch[..#kernel.scratch() * n]),
            (true, _, true) => quote!(&mut scratch[..#kernel.scratch_backward() * n]),
        }
    }

    /// The place of an own layer's parameters among all.
    fn own(&self, k: usize) -> TokenStream {
        let (place, packed) = (own::place(k), self.plan.packed);
        let known = if self.pass == Pass::Infer { quote!(#packed) } else { quote!(KNOWN) };
        quote!((#known + #place.0, #place.1))
    }

    fn weights(&mut self, call: &KernelCall, stretches: &[Stretch]) -> Vec<TokenStream> {
        let buffer = self.pass.weights();
        if let Some(k) = call.own {
            let own = self.own(k);
            return vec![quote!(rt::stretch(#buffer, #own))];
        }
        let slice = |s: &Stretch| {
            let (offset, len) = (self.number(s.offset), s.len);
            quote!(&#buffer[#offset..][..#len])
        };
        stretches.iter().map(slice).collect()
    }

    /// Mutable slices of a parameter-like buffer, as a binding and its names.
    fn ranges(
        &mut self,
        prefix: &str,
        buffer: TokenStream,
        stretches: &[Stretch],
    ) -> (TokenStream, Vec<Ident>) {
        if stretches.is_empty() {
            return (TokenStream::new(), Vec::new());
        }
        let names: Vec<Ident> =
            (0..stretches.len()).map(|i| format_ident!("{prefix}{i}")).collect();
        let ranges: Vec<TokenStream> = stretches
            .iter()
            .map(|s| {
                let (offset, len) = (self.number(s.offset), s.len);
                quote!((#offset, #len))
            })
            .collect();
        (quote!(let [#(#names),*] = rt::ranges(#buffer, [#(#ranges),*]);), names)
    }

    fn step(&mut self, step: &Step) -> TokenStream {
        self.end = step.end;
        let layout = self.plan.layout.tokens();
        let tokens = match &step.op {
            Op::Forward(forward) => self.forward(forward),
            Op::Backward(backward) => self.backward(backward),
            Op::Derivative { activation, kept, d, value, kept_halo } => {
                let (bind, bound) = self.bind(&[*kept, *d]);
                let (kept, d) = (bound.shared(*kept), bound.unique(*d));
                match value.form {
                    Form::Planes => quote!({
                        #bind
                        rt::activation::backward::<#layout>(cx, #activation, #kept, #d);
                    }),
                    Form::Blocks { d_halo, .. } => {
                        let dims = value.dims();
                        quote!({
                            #bind
                            rt::blocked::derivative(
                                cx, #activation, #dims, #kept, #kept_halo, #d, #d_halo
                            );
                        })
                    }
                }
            }
            Op::Copy { from, to } => {
                let (bind, bound) = self.bind(&[*from, *to]);
                let (from, to) = (bound.shared(*from), bound.unique(*to));
                quote!({ #bind #to.copy_from_slice(#from); })
            }
            Op::Accumulate { from, to } => {
                let (bind, bound) = self.bind(&[*from, *to]);
                let (from, to) = (bound.shared(*from), bound.unique(*to));
                quote!({ #bind rt::accumulate(cx, #to, #from); })
            }
            Op::Tap { label, buffer, value } => {
                let label = self.number(*label);
                let (bind, bound) = self.bind(&[*buffer]);
                let data = bound.shared(*buffer);
                let order = self.order(*value);
                let method =
                    if self.pass == Pass::TrainBackward { quote!(gradient) } else { quote!(value) };
                quote!(if T::ACTIVE { #bind tap.#method(#label, #order, #data); })
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
        let kernel = self.items.kernel(&f.kernel);
        let layout = f.kernel.layout.tokens();
        let scratch = Self::scratch(&kernel, &f.kernel, false);
        let buffers: Vec<BufferId> =
            f.inputs.iter().copied().chain([f.output]).chain(f.saved).collect();
        let (bind, bound) = self.bind(&buffers);
        let params = self.weights(&f.kernel, &f.params);
        let (bind_state, state) = self.ranges("s", quote!(t.buffers), &f.state);
        let (bind_stats, stats) = match &f.stats {
            Some(stretch) => self.ranges("stats", quote!(t.stats), &[*stretch]),
            None => (TokenStream::new(), Vec::new()),
        };
        let inputs: Vec<TokenStream> =
            f.inputs.iter().map(|&b| self.tensor(&bound, b, false)).collect();
        let output = self.tensor(&bound, f.output, true);
        let saved = f.saved.map_or_else(|| quote!(&mut []), |b| bound.unique(b));
        let stats = stats.first().map_or_else(|| quote!(&mut []), |s| quote!(#s));
        let tensors = quote!(rt::Forward {
            params: &[#(#params),*],
            state: &mut [#(#state),*],
            inputs: &[#(#inputs),*],
            output: &mut *#output,
            saved: #saved,
            stats: #stats,
            scratch: #scratch,
        });
        let call = |activation: &TokenStream| quote!(rt::Kernel::<#layout>::forward(&#kernel, #activation, cx, #tensors););
        let none = quote!(rt::NoActivation);
        let run = match &f.activation {
            Some(activation) if self.pass != Pass::Infer && !f.inner_labels.is_empty() => {
                let order = self.order(f.value);
                let labels: Vec<TokenStream> =
                    f.inner_labels.iter().map(|&l| self.number(l)).collect();
                let (bare, fused) = (call(&none), call(activation));
                let apply = match f.value.form {
                    Form::Planes => quote!(rt::Activation::apply(#activation, &mut *#output);),
                    Form::Blocks { halo, .. } => {
                        let dims = f.value.dims();
                        quote!(rt::blocked::apply(cx, #activation, #dims, &mut *#output, #halo);)
                    }
                };
                quote! {
                    if T::ACTIVE {
                        #bare
                        #(tap.value(#labels, #order, &*#output);)*
                        #apply
                    } else {
                        #fused
                    }
                }
            }
            activation => call(activation.as_ref().unwrap_or(&none)),
        };
        quote!({ #bind #bind_state #bind_stats #run })
    }

    fn backward(&mut self, b: &Backward) -> TokenStream {
        let kernel = self.items.kernel(&b.kernel);
        let layout = b.kernel.layout.tokens();
        let scratch = Self::scratch(&kernel, &b.kernel, true);
        let d_buffers = b.d_inputs.iter().map(|(d, _)| *d);
        let read = b.inputs.iter().copied().chain(b.output).chain(b.saved);
        let buffers: Vec<BufferId> = read.chain([b.d_output]).chain(d_buffers).collect();
        let (bind, bound) = self.bind(&buffers);
        let params = self.weights(&b.kernel, &b.params);
        let (bind_grads, d_params) = match b.kernel.own {
            Some(k) => {
                let (name, own) = (format_ident!("g0"), self.own(k));
                (quote!(let [#name] = rt::ranges(t.grads, [#own]);), vec![name])
            }
            None => self.ranges("g", quote!(t.grads), &b.params),
        };
        let inputs = b.inputs.iter().map(|&i| bound.shared(i));
        let output = b.output.map_or_else(|| quote!(&[]), |o| bound.shared(o));
        let saved = b.saved.map_or_else(|| quote!(&[]), |s| bound.shared(s));
        let stats = match &b.stats {
            Some(s) => {
                let (offset, len) = (self.number(s.offset), s.len);
                quote!(&t.stats[#offset..][..#len])
            }
            None => quote!(&[]),
        };
        let d_output = bound.unique(b.d_output);
        let d_inputs = b.d_inputs.iter().map(|&(d, only)| {
            let d = bound.unique(d);
            if only { quote!(if t.input_gradients { #d } else { &mut [] }) } else { d }
        });
        quote!({
            #bind #bind_grads
            rt::Kernel::<#layout>::backward(&#kernel, cx, rt::Backward {
                params: &[#(#params),*],
                inputs: &[#(#inputs),*],
                output: #output,
                saved: #saved,
                stats: #stats,
                d_output: #d_output,
                d_inputs: &mut [#(#d_inputs),*],
                d_params: &mut [#(#d_params),*],
                partials: &mut *t.partials,
                scratch: #scratch,
            });
        })
    }
}

/// Names of bound buffers.
struct Bound {
    names: Vec<(BufferId, Ident)>,
}

impl Bound {
    fn unique(&self, buffer: BufferId) -> TokenStream {
        let name = self.names.iter().find(|(b, _)| *b == buffer).map(|(_, n)| n);
        quote!(#name)
    }

    fn shared(&self, buffer: BufferId) -> TokenStream {
        let name = self.unique(buffer);
        quote!(&*#name)
    }
}
