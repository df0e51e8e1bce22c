//! What kernels in blocks do with finished sums, which is where an activation joins them.

use crate::activation::Activation;
use crate::simd::flushed;

/// What is done with a row.
pub(crate) type Row<'a> = &'a (dyn Fn(&mut [f32]) + Sync);

/// What happens to finished sums.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    /// The sums are brought into this range in registers.
    pub(crate) range: [f32; 2],
    /// Called with every finished row, where the range is not all.
    pub(crate) row: Option<Row<'a>>,
}

impl Finish<'_> {
    /// The sums as they are.
    pub(crate) const NONE: Self = Self { range: [f32::NEG_INFINITY, f32::INFINITY], row: None };
}

/// Runs `work` with what the activation does to finished sums.
pub(crate) fn finished<A: Activation>(activation: A, work: impl FnOnce(Finish<'_>)) {
    match activation.range() {
        Some(range) => work(Finish { range: range.map(flushed), row: None }),
        None => work(Finish { row: Some(&|row| activation.apply(row)), ..Finish::NONE }),
    }
}
