//! What moves axes and calculates shapes: it becomes a view or a constant, and no layer.

use super::Outputs;
use crate::import::build::{Builder, text};
use crate::import::node::Node;
use crate::import::value::{Constant, FEW, MOST_MADE, Value, elements};
use crate::import::view::{Num, View, axes, length};
use crate::recipe::MOST_AXES;
use cnn_ir::Shape;

pub(super) fn flatten(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let rank = view.dims.len() as i64;
    if ![1, 1 - rank].contains(&node.int("axis", 1)?) {
        return Err("it flattens the batch, or leaves more than one axis beside it".to_owned());
    }
    let elements = view.shape.len() as i64;
    viewed(&view, &[Num::Batch, Num::Int(elements)])
}

fn viewed(view: &View, lengths: &[Num]) -> Outputs {
    let made = view.reshaped(lengths).ok_or_else(|| {
        let wanted = lengths.iter().map(|n| match n {
            Num::Batch => "batch".to_owned(),
            Num::Int(n) => n.to_string(),
        });
        let wanted: Vec<String> = wanted.collect();
        format!("{} can't be seen as {}", text(view), wanted.join(" × "))
    })?;
    Ok(vec![Value::Data(made)])
}

pub(super) fn reshape(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let target = b.ints(node, 1, "shape")?.ok_or("it lacks its shape")?;
    if target.len() > MOST_AXES {
        return Err(format!("it gives {} axes; {MOST_AXES} are the most", target.len()));
    }
    let keeps_zero = node.int("allowzero", 0)? != 0;
    match b.value(node, 0)?.clone() {
        Value::Constant(constant) => {
            let count = constant.count();
            let mut sizes = Vec::new();
            for (i, n) in target.iter().enumerate() {
                sizes.push(match *n {
                    Num::Int(0) if !keeps_zero => constant.dims.get(i).copied().unwrap_or(0) as i64,
                    Num::Int(n) => n,
                    Num::Batch => {
                        return Err("a constant's shape is of the number of images".to_owned());
                    }
                });
            }
            let sizes = settled(&sizes, count)?;
            Ok(vec![Value::Constant(constant.reshaped(sizes))])
        }
        Value::Places(_) | Value::Zeros => Ok(vec![b.value(node, 0)?.clone()]),
        Value::Data(view) if target == [Num::Int(-1)] && view.in_order() && !b.one_image => {
            // All images in one axis, as the elements of an unpool are.
            Ok(vec![Value::Data(View { dims: vec![view.dims.concat()], ..view })])
        }
        Value::Data(view) => {
            let lengths = view.lengths();
            let mut wanted = Vec::new();
            for (i, n) in target.iter().enumerate() {
                wanted.push(match *n {
                    Num::Int(0) if !keeps_zero => {
                        *lengths.get(i).ok_or("a 0 has no axis to copy")?
                    }
                    n => n,
                });
            }
            // A batch that the file fixed, or leaves to be calculated, is free.
            let elements = view.shape.len() as i64;
            let rest: i64 = wanted
                .iter()
                .skip(1)
                .map(|n| match n {
                    Num::Int(n) => *n,
                    Num::Batch => 0,
                })
                .try_fold(1i64, i64::checked_mul)
                .unwrap_or(0);
            match wanted.first() {
                Some(Num::Int(-1)) if rest == elements => wanted[0] = Num::Batch,
                Some(Num::Int(n)) if *n >= 1 && (rest == elements || rest < 0) => {
                    wanted[0] = Num::Batch
                }
                _ if wanted.contains(&Num::Batch) || b.one_image => {}
                _ => return Err(format!("its shape has no place for the batch: {}", text(&view))),
            }
            let known = wanted.iter().map(|n| if let Num::Int(n) = n { *n } else { 1 });
            let sizes = settled(&known.collect::<Vec<_>>(), view.shape.len())?;
            let lengths: Vec<Num> = wanted
                .iter()
                .zip(sizes)
                .map(|(n, size)| if *n == Num::Batch { Num::Batch } else { Num::Int(size as i64) })
                .collect();
            // The same numbers in the same order, which no axis of the value counts any more.
            if let ([Num::Batch, Num::Int(c), Num::Int(h), Num::Int(w)], true, None) =
                (lengths.as_slice(), view.in_order(), view.reshaped(&lengths))
            {
                let shape = Shape::volume(*c as usize, *h as usize, *w as usize);
                return Ok(vec![Value::Data(b.reshape(&view, shape))]);
            }
            viewed(&view, &lengths)
        }
        Value::Unknown => Ok(Vec::new()),
    }
}

/// Sizes of which one may be −1.
fn settled(sizes: &[i64], count: usize) -> Result<Vec<usize>, String> {
    let bad = || format!("{count} elements can't be seen as {sizes:?}");
    let product = sizes
        .iter()
        .filter(|&&n| n != -1)
        .try_fold(1usize, |a, &n| a.checked_mul(usize::try_from(n).ok()?));
    let product = product.ok_or_else(bad)?;
    let free = sizes.iter().filter(|&&n| n == -1).count();
    let rest = count.checked_div(product).unwrap_or(0);
    if free > 1 || product * if free == 1 { rest } else { 1 } != count {
        return Err(bad());
    }
    Ok(sizes.iter().map(|&n| if n == -1 { rest } else { n as usize }).collect())
}

pub(super) fn transpose(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let value = b.value(node, 0)?.clone();
    let rank = match &value {
        Value::Data(view) => view.dims.len(),
        Value::Constant(constant) => constant.dims.len(),
        Value::Places(_) | Value::Zeros | Value::Unknown => return Ok(Vec::new()),
    };
    let order = match node.ints("perm")? {
        None => (0..rank).rev().collect(),
        Some(list) => {
            let order: Vec<usize> = list.iter().filter_map(|&a| usize::try_from(a).ok()).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if sorted != (0..rank).collect::<Vec<_>>() {
                return Err(format!("its `perm` is {list:?}, but its input has {rank} axes"));
            }
            order
        }
    };
    Ok(vec![match value {
        Value::Data(view) => Value::Data(view.transposed(&order)),
        Value::Constant(constant) => Value::Constant(constant.transposed(&order)?),
        Value::Places(_) | Value::Zeros | Value::Unknown => Value::Unknown,
    }])
}

pub(super) fn squeeze(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let given = b.known(node, 1, "axes")?;
    match b.value(node, 0)?.clone() {
        Value::Data(view) => {
            let gone = match given {
                Some(list) => axes(&list, view.dims.len())?,
                None => (1..view.dims.len()).filter(|&a| view.dims[a].is_empty()).collect(),
            };
            if gone.iter().any(|&a| length(&view.dims[a]) != Num::Int(1)) {
                return Err(format!("its axes {gone:?} are not all of length 1: {}", text(&view)));
            }
            let kept = view.dims.iter().enumerate().filter(|(a, _)| !gone.contains(a));
            let dims = kept.map(|(_, dim)| dim.clone()).collect();
            Ok(vec![Value::Data(View { dims, ..view })])
        }
        Value::Constant(constant) => {
            let gone = match given {
                Some(list) => axes(&list, constant.dims.len())?,
                None => (0..constant.dims.len()).filter(|&a| constant.dims[a] == 1).collect(),
            };
            let kept = constant.dims.iter().enumerate().filter(|(a, _)| !gone.contains(a));
            let dims: Vec<usize> = kept.map(|(_, n)| *n).collect();
            if dims.iter().product::<usize>() != constant.count() {
                return Err(format!("its axes {gone:?} are not all of length 1"));
            }
            Ok(vec![Value::Constant(constant.reshaped(dims))])
        }
        Value::Places(_) | Value::Zeros | Value::Unknown => Ok(Vec::new()),
    }
}

pub(super) fn unsqueeze(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let given = b.known(node, 1, "axes")?.ok_or("it lacks its axes")?;
    let value = b.value(node, 0)?.clone();
    let rank = match &value {
        Value::Data(view) => view.dims.len(),
        Value::Constant(constant) => constant.dims.len(),
        Value::Places(_) | Value::Zeros | Value::Unknown => return Ok(Vec::new()),
    };
    let new = axes(&given, rank + given.len())?;
    if rank + new.len() > MOST_AXES {
        return Err(format!("its output has {} axes", rank + new.len()));
    }
    let old = |i: usize| !new.contains(&i);
    Ok(vec![match value {
        Value::Data(view) => {
            let mut left = view.dims.iter().cloned();
            let dims = (0..rank + new.len())
                .map(|i| if old(i) { left.next().unwrap_or_default() } else { Vec::new() })
                .collect();
            Value::Data(View { dims, ..view })
        }
        Value::Constant(constant) => {
            let mut left = constant.dims.iter().copied();
            let dims = (0..rank + new.len())
                .map(|i| if old(i) { left.next().unwrap_or(1) } else { 1 })
                .collect();
            Value::Constant(constant.reshaped(dims))
        }
        Value::Places(_) | Value::Zeros | Value::Unknown => Value::Unknown,
    }])
}

pub(super) fn shape(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let lengths = match b.value(node, 0)? {
        Value::Data(view) => view.lengths(),
        Value::Constant(constant) => constant.dims.iter().map(|&n| Num::Int(n as i64)).collect(),
        Value::Places(_) | Value::Zeros | Value::Unknown => return Ok(Vec::new()),
    };
    let rank = lengths.len() as i64;
    let bound = |n: i64| if n < 0 { n + rank } else { n }.clamp(0, rank) as usize;
    let (from, to) = (bound(node.int("start", 0)?), bound(node.int("end", rank)?));
    Ok(vec![Value::Constant(Constant::of_ints(lengths[from..to.max(from)].to_vec(), false))])
}

pub(super) fn size(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let constant = b.constant(node, 0)?;
    Ok(vec![Value::Constant(Constant::of_ints(vec![Num::Int(constant.count() as i64)], true))])
}

pub(super) fn cast(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    use crate::proto::element;
    let to = i32::try_from(node.int("to", 0)?).unwrap_or(0);
    let real = [element::FLOAT, element::DOUBLE, element::FLOAT16, element::BFLOAT16].contains(&to);
    match b.value(node, 0)?.clone() {
        // Numbers are single-precision in the language.
        Value::Data(view) if real => Ok(vec![Value::Data(view)]),
        Value::Data(_) => {
            let name = usize::try_from(to).ok().and_then(|n| crate::import::read::ELEMENTS.get(n));
            Err(format!("it turns numbers into {}", name.unwrap_or(&"another type")))
        }
        Value::Constant(constant) => Ok(vec![Value::Constant(match real {
            true if constant.steps.is_some() => Constant { ints: None, ..constant },
            // Whole numbers stay what they are, whatever they are stored as.
            _ => constant,
        })]),
        Value::Places(_) | Value::Zeros | Value::Unknown => Ok(Vec::new()),
    }
}

pub(super) fn constant(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    if let Some(tensor) = node.tensor("value")? {
        return Ok(vec![Value::Constant(b.file.constant(tensor)?)]);
    }
    if node.has("value_float") {
        return Ok(vec![Value::Constant(Constant::filled(
            node.float("value_float", 0.0)?,
            vec![],
        ))]);
    }
    if node.has("value_int") {
        let n = node.int("value_int", 0)?;
        return Ok(vec![Value::Constant(Constant::of_ints(vec![Num::Int(n)], true))]);
    }
    if let Some(list) = node.ints("value_ints")? {
        if list.len() > FEW {
            return Err(format!("its {} numbers stand in an attribute", list.len()));
        }
        let ints = list.into_iter().map(Num::Int).collect();
        return Ok(vec![Value::Constant(Constant::of_ints(ints, false))]);
    }
    if let Some(list) = node.floats("value_floats")? {
        if let Some(&first) = list.first()
            && list.iter().all(|x| *x == first)
        {
            return Ok(vec![Value::Constant(Constant::filled(first, vec![list.len()]))]);
        }
        return Err("its numbers stand in an attribute, not in a tensor".to_owned());
    }
    Err("its constant is no tensor of numbers".to_owned())
}

pub(super) fn constant_of_shape(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let constant = b.constant(node, 0)?;
    if constant.ints.as_ref().is_some_and(|ints| ints.contains(&Num::Batch)) {
        let value = node.tensor("value")?.map(|t| b.file.constant(t)).transpose()?;
        return match value.is_none_or(|v| b.single(&v) == Some(0.0)) {
            true => Ok(vec![Value::Zeros]),
            false => Err("it makes a constant for each image".to_owned()),
        };
    }
    let Some(dims) = b.known(node, 0, "shape")? else {
        return Err("it lacks its shape".to_owned());
    };
    let dims: Option<Vec<usize>> = dims.iter().map(|&n| usize::try_from(n).ok()).collect();
    let dims = dims.filter(|d| {
        d.iter().try_fold(1usize, |a, &n| a.checked_mul(n)).is_some_and(|n| n <= MOST_MADE)
    });
    let dims = dims.ok_or("its shape has too many elements")?;
    let (mut value, mut whole) = (0.0, false);
    if let Some(tensor) = node.tensor("value")? {
        let constant = b.file.constant(tensor)?;
        whole = constant.ints.is_some();
        value = b.single(&constant).ok_or("its value is no number")?;
    }
    let mut constant = Constant::filled(value, dims);
    if whole && constant.count() <= 64 {
        constant.ints = Some(vec![Num::Int(value as i64); constant.count()]);
    }
    Ok(vec![Value::Constant(constant)])
}

/// To the shape that the value has anyway, as long as the batch is free.
pub(super) fn expand(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let target = b.ints(node, 1, "shape")?.ok_or("it lacks its shape")?;
    match b.value(node, 0)?.clone() {
        Value::Data(view) => {
            let lengths = view.lengths();
            let same = lengths.len() == target.len()
                && lengths.iter().zip(&target).all(|(a, t)| a == t || *t == Num::Int(1));
            match same {
                true => Ok(vec![Value::Data(view)]),
                false => Err(format!("it repeats {}", text(&view))),
            }
        }
        Value::Constant(constant) => {
            let single = b.single(&constant).ok_or("it repeats a constant of several numbers")?;
            let dims: Option<Vec<usize>> = target
                .iter()
                .map(|n| if let Num::Int(n) = n { usize::try_from(*n).ok() } else { None })
                .collect();
            let dims = dims.filter(|d| elements(d).is_some_and(|n| n <= MOST_MADE));
            let dims = dims.ok_or("it repeats a constant for each image, or too often")?;
            Ok(vec![Value::Constant(Constant::filled(single, dims))])
        }
        Value::Places(_) | Value::Zeros | Value::Unknown => Ok(Vec::new()),
    }
}
