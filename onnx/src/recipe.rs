//! How the numbers of a tensor come out of the bytes of files: as they lie there, in another order, or calculated from
//! one another. A recipe is a constant of a few steps; the numbers stay in the files.

use cnn_ir::Element;

/// The most axes of a tensor that is worked with.
pub const MOST_AXES: usize = 8;

/// Lengths of axes, or an order of axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axes {
    len: usize,
    axes: [usize; MOST_AXES],
}

impl Axes {
    /// The numbers of a list of at most [`MOST_AXES`]; further ones are left out.
    pub const fn new(list: &[usize]) -> Self {
        let len = if list.len() < MOST_AXES { list.len() } else { MOST_AXES };
        let (mut axes, mut i) = ([0; MOST_AXES], 0);
        while i < len {
            axes[i] = list[i];
            i += 1;
        }
        Self { len, axes }
    }

    /// The list.
    pub fn list(&self) -> &[usize] {
        &self.axes[..self.len]
    }

    fn product(&self) -> usize {
        self.list().iter().product()
    }
}

/// A calculation with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Two {
    /// `a + b`.
    Add,
    /// `a − b`.
    Subtract,
    /// `a·b`.
    Multiply,
    /// `a/b`.
    Divide,
}

/// A calculation with one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum One {
    /// `−x`.
    Negate,
    /// `√x`.
    SquareRoot,
    /// `1/x`.
    Invert,
}

/// A step of a recipe: steps work on a stack of tensors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A tensor that lies in a file.
    Stored {
        /// Which file.
        file: usize,
        /// Its first byte there.
        offset: usize,
        /// How its numbers are stored.
        kind: Element,
        /// How many there are.
        count: usize,
    },
    /// So often the same number.
    Filled {
        /// The number.
        value: f32,
        /// How often.
        count: usize,
    },
    /// So many identity matrices, one after the other.
    Identities {
        /// Rows of each.
        size: usize,
        /// How many.
        times: usize,
    },
    /// The newest tensor with its axes in another order.
    Permuted {
        /// Their lengths as they are.
        dims: Axes,
        /// Which of them come first, second, and so on.
        order: Axes,
    },
    /// The newest tensor's part from one index of an axis to before another.
    Sliced {
        /// The lengths of its axes.
        dims: Axes,
        /// The axis.
        axis: usize,
        /// The first index.
        from: usize,
        /// How many.
        count: usize,
    },
    /// The two newest tensors as one; where the length of an axis is 1, it is repeated.
    Both {
        /// What is calculated.
        by: Two,
        /// Lengths of the axes of the older one.
        older: Axes,
        /// Lengths of the axes of the newest one; as many.
        newest: Axes,
    },
    /// Each number of the newest tensor.
    Each(One),
}

/// The numbers of a recipe; none if a step finds no such file, bytes or tensor.
pub fn follow(steps: &[Step], files: &[&[u8]]) -> Option<Vec<f32>> {
    let mut stack: Vec<Vec<f32>> = Vec::new();
    for step in steps {
        let made = match *step {
            Step::Stored { file, offset, kind, count } => {
                let bytes = count.checked_mul(kind.bytes())?;
                read(files.get(file)?.get(offset..offset.checked_add(bytes)?)?, kind)
            }
            Step::Filled { value, count } => vec![value; count],
            Step::Identities { size, times } => {
                let one = |i: usize| if i / size % size == i % size { 1.0 } else { 0.0 };
                (0..size.checked_mul(size)?.checked_mul(times)?).map(one).collect()
            }
            Step::Permuted { dims, order } => permuted(&stack.pop()?, dims.list(), order.list())?,
            Step::Sliced { dims, axis, from, count } => {
                sliced(&stack.pop()?, dims.list(), axis, from..from.checked_add(count)?)?
            }
            Step::Both { by, older, newest } => {
                let (b, a) = (stack.pop()?, stack.pop()?);
                both(by, (&a, older), (&b, newest))?
            }
            Step::Each(by) => {
                let by = match by {
                    One::Negate => |x: f32| -x,
                    One::SquareRoot => f32::sqrt,
                    One::Invert => f32::recip,
                };
                stack.pop()?.into_iter().map(by).collect()
            }
        };
        stack.push(made);
    }
    stack.pop().filter(|_| stack.is_empty())
}

/// How many numbers a recipe gives.
pub fn count(steps: &[Step]) -> usize {
    match steps.last() {
        None => 0,
        Some(Step::Stored { count, .. } | Step::Filled { count, .. }) => *count,
        Some(Step::Identities { size, times }) => size * size * times,
        Some(Step::Permuted { dims, .. }) => dims.product(),
        Some(Step::Sliced { dims, axis, count, .. }) => {
            dims.product() / dims.list().get(*axis).copied().unwrap_or(1).max(1) * count
        }
        Some(Step::Both { older, newest, .. }) => {
            older.list().iter().zip(newest.list()).map(|(&a, &b)| longer(a, b)).product()
        }
        Some(Step::Each(_)) => count(&steps[..steps.len() - 1]),
    }
}

fn read(bytes: &[u8], kind: Element) -> Vec<f32> {
    fn all<const N: usize>(bytes: &[u8], number: fn([u8; N]) -> f32) -> Vec<f32> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| number(*chunk)).collect()
    }
    match kind {
        Element::Bool | Element::U8 => all(bytes, |[b]| f32::from(b)),
        Element::I8 => all(bytes, |[b]: [u8; 1]| f32::from(b as i8)),
        Element::I32 => all(bytes, |b| i32::from_le_bytes(b) as f32),
        Element::I64 => all(bytes, |b| i64::from_le_bytes(b) as f32),
        _ => {
            let mut floats = vec![0.0; bytes.len() / kind.bytes()];
            kind.floats(bytes, &mut floats);
            floats
        }
    }
}

/// Elements from one index of each axis to the next.
fn strides(dims: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; dims.len()];
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    strides
}

fn permuted(from: &[f32], dims: &[usize], order: &[usize]) -> Option<Vec<f32>> {
    let strides = strides(dims);
    let steps: Option<Vec<(usize, usize)>> =
        order.iter().map(|&axis| Some((*dims.get(axis)?, strides[axis]))).collect();
    let mut made = Vec::with_capacity(from.len());
    gather(from, &steps?, 0, &mut made)?;
    (made.len() == from.len()).then_some(made)
}

/// Elements in the order of axes given as length and distance.
fn gather(from: &[f32], axes: &[(usize, usize)], at: usize, into: &mut Vec<f32>) -> Option<()> {
    match axes {
        [] => into.push(*from.get(at)?),
        [(count, step), rest @ ..] => {
            for i in 0..*count {
                gather(from, rest, at + i * step, into)?;
            }
        }
    }
    Some(())
}

fn sliced(
    from: &[f32],
    dims: &[usize],
    axis: usize,
    part: std::ops::Range<usize>,
) -> Option<Vec<f32>> {
    let (length, inner) = (*dims.get(axis)?, dims[axis + 1..].iter().product::<usize>());
    let mut made = Vec::new();
    for outer in from.chunks_exact((length * inner).max(1)) {
        made.extend_from_slice(outer.get(part.start * inner..part.end * inner)?);
    }
    Some(made)
}

/// The length of an axis that two tensors share: what is 1 is repeated.
fn longer(a: usize, b: usize) -> usize {
    if a == 1 { b } else { a }
}

fn both(by: Two, (a, da): (&[f32], Axes), (b, db): (&[f32], Axes)) -> Option<Vec<f32>> {
    let by = match by {
        Two::Add => |a: f32, b: f32| a + b,
        Two::Subtract => |a: f32, b: f32| a - b,
        Two::Multiply => |a: f32, b: f32| a * b,
        Two::Divide => |a: f32, b: f32| a / b,
    };
    let spread = |from: &[f32], dims: Axes| {
        let strides = strides(dims.list());
        let axes: Vec<(usize, usize)> = (0..dims.list().len())
            .map(|axis| {
                let own = dims.list()[axis];
                let other = longer(da.list()[axis], db.list()[axis]);
                (other, if own == 1 { 0 } else { strides[axis] })
            })
            .collect();
        let mut made = Vec::new();
        gather(from, &axes, 0, &mut made).map(|()| made)
    };
    if da.list().len() != db.list().len() {
        return None;
    }
    let (a, b) = (spread(a, da)?, spread(b, db)?);
    Some(a.into_iter().zip(b).map(|(a, b)| by(a, b)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_are_read_turned_and_calculated() {
        let bytes: Vec<u8> = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::to_le_bytes).concat();
        let stored = Step::Stored { file: 0, offset: 0, kind: Element::F32, count: 6 };
        let turned = Step::Permuted { dims: Axes::new(&[2, 3]), order: Axes::new(&[1, 0]) };
        assert_eq!(follow(&[stored, turned], &[&bytes]), Some(vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
        let row = Step::Stored { file: 0, offset: 4, kind: Element::F32, count: 3 };
        let sum =
            Step::Both { by: Two::Subtract, older: Axes::new(&[2, 3]), newest: Axes::new(&[1, 3]) };
        assert_eq!(
            follow(&[stored, row, sum], &[&bytes]),
            Some(vec![-1.0, -1.0, -1.0, 2.0, 2.0, 2.0])
        );
        let part = Step::Sliced { dims: Axes::new(&[2, 3]), axis: 1, from: 1, count: 2 };
        assert_eq!(follow(&[stored, part], &[&bytes]), Some(vec![2.0, 3.0, 5.0, 6.0]));
        assert_eq!(count(&[stored, row, sum, Step::Each(One::Negate)]), 6);
        let two = Step::Identities { size: 2, times: 1 };
        assert_eq!(follow(&[two], &[]), Some(vec![1.0, 0.0, 0.0, 1.0]));
    }

    #[test]
    fn what_is_not_there_is_none() {
        let far = Step::Stored { file: 0, offset: usize::MAX, kind: Element::F64, count: 3 };
        assert_eq!(follow(&[far], &[&[0; 8]]), None);
        assert_eq!(follow(&[Step::Each(One::Invert)], &[]), None);
        let half = Step::Stored { file: 0, offset: 0, kind: Element::F16, count: 1 };
        assert_eq!(follow(&[half], &[&[0x00, 0x3c]]), Some(vec![1.0]));
    }
}
