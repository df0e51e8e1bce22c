//! Pools.

use super::Outputs;
use super::convolution::{output, window};
use crate::import::build::{Builder, Kind, text};
use crate::import::node::Node;
use crate::import::value::Value;
use crate::import::view::{Axis, View, axes as axes_of};
use cnn_ir::{Border, Op, Real, Rounding, Shape, Source, Window};

pub(super) fn pool(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let mut image = b.image(&view)?;
    node.expect("storage_order", 0)?;
    let Some(_) = node.ints("kernel_shape")? else {
        return Err("it lacks its `kernel_shape`".to_owned());
    };
    let kernel = node.pair("kernel_shape", [1, 1])?;
    let mut window = window(node, kernel, image.shape)?;
    let channels = image.shape.channels();
    let shape = output(&window, image.shape, channels)?;
    let unrounded = Window { rounding: Rounding::Floor, ..window };
    if output(&unrounded, image.shape, channels)? == shape {
        window = unrounded;
    }
    let kind = node.proto.op_type.as_str();
    if kind == "AveragePool" && window.dilation != [1, 1] {
        return Err(format!(
            "its `dilations` are {:?}, which no mean under a window can have",
            window.dilation
        ));
    }
    let counted = node.int("count_include_pad", 0)? != 0;
    // More padding at the end than half of the window is that of a last window that is there by rounding.
    let ends = [0, 1].map(|d| window.pad[2 * d + 1].min(window.reach(d) / 2));
    let rounded = Window {
        pad: [window.pad[0], ends[0], window.pad[2], ends[1]],
        rounding: Rounding::Ceil,
        ..window
    };
    if kind != "LpPool"
        && !counted
        && rounded.pad != window.pad
        && output(&rounded, image.shape, channels)? == shape
    {
        window = rounded;
    }
    // The language pads a pool by at most half of its window; more is a layer of its own.
    let deep = (0..2).any(|d| window.pad[2 * d].max(window.pad[2 * d + 1]) > window.reach(d) / 2);
    if deep {
        if kind == "AveragePool" && !counted {
            return Err("it is padded by more than half of its window".to_owned());
        }
        let value = if kind == "MaxPool" { -3e38 } else { 0.0 };
        let border = Border::Constant(Real::new(value));
        let [top, bottom, left, right] = window.pad;
        let [height, width] = image.shape.size();
        let padded = Shape::volume(channels, height + top + bottom, width + left + right);
        let op = Op::Pad { pad: window.pad, border };
        image = View::plain(b.push(Kind::Op(op), vec![image.value], padded), padded);
        window.pad = [0; 4];
    }
    let op = match kind {
        "MaxPool" => Op::MaxPool(window),
        "AveragePool" => {
            let plain = window.pad == [0; 4] && window.rounding == Rounding::Floor;
            Op::AvgPool { window, count_pad: counted || plain }
        }
        _ => {
            let p = match node.opset {
                ..2 => node.float("p", 2.0)?,
                _ => node.int("p", 2)? as f32,
            };
            Op::LpPool { window, p: Real::new(p) }
        }
    };
    let value = b.push(Kind::Op(op), vec![image.value], shape);
    Ok(vec![Value::Data(View::plain(value, shape)), Value::Places(value)])
}

pub(super) fn unpool(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let Value::Places(pool) = *b.value(node, 1)? else {
        return Err("its places are not those of a MaxPool".to_owned());
    };
    Ok(vec![Value::Data(back(b, &image, pool)?)])
}

fn back(b: &mut Builder<'_>, image: &View, pool: Source) -> Result<View, String> {
    let Some((&Op::MaxPool(window), input)) =
        b.layer(pool).and_then(|l| Some((l.op()?, l.inputs[0])))
    else {
        return Err("its places are not those of a MaxPool".to_owned());
    };
    if image.shape != b.shape(pool) {
        return Err(format!("it gets {}, but the pool gives {}", image.shape, b.shape(pool)));
    }
    let shape = b.shape(input);
    let op = Op::Unpool { pool: "", window };
    let value = b.push(Kind::Op(op), vec![image.value, pool], shape);
    Ok(View::plain(value, shape))
}

/// Elements at the places of maxima, in zeros, all images in one axis.
pub(super) fn scatter(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let (Value::Zeros, &Value::Places(pool)) = (b.value(node, 0)?, b.value(node, 1)?) else {
        return Err(
            "its elements do not go back to the places of a MaxPool's maxima, in zeros".to_owned()
        );
    };
    node.expect("axis", 0)?;
    let view = b.data(node, 2)?;
    let image = View::plain(view.value, view.shape);
    if view.dims != [image.dims.concat()] {
        return Err(format!("it works on all images in one axis, but gets {}", text(&view)));
    }
    let mut view = back(b, &image, pool)?;
    view.dims = vec![view.dims.concat()];
    Ok(vec![Value::Data(view)])
}

pub(super) fn global(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let op = match node.proto.op_type.as_str() {
        "GlobalAveragePool" => Op::GlobalAvgPool,
        _ => Op::GlobalMaxPool,
    };
    let output = Shape::volume(image.shape.channels(), 1, 1);
    let value = b.push(Kind::Op(op), vec![image.value], output);
    Ok(vec![Value::Data(View::plain(value, output))])
}

/// A mean or a maximum over whole images, or a mean over channels.
pub(super) fn reduce(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let axes = match b.known(node, 1, "axes")? {
        Some(axes) => axes,
        None => return Err("it is over all axes, the batch among them".to_owned()),
    };
    let axes = axes_of(&axes, view.dims.len())?;
    let keeps = node.int("keepdims", 1)? != 0;
    let over = |axis: Axis| axes.iter().any(|&a| view.dims[a].iter().any(|f| f.axis == axis));
    let complete = |axis: Axis, size: usize| {
        let parts = axes.iter().flat_map(|&a| &view.dims[a]).filter(|f| f.axis == axis);
        parts.map(|f| f.size).product::<usize>() == size
    };
    let [height, width] = view.shape.size();
    let whole = complete(Axis::Rows, height) && complete(Axis::Columns, width);
    let mean = node.proto.op_type == "ReduceMean";
    let dims = || {
        let left = view.dims.iter().enumerate().map(|(a, dim)| match axes.contains(&a) {
            true => keeps.then(Vec::new),
            false => Some(dim.clone()),
        });
        left.flatten().collect()
    };
    if view.shape.is_volume() && whole && !over(Axis::Channels) && !over(Axis::Batch) {
        let output = Shape::volume(view.shape.channels(), 1, 1);
        let kind = match node.proto.op_type.as_str() {
            "ReduceMax" => Kind::Op(Op::GlobalMaxPool),
            "ReduceSum" => Kind::ImageSum,
            _ => Kind::Op(Op::GlobalAvgPool),
        };
        let value = b.push(kind, vec![view.value], output);
        return Ok(vec![Value::Data(View { value, shape: output, dims: dims() })]);
    }
    let [axis] = axes.as_slice() else {
        return Err("it is over axes that are no whole image".to_owned());
    };
    if mean && view.find(Axis::Channels) == Some(*axis) && view.shape.is_volume() {
        let output = view.shape.with_channels(1);
        let value = b.push(Kind::ChannelMean, vec![view.value], output);
        return Ok(vec![Value::Data(View { value, shape: output, dims: dims() })]);
    }
    Err("it is over axes that are no whole image".to_owned())
}
