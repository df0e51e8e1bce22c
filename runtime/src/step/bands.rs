//! Depth first: a chain of layers, computed in bands of rows.
//!
//! ```text
//! for pieces of the last layer's output (threads: images, rows):
//!     for bands of its rows:
//!         for layers: the rows that the band needs and that are not there yet,
//!                     after the rows that the last band left over, in a strip of memory
//! ```
//! Schedule. A strip holds as many rows of a value as stay in the second cache with those of the other
//! strips, so that no value inside the chain goes to memory; only the last layer's output does. Rows that
//! two bands need are computed once, and moved; those that two threads need, once by each. Every number is
//! computed as it is without bands, and bands start at whole tiles of Winograd's wherever the pieces were
//! cut, so that the bits are the same.

use super::{Place, Stretch, split};
use crate::activation::Activation;
use crate::arena::{cut, stretch};
use crate::choice::choice;
use crate::exec::{self, Exec, PRODUCTS};
use crate::kernel::band::{Band, Banded, Given, Rows};
use crate::kernel::{Pass, Room};
use crate::kernels::finish::finished;
use crate::layout::{Blocked, Grid};
use crate::view::{Cut, View};
use core::ops::Range;

/// Rows of the last layer that a band has at most.
const MOST: usize = 32;

/// A chain of `N` layers, each of which reads what the one before computes.
#[derive(Clone, Copy, Debug)]
pub struct Bands<const N: usize> {
    rows: [Rows; N],
    /// Rows of the last output in a band.
    band: usize,
}

/// A strip: how rows of a value lie in it.
#[derive(Clone, Copy, Debug)]
struct Strip {
    grid: Grid,
}

impl Strip {
    /// A strip of the value that `rows` reads, with room for this many rows.
    const fn new(rows: &Rows, held: usize) -> Self {
        let Grid { channels, width, halo, .. } = rows.x;
        // A band of rows is written as the inside of a grid with a halo.
        Self { grid: Grid::new([channels, held, width], halo) }
    }

    /// Floats of a halo's rows in front, so that the first row can be written as the inside of a grid.
    const fn front(&self) -> usize {
        self.grid.halo * self.grid.pitch()
    }

    /// Floats of the strip: all blocks, and after the last as many as a grid that starts further down has.
    const fn len(&self) -> usize {
        self.front() + self.grid.len() + self.grid.plane()
    }

    /// The rows that are there, block after block.
    fn read<'a>(&self, floats: &'a [f32]) -> &'a [f32] {
        &floats[self.front()..]
    }

    /// The rows from this one on.
    fn write<'a>(&self, floats: &'a mut [f32], at: usize, rows: usize) -> View<'a> {
        let floats = &mut floats[at * self.grid.pitch()..][..self.grid.len()];
        let [rows, _] = View::new(floats, self.grid).cut(Cut::Rows, rows);
        rows
    }

    /// Zeros in all columns of the halo.
    fn clear_sides(&self, floats: &mut [f32]) {
        let Grid { halo, depth, .. } = self.grid;
        let (side, pitch) = (halo * depth, self.grid.pitch());
        if side > 0 {
            let rows = floats[self.front()..][..self.grid.len()].chunks_exact_mut(pitch);
            rows.for_each(|row| {
                row[..side].fill(0.0);
                row[pitch - side..].fill(0.0);
            });
        }
    }

    /// Zeros in these rows.
    fn clear(&self, floats: &mut [f32], rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        let (pitch, plane) = (self.grid.pitch(), self.grid.plane());
        for block in floats[self.front()..].chunks_exact_mut(plane).take(self.grid.blocks()) {
            block[rows.start * pitch..rows.end * pitch].fill(0.0);
        }
    }

    /// These rows to the front.
    fn shift(&self, floats: &mut [f32], rows: Range<usize>) {
        let (pitch, plane) = (self.grid.pitch(), self.grid.plane());
        for block in floats[self.front()..].chunks_exact_mut(plane).take(self.grid.blocks()) {
            block.copy_within(rows.start * pitch..rows.end * pitch, 0);
        }
    }
}

impl<const N: usize> Bands<N> {
    /// The chain, whose strips take up to `floats` together where a band of the fewest rows that pay does.
    pub const fn new(rows: [Rows; N], floats: usize) -> Self {
        assert!(N > 1);
        let last = &rows[N - 1];
        let height = if last.y.height < MOST { last.y.height } else { MOST };
        let mut chain = Self { rows, band: last.together };
        loop {
            let more = Self { band: chain.band + last.together, ..chain };
            let whole = chain.band >= height.next_multiple_of(last.together);
            if whole || chain.pays() && more.strips_len() > floats {
                return chain;
            }
            chain = more;
        }
    }

    /// Rows of the last output in a band.
    pub const fn band(&self) -> usize {
        self.band
    }

    /// Whether each layer computes as many rows for a band as it should.
    const fn pays(&self) -> bool {
        let (mut k, mut rows, mut pays) = (N, self.band, true);
        while k > 0 {
            k -= 1;
            let here = &self.rows[k];
            let least = if here.least < here.y.height { here.least } else { here.y.height };
            pays = pays && rows >= least;
            rows *= here.stride;
        }
        pays
    }

    /// The strip of the value that layer `k` gives the next.
    const fn strip(&self, k: usize) -> Strip {
        // The most rows that a layer computes for a band, from the last to the one after this.
        let (mut at, mut computed) = (N - 1, self.band);
        loop {
            let [before, here] = [&self.rows[at - 1], &self.rows[at]];
            let skipped = here.stride.saturating_sub(here.reach);
            let held = (computed - 1) * here.stride
                + here.reach
                + skipped
                + 2 * (before.together - 1)
                + 2 * here.x.halo;
            if at - 1 == k {
                return Strip::new(here, held);
            }
            (at, computed) = (at - 1, held.next_multiple_of(before.together));
        }
    }

    const fn strips_len(&self) -> usize {
        let (mut k, mut len) = (0, 0);
        while k < N - 1 {
            len += self.strip(k).len();
            k += 1;
        }
        len
    }

    /// Floats of scratch for a thread: the strips, and what a layer needs, which starts on a cache line.
    const fn thread(&self) -> usize {
        let (mut k, mut most) = (0, 0);
        while k < N {
            if self.rows[k].scratch > most {
                most = self.rows[k].scratch;
            }
            k += 1;
        }
        self.strips_len() + most
    }

    /// Scratch of the forward pass.
    pub const fn room(&self) -> Room {
        Room { thread: self.thread(), ..Room::NONE }
    }
}

/// A layer of a chain, with its activation and the places of its tensors.
pub struct Stage<'k, K, A, const P: usize> {
    kernel: &'k K,
    activation: A,
    params: [Stretch; P],
    add: Place,
}

/// A layer of a chain.
pub const fn stage<K: Banded, A: Activation, const P: usize>(
    kernel: &K,
    activation: A,
    params: [Stretch; P],
    add: Place,
) -> Stage<'_, K, A, P> {
    Stage { kernel, activation, params, add }
}

/// What differs between the layers of a chain.
pub trait Staged: Sync {
    /// Computes a band with these parameters, of all.
    fn band(&self, w: &[f32], band: Band<'_>);
    /// Where the second input lies.
    fn add(&self) -> Place;
}

impl<K: Banded, A: Activation, const P: usize> Staged for Stage<'_, K, A, P> {
    fn band(&self, w: &[f32], band: Band<'_>) {
        let params = self.params.map(|s| stretch(w, s));
        finished(self.activation, |finish| {
            self.kernel.band(Given { params: &params, finish }, band);
        });
    }

    fn add(&self) -> Place {
        self.add
    }
}

/// Where a chain finds its tensors.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// The first input.
    pub input: Place,
    /// The last output.
    pub output: Place,
    /// Where the scratch starts, in floats per image of the arena.
    pub end: usize,
}

/// Runs a chain.
pub fn bands<const N: usize>(
    chain: &Bands<N>,
    cx: &Pass<'_>,
    w: &[f32],
    arena: &mut [f32],
    stages: [&dyn Staged; N],
    ends: Ends,
) {
    let n = cx.padded::<Blocked>();
    let (arena, scratch) = split(arena, ends.end, super::ALL, [n, n]);
    let ([output], gaps) = cut(arena, [ends.output.range(n)]);
    let run = Run {
        chain,
        w,
        stages,
        x: gaps.find(ends.input.range(n)),
        adds: core::array::from_fn(|k| {
            chain.rows[k].add.map(|grid| (gaps.find(stages[k].add().range(n)), grid))
        }),
    };
    let each = chain.thread();
    let work: usize = chain.rows.iter().map(|rows| rows.work).sum();
    let threads = exec::pieces_with(cx.exec, scratch.len(), each);
    let threads = threads.min(work * cx.images / PRODUCTS).max(1);
    run.share(cx.exec, threads, View::new(output, chain.rows[N - 1].y), scratch);
}

/// A chain with its tensors.
struct Run<'a, const N: usize> {
    chain: &'a Bands<N>,
    w: &'a [f32],
    stages: [&'a dyn Staged; N],
    x: &'a [f32],
    adds: [Option<(&'a [f32], Grid)>; N],
}

impl<const N: usize> Run<'_, N> {
    /// Shares the view out among threads, each of which gets its part of the scratch.
    fn share(&self, exec: &dyn Exec, threads: usize, mut view: View<'_>, scratch: &mut [f32]) {
        let (half, together) = (threads / 2, self.chain.rows[N - 1].together);
        let (images, rows) = (view.images.clone(), view.rows.clone());
        let parts = rows.len().div_ceil(together);
        let (axis, at) =
            if threads > 1 && choice!("threads share images of bands", images.len() > 1) {
                (Cut::Images, images.start + (images.len() * half / threads).max(1))
            } else if threads > 1 && choice!("threads share rows of bands", parts > 1) {
                (Cut::Rows, rows.start + (parts * half / threads).max(1) * together)
            } else {
                view.clear_halo();
                for image in images {
                    self.image(image, &mut view, scratch);
                }
                return;
            };
        let [a, b] = view.cut(axis, at);
        let (near, far) = scratch.split_at_mut(half * (scratch.len() / threads));
        let (mut a, mut b) = (Some(a), Some(b));
        exec.join(
            &mut || {
                if let Some(a) = a.take() {
                    self.share(exec, half, a, near);
                }
            },
            &mut || {
                if let Some(b) = b.take() {
                    self.share(exec, threads - half, b, far);
                }
            },
        );
    }

    /// The view's rows of an image.
    fn image(&self, image: usize, view: &mut View<'_>, scratch: &mut [f32]) {
        let Bands { rows, band } = self.chain;
        let mut rest = scratch;
        let mut strips: [(Strip, &mut [f32]); N] = core::array::from_fn(|k| {
            let strip = if k + 1 < N { self.chain.strip(k) } else { Strip::new(&rows[k], 1) };
            let len = if k + 1 < N { strip.len() } else { 0 };
            let (floats, others) = core::mem::take(&mut rest).split_at_mut(len);
            rest = others;
            (strip, floats)
        });
        let scratch = rest;
        let mut held: [Held; N] = core::array::from_fn(|_| Held::default());
        held[N - 1].next = view.rows.start;
        for k in (0..N - 1).rev() {
            let (strip, floats) = &mut strips[k];
            strip.clear_sides(floats);
            held[k] = Held::before(&rows[k], &rows[k + 1], held[k + 1].next);
            strip.clear(floats, 0..held[k].end - held[k].top);
        }
        let x = &self.x[image * rows[0].x.step..][..rows[0].x.len()];
        choice!("several bands of a chain", view.rows.len() > *band);
        while held[N - 1].next < view.rows.end {
            let mut to = [0; N];
            to[N - 1] = view.rows.end.min(held[N - 1].next + band);
            for k in (0..N - 1).rev() {
                let (strip, floats) = &mut strips[k];
                let left = held[k].leave(rows[k + 1].start(held[k + 1].next));
                strip.shift(floats, left);
                to[k] = held[k].until(&rows[k], &rows[k + 1], to[k + 1]);
            }
            for k in 0..N {
                let asked = held[k].next..to[k];
                if choice!("a layer of a band", !asked.is_empty()) {
                    let (inputs, outputs) = strips.split_at_mut(k);
                    let (x, x_grid, before) = match inputs.last() {
                        Some((strip, floats)) => (strip.read(floats), strip.grid, held[k - 1].top),
                        None => (x, rows[0].x, 0),
                    };
                    let y = if k + 1 < N {
                        let (strip, floats) = &mut outputs[0];
                        strip.write(floats, held[k].end - held[k].top, asked.len())
                    } else {
                        view.band(image, asked.clone())
                    };
                    let add = self.adds[k]
                        .map(|(add, grid)| &add[rows[k].beside(&grid, image, asked.start)..]);
                    let band = Band { x, x_grid, before, add, rows: asked, y, scratch };
                    self.stages[k].band(self.w, band);
                }
                if k + 1 < N {
                    let (strip, floats) = &mut strips[k];
                    let zeros = held[k].filled(&rows[k], &rows[k + 1], [to[k], to[k + 1]]);
                    strip.clear(floats, zeros);
                } else {
                    held[k].next = to[k];
                }
            }
        }
    }
}

/// Which rows of a value a strip holds.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// The first of the value's rows that has not been computed.
    next: usize,
    /// The first row in the strip, counted from the top of the halo.
    top: usize,
    /// The row after the last in the strip.
    end: usize,
}

impl Held {
    /// A strip before row `first` of its reader's output, with rows of zeros above the image.
    fn before(rows: &Rows, reader: &Rows, first: usize) -> Self {
        let (start, halo) = (reader.start(first), reader.x.halo);
        let next = start.saturating_sub(halo).min(rows.y.height - 1);
        let next = next / rows.together * rows.together;
        Self { next, top: start.min(next + halo), end: next + halo }
    }

    /// Leaves the rows before this one; those of the strip that stay, counted from its first.
    fn leave(&mut self, row: usize) -> Range<usize> {
        let top = row.clamp(self.top, self.end);
        let stay = top - self.top..self.end - self.top;
        self.top = top;
        stay
    }

    /// The row after the last that is to be computed for the first `n` rows of the reader's output.
    fn until(&self, rows: &Rows, reader: &Rows, n: usize) -> usize {
        let needed = reader.end(n).saturating_sub(reader.x.halo);
        needed.next_multiple_of(rows.together).min(rows.y.height).max(self.next)
    }

    /// After rows up to `to` have been computed for the first `n` of the reader's output: the rows of the
    /// strip, below the image, that are to be zeros.
    fn filled(&mut self, rows: &Rows, reader: &Rows, [to, n]: [usize; 2]) -> Range<usize> {
        self.end = self.end.max(to + reader.x.halo);
        self.next = to;
        let below = if to == rows.y.height { reader.end(n).max(self.end) } else { self.end };
        let zeros = self.end - self.top..below - self.top;
        self.end = below;
        zeros
    }
}
