//! Normalizations.

mod affine;
pub(super) mod bn;
pub(super) mod gn;
pub(super) mod instancenorm;
pub(super) mod ln;
pub(super) mod lrn;
