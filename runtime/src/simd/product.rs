//! The one inner loop: a register tile of sums of products.
//!
//! ```text
//! sum[f][r][c][lane] += Σ over the axes and the run of
//!     x[x0 + r · row + c · step + axes + k] · w[w0 + f · block + axes + 16 k + lane]
//! ```
//!
//! Schedule. For each number of the run, FT vectors of weights and R·C broadcast numbers meet in
//! FT·R·C accumulators, which stay in registers until all axes are done. A direct convolution runs
//! over blocks of channels, kernel rows and kernel columns; a dense layer and one frequency of a
//! Winograd convolution over blocks of channels alone. Every sum adds up in the order of the axes,
//! whatever the tile.

use super::Simd;

/// One loop of the sum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub(crate) count: usize,
    /// Floats of `x` from one iteration to the next.
    pub(crate) x: usize,
    /// Floats of `w` from one iteration to the next.
    pub(crate) w: usize,
}

impl Axis {
    /// A loop of one iteration.
    pub(crate) const ONCE: Self = Self { count: 1, x: 0, w: 0 };

    /// Floats of `x` and of `w` from the first iteration of nested loops, each of which has one, to the last.
    #[inline]
    pub(crate) fn reach(axes: &[Self]) -> [usize; 2] {
        let [mut x, mut w] = [0, 0];
        for axis in axes {
            x += (axis.count - 1) * axis.x;
            w += (axis.count - 1) * axis.w;
        }
        [x, w]
    }
}

/// The factors and the loops over them.
#[derive(Clone, Copy)]
pub(crate) struct Product<'a> {
    pub(crate) x: &'a [f32],
    /// `[…][run][16]`
    pub(crate) w: &'a [f32],
    /// Outermost first.
    pub(crate) axes: [Axis; 3],
    /// Numbers side by side in `x`, and their vectors in `w`, in each iteration.
    pub(crate) run: usize,
    /// As `run`, in the last iteration of the outermost axis.
    pub(crate) last_run: usize,
    /// Floats of `w` from one vector of filters to the next.
    pub(crate) block: usize,
    /// Floats of `x` from one row of the tile to the next.
    pub(crate) row: usize,
    /// Floats of `x` from one column of the tile to the next, where the code does not fix it.
    pub(crate) step: usize,
}

impl Product<'_> {
    /// Adds the products to a tile, which starts as [`Simd::start`] says, whose first number is `x[x0]`
    /// and first vector `w[w0..]`. Its columns are `STEP` floats apart, or `self.step` where that is 0.
    ///
    /// # Panics
    /// If the tile reaches out of a factor.
    #[inline(always)]
    pub(crate) fn add<
        S: Simd,
        const FT: usize,
        const R: usize,
        const C: usize,
        const STEP: usize,
    >(
        &self,
        s: S,
        x0: usize,
        w0: usize,
        sum: &mut [[[S::V; C]; R]; FT],
    ) {
        let step = if STEP == 0 { self.step } else { STEP };
        let last = x0 + (R - 1) * self.row + (C - 1) * step;
        let x = self.x.as_ptr().wrapping_add(x0);
        let number = |k: usize, r, c| x.wrapping_add(k).wrapping_add(r * self.row + c * step);
        // SAFETY: `number(k, r, c)` is the address of `x[place + k]` with place = x0 + r · row + c · step, which
        // grows with r and c: it is largest for the last row and column, and that place is `last`.
        unsafe { self.add_at(s, last, number, w0, sum) }
    }

    /// As [`add`](Self::add), where the columns' first numbers are `x[pixels[column]]`.
    ///
    /// # Panics
    /// If the tile reaches out of a factor.
    #[inline(always)]
    pub(crate) fn add_pixels<S: Simd, const FT: usize, const C: usize>(
        &self,
        s: S,
        pixels: &[usize; C],
        w0: usize,
        sum: &mut [[[S::V; C]; 1]; FT],
    ) {
        let mut last = 0;
        for c in 0..C {
            last = if pixels[c] > last { pixels[c] } else { last };
        }
        let x = pixels.map(|pixel| self.x.as_ptr().wrapping_add(pixel));
        // SAFETY: `number(k, 0, c)` is the address of `x[pixels[c] + k]`, and no pixel is larger than `last`.
        unsafe { self.add_at(s, last, |k, _, c| x[c].wrapping_add(k), w0, sum) }
    }

    /// As [`add`](Self::add), for a tile whose rows and columns start anywhere in `x`: each at a place, an
    /// index into `x`, from which `number` counts.
    ///
    /// # Panics
    /// If the numbers of a row and column at the place `last` reach beyond the end of `x`, or the vectors
    /// beyond the end of `w`.
    ///
    /// # Safety
    /// For every `row < R` and `column < C` there must be a place with `place <= last` such that
    /// `number(k, row, column)` is the address of `x[place + k]`, for every `k` with which that index is
    /// inside `x`. Then all that is read lies inside `x`: this function calls `number` with no larger `k`
    /// than it checks for `last`, and reads nothing at an address for which it only prefetches.
    #[inline(always)]
    unsafe fn add_at<S: Simd, const FT: usize, const R: usize, const C: usize>(
        &self,
        s: S,
        last: usize,
        number: impl Fn(usize, usize, usize) -> *const f32,
        w0: usize,
        sum: &mut [[[S::V; C]; R]; FT],
    ) {
        let [outer, middle, mut inner] = self.axes;
        if outer.count * middle.count * inner.count == 0 {
            return;
        }
        let (mut whole_run, mut last_run) = (self.run, self.last_run);
        if whole_run == last_run && inner.x == whole_run && inner.w == 16 * whole_run {
            // Runs that follow each other are one.
            whole_run *= inner.count;
            (last_run, inner) = (whole_run, Axis::ONCE);
        }
        let run = whole_run.max(last_run);
        let [x_reach, w_reach] = Axis::reach(&[outer, middle, inner]);
        let x_end = last + x_reach + run;
        let w_end = w0 + w_reach + (FT - 1) * self.block + run * 16;
        assert!(x_end <= self.x.len() && w_end <= self.w.len(), "a tile inside its factors");
        for i in 0..outer.count {
            let run = if i + 1 == outer.count { last_run } else { whole_run };
            // The pixels of the next block of channels lie far away, where no processor looks for
            // them by itself.
            if i + 1 < outer.count {
                for r in 0..R {
                    for c in 0..C {
                        s.prefetch(number((i + 1) * outer.x, r, c));
                    }
                }
            }
            for j in 0..middle.count {
                for k in 0..inner.count {
                    let x_at = i * outer.x + j * middle.x + k * inner.x;
                    let w_at = w0 + i * outer.w + j * middle.w + k * inner.w;
                    // SAFETY: i, j, k, f and the number in the run are below their counts, so `n` is less
                    // than `x_end - last` and each vector ends at `w_end` or before. No place is larger than
                    // `last`, by this function's contract. `x_end` and `w_end` were checked above.
                    unsafe {
                        let mut w = self.w.as_ptr().add(w_at);
                        for n in x_at..x_at + run {
                            let mut v = [s.splat(0.0); FT];
                            for f in 0..FT {
                                let w = w.add(f * self.block);
                                v[f] = s.load(core::slice::from_raw_parts(w, 16));
                            }
                            for r in 0..R {
                                for c in 0..C {
                                    let x = s.splat(*number(n, r, c));
                                    for f in 0..FT {
                                        sum[f][r][c] = s.mul_add(x, v[f], sum[f][r][c]);
                                    }
                                }
                            }
                            w = w.add(16);
                        }
                    }
                }
            }
        }
    }
}

/// Products that are added up in a row. The rounding error of a sum grows with the root of its
/// length; that of a sum of sums with the root of the longest of them.
pub(crate) const PART: usize = 128;

/// Parts of a sum over these axes and runs that are added up apart.
#[inline(always)]
pub(crate) fn parts(axes: &[Axis; 3], run: usize) -> usize {
    axes[0].count.div_ceil(part_len(axes, run)).max(1)
}

/// Iterations of the outermost axis in a part.
#[inline(always)]
fn part_len(axes: &[Axis; 3], run: usize) -> usize {
    (PART / (axes[1].count * axes[2].count * run).max(1)).max(1)
}

impl Product<'_> {
    /// Parts of the outermost axis whose sums are added up apart.
    #[inline(always)]
    pub(crate) fn parts(&self) -> usize {
        parts(&self.axes, self.run)
    }

    /// Where the weights after those of this part, which start at `w0`, lie, and how many floats this
    /// part's have; none where the outermost axis has no step.
    #[inline(always)]
    pub(crate) fn weights_after(&self, w0: usize) -> (*const f32, usize) {
        let floats = self.axes[0].count * self.axes[0].w;
        (self.w.as_ptr().wrapping_add(w0 + floats), floats)
    }

    /// Iterations of the outermost axis in a part.
    #[inline(always)]
    fn part_len(&self) -> usize {
        part_len(&self.axes, self.run)
    }

    /// Part `n`, and where its factors start, counted from those of the whole.
    #[inline(always)]
    pub(crate) fn part(&self, n: usize) -> (Self, [usize; 2]) {
        let [outer, middle, inner] = self.axes;
        let start = n * self.part_len();
        let end = outer.count.min(start + self.part_len());
        let last_run = if end == outer.count { self.last_run } else { self.run };
        let axes = [Axis { count: end - start, ..outer }, middle, inner];
        (Self { axes, last_run, ..*self }, [start * outer.x, start * outer.w])
    }

    /// As [`add`](Self::add), but the sum of long axes is one of the sums of its parts.
    #[inline(always)]
    pub(crate) fn add_in_parts<
        S: Simd,
        const FT: usize,
        const R: usize,
        const C: usize,
        const STEP: usize,
    >(
        &self,
        s: S,
        x0: usize,
        w0: usize,
        sum: &mut [[[S::V; C]; R]; FT],
    ) {
        for n in 0..self.parts() {
            let (part, [x, w]) = self.part(n);
            let mut products = [[[s.start(); C]; R]; FT];
            part.add::<S, FT, R, C, STEP>(s, x0 + x, w0 + w, &mut products);
            for f in 0..FT {
                for r in 0..R {
                    for c in 0..C {
                        sum[f][r][c] = s.add(sum[f][r][c], s.total(products[f][r][c]));
                    }
                }
            }
        }
    }
}

/// Reads `C` vectors of a row, whose first floats are `step` apart.
///
/// # Panics
/// If the row is too short.
#[inline(always)]
pub(crate) fn load_columns<S: Simd, const C: usize>(s: S, row: &[f32], step: usize) -> [S::V; C] {
    let row = &row[..(C - 1) * step + 16];
    let mut v = [s.splat(0.0); C];
    for c in 0..C {
        // SAFETY: c is at most C - 1, and a vector has sixteen floats.
        v[c] = s.load(unsafe { row.get_unchecked(c * step..c * step + 16) });
    }
    v
}

/// Writes `C` vectors to a row, bit for bit; their first floats are `step` apart.
///
/// # Panics
/// If the row is too short.
#[inline(always)]
pub(crate) fn store_columns<S: Simd, const C: usize>(
    s: S,
    v: [S::V; C],
    row: &mut [f32],
    step: usize,
) {
    let row = &mut row[..(C - 1) * step + 16];
    for c in 0..C {
        // SAFETY: c is at most C - 1, and a vector has sixteen floats.
        s.store_bits(v[c], unsafe { row.get_unchecked_mut(c * step..c * step + 16) });
    }
}

/// The factors of a sum of outer products over pixels.
#[derive(Clone, Copy)]
pub(crate) struct Outer<'a> {
    pub(crate) x: &'a [f32],
    /// Vectors.
    pub(crate) d: &'a [f32],
    /// Rows and columns.
    pub(crate) size: [usize; 2],
    /// Floats of `x` from one row and column to the next.
    pub(crate) x_step: [usize; 2],
    /// Floats of `d` from one row to the next.
    pub(crate) d_row: usize,
    /// Floats of `d` from one block of filters to the next.
    pub(crate) d_block: usize,
}

impl Outer<'_> {
    /// `sum[f][k][lane] += Σ over rows i and columns j of
    /// x[x0 + steps + k] · d[d0 + f · block + i · row + 16 j + lane]`
    ///
    /// # Panics
    /// If a factor is too short.
    #[inline(always)]
    pub(crate) fn add<S: Simd, const FT: usize, const C: usize>(
        &self,
        s: S,
        x0: usize,
        d0: usize,
        sum: &mut [[S::V; C]; FT],
    ) {
        let [rows, columns] = self.size;
        if rows * columns == 0 {
            return;
        }
        let x_end = x0 + (rows - 1) * self.x_step[0] + (columns - 1) * self.x_step[1] + C;
        let d_end = d0 + (FT - 1) * self.d_block + (rows - 1) * self.d_row + columns * 16;
        assert!(x_end <= self.x.len() && d_end <= self.d.len(), "pixels inside their factors");
        for i in 0..rows {
            // SAFETY: no index below is beyond `x_end` and `d_end`, which were checked: f, i, j and k
            // are below their counts.
            unsafe {
                let mut x = self.x.as_ptr().add(x0 + i * self.x_step[0]);
                let mut d = self.d.as_ptr().add(d0 + i * self.d_row);
                for _ in 0..columns {
                    let mut v = [s.splat(0.0); FT];
                    for f in 0..FT {
                        v[f] = s.load(core::slice::from_raw_parts(d.add(f * self.d_block), 16));
                    }
                    for k in 0..C {
                        let x = s.splat(*x.add(k));
                        for f in 0..FT {
                            sum[f][k] = s.mul_add(x, v[f], sum[f][k]);
                        }
                    }
                    x = x.wrapping_add(self.x_step[1]);
                    d = d.wrapping_add(16);
                }
            }
        }
    }
}

/// The factors of sums over pixels of sixteen images.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub(crate) x: &'a [f32],
    /// Rows of vectors without gaps.
    pub(crate) d: &'a [f32],
    /// Rows and columns.
    pub(crate) size: [usize; 2],
    /// Floats of `x` from one row and column to the next.
    pub(crate) x_step: [usize; 2],
    /// Floats of `d` from one vector of sums to the next.
    pub(crate) d_plane: usize,
}

impl Pixels<'_> {
    /// `sum[f][t][lane] += Σ over rows i and columns j of
    /// x[x0[t] + steps + lane] · d[d0 + f · plane + 16 (i · columns + j) + lane]`
    ///
    /// # Panics
    /// If a factor is too short.
    #[inline(always)]
    pub(crate) fn add<S: Simd, const FT: usize, const TT: usize>(
        &self,
        s: S,
        x0: [usize; TT],
        d0: usize,
        sum: &mut [[S::V; TT]; FT],
    ) {
        let [rows, columns] = self.size;
        if rows * columns == 0 {
            return;
        }
        let mut last = 0;
        for t in 0..TT {
            last = if x0[t] > last { x0[t] } else { last };
        }
        let x_end = last + (rows - 1) * self.x_step[0] + (columns - 1) * self.x_step[1] + 16;
        let d_end = d0 + (FT - 1) * self.d_plane + rows * columns * 16;
        assert!(x_end <= self.x.len() && d_end <= self.d.len(), "pixels inside their factors");
        let mut d_at = d0;
        for i in 0..rows {
            let mut x_at = i * self.x_step[0];
            for _ in 0..columns {
                // SAFETY: no index below is beyond `x_end` and `d_end`, which were checked: the row
                // and the column are below their counts.
                unsafe {
                    let mut v = [sum[0][0]; FT];
                    for f in 0..FT {
                        let d = self.d.as_ptr().add(d_at + f * self.d_plane);
                        v[f] = s.load(core::slice::from_raw_parts(d, 16));
                    }
                    for t in 0..TT {
                        let x = self.x.as_ptr().add(x0[t]).add(x_at);
                        let x = s.load(core::slice::from_raw_parts(x, 16));
                        for f in 0..FT {
                            sum[f][t] = s.mul_add(v[f], x, sum[f][t]);
                        }
                    }
                }
                x_at += self.x_step[1];
                d_at += 16;
            }
        }
    }
}
