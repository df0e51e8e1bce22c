//! Losses of numbers that should come near others.

use super::{Loss, check_rows};
use crate::error::Error;
use crate::train::argument::Arguments;
use cnn_ir::Shape;
use ndarray::ArrayView2;

/// The mean over all elements of the square of the difference to the targets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanSquaredError;

/// The mean over all elements of the size of the difference to the targets, PyTorch's `L1Loss`; where there
/// is none, the derivative is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError;

/// The mean over all elements of `d²/2` where the difference `d` to the targets is at most δ, and of
/// `δ·(|d| − δ/2)` elsewhere, as PyTorch's `HuberLoss`.
///
/// Huber, *Robust Estimation of a Location Parameter* (1964).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f32,
}

impl Huber {
    /// With that δ, a finite number above 0.
    pub const fn new(delta: f32) -> Self {
        Self { delta }
    }
}

/// The mean over a row of what `f` makes of the differences, the loss and its derivative.
fn each(
    output: &[f32],
    targets: ArrayView2<'_, f32>,
    image: usize,
    d: &mut [f32],
    f: impl Fn(f32) -> (f64, f32),
) -> f32 {
    let len = output.len() as f32;
    let mut sum = 0.0;
    for ((d, &x), &t) in d.iter_mut().zip(output).zip(targets.row(image)) {
        let (loss, slope) = f(x - t);
        sum += loss;
        *d = slope / len;
    }
    (sum / f64::from(len)) as f32
}

macro_rules! differences {
    ($($loss:ty: |$this:ident, $d:ident| $f:expr, check $check:expr;)+) => {$(
        impl Loss for $loss {
            /// One row for each image: its target in the order channels × height × width.
            type Targets<'a> = ArrayView2<'a, f32>;

            fn check(
                &self,
                images: usize,
                output: Shape,
                targets: ArrayView2<'_, f32>,
            ) -> Result<(), Error> {
                let $this = self;
                $check?;
                check_rows(images, output, targets)
            }

            fn sample(
                &self,
                image: usize,
                output: &[f32],
                targets: ArrayView2<'_, f32>,
                d: &mut [f32],
            ) -> f32 {
                let $this = self;
                each(output, targets, image, d, |$d| $f)
            }
        }
    )+};
}

differences! {
    MeanSquaredError: |_this, d| (f64::from(d) * f64::from(d), 2.0 * d), check Ok::<(), Error>(());
    MeanAbsoluteError: |_this, d| {
        let slope = if d == 0.0 { 0.0 } else { d.signum() };
        (f64::from(d.abs()), slope)
    }, check Ok::<(), Error>(());
    Huber: |this, d| {
        let delta = f64::from(this.delta);
        let size = f64::from(d.abs());
        if size <= delta {
            (size * size / 2.0, d)
        } else {
            (delta * (size - delta / 2.0), this.delta.copysign(d))
        }
    }, check Arguments { owner: "Huber" }.positive("delta", this.delta);
}
