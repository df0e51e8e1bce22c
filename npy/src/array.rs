//! An array in a file.

use crate::header::{Failure, Header, Kind};
use cnn::data::Targets;
use cnn::ndarray::{Array4, ArrayD, Axis, IxDyn, ShapeBuilder};
use cnn::{Error, FileProblem, Origin};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes that are read at a time.
const PIECE: usize = 1 << 16;

/// An array in a `.npy` file: opened and checked, but not read yet. What [`Npz`](crate::Npz) gives is in memory.
///
/// As [`Targets`], it gives each image the numbers that it has for it, from the file.
#[derive(Debug)]
pub struct Npy {
    path: PathBuf,
    header: Header,
    source: Source,
    channels_last: bool,
}

#[derive(Debug)]
enum Source {
    File(Mutex<File>),
    /// What follows the header.
    Memory(Vec<u8>),
}

impl Npy {
    /// Opens a file and compares its header with its length.
    ///
    /// # Errors
    /// It can't be read, is no NumPy array, is damaged, or has elements that are no numbers.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let io = |source| Error::Io { path: path.to_owned(), action: "read", source };
        // A pipe would be waited for, and a device may have no end.
        if !fs::metadata(path).map_err(io)?.is_file() {
            let found = "a folder, pipe or device";
            return Err(Error::NotAFile { path: path.to_owned(), found });
        }
        let mut file = File::open(path).map_err(io)?;
        let len = file.metadata().map_err(io)?.len();
        let header = Header::read(&mut file, len).map_err(|failure| named(path, failure))?;
        let expected = header.start + header.body;
        let dims = header.dims.clone();
        let problem = match len.cmp(&expected) {
            std::cmp::Ordering::Less => FileProblem::Truncated { found: len, expected, dims },
            std::cmp::Ordering::Greater => FileProblem::Trailing { expected, dims },
            std::cmp::Ordering::Equal => {
                return Ok(Self::new(path.to_owned(), header, Source::File(Mutex::new(file))));
            }
        };
        Err(Error::File { origin: path.into(), problem })
    }

    fn new(path: PathBuf, header: Header, source: Source) -> Self {
        Self { path, header, source, channels_last: false }
    }

    /// One whose elements are in memory; the path is for messages.
    pub(crate) fn in_memory(path: PathBuf, header: Header, elements: Vec<u8>) -> Self {
        Self::new(path, header, Source::Memory(elements))
    }

    /// Images lie in it as N×H×W×C, as TensorFlow and Pillow have them, instead of N×C×H×W.
    pub fn channels_last(mut self) -> Self {
        self.channels_last = true;
        self
    }

    /// Its dimensions, as they are in the file.
    pub fn dims(&self) -> &[usize] {
        &self.header.dims
    }

    /// All its elements as f32, of which integers beyond ±2²⁴ are rounded.
    ///
    /// # Errors
    /// The file can't be read, or there is no memory for the elements.
    pub fn floats(&self) -> Result<ArrayD<f32>, Error> {
        let elements = self.elements(0, self.count(), |header, bytes| header.float(bytes))?;
        self.shaped(elements)
    }

    /// All its elements as images, N×C×H×W: an array of N×H×W has one channel, and bytes become 0 to 1.
    ///
    /// # Errors
    /// As [`Npy::floats`]; it has other than three or four dimensions.
    pub fn images(&self) -> Result<Array4<f32>, Error> {
        self.image_dims()?;
        let mut array = self.floats()?;
        if self.has_bytes() {
            array.mapv_inplace(|x| x / 255.0);
        }
        if array.ndim() == 3 {
            array = array.insert_axis(Axis(if self.channels_last { 3 } else { 1 }));
        }
        match array.into_dimensionality() {
            Ok(images) => Ok(self.planes(images)),
            Err(error) => Err(self.wrong(error.to_string(), "images")),
        }
    }

    /// All its elements as classes: an array of N or N×1 integers from 0 on.
    ///
    /// # Errors
    /// As [`Npy::floats`]; it has other dimensions, its elements are no integers, or one is below 0.
    pub fn classes(&self) -> Result<Vec<usize>, Error> {
        if !matches!(self.dims(), [_] | [_, 1]) {
            return Err(self.wrong_dims("N or N×1, a class for each image"));
        }
        if self.header.kind == Kind::Float {
            let found = format!("elements of type {}", self.header.descr());
            return Err(self.wrong(found, "integers, a class for each image"));
        }
        let numbers = self.elements(0, self.count(), |header, bytes| header.integer(bytes))?;
        let class = |(index, number): (usize, i128)| {
            usize::try_from(number).map_err(|_| {
                let expected = "a class, an integer from 0 on";
                self.wrong(format!("{number} as element {index}"), expected)
            })
        };
        numbers.into_iter().enumerate().map(class).collect()
    }

    /// Channels, height and width of its images.
    pub(crate) fn image_dims(&self) -> Result<[usize; 3], Error> {
        match (self.dims(), self.channels_last) {
            (&[_, h, w], _) => Ok([1, h, w]),
            (&[_, c, h, w], false) | (&[_, h, w, c], true) => Ok([c, h, w]),
            _ => Err(self.wrong_dims("N×H×W or four dimensions, images")),
        }
    }

    /// Whether pixels go from 0 to 255.
    fn has_bytes(&self) -> bool {
        (self.header.kind, self.header.size) == (Kind::Unsigned, 1)
    }

    /// The channels first.
    fn planes(&self, images: Array4<f32>) -> Array4<f32> {
        let images = if self.channels_last { images.permuted_axes([0, 3, 1, 2]) } else { images };
        if images.is_standard_layout() { images } else { images.as_standard_layout().into_owned() }
    }

    /// The image that its row number `index` is.
    pub(crate) fn image(&self, index: usize) -> Result<Array4<f32>, Error> {
        let [c, h, w] = self.image_dims()?;
        let mut row = self.row(index)?;
        if self.has_bytes() {
            row.iter_mut().for_each(|x| *x /= 255.0);
        }
        let dims = if self.channels_last { (1, h, w, c) } else { (1, c, h, w) };
        match Array4::from_shape_vec(dims, row) {
            Ok(image) => Ok(self.planes(image)),
            Err(error) => Err(self.wrong(error.to_string(), "an image")),
        }
    }

    /// The numbers at index `index` of the first dimension.
    fn row(&self, index: usize) -> Result<Vec<f32>, Error> {
        let len: usize = self.dims().iter().skip(1).product();
        self.elements(index * len, len, |header, bytes| header.float(bytes))
    }

    /// Refuses what can't be read row by row.
    pub(crate) fn check_rows(&self) -> Result<(), Error> {
        if self.header.fortran && self.dims().len() > 1 {
            let expected =
                "C order, to read it image by image (in Python: `numpy.ascontiguousarray(x)`)";
            return Err(self.wrong("Fortran order".to_owned(), expected));
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.dims().iter().product()
    }

    /// Some elements in the file's order.
    fn elements<T>(
        &self,
        first: usize,
        count: usize,
        make: impl Fn(&Header, &[u8]) -> T,
    ) -> Result<Vec<T>, Error> {
        let io = |source| Error::Io { path: self.path.clone(), action: "read", source };
        let mut elements = Vec::new();
        let no_memory = |_| io(std::io::ErrorKind::OutOfMemory.into());
        elements.try_reserve_exact(count).map_err(no_memory)?;
        let (start, len) = (first * self.header.size, count * self.header.size);
        let mut take = |bytes: &[u8]| {
            let all = bytes.chunks_exact(self.header.size);
            elements.extend(all.map(|bytes| make(&self.header, bytes)));
        };
        match &self.source {
            Source::Memory(bytes) => take(&bytes[start..start + len]),
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(self.header.start + start as u64)).map_err(io)?;
                let mut piece = vec![0; PIECE.min(len)];
                let mut left = len;
                while left > 0 {
                    let some = piece.len().min(left);
                    file.read_exact(&mut piece[..some]).map_err(io)?;
                    take(&piece[..some]);
                    left -= some;
                }
            }
        }
        Ok(elements)
    }

    fn shaped(&self, elements: Vec<f32>) -> Result<ArrayD<f32>, Error> {
        let shape = IxDyn(self.dims()).set_f(self.header.fortran);
        ArrayD::from_shape_vec(shape, elements).map_err(|_| Error::File {
            origin: self.origin(),
            problem: FileProblem::Overflow { found: self.dims().to_vec() },
        })
    }

    pub(crate) fn origin(&self) -> Origin {
        self.path.as_path().into()
    }

    fn wrong(&self, found: String, expected: &str) -> Error {
        let problem = FileProblem::Malformed { found, expected: expected.to_owned() };
        Error::File { origin: self.origin(), problem }
    }

    fn wrong_dims(&self, expected: &str) -> Error {
        let dims: Vec<String> = self.dims().iter().map(usize::to_string).collect();
        let found = if dims.is_empty() { "a scalar".to_owned() } else { dims.join("×") };
        self.wrong(format!("an array of {found}"), &format!("one of {expected}"))
    }
}

/// The numbers of each image: one, a row, or a mask.
impl Targets for Npy {
    type Target = Vec<f32>;

    fn check(&self, images: usize) -> Result<(), Error> {
        self.check_rows()?;
        match self.dims() {
            &[n, ..] if n == images => Ok(()),
            _ => {
                Err(self
                    .wrong_dims(&format!("{images} in the first dimension, one for each image")))
            }
        }
    }

    fn target(&self, index: usize) -> Result<Vec<f32>, Error> {
        self.row(index)
    }
}

/// The error of a file.
pub(crate) fn named(path: &Path, failure: Failure) -> Error {
    match failure {
        Failure::File(problem) => Error::File { origin: path.into(), problem },
        Failure::Io(source) => Error::Io { path: path.to_owned(), action: "read", source },
    }
}

impl Header {
    /// The bytes of an element, the least significant first.
    fn bits(&self, bytes: &[u8]) -> [u8; 8] {
        let mut bits = [0; 8];
        bits[..bytes.len()].copy_from_slice(bytes);
        if self.big {
            bits[..bytes.len()].reverse();
        }
        bits
    }

    fn integer(&self, bytes: &[u8]) -> i128 {
        let bits = u64::from_le_bytes(self.bits(bytes));
        match self.kind {
            Kind::Bool => i128::from(bits != 0),
            // The bits above the element's are those of its sign.
            Kind::Signed => {
                let above = 64 - 8 * self.size as u32;
                i128::from((bits << above).cast_signed() >> above)
            }
            Kind::Unsigned | Kind::Float => i128::from(bits),
        }
    }

    fn float(&self, bytes: &[u8]) -> f32 {
        let bits = u64::from_le_bytes(self.bits(bytes));
        match (self.kind, self.size) {
            (Kind::Float, 4) => f32::from_bits(bits as u32),
            (Kind::Float, _) => f64::from_bits(bits) as f32,
            (Kind::Unsigned, 1) => f32::from(bytes[0]),
            _ => self.integer(bytes) as f32,
        }
    }
}
