//! The operators, by families.

mod convolution;
mod dense;
mod elementwise;
mod joins;
mod normalization;
mod pooling;
mod resize;
mod shapes;
mod slices;

use super::build::Builder;
use super::node::Node;
use super::value::Value;

/// What an operator makes of a node: its outputs, or why it can't be expressed.
type Outputs = Result<Vec<Value>, String>;

/// Reads a node. What depends on something that could not be read is unknown, too, without a word.
pub(super) fn read(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    if !["", "ai.onnx"].contains(&node.proto.domain.as_str()) {
        return Err(format!("operators of `{}` are not known", node.proto.domain));
    }
    let read = node.proto.input.iter().filter(|name| !name.is_empty());
    if read.map(|name| &b.values[name.as_str()]).any(|v| matches!(v, Value::Unknown)) {
        return Ok(Vec::new());
    }
    match node.proto.op_type.as_str() {
        "Conv" => convolution::conv(b, node),
        "ConvTranspose" => convolution::deconv(b, node),
        "Gemm" => dense::gemm(b, node),
        "MatMul" => dense::matmul(b, node),
        "MaxPool" | "AveragePool" | "LpPool" => pooling::pool(b, node),
        "GlobalAveragePool" | "GlobalMaxPool" => pooling::global(b, node),
        "ReduceMean" | "ReduceMax" | "ReduceSum" => pooling::reduce(b, node),
        "MaxUnpool" => pooling::unpool(b, node),
        "ScatterElements" => pooling::scatter(b, node),
        "BatchNormalization" => normalization::batch(b, node),
        "InstanceNormalization" => normalization::instance(b, node),
        "LayerNormalization" => normalization::layer(b, node),
        "GroupNormalization" => normalization::group(b, node),
        "LRN" => normalization::lrn(b, node),
        "Softmax" | "LogSoftmax" => normalization::softmax(b, node),
        "Add" | "Sub" | "Mul" | "Div" | "Sum" | "Mean" | "Max" | "Min" => joins::binary(b, node),
        "Concat" => joins::concat(b, node),
        "PRelu" => elementwise::prelu(b, node),
        "Clip" => elementwise::clip(b, node),
        "Pow" => elementwise::pow(b, node),
        "Flatten" => shapes::flatten(b, node),
        "Reshape" => shapes::reshape(b, node),
        "Transpose" => shapes::transpose(b, node),
        "Squeeze" => shapes::squeeze(b, node),
        "Unsqueeze" => shapes::unsqueeze(b, node),
        "Shape" => shapes::shape(b, node),
        "Size" => shapes::size(b, node),
        "Cast" => shapes::cast(b, node),
        "Constant" => shapes::constant(b, node),
        "ConstantOfShape" => shapes::constant_of_shape(b, node),
        "Expand" => shapes::expand(b, node),
        "Gather" => slices::gather(b, node),
        "Slice" => slices::slice(b, node),
        "Split" => slices::split(b, node),
        "Pad" => slices::pad(b, node),
        "Resize" | "Upsample" => resize::resize(b, node),
        "DepthToSpace" => resize::depth_to_space(b, node),
        "SpaceToDepth" => resize::space_to_depth(b, node),
        "Identity" => Ok(vec![b.value(node, 0)?.clone()]),
        "Dropout" => {
            if node.given(2) && b.single(&b.constant(node, 2)?) != Some(0.0) {
                return Err("it drops elements outside training, too".to_owned());
            }
            Ok(vec![b.value(node, 0)?.clone()])
        }
        _ => elementwise::one(b, node),
    }
}
