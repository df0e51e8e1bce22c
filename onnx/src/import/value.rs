//! What the values of a file are.

use super::view::{Axis, Num, View};
use crate::recipe::{Axes, MOST_AXES, Step};
use cnn_ir::Source;

/// The most elements of a tensor or a value.
pub(crate) const MOST_ELEMENTS: usize = 1 << 31;
/// The most elements of a constant that no file stores.
pub(crate) const MOST_MADE: usize = 1 << 24;
/// Whole numbers that are read, and not left in the file.
pub(crate) const FEW: usize = 4096;
/// The most steps of a constant's recipe: each sum of a constant with itself doubles them.
const MOST_STEPS: usize = 32;

/// The product of lengths, if it and that of the longer ones alone stay within [`MOST_ELEMENTS`].
pub(crate) fn elements(lengths: &[usize]) -> Option<usize> {
    let product = lengths.iter().try_fold(1usize, |a, &n| a.checked_mul(n.max(1)));
    product.filter(|&n| n <= MOST_ELEMENTS)?;
    Some(lengths.iter().product())
}

/// A value of the file.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Something that depends on the images.
    Data(View),
    /// Something that doesn't.
    Constant(Constant),
    /// The places of a pool's maxima, which are that pool.
    Places(Source),
    /// Zeros for each image.
    Zeros,
    /// What a node gives that can't be expressed, or that is left out.
    Unknown,
}

impl Value {
    /// Whether the value is of a size that operators can work with: they rely on it, and calculate with sizes freely.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self::Data(view) => view.check(),
            Self::Constant(constant) => constant.check(),
            Self::Places(_) | Self::Zeros | Self::Unknown => Ok(()),
        }
    }
}

/// Numbers that don't depend on the images.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub dims: Vec<usize>,
    /// Where the numbers come from; none where the number of images is among them.
    pub steps: Option<Vec<Step>>,
    /// The numbers, where they are few whole ones.
    pub ints: Option<Vec<Num>>,
}

impl Constant {
    pub(crate) fn of_ints(ints: Vec<Num>, scalar: bool) -> Self {
        let dims = if scalar { Vec::new() } else { vec![ints.len()] };
        let steps = match ints.as_slice() {
            [Num::Int(n)] => Some(vec![Step::Filled { value: *n as f32, count: 1 }]),
            _ => None,
        };
        Self { dims, steps, ints: Some(ints) }
    }

    pub(crate) fn of_steps(dims: Vec<usize>, steps: Vec<Step>) -> Self {
        Self { dims, steps: Some(steps), ints: None }
    }

    pub(crate) fn filled(value: f32, dims: Vec<usize>) -> Self {
        let count = dims.iter().product();
        Self::of_steps(dims, vec![Step::Filled { value, count }])
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if self.dims.len() > MOST_AXES {
            return Err(format!("it gives {} axes; {MOST_AXES} are the most", self.dims.len()));
        }
        if elements(&self.dims).is_none() {
            return Err(format!(
                "it gives a constant of {:?}; {MOST_ELEMENTS} elements are the most",
                self.dims
            ));
        }
        if self.ints.as_ref().is_some_and(|ints| ints.len() > FEW) {
            return Err(format!("it gives more than {FEW} whole numbers"));
        }
        match self.steps.as_ref().map_or(0, Vec::len) {
            n if n > MOST_STEPS => {
                Err(format!("its constant takes {n} steps; {MOST_STEPS} are the most"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.dims.iter().product()
    }

    /// Where the numbers come from.
    pub(crate) fn recipe(&self) -> Result<Vec<Step>, String> {
        self.steps.clone().ok_or_else(|| "works on whole numbers that are no constant".to_owned())
    }

    /// Whether the one axis of it that is longer than 1 lies on an axis of the value.
    pub(crate) fn lies_on(&self, view: &View, axis: Axis) -> bool {
        let Some(at) = view.find(axis) else { return false };
        let after = view.dims.len() - at;
        let long: Vec<usize> = (0..self.dims.len()).filter(|&i| self.dims[i] != 1).collect();
        matches!(long.as_slice(), [i] if self.dims.len() - i == after)
    }

    /// The same numbers in the same order under other axes.
    pub(crate) fn reshaped(&self, dims: Vec<usize>) -> Self {
        Self { dims, ..self.clone() }
    }

    pub(crate) fn transposed(&self, order: &[usize]) -> Result<Self, String> {
        let dims = order.iter().map(|&axis| self.dims[axis]).collect();
        let mut steps = self.recipe()?;
        if self.dims.iter().filter(|&&n| n != 1).count() > 1 {
            steps.push(Step::Permuted { dims: Axes::new(&self.dims), order: Axes::new(order) });
        }
        Ok(Self { dims, steps: Some(steps), ints: None })
    }
}
