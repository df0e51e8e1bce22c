//! How a file's axes lie over a value: which stretch of channels, rows or columns each of them counts.
//!
//! Transposing, reshaping, squeezing and flattening change the view and nothing else; what the numbers must be in the
//! end – an image, a vector, channels in another order – is read off it where a layer needs them.

use crate::recipe::MOST_AXES;
use cnn_ir::{Shape, Source};

/// An axis of a value of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Batch,
    Channels,
    Rows,
    Columns,
}

/// A part of an axis: its index counts in steps of `inner`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Factor {
    pub axis: Axis,
    /// How many; of the batch nobody knows, and it is 0.
    pub size: usize,
    pub inner: usize,
}

/// A length in a shape of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Num {
    Int(i64),
    /// The number of images.
    Batch,
}

/// An axis of the file: the parts that it counts, the last one fastest. None: its length is 1.
pub(crate) type Dim = Vec<Factor>;

/// A value of the language as the file sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    pub value: Source,
    pub shape: Shape,
    pub dims: Vec<Dim>,
}

fn whole(axis: Axis, size: usize) -> Dim {
    if size == 1 { Vec::new() } else { vec![Factor { axis, size, inner: 1 }] }
}

const BATCH: Factor = Factor { axis: Axis::Batch, size: 0, inner: 1 };

impl View {
    /// Images × channels × height × width, or images × elements.
    pub(crate) fn plain(value: Source, shape: Shape) -> Self {
        let mut dims = vec![vec![BATCH], whole(Axis::Channels, shape.channels())];
        if shape.is_volume() {
            dims.push(whole(Axis::Rows, shape.height()));
            dims.push(whole(Axis::Columns, shape.width()));
        }
        Self { value, shape, dims }
    }

    /// Whether the axes count each element of the value once, and are few.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.dims.len() > MOST_AXES {
            return Err(format!("it gives {} axes; {MOST_AXES} are the most", self.dims.len()));
        }
        let counted = self.order().iter().try_fold(1usize, |n, f| n.checked_mul(f.size));
        match counted == self.shape.checked_len() {
            true => Ok(()),
            false => Err(format!("the axes of its output lie across those of {}", self.shape)),
        }
    }

    /// Another value under the same axes, its channels as many as its shape says.
    pub(crate) fn with(&self, value: Source, shape: Shape) -> Self {
        let channels = self.shape.channels();
        let dims = if shape.channels() == channels {
            self.dims.clone()
        } else {
            let same = |f: &&Factor| f.axis == Axis::Channels && f.size == channels;
            let replaced = |dim: &Dim| match dim.iter().find(same) {
                Some(_) => whole(Axis::Channels, shape.channels()),
                None => dim.clone(),
            };
            self.dims.iter().map(replaced).collect()
        };
        Self { value, shape, dims }
    }

    /// The lengths of the axes.
    pub(crate) fn lengths(&self) -> Vec<Num> {
        self.dims.iter().map(|dim| length(dim)).collect()
    }

    /// Which axis of the file counts all channels, or all rows, or columns, and nothing else.
    pub(crate) fn find(&self, axis: Axis) -> Option<usize> {
        let size = match axis {
            Axis::Batch => 0,
            Axis::Channels => self.shape.channels(),
            Axis::Rows => self.shape.height(),
            Axis::Columns => self.shape.width(),
        };
        self.dims.iter().position(|dim| *dim == [Factor { axis, size, inner: 1 }])
    }

    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::plain(self.value, self.shape)
    }

    /// The parts of an image in the file's order, without the batch.
    pub(crate) fn order(&self) -> Vec<Factor> {
        self.dims.iter().flatten().filter(|f| f.axis != Axis::Batch).copied().collect()
    }

    /// Whether an image's numbers lie in the file's order as in the language's.
    pub(crate) fn in_order(&self) -> bool {
        let plain = Self::plain(self.value, self.shape);
        merged(self.order()) == plain.order()
    }

    pub(crate) fn transposed(&self, order: &[usize]) -> Self {
        let dims = order.iter().map(|&axis| self.dims[axis].clone()).collect();
        Self { dims, ..self.clone() }
    }

    /// The same numbers in the same order under other axes; none where an axis would mix what lies apart.
    pub(crate) fn reshaped(&self, lengths: &[Num]) -> Option<Self> {
        let mut left: Vec<Factor> = self.dims.iter().flatten().copied().collect();
        // A file for one image may leave the batch out between two nodes.
        match (left.contains(&BATCH), lengths.contains(&Num::Batch)) {
            (true, false) => left.retain(|f| *f != BATCH),
            (false, true) => left.insert(0, BATCH),
            _ => {}
        }
        left.reverse();
        let mut dims = Vec::new();
        for length in lengths {
            let mut dim = Vec::new();
            match *length {
                Num::Batch => {
                    let first = left.pop()?;
                    if first != BATCH {
                        return None;
                    }
                    dim.push(first);
                }
                Num::Int(n) => {
                    let mut n = usize::try_from(n).ok().filter(|&n| n > 0)?;
                    while n > 1 {
                        let next = left.pop()?;
                        if next.axis == Axis::Batch {
                            return None;
                        }
                        if n % next.size == 0 {
                            n /= next.size;
                            dim.push(next);
                        } else if next.size % n == 0 {
                            let inner = next.size / n;
                            dim.push(Factor { size: n, inner: next.inner * inner, ..next });
                            left.push(Factor { size: inner, ..next });
                            n = 1;
                        } else {
                            return None;
                        }
                    }
                }
            }
            dims.push(merged(dim));
        }
        left.is_empty().then(|| Self { dims, ..self.clone() })
    }
}

pub(crate) fn length(dim: &[Factor]) -> Num {
    match dim {
        [f] if f.axis == Axis::Batch => Num::Batch,
        _ => Num::Int(dim.iter().map(|f| f.size as i64).product()),
    }
}

/// An axis, counted from the end if negative.
pub(crate) fn axis(a: i64, rank: usize) -> Result<usize, String> {
    let found = usize::try_from(if a < 0 { a.saturating_add(rank as i64) } else { a });
    found.ok().filter(|&a| a < rank).ok_or_else(|| format!("its axis is {a}, of {rank} axes"))
}

/// The same of several, each of which may be named once.
pub(crate) fn axes(list: &[i64], rank: usize) -> Result<Vec<usize>, String> {
    let bad = |_| format!("its axes are {list:?}, of {rank}");
    let found: Vec<usize> =
        list.iter().map(|&a| axis(a, rank)).collect::<Result<_, _>>().map_err(bad)?;
    let mut once = found.clone();
    once.sort_unstable();
    once.dedup();
    match once.len() == found.len() {
        true => Ok(found),
        false => Err(format!("its axes {list:?} name one twice")),
    }
}

/// Parts that count on from one another, as one.
pub(crate) fn merged(dim: Dim) -> Dim {
    let mut made: Dim = Vec::new();
    for factor in dim {
        match made.last_mut() {
            Some(last) if last.axis == factor.axis && last.inner == factor.inner * factor.size => {
                last.size *= factor.size;
                last.inner = factor.inner;
            }
            _ => made.push(factor),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(list: &[i64]) -> Vec<Num> {
        [Num::Batch].into_iter().chain(list.iter().map(|&n| Num::Int(n))).collect()
    }

    #[test]
    fn channels_last_and_back_is_plain() {
        let view = View::plain(Source::Input(0), Shape::volume(3, 8, 6));
        let last = view.transposed(&[0, 2, 3, 1]);
        assert_eq!(last.lengths(), ints(&[8, 6, 3]));
        assert_eq!(last.find(Axis::Channels), Some(3));
        assert!(last.transposed(&[0, 3, 1, 2]).is_plain());
        assert!(!last.reshaped(&ints(&[144])).expect("one axis").in_order());
        assert!(view.reshaped(&ints(&[144])).expect("one axis").in_order());
    }

    #[test]
    fn a_shuffle_of_channels_is_seen() {
        let view = View::plain(Source::Input(0), Shape::volume(6, 5, 5));
        let split = view.reshaped(&ints(&[2, 3, 5, 5])).expect("six channels are two by three");
        let turned = split.transposed(&[0, 2, 1, 3, 4]).reshaped(&ints(&[6, 5, 5])).expect("six");
        let factors: Vec<(usize, usize)> =
            turned.dims[1].iter().map(|f| (f.size, f.inner)).collect();
        assert_eq!(factors, [(3, 1), (2, 3)]);
        assert!(view.reshaped(&ints(&[4, 3, 5, 5])).is_none());
    }
}
