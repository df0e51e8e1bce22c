//! ONNX files: a network's graph and weights to a file, and a file to a network in the language.

pub mod export;
pub mod proto;
