//! What a network is made of, as constants.

use super::{bare_shape, own};
use crate::fold;
use crate::layers::{Init, Param, Role};
use crate::net::{Net, Node};
use crate::plan::{Storage, Stretch};
use crate::text::list;

/// The layers, the blocks, and the layer that gives each output.
pub(super) fn constants(net: &Net) -> (String, String, String) {
    let sources = sources(net);
    let evaluated = net.evaluated();
    let layers = net.nodes.iter().zip(evaluated).enumerate().map(|(i, (node, evaluated))| {
        let (path, keyword, text) = (&node.path, node.keyword, node.text());
        let inputs = node.inputs.iter().map(|&v| match sources[v] {
            Source::Input(i) => format!("Input({i})"),
            Source::Layer(i) => format!("Layer({i})"),
        });
        let [input, output] = [net.shape(node.inputs[0]), node.layer.output].map(bare_shape);
        let (parameters, macs) = match net.own_number(i) {
            Some(k) => (own::elements(k), own::layer_macs(k)),
            None => (node.parameters().to_string(), node.layer.macs.to_string()),
        };
        let memory = node.memory();
        let field = net.values[node.output].field;
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
            let (dims, offset, init) = (&param.dims, place.offset, init(param.init));
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
    let uniform = |low: f64, high: f64| format!("Uniform({:?}, {:?})", low as f32, high as f32);
    match init {
        Init::FanIn(n) | Init::Connected { inputs: n, .. } => {
            let bound = 1.0 / (n as f64).sqrt();
            uniform(-bound, bound)
        }
        Init::Uniform { low, high } => uniform(low, high),
        Init::Normal { mean, std } => format!("Normal({:?}, {:?})", mean as f32, std as f32),
        Init::TruncatedNormal { std } => format!("TruncatedNormal({:?})", std as f32),
        Init::Constant(value) => format!("Constant({value:?})"),
    }
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
