//! A scale and a shift for each channel: what norms in inference and `scale` are.

use super::finish::Finish;
use crate::exec;
use crate::layout::{BLOCK, Grid};
use crate::pass::Pass;
use crate::simd::simd_fn;
use crate::view::View;

/// Weight and bias of a channel.
pub(crate) fn affine(params: &[&[f32]], c: usize) -> [f32; 2] {
    match params {
        [weight, bias] => [weight[c], bias[c]],
        _ => [1.0, 0.0],
    }
}

/// The lanes of a block of channels; zeros beyond the last channel.
pub(crate) fn of_block(channels: &[f32], block: usize) -> [f32; BLOCK] {
    let here = &channels[block * BLOCK..];
    let mut lanes = [0.0; BLOCK];
    lanes.iter_mut().zip(here).for_each(|(lane, x)| *lane = *x);
    lanes
}

/// Weights and biases of a block of channels; ones and zeros where there are none.
pub(crate) fn affine_of_block(params: &[&[f32]], block: usize) -> [[f32; BLOCK]; 2] {
    match params {
        [weight, bias] => [of_block(weight, block), of_block(bias, block)],
        _ => [[1.0; BLOCK], [0.0; BLOCK]],
    }
}

/// `y = (x - mean) · factor + shift` with those three from `line([image, block])`, in place if there
/// is no `x`.
pub(crate) fn map_lines(
    cx: &Pass<'_>,
    x: Option<(&[f32], Grid)>,
    y: &mut [f32],
    grid: Grid,
    finish: Finish<'_>,
    line: &(dyn Fn([usize; 2]) -> [[f32; BLOCK]; 3] + Sync),
) {
    let pieces = y.len() / exec::GRAIN;
    View::new(y, grid).pieces(cx.exec, pieces, 1, &|mut view| {
        view.clear_halo();
        for image in view.images.clone() {
            for block in view.blocks.clone() {
                map_line(x, line([image, block]), finish, &mut view, [image, block]);
            }
        }
    });
}

simd_fn! {
    fn map_line<S>(s, x: Option<(&[f32], Grid)>, line: [[f32; BLOCK]; 3], finish: Finish<'_>, view: &mut View<'_>, place: [usize; 2]) {
        let [mean, factor, shift] = line.map(|v| s.load(&v));
        let [low, high] = finish.range.map(|v| s.splat(v));
        let [image, block] = place;
        for row in view.rows.clone() {
            let y = view.row(image, block, row);
            if let Some((x, grid)) = x {
                let x = grid.row(x, [image, block, row]);
                for (x, y) in x.as_chunks::<BLOCK>().0.iter().zip(y.as_chunks_mut::<BLOCK>().0) {
                    let v = s.mul_add(s.sub(s.load(x), mean), factor, shift);
                    s.store(s.min(high, s.max(low, v)), y);
                }
            } else {
                for y in y.as_chunks_mut::<BLOCK>().0 {
                    let v = s.mul_add(s.sub(s.load(y), mean), factor, shift);
                    s.store(s.min(high, s.max(low, v)), y);
                }
            }
            if let Some(finish) = finish.row {
                finish(y);
            }
        }
    }
}

simd_fn! {
    /// `y = (x - mean) · factor + shift` of pixels side by side.
    pub(crate) fn map_pixels<S>(s, x: &[f32], line: [[f32; BLOCK]; 3], y: &mut [f32]) {
        let [mean, factor, shift] = line.map(|v| s.load(&v));
        for (x, y) in x.as_chunks::<BLOCK>().0.iter().zip(y.as_chunks_mut::<BLOCK>().0) {
            s.store(s.mul_add(s.sub(s.load(x), mean), factor, shift), y);
        }
    }
}
