//! A batch in the layout [`Blocked`](crate::layout::Blocked) that threads write to piece by piece.
//!
//! A piece of a convolution's output is some images × some blocks of channels × some rows, which
//! is no slice. A [`View`] is such a piece: it can be cut in two along any of the three axes, and
//! lends its rows as slices. That needs `unsafe`.

use crate::choice::choice;
use crate::exec::Exec;
use crate::layout::Grid;
use core::marker::PhantomData;
use core::ops::Range;

/// Some images, blocks and rows of a tensor, to be written by one thread.
pub(crate) struct View<'a> {
    data: *mut f32,
    /// Floats of the whole tensor.
    len: usize,
    pub(crate) grid: Grid,
    pub(crate) images: Range<usize>,
    pub(crate) blocks: Range<usize>,
    /// Rows of the image; the halo's rows go with the first and the last one.
    pub(crate) rows: Range<usize>,
    tensor: PhantomData<&'a mut [f32]>,
}

/// The same row of some blocks of a [`View`].
pub(crate) struct RowOfBlocks<'a> {
    data: *mut f32,
    count: usize,
    plane: usize,
    len: usize,
    tensor: PhantomData<&'a mut [f32]>,
}

impl RowOfBlocks<'_> {
    /// The pixels of the `n`-th block's row without the halo.
    #[inline(always)]
    pub(crate) fn row(&mut self, n: usize) -> &mut [f32] {
        assert!(n < self.count, "one of the rows");
        // SAFETY: `self.count` rows, a plane apart, lie inside the tensor and belong to the view.
        unsafe { core::slice::from_raw_parts_mut(self.data.add(n * self.plane), self.len) }
    }
}

// SAFETY: a view is an exclusive borrow of its rows, as `&mut [f32]`s would be.
unsafe impl Send for View<'_> {}

/// The axes along which a view can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Images,
    Blocks,
    Rows,
}

impl<'a> View<'a> {
    /// The whole tensor.
    pub(crate) fn new(tensor: &'a mut [f32], grid: Grid) -> Self {
        // What lies between the images belongs to others, and nothing follows the last one.
        let images = tensor.len().div_ceil(grid.step);
        let len = images.saturating_sub(1) * grid.step + grid.len() * images.min(1);
        assert_eq!(len, tensor.len(), "a tensor of whole images");
        Self {
            data: tensor.as_mut_ptr(),
            len: tensor.len(),
            grid,
            images: 0..images,
            blocks: 0..grid.blocks(),
            rows: 0..grid.height,
            tensor: PhantomData,
        }
    }

    /// The parts before and from index `at` of an axis on.
    pub(crate) fn cut(self, axis: Cut, at: usize) -> [Self; 2] {
        let Self { data, len, grid, images, blocks, rows, tensor } = self;
        let whole = |images, blocks, rows| Self { data, len, grid, images, blocks, rows, tensor };
        let halves = |r: &Range<usize>| {
            assert!(r.start <= at && at <= r.end, "a cut inside the view");
            [r.start..at, at..r.end]
        };
        // The two share no index of the axis, so no row.
        match axis {
            Cut::Images => halves(&images).map(|i| whole(i, blocks.clone(), rows.clone())),
            Cut::Blocks => halves(&blocks).map(|b| whole(images.clone(), b, rows.clone())),
            Cut::Rows => halves(&rows).map(|r| whole(images.clone(), blocks.clone(), r)),
        }
    }

    /// The pixels of a row without the halo.
    #[inline(always)]
    pub(crate) fn row(&mut self, image: usize, block: usize, row: usize) -> &mut [f32] {
        let inside = self.images.contains(&image)
            && self.blocks.contains(&block)
            && self.rows.contains(&row);
        assert!(inside, "a row of the view");
        let g = &self.grid;
        let start = image * g.step + block * g.plane() + g.pixel(row, 0);
        self.stretch(start, g.width * g.depth)
    }

    /// The same of the blocks `first..first + count`, checked together.
    #[inline(always)]
    pub(crate) fn row_of_blocks(
        &mut self,
        image: usize,
        first: usize,
        count: usize,
        row: usize,
    ) -> RowOfBlocks<'_> {
        let inside = self.images.contains(&image)
            && self.blocks.start <= first
            && first + count <= self.blocks.end
            && self.rows.contains(&row);
        assert!(inside && count > 0, "rows of the view");
        let g = &self.grid;
        let (plane, len) = (g.plane(), g.width * g.depth);
        let start = image * g.step + first * plane + g.pixel(row, 0);
        assert!(start + (count - 1) * plane + len <= self.len, "inside the tensor");
        // SAFETY: inside the tensor.
        let data = unsafe { self.data.add(start) };
        RowOfBlocks { data, count, plane, len, tensor: PhantomData }
    }

    /// The pixels of all rows of a block, where no halo lies between them.
    #[inline(always)]
    pub(crate) fn plane(&mut self, image: usize, block: usize) -> Option<&mut [f32]> {
        let inside = self.images.contains(&image) && self.blocks.contains(&block);
        assert!(inside, "a block of the view");
        let g = self.grid;
        let start = image * g.step + block * g.plane() + g.pixel(self.rows.start, 0);
        (g.halo == 0).then(|| self.stretch(start, self.rows.len() * g.pitch()))
    }

    /// Image, block and number of every row.
    pub(crate) fn places(&self) -> impl Iterator<Item = [usize; 3]> + use<> {
        let (images, blocks, rows) = (self.images.clone(), self.blocks.clone(), self.rows.clone());
        images.flat_map(move |image| {
            let rows = rows.clone();
            let blocks = blocks.clone();
            blocks.flat_map(move |block| rows.clone().map(move |row| [image, block, row]))
        })
    }

    /// Writes the halo of all rows: zeros.
    pub(crate) fn clear_halo(&mut self) {
        let g = self.grid;
        if g.halo == 0 || self.rows.is_empty() {
            return;
        }
        let side = g.halo * g.depth;
        for image in self.images.clone() {
            for block in self.blocks.clone() {
                let start = image * g.step + block * g.plane();
                let row = |i: usize| start + (i + g.halo) * g.pitch();
                // What lies between the pixels of two rows is one stretch.
                let mut from = if self.rows.start == 0 { start } else { row(self.rows.start) };
                for i in self.rows.clone() {
                    self.clear(from, row(i) + side);
                    from = row(i + 1) - side;
                }
                let end = self.rows.end;
                self.clear(from, if end == g.height { start + g.plane() } else { row(end) });
            }
        }
    }

    /// Zeros from one place to another.
    #[inline(always)]
    fn clear(&mut self, from: usize, to: usize) {
        self.stretch(from, to - from).fill(0.0);
    }

    /// A stretch of rows that belong to this view alone.
    #[inline(always)]
    fn stretch(&mut self, start: usize, len: usize) -> &mut [f32] {
        assert!(start + len <= self.len, "inside the tensor");
        // SAFETY: the stretch lies inside the tensor, in rows (or their halo) of this view, which
        // no other view has: `cut` shares the rows out, and the callers above name only theirs.
        unsafe { core::slice::from_raw_parts_mut(self.data.add(start), len) }
    }

    /// Some rows of an image of the view, counted from the first of them. Their halo is not theirs.
    pub(crate) fn band(&mut self, image: usize, rows: Range<usize>) -> View<'_> {
        let inside = self.images.contains(&image)
            && self.rows.start <= rows.start
            && rows.end <= self.rows.end;
        assert!(inside && !rows.is_empty(), "rows of the view");
        let Self { grid, ref blocks, .. } = *self;
        let before = image * grid.step + rows.start * grid.pitch();
        assert!(before < self.len, "inside the tensor");
        View {
            // SAFETY: inside the tensor. The view's rows are rows of this one, which is borrowed as long.
            data: unsafe { self.data.add(before) },
            len: self.len - before,
            grid,
            images: 0..1,
            blocks: blocks.clone(),
            rows: 0..rows.len(),
            tensor: PhantomData,
        }
    }

    /// Does `work` on pieces of the view, several to a thread, none of them with less than a
    /// `least`-th part of the whole; blocks stay together by `together`.
    pub(crate) fn pieces(
        self,
        exec: &dyn Exec,
        least: usize,
        together: usize,
        work: &(dyn Fn(View<'_>) + Sync),
    ) {
        let threads = exec.threads();
        let most = if threads > 1 { (2 * threads).min(least) } else { 1 };
        self.piece(exec, most, together, work);
    }

    fn piece(
        self,
        exec: &dyn Exec,
        most: usize,
        together: usize,
        work: &(dyn Fn(View<'_>) + Sync),
    ) {
        // The cut that leaves the halves most alike. If several do, images before rows before blocks:
        // half of the rows need half of the input, which this thread's cache may still hold from when it
        // wrote it. Of few rows, blocks before rows: half of the blocks need half of the weights.
        let halves = |axis, r: &Range<usize>, by: usize| {
            let at = (r.len() / 2).next_multiple_of(by);
            let larger = || at.max(r.len() - at) * 1000 / r.len();
            (at < r.len()).then(|| (larger(), axis, r.start + at))
        };
        let images = halves(Cut::Images, &self.images, 1);
        let blocks = halves(Cut::Blocks, &self.blocks, together);
        // Pieces of a few rows would compute much of a tile twice.
        let rows = halves(Cut::Rows, &self.rows, 2).filter(|_| self.rows.len() > 4);
        let [second, third] = if choice!("a cut of few rows", self.rows.len() < 16) {
            [blocks, rows]
        } else {
            [rows, blocks]
        };
        let axis = [images, second, third];
        let axis = axis.into_iter().flatten().min_by_key(|&(larger, ..)| larger);
        let cut = axis.filter(|_| most > 1);
        let axes = [None, Some(Cut::Images), Some(Cut::Blocks), Some(Cut::Rows)];
        choice!("a cut", cut.map(|(_, axis, _)| axis), of & axes);
        match cut {
            Some((_, axis, at)) => {
                let [a, b] = self.cut(axis, at);
                let (mut a, mut b) = (Some(a), Some(b));
                exec.join(
                    &mut || {
                        if let Some(a) = a.take() {
                            a.piece(exec, most / 2, together, work);
                        }
                    },
                    &mut || {
                        if let Some(b) = b.take() {
                            b.piece(exec, most - most / 2, together, work);
                        }
                    },
                );
            }
            _ => work(self),
        }
    }
}
