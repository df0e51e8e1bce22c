//! Convolutions, and what windows have in common.

use super::Outputs;
use crate::import::build::Builder;
use crate::import::node::{Node, SIZES};
use crate::import::value::{Constant, Value};
use crate::import::view::View;
use crate::recipe::Step;
use cnn_ir::{Border, Convolution, Deconvolution, Op, Rounding, Shape, Window};

pub(super) fn conv(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let (weight, [filters, seen, height, width]) = weight(b, node)?;
    let groups = count(node, "group")?;
    let channels = image.shape.channels();
    if seen.checked_mul(groups) != Some(channels) || filters % groups != 0 {
        return Err(format!(
            "its weight of {:?} in {groups} groups does not fit {channels} channels",
            weight.dims
        ));
    }
    let window = window(node, [height, width], image.shape)?;
    let output = output(&window, image.shape, filters)?;
    let mut tensors = vec![("weight", weight.recipe()?)];
    let bias = bias(b, node, filters)?;
    tensors.extend(bias.map(|steps| ("bias", steps)));
    let bias = tensors.len() == 2;
    let convolution = Convolution {
        filters,
        window,
        groups,
        table: None,
        border: Border::ZERO,
        bias,
        accurate: false,
    };
    let op = match groups == channels && groups == filters && groups > 1 {
        true => Op::Depthwise(convolution),
        false => Op::Conv(convolution),
    };
    let path = b.path(node, Some(1));
    let value = b.push_with(op, image.value, output, tensors, path);
    Ok(vec![Value::Data(View::plain(value, output))])
}

pub(super) fn deconv(b: &mut Builder<'_>, node: &Node<'_>) -> Outputs {
    let view = b.data(node, 0)?;
    let image = b.image(&view)?;
    let (weight, [channels, per_group, height, width]) = weight(b, node)?;
    let groups = count(node, "group")?;
    if channels != image.shape.channels() || channels % groups != 0 {
        return Err(format!(
            "its weight of {:?} in {groups} groups does not fit {} channels",
            weight.dims,
            image.shape.channels()
        ));
    }
    let filters = per_group.checked_mul(groups).ok_or("its filters are too many")?;
    if ![height, width].iter().all(|n| SIZES.contains(n)) {
        return Err(format!("its kernel is {height}x{width}"));
    }
    let window = Window {
        kernel: [height, width],
        stride: node.pair("strides", [1, 1])?,
        dilation: node.pair("dilations", [1, 1])?,
        ..Window::POINT
    };
    let more = match node.ints("output_padding")? {
        None => [0, 0],
        Some(list) => match list.as_slice() {
            &[a, c] if [a, c].iter().all(|n| (0..1 << 30).contains(n)) => [a as usize, c as usize],
            _ => return Err(format!("its `output_padding` is {list:?}")),
        },
    };
    let size = image.shape.size();
    let mut more = more;
    let wanted =
        node.ints("output_shape")?.map(|list| list[list.len().saturating_sub(2)..].to_vec());
    for d in 0..2 {
        // What an output is larger than its windows is at its end.
        if let Some(n) = wanted.as_ref().and_then(|w| usize::try_from(*w.get(d)?).ok()) {
            let windows =
                (size[d] - 1).saturating_mul(window.stride[d]).saturating_add(window.reach(d));
            more[d] = more[d].max(n.saturating_sub(windows));
        }
    }
    let all = |d: usize| {
        let steps = (size[d] - 1).checked_mul(window.stride[d])?;
        steps.checked_add(window.reach(d))?.checked_add(more[d])
    };
    let all = [0, 1].map(all);
    let [Some(rows), Some(columns)] = all else { return Err("its output is too large".to_owned()) };
    let all = [rows, columns];
    let auto = node.word("auto_pad", "NOTSET")?;
    let pad = match (wanted, auto.as_str()) {
        (Some(wanted), auto) => shared(all, wanted.iter().map(|&n| n as usize).collect(), auto)?,
        (None, "SAME_UPPER" | "SAME_LOWER") => {
            shared(all, [0, 1].map(|d| size[d] * window.stride[d]).to_vec(), &auto)?
        }
        (None, "VALID") => [0; 4],
        _ => pads(node)?,
    };
    let rest = |d: usize| all[d].checked_sub(pad[2 * d] + pad[2 * d + 1]).filter(|&n| n > 0);
    let (Some(height), Some(width)) = (rest(0), rest(1)) else {
        return Err(format!("its padding {pad:?} leaves nothing of its output"));
    };
    let output = Shape::volume(filters, height, width);
    let mut tensors = vec![("weight", weight.recipe()?)];
    tensors.extend(bias(b, node, filters)?.map(|steps| ("bias", steps)));
    let op = Op::Deconv(Deconvolution {
        filters,
        window: Window { pad, ..window },
        output_pad: more,
        groups,
        bias: tensors.len() == 2,
        accurate: false,
    });
    let path = b.path(node, Some(1));
    let value = b.push_with(op, image.value, output, tensors, path);
    Ok(vec![Value::Data(View::plain(value, output))])
}

/// The weight, and its dimensions: two of channels, height and width.
fn weight(b: &Builder<'_>, node: &Node<'_>) -> Result<(Constant, [usize; 4]), String> {
    let weight = b.constant(node, 1)?;
    match *weight.dims.as_slice() {
        [a, b, height, width] => Ok((weight, [a, b, height, width])),
        _ => Err(format!("its weight has the shape {:?}: images have two dimensions", weight.dims)),
    }
}

/// A padding in two halves; what is odd goes to the end for `SAME_UPPER`.
fn halves(total: usize, auto: &str) -> (usize, usize) {
    let (less, more) = (total / 2, total - total / 2);
    if auto == "SAME_UPPER" { (less, more) } else { (more, less) }
}

/// What is cut off to leave the size that is wanted.
fn shared(all: [usize; 2], wanted: Vec<usize>, auto: &str) -> Result<[usize; 4], String> {
    let mut pad = [0; 4];
    for d in 0..2 {
        let total = wanted.get(d).and_then(|&n| all[d].checked_sub(n));
        let total = total.ok_or_else(|| format!("its output can't be {wanted:?}"))?;
        (pad[2 * d], pad[2 * d + 1]) = halves(total, auto);
    }
    Ok(pad)
}

fn bias(b: &mut Builder<'_>, node: &Node<'_>, filters: usize) -> Result<Option<Vec<Step>>, String> {
    if !node.given(2) {
        return Ok(None);
    }
    let bias = b.constant(node, 2)?;
    match bias.count() == filters {
        true => bias.recipe().map(Some),
        false => Err(format!("its bias has {} elements, not {filters}", bias.count())),
    }
}

fn count(node: &Node<'_>, name: &str) -> Result<usize, String> {
    let n = node.int(name, 1)?;
    usize::try_from(n).ok().filter(|&n| n > 0).ok_or_else(|| format!("its `{name}` is {n}"))
}

/// `top, left, bottom, right` as the language has it: top, bottom, left, right.
pub(super) fn pads(node: &Node<'_>) -> Result<[usize; 4], String> {
    let Some(list) = node.ints("pads")? else { return Ok([0; 4]) };
    match list.as_slice() {
        &[top, left, bottom, right] if list.iter().all(|&n| (0..1 << 30).contains(&n)) => {
            Ok([top, bottom, left, right].map(|n| n as usize))
        }
        _ => Err(format!("its `pads` are {list:?}: images have four, none of them negative")),
    }
}

/// The window that a node's attributes describe.
pub(super) fn window(node: &Node<'_>, kernel: [usize; 2], input: Shape) -> Result<Window, String> {
    if !kernel.iter().all(|n| SIZES.contains(n)) {
        return Err(format!("its kernel is {}x{}", kernel[0], kernel[1]));
    }
    if let Some(stated) = node.ints("kernel_shape")?
        && stated != kernel.map(|n| n as i64)
    {
        return Err(format!("its `kernel_shape` is {stated:?}, but its weight has {kernel:?}"));
    }
    let mut window = Window {
        kernel,
        stride: node.pair("strides", [1, 1])?,
        dilation: node.pair("dilations", [1, 1])?,
        pad: [0; 4],
        rounding: if node.int("ceil_mode", 0)? == 0 { Rounding::Floor } else { Rounding::Ceil },
    };
    if window
        .kernel
        .iter()
        .zip(window.dilation)
        .any(|(k, d)| k.checked_mul(d).is_none_or(|n| n > 1 << 30))
    {
        return Err("its kernel is too large".to_owned());
    }
    match node.word("auto_pad", "NOTSET")?.as_str() {
        "NOTSET" | "" => window.pad = pads(node)?,
        "VALID" => {}
        auto @ ("SAME_UPPER" | "SAME_LOWER") => {
            for d in 0..2 {
                let (n, stride) = (input.size()[d], window.stride[d]);
                let covered = (n.div_ceil(stride) - 1) * stride + window.reach(d);
                let total = covered.saturating_sub(n);
                (window.pad[2 * d], window.pad[2 * d + 1]) = halves(total, auto);
            }
        }
        other => return Err(format!("its `auto_pad` is {other}")),
    }
    Ok(window)
}

/// The shape under a window: the formula of the language.
pub(super) fn output(window: &Window, input: Shape, channels: usize) -> Result<Shape, String> {
    let mut size = [0; 2];
    for d in 0..2 {
        let (n, begin, end) = (input.size()[d], window.pad[2 * d], window.pad[2 * d + 1]);
        let Some(span) = (n + begin + end).checked_sub(window.reach(d)) else {
            return Err(format!(
                "its window reaches over {} of {n} + {begin} + {end} positions",
                window.reach(d)
            ));
        };
        let stride = window.stride[d];
        size[d] = span / stride + 1;
        let inside = size[d] * stride < n + begin;
        if window.rounding == Rounding::Ceil && span % stride != 0 && inside {
            size[d] += 1;
        }
    }
    Ok(Shape::volume(channels, size[0], size[1]))
}

/// The numbers of one for each channel.
pub(super) fn by_channel(
    constant: &Constant,
    channels: usize,
    what: &str,
) -> Result<Vec<Step>, String> {
    match constant.count() {
        n if n == channels => constant.recipe(),
        n => Err(format!("its {what} has {n} elements, but there are {channels} channels")),
    }
}
