//! Receptive fields: which input pixels a position of a value sees.
//!
//! A layer whose window reaches over `K` positions, `S` from one window to the next and `P` of padding
//! before the first, makes of `(size, jump, start)`
//!
//! ```text
//! size' = size + (K − 1)·jump      jump' = S·jump      start' = start − P·jump
//! ```
//!
//! as in Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks" (2019).

use crate::layers::Field;
use crate::window::Window;

/// The receptive field of a value's positions, in input pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receptive {
    /// Rows and columns seen.
    pub size: [usize; 2],
    /// Input pixels from one position to the next.
    pub jump: [Jump; 2],
    /// The first row and column that the first position sees; negative in the padding.
    pub start: [isize; 2],
}

/// Input pixels from one position to the next: a fraction behind a layer that makes an image larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    pixels: usize,
    positions: usize,
}

impl Jump {
    const ONE: Self = Self { pixels: 1, positions: 1 };

    /// The jump as a number.
    pub fn value(self) -> f32 {
        self.pixels as f32 / self.positions as f32
    }

    /// Input pixels that so many positions further lie at most.
    fn pixels(self, positions: usize) -> usize {
        positions.saturating_mul(self.pixels).div_ceil(self.positions)
    }

    /// The jump from every `stride`-th position to the next.
    fn times(self, stride: usize) -> Self {
        let divisor = gcd(stride, self.positions);
        let pixels = self.pixels.saturating_mul(stride / divisor);
        Self { pixels, positions: self.positions / divisor }
    }

    /// The jump where each position becomes so many.
    fn over(self, factor: usize) -> Self {
        let divisor = gcd(factor, self.pixels);
        let positions = self.positions.saturating_mul(factor / divisor);
        Self { pixels: self.pixels / divisor, positions }
    }
}

/// The greatest common divisor.
pub(crate) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Receptive {
    /// The field of an input pixel.
    pub const PIXEL: Self = Self { size: [1, 1], jump: [Jump::ONE; 2], start: [0, 0] };

    /// The field behind a layer, given those of its inputs.
    pub fn behind(inputs: &[Self], field: Field, image: [usize; 2]) -> Self {
        let seen = Self::all(inputs);
        match field {
            Field::Everything => seen.whole(image),
            Field::Window(window) => seen.under(window),
            Field::Finer { factor, per, reach, before } => seen.finer([factor, per], reach, before),
        }
    }

    /// What positions see that see all of these.
    fn all(inputs: &[Self]) -> Self {
        let join = |a: Self, b: &Self| {
            let end = |r: &Self, d: usize| r.start[d].saturating_add_unsigned(r.size[d]);
            let start = [0, 1].map(|d| a.start[d].min(b.start[d]));
            let wider = |d: usize| {
                if a.jump[d].value() < b.jump[d].value() { b.jump[d] } else { a.jump[d] }
            };
            Self {
                size: [0, 1].map(|d| end(&a, d).max(end(b, d)).abs_diff(start[d])),
                jump: [0, 1].map(wider),
                start,
            }
        };
        match inputs.split_first() {
            Some((first, others)) => others.iter().fold(*first, join),
            None => Self::PIXEL,
        }
    }

    /// The whole image, or what a position sees already where that is more.
    fn whole(mut self, image: [usize; 2]) -> Self {
        for d in 0..2 {
            if self.size[d] < image[d] {
                (self.size[d], self.start[d]) = (image[d], 0);
            }
        }
        self
    }

    fn under(self, w: Window) -> Self {
        let before = |d: usize| self.jump[d].pixels(w.pad[2 * d]);
        Self {
            size: [0, 1].map(|d| self.size[d].saturating_add(self.jump[d].pixels(w.reach(d) - 1))),
            jump: [0, 1].map(|d| self.jump[d].times(w.stride[d])),
            start: [0, 1].map(|d| self.start[d].saturating_sub_unsigned(before(d))),
        }
    }

    fn finer(self, [factor, per]: [[usize; 2]; 2], reach: [usize; 2], before: [usize; 2]) -> Self {
        let before = |d: usize| self.jump[d].pixels(before[d]);
        Self {
            size: [0, 1].map(|d| self.size[d].saturating_add(self.jump[d].pixels(reach[d] - 1))),
            jump: [0, 1].map(|d| self.jump[d].times(per[d]).over(factor[d])),
            start: [0, 1].map(|d| self.start[d].saturating_sub_unsigned(before(d))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(kernel: usize, stride: usize, pad: usize) -> Field {
        Field::Window(Window {
            kernel: [kernel; 2],
            stride: [stride; 2],
            pad: [pad; 4],
            ..Window::POINT
        })
    }

    fn behind(fields: &[Field]) -> Receptive {
        let step = |r: Receptive, &f: &Field| Receptive::behind(&[r], f, [224, 224]);
        fields.iter().fold(Receptive::PIXEL, step)
    }

    #[test]
    fn the_stem_of_a_residual_network() {
        let stem = behind(&[window(7, 2, 3), window(3, 2, 1)]);
        assert_eq!((stem.size, stem.jump[0].value(), stem.start), ([11; 2], 4.0, [-5; 2]));
    }

    #[test]
    fn branches_see_what_either_sees() {
        let left = Field::Window(Window { kernel: [2, 2], pad: [1, 0, 1, 0], ..Window::POINT });
        let right = Field::Window(Window { kernel: [2, 2], pad: [0, 1, 0, 1], ..Window::POINT });
        let joined =
            Receptive::behind(&[behind(&[left]), behind(&[right])], window(1, 1, 0), [8, 8]);
        assert_eq!((joined.size, joined.start), ([3; 2], [-1; 2]));
    }

    #[test]
    fn what_makes_an_image_larger_divides_the_jump() {
        let finer = |factor, per| Field::Finer {
            factor: [factor; 2],
            per: [per; 2],
            reach: [1; 2],
            before: [0; 2],
        };
        let (twice, thrice) = (finer(2, 1), finer(3, 1));
        // From 4 to 6 pixels and back.
        assert_eq!(behind(&[finer(3, 2), window(1, 3, 0)]).jump[0].value(), 2.0);
        assert_eq!(behind(&[window(2, 2, 0), twice]).jump, [Jump::ONE; 2]);
        let third = behind(&[thrice, window(3, 1, 1)]);
        assert_eq!((third.size, third.start), ([2; 2], [-1; 2]));
        assert_eq!(behind(&[thrice, window(3, 3, 1)]).jump, [Jump::ONE; 2]);
    }

    #[test]
    fn whoever_sees_all_positions_sees_the_image() {
        let r = behind(&[window(5, 1, 2), Field::Everything]);
        assert_eq!((r.size, r.start), ([224; 2], [0; 2]));
    }
}
