//! The parameters of users' layers, which only rustc knows: how many there are, and so where those of
//! a network lie, is worked out while the user's crate compiles.
//!
//! They lie after all others, layer after layer in the order of the network, and each tensor at a
//! multiple of sixteen floats.

use crate::init::Init;
use crate::network::{Role, TensorSpec};

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

/// Bytes of all paths below a layer's.
pub const fn paths_len(layer: &str, params: &[Parameter]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        n += layer.len() + 1 + params[i].name.len();
        i += 1;
    }
    n
}

/// All paths below a layer's, one after the other.
pub const fn paths<const LEN: usize>(layer: &str, params: &[Parameter]) -> [u8; LEN] {
    let (mut bytes, mut at, mut i) = ([0; LEN], 0, 0);
    while i < params.len() {
        at = put(&mut bytes, at, layer);
        at = put(&mut bytes, at, ".");
        at = put(&mut bytes, at, params[i].name);
        i += 1;
    }
    bytes
}

const fn put(bytes: &mut [u8], at: usize, text: &str) -> usize {
    let mut i = 0;
    while i < text.len() {
        bytes[at + i] = text.as_bytes()[i];
        i += 1;
    }
    at + i
}

/// The tensors of a layer whose parameters start at `offset`; `paths` holds their paths.
pub const fn tensors<const N: usize>(
    layer: &str,
    params: &'static [Parameter],
    paths: &'static [u8],
    offset: usize,
) -> [TensorSpec; N] {
    let mut specs = [BLANK; N];
    let (mut rest, mut offset, mut i) = (paths, offset, 0);
    while i < params.len() {
        let (path, others) = rest.split_at(layer.len() + 1 + params[i].name.len());
        let path = match core::str::from_utf8(path) {
            Ok(path) => path,
            Err(_) => panic!("names joined by a full stop are text"),
        };
        specs[i] = TensorSpec {
            path,
            dims: params[i].dims,
            role: Role::Trainable,
            offset,
            init: params[i].init,
        };
        rest = others;
        offset += params[i].space();
        i += 1;
    }
    specs
}

const BLANK: TensorSpec =
    TensorSpec { path: "", dims: &[], role: Role::Counter, offset: 0, init: Init::Constant(0.0) };

/// Checks while compiling that no tensor of a layer, whose names only rustc knows, is called as another
/// one of the network; `own` of all are its.
///
/// # Panics
/// If one is.
pub const fn apart(own: &[TensorSpec], all: &[TensorSpec]) {
    let mut i = 0;
    while i < own.len() {
        let others = named(own[i].path, all) - named(own[i].path, own);
        assert!(others == 0, "a parameter of a custom layer has the name of one of another layer");
        i += 1;
    }
}

/// How many of the tensors have this path.
const fn named(path: &str, tensors: &[TensorSpec]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < tensors.len() {
        if equal(path.as_bytes(), tensors[i].path.as_bytes()) {
            n += 1;
        }
        i += 1;
    }
    n
}

/// All tensors of a network, in order.
pub const fn join<const N: usize>(parts: &[&[TensorSpec]]) -> [TensorSpec; N] {
    let mut all = [BLANK; N];
    let (mut n, mut part) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[n] = parts[part][i];
            n += 1;
            i += 1;
        }
        part += 1;
    }
    all
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

    #[test]
    fn tensors_lie_one_after_the_other_with_their_paths() {
        const PATHS: &[u8] = &paths::<{ paths_len("a.0", PARAMS) }>("a.0", PARAMS);
        const SPECS: [TensorSpec; 2] = tensors("a.0", PARAMS, PATHS, 160);
        assert_eq!(SPECS.map(|s| s.path), ["a.0.weight", "a.0.scale"]);
        assert_eq!(SPECS.map(|s| (s.offset, s.len())), [(160, 21), (192, 1)]);
        assert_eq!((elements(PARAMS), space(PARAMS)), (22, 48));
        const ALL: [TensorSpec; 3] = join(&[&SPECS, &[], &[SPECS[0]]]);
        assert_eq!(ALL.map(|s| s.offset), [160, 192, 160]);
        check(PARAMS);
        apart(&SPECS, &SPECS);
    }

    #[test]
    #[should_panic = "a parameter of a custom layer has the name of one of another layer"]
    fn names_differ_from_those_of_other_layers() {
        const PATHS: &[u8] = &paths::<{ paths_len("a.0", PARAMS) }>("a.0", PARAMS);
        const SPECS: [TensorSpec; 2] = tensors("a.0", PARAMS, PATHS, 160);
        // As a bare scale with the label `scale` in the level `a.0` would be called.
        apart(&SPECS[1..], &[SPECS[0], SPECS[1], TensorSpec { offset: 0, ..SPECS[1] }]);
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
