//! An N×C×H×W batch.

use super::Real;

/// Images × channels × rows × columns; a batch of vectors has one row and one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor<T> {
    /// Images, channels, rows, columns.
    pub dims: [usize; 4],
    /// The elements, columns innermost.
    pub data: Vec<T>,
}

impl<T: Real> Tensor<T> {
    /// All elements zero.
    pub fn zeros(dims: [usize; 4]) -> Self {
        Self { dims, data: vec![T::default(); dims.iter().product()] }
    }

    /// Every element from its image, channel, row and column.
    pub fn from_fn(dims: [usize; 4], mut f: impl FnMut([usize; 4]) -> T) -> Self {
        let mut t = Self::zeros(dims);
        for at in t.indices() {
            t[at] = f(at);
        }
        t
    }

    /// Every element by `f`.
    pub fn map(&self, f: impl Fn(T) -> T) -> Self {
        Self { dims: self.dims, data: self.data.iter().map(|&x| f(x)).collect() }
    }

    /// Elements of one image.
    pub fn image_len(&self) -> usize {
        self.dims[1] * self.dims[2] * self.dims[3]
    }

    /// All indices in order.
    pub fn indices(&self) -> impl Iterator<Item = [usize; 4]> + use<T> {
        let dims = self.dims;
        (0..self.data.len()).map(move |i| Self::unravel(dims, i))
    }

    /// The index of the `i`-th element.
    pub fn unravel([_, channels, height, width]: [usize; 4], i: usize) -> [usize; 4] {
        [
            i / (channels * height * width),
            i / (height * width) % channels,
            i / width % height,
            i % width,
        ]
    }

    fn offset(&self, at: [usize; 4]) -> usize {
        let mut offset = 0;
        for (i, n) in at.into_iter().zip(self.dims) {
            assert!(i < n, "{at:?} is outside of {:?}", self.dims);
            offset = offset * n + i;
        }
        offset
    }
}

impl<T: Real> std::ops::Index<[usize; 4]> for Tensor<T> {
    type Output = T;

    fn index(&self, at: [usize; 4]) -> &T {
        &self.data[self.offset(at)]
    }
}

impl<T: Real> std::ops::IndexMut<[usize; 4]> for Tensor<T> {
    fn index_mut(&mut self, at: [usize; 4]) -> &mut T {
        let offset = self.offset(at);
        &mut self.data[offset]
    }
}
