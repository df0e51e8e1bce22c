//! The sum of any number of inputs of one shape, in blocks of sixteen channels.
//!
//! ```text
//! forward:   y = x₀ + x₁ + …
//! backward:  dx₀ = dx₁ = … = dy
//! ```

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::rows::apply_rows;
use crate::kernels::rows::write_rows;
use crate::layout::{BLOCK, Blocked, Frame, Grid};
use crate::simd::simd_fn;
use crate::vector;

/// The sum of any number of inputs of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Add {
    pub(super) dims: [usize; 3],
    pub(super) frame: Frame,
}

impl Add {
    /// Images of `dims`.
    pub const fn new(dims: [usize; 3], frame: Frame) -> Self {
        Self { dims, frame }
    }

    fn input(&self, i: usize) -> Grid {
        self.frame.input(i, self.dims)
    }
}

impl Kernel<Blocked> for Add {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let grid = self.frame.output(self.dims);
        if t.inputs.is_empty() {
            return apply_rows(cx, activation, t.output, grid);
        }
        write_rows(cx.exec, t.output, grid, &|place, y| {
            let row = |i: usize| self.input(i).row(t.inputs[i], place);
            if t.inputs.len() == 1 {
                y.copy_from_slice(row(0));
            } else {
                add(row(0), row(1), y);
            }
            for i in 2..t.inputs.len() {
                vector::add_assign(row(i), y);
            }
            activation.apply(y);
        });
    }
}

simd_fn! {
    /// `y = a + b`
    fn add<S>(s, a: &[f32], b: &[f32], y: &mut [f32]) {
        let (a, b) = (a.as_chunks::<BLOCK>().0, b.as_chunks::<BLOCK>().0);
        for ((a, b), y) in a.iter().zip(b).zip(y.as_chunks_mut::<BLOCK>().0) {
            s.store(s.add(s.load(a), s.load(b)), y);
        }
    }
}
