//! Batches of a data set, as the losses of a trainer take them.

use crate::train::objective::Objective;
use ndarray::{Array2, ArrayView2};

/// The targets of a batch as a loss takes them.
pub trait TargetsOf<L: Objective> {
    /// What the loss compares with.
    fn targets(&self) -> L::Targets<'_>;

    /// The classes, where the targets are classes alone.
    fn classes(&self) -> Option<&[usize]> {
        None
    }
}

impl<L> TargetsOf<L> for Vec<usize>
where
    L: for<'a> Objective<Targets<'a> = &'a [usize]>,
{
    fn targets(&self) -> &[usize] {
        self
    }

    fn classes(&self) -> Option<&[usize]> {
        Some(self)
    }
}

impl<L> TargetsOf<L> for Array2<f32>
where
    L: for<'a> Objective<Targets<'a> = ArrayView2<'a, f32>>,
{
    fn targets(&self) -> ArrayView2<'_, f32> {
        self.view()
    }
}

macro_rules! tuples {
    ($($($targets:ident $loss:ident $index:tt),+;)+) => {$(
        impl<$($targets,)+ $($loss: crate::train::Loss),+> TargetsOf<($($loss,)+)> for ($($targets,)+)
        where
            $($targets: TargetsOf<$loss>,)+
        {
            fn targets(&self) -> <($($loss,)+) as Objective>::Targets<'_> {
                ($(self.$index.targets(),)+)
            }
        }
    )+};
}

tuples! {
    A L 0, B M 1;
    A L 0, B M 1, C N 2;
    A L 0, B M 1, C N 2, D O 3;
}
