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
    if let Some(attribute) = node.proto.attribute.iter().find(|a| !known(node, &a.name)) {
        return Err(format!("its attribute `{}` is not known", attribute.name));
    }
    let mut names: Vec<&str> = node.proto.attribute.iter().map(|a| a.name.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
        return Err(format!("it has two attributes `{}`", twice[0]));
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
        "HardSigmoid" => elementwise::hard_sigmoid(b, node),
        "Celu" => elementwise::celu(b, node),
        "Swish" => elementwise::swish(b, node),
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

/// Whether an attribute is read, or makes no difference to what evaluation gives. One that nobody reads would be another
/// operator than the one that is expressed.
fn known(node: &Node<'_>, attribute: &str) -> bool {
    const WINDOW: [&str; 5] = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];
    // Of old: which inputs may be overwritten.
    if attribute == "consumed_inputs" {
        return true;
    }
    let own: &[&str] = match node.proto.op_type.as_str() {
        "Conv" => &["group"],
        "ConvTranspose" => &["group", "output_padding", "output_shape"],
        "MaxPool" => &["ceil_mode", "storage_order"],
        "AveragePool" => &["ceil_mode", "count_include_pad"],
        "LpPool" => &["ceil_mode", "p"],
        "MaxUnpool" => &[],
        operator => {
            let names: &[&str] = match operator {
                "Gemm" => &["alpha", "beta", "broadcast", "transA", "transB"],
                "ReduceMean" | "ReduceMax" | "ReduceSum" => {
                    &["axes", "keepdims", "noop_with_empty_axes"]
                }
                "ScatterElements" => &["axis"],
                "BatchNormalization" => {
                    &["epsilon", "is_test", "momentum", "spatial", "training_mode"]
                }
                "InstanceNormalization" => &["epsilon"],
                "LayerNormalization" => &["axis", "epsilon", "stash_type"],
                "GroupNormalization" => &["epsilon", "num_groups", "stash_type"],
                "LRN" => &["alpha", "beta", "bias", "size"],
                "Add" | "Sub" | "Mul" | "Div" | "PRelu" => &["axis", "broadcast"],
                "Softmax" | "LogSoftmax" | "Concat" | "Flatten" | "Gather" => &["axis"],
                "Clip" => &["max", "min"],
                "Reshape" => &["allowzero", "shape"],
                "Expand" => &["shape"],
                "Transpose" => &["perm"],
                "Squeeze" | "Unsqueeze" => &["axes"],
                "Shape" => &["end", "start"],
                "Cast" => &["round_mode", "saturate", "to"],
                "Constant" => &["value", "value_float", "value_floats", "value_int", "value_ints"],
                "ConstantOfShape" => &["value"],
                "Slice" => &["axes", "ends", "starts"],
                "Split" => &["axis", "num_outputs", "split"],
                "Pad" => &["mode", "pads", "value"],
                "Resize" | "Upsample" => &[
                    "antialias",
                    "axes",
                    "coordinate_transformation_mode",
                    "cubic_coeff_a",
                    "exclude_outside",
                    "extrapolation_value",
                    "keep_aspect_ratio_policy",
                    "mode",
                    "nearest_mode",
                    "scales",
                ],
                "DepthToSpace" | "SpaceToDepth" => &["blocksize", "mode"],
                "Dropout" => &["is_test", "ratio", "seed"],
                "LeakyRelu" | "Elu" | "Celu" | "Swish" => &["alpha"],
                "Selu" => &["alpha", "gamma"],
                "HardSigmoid" => &["alpha", "beta"],
                "Gelu" => &["approximate"],
                // What is no layer is told so, whatever its attributes.
                "Relu" | "Sigmoid" | "Tanh" | "Softplus" | "Mish" | "HardSwish" | "Neg" | "Erf"
                | "Sqrt" | "Reciprocal" | "Identity" | "MatMul" | "Pow" | "Size"
                | "GlobalAveragePool" | "GlobalMaxPool" | "Sum" | "Mean" | "Max" | "Min" => &[],
                _ => return true,
            };
            return names.contains(&attribute);
        }
    };
    own.contains(&attribute) || WINDOW.contains(&attribute)
}
