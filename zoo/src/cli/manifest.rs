//! `manifest`: what a file of weights says of its tensors, for a network that is compared with it while compiling.

use super::Result;
use cnn::Pretrained;
use std::path::Path;

/// Writes the manifest of a file of weights.
pub(super) fn manifest(weights: &Path, out: &Path) -> Result<()> {
    let text = Pretrained::open(weights)?.manifest()?;
    std::fs::write(out, text).map_err(|e| format!("{}: {e}", out.display()).into())
}
