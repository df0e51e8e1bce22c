//! Writing weights a piece at a time.

use super::PIECE;
use crate::describe::TensorSpec;
use crate::params::Params;
use cnn_ir::Role;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::io::{Result, Write};

/// Writes a whole file.
pub(super) fn write(params: &Params, to: &mut dyn Write) -> Result<()> {
    let mut specs: Vec<&TensorSpec> = params.specs().iter().collect();
    // In the order of the format's own library: the widest elements first, then by name.
    specs.sort_unstable_by_key(|spec| (spec.role != Role::Counter, spec.path));
    let header = header(&specs);
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(&header)?;
    let mut piece = Vec::with_capacity(PIECE);
    for spec in specs {
        match spec.role {
            Role::Counter => to.write_all(&params.counters()[spec.offset].to_le_bytes())?,
            Role::Trainable | Role::Buffer => {
                for floats in params.slice(spec).chunks(PIECE / size_of::<f32>()) {
                    piece.clear();
                    piece.extend(floats.iter().flat_map(|x| x.to_le_bytes()));
                    to.write_all(&piece)?;
                }
            }
        }
    }
    Ok(())
}

/// The JSON text with the tensors' names, types, dimensions and places.
fn header(specs: &[&TensorSpec]) -> Vec<u8> {
    let mut end = 0;
    let tensor = |spec: &&TensorSpec| {
        let (dtype, width) = match spec.role {
            Role::Counter => (Dtype::I64, size_of::<i64>()),
            Role::Trainable | Role::Buffer => (Dtype::F32, size_of::<f32>()),
        };
        let start = end;
        end += spec.len() * width;
        let shape = spec.dims.to_vec();
        (spec.path.to_owned(), TensorInfo { dtype, shape, data_offsets: (start, end) })
    };
    let tensors = specs.iter().map(tensor).collect();
    let format = [("format".to_owned(), "pt".to_owned())].into_iter().collect();
    let metadata = match Metadata::new(Some(format), tensors) {
        Ok(metadata) => metadata,
        Err(error) => unreachable!("the tensors lie one after the other: {error}"),
    };
    match serde_json::to_vec(&metadata) {
        Ok(mut text) => {
            // The elements are aligned to eight bytes.
            text.resize(text.len().next_multiple_of(8), b' ');
            text
        }
        Err(error) => unreachable!("names and numbers can be written as JSON: {error}"),
    }
}
