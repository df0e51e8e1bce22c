//! Rows whose channels are others' of another tensor, in any order.

use crate::layout::{Grid, LANES};

/// A tensor whose channels are copied.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) x: &'a [f32],
    pub(super) grid: Grid,
}

impl Source<'_> {
    /// Writes a row of a tensor of so many channels, of which channel `c` is the source's `from(c)`,
    /// or zeros. Lanes beyond the last channel stay as they are.
    pub(super) fn row(
        &self,
        [image, block, row]: [usize; 3],
        channels: usize,
        from: impl Fn(usize) -> Option<usize>,
        y: &mut [f32],
    ) {
        let here = block * LANES..channels.min((block + 1) * LANES);
        let aligned = |c: usize| from(c).is_some_and(|f| f % LANES == c % LANES);
        let first = from(here.start).map_or(0, |f| f / LANES);
        if here.clone().all(|c| aligned(c) && from(c).is_some_and(|f| f / LANES == first)) {
            return y.copy_from_slice(self.grid.row(self.x, [image, first, row]));
        }
        let pixels = y.as_chunks_mut::<LANES>().0;
        for c in here {
            let lane = c % LANES;
            let Some(from) = from(c) else {
                pixels.iter_mut().for_each(|y| y[lane] = 0.0);
                continue;
            };
            let x = self.grid.row(self.x, [image, from / LANES, row]).as_chunks::<LANES>().0;
            pixels.iter_mut().zip(x).for_each(|(y, x)| y[lane] = x[from % LANES]);
        }
    }
}
