//! What is emitted behind a mistake: the struct with its whole API and no program, so that
//! nothing else in the user's file turns red.

use super::{Signature, api};
use crate::ast;
use crate::shape::Shape;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The struct and its API; shapes as far as they are known.
pub fn stub(
    written: &ast::Network,
    name: &Ident,
    inputs: &[Shape],
    outputs: &[Option<Shape>],
) -> TokenStream {
    let (attrs, vis) = (&written.attrs, &written.vis);
    let or_vector = |shapes: Vec<Shape>, otherwise| {
        if shapes.is_empty() { vec![otherwise] } else { shapes }
    };
    let signature = Signature {
        inputs: or_vector(inputs.to_vec(), Shape::volume(1, 1, 1)),
        outputs: or_vector(
            outputs.iter().map(|o| o.unwrap_or(Shape::Vector(1))).collect(),
            Shape::Vector(1),
        ),
    };
    let inherent = api::inherent(name, vis, &signature);
    let types = api::types(&signature);
    let text = name.to_string();
    let never = quote!(::core::unreachable!("the network does not compile"));
    quote! {
        #(#attrs)*
        #[derive(Clone, Debug)]
        #vis struct #name {
            params: ::cnn::__rt::Params,
        }
        #[allow(clippy::all, clippy::pedantic, unused_variables, dead_code)]
        const _: () = {
            use ::cnn::__rt as rt;
            #inherent
            impl rt::Network for #name {
                const NAME: &'static str = #text;
                const INPUTS: &'static [rt::Shape] = &[];
                const OUTPUTS: &'static [rt::Shape] = &[];
                const PARAMETERS: usize = 0;
                const MACS: u64 = 0;
                const WORKSPACE: usize = 0;
                const LAYERS: &'static [rt::LayerInfo] = &[];
                const TENSORS: &'static [rt::TensorSpec] = &[];
                const LABELS: &'static [(&'static str, rt::Shape)] = &[];
                const SUMMARY: &'static str = "";
                const INFERENCE: &'static [rt::InferencePlan] = &[];
                const TRAINING: rt::TrainingPlan = rt::TrainingPlan {
                    lanes: 1, arena: 0, rooms: &[], stats: 0, inputs: &[], outputs: &[], d_outputs: &[], d_inputs: &[], largest: 0,
                    longest_row: 0,
                };
                #types
                fn from_params(params: rt::Params) -> Self {
                    Self { params }
                }
                fn params(&self) -> &rt::Params {
                    &self.params
                }
                fn params_mut(&mut self) -> &mut rt::Params {
                    &mut self.params
                }
                fn into_params(self) -> rt::Params {
                    self.params
                }
                fn infer(_: usize, _: &rt::Pass<'_>, _: &[f32], _: &mut [f32]) {
                    #never
                }
                fn forward_pass<T: rt::Tap>(_: &rt::Pass<'_>, _: rt::TrainingTensors<'_>, _: &mut T) {
                    #never
                }
                fn backward_pass<T: rt::Tap>(_: &rt::Pass<'_>, _: rt::BackwardTensors<'_>, _: &mut T) {
                    #never
                }
            }
        };
    }
}
