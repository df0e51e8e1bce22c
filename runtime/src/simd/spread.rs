//! The inner loops of convolutions of small groups: the numbers of a group's channels are spread over
//! the lanes of the group.

use super::Simd;
use super::product::Axis;

/// `each!(M, |K| f)` does `f` for every constant `K` below `M`, which is at most 8.
macro_rules! each {
    ($m:expr, |$k:ident| $f:expr) => {
        $crate::simd::spread::each!(@ $m, $k, $f, 0 1 2 3 4 5 6 7)
    };
    (@ $m:expr, $k:ident, $f:expr, $($n:literal)*) => { $(
        if $n < $m {
            const $k: usize = $n;
            $f;
        }
    )* };
}
use each;

/// The factors of a convolution of groups of `M` channels and as many filters: its taps' vectors meet
/// vectors of pixels, in which the number of one channel is spread over the lanes of its group.
#[derive(Clone, Copy)]
pub(crate) struct Taps<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) w: &'a [f32],
    /// Rows and columns of the kernel.
    pub(crate) axes: [Axis; 2],
    /// Floats of `x` from one row of the tile to the next.
    pub(crate) row: usize,
    /// Floats of `x` from one column of the tile to the next, where the code does not fix it.
    pub(crate) step: usize,
}

impl Taps<'_> {
    /// `sum[r][c][lane] += Σ over the axes and k < M of
    /// x[x0 + r · row + c · step + axes + M · (lane / M) + k] · w[w0 + axes + 16 k + lane]`, where the
    /// columns are `STEP` floats apart, or `self.step` where that is 0.
    ///
    /// # Panics
    /// If the tile reaches out of a factor.
    #[inline(always)]
    pub(crate) fn add<
        S: Simd,
        const M: usize,
        const R: usize,
        const C: usize,
        const STEP: usize,
    >(
        &self,
        s: S,
        x0: usize,
        w0: usize,
        sum: &mut [[S::V; C]; R],
    ) {
        let [outer, inner] = self.axes;
        let step = if STEP == 0 { self.step } else { STEP };
        if outer.count * inner.count == 0 {
            return;
        }
        let [x_reach, w_reach] = Axis::reach(&self.axes);
        let x_end = x0 + x_reach + (R - 1) * self.row + (C - 1) * step + 16;
        let w_end = w0 + w_reach + 16 * M;
        assert!(x_end <= self.x.len() && w_end <= self.w.len(), "a tile inside its factors");
        for i in 0..outer.count {
            for j in 0..inner.count {
                // SAFETY: no index below is beyond `x_end` and `w_end`, which were checked: i and
                // j are below their counts, and the number in the group is below `M`.
                unsafe {
                    let x = self.x.as_ptr().add(x0 + i * outer.x + j * inner.x);
                    let w = self.w.as_ptr().add(w0 + i * outer.w + j * inner.w);
                    each!(M, |K| {
                        let w = s.load(core::slice::from_raw_parts(w.add(16 * K), 16));
                        for r in 0..R {
                            let x = x.add(r * self.row);
                            for c in 0..C {
                                let x = core::slice::from_raw_parts(x.add(c * step), 16);
                                sum[r][c] = s.mul_add(s.spread::<M, K>(x), w, sum[r][c]);
                            }
                        }
                    });
                }
            }
        }
    }
}

/// The factors of a sum over pixels of products of vectors.
#[derive(Clone, Copy)]
pub(crate) struct Inner<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) d: &'a [f32],
    /// Rows and columns.
    pub(crate) size: [usize; 2],
    /// Floats of `x` from one row and column to the next.
    pub(crate) x_step: [usize; 2],
    /// Floats of `d` from one row to the next.
    pub(crate) d_row: usize,
}

impl Inner<'_> {
    /// `sum[t][n][lane] += Σ over rows i and columns j of
    /// x[x0[t] + steps + M · (lane / M) + k] · d[d0 + i · row + 16 j + lane]`, for the `N` numbers
    /// `k = n + N · PART` of the `M` in a group.
    ///
    /// # Panics
    /// If a factor is too short.
    #[inline(always)]
    pub(crate) fn add<
        S: Simd,
        const M: usize,
        const N: usize,
        const PART: usize,
        const C: usize,
    >(
        &self,
        s: S,
        x0: [usize; C],
        d0: usize,
        sum: &mut [[S::V; N]; C],
    ) {
        let [rows, columns] = self.size;
        if rows * columns == 0 {
            return;
        }
        let mut last = 0;
        for t in 0..C {
            last = if x0[t] > last { x0[t] } else { last };
        }
        let x_end = last + (rows - 1) * self.x_step[0] + (columns - 1) * self.x_step[1] + 16;
        let d_end = d0 + (rows - 1) * self.d_row + columns * 16;
        assert!(x_end <= self.x.len() && d_end <= self.d.len(), "pixels inside their factors");
        for i in 0..rows {
            for j in 0..columns {
                // SAFETY: no index below is beyond `x_end` and `d_end`, which were checked: i and
                // j are below their counts.
                unsafe {
                    let x = self.x.as_ptr().add(i * self.x_step[0] + j * self.x_step[1]);
                    let d = self.d.as_ptr().add(d0 + i * self.d_row + j * 16);
                    let d = s.load(core::slice::from_raw_parts(d, 16));
                    for t in 0..C {
                        let x = core::slice::from_raw_parts(x.add(x0[t]), 16);
                        each!(M, |K| if K / N == PART {
                            let sum = &mut sum[t][K % N];
                            *sum = s.mul_add(s.spread::<M, K>(x), d, *sum);
                        });
                    }
                }
            }
        }
    }
}
