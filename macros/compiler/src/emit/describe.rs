//! What a network is made of, as constants.

use super::{own, shape};
use crate::fold;
use crate::layers::Body;
use crate::net::Net;
use proc_macro2::TokenStream;
use quote::quote;

/// The layers, the blocks, and the layer that gives each output.
pub(super) fn constants(net: &Net) -> (TokenStream, TokenStream, TokenStream) {
    let sources = sources(net);
    let evaluated = net.evaluated();
    let mut own_layers = own::layers(net).enumerate();
    let layers = net.nodes.iter().zip(evaluated).map(|(node, evaluated)| {
        let (path, keyword, text) = (&node.path, node.keyword, node.text());
        let inputs = node.inputs.iter().map(|&v| match sources[v] {
            Source::Input(i) => quote!(rt::Source::Input(#i)),
            Source::Layer(i) => quote!(rt::Source::Layer(#i)),
        });
        let (input, output) = (shape(net.shape(node.inputs[0])), shape(node.layer.output));
        let (parameters, macs, memory) = (node.parameters(), node.layer.macs, node.memory());
        let (mut parameters, mut macs) = (quote!(#parameters), quote!(#macs));
        if matches!(&node.layer.body, Body::Kernel(kernel) if kernel.own.is_some())
            && let Some((k, (_, own))) = own_layers.next()
        {
            (parameters, macs) = (own::elements(k, own), own::layer_macs(own));
        }
        let field = net.values[node.output].field;
        let ([rows, columns], [top, left]) = (field.size, field.start);
        let [down, right] = field.jump.map(|j| j.value());
        let training_only = !evaluated;
        quote!(rt::LayerInfo {
            path: #path, keyword: #keyword, text: #text, inputs: &[#(#inputs),*],
            input: #input, output: #output,
            parameters: #parameters, macs: #macs, memory: #memory,
            receptive_field: (#rows, #columns), jump: (#down, #right), start: (#top, #left),
            training_only: #training_only,
        })
    });
    let blocks = fold::blocks(net).into_iter().map(|block| {
        let fold::Block { name, path, first, layers, times } = block;
        quote!(rt::BlockInfo::new(#name, #path, #first, #layers, #times))
    });
    let outputs = net.outputs.iter().map(|o| match sources[o.value] {
        Source::Layer(i) => i,
        Source::Input(_) => unreachable!("an input that is an output is refused"),
    });
    (quote!(&[#(#layers),*]), quote!(&[#(#blocks),*]), quote!(&[#(#outputs),*]))
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Input(usize),
    Layer(usize),
}

/// Where each value comes from.
fn sources(net: &Net) -> Vec<Source> {
    let mut sources = vec![Source::Input(0); net.values.len()];
    for (i, &v) in net.inputs.iter().enumerate() {
        sources[v] = Source::Input(i);
    }
    for (i, node) in net.nodes.iter().enumerate() {
        sources[node.output] = Source::Layer(i);
    }
    sources
}
