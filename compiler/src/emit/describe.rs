//! What a network is made of, as constants.

use super::{bare_shape, own};
use crate::fold;
use crate::layers::Param;
use crate::net::{Net, Node};
use crate::plan::Stretch;
use crate::schedule::Storage;
use crate::text::list;
use cnn_ir::{Init, Role, Source};

/// The layers, the blocks, and the layer that gives each output.
pub(super) fn constants(net: &Net) -> (String, String, String) {
    let (sources, fields) = (net.sources(), net.receptive_fields());
    let evaluated = net.evaluated();
    let layers = net.nodes.iter().zip(evaluated).enumerate().map(|(i, (node, evaluated))| {
        let (path, keyword, text) = (&node.path, node.layer.op.keyword(), node.text());
        let inputs = node.inputs.iter().map(|&v| match sources[v] {
            Source::Input(i) => format!("Input({i})"),
            Source::Layer(i) => format!("Layer({i})"),
        });
        let [input, output] = [net.shape(node.inputs[0]), node.layer.output].map(bare_shape);
        let (parameters, macs) = match net.own_number(i) {
            Some(k) => (own::elements(k), own::layer_macs(k)),
            None => (node.parameters().to_string(), net.layer_macs(node).to_string()),
        };
        let memory = net.memory(node);
        let field = fields[i];
        let ([rows, columns], [top, left]) = (field.size, field.start);
        let [down, right] = field.jump.map(|j| j.value());
        let (inputs, training_only) = (list(inputs), !evaluated);
        format!(
            "LayerInfo::new([{path:?}, {keyword:?}, {text:?}], &[{inputs}], [{input}, {output}], \
             ({parameters}, {macs}, {memory}), \
             (({rows}, {columns}), ({down:?}, {right:?}), ({top}, {left})), {training_only})"
        )
    });
    let blocks = fold::blocks(net).into_iter().map(|block| {
        let fold::Block { name, path, first, layers, times } = block;
        format!("rt::BlockInfo::new({name:?}, {path:?}, {first}, {layers}, {times})")
    });
    let outputs = net.outputs.iter().map(|o| match sources[o.value] {
        Source::Layer(i) => i,
        Source::Input(_) => unreachable!("an input that is an output is refused"),
    });
    let layers = list(layers);
    let layers = format!("{{ use __cnn_rt::{{LayerInfo, Shape, Source::*}}; &[{layers}] }}");
    (layers, format!("&[{}]", list(blocks)), format!("&[{}]", list(outputs)))
}

/// The tensors of the `state_dict` of each node.
pub(super) fn tensors(net: &Net, storage: &Storage) -> Vec<Vec<String>> {
    let of = |(node, places): (&Node, &Vec<Stretch>)| {
        let tensor = |(param, place): (&Param, &Stretch)| {
            let path = match param.name {
                "" => node.path.clone(),
                name => format!("{}.{name}", node.path),
            };
            let (dims, offset, init) = (&param.dims, place.offset, init(param.initial()));
            let role = match param.role {
                Role::Trainable => "Trainable",
                Role::Buffer => "Buffer",
                Role::Counter => "Counter",
            };
            format!("TensorSpec::new({path:?}, &{dims:?}, {role}, {offset}, {init})")
        };
        node.layer.params.iter().zip(places).map(tensor).collect()
    };
    net.nodes.iter().zip(&storage.places).map(of).collect()
}

/// The runtime's `Init`.
fn init(init: Init) -> String {
    match init {
        Init::Uniform(low, high) => format!("Uniform({low:?}, {high:?})"),
        Init::Normal(mean, std) => format!("Normal({mean:?}, {std:?})"),
        Init::TruncatedNormal(std) => format!("TruncatedNormal({std:?})"),
        Init::Constant(value) => format!("Constant({value:?})"),
    }
}
