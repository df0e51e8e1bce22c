//! The plainest possible layers, against which the kernels are tested.
//!
//! Every layer is written from its definition, with a loop for every sum and a test for every
//! border, on N×C×H×W batches of `f32` or `f64`. Nothing is shared with the kernels. The backward
//! passes are formulas of their own; finite differences check them (`tests/layers/gradients.rs`).

mod activation;
mod adaptive;
mod attnpool;
mod bn;
mod channels;
mod conv;
mod deconv;
mod dense;
mod dropout;
mod lrn;
mod merge;
mod norm;
mod pad;
mod pool;
mod real;
mod softmax;
mod table;
mod tensor;
mod unpool;
mod upsample;
mod window_pool;

pub use activation::{Activation, Prelu};
pub use adaptive::{AdaptiveAvgPool, AdaptiveMaxPool, GlobalMaxPool};
pub use attnpool::AttnPool;
pub use bn::BatchNorm;
pub use channels::{Channels, Scale};
pub use conv::Conv;
pub use deconv::Deconv;
pub use dense::Dense;
pub use dropout::Dropout;
pub use lrn::Lrn;
pub use merge::{Add, Concat, Mul};
pub use norm::{Normalize, Over};
pub use pad::{Border, Crop, Pad};
pub use pool::{AvgPool, GlobalAvgPool, MaxPool};
pub use real::{Real, erf};
pub use softmax::{CrossEntropy, LogSoftmax, Softmax};
pub use table::ConvTable;
pub use tensor::Tensor;
pub use unpool::Unpool;
pub use upsample::{Interpolation, Upsample};
pub use window_pool::{LpPool, ProdPool, SumPool};

/// A layer and its gradients.
pub trait Layer<T: Real> {
    /// The output for a batch.
    fn forward(&self, params: &[Vec<T>], inputs: &[Tensor<T>]) -> Tensor<T>;

    /// The gradients of `Σ d_output · forward(params, inputs)`.
    fn backward(
        &self,
        params: &[Vec<T>],
        inputs: &[Tensor<T>],
        d_output: &Tensor<T>,
    ) -> Gradients<T>;
}

/// What a backward pass gives.
#[derive(Clone, Debug)]
pub struct Gradients<T> {
    /// With respect to each input.
    pub inputs: Vec<Tensor<T>>,
    /// With respect to each parameter.
    pub params: Vec<Vec<T>>,
}

/// One axis of a sliding window.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Elements of the kernel.
    pub kernel: usize,
    /// Elements between neighboring windows.
    pub stride: usize,
    /// Elements between neighboring elements of the kernel.
    pub dilation: usize,
    /// Padding before and after.
    pub pad: [usize; 2],
    /// Whether a remainder gives one more window, unless that would start in the end padding.
    pub ceil: bool,
}

impl Axis {
    /// Windows over `n` elements, by counting them.
    pub fn windows(&self, n: usize) -> usize {
        let padded = n + self.pad[0] + self.pad[1];
        let reach = self.dilation * (self.kernel - 1) + 1;
        let fits = |start: usize| start + reach <= padded;
        let whole = (0..).take_while(|i| fits(i * self.stride)).count();
        let next = whole * self.stride;
        // Counted before it is tested: the first window may be larger than the padded image.
        let remainder = whole * self.stride + reach < padded + self.stride;
        whole + usize::from(self.ceil && remainder && next < n + self.pad[0])
    }

    /// Where element `k` of window `i` lies in the image of `n` elements, if it does.
    pub fn inside(&self, i: usize, k: usize, n: usize) -> Option<usize> {
        usize::try_from(self.position(i, k)).ok().filter(|&p| p < n)
    }

    /// The same, also beyond the image; negative in the padding before it.
    fn position(&self, i: usize, k: usize) -> isize {
        (i * self.stride + k * self.dilation) as isize - self.pad[0] as isize
    }
}

/// The rows and columns of a sliding window.
pub type Window = [Axis; 2];
