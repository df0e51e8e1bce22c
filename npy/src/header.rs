//! What stands before the elements: `\x93NUMPY`, the format's version, the length of the header, and the header,
//! the text of a Python dictionary with the type, the order and the dimensions.
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>

use cnn::FileProblem;
use std::io::{self, Read};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Its first four bytes, as messages have them.
const MAGIC_WORD: u32 = 0x934e_554d;
/// The longest header, in bytes; NumPy itself reads a sixth of that.
const MOST_HEADER: usize = 1 << 16;
/// The most dimensions that NumPy knows.
const MOST_DIMENSIONS: usize = 64;
/// Characters of what was found that a message shows.
const SHOWN: usize = 60;

/// A type of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Unsigned,
    Signed,
    Float,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    /// Bytes of an element: 1, 2, 4 or 8.
    pub(crate) size: usize,
    /// Whether the most significant byte comes first.
    pub(crate) big: bool,
    /// Whether the first dimension is the fastest.
    pub(crate) fortran: bool,
    pub(crate) dims: Vec<usize>,
    /// Bytes before the elements.
    pub(crate) start: u64,
    /// Bytes of the elements.
    pub(crate) body: u64,
}

/// Why a header can't be read.
pub(crate) enum Failure {
    File(FileProblem),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn malformed(found: impl Into<String>, expected: impl Into<String>) -> Failure {
    Failure::File(FileProblem::Malformed { found: found.into(), expected: expected.into() })
}

/// The start of a text, in quotes and without control characters.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        match c {
            // Would be escaped for a string's sake.
            '\'' | '"' | '\\' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

impl Header {
    /// Reads the header of what has `len` bytes in all.
    pub(crate) fn read(source: &mut impl Read, len: u64) -> Result<Self, Failure> {
        let short = |expected: u64| Failure::File(FileProblem::Header { found: len, expected });
        let mut start = Vec::new();
        source.take(8).read_to_end(&mut start)?;
        if !start.starts_with(MAGIC) {
            let mut word = [0; 4];
            start.iter().zip(&mut word).for_each(|(from, to)| *to = *from);
            let found = u32::from_be_bytes(word);
            if found == MAGIC_WORD {
                return Err(short(10));
            }
            return Err(Failure::File(FileProblem::Magic {
                found,
                kind: start.starts_with(b"PK").then_some("a zip archive: open it as an `Npz`"),
                expected: MAGIC_WORD,
                what: "a NumPy array",
            }));
        }
        let &[.., version, _] = &start[..] else { return Err(short(10)) };
        let digits = match version {
            _ if start.len() < 8 => return Err(short(10)),
            1 => 2,
            2 | 3 => 4,
            _ => return Err(malformed(format!("the version {version}"), "1, 2 or 3")),
        };
        let mut size = [0; 4];
        let begin = 8 + digits as u64;
        source.read_exact(&mut size[..digits]).map_err(|_| short(begin))?;
        let size = u32::from_le_bytes(size) as usize;
        if size > MOST_HEADER {
            let most = format!("one of at most {MOST_HEADER}");
            return Err(malformed(format!("a header of {size} bytes"), most));
        }
        let mut text = vec![0; size];
        source.read_exact(&mut text).map_err(|_| short(begin + size as u64))?;
        let text = String::from_utf8(text)
            .map_err(|_| malformed("a header that is no text", "a Python dictionary"))?;
        Self::parse(&text, begin + size as u64)
    }

    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 8, 8), }`, in any order.
    fn parse(text: &str, start: u64) -> Result<Self, Failure> {
        let damaged = || {
            let expected = "a Python dictionary of `descr`, `fortran_order` and `shape`";
            malformed(format!("the header {}", quoted(text.trim_end())), expected)
        };
        let (mut element, mut fortran, mut dims) = (None, None, None);
        let inner = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let mut rest = inner.ok_or_else(damaged)?;
        while !rest.trim().is_empty() {
            let (key, value) = rest.split_once(':').ok_or_else(damaged)?;
            let value = value.trim_start();
            // A value ends with the next comma that is in no brackets.
            let close = match value.as_bytes().first() {
                Some(b'(') => value.find(')'),
                Some(b'[') => value.rfind(']'),
                _ => Some(0),
            };
            let close = close.ok_or_else(damaged)?;
            let end = value[close..].find(',').map_or(value.len(), |at| close + at);
            rest = value.get(end + 1..).unwrap_or("");
            let value = value[..end].trim();
            match unquoted(key.trim()).ok_or_else(damaged)? {
                "descr" => element = Some(Element::of(value)?),
                "fortran_order" => {
                    fortran = Some(match value {
                        "True" => true,
                        "False" => false,
                        _ => return Err(damaged()),
                    });
                }
                "shape" => dims = Some(tuple(value).ok_or_else(damaged)?),
                _ => return Err(damaged()),
            }
        }
        let (Some(element), Some(fortran), Some(dims)) = (element, fortran, dims) else {
            return Err(damaged());
        };
        let Element { kind, size, big } = element;
        let body = dims.iter().try_fold(size as u64, |all, &d| all.checked_mul(d as u64));
        // Dimensions of which one is zero may multiply to nothing and yet be too large to address.
        let long = dims.iter().filter(|&&d| d > 0).try_fold(size, |all, &d| all.checked_mul(d));
        let addressable = long.is_some_and(|bytes| isize::try_from(bytes).is_ok());
        match body.filter(|body| addressable && *body <= i64::MAX as u64 - start) {
            Some(body) => Ok(Self { kind, size, big, fortran, dims, start, body }),
            None => Err(Failure::File(FileProblem::Overflow { found: dims })),
        }
    }

    /// The type as NumPy writes it.
    pub(crate) fn descr(&self) -> String {
        let letter = match self.kind {
            Kind::Bool => 'b',
            Kind::Unsigned => 'u',
            Kind::Signed => 'i',
            Kind::Float => 'f',
        };
        let order = match (self.size, self.big) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        format!("`{order}{letter}{}`", self.size)
    }
}

struct Element {
    kind: Kind,
    size: usize,
    big: bool,
}

impl Element {
    /// Of `'<f4'` and the like.
    fn of(value: &str) -> Result<Self, Failure> {
        let parsed = || {
            let text = unquoted(value)?;
            let (order, rest) = text.split_at_checked(1)?;
            let (letter, size) = rest.split_at_checked(1)?;
            let size: usize = size.parse().ok()?;
            let kind = match (letter, size) {
                ("b", 1) => Kind::Bool,
                ("u", 1 | 2 | 4 | 8) => Kind::Unsigned,
                ("i", 1 | 2 | 4 | 8) => Kind::Signed,
                ("f", 4 | 8) => Kind::Float,
                _ => return None,
            };
            let big = match order {
                ">" => true,
                "<" => false,
                "|" if size == 1 => false,
                _ => return None,
            };
            Some(Self { kind, size, big })
        };
        parsed().ok_or_else(|| {
            let expected =
                "bool, an integer of 8 to 64 bits, float32 or float64 (in Python: `x.astype(\"float32\")`)";
            malformed(format!("elements of type {}", quoted(unquoted(value).unwrap_or(value))), expected)
        })
    }
}

fn unquoted(text: &str) -> Option<&str> {
    let quoted = |quote| text.strip_prefix(quote).and_then(|t: &str| t.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"'))
}

/// `(1, 3, 8, 8)`, `(5,)` or `()`.
fn tuple(text: &str) -> Option<Vec<usize>> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    if inner.is_empty() {
        return Some(Vec::new());
    }
    let dims: Result<Vec<usize>, _> = inner.split(',').map(|d| d.trim().parse()).collect();
    dims.ok().filter(|dims| dims.len() <= MOST_DIMENSIONS)
}
