//! `export`: a network as an ONNX file.

use super::Result;
use super::args::Export;
use cnn_zoo::registry::Weights;

/// Writes the file, and says what it has become.
pub(super) fn export(request: &Export) -> Result<()> {
    let weights = request.weights.as_deref().map_or(Weights::Fresh(request.seed), Weights::File);
    (request.net.export)(weights, &request.out)?;
    println!("{}", request.out.display());
    Ok(())
}
