//! `graph`: a network as a drawing in a file.

use super::Result;
use cnn_zoo::registry::Entry;
use std::path::Path;

/// Writes the drawing, in the language that the file's name ends with.
pub(super) fn graph(net: &Entry, out: &Path) -> Result<()> {
    let graph = (net.graph)();
    let text = match out.extension().and_then(|e| e.to_str()) {
        Some("svg") => graph.svg(),
        Some("dot" | "gv") => graph.dot(),
        _ => {
            let out = out.display();
            return Err(format!("--out: found `{out}`, expected a file .svg or .dot").into());
        }
    };
    std::fs::write(out, text).map_err(|e| format!("{}: {e}", out.display()).into())
}
