//! The phases of a convolution's stride: which taps reach which pixels of the input.

use crate::layers::convolution::conv::Geometry;
use crate::layout::Grid;

/// The taps that reach every stride-th pixel of an axis of the input.
pub(crate) struct Phase {
    /// Pixels reached.
    pub(crate) outputs: usize,
    pub(crate) taps: usize,
    /// The first tap of the turned kernel.
    pub(crate) tap: usize,
    /// From one tap of the turned kernel to the next.
    pub(crate) taps_step: usize,
    /// Rows or columns of the output's gradient from one tap to the next.
    pub(crate) step: usize,
    /// Row or column of the output's gradient, counted from the halo's edge, under the first tap.
    pub(crate) first: usize,
}

impl Phase {
    /// Along axis `d`, the taps that reach the input pixels `phase`, `phase` + stride, ….
    pub(crate) fn new(g: &Geometry, dy: &Grid, d: usize, phase: usize) -> Self {
        let (stride, dilation, taps) = (g.stride[d], g.dilation[d], g.kernel[d]);
        let at = |tap: usize| (phase + g.pad[2 * d]) as isize - (tap * dilation) as isize;
        let mut reach = (0..taps).rev().filter(|&t| at(t).rem_euclid(stride as isize) == 0);
        let size = [g.height, g.width][d];
        let outputs = (size - phase).div_ceil(stride);
        let Some(largest) = reach.next() else {
            return Self { outputs, taps: 0, tap: 0, taps_step: 0, step: 0, first: dy.halo };
        };
        let (second, others) = (reach.next(), reach.count());
        let first = at(largest).div_euclid(stride as isize) + dy.halo as isize;
        Self {
            outputs,
            taps: 1 + usize::from(second.is_some()) + others,
            tap: taps - 1 - largest,
            taps_step: second.map_or(0, |t| largest - t),
            step: second.map_or(0, |t| (largest - t) * dilation / stride),
            first: usize::try_from(first).expect("the halo holds what the taps reach"),
        }
    }
}
