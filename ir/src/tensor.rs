//! The tensors of a layer.

/// A tensor of the `state_dict`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tensor<'a> {
    /// Its name below the layer's path: `weight`; empty where the path itself names it.
    pub name: &'a str,
    /// Its dimensions in PyTorch's order.
    pub dims: &'a [usize],
    /// What it is for.
    pub role: Role,
    /// Its initial value.
    pub init: Init,
}

impl Tensor<'_> {
    /// Elements.
    pub const fn len(&self) -> usize {
        let (mut n, mut i) = (1, 0);
        while i < self.dims.len() {
            n *= self.dims[i];
            i += 1;
        }
        n
    }
}

/// What a tensor of the `state_dict` is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Trained by gradient; offset into the trainable buffer.
    Trainable,
    /// Float state updated by the forward pass (running statistics); offset into the buffers.
    Buffer,
    /// A 64-bit counter of training passes (`num_batches_tracked`); index of the counter.
    Counter,
}

/// How a tensor starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform from the first to below the second number.
    Uniform(f32, f32),
    /// Normal with this mean and standard deviation.
    Normal(f32, f32),
    /// Normal with mean 0 and this standard deviation, without what lies more than two of them
    /// away; what is left deviates by 0.8796 of it.
    TruncatedNormal(f32),
    /// Filters that pass a channel on as it is: filter `i` has 1 in the middle of channel `i`, and zeros
    /// elsewhere. Filters after the last channel are uniform in ± this number. Of a dense layer, the identity
    /// likewise.
    Dirac(f32),
    /// All elements the same.
    Constant(f32),
}
