//! Plan steps → straight-line functions.
//!
//! The steps of one copy of a block become a function of their own. Its offsets are arguments, so
//! that copies which do the same share one function.

use crate::plan::{Backward, BufferId, Forward, KernelCall, Op, Pack, Plan, Step, Stretch};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

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
        let value = quote!(rt::#ty = <rt::#ty>::new(#args););
        let text = value.to_string();
        let index = self.kernels.iter().position(|(t, _)| *t == text).unwrap_or_else(|| {
            self.kernels.push((text, value));
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
            Self::Infer => quote!(cx: &rt::Pass<'_>, w: &[f32], arena: &mut [f32], tap: &mut T),
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
            Self::Infer => quote!(cx, w, arena, tap),
            Self::TrainForward | Self::TrainBackward => quote!(cx, t, tap),
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

/// The scratch that the largest step of a pass needs, as a constant expression.
pub(super) fn scratch(items: &mut Items, steps: &[Step]) -> TokenStream {
    let mut sizes: Vec<TokenStream> = Vec::new();
    for step in steps {
        let size = match &step.op {
            Op::Forward(f) if f.kernel.scratch => {
                let kernel = items.kernel(&f.kernel);
                quote!(#kernel.scratch())
            }
            Op::Backward(b) if b.kernel.scratch => {
                let kernel = items.kernel(&b.kernel);
                quote!(#kernel.scratch_backward())
            }
            _ => continue,
        };
        if sizes.iter().all(|s| s.to_string() != size.to_string()) {
            sizes.push(size);
        }
    }
    if sizes.is_empty() { quote!(0) } else { quote!(rt::largest(&[#(#sizes),*])) }
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
            let mut writer = Writer { items, plan, pass, numbers: None };
            body.extend(run.iter().map(|step| writer.step(step)));
        }
    }
    quote! {
        fn #name<T: rt::Tap>(#parameters) {
            let n = cx.padded::<#layout>();
            #body
        }
    }
}

/// A call of the function that runs one copy of a block.
fn unit(items: &mut Items, plan: &Plan, pass: Pass, run: &[Step]) -> TokenStream {
    let mut writer = Writer { items, plan, pass, numbers: Some(Vec::new()) };
    let body: TokenStream = run.iter().map(|step| writer.step(step)).collect();
    let numbers = writer.numbers.unwrap_or_default();
    let (parameters, arguments, layout) =
        (pass.parameters(), pass.arguments(), plan.layout.tokens());
    let count = numbers.len();
    let rest = quote! {
        <T: rt::Tap>(#parameters, at: &[usize; #count]) {
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
    quote!(#name(#arguments, &[#(#numbers),*]);)
}

/// The statements that pack the parameters of an inference plan.
pub(super) fn pack(items: &mut Items, plan: &Plan, packs: &[Pack]) -> TokenStream {
    let layout = plan.layout.tokens();
    let statements = packs.iter().map(|pack| {
        let kernel = items.kernel(&pack.kernel);
        let slice = |buffer: &TokenStream, s: &Stretch| {
            let (offset, end) = (s.offset, s.offset + s.len);
            quote!(&#buffer[#offset..#end])
        };
        let params = pack.params.iter().map(|s| slice(&quote!(params), s));
        let state = pack.state.iter().map(|s| slice(&quote!(buffers), s));
        let (offset, end) = (pack.to.offset, pack.to.offset + pack.to.len);
        quote!(rt::Kernel::<#layout>::pack(&#kernel, &[#(#params,)* #(#state),*], &mut packed[#offset..#end]);)
    });
    statements.collect()
}

struct Writer<'a> {
    items: &'a mut Items,
    plan: &'a Plan,
    pass: Pass,
    /// Offsets that become arguments; none where they are written out.
    numbers: Option<Vec<usize>>,
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

    /// `let [b0, b1] = …`: the buffers as slices, each once, and the scratch behind the arena.
    fn bind(&mut self, buffers: &[BufferId], scratch: Option<TokenStream>) -> (TokenStream, Bound) {
        let mut bound = Bound { names: Vec::new() };
        let mut slots = Vec::new();
        for &buffer in buffers {
            if bound.names.iter().all(|(b, _)| *b != buffer) {
                bound.names.push((buffer, format_ident!("b{}", bound.names.len())));
                slots.push(self.slot(buffer));
            }
        }
        let mut names: Vec<Ident> = bound.names.iter().map(|(_, n)| n.clone()).collect();
        if let Some(len) = scratch {
            names.push(format_ident!("scratch"));
            let arena = self.plan.arena;
            slots.push(quote!(rt::Slot::new(#arena, #len)));
        }
        let arena = self.pass.arena();
        (quote!(let [#(#names),*] = rt::slots(#arena, n, [#(#slots),*]);), bound)
    }

    fn weights(&mut self, stretches: &[Stretch]) -> Vec<TokenStream> {
        let buffer = self.pass.weights();
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
        let layout = self.plan.layout.tokens();
        let tokens = match &step.op {
            Op::Forward(forward) => self.forward(forward),
            Op::Backward(backward) => self.backward(backward),
            Op::Derivative { activation, kept, d } => {
                let (bind, bound) = self.bind(&[*kept, *d], None);
                let (kept, d) = (bound.shared(*kept), bound.unique(*d));
                quote!({ #bind rt::activation::backward::<#layout>(cx, #activation, #kept, #d); })
            }
            Op::Copy { from, to } => {
                let (bind, bound) = self.bind(&[*from, *to], None);
                let (from, to) = (bound.shared(*from), bound.unique(*to));
                quote!({ #bind #to.copy_from_slice(#from); })
            }
            Op::Accumulate { from, to } => {
                let (bind, bound) = self.bind(&[*from, *to], None);
                let (from, to) = (bound.shared(*from), bound.unique(*to));
                quote!({ #bind rt::accumulate(cx, #to, #from); })
            }
            Op::Tap { label, buffer } => {
                let label = self.number(*label);
                let (bind, bound) = self.bind(&[*buffer], None);
                let (value, lanes) = (bound.shared(*buffer), self.plan.layout.lanes());
                let method =
                    if self.pass == Pass::TrainBackward { quote!(gradient) } else { quote!(value) };
                quote!(if T::ACTIVE { #bind tap.#method(#label, #lanes, #value); })
            }
        };
        if step.for_input_only { quote!(if t.input_gradients { #tokens }) } else { tokens }
    }

    fn forward(&mut self, f: &Forward) -> TokenStream {
        let kernel = self.items.kernel(&f.kernel);
        let layout = self.plan.layout.tokens();
        let scratch = f.kernel.scratch.then(|| quote!(#kernel.scratch()));
        let buffers: Vec<BufferId> =
            f.inputs.iter().copied().chain([f.output]).chain(f.saved).collect();
        let (bind, bound) = self.bind(&buffers, scratch.clone());
        let params = self.weights(&f.params);
        let (bind_state, state) = self.ranges("s", quote!(t.buffers), &f.state);
        let (bind_stats, stats) = match &f.stats {
            Some(stretch) => self.ranges("stats", quote!(t.stats), &[*stretch]),
            None => (TokenStream::new(), Vec::new()),
        };
        let inputs = f.inputs.iter().map(|&b| bound.shared(b));
        let output = bound.unique(f.output);
        let saved = f.saved.map_or_else(|| quote!(&mut []), |b| bound.unique(b));
        let stats = stats.first().map_or_else(|| quote!(&mut []), |s| quote!(#s));
        let scratch = scratch.map_or_else(|| quote!(&mut []), |_| quote!(scratch));
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
            Some(activation) if !f.inner_labels.is_empty() => {
                let lanes = self.plan.layout.lanes();
                let labels: Vec<TokenStream> =
                    f.inner_labels.iter().map(|&l| self.number(l)).collect();
                let (bare, fused) = (call(&none), call(activation));
                quote! {
                    if T::ACTIVE {
                        #bare
                        #(tap.value(#labels, #lanes, &*#output);)*
                        rt::Activation::apply(#activation, &mut *#output);
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
        let layout = self.plan.layout.tokens();
        let scratch = b.kernel.scratch.then(|| quote!(#kernel.scratch_backward()));
        let d_buffers = b.d_inputs.iter().map(|(d, _)| *d);
        let read = b.inputs.iter().copied().chain(b.output).chain(b.saved);
        let buffers: Vec<BufferId> = read.chain([b.d_output]).chain(d_buffers).collect();
        let (bind, bound) = self.bind(&buffers, scratch.clone());
        let params = self.weights(&b.params);
        let (bind_grads, d_params) = self.ranges("g", quote!(t.grads), &b.params);
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
        let scratch = scratch.map_or_else(|| quote!(&mut []), |_| quote!(scratch));
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
