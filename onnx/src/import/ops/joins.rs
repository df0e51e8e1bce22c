//! Sums, products and concatenations, of values with one another and with constants.

use super::elementwise::{clipped, rescale};
use super::{Outputs, convolution::by_channel};
use crate::import::build::{Builder, Kind, text};
use crate::import::node::Node;
use crate::import::value::{Constant, FEW, MOST_MADE, Value, elements};
use crate::import::view::{Axis, Dim, Num, View, axis as axis_of};
use crate::recipe::{Axes, One, Step, Two};
use cnn_ir::{Op, Shape};

pub(super) fn binary(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let operator = node.proto.op_type.as_str();
    if node.proto.input.len() == 1 {
        return Ok(vec![b.value(node, 0)?.clone()]);
    }
    let mut so_far = b.value(node, 0)?.clone();
    for input in 1..node.proto.input.len() {
        let next = b.value(node, input)?.clone();
        so_far = match (so_far, next) {
            (Value::Data(x), Value::Data(y)) => Value::Data(two(b, operator, &x, &y)?),
            (Value::Data(x), Value::Constant(mut c)) => {
                // Of old, an attribute says where the constant's axes begin.
                if node.opset < 7 && node.has("axis") {
                    let begin = usize::try_from(node.int("axis", 0)?).unwrap_or(0);
                    let rank = x.dims.len().saturating_sub(begin);
                    c.dims.resize(rank.max(c.dims.len()), 1);
                }
                let alone = b.is_last_use(x.value);
                Value::Data(with_constant(b, node, operator, &x, &c, (false, alone))?)
            }
            (Value::Constant(c), Value::Data(x)) => {
                let alone = b.is_last_use(x.value);
                Value::Data(with_constant(b, node, operator, &x, &c, (true, alone))?)
            }
            (Value::Constant(x), Value::Constant(y)) => {
                Value::Constant(constants(operator, &x, &y)?)
            }
            _ => Value::Unknown,
        };
    }
    if let ("Mean", Value::Data(view)) = (operator, &so_far) {
        let factor = 1.0 / node.proto.input.len() as f32;
        so_far = Value::Data(b.each(rescale(factor), &view.clone()));
    }
    Ok(vec![so_far])
}

/// Two values that depend on the images.
fn two(b: &mut Builder<'_>, operator: &str, x: &View, y: &View) -> Result<View, String> {
    let (mut x, mut y) = (x.clone(), y.clone());
    let rank = x.dims.len().max(y.dims.len());
    let fits = |x: &View, y: &View| {
        let (x, y) = (padded(&x.dims, rank), padded(&y.dims, rank));
        x.iter().zip(&y).all(|(a, b)| a == b || a.is_empty() || b.is_empty())
    };
    if !fits(&x, &y) || x.shape.is_volume() != y.shape.is_volume() {
        // In the language's own order, if they can be.
        (x, y) = match rank {
            2 => {
                let vector = |b: &mut Builder<'_>, view: &View| match b.vector(view)? {
                    (source, None) => Ok(View::plain(source, Shape::Vector(view.shape.len()))),
                    (_, Some(_)) => {
                        Err(format!("its inputs lie in different orders: {}", text(view)))
                    }
                };
                (vector(b, &x)?, vector(b, &y)?)
            }
            4 if x.find(Axis::Channels) == Some(3) || y.find(Axis::Channels) == Some(3) => {
                (b.volume(&x), b.volume(&y))
            }
            _ => (b.image(&x)?, b.image(&y)?),
        };
    }
    if !fits(&x, &y) {
        return Err(format!("its inputs differ in shape: {} and {}", text(&x), text(&y)));
    }
    let dims: Vec<Dim> = padded(&x.dims, rank)
        .into_iter()
        .zip(padded(&y.dims, rank))
        .map(|(a, b)| if a.is_empty() { b } else { a })
        .collect();
    let shape = larger(x.shape, y.shape)?;
    let value = match operator {
        "Add" | "Sum" | "Mean" => b.push(Kind::Op(Op::Add), vec![x.value, y.value], shape),
        "Mul" => b.push(Kind::Op(Op::Mul), vec![x.value, y.value], shape),
        "Sub" => b.push(Kind::Difference, vec![x.value, y.value], shape),
        "Div" => b.push(Kind::Quotient, vec![x.value, y.value], shape),
        _ => return Err("the larger of two values is no layer".to_owned()),
    };
    Ok(View { value, shape, dims })
}

fn padded(dims: &[Dim], rank: usize) -> Vec<Dim> {
    let missing = rank - dims.len();
    (0..missing).map(|_| Vec::new()).chain(dims.iter().cloned()).collect()
}

fn larger(x: Shape, y: Shape) -> Result<Shape, String> {
    match (x, y) {
        (Shape::Vector(_), Shape::Vector(_)) if x == y => Ok(x),
        (Shape::Volume { .. }, Shape::Volume { .. }) => Ok(Shape::volume(
            x.channels().max(y.channels()),
            x.height().max(y.height()),
            x.width().max(y.width()),
        )),
        _ => Err(format!("its inputs are {x} and {y}")),
    }
}

/// A value and a constant, which comes first if `turned`; `alone` if nobody else reads the value.
fn with_constant(
    b: &mut Builder<'_>,
    node: &Node<'_>,
    operator: &str,
    view: &View,
    constant: &Constant,
    (turned, alone): (bool, bool),
) -> Result<View, String> {
    if constant.dims.len() > view.dims.len() && constant.count() > 1 {
        return Err(format!(
            "its constant of {:?} has more axes than {}",
            constant.dims,
            text(view)
        ));
    }
    let channels = view.shape.channels();
    let by_channel = constant.count() == channels && constant.lies_on(view, Axis::Channels);
    // The one channel has no axis, but its bias is one of the layer before nevertheless.
    let only = channels == 1
        && constant.dims == [1]
        && operator == "Add"
        && alone
        && b.layer(view.value).and_then(|l| l.op()).is_some_and(|op| takes_bias(&mut { *op }));
    // One for each channel is trained as such, even where all are the same.
    if (by_channel || only) && !["Max", "Min"].contains(&operator) && (operator != "Div" || !turned)
    {
        return channelwise(b, node, operator, view, constant, (turned, alone));
    }
    if let Some(c) = b.single(constant) {
        return single(b, operator, view, c, turned);
    }
    Err(format!(
        "its constant of {:?} is neither one number nor one for each channel of {}",
        constant.dims,
        text(view)
    ))
}

fn single(
    b: &mut Builder<'_>,
    operator: &str,
    view: &View,
    c: f32,
    turned: bool,
) -> Result<View, String> {
    let kind = match (operator, turned) {
        ("Add" | "Sum" | "Mean", _) => Kind::Shift(c),
        ("Sub", false) => Kind::Shift(-c),
        ("Sub", true) => {
            let negative = b.each(rescale(-1.0), view);
            return Ok(if c == 0.0 { negative } else { b.each(Kind::Shift(c), &negative) });
        }
        ("Mul", _) => rescale(c),
        ("Div", false) => rescale(1.0 / c),
        ("Max", _) => return clipped(b, view, [c, f32::INFINITY]),
        ("Min", _) => return clipped(b, view, [f32::NEG_INFINITY, c]),
        _ => return Err("a quotient of values is no layer".to_owned()),
    };
    let nothing = matches!(kind, Kind::Shift(0.0)) || kind == rescale(1.0);
    Ok(if nothing { view.clone() } else { b.each(kind, view) })
}

fn channelwise(
    b: &mut Builder<'_>,
    node: &Node<'_>,
    operator: &str,
    view: &View,
    constant: &Constant,
    (turned, alone): (bool, bool),
) -> Result<View, String> {
    let channels = view.shape.channels();
    let mut steps = by_channel(constant, channels, "constant")?;
    let index = usize::from(!turned);
    let path = b.path(node, Some(index));
    match (operator, turned) {
        ("Add" | "Sum" | "Mean", _) => {}
        ("Sub", false) => steps.push(Step::Each(One::Negate)),
        ("Mul", _) | ("Div", false) => {
            if operator == "Div" {
                steps.push(Step::Each(One::Invert));
            }
            let op = Op::Scale { bias: false, bare: false };
            let value = b.push_with(op, view.value, view.shape, vec![("weight", steps)], path);
            return Ok(View { value, ..view.clone() });
        }
        // `c − x`.
        _ => {
            let negative = b.each(rescale(-1.0), view);
            return shifted(b, &negative, steps, path);
        }
    }
    // A bias, of the layer before if that has none and nobody else reads it.
    if let cnn_ir::Source::Layer(i) = view.value
        && alone
        && let Kind::Op(op) = &mut b.layers[i].kind
        && takes_bias(op)
    {
        b.layers[i].tensors.push(("bias", steps));
        return Ok(view.clone());
    }
    shifted(b, view, steps, path)
}

/// The value plus a number for each channel.
fn shifted(
    b: &mut Builder<'_>,
    view: &View,
    bias: Vec<Step>,
    path: Vec<String>,
) -> Result<View, String> {
    let ones = vec![Step::Filled { value: 1.0, count: view.shape.channels() }];
    let tensors = vec![("weight", ones), ("bias", bias)];
    let op = Op::Scale { bias: true, bare: false };
    let value = b.push_with(op, view.value, view.shape, tensors, path);
    Ok(View { value, ..view.clone() })
}

/// Gives a layer without a bias one; false if it can't have any.
fn takes_bias(op: &mut Op<'static>) -> bool {
    let bias = match op {
        Op::Conv(c) | Op::Depthwise(c) | Op::Pointwise(c) => &mut c.bias,
        Op::Deconv(d) => &mut d.bias,
        Op::Dense { bias, .. } | Op::Scale { bias, bare: false } => bias,
        _ => return false,
    };
    !std::mem::replace(bias, true)
}

/// Calculates with constants.
fn constants(operator: &str, x: &Constant, y: &Constant) -> Result<Constant, String> {
    if let (Some(a), Some(c)) = (&x.ints, &y.ints) {
        return whole(operator, (a, x.dims.is_empty()), (c, y.dims.is_empty()));
    }
    let by = match operator {
        "Add" | "Sum" | "Mean" => Two::Add,
        "Sub" => Two::Subtract,
        "Mul" => Two::Multiply,
        "Div" => Two::Divide,
        _ => return Err("it works on constants".to_owned()),
    };
    let rank = x.dims.len().max(y.dims.len());
    let long = |dims: &[usize]| [vec![1; rank - dims.len()], dims.to_vec()].concat();
    let (dx, dy) = (long(&x.dims), long(&y.dims));
    let fits = |(&a, &c): (&usize, &usize)| a == c || a == 1 || c == 1;
    if !dx.iter().zip(&dy).all(fits) {
        return Err(format!("its constants have the shapes {:?} and {:?}", x.dims, y.dims));
    }
    let mut steps = x.recipe()?;
    steps.extend(y.recipe()?);
    steps.push(Step::Both { by, older: Axes::new(&dx), newest: Axes::new(&dy) });
    let dims: Vec<usize> = dx.iter().zip(&dy).map(|(&a, &c)| if a == 1 { c } else { a }).collect();
    let most = MOST_MADE.max(x.count()).max(y.count());
    if elements(&dims).is_none_or(|n| n > most) {
        return Err(format!("it makes a constant of {dims:?}; {most} elements are the most"));
    }
    let constant = Constant::of_steps(dims, steps);
    constant.check()?;
    Ok(constant)
}

/// Calculates with whole numbers, as shapes do.
fn whole(
    operator: &str,
    (a, a_single): (&[Num], bool),
    (c, c_single): (&[Num], bool),
) -> Result<Constant, String> {
    let count = a.len().max(c.len());
    let at =
        |list: &[Num], i: usize| if list.len() == 1 { Some(list[0]) } else { list.get(i).copied() };
    let number = |i: usize| -> Option<Num> {
        match (at(a, i)?, at(c, i)?) {
            (Num::Int(a), Num::Int(c)) => Some(Num::Int(match operator {
                "Add" | "Sum" | "Mean" => a.checked_add(c)?,
                "Sub" => a.checked_sub(c)?,
                "Mul" => a.checked_mul(c)?,
                "Div" => a.checked_div(c)?,
                "Max" => a.max(c),
                _ => a.min(c),
            })),
            (Num::Batch, Num::Int(1)) if ["Mul", "Div"].contains(&operator) => Some(Num::Batch),
            (Num::Batch, Num::Int(0)) if ["Add", "Sub"].contains(&operator) => Some(Num::Batch),
            (Num::Int(1), Num::Batch) if operator == "Mul" => Some(Num::Batch),
            _ => None,
        }
    };
    let numbers: Option<Vec<Num>> = (0..count).map(number).collect();
    let numbers = numbers.ok_or("it calculates a shape with the number of images")?;
    Ok(Constant::of_ints(numbers, a_single && c_single))
}

pub(super) fn concat(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let count = node.proto.input.len();
    let values: Result<Vec<Value>, String> =
        (0..count).map(|i| b.value(node, i).cloned()).collect();
    let values = values?;
    let ints = values.iter().map(|v| match v {
        Value::Constant(Constant { ints: Some(ints), .. }) => Some(ints.clone()),
        _ => None,
    });
    if count == 0 {
        return Err("it lacks its inputs".to_owned());
    }
    if let Some(lists) = ints.collect::<Option<Vec<_>>>() {
        if lists.iter().map(Vec::len).sum::<usize>() > FEW {
            return Err(format!("it joins more than {FEW} whole numbers"));
        }
        return Ok(vec![Value::Constant(Constant::of_ints(lists.concat(), false))]);
    }
    let mut views = Vec::new();
    for value in values {
        match value {
            Value::Data(view) => views.push(view),
            _ => {
                return Err("constants are joined with values that depend on the images".to_owned());
            }
        }
    }
    let rank = views[0].dims.len();
    let axis = axis_of(node.int("axis", 1)?, rank)?;
    if let [only] = views.as_slice() {
        return Ok(vec![Value::Data(only.clone())]);
    }
    let along = |view: &View| {
        view.dims.len() == rank
            && (view.find(Axis::Channels) == Some(axis)
                || view.shape.channels() == 1 && view.dims[axis].is_empty())
    };
    let alike = |views: &[View]| {
        let rest = |view: &View| {
            let mut dims = view.dims.clone();
            dims[axis].clear();
            (dims, view.shape.size(), view.shape.is_volume())
        };
        views.iter().all(along) && views.iter().all(|view| rest(view) == rest(&views[0]))
    };
    if !alike(&views) {
        for view in &mut views {
            *view = match rank {
                2 => match b.vector(view)? {
                    (source, None) => View::plain(source, Shape::Vector(view.shape.len())),
                    (_, Some(_)) => {
                        return Err(format!("an input lies in another order: {}", text(view)));
                    }
                },
                _ => b.image(view)?,
            };
        }
        if !alike(&views) {
            let all: Vec<String> = views.iter().map(text).collect();
            return Err(format!(
                "it joins along axis {axis}, not the channels: {}",
                all.join(", ")
            ));
        }
    }
    let channels = views.iter().map(|v| v.shape.channels()).sum();
    let shape = views[0].shape.with_channels(channels);
    let value = b.push(Kind::Op(Op::Concat), views.iter().map(|v| v.value).collect(), shape);
    let mut view = View { value, shape, dims: views[0].dims.clone() };
    view.dims[axis] = View::plain(value, shape).dims[1].clone();
    Ok(vec![Value::Data(view)])
}
