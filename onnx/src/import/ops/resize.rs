//! Larger images, and pixels that become channels.

use super::Outputs;
use crate::import::build::{Builder, Kind};
use crate::import::images::{in_turn, larger, smaller};
use crate::import::node::Node;
use crate::import::value::Value;
use crate::import::view::{Axis, Num, View, axes as axes_of, length};
use cnn_ir::{Interpolation, Op, Shape, Target, Window};

pub(super) fn resize(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let rank = view.dims.len();
    // Of old, the scales are the second input or an attribute.
    let (scales, sizes) = match (node.proto.op_type.as_str(), node.opset) {
        ("Upsample", ..9) => (None, None),
        ("Upsample", _) | ("Resize", ..11) => (Some(1), None),
        _ => (Some(2), Some(3)),
    };
    let mut lengths: Vec<Num> = view.lengths();
    let axes = match node.ints("axes")? {
        Some(list) => axes_of(&list, rank)?,
        None => (0..rank).collect::<Vec<_>>(),
    };
    if let Some(input) = sizes.filter(|&i| node.given(i)) {
        if node.word("keep_aspect_ratio_policy", "stretch")? != "stretch" {
            return Err("it keeps the aspect ratio".to_owned());
        }
        let list = b.ints(node, input, "sizes")?.unwrap_or_default();
        for (&axis, n) in axes.iter().zip(list) {
            // A fixed batch is free.
            if lengths[axis] != Num::Batch {
                lengths[axis] = n;
            }
        }
    } else {
        let list = match scales.filter(|&i| node.given(i)) {
            Some(input) => {
                let constant = b.constant(node, input)?;
                b.numbers(&constant).ok_or("its scales are no numbers")?
            }
            None => node.floats("scales")?.ok_or("it lacks its scales")?,
        };
        for (&axis, scale) in axes.iter().zip(list) {
            lengths[axis] = match lengths[axis] {
                Num::Int(n) => {
                    // Pixels lie by the scale, which is that of the sizes only where it gives a whole number.
                    let exact = n as f32 * scale;
                    if !exact.is_finite() || (exact - exact.round()).abs() > 1e-3 {
                        return Err(format!("its scale of {scale} makes {exact} pixels of {n}"));
                    }
                    Num::Int(exact.round() as i64)
                }
                Num::Batch if scale == 1.0 => Num::Batch,
                Num::Batch => return Err("it scales the batch".to_owned()),
            };
        }
    }
    let at = |axis: Axis, d: usize| {
        let plain = View::plain(view.value, view.shape);
        view.find(axis).or((rank == 4 && plain.dims[d].is_empty()).then_some(d))
    };
    let (Some(rows), Some(columns)) = (at(Axis::Rows, 2), at(Axis::Columns, 3)) else {
        return Err("its input is no image".to_owned());
    };
    let other =
        (0..rank).find(|&a| a != rows && a != columns && lengths[a] != length(&view.dims[a]));
    if let Some(axis) = other {
        return Err(format!("it scales axis {axis}, which is no height or width"));
    }
    let size = [rows, columns].map(|a| match lengths[a] {
        Num::Int(n) => usize::try_from(n).unwrap_or(0),
        Num::Batch => 0,
    });
    let from = view.shape.size();
    if size == from {
        return Ok(vec![Value::Data(view)]);
    }
    if let Some(op) = smaller_image(node, size, from)? {
        return Ok(vec![Value::Data(resized(b, &view, op, size, [rows, columns]))]);
    }
    if size.iter().zip(from).any(|(&to, from)| to < from || to > 1 << 20) {
        return Err(format!(
            "it makes {}x{} out of {}x{}, and only larger images are a layer",
            size[0], size[1], from[0], from[1]
        ));
    }
    let whole = (0..2).all(|d| size[d] % from[d] == 0);
    let interpolation = interpolation(node, whole)?;
    let target = match whole {
        true => Target::Factor([size[0] / from[0], size[1] / from[1]]),
        false => Target::Size(size),
    };
    let op = Op::Upsample { target, interpolation };
    Ok(vec![Value::Data(resized(b, &view, op, size, [rows, columns]))])
}

/// The value of a layer that changes the size, its rows and columns on these axes.
fn resized(
    b: &mut Builder<'_>,
    view: &View,
    op: Op<'static>,
    size: [usize; 2],
    axes: [usize; 2],
) -> View {
    let shape = Shape::volume(view.shape.channels(), size[0], size[1]);
    let value = b.push(Kind::Op(op), vec![view.value], shape);
    let plain = View::plain(value, shape);
    let mut dims = view.dims.clone();
    dims[axes[0]] = plain.dims[2].clone();
    dims[axes[1]] = plain.dims[3].clone();
    View { value, shape, dims }
}

/// An image of which each few pixels become one: the first of them, or the mean of two by two.
fn smaller_image(
    node: &Node<'_>,
    size: [usize; 2],
    from: [usize; 2],
) -> Result<Option<Op<'static>>, String> {
    let whole = (0..2).all(|d| size[d] > 0 && from[d].is_multiple_of(size[d]));
    if !whole || node.int("antialias", 0)? != 0 {
        return Ok(None);
    }
    let factor = [from[0] / size[0], from[1] / size[1]];
    Ok(match interpolation(node, true) {
        Ok(Interpolation::Nearest)
            if node.word("coordinate_transformation_mode", "")? == "asymmetric" =>
        {
            Some(Op::MaxPool(Window { stride: factor, ..Window::POINT }))
        }
        Ok(Interpolation::Bilinear) if factor == [2, 2] => {
            let window = Window { kernel: factor, stride: factor, ..Window::POINT };
            Some(Op::AvgPool { window, count_pad: true })
        }
        _ => None,
    })
}

/// What the node does between pixels; `whole` if each becomes as many.
fn interpolation(node: &Node<'_>, whole: bool) -> Result<Interpolation, String> {
    let mode = node.word("mode", "nearest")?;
    let old = node.proto.op_type == "Upsample" || node.opset < 11;
    let default = if old { "asymmetric" } else { "half_pixel" };
    let place = node.word("coordinate_transformation_mode", default)?;
    let nearest = node.word("nearest_mode", if old { "floor" } else { "round_prefer_floor" })?;
    match (mode.as_str(), place.as_str(), nearest.as_str()) {
        ("nearest", "asymmetric", "floor") => Ok(Interpolation::Nearest),
        // Pixels in the middle of a whole number of new ones are the nearest to all of them.
        (
            "nearest",
            "half_pixel" | "pytorch_half_pixel",
            "round_prefer_floor" | "round_prefer_ceil",
        ) if whole => Ok(Interpolation::Nearest),
        ("linear", "half_pixel" | "pytorch_half_pixel", _) => Ok(Interpolation::Bilinear),
        ("linear", "align_corners", _) => Ok(Interpolation::Aligned),
        _ => Err(format!("its pixels are {mode}, {place}, {nearest}, which is no layer")),
    }
}

fn block(node: &Node<'_>) -> Result<usize, String> {
    let n = node.int("blocksize", 0)?;
    usize::try_from(n)
        .ok()
        .filter(|n| (1..=64).contains(n))
        .ok_or_else(|| format!("its `blocksize` is {n}"))
}

pub(super) fn depth_to_space(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let (size, channels) = (block(node)?, image.shape.channels());
    if !channels.is_multiple_of(size * size) {
        return Err(format!("{channels} channels are no {size}x{size} pixels each"));
    }
    let value = match node.word("mode", "DCR")?.as_str() {
        "CRD" => image.value,
        _ => in_turn(b, image.value, image.shape, size * size),
    };
    let (value, shape) = larger(b, value, image.shape, size);
    Ok(vec![Value::Data(View::plain(value, shape))])
}

pub(super) fn space_to_depth(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let size = block(node)?;
    let (mut value, shape) = smaller(b, image.value, image.shape, size)
        .ok_or_else(|| format!("{} has no whole {size}x{size} pixels", image.shape))?;
    if node.word("mode", "DCR")? == "CRD" {
        value = in_turn(b, value, shape, size * size);
    }
    Ok(vec![Value::Data(View::plain(value, shape))])
}
