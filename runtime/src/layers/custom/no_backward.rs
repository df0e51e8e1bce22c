//! What is there of gradients without the feature `train`: nothing.

use super::{CustomLayer, ShapeType};

/// What a layer says of gradients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gradients;

impl Gradients {
    pub(super) const fn of<T: CustomLayer<In>, In: ShapeType>() -> Self {
        Self
    }
}
