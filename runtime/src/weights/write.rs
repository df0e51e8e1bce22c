//! Writing tensors a piece at a time.

use super::PIECE;
use crate::params::Params;
use cnn_ir::Role;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use std::collections::BTreeMap;
use std::io::{Result, Write};

/// A tensor of a file.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) name: String,
    pub(crate) dims: &'a [usize],
    pub(crate) elements: Elements<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Elements<'a> {
    Floats(&'a [f32]),
    Counts(&'a [i64]),
}

impl Elements<'_> {
    const fn dtype(self) -> (Dtype, usize) {
        match self {
            Self::Counts(_) => (Dtype::I64, size_of::<i64>()),
            Self::Floats(_) => (Dtype::F32, size_of::<f32>()),
        }
    }

    const fn len(self) -> usize {
        match self {
            Self::Counts(counts) => counts.len(),
            Self::Floats(floats) => floats.len(),
        }
    }
}

/// The tensors of a `state_dict`, their paths after a prefix.
pub(crate) fn entries<'a>(params: &'a Params, prefix: &'a str) -> impl Iterator<Item = Entry<'a>> {
    params.specs().iter().map(move |spec| Entry {
        name: format!("{prefix}{}", spec.path),
        dims: spec.dims,
        elements: match spec.role {
            Role::Counter => Elements::Counts(&params.counters()[spec.offset..=spec.offset]),
            Role::Trainable | Role::Buffer => Elements::Floats(params.slice(spec)),
        },
    })
}

/// Writes a whole file of tensors, with a text for each word of `about`.
pub(super) fn write(
    entries: &[Entry<'_>],
    about: &BTreeMap<String, String>,
    to: &mut dyn Write,
) -> Result<()> {
    let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
    // In the order of the format's own library: the widest elements first, then by name.
    entries.sort_unstable_by_key(|entry| {
        (matches!(entry.elements, Elements::Floats(_)), entry.name.as_str())
    });
    let header = header(&entries, about);
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(&header)?;
    let mut piece = Vec::with_capacity(PIECE);
    for entry in entries {
        match entry.elements {
            Elements::Counts(counts) => {
                for count in counts {
                    to.write_all(&count.to_le_bytes())?;
                }
            }
            Elements::Floats(floats) => {
                for floats in floats.chunks(PIECE / size_of::<f32>()) {
                    piece.clear();
                    piece.extend(floats.iter().flat_map(|x| x.to_le_bytes()));
                    to.write_all(&piece)?;
                }
            }
        }
    }
    Ok(())
}

/// The JSON text with the words and their texts in order, so that what is written depends on nothing else, and the
/// tensors' names, types, dimensions and places.
fn header(entries: &[&Entry<'_>], about: &BTreeMap<String, String>) -> Vec<u8> {
    let mut end = 0;
    let tensor = |entry: &&Entry<'_>| {
        let (dtype, width) = entry.elements.dtype();
        let start = end;
        end += entry.elements.len() * width;
        let shape = entry.dims.to_vec();
        (entry.name.clone(), TensorInfo { dtype, shape, data_offsets: (start, end) })
    };
    let tensors = match Metadata::new(None, entries.iter().map(tensor).collect()) {
        Ok(tensors) => tensors,
        Err(error) => unreachable!("the tensors lie one after the other: {error}"),
    };
    let texts = [serde_json::to_string(about), serde_json::to_string(&tensors)];
    let [Ok(about), Ok(tensors)] = texts else {
        unreachable!("names and numbers can be written as JSON")
    };
    let comma = if entries.is_empty() { "" } else { "," };
    let mut text = format!("{{\"__metadata__\":{about}{comma}{}", &tensors[1..]).into_bytes();
    // The elements are aligned to eight bytes.
    text.resize(text.len().next_multiple_of(8), b' ');
    text
}
