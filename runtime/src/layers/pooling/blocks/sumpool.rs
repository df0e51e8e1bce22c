//! Sum over a window of each channel, in blocks of sixteen channels.

use super::avgpool::AvgPool;
use crate::activation::Activation;
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Forward, Kernel, Pass};
use crate::layers::pooling::avgpool;
use crate::layers::pooling::geometry::PoolGeometry;
use crate::layout::{Blocked, Frame};

/// Sum over a window of each channel: a mean that is not divided.
#[derive(Clone, Copy, Debug)]
pub struct SumPool(pub(super) AvgPool);

impl SumPool {
    /// The pool; padding adds nothing.
    pub const fn new(geometry: PoolGeometry, frame: Frame) -> Self {
        Self(AvgPool::of(avgpool::AvgPool::sum(geometry), frame))
    }
}

impl SumPool {
    /// How a chain of layers cuts it into bands.
    pub const fn rows(&self) -> Rows {
        self.0.rows()
    }
}

impl Banded for SumPool {
    fn band(&self, given: Given<'_>, t: Band<'_>) {
        self.0.band(given, t);
    }
}

impl Kernel<Blocked> for SumPool {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        self.0.forward(activation, cx, t);
    }
}
