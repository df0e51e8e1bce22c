//! Users' arrays in and out.

/// A network's inputs: a view, or a tuple of views.
pub trait Inputs {}

/// A network's outputs: an array, or a tuple of arrays.
pub trait Outputs {}
