//! What a network takes and gives: the types of `forward`, and a struct for several outputs.

use super::shape;
use crate::ast;
use crate::exports::rust_name;
use crate::net::Net;
use crate::text::tokens;
use cnn_ir::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{Index, Visibility};

/// The inputs and outputs of a network.
pub(crate) struct Signature {
    /// Inputs.
    pub(super) inputs: Vec<Shape>,
    /// Outputs in training, those that evaluation has too first.
    pub(super) outputs: Vec<Output>,
    /// Whether there are mistakes in it.
    broken: bool,
}

/// An output.
#[derive(Clone)]
pub(super) struct Output {
    /// Its name after `=>`.
    name: Option<Ident>,
    /// Its shape for one image.
    pub(super) shape: Shape,
    /// Whether it exists in training only.
    train: bool,
}

impl Signature {
    /// That of a network.
    pub(super) fn of(written: &ast::Network, net: &Net) -> Self {
        let mut names: Vec<&ast::Output> = written.outputs.iter().collect();
        names.sort_by_key(|o| o.train);
        let output = |(i, o): (usize, &crate::net::Output)| Output {
            name: names.get(i).and_then(|o| rust_name(&o.name)),
            shape: net.shape(o.value),
            train: o.train,
        };
        Self {
            inputs: net.inputs.iter().map(|&v| net.shape(v)).collect(),
            outputs: net.outputs.iter().enumerate().map(output).collect(),
            broken: false,
        }
    }

    /// That of a network with mistakes in it, as far as it is known.
    pub(super) fn broken(
        written: &ast::Network,
        inputs: &[Shape],
        outputs: &[Option<Shape>],
    ) -> Self {
        let known = |i: usize| outputs.get(i).copied().flatten().unwrap_or(Shape::Vector(1));
        let named = |(i, o): (usize, &ast::Output)| Output {
            name: rust_name(&o.name),
            shape: known(i),
            train: o.train,
        };
        let mut list: Vec<Output> = written.outputs.iter().enumerate().map(named).collect();
        list.sort_by_key(|o| o.train);
        let mut seen = Vec::new();
        list.retain(|o| {
            let fresh = !seen.contains(&o.name);
            seen.push(o.name.clone());
            fresh
        });
        if list.iter().all(|o| o.train) {
            list.insert(0, Output { name: None, shape: known(0), train: false });
        }
        let first = Shape::volume(1, 1, 1);
        Self {
            inputs: if inputs.is_empty() { vec![first] } else { inputs.to_vec() },
            outputs: list,
            broken: true,
        }
    }

    /// The value of a constant. After a mistake it depends on the one that holds the error, so that
    /// rustc says nothing more about what a user asserts of it.
    pub(super) fn constant(&self, value: &TokenStream) -> TokenStream {
        match self.broken {
            false => value.clone(),
            true => quote!({ let _ = <Self as rt::Describe>::PARAMETERS; #value }),
        }
    }

    /// The outputs of `forward`.
    pub(super) fn in_evaluation(&self) -> impl Iterator<Item = &Output> {
        self.outputs.iter().filter(|o| !o.train)
    }

    /// `(ArrayView4<'a, f32>, ArrayView2<'a, f32>)`, or one of them.
    pub(super) fn input_type(&self, lifetime: &TokenStream) -> TokenStream {
        let view = |s: &Shape| match s {
            Shape::Volume { .. } => quote!(rt::ndarray::ArrayView4<#lifetime, f32>),
            Shape::Vector(_) => quote!(rt::ndarray::ArrayView2<#lifetime, f32>),
        };
        let views: Vec<TokenStream> = self.inputs.iter().map(view).collect();
        match views.as_slice() {
            [one] => one.clone(),
            several => quote!((#(#several),*)),
        }
    }

    /// `Array2<f32>`, or `NetOutput<Array2<f32>, Array4<f32>>`.
    pub(super) fn output_type(&self, name: &Ident) -> TokenStream {
        arrays(&holder(name, "Output"), self.in_evaluation())
    }

    fn trains_more(&self) -> bool {
        self.outputs.iter().any(|o| o.train)
    }

    /// The shapes and names of the outputs.
    pub(super) fn shapes(&self) -> TokenStream {
        let evaluation = self.in_evaluation().map(|o| tokens(&shape(o.shape)));
        let training = self.outputs.iter().map(|o| tokens(&shape(o.shape)));
        let names = self.outputs.iter().filter_map(|o| Some(o.name.as_ref()?.unraw().to_string()));
        let evaluation = self.constant(&quote!(&[#(#evaluation),*]));
        let training = self.constant(&quote!(&[#(#training),*]));
        quote! {
            const OUTPUTS: &'static [rt::Shape] = #evaluation;
            const TRAIN_OUTPUTS: &'static [rt::Shape] = #training;
            const OUTPUT_NAMES: &'static [&'static str] = &[#(#names),*];
        }
    }

    /// The types that `forward` takes and gives.
    pub(super) fn types(&self, name: &Ident) -> TokenStream {
        let (input, output) = (self.input_type(&quote!('a)), self.output_type(name));
        let train = match self.trains_more() {
            true => arrays(&holder(name, "TrainOutput"), self.outputs.iter()),
            false => quote!(Self::Output),
        };
        quote! {
            type Input<'a> = #input;
            type Output = #output;
            type TrainOutput = #train;
        }
    }

    /// The structs that hold several outputs by their names: when each is given, its name and its fields.
    fn several(&self, name: &Ident) -> Vec<(&'static str, Ident, Vec<Output>)> {
        let evaluation: Vec<Output> = self.in_evaluation().cloned().collect();
        let mut several = Vec::new();
        if evaluation.len() > 1 {
            several.push(("evaluation", holder(name, "Output"), evaluation));
        }
        if self.trains_more() {
            several.push(("training", holder(name, "TrainOutput"), self.outputs.clone()));
        }
        several
    }

    /// The structs that hold several outputs by their names.
    pub(super) fn structs(&self, name: &Ident, written: &ast::Network) -> TokenStream {
        let conditions = written.conditions();
        let structs = self.several(name).into_iter().map(|(when, holder, outputs)| {
            let text = format!("What [`{name}`] gives in {when}.");
            let item = named(&holder, &written.vis, &outputs, &text);
            quote!(#(#conditions)* #item)
        });
        structs.collect()
    }

    /// What makes these structs outputs.
    pub(super) fn holders(&self, name: &Ident) -> TokenStream {
        let holders = self.several(name).into_iter().map(|(_, holder, outputs)| {
            let (fields, parts) = (fields(&holder, &outputs), parts(&outputs));
            let (count, index) = (Index::from(outputs.len()), (0..outputs.len()).map(Index::from));
            quote!(__cnn_rt::named_outputs!(#holder, #count: #(#index #fields #parts),*);)
        });
        holders.collect()
    }
}

/// The struct that holds several outputs.
fn holder(name: &Ident, suffix: &str) -> Ident {
    Ident::new(&format!("{}{suffix}", name.unraw()), name.span())
}

/// The type of an output, or the struct of several.
fn arrays<'a>(holder: &Ident, outputs: impl Iterator<Item = &'a Output>) -> TokenStream {
    let array = |o: &Output| match o.shape {
        Shape::Volume { .. } => quote!(rt::ndarray::Array4<f32>),
        Shape::Vector(_) => quote!(rt::ndarray::Array2<f32>),
    };
    let arrays: Vec<TokenStream> = outputs.map(array).collect();
    match arrays.as_slice() {
        [one] => one.clone(),
        several => quote!(#holder<#(#several),*>),
    }
}

/// The names of a struct's fields.
fn fields(holder: &Ident, outputs: &[Output]) -> Vec<Ident> {
    let spare = Ident::new("output", holder.span());
    outputs.iter().map(|o| o.name.clone().unwrap_or_else(|| spare.clone())).collect()
}

/// The types of a struct's fields.
fn parts(outputs: &[Output]) -> Vec<Ident> {
    (0..outputs.len()).map(|i| format_ident!("A{i}")).collect()
}

/// A struct with one field for each output.
fn named(holder: &Ident, vis: &Visibility, outputs: &[Output], text: &str) -> TokenStream {
    let (fields, parts) = (fields(holder, outputs), parts(outputs));
    let shapes = outputs.iter().map(|o| format!("N×{}", spelled(o.shape)));
    quote! {
        #[doc = #text]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #[allow(dead_code, non_camel_case_types)]
        #vis struct #holder<#(#parts),*> {
            #(#[doc = #shapes] #vis #fields: #parts),*
        }
    }
}

/// `1×28×28`.
pub(super) fn spelled(shape: Shape) -> String {
    shape.to_string().replace('x', "×")
}
