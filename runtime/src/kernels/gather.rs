//! Rows whose channels are others' of other tensors, in any order.

use crate::choice::choice;
use crate::layout::{BLOCK, Grid};
use crate::simd::{self, Job, Simd};

/// A tensor whose channels are copied.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) grid: Grid,
}

impl<'a> Source<'a> {
    /// Writes a row of a tensor of `channels` channels, of which channel `c` is the source's `from(c)`,
    /// or zeros. What is beyond the last channel may be anything afterwards.
    pub(crate) fn row(
        &self,
        place: [usize; 3],
        channels: usize,
        from: impl Fn(usize) -> Option<usize>,
        y: &mut [f32],
    ) {
        row(place, channels, |c| from(c).map(|f| (*self, f)), y);
    }

    /// The row with a channel, at the row of a place, and its lane there.
    fn pixels(&self, [image, _, row]: [usize; 3], channel: usize) -> (&'a [f32], usize) {
        (self.grid.row(self.x, [image, channel / BLOCK, row]), channel % BLOCK)
    }
}

/// As [`Source::row`], where channel `c` is that channel of the source which `from(c)` says.
pub(crate) fn row<'a>(
    place @ [_, block, _]: [usize; 3],
    channels: usize,
    from: impl Fn(usize) -> Option<(Source<'a>, usize)>,
    y: &mut [f32],
) {
    let here = block * BLOCK..channels.min((block + 1) * BLOCK);
    if let Some((x, channel)) = from(here.start).filter(|(_, c)| c.is_multiple_of(BLOCK)) {
        let next = |(other, there): (Source<'a>, usize), c| {
            core::ptr::eq(other.x, x.x) && there == channel + c % BLOCK
        };
        let whole = here.clone().all(|c| from(c).is_some_and(|source| next(source, c)));
        if choice!("a whole row copied", whole) {
            return y.copy_from_slice(x.pixels(place, channel).0);
        }
    }
    let lane = |lane| from(here.start + lane).map(|(x, channel)| x.pixels(place, channel));
    gather(here.len(), lane, y);
}

/// Writes a row of a block, whose channel `l` is a channel of the row `from(l)`, or zeros, for the first
/// `channels`. The others may be anything afterwards.
fn gather<'a>(channels: usize, from: impl Fn(usize) -> Option<(&'a [f32], usize)>, y: &mut [f32]) {
    let mut rows = [Taken::NONE; FEW];
    let mut count = 0;
    for lane in 0..channels {
        let Some((x, l)) = from(lane) else { continue };
        let same = |row: &Taken<'_>| core::ptr::eq(row.x, x);
        let n = rows[..count].iter().position(same).unwrap_or(count);
        if choice!("lanes of many rows", n == FEW) {
            return one_by_one(channels, from, y);
        }
        rows[n].x = x;
        (rows[n].index[lane], rows[n].here[lane]) = (l as i32, 1.0);
        count = count.max(n + 1);
    }
    simd::run(Gather { rows: &rows[..count], y });
}

/// Rows that a row may come from for vectors to be faster.
const FEW: usize = 4;

/// What a row takes from another one.
#[derive(Clone, Copy)]
struct Taken<'a> {
    x: &'a [f32],
    index: [i32; BLOCK],
    /// 1 in the lanes that come from it.
    here: [f32; BLOCK],
}

impl Taken<'_> {
    const NONE: Self = Self { x: &[], index: [0; BLOCK], here: [0.0; BLOCK] };
}

struct Gather<'a> {
    rows: &'a [Taken<'a>],
    y: &'a mut [f32],
}

impl Job for Gather<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for (j, y) in self.y.chunks_exact_mut(BLOCK).enumerate() {
            let mut v = s.splat(0.0);
            for row in self.rows {
                let x = s.permute(&row.x[j * BLOCK..], &row.index);
                let here = s.lt(s.splat(0.0), s.load(&row.here));
                v = s.select(here, x, v);
            }
            s.store_bits(v, y);
        }
    }
}

fn one_by_one<'a>(
    channels: usize,
    from: impl Fn(usize) -> Option<(&'a [f32], usize)>,
    y: &mut [f32],
) {
    let pixels = y.as_chunks_mut::<BLOCK>().0;
    for lane in 0..channels {
        match from(lane) {
            None => pixels.iter_mut().for_each(|y| y[lane] = 0.0),
            Some((x, l)) => {
                let x = x.as_chunks::<BLOCK>().0;
                pixels.iter_mut().zip(x).for_each(|(y, x)| y[lane] = x[l]);
            }
        }
    }
}
