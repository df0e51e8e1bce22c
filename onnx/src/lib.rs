//! ONNX files: a network's graph and weights to a file, and a file to a network in the language.
//!
//! ```text
//! graph and weights → export → proto (messages) → file
//! file → proto → import (layers) → source (text of `cnn!`, and a recipe for each tensor)
//! ```

pub mod export;
pub mod import;
mod message;
pub mod proto;
pub mod recipe;
pub mod source;
