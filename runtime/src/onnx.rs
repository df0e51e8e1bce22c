//! Networks as ONNX files.

use crate::error::Error;
use crate::params::Params;
use crate::program::Program;
use crate::weights;
use cnn_ir::Role;
use cnn_onnx::export;
use cnn_onnx::recipe::{self, Step};
use std::io::Write;
use std::path::Path;

/// Writes a network to a file as [`weights::save`] does.
///
/// # Errors
/// As [`to_bytes`]; the folder or the file cannot be written, or the path is that of a folder, a pipe or a device.
pub fn export<N: Program>(params: &Params, path: &Path) -> Result<(), Error> {
    let bytes = to_bytes::<N>(params)?;
    weights::replace(path, |file| file.write_all(&bytes))
}

/// The bytes of a network's file.
///
/// # Errors
/// Evaluation needs a `custom` layer, or the file would have more than 2 GiB.
pub fn to_bytes<N: Program>(params: &Params) -> Result<Vec<u8>, Error> {
    let tensors = |path: &str| {
        let floats = params.specs().iter().filter(|spec| spec.role != Role::Counter);
        floats.clone().find(|spec| spec.path == path).map(|spec| params.slice(spec))
    };
    let numbers = params.normalization().map(|normalization| {
        (0..N::INPUTS[0].channels()).map(|c| normalization.of(c)).unzip::<_, _, Vec<_>, Vec<_>>()
    });
    let normalization =
        numbers.as_ref().map(|(mean, deviation)| export::Normalization { mean, deviation });
    // Outputs that exist in training only come last.
    let outputs = N::OUTPUT_NAMES.get(..N::OUTPUTS.len()).unwrap_or_default();
    export::to_bytes(&export::Network {
        graph: &N::GRAPH,
        tensors: &tensors,
        normalization,
        outputs,
    })
    .map_err(|problem| Error::Onnx { network: N::NAME, problem })
}

/// Whether files have these lengths.
pub const fn are(files: &[&[u8]], lengths: &[usize]) -> bool {
    let mut i = 0;
    while i < files.len() {
        if files[i].len() != lengths[i] {
            return false;
        }
        i += 1;
    }
    files.len() == lengths.len()
}

/// The numbers that recipes find in files, one recipe for each tensor of a network; none for a counter.
///
/// # Panics
/// If there is no memory for them.
pub fn embedded<N: Program>(files: &[&[u8]], recipes: &[&[Step]]) -> Params {
    let mut params = match Params::blank::<N>() {
        Ok(params) => params,
        Err(error) => panic!("{error}"),
    };
    for (spec, recipe) in N::TENSORS.iter().zip(recipes) {
        if spec.role != Role::Counter {
            // The macro followed the recipe's lengths in these very bytes.
            let numbers = recipe::follow(recipe, files).expect("the bytes of a recipe are there");
            params.slice_mut(spec).copy_from_slice(&numbers);
        }
    }
    params
}
