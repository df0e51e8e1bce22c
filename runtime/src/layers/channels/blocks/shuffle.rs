//! The channels of some groups taken in turn, in blocks of sixteen channels. The formulas are those
//! of [`crate::layers::channels::shuffle`].

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::kernels::gather::Source;
use crate::kernels::rows::{d_halo, write_rows};
use crate::layers::channels::shuffle::shuffled;
use crate::layout::{Blocked, Frame, Grid};

/// The channels of some groups taken in turn.
#[derive(Clone, Copy, Debug)]
pub struct Shuffle {
    pub(super) x: Grid,
    pub(super) y: Grid,
    pub(super) dx: Grid,
    pub(super) dy: Grid,
    pub(super) groups: usize,
}

impl Shuffle {
    /// The layer over images of `dims`.
    pub const fn new(dims @ [channels, ..]: [usize; 3], groups: usize, frame: Frame) -> Self {
        assert!(groups > 0 && channels.is_multiple_of(groups));
        Self {
            x: frame.input(0, dims),
            y: frame.output(dims),
            dx: Grid::new(dims, d_halo(&frame, 0)),
            dy: Grid::new(dims, frame.d_output),
            groups,
        }
    }
}

impl Kernel<Blocked> for Shuffle {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let [grid, y_grid] = Grid::joined([self.x, self.y]);
        let x = Source { x: t.inputs[0], grid };
        let channels = self.x.channels;
        write_rows(cx.exec, t.output, y_grid, &|place, y| {
            x.row(place, channels, |c| Some(shuffled(channels, self.groups, c)), y);
            activation.apply(y);
        });
    }
}
