//! Dense layer: every output sees every input.
//!
//! ```text
//! forward:   y[o]  = bias[o] + Σ w[o][i] · x[i]
//! d_input:   dx[i] = Σ w[o][i] · dy[o]
//! d_weight:  dw[o][i] = Σ over the batch of dy[o] · x[i]
//! ```
//! Parameters: `weight` (outputs × inputs) and `bias`.

#[cfg(feature = "train")]
mod backward;
mod direct;
mod gemm;
mod packed;
mod product;

pub use direct::DirectDense;
pub use gemm::GemmDense;
pub use packed::PackedDense;
