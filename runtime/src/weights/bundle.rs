//! Files of tensors of other kinds than a network's alone.

use super::read::{self, Header, Source};
use super::{PIECE, about};
use crate::error::{Error, Origin};
use crate::normalize::Normalize;
use cnn_ir::Element;
use safetensors::tensor::Dtype;
use std::path::Path;

/// A file of tensors of other kinds than a network's alone.
pub(crate) struct Bundle {
    source: Source<'static>,
    header: Header,
}

impl Bundle {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// It can't be read, or is no safetensors file.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let (file, _) = crate::file::open(path)?;
        let mut source = Source::File(file, path.to_owned());
        let header = read::header(&mut source)?;
        Ok(Self { source, header })
    }

    pub(crate) fn origin(&self) -> Origin {
        self.source.origin()
    }

    /// What the file says of itself.
    pub(crate) fn about(&self, word: &str) -> Option<&str> {
        self.header.about(word)
    }

    /// How images are normalized, as the file says.
    ///
    /// # Errors
    /// It is not to be understood.
    pub(crate) fn normalization(&self) -> Result<Option<Normalize>, Error> {
        about::normalization(&self.header, self.origin())
    }

    /// Tensors that there are.
    pub(crate) fn len(&self) -> usize {
        self.header.len()
    }

    /// Whether there is a tensor of that name, of these dimensions and of floats or of 64-bit integers.
    pub(crate) fn has(&self, name: &str, dims: &[usize], floats: bool) -> bool {
        let dtype = if floats { Dtype::F32 } else { Dtype::I64 };
        self.header.info(name).is_some_and(|info| info.shape == dims && info.dtype == dtype)
    }

    /// Reads a tensor of floats that is there.
    ///
    /// # Errors
    /// The file can't be read.
    pub(crate) fn floats(&mut self, name: &str, to: &mut [f32]) -> Result<(), Error> {
        let Some(info) = self.header.info(name) else { return Ok(()) };
        let mut start = self.header.start + info.data_offsets.0 as u64;
        let mut piece = vec![0; PIECE];
        for to in to.chunks_mut(PIECE / size_of::<f32>()) {
            let bytes = &mut piece[..size_of_val(to)];
            self.source.read(start, bytes)?;
            start += bytes.len() as u64;
            Element::F32.floats(bytes, to);
        }
        Ok(())
    }

    /// Reads a tensor of integers that is there.
    ///
    /// # Errors
    /// The file can't be read.
    pub(crate) fn counts(&mut self, name: &str, to: &mut [i64]) -> Result<(), Error> {
        let Some(info) = self.header.info(name) else { return Ok(()) };
        let mut bytes = vec![0; size_of_val(to)];
        self.source.read(self.header.start + info.data_offsets.0 as u64, &mut bytes)?;
        for (to, &bytes) in to.iter_mut().zip(bytes.as_chunks().0) {
            *to = i64::from_le_bytes(bytes);
        }
        Ok(())
    }
}
