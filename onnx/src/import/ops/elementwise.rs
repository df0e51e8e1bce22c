//! What is done to each element.

use super::Outputs;
use crate::import::build::{Builder, Kind};
use crate::import::node::Node;
use crate::import::value::{Constant, Value};
use crate::import::view::{Axis, Num, View};
use crate::recipe::{One, Step};
use cnn_ir::{Activation, Op, Real};

fn activation(a: Activation) -> Kind {
    Kind::Op(Op::Activation(a))
}

/// `factor·x`.
pub(super) fn rescale(factor: f32) -> Kind {
    activation(Activation::Rescale { factor: Real::new(factor) })
}

/// An operator of one input.
pub(super) fn one(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let operator = node.proto.op_type.as_str();
    if node.proto.attribute.iter().any(|a| a.g.is_some()) {
        return Err("it holds graphs of its own: what is run would depend on numbers".to_owned());
    }
    let kind = kind(node, operator)?;
    match b.value(node, 0)? {
        Value::Data(view) => {
            let view = view.clone();
            Ok(vec![Value::Data(b.each(kind, &view))])
        }
        Value::Constant(constant) => {
            let constant = constant.clone();
            let by = match operator {
                "Neg" => One::Negate,
                "Sqrt" => One::SquareRoot,
                "Reciprocal" => One::Invert,
                _ => return Err("it works on a constant".to_owned()),
            };
            if let (One::Negate, Some(ints)) = (by, &constant.ints) {
                let negated = ints.iter().map(|n| match n {
                    Num::Int(n) => Ok(Num::Int(n.wrapping_neg())),
                    Num::Batch => Err("it works on the number of images".to_owned()),
                });
                let negated: Result<Vec<Num>, String> = negated.collect();
                let scalar = constant.dims.is_empty();
                return Ok(vec![Value::Constant(Constant::of_ints(negated?, scalar))]);
            }
            let mut steps = constant.recipe()?;
            steps.push(Step::Each(by));
            Ok(vec![Value::Constant(Constant::of_steps(constant.dims, steps))])
        }
        Value::Places(_) | Value::Zeros | Value::Unknown => Ok(Vec::new()),
    }
}

fn kind(node: &Node<'_>, operator: &str) -> Result<Kind, String> {
    let real = |name: &str, default: f32| node.float(name, default).map(Real::new);
    Ok(match operator {
        "Relu" => activation(Activation::Relu),
        "Sigmoid" => activation(Activation::Sigmoid),
        "Tanh" => activation(Activation::Tanh { scale: Real::new(1.0), slope: Real::new(1.0) }),
        "LeakyRelu" => activation(Activation::LeakyRelu { slope: real("alpha", 0.01)? }),
        "Elu" => activation(Activation::Elu { alpha: real("alpha", 1.0)? }),
        "Selu" => {
            let (alpha, gamma) =
                (node.float("alpha", 1.673_263_2)?, node.float("gamma", 1.050_701)?);
            if (alpha - 1.673_263_2).abs() > 1e-4 || (gamma - 1.050_701).abs() > 1e-4 {
                return Err(format!(
                    "its alpha and gamma are {alpha} and {gamma}, not those of the paper"
                ));
            }
            activation(Activation::Selu)
        }
        "Softplus" => {
            let (beta, threshold) = (Real::new(1.0), Real::new(20.0));
            activation(Activation::Softplus { beta, threshold })
        }
        "Mish" => activation(Activation::Mish),
        "HardSwish" => activation(Activation::HardSwish),
        "Gelu" => match node.word("approximate", "none")?.as_str() {
            "tanh" => activation(Activation::GeluTanh),
            _ => activation(Activation::Gelu),
        },
        "Neg" => rescale(-1.0),
        "Erf" => Kind::Erf,
        "Sqrt" => Kind::Root,
        "Reciprocal" => return Err("a quotient of values is no layer".to_owned()),
        _ => return Err("no layer of the language does that".to_owned()),
    })
}

/// `by·x`.
fn scaled(b: &mut Builder<'_>, view: &View, by: f32) -> View {
    if by == 1.0 { view.clone() } else { b.each(rescale(by), view) }
}

/// `x + by`.
fn shifted(b: &mut Builder<'_>, view: &View, by: f32) -> View {
    if by == 0.0 { view.clone() } else { b.each(Kind::Shift(by), view) }
}

/// `alpha·elu(x/alpha)`.
pub(super) fn celu(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (alpha, view) = (node.float("alpha", 1.0)?, b.data(node, 0)?);
    let narrow = scaled(b, &view, 1.0 / alpha);
    let elu = b.each(activation(Activation::Elu { alpha: Real::new(1.0) }), &narrow);
    Ok(vec![Value::Data(scaled(b, &elu, alpha))])
}

/// `x·sigmoid(alpha·x)`, which is silu of `alpha·x` over alpha.
pub(super) fn swish(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (alpha, view) = (node.float("alpha", 1.0)?, b.data(node, 0)?);
    let wide = scaled(b, &view, alpha);
    let silu = b.each(activation(Activation::Silu), &wide);
    Ok(vec![Value::Data(scaled(b, &silu, 1.0 / alpha))])
}

/// `alpha·x + beta` cut off at 0 and 1: the language's of `6·alpha·x + 6·beta − 3`.
pub(super) fn hard_sigmoid(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (alpha, beta) = (node.float("alpha", 0.2)?, node.float("beta", 0.5)?);
    // A sixth is no binary fraction.
    let usual = (alpha - 1.0 / 6.0).abs() <= 1e-6;
    let view = b.data(node, 0)?;
    let wide = scaled(b, &view, if usual { 1.0 } else { 6.0 * alpha });
    let moved = shifted(b, &wide, 6.0 * beta - 3.0);
    Ok(vec![Value::Data(b.each(activation(Activation::HardSigmoid), &moved))])
}

pub(super) fn prelu(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (view, slope) = (b.data(node, 0)?, b.constant(node, 1)?);
    let channels = view.shape.channels();
    let per_channel = match slope.count() {
        1 => false,
        n if n == channels && slope.lies_on(&view, Axis::Channels) => true,
        _ => return Err(format!("its slopes have the shape {:?}", slope.dims)),
    };
    let path = b.path(node, Some(1));
    let tensors = vec![("weight", slope.recipe()?)];
    let value = b.push_with(Op::Prelu { per_channel }, view.value, view.shape, tensors, path);
    Ok(vec![Value::Data(view.with(value, view.shape))])
}

pub(super) fn clip(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let mut bounds = [f32::NEG_INFINITY, f32::INFINITY];
    for (i, name) in ["min", "max"].into_iter().enumerate() {
        let wide = if i == 0 { f32::MIN } else { f32::MAX };
        let given = match node.given(i + 1) {
            true => {
                let constant = b.constant(node, i + 1)?;
                Some(b.single(&constant).ok_or_else(|| format!("its `{name}` is no number"))?)
            }
            false if node.has(name) => Some(node.float_or_infinite(name, wide)?),
            false => None,
        };
        if let Some(bound) = given.filter(|&bound| bound != wide) {
            bounds[i] = bound;
        }
    }
    let view = b.data(node, 0)?;
    Ok(vec![Value::Data(clipped(b, &view, bounds)?)])
}

/// `min(max(x, low), high)`.
pub(super) fn clipped(
    b: &mut Builder<'_>,
    view: &View,
    [low, high]: [f32; 2],
) -> Result<View, String> {
    if low.is_nan() || high.is_nan() || low >= high {
        return Err(format!("it cuts off at {low} and {high}"));
    }
    let view = match (low.is_finite(), high.is_finite()) {
        (false, false) => view.clone(),
        (true, false) => {
            let moved = shifted(b, view, -low);
            let cut = b.each(activation(Activation::Relu), &moved);
            shifted(b, &cut, low)
        }
        (false, true) => {
            let turned = scaled(b, view, -1.0);
            let moved = shifted(b, &turned, high);
            let cut = b.each(activation(Activation::Relu), &moved);
            let back = shifted(b, &cut, -high);
            scaled(b, &back, -1.0)
        }
        (true, true) => {
            let width = high - low;
            let moved = shifted(b, view, -low);
            let wide = scaled(b, &moved, 6.0 / width);
            let cut = b.each(activation(Activation::Relu6), &wide);
            let narrow = scaled(b, &cut, width / 6.0);
            shifted(b, &narrow, low)
        }
    };
    Ok(view)
}

pub(super) fn pow(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (view, by) = (b.data(node, 0)?, b.constant(node, 1)?);
    match b.single(&by) {
        Some(2.0) => {
            let value = b.push(Kind::Op(Op::Mul), vec![view.value; 2], view.shape);
            Ok(vec![Value::Data(View { value, ..view })])
        }
        Some(1.0) => Ok(vec![Value::Data(view)]),
        Some(0.5) => Ok(vec![Value::Data(b.each(Kind::Root, &view))]),
        _ => Err("only squares are layers".to_owned()),
    }
}
