//! A graph, layer by layer.

use super::attributes::int;
use super::builder::{Builder, evaluated, passes_on};
use super::error::Error;
use super::layer::Layer;
use super::{
    Network, activations, adaptive, channels, convolution, normalization, pooling, shapes,
};
use crate::proto::ModelProto;
use cnn_ir::Op;

/// Builds the model.
pub(super) fn build(network: &Network<'_>) -> Result<ModelProto, Error> {
    let graph = network.graph;
    let count = graph.outputs.iter().filter(|output| !output.training_only).count();
    let unnamed = count == 1 && network.outputs.is_empty();
    if !unnamed && network.outputs.len() != count {
        return Err(Error::OutputNames { found: network.outputs.len(), expected: count });
    }
    let outputs = if unnamed { &["output"][..] } else { network.outputs };
    let evaluated = evaluated(graph);
    let mut builder = Builder::new(network);
    builder.keep_tensor_names();
    builder.add_inputs()?;
    let outputs = builder.name_outputs(outputs);
    for i in (0..graph.nodes.len()).filter(|&i| evaluated[i] && passes_on(graph, i).is_none()) {
        let output = builder.name_of_layer(i);
        lower(&mut Layer::new(&mut builder, i, output))?;
    }
    builder.add_outputs(outputs);
    Ok(builder.model())
}

/// Adds a layer's nodes.
pub(super) fn lower(layer: &mut Layer<'_, '_>) -> Result<(), Error> {
    match layer.node.op {
        Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => convolution::conv(layer, &c)?,
        Op::Deconv(d) => convolution::deconv(layer, &d)?,
        Op::Dense { bias, .. } => convolution::dense(layer, bias)?,
        Op::Pad { pad, border } => {
            let x = layer.x.clone();
            shapes::pad(layer, &x, pad, border);
        }
        Op::Crop { crop } => shapes::crop(layer, crop),
        Op::Upsample { interpolation, .. } => shapes::upsample(layer, interpolation),
        Op::Flatten => layer.finish("Flatten", &[], vec![int("axis", 1)]),
        Op::Reshape { .. } => shapes::reshape(layer),
        Op::MaxPool(window) => pooling::max(layer, &window),
        Op::AvgPool { window, count_pad } => pooling::avg(layer, &window, count_pad),
        Op::SumPool(window) => pooling::sum(layer, &window),
        Op::LpPool { window, p } => pooling::lp(layer, &window, p.get()),
        Op::ProdPool(window) => pooling::prod(layer, &window),
        Op::AdaptiveAvgPool { size } => adaptive::pool(layer, size, &adaptive::MEAN),
        Op::AdaptiveMaxPool { size } => adaptive::pool(layer, size, &adaptive::MAX),
        Op::GlobalAvgPool => layer.finish("GlobalAveragePool", &[], Vec::new()),
        Op::GlobalMaxPool => layer.finish("GlobalMaxPool", &[], Vec::new()),
        Op::AttnPool => pooling::attention(layer)?,
        Op::Unpool { .. } => pooling::unpool(layer),
        Op::BatchNorm { norm, momentum } => normalization::batch(layer, norm, momentum)?,
        Op::LayerNorm { norm, over } => normalization::layer(layer, norm, over)?,
        Op::GroupNorm { norm, groups } => normalization::group(layer, norm, groups)?,
        Op::InstanceNorm(norm) => normalization::instance(layer, norm)?,
        Op::Lrn(lrn) => normalization::lrn(layer, &lrn),
        Op::Scale { bias, .. } => channels::scale(layer, bias)?,
        Op::Split { parts, part } => channels::split(layer, parts, part),
        Op::Shuffle { groups } => channels::shuffle(layer, groups),
        Op::Add => channels::add(layer),
        Op::Mul => channels::mul(layer),
        Op::Concat => channels::concat(layer),
        Op::Activation(activation) => activations::activation(layer, activation),
        Op::Prelu { per_channel } => activations::prelu(layer, per_channel)?,
        Op::Softmax => layer.finish("Softmax", &[], vec![int("axis", 1)]),
        Op::LogSoftmax => layer.finish("LogSoftmax", &[], vec![int("axis", 1)]),
        // Without nodes of their own: their readers read their input.
        Op::Identity | Op::Dropout { .. } | Op::Dropout2d { .. } | Op::DropPath { .. } => {}
        Op::Custom { path, .. } => {
            let layer = layer.name.clone();
            return Err(Error::Custom { layer, path: path.to_owned() });
        }
    }
    Ok(())
}
