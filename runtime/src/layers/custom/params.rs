//! The parameters of users' layers, which only rustc knows: how many there are, and so where those of
//! a network lie, is worked out while the user's crate compiles.
//!
//! They lie after all others, layer after layer in the order of the network, and each tensor at a
//! multiple of sixteen floats.

use crate::describe::TensorSpec;
use cnn_ir::{Init, Role, Tensor};

/// The most parameters that a layer can have.
pub const MOST: usize = 8;

/// Tensors start at multiples of this number of floats.
const ALIGN: usize = 16;

/// A parameter of a [`CustomLayer`](super::CustomLayer).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its name below the layer's path: `weight`.
    pub name: &'static str,
    /// Its dimensions, as they are saved.
    pub dims: &'static [usize],
    /// How it starts.
    pub init: Init,
}

impl Parameter {
    /// A parameter of that name and those dimensions.
    pub const fn new(name: &'static str, dims: &'static [usize], init: Init) -> Self {
        Self { name, dims, init }
    }

    /// Elements.
    pub const fn len(&self) -> usize {
        let (mut n, mut i) = (1, 0);
        while i < self.dims.len() {
            n *= self.dims[i];
            i += 1;
        }
        n
    }

    /// Floats that it takes up.
    pub(crate) const fn space(&self) -> usize {
        self.len().next_multiple_of(ALIGN)
    }
}

/// Elements of all of them.
pub const fn elements(params: &[Parameter]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        n += params[i].len();
        i += 1;
    }
    n
}

/// Floats that all of them take up.
pub const fn space(params: &[Parameter]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        n += params[i].space();
        i += 1;
    }
    n
}

/// The larger one.
pub const fn larger(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// The parameters as tensors of the graph.
pub const fn tensors<const N: usize>(params: &[Parameter]) -> [Tensor<'static>; N] {
    const BLANK: Tensor<'static> =
        Tensor { name: "", dims: &[], role: Role::Trainable, init: Init::Constant(0.0) };
    let (mut tensors, mut i) = ([BLANK; N], 0);
    while i < N {
        let Parameter { name, dims, init } = params[i];
        tensors[i] = Tensor { name, dims, role: Role::Trainable, init };
        i += 1;
    }
    tensors
}

/// Checks while compiling that no tensor of a layer, whose names only rustc knows, is called as another
/// one of the network's; it has `params` below the path `layer`.
///
/// # Panics
/// If one is.
pub const fn apart(layer: &str, params: &[Parameter], all: &[TensorSpec]) {
    let mut i = 0;
    while i < params.len() {
        let name = params[i].name;
        // A name that the layer has twice is a mistake of its own: see `check`.
        let others = named(layer, name, all) - times(name, params);
        assert!(others == 0, "a parameter of a custom layer has the name of one of another layer");
        i += 1;
    }
}

/// How many of a layer's parameters have this name.
const fn times(name: &str, params: &[Parameter]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        if equal(params[i].name.as_bytes(), name.as_bytes()) {
            n += 1;
        }
        i += 1;
    }
    n
}

/// How many of the tensors have this name below this path.
const fn named(layer: &str, name: &str, tensors: &[TensorSpec]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < tensors.len() {
        let path = tensors[i].path.as_bytes();
        if path.len() == layer.len() + 1 + name.len() {
            let (level, rest) = path.split_at(layer.len());
            let (stop, last) = rest.split_at(1);
            // From the end: the paths of a network begin alike.
            if equal(last, name.as_bytes()) && stop[0] == b'.' && equal(level, layer.as_bytes()) {
                n += 1;
            }
        }
        i += 1;
    }
    n
}

/// Checks while compiling what a layer says of its parameters.
///
/// # Panics
/// If there are too many, two have the same name, or one has no elements.
pub const fn check(params: &[Parameter]) {
    assert!(params.len() <= MOST, "a custom layer has at most 8 parameters");
    let mut i = 0;
    while i < params.len() {
        assert!(params[i].len() > 0, "a parameter of a custom layer has no elements");
        assert!(!params[i].name.is_empty(), "a parameter of a custom layer has no name");
        let mut j = 0;
        while j < i {
            let same = equal(params[i].name.as_bytes(), params[j].name.as_bytes());
            assert!(!same, "two parameters of a custom layer have the same name");
            j += 1;
        }
        i += 1;
    }
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    // From the end: the paths of a network begin alike.
    while a.len() == b.len() && i < a.len() && a[a.len() - 1 - i] == b[a.len() - 1 - i] {
        i += 1;
    }
    a.len() == b.len() && i == a.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Parameter] = &[
        Parameter::new("weight", &[3, 7], Init::Constant(1.0)),
        Parameter::new("scale", &[], Init::Constant(2.0)),
    ];

    const fn spec(path: &'static str) -> TensorSpec {
        TensorSpec::new(path, &[], Role::Trainable, 0, Init::Constant(0.0))
    }

    #[test]
    fn parameters_are_tensors() {
        const TENSORS: [Tensor<'static>; 2] = tensors(PARAMS);
        assert_eq!(TENSORS.map(|t| (t.name, t.len())), [("weight", 21), ("scale", 1)]);
        assert_eq!((elements(PARAMS), space(PARAMS)), (22, 48));
        check(PARAMS);
        apart("a.0", PARAMS, &[spec("a.0.weight"), spec("a.1.weight"), spec("a.0.scale")]);
    }

    #[test]
    #[should_panic = "a parameter of a custom layer has the name of one of another layer"]
    fn names_differ_from_those_of_other_layers() {
        // As a bare scale with the label `scale` in the level `a.0` would be called.
        let all = [spec("a.0.weight"), spec("a.0.scale"), spec("a.0.scale")];
        apart("a.0", &PARAMS[1..], &all);
    }

    #[test]
    #[should_panic = "two parameters of a custom layer have the same name"]
    fn names_differ() {
        check(&[PARAMS[0], PARAMS[1], PARAMS[0]]);
    }

    #[test]
    #[should_panic = "a parameter of a custom layer has no elements"]
    fn tensors_have_elements() {
        check(&[Parameter::new("weight", &[3, 0], Init::Constant(1.0))]);
    }
}
