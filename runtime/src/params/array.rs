//! Arrays that parameters are set to.

use ndarray::{ArrayBase, ArrayView1, ArrayViewD, Data, Dimension};

/// What can be seen as an array of floats: `ndarray`'s arrays and views of any dimension, owned or
/// borrowed, and plain slices and vectors (one dimension).
pub trait AsArray {
    /// The array.
    fn array_view(&self) -> ArrayViewD<'_, f32>;
}

impl<S: Data<Elem = f32>, D: Dimension> AsArray for ArrayBase<S, D> {
    fn array_view(&self) -> ArrayViewD<'_, f32> {
        self.view().into_dyn()
    }
}

impl AsArray for [f32] {
    fn array_view(&self) -> ArrayViewD<'_, f32> {
        ArrayView1::from(self).into_dyn()
    }
}

impl AsArray for Vec<f32> {
    fn array_view(&self) -> ArrayViewD<'_, f32> {
        self.as_slice().array_view()
    }
}

impl<const K: usize> AsArray for [f32; K] {
    fn array_view(&self) -> ArrayViewD<'_, f32> {
        self.as_slice().array_view()
    }
}

impl<T: AsArray + ?Sized> AsArray for &T {
    fn array_view(&self) -> ArrayViewD<'_, f32> {
        (**self).array_view()
    }
}
