//! Windows as ONNX has them.

use super::attributes::ints;
use crate::proto::AttributeProto;
use cnn_ir::Window;

/// Padding in the order of ONNX, all starts before all ends, of top, bottom, left and right.
pub(super) fn sides([top, bottom, left, right]: [usize; 4]) -> [usize; 4] {
    [top, left, bottom, right]
}

/// The padding that reaches as far as the last window does. With it, the quotient rounded down counts all windows,
/// whatever the rounding was: where ONNX rounds up itself, windows may start in the end padding.
pub(super) fn reached(window: &Window, input: [usize; 2], output: [usize; 2]) -> [usize; 4] {
    let mut pad = window.pad;
    for d in 0..2 {
        let last = (output[d] - 1) * window.stride[d] + window.reach(d);
        pad[2 * d + 1] = pad[2 * d + 1].max(last.saturating_sub(input[d] + pad[2 * d]));
    }
    pad
}

/// Height and width with padding.
pub(super) fn around([height, width]: [usize; 2], pad: [usize; 4]) -> [usize; 2] {
    [height + pad[0] + pad[1], width + pad[2] + pad[3]]
}

/// The attributes of a window with this padding.
pub(super) fn attributes(window: &Window, pad: [usize; 4]) -> Vec<AttributeProto> {
    let mut all = vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.stride),
        ints("pads", &sides(pad)),
    ];
    if window.dilation != [1, 1] {
        all.push(ints("dilations", &window.dilation));
    }
    all
}
