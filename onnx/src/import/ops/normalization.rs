//! Normalizations and softmax.

use super::Outputs;
use super::convolution::by_channel;
use crate::import::build::{Builder, Kind, text};
use crate::import::node::Node;
use crate::import::value::Value;
use crate::import::view::{Axis, View, axis as axis_of};
use crate::recipe::Step;
use cnn_ir::{LocalResponse, Norm, Op, Over, Real};

/// The recipes of the inputs after the first, each of one number for each channel.
fn tensors(
    b: &Builder<'_>,
    node: &Node<'_>,
    channels: usize,
    names: &[&'static str],
) -> Result<Vec<(&'static str, Vec<Step>)>, String> {
    let recipe = |(i, &name): (usize, &&'static str)| {
        Ok((name, by_channel(&b.constant(node, i + 1)?, channels, name)?))
    };
    names.iter().enumerate().map(recipe).collect()
}

pub(super) fn batch(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    node.expect("training_mode", 0)?;
    if node.opset < 9 {
        node.expect("spatial", 1)?;
    }
    let view = b.data(node, 0)?;
    let channels = view.shape.channels();
    if !(view.find(Axis::Channels) == Some(1)
        || channels == 1 && view.dims.get(1).is_some_and(Vec::is_empty))
    {
        return Err(format!("its second axis is not the channels: {}", text(&view)));
    }
    let names = ["weight", "bias", "running_mean", "running_var"];
    let tensors = tensors(b, node, channels, &names)?;
    let eps = Real::new(node.float("epsilon", 1e-5)?);
    // The format weighs the old statistics, the language the new ones.
    let newest = 1.0 - f64::from(node.float("momentum", 0.9)?);
    let momentum = Some(Real::new(((newest * 1e6).round() / 1e6) as f32));
    let op = Op::BatchNorm { norm: Norm { eps, affine: true }, momentum };
    let path = b.path(node, Some(1));
    let value = b.push_with(op, view.value, view.shape, tensors, path);
    Ok(vec![Value::Data(view.with(value, view.shape))])
}

/// By channel, or, over channels in groups as one axis, by group.
pub(super) fn instance(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let (weight, bias) = (b.constant(node, 1)?, b.constant(node, 2)?);
    let eps = Real::new(node.float("epsilon", 1e-5)?);
    let channels = view.shape.channels();
    let path = b.path(node, Some(1));
    if view.find(Axis::Channels) == Some(1) && view.shape.is_volume() {
        let plain = b.single(&weight) == Some(1.0) && b.single(&bias) == Some(0.0);
        let op = Op::InstanceNorm(Norm { eps, affine: !plain });
        let tensors = match plain {
            true => Vec::new(),
            false => tensors(b, node, channels, &["weight", "bias"])?,
        };
        let value = b.push_with(op, view.value, view.shape, tensors, path);
        return Ok(vec![Value::Data(view.with(value, view.shape))]);
    }
    let [_, group, rest @ ..] = view.dims.as_slice() else {
        return Err(format!("its input is {}", text(&view)));
    };
    let groups = match group.as_slice() {
        [] => 1,
        [f] if f.axis == Axis::Channels && f.size * f.inner == channels => f.size,
        _ => return Err(format!("its second axis is not the channels: {}", text(&view))),
    };
    let inside: usize = rest.iter().flatten().map(|f| f.size).product();
    if inside * groups != view.shape.len() {
        return Err(format!("its input is {}", text(&view)));
    }
    if b.single(&weight) != Some(1.0) || b.single(&bias) != Some(0.0) {
        return Err(
            "its groups of channels have weights, which are by channel in the language".to_owned()
        );
    }
    let op = Op::GroupNorm { norm: Norm { eps, affine: false }, groups };
    let value = b.push_with(op, view.value, view.shape, Vec::new(), path);
    Ok(vec![Value::Data(view.with(value, view.shape))])
}

pub(super) fn group(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let channels = image.shape.channels();
    let groups = node.int("num_groups", 1)?;
    let eps = Real::new(node.float("epsilon", 1e-5)?);
    let groups = usize::try_from(groups).ok().filter(|&g| g > 0 && channels % g == 0);
    let groups = groups.ok_or_else(|| format!("its groups don't divide {channels} channels"))?;
    let tensors = tensors(b, node, channels, &["weight", "bias"])?;
    let op = Op::GroupNorm { norm: Norm { eps, affine: true }, groups };
    let path = b.path(node, Some(1));
    let value = b.push_with(op, image.value, image.shape, tensors, path);
    Ok(vec![Value::Data(image.with(value, image.shape))])
}

pub(super) fn layer(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let axis = axis_of(node.int("axis", -1)?, view.dims.len())?;
    let channels = view.find(Axis::Channels).is_some_and(|a| a + 1 == view.dims.len());
    let over = match axis {
        1 if view.in_order() => Over::All,
        a if a + 1 == view.dims.len() && channels => Over::Channels,
        _ => return Err(format!("its axes are neither the channels nor all: {}", text(&view))),
    };
    let over = if view.shape.is_volume() { over } else { Over::All };
    let count = match over {
        Over::Channels => view.shape.channels(),
        Over::All => view.shape.len(),
    };
    let given: &[&str] = if node.given(2) { &["weight", "bias"] } else { &["weight"] };
    let mut recipes = tensors(b, node, count, given)?;
    if given.len() == 1 {
        recipes.push(("bias", vec![Step::Filled { value: 0.0, count }]));
    }
    let eps = Real::new(node.float("epsilon", 1e-5)?);
    let op = Op::LayerNorm { norm: Norm { eps, affine: true }, over };
    let path = b.path(node, Some(1));
    let value = b.push_with(op, view.value, view.shape, recipes, path);
    Ok(vec![Value::Data(view.with(value, view.shape))])
}

pub(super) fn lrn(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let size = usize::try_from(node.int("size", 0)?).ok().filter(|&n| n > 0);
    let op = Op::Lrn(LocalResponse {
        size: size.ok_or("it lacks its `size`")?,
        alpha: Real::new(node.float("alpha", 1e-4)?),
        beta: Real::new(node.float("beta", 0.75)?),
        k: Real::new(node.float("bias", 1.0)?),
    });
    let value = b.push(Kind::Op(op), vec![image.value], image.shape);
    Ok(vec![Value::Data(image.with(value, image.shape))])
}

pub(super) fn softmax(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let old = node.opset < 13;
    let axis = axis_of(node.int("axis", if old { 1 } else { -1 })?, view.dims.len())?;
    let channels = view.find(Axis::Channels);
    // Of old, it is over this axis and all after it.
    let others = |a: usize| view.dims.iter().skip(a + 1).all(Vec::is_empty);
    if channels == Some(axis) && (!old || others(axis)) {
        let op = if node.proto.op_type == "Softmax" { Op::Softmax } else { Op::LogSoftmax };
        let value = b.push(Kind::Op(op), vec![view.value], view.shape);
        return Ok(vec![Value::Data(view.with(value, view.shape))]);
    }
    // Over all positions of an image, a part of attention pooling.
    let positions = view.dims.get(axis).map(|dim| dim.iter().map(|f| f.axis).collect::<Vec<_>>());
    if positions.as_deref() == Some(&[Axis::Rows, Axis::Columns]) && view.in_order() && !old {
        let value = b.push(Kind::ImageSoftmax, vec![view.value], view.shape);
        return Ok(vec![Value::Data(View { value, ..view })]);
    }
    // Over a flattened image.
    if view.dims.len() == 2 && axis == 1 && view.in_order() {
        let (source, _) = b.vector(&view)?;
        let shape = cnn_ir::Shape::Vector(view.shape.len());
        let op = if node.proto.op_type == "Softmax" { Op::Softmax } else { Op::LogSoftmax };
        let value = b.push(Kind::Op(op), vec![source], shape);
        return Ok(vec![Value::Data(View::plain(value, shape))]);
    }
    Err(format!("its axis {axis} is not the channels: {}", text(&view)))
}
