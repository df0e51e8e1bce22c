//! Parts of values, and borders around them.

use super::Outputs;
use crate::import::build::{Builder, Kind, text};
use crate::import::node::Node;
use crate::import::value::{Constant, Value};
use crate::import::view::{Axis, Num, View, axes as axes_of, axis as axis_of, length};
use crate::recipe::{Axes, Step};
use cnn_ir::{Border, Interpolation, Op, Real, Shape, Source, Target, Window, gcd};

/// Channels `from` up to before `to`, of equal parts that are as large as can be.
fn channels(
    b: &mut Builder<'_>,
    value: Source,
    shape: Shape,
    from: usize,
    to: usize,
) -> Result<(Source, Shape), String> {
    let all = shape.channels();
    if (from, to) == (0, all) {
        return Ok((value, shape));
    }
    if let Some(reason) = b.overflow() {
        return Err(reason);
    }
    let part = gcd(gcd(all, from), to);
    if (to - from) / part > MOST_PARTS {
        return Err(format!(
            "channels {from} to {to} of {all} are {} equal parts; {MOST_PARTS} are the most",
            (to - from) / part
        ));
    }
    let parts: Vec<Source> = (from / part..to / part)
        .map(|i| {
            let op = Op::Split { parts: all / part, part: i };
            b.push(Kind::Op(op), vec![value], shape.with_channels(part))
        })
        .collect();
    let output = shape.with_channels(to - from);
    Ok(match parts.as_slice() {
        &[only] => (only, output),
        _ => (b.push(Kind::Op(Op::Concat), parts, output), output),
    })
}

/// The most equal parts of which channels are put together.
const MOST_PARTS: usize = 256;

/// The part of a view along one of its axes.
fn part(
    b: &mut Builder<'_>,
    view: &View,
    axis: usize,
    range: [usize; 2],
    step: usize,
) -> Result<View, String> {
    let [from, to] = range;
    // Channels in another order are put into it first.
    let image = match view.dims.len() == 4 && view.dims[axis].len() > 1 {
        true => Some(b.image(view)?),
        false => None,
    };
    let view = image.as_ref().unwrap_or(view);
    let found = [Axis::Channels, Axis::Rows, Axis::Columns]
        .into_iter()
        .find(|&a| view.find(a) == Some(axis));
    let mut dims = view.dims.clone();
    let (value, shape) = match found {
        Some(Axis::Channels) if step == 1 => {
            let made = channels(b, view.value, view.shape, from, to)?;
            dims[axis] = View::plain(made.0, made.1).dims[1].clone();
            made
        }
        Some(which @ (Axis::Rows | Axis::Columns)) => {
            let d = usize::from(which == Axis::Columns);
            let n = view.shape.size()[d];
            let mut crop = [0; 4];
            (crop[2 * d], crop[2 * d + 1]) = (from, n - to);
            let mut size = view.shape.size();
            size[d] = to - from;
            let mut value = view.value;
            let channels = view.shape.channels();
            if crop != [0; 4] {
                let shape = Shape::volume(channels, size[0], size[1]);
                value = b.push(Kind::Op(Op::Crop { crop }), vec![value], shape);
            }
            if step > 1 {
                // The first of every few: a pool whose window is one pixel.
                size[d] = size[d].div_ceil(step);
                let mut stride = [1, 1];
                stride[d] = step;
                let shape = Shape::volume(channels, size[0], size[1]);
                let op = Op::MaxPool(Window { stride, ..Window::POINT });
                value = b.push(Kind::Op(op), vec![value], shape);
            }
            let shape = Shape::volume(channels, size[0], size[1]);
            let plain = View::plain(value, shape);
            dims[axis] = plain.dims[2 + d].clone();
            (value, shape)
        }
        _ => return Err(format!("axis {axis} can't be cut: {}", text(view))),
    };
    Ok(View { value, shape, dims })
}

pub(super) fn slice(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let starts = b.known(node, 1, "starts")?.ok_or("it lacks its starts")?;
    let ends = b.known(node, 2, "ends")?.ok_or("it lacks its ends")?;
    let axes = b.known(node, 3, "axes")?;
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = match node.given(4) {
        true => b.known(node, 4, "steps")?,
        false => None,
    };
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
        return Err("its starts, ends, axes and steps differ in number".to_owned());
    }
    let mut value = b.value(node, 0)?.clone();
    let rank = match &value {
        Value::Data(view) => view.dims.len(),
        Value::Constant(constant) => constant.dims.len(),
        Value::Places(_) | Value::Zeros | Value::Unknown => return Ok(Vec::new()),
    };
    let axes = axes_of(&axes, rank)?;
    for (((&start, &end), &axis), &step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
        let step = usize::try_from(step).ok().filter(|&s| s > 0);
        let step = step.ok_or("it goes backwards")?;
        let range = |n: usize| {
            let bound = |x: i64| {
                (if x < 0 { x.saturating_add(n as i64) } else { x }).clamp(0, n as i64) as usize
            };
            [bound(start), bound(end)]
        };
        value = match value {
            Value::Data(view) => {
                let Num::Int(n) = length(&view.dims[axis]) else {
                    // All images, as long as it says so.
                    if start != 0 || step != 1 || end < i64::from(i32::MAX) {
                        return Err("it takes some of the images".to_owned());
                    }
                    value = Value::Data(view);
                    continue;
                };
                let [from, to] = range(n as usize);
                if from >= to {
                    return Err("it leaves nothing".to_owned());
                }
                match (from, to, step) {
                    (0, to, 1) if to == n as usize => Value::Data(view),
                    _ => Value::Data(part(b, &view, axis, [from, to], step)?),
                }
            }
            Value::Constant(constant) => {
                let [from, to] = range(constant.dims[axis]);
                let to = to.max(from);
                if let Some(ints) = &constant.ints
                    && constant.dims.len() == 1
                {
                    let ints = ints[from..to].iter().step_by(step).copied().collect();
                    Value::Constant(Constant::of_ints(ints, false))
                } else if step == 1 {
                    let mut steps = constant.recipe()?;
                    let count = to - from;
                    steps.push(Step::Sliced { dims: Axes::new(&constant.dims), axis, from, count });
                    let mut dims = constant.dims.clone();
                    dims[axis] = count;
                    Value::Constant(Constant::of_steps(dims, steps))
                } else {
                    return Err("it takes every few numbers of a constant".to_owned());
                }
            }
            Value::Places(_) | Value::Zeros | Value::Unknown => Value::Unknown,
        };
    }
    Ok(vec![value])
}

pub(super) fn split(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let axis = axis_of(node.int("axis", 0)?, view.dims.len())?;
    let Num::Int(all) = length(&view.dims[axis]) else {
        return Err("it splits the batch".to_owned());
    };
    let count = node.proto.output.len();
    let sizes = match b.known(node, 1, "split")? {
        Some(sizes) => sizes,
        None => {
            let each = (all as usize).div_ceil(count.max(1)) as i64;
            (0..count as i64).map(|i| each.min(all - i * each)).collect()
        }
    };
    if sizes.len() != count
        || sizes.iter().any(|&n| n <= 0)
        || sizes.iter().try_fold(0i64, |sum, &n| sum.checked_add(n)) != Some(all)
    {
        return Err(format!("its parts {sizes:?} are not those of {all}"));
    }
    let mut from = 0;
    let mut parts = Vec::new();
    for (size, name) in sizes.into_iter().zip(&node.proto.output) {
        let to = from + size as usize;
        parts.push(match name.is_empty() {
            true => Value::Unknown,
            false => Value::Data(part(b, &view, axis, [from, to], 1)?),
        });
        from = to;
    }
    Ok(parts)
}

pub(super) fn gather(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let indices = b.constant(node, 1)?;
    let scalar = indices.dims.is_empty();
    let shape = indices.dims.clone();
    let Some(list) = indices.ints else {
        return Err("its indices are no whole numbers".to_owned());
    };
    let list: Option<Vec<i64>> =
        list.iter().map(|n| if let Num::Int(n) = n { Some(*n) } else { None }).collect();
    let list = list.ok_or("an index is the number of images")?;
    let value = b.value(node, 0)?.clone();
    let rank = match &value {
        Value::Data(view) => view.dims.len(),
        Value::Constant(constant) => constant.dims.len(),
        Value::Places(_) | Value::Zeros | Value::Unknown => return Ok(Vec::new()),
    };
    let axis = axis_of(node.int("axis", 0)?, rank)?;
    let at = |n: usize| -> Result<Vec<usize>, String> {
        let index = |i: i64| {
            usize::try_from(if i < 0 { i.saturating_add(n as i64) } else { i })
                .ok()
                .filter(|&i| i < n)
        };
        let all: Option<Vec<usize>> = list.iter().map(|&i| index(i)).collect();
        all.filter(|all| !all.is_empty())
            .ok_or_else(|| format!("its indices {list:?} are not all below {n}"))
    };
    match value {
        Value::Constant(constant) => {
            let Some(ints) = constant.ints.filter(|_| rank == 1) else {
                return Err("it picks from a constant".to_owned());
            };
            let picked = at(ints.len())?.into_iter().map(|i| ints[i]).collect();
            let picked = Constant::of_ints(picked, scalar);
            Ok(vec![Value::Constant(Constant { dims: shape, ..picked })])
        }
        Value::Data(view) => {
            let Num::Int(n) = length(&view.dims[axis]) else {
                return Err("it picks some of the images".to_owned());
            };
            let picked = at(n as usize)?;
            if rank == 1 && shape.first() == Some(&1) && picked.iter().copied().eq(0..n as usize) {
                // All of the one axis of an image, in order, as other axes with the batch before them.
                let rest = shape[1..].iter().map(|&n| Num::Int(n as i64));
                let lengths: Vec<Num> = [Num::Batch].into_iter().chain(rest).collect();
                let made = view.reshaped(&lengths).ok_or("it mixes axes")?;
                return Ok(vec![Value::Data(made)]);
            }
            if shape.iter().filter(|&&n| n != 1).count() > 1 {
                return Err(format!("its indices have the shape {shape:?}"));
            }
            let run = picked.windows(2).all(|w| w[1] == w[0] + 1);
            let (first, last) = (picked[0], picked[picked.len() - 1]);
            let mut made = if run {
                part(b, &view, axis, [first, last + 1], 1)?
            } else if view.find(Axis::Channels) == Some(axis) && picked.len() <= 64 {
                let one = |&i: &usize| Ok(channels(b, view.value, view.shape, i, i + 1)?.0);
                let parts: Vec<Source> = picked.iter().map(one).collect::<Result<_, String>>()?;
                let shape = view.shape.with_channels(picked.len());
                let value = b.push(Kind::Op(Op::Concat), parts, shape);
                let mut made = View { value, shape, dims: view.dims.clone() };
                made.dims[axis] = View::plain(value, shape).dims[1].clone();
                made
            } else if let Some(made) = again(b, &view, axis, &picked) {
                made
            } else {
                return Err(format!("it picks {} of {n} along {}", picked.len(), text(&view)));
            };
            // The axes of the indices stand where the axis was.
            let picked = std::mem::take(&mut made.dims[axis]);
            let long = |&n: &usize| if n == 1 { Vec::new() } else { picked.clone() };
            made.dims.splice(axis..=axis, shape.iter().map(long));
            Ok(vec![Value::Data(made)])
        }
        Value::Places(_) | Value::Zeros | Value::Unknown => Ok(Vec::new()),
    }
}

/// Rows or columns picked so that each is repeated, as by the nearest, or so that they begin again, as a border.
fn again(b: &mut Builder<'_>, view: &View, axis: usize, picked: &[usize]) -> Option<View> {
    let d = [Axis::Rows, Axis::Columns].into_iter().position(|a| view.find(a) == Some(axis))?;
    let (size, wanted) = (view.shape.size(), picked.len());
    let n = size[d];
    let nearest = wanted >= n && picked.iter().enumerate().all(|(i, &p)| p == i * n / wanted);
    let begin = (n - picked[0]) % n;
    // A border is at most as wide as the image.
    let around = wanted >= n + begin
        && wanted - n - begin <= n
        && picked.iter().enumerate().all(|(i, &p)| p == (i + n - begin) % n);
    let mut sizes = size;
    sizes[d] = wanted;
    let op = if nearest {
        Op::Upsample { target: Target::Size(sizes), interpolation: Interpolation::Nearest }
    } else if around {
        let mut pad = [0; 4];
        (pad[2 * d], pad[2 * d + 1]) = (begin, wanted - n - begin);
        Op::Pad { pad, border: Border::Circular }
    } else {
        return None;
    };
    let shape = Shape::volume(view.shape.channels(), sizes[0], sizes[1]);
    let value = b.push(Kind::Op(op), vec![view.value], shape);
    let mut dims = view.dims.clone();
    dims[axis] = View::plain(value, shape).dims[2 + d].clone();
    Some(View { value, shape, dims })
}

pub(super) fn pad(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let rank = view.dims.len();
    let list = b.known(node, 1, "pads")?.ok_or("it lacks its pads")?;
    let axes = match node.given(3) {
        true => axes_of(&b.known(node, 3, "axes")?.unwrap_or_default(), rank)?,
        false => (0..rank).collect(),
    };
    if list.len() != 2 * axes.len() {
        return Err(format!("its pads are {list:?}, for {} axes", axes.len()));
    }
    let mut pad = [0usize; 4];
    let mut crop = [0usize; 4];
    for (i, &axis) in axes.iter().enumerate() {
        let (begin, end) = (list[i], list[i + axes.len()]);
        if (begin, end) == (0, 0) {
            continue;
        }
        let d = match (view.find(Axis::Rows), view.find(Axis::Columns)) {
            (Some(rows), _) if rows == axis => 0,
            (_, Some(columns)) if columns == axis => 1,
            _ if rank == 4 && view.dims[axis].is_empty() && view.shape.is_volume() && axis >= 2 => {
                axis - 2
            }
            _ => return Err(format!("it pads axis {axis} of {}", text(&view))),
        };
        for (k, n) in [begin, end].into_iter().enumerate() {
            let size = usize::try_from(n.unsigned_abs()).ok().filter(|&n| n < 1 << 30);
            let size = size.ok_or_else(|| format!("its pads are {list:?}"))?;
            if n < 0 { crop[2 * d + k] = size } else { pad[2 * d + k] = size }
        }
    }
    let value = match node.given(2) {
        true => b.single(&b.constant(node, 2)?).ok_or("its value is no number")?,
        false => node.float("value", 0.0)?,
    };
    // The smallest number that there is, as maxima have it, is a large one in the language.
    let value = value.clamp(-3e38, 3e38);
    let border = match node.word("mode", "constant")?.as_str() {
        "constant" => Border::Constant(Real::new(value)),
        "reflect" => Border::Reflect,
        "edge" => Border::Replicate,
        "wrap" => Border::Circular,
        other => return Err(format!("its mode is {other}")),
    };
    let mut view = view;
    if pad == [0; 4] && crop == [0; 4] {
        return Ok(vec![Value::Data(view)]);
    }
    if !view.shape.is_volume() {
        return Err(format!("it pads {}", text(&view)));
    }
    let mut resized = |op: Op<'static>, view: &View, by: [isize; 4]| -> Result<View, String> {
        let [height, width] = view.shape.size().map(|n| n as isize);
        let size = [height + by[0] + by[1], width + by[2] + by[3]];
        if size.iter().any(|&n| n < 1) {
            return Err("it leaves nothing".to_owned());
        }
        let shape = Shape::volume(view.shape.channels(), size[0] as usize, size[1] as usize);
        let value = b.push(Kind::Op(op), vec![view.value], shape);
        let (before, after) = (View::plain(view.value, view.shape), View::plain(value, shape));
        let mut dims = view.dims.clone();
        for (axis, d) in [(Axis::Rows, 2), (Axis::Columns, 3)] {
            let at = view.find(axis).or((rank == 4 && before.dims[d].is_empty()).then_some(d));
            if let Some(at) = at {
                dims[at] = after.dims[d].clone();
            }
        }
        Ok(View { value, shape, dims })
    };
    if crop != [0; 4] {
        view = resized(Op::Crop { crop }, &view, crop.map(|n| -(n as isize)))?;
    }
    if pad != [0; 4] {
        view = resized(Op::Pad { pad, border }, &view, pad.map(|n| n as isize))?;
    }
    Ok(vec![Value::Data(view)])
}
