//! Pools whose windows share the image out.

use super::attributes::{int, ints};
use super::builder::dims;
use super::layer::Layer;

/// The operators that are a pool.
pub(super) struct Operators {
    /// Of a whole channel.
    global: &'static str,
    /// Of windows of one size.
    pool: &'static str,
    /// Of an axis.
    reduce: &'static str,
}

/// `adaptive_avgpool`'s.
pub(super) const MEAN: Operators =
    Operators { global: "GlobalAveragePool", pool: "AveragePool", reduce: "ReduceMean" };

/// `adaptive_maxpool`'s.
pub(super) const MAX: Operators =
    Operators { global: "GlobalMaxPool", pool: "MaxPool", reduce: "ReduceMax" };

/// `adaptive_avgpool` and `adaptive_maxpool`.
pub(super) fn pool(layer: &mut Layer<'_, '_>, size: [usize; 2], operators: &Operators) {
    let image = layer.input.size();
    if size == [1, 1] {
        return layer.finish(operators.global, &[], Vec::new());
    }
    if (0..2).all(|d| image[d].is_multiple_of(size[d])) {
        let window = [0, 1].map(|d| image[d] / size[d]);
        let attributes = vec![ints("kernel_shape", &window), ints("strides", &window)];
        return layer.finish(operators.pool, &[], attributes);
    }
    // Windows of several sizes: the rows of each as one, then the columns.
    let (x, mut now) = (layer.x.clone(), dims(layer.input));
    let rows = shares(layer, 0, &x, &mut now, size[0], operators);
    let rows: Vec<&str> = rows.iter().map(|name| &**name).collect();
    let tall = layer.step("rows", "Concat", &rows, vec![int("axis", 2)], &now);
    let columns = shares(layer, 1, &tall, &mut now, size[1], operators);
    let columns: Vec<&str> = columns.iter().map(|name| &**name).collect();
    layer.finish_with("Concat", &columns, vec![int("axis", 3)]);
}

/// The shares of an axis, each made one row or column.
fn shares(
    layer: &mut Layer<'_, '_>,
    axis: usize,
    x: &str,
    now: &mut [usize],
    outputs: usize,
    operators: &Operators,
) -> Vec<String> {
    let (along, n) = (["row", "column"][axis], now[axis + 1]);
    let axes = layer.sizes(&format!("{along}_axis"), &[axis + 2]);
    let mut all = Vec::new();
    for i in 0..outputs {
        let (start, end) = (i * n / outputs, ((i + 1) * n).div_ceil(outputs));
        let starts = layer.sizes(&format!("{along}_{i}_start"), &[start]);
        let ends = layer.sizes(&format!("{along}_{i}_end"), &[end]);
        now[axis + 1] = end - start;
        let slice = [x, &starts, &ends, &axes];
        let share = layer.step(&format!("{along}_{i}_share"), "Slice", &slice, Vec::new(), now);
        now[axis + 1] = 1;
        let what = format!("{along}_{i}");
        let keep = vec![int("keepdims", 1)];
        all.push(layer.step(&what, operators.reduce, &[&share, &axes], keep, now));
    }
    now[axis + 1] = outputs;
    all
}
