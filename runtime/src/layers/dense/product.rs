//! Products of many images with a dense layer's weights.
//!
//! ```text
//! add_panel:  c[row][16 v + lane] += Σ over k of rows[row][k] · vectors[v][k][lane]
//! ```
//! Schedule. Forward, lanes are images: an image's numbers are turned once, and a part of some rows of weights is
//! copied as it lies and meets all images of a block. For the input's gradient lanes are inputs: a part of the
//! weights' rows is copied by blocks of sixteen columns, which meet the images, whose numbers are copied as they
//! lie. Either way a weight is read once and copied once, whatever the images; forward, the weights that come next
//! are asked for while those at hand are multiplied. Two vectors of a depth of [`PART`] stay in the first cache while tiles
//! of twelve rows pass. Rows of a power of two floats would all fall into the same few places of it: that is what
//! the copies of rows are for.
//!
//! A sum adds up its products in parts of [`PART`], in their order, whatever the tile and the images.

use crate::choice::choice;
use crate::exec;
use crate::exec::{Exec, Piece};
use crate::layout::LANES;
use crate::simd::product::{Axis, PART, Product};
use crate::simd::{Simd, Tiled, flushed, simd_fn};
use crate::vector::load_part;
use core::ops::Range;

/// Images from which on the layer is a matrix product.
pub(super) const MANY: usize = 16;
/// Rows of a tile.
pub(super) const ROWS: usize = 12;
/// Rows that are copied at a time.
const COPY: usize = 4 * ROWS;
/// Vectors of images that meet a part of the weights' rows at a time.
const GROUPS: usize = 8;
/// Columns of the weights that the input's gradient takes at a time: a row of them is long enough for the processor
/// to read ahead.
const COLUMNS: usize = 1024;

/// Floats from one copied block of columns to the next: not a power of two, for the caches' sake.
const fn block_of(outputs: usize) -> usize {
    (if outputs < PART { outputs } else { PART } + 1) * LANES
}

/// Floats of the columns that each thread copies.
const fn copied_columns(inputs: usize, outputs: usize) -> usize {
    let columns = if inputs < COLUMNS { inputs.next_multiple_of(LANES) } else { COLUMNS };
    columns / LANES * block_of(outputs)
}

/// Floats of scratch for each image that the gradients need: its inputs, and the larger of the output's gradient
/// in panels of rows and, for one thread of as many images as make the layer a product, the columns it copies.
pub(super) const fn copies(inputs: usize, outputs: usize) -> usize {
    let (panels, copied) =
        (outputs.next_multiple_of(ROWS), copied_columns(inputs, outputs).div_ceil(MANY));
    inputs.next_multiple_of(LANES) + if panels > copied { panels } else { copied }
}

/// A part of some rows.
type Rows = [[f32; PART]; COPY];

/// A matrix whose rows are `stride` floats apart.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub(super) data: &'a [f32],
    pub(super) stride: usize,
}

impl<'a> Matrix<'a> {
    /// A part of some rows that is needed soon; rows and columns that there are not do no harm.
    fn ahead(self, rows: Range<usize>, column: usize) -> Ahead<'a> {
        Ahead { matrix: self, rows, column }
    }
}

/// What is asked for ahead of its use.
#[derive(Clone)]
struct Ahead<'a> {
    matrix: Matrix<'a>,
    rows: Range<usize>,
    /// The first of [`PART`] columns.
    column: usize,
}

impl Ahead<'_> {
    /// Asks for share number `tile` of `tiles`.
    #[inline(always)]
    fn ask<S: Simd>(&self, s: S, tile: usize, tiles: usize) {
        let share = |tile: usize| self.rows.start + self.rows.len() * tile / tiles;
        for row in share(tile)..share(tile + 1) {
            let x = self.matrix.data.as_ptr().wrapping_add(row * self.matrix.stride + self.column);
            for line in (0..PART).step_by(LANES) {
                s.prefetch(x.wrapping_add(line));
            }
        }
    }
}

/// `all` in ranges of `len`, the last one shorter.
pub(super) fn blocks(all: Range<usize>, len: usize) -> impl Iterator<Item = Range<usize>> {
    all.clone().step_by(len).map(move |i| i..all.end.min(i + len))
}

/// `y[image][o] = finish(bias[o] + Σ over i of w[o][i] · x[image][i])`, with scratch for as many numbers
/// as all images' inputs and outputs are, rounded up to whole vectors of images.
pub(super) fn forward(
    exec: &dyn Exec,
    [x, w]: [Matrix<'_>; 2],
    bias: Option<&[f32]>,
    finish: &(dyn Fn(&mut [f32]) + Sync),
    outputs: usize,
    output: &mut [f32],
    scratch: &mut [f32],
) {
    let inputs = x.stride;
    let images = output.len() / outputs;
    let groups = images.div_ceil(LANES);
    let lanes = groups * LANES;
    choice!("several blocks of a dense layer's images", groups > GROUPS);
    let (turned, sums) = scratch[..lanes * (inputs + outputs)].split_at_mut(lanes * inputs);
    exec::split(exec, groups, [(turned, LANES * inputs)], &|group, [turned]| {
        turn(&x.data[group * LANES * inputs..], inputs, images - group * LANES, turned);
    });
    let turned = &*turned;
    let piece: Piece<'_, 1> = &|block, [sums]| {
        let first = block * COPY;
        let some = sums.len() / lanes;
        for (o, sums) in (first..).zip(sums.chunks_exact_mut(lanes)) {
            sums.fill(bias.map_or(0.0, |bias| flushed(bias[o])));
        }
        let mut rows = [[0.0; PART]; COPY];
        let all = first..first + some;
        for part in blocks(0..inputs, PART) {
            copy_rows(w, all.clone(), &part, &mut rows);
            for group in blocks(0..groups, GROUPS) {
                let vectors = Vectors {
                    data: &turned[(group.start * inputs + part.start) * LANES..],
                    block: inputs * LANES,
                    count: group.len(),
                };
                // The next part of these rows, or the first one of those that come after them.
                let ahead = match (group.start, part.end < inputs) {
                    (0, true) => w.ahead(all.clone(), part.end),
                    (0, false) => w.ahead(all.end..all.end + some, 0),
                    _ => w.ahead(0..0, 0),
                };
                let sums = &mut sums[group.start * LANES..];
                add_panel(&rows, [some, part.len()], vectors, ahead, sums, lanes);
            }
        }
        finish(sums);
    };
    exec::split(exec, outputs.div_ceil(COPY), [(&mut *sums, COPY * lanes)], piece);
    let sums = &*sums;
    exec::split(exec, groups, [(output, LANES * outputs)], &|group, [y]| {
        // A line of sixteen sums is read once.
        for some in blocks(0..outputs, LANES) {
            for (lane, y) in y.chunks_exact_mut(outputs).enumerate() {
                for o in some.clone() {
                    y[o] = sums[o * lanes + group * LANES + lane];
                }
            }
        }
    });
}

/// `turned[i][lane] = x[lane][i]`, zeros for images that are missing.
fn turn(x: &[f32], inputs: usize, images: usize, turned: &mut [f32]) {
    let turned = turned.as_chunks_mut::<LANES>().0;
    // Of one image after the other, as much as the first cache has room for.
    for part in blocks(0..inputs, PART) {
        let turned = &mut turned[part.clone()];
        for lane in 0..LANES {
            if lane < images {
                let x = &x[lane * inputs..][part.clone()];
                turned.iter_mut().zip(x).for_each(|(turned, x)| turned[lane] = *x);
            } else {
                turned.iter_mut().for_each(|turned| turned[lane] = 0.0);
            }
        }
    }
}

/// `dx[image][i] = Σ over o of w[o][i] · dy[image][o]`, with scratch as [`copies`] says for each image, of which
/// there is some for [`MANY`] at least. As many threads take part as there is room for their copies.
#[cfg(feature = "train")]
pub(super) fn input_gradient(
    exec: &dyn Exec,
    [dy, w]: [Matrix<'_>; 2],
    d_input: &mut [f32],
    scratch: &mut [f32],
) {
    let (inputs, outputs) = (w.stride, dy.stride);
    let images = d_input.len() / inputs;
    let (sums, copies) = scratch.split_at_mut(images * inputs.next_multiple_of(LANES));
    let all = inputs.div_ceil(COLUMNS);
    choice!("several blocks of a dense layer's columns", all > 1);
    let (block, copied) = (block_of(outputs), copied_columns(inputs, outputs));
    let pieces = exec::pieces_with(exec, copies.len(), copied).min(all);
    let each = all.div_ceil(pieces);
    let tensors = [(&mut *sums, each * COLUMNS * images), (copies, copied)];
    exec::split_always(exec, all.div_ceil(each), tensors, &|piece, [sums, copied]| {
        for (i, sums) in sums.chunks_mut(COLUMNS * images).enumerate() {
            let first = (piece * each + i) * COLUMNS;
            let width = sums.len() / images;
            let columns = first..inputs.min(first + width);
            let mut rows = [[0.0; PART]; COPY];
            sums.fill(0.0);
            for part in blocks(0..outputs, PART) {
                copy_columns(w, part.clone(), columns.clone(), block, copied);
                for tile in blocks(0..images, COPY) {
                    copy_rows(dy, tile.clone(), &part, &mut rows);
                    let vectors = Vectors { data: copied, block, count: width / LANES };
                    let ahead = w.ahead(0..0, 0);
                    let sums = &mut sums[tile.start * width..];
                    add_panel(&rows, [tile.len(), part.len()], vectors, ahead, sums, width);
                }
            }
        }
    });
    let sums = &*sums;
    exec::split(exec, images, [(d_input, inputs)], &|image, [dx]| {
        for (dx, sums) in dx.chunks_mut(COLUMNS).zip(sums.chunks(COLUMNS * images)) {
            let width = sums.len() / images;
            dx.copy_from_slice(&sums[image * width..][..dx.len()]);
        }
    });
}

/// Vectors that the rows of a panel meet: `[count][depth][16]`, the vectors `block` floats apart.
#[derive(Clone, Copy)]
struct Vectors<'a> {
    data: &'a [f32],
    block: usize,
    count: usize,
}

simd_fn! {
    /// Copies a part of at most [`COPY`] rows; those that are missing stay what they were.
    fn copy_rows<S>(s, all: Matrix<'_>, rows: Range<usize>, part: &Range<usize>, copied: &mut Rows) {
        for (row, copied) in rows.zip(copied) {
            let row = &all.data[row * all.stride..][part.clone()];
            for (x, copied) in row.chunks(LANES).zip(copied.chunks_exact_mut(LANES)) {
                s.store_bits(load_part(s, x), copied);
            }
        }
    }

    /// `copied[column / 16][row][column % 16]` of some rows and columns, the blocks `block` floats apart; zeros for
    /// the columns that the last block has not.
    pub(super) fn copy_columns<S>(s, all: Matrix<'_>, rows: Range<usize>, columns: Range<usize>, block: usize,
        copied: &mut [f32]) {
        for (k, row) in rows.enumerate() {
            let row = &all.data[row * all.stride..][columns.clone()];
            for (x, copied) in row.chunks(LANES).zip(copied.chunks_mut(block)) {
                s.store_bits(load_part(s, x), &mut copied[k * LANES..]);
            }
        }
    }

    /// Adds the products of some rows, a part of some length, with vectors to sums, whose rows are `stride` apart.
    fn add_panel<S>(s, rows: &Rows, size: [usize; 2], vectors: Vectors<'_>, ahead: Ahead<'_>, sums: &mut [f32],
        stride: usize) {
        let mut panel = Panel { rows, size, vectors, sums, stride, at: [0, 0] };
        // Whatever the backend's tiles are, about as many shares as there are tiles of two vectors.
        let [pairs, rows] = [vectors.count.div_ceil(2), size[0].div_ceil(ROWS)];
        for pair in 0..pairs {
            for row in 0..rows {
                ahead.ask(s, pair * rows + row, pairs * rows);
                panel.at = [row * ROWS, 2 * pair];
                s.tiled(&mut panel);
            }
        }
    }
}

/// Rows and vectors, of which twelve and two meet at a time.
struct Panel<'a> {
    rows: &'a Rows,
    /// Rows, and numbers of each.
    size: [usize; 2],
    vectors: Vectors<'a>,
    sums: &'a mut [f32],
    stride: usize,
    /// The first row and vector at hand.
    at: [usize; 2],
}

impl Tiled for &mut Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn large<S: Simd>(self, s: S) {
        let [row, vector] = self.at;
        if choice!("a vector of a dense layer left over", self.vectors.count - vector == 1) {
            return self.add::<S, 1, ROWS>(s, row, vector);
        }
        choice!("rows of a dense layer's panel", self.size[0] - row, {
            9.. => self.add::<S, 2, 12>(s, row, vector),
            5.. => self.add::<S, 2, 8>(s, row, vector),
            _ => self.add::<S, 2, 4>(s, row, vector),
        })
    }
    #[inline(always)]
    fn medium<S: Simd>(self, s: S) {
        choice!("rows of a dense layer's panel, with few registers", self.size[0] - self.at[0], {
            3.. => self.parts::<S, 6>(s),
            _ => self.parts::<S, 2>(s),
        })
    }
    #[inline(always)]
    fn small<S: Simd>(self, s: S) {
        self.parts::<S, 2>(s);
    }
}

impl Panel<'_> {
    /// What is at hand, by `R` rows and one vector.
    #[inline(always)]
    fn parts<S: Simd, const R: usize>(&mut self, s: S) {
        let [first, vector] = self.at;
        for vector in vector..self.vectors.count.min(vector + 2) {
            for row in (first..self.size[0].min(first + ROWS)).step_by(R) {
                self.add::<S, 1, R>(s, row, vector);
            }
        }
    }

    /// `R` rows and `FT` vectors.
    #[inline(always)]
    fn add<S: Simd, const FT: usize, const R: usize>(&mut self, s: S, row: usize, vector: usize) {
        let [rows, depth] = self.size;
        assert!(row + R <= COPY);
        let product = Product {
            x: self.rows.as_flattened(),
            w: self.vectors.data,
            axes: [Axis::ONCE; 3],
            run: depth,
            last_run: depth,
            block: self.vectors.block,
            row: PART,
            step: 1,
        };
        let mut sum = [[[s.start(); 1]; R]; FT];
        product.add::<S, FT, R, 1, 1>(s, row * PART, vector * self.vectors.block, &mut sum);
        if choice!("all rows of a dense layer's tile", row + R <= rows) {
            for r in 0..R {
                self.add_row::<S, FT>(s, row + r, vector, core::array::from_fn(|f| sum[f][r][0]));
            }
        } else {
            // From a copy, so that the sums stay in registers.
            let sum = core::hint::black_box(sum);
            for r in 0..rows - row {
                self.add_row::<S, FT>(s, row + r, vector, core::array::from_fn(|f| sum[f][r][0]));
            }
        }
    }

    /// Adds what started as [`Simd::start`] says to sums of a row.
    #[inline(always)]
    fn add_row<S: Simd, const FT: usize>(
        &mut self,
        s: S,
        row: usize,
        vector: usize,
        sum: [S::V; FT],
    ) {
        let y = &mut self.sums[row * self.stride + vector * LANES..][..FT * LANES];
        for f in 0..FT {
            let y = &mut y[f * LANES..];
            s.store_bits(s.add(s.load(y), s.total(sum[f])), y);
        }
    }
}
