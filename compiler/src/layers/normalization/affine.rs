//! What normalizations have in common: ε, and a weight and a bias after it.

use crate::args::{Args, Kind, Spec};
use crate::param::{Init, Param};
use cnn_ir::{Norm, Real};

/// Added to the variance.
pub(super) const EPS: Spec =
    Spec::optional("eps", Kind::Real(0.0, 1.0), "added to the variance (1e-5)");

/// Whether there is a weight and a bias, where there is unless the call says no.
pub(super) const AFFINE: Spec =
    Spec::optional("affine", Kind::Flag, "whether it has a weight and a bias (true)");

/// What the arguments say of both; `affine` where they don't.
pub(super) fn norm(args: &Args, affine: bool) -> Norm {
    Norm { eps: Real::new(args.real("eps", 1e-5) as f32), affine: args.flag("affine", affine) }
}

/// The weight and the bias, of these dimensions, where there are any.
pub(super) fn params(norm: &Norm, dims: &[usize]) -> Vec<Param> {
    if !norm.affine {
        return Vec::new();
    }
    let of = |name, value| Param::trainable(name, dims.to_vec(), Init::Constant(value));
    vec![of("weight", 1.0), of("bias", 0.0)]
}
