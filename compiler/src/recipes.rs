//! Where the numbers of a network lie in the ONNX file that it comes from.

#[cfg(feature = "onnx")]
use std::collections::HashMap;

/// Where the weights of a network come from.
#[cfg(feature = "onnx")]
#[derive(Clone, Debug)]
pub struct Recipes {
    /// The files, with their lengths.
    pub files: Vec<(String, u64)>,
    /// Each tensor's name in the `state_dict`, and the steps to its numbers.
    pub tensors: HashMap<String, Vec<cnn_onnx::recipe::Step>>,
}

/// Where the weights of a network come from: of none without the feature `onnx`.
#[cfg(not(feature = "onnx"))]
#[derive(Clone, Copy, Debug)]
pub enum Recipes {}
