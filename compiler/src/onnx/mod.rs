//! Networks whose text an ONNX file gives: `struct Net from "model.onnx" with input=3x48x192;`.
//!
//! The file is read here, and becomes the text that a user would have written; all that comes after works on that text
//! as on any other. Its mistakes stand at the name of the file.

#[cfg(feature = "onnx")]
mod file;

#[cfg(feature = "onnx")]
pub use file::bring;

#[cfg(not(feature = "onnx"))]
use crate::{ast::Input, recipes::Recipes, report::Report};
#[cfg(not(feature = "onnx"))]
use std::path::Path;

/// Gives the networks of files their text, and their weights' recipes. Paths of files start at this folder.
#[cfg(not(feature = "onnx"))]
pub fn bring(written: &mut Input, _: &Path, report: &mut Report) -> Vec<Option<Recipes>> {
    for file in written.networks.iter().filter_map(|n| n.file.as_ref()) {
        let help = "in `Cargo.toml`: cnn = { version = \"0.1\", features = [\"onnx\"] }";
        report.error(
            file.span,
            format!("ONNX files are read by the feature `onnx` of `cnn`\nhelp: {help}"),
        );
    }
    written.networks.iter().map(|_| None).collect()
}
