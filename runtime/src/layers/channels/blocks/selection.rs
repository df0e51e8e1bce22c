//! Some channels of some inputs in some order, in blocks of sixteen channels: concatenation, shuffles
//! and splits in one step of inference.
//!
//! ```text
//! y = (… step₁(step₀(x₀ ‖ x₁ ‖ …)))
//! ```

use crate::activation::Activation;
use crate::kernel::{Forward, Kernel, Pass};
use crate::layers::channels::shuffle::shuffled;
use crate::layers::joins::blocks::concat::Concat;
use crate::layout::{Blocked, Frame};

/// A step that selects of the channels of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Select {
    /// Those of this number of groups in turn: see [`crate::layers::channels::shuffle`].
    Shuffled(usize),
    /// The first one, and how many.
    Part(usize, usize),
}

/// Some channels of some inputs in some order.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    inputs: Concat,
    steps: &'static [Select],
    /// Of the output.
    channels: usize,
}

impl Selection {
    /// What the steps select of inputs of these numbers of channels, all of `size`.
    pub const fn new(
        inputs: &'static [usize],
        size: [usize; 2],
        steps: &'static [Select],
        frame: Frame,
    ) -> Self {
        let inputs = Concat::new(inputs, size, frame);
        let channels = channels(&inputs, steps, steps.len());
        Self { inputs, steps, channels }
    }

    /// The channel of all inputs that channel `c` of the output is.
    fn from(&self, mut c: usize) -> usize {
        for (k, step) in self.steps.iter().enumerate().rev() {
            c = match *step {
                Select::Shuffled(groups) => {
                    shuffled(channels(&self.inputs, self.steps, k), groups, c)
                }
                Select::Part(first, _) => first + c,
            };
        }
        c
    }
}

/// Channels after `n` steps; fails where a step does not fit those before it.
const fn channels(inputs: &Concat, steps: &[Select], n: usize) -> usize {
    let (mut channels, mut k) = (inputs.all_channels(), 0);
    while k < n {
        match steps[k] {
            Select::Shuffled(groups) => assert!(groups > 0 && channels.is_multiple_of(groups)),
            Select::Part(first, count) => {
                assert!(count > 0 && first + count <= channels);
                channels = count;
            }
        }
        k += 1;
    }
    channels
}

impl Kernel<Blocked> for Selection {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        self.inputs.gather(activation, cx, t, self.channels, &|c| self.from(c));
    }
}
