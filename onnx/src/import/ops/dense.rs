//! Dense layers.

use super::Outputs;
use crate::import::build::{Builder, text};
use crate::import::node::Node;
use crate::import::value::{Constant, Value};
use crate::import::view::{Axis, Factor, View};
use crate::recipe::{Axes, MOST_AXES, Step, Two};
use cnn_ir::{Border, Convolution, Op, Shape, Window};

pub(super) fn gemm(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    node.expect("transA", 0)?;
    let weight = b.constant(node, 1)?;
    let weight = match node.int("transB", 0)? {
        0 => turned(&weight)?,
        _ => weight,
    };
    let view = b.data(node, 0)?;
    let bias = match node.given(2) {
        true => Some(b.constant(node, 2)?),
        false => None,
    };
    let scaled = |constant: Constant, by: f32| -> Result<Constant, String> {
        if by == 1.0 {
            return Ok(constant);
        }
        let mut steps = constant.recipe()?;
        steps.push(Step::Filled { value: by, count: 1 });
        let ones = vec![1; constant.dims.len()];
        steps.push(Step::Both {
            by: Two::Multiply,
            older: Axes::new(&constant.dims),
            newest: Axes::new(&ones),
        });
        Ok(Constant::of_steps(constant.dims, steps))
    };
    let weight = scaled(weight, node.float("alpha", 1.0)?)?;
    let beta = node.float("beta", 1.0)?;
    let bias = bias.filter(|_| beta != 0.0).map(|bias| scaled(bias, beta)).transpose()?;
    dense(b, node, &view, &weight, bias.as_ref())
}

pub(super) fn matmul(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    if let (Value::Constant(weight), Value::Data(view)) = (b.value(node, 0)?, b.value(node, 1)?) {
        // Outputs × channels times channels × positions.
        let (weight, view) = (weight.clone(), view.clone());
        let axis = view.dims.len().checked_sub(2);
        if weight.dims.len() != 2 || axis.is_none() || view.find(Axis::Channels) != axis {
            return Err(format!(
                "its first input of {:?} does not work on channels: {}",
                weight.dims,
                text(&view)
            ));
        }
        return pointwise(b, node, &view, &weight, 0);
    }
    if matches!(b.value(node, 1)?, Value::Data(_)) {
        return Err(
            "it multiplies two values that depend on the images, as attention does".to_owned()
        );
    }
    let weight = turned(&b.constant(node, 1)?)?;
    let view = b.data(node, 0)?;
    positions(b, node, &view, &weight)
}

/// A dense layer at every position, or of a vector.
fn positions(b: &mut Builder<'_>, node: &Node<'_>, view: &View, weight: &Constant) -> Outputs {
    // At every position: the last axis counts all channels.
    let positions = view.dims.len() > 2 && view.shape.is_volume();
    if positions && view.find(Axis::Channels) == Some(view.dims.len() - 1) {
        return pointwise(b, node, view, weight, 1);
    }
    if view.dims.len() != 2 {
        return Err(format!("its last axis is not the channels: {}", text(view)));
    }
    dense(b, node, view, weight, None)
}

fn pointwise(
    b: &mut Builder<'_>,
    node: &Node<'_>,
    view: &View,
    weight: &Constant,
    input: usize,
) -> Outputs {
    let (&[filters, seen], channels) = (weight.dims.as_slice(), view.shape.channels()) else {
        return Err(format!("its weight has the shape {:?}, not two axes", weight.dims));
    };
    if seen != channels || filters == 0 {
        return Err(format!("its weight sees {seen} channels, but there are {channels}"));
    }
    let op = Op::Pointwise(Convolution {
        filters,
        window: Window::POINT,
        groups: 1,
        table: None,
        border: Border::ZERO,
        bias: false,
        accurate: false,
    });
    let output = view.shape.with_channels(filters);
    let path = b.path(node, Some(input));
    let value = b.push_with(op, view.value, output, vec![("weight", weight.recipe()?)], path);
    Ok(vec![Value::Data(view.with(value, output))])
}

/// Inputs × outputs as outputs × inputs.
fn turned(weight: &Constant) -> Result<Constant, String> {
    match weight.dims.as_slice() {
        [_, _] => weight.transposed(&[1, 0]),
        dims => Err(format!("its weight has the shape {dims:?}, not two axes")),
    }
}

fn dense(
    b: &mut Builder<'_>,
    node: &Node<'_>,
    view: &View,
    weight: &Constant,
    bias: Option<&Constant>,
) -> Outputs {
    let (input, order) = b.vector(view)?;
    let &[outputs, inputs] = weight.dims.as_slice() else {
        return Err(format!("its weight has the shape {:?}, not two axes", weight.dims));
    };
    if inputs != view.shape.len() || outputs == 0 {
        return Err(format!("its weight sees {inputs} inputs, but gets {}", view.shape.len()));
    }
    let mut steps = weight.recipe()?;
    if let Some(order) = order {
        if order.len() >= MOST_AXES {
            return Err(format!("its elements lie in {} parts: {}", order.len(), text(view)));
        }
        steps.push(columns(outputs, &order));
    }
    let mut tensors = vec![("weight", steps)];
    if let Some(bias) = bias {
        let mut steps = bias.recipe()?;
        match bias.count() {
            n if n == outputs => {}
            1 => {
                steps.push(Step::Filled { value: 0.0, count: outputs });
                let (older, newest) = (Axes::new(&[1]), Axes::new(&[outputs]));
                steps.push(Step::Both { by: Two::Add, older, newest });
            }
            n => return Err(format!("its bias has {n} elements, not {outputs}")),
        }
        tensors.push(("bias", steps));
    }
    let op = Op::Dense { outputs, bias: tensors.len() == 2 };
    let path = b.path(node, Some(1));
    let output = Shape::Vector(outputs);
    let value = b.push_with(op, input, output, tensors, path);
    Ok(vec![Value::Data(View::plain(value, output))])
}

/// The columns of a weight in the order of channels, rows, columns, where they are in that of a view's parts.
fn columns(outputs: usize, order: &[Factor]) -> Step {
    let rank = |f: &Factor| {
        let axis = match f.axis {
            Axis::Batch | Axis::Channels => 0,
            Axis::Rows => 1,
            Axis::Columns => 2,
        };
        (axis, std::cmp::Reverse(f.inner))
    };
    let dims: Vec<usize> = [outputs].into_iter().chain(order.iter().map(|f| f.size)).collect();
    let mut wanted: Vec<usize> = (0..order.len()).collect();
    wanted.sort_by_key(|&i| rank(&order[i]));
    let wanted: Vec<usize> = [0].into_iter().chain(wanted.iter().map(|i| i + 1)).collect();
    Step::Permuted { dims: Axes::new(&dims), order: Axes::new(&wanted) }
}
