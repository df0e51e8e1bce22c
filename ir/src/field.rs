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

use crate::interpolation::Interpolation;
use crate::window::Window;

/// Which positions of its input a position of a layer's output sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Those under a window.
    Window(Window),
    /// All of them.
    Everything,
    /// The one that it is: only the shape changes.
    View,
    /// A few, of an output with more positions than the input.
    Finer {
        /// Output rows and columns for each of the input.
        factor: [usize; 2],
        /// Divided by this.
        per: [usize; 2],
        /// Input rows and columns that an output position sees at most.
        reach: [usize; 2],
        /// Rows and columns before the input's first that the first output position would see.
        before: [usize; 2],
    },
}

impl Field {
    /// That of the way back through a window: a position sees the windows that cover it.
    pub const fn back(window: Window) -> Self {
        let (mut reach, mut before, mut d) = ([0; 2], [0; 2], 0);
        while d < 2 {
            let (stride, all) = (window.stride[d], window.reach(d));
            reach[d] = all.div_ceil(stride);
            before[d] = (all - 1).saturating_sub(window.pad[2 * d]) / stride;
            d += 1;
        }
        Self::Finer { factor: window.stride, per: [1; 2], reach, before }
    }

    /// That of an image made larger.
    pub const fn enlarged(
        size: [usize; 2],
        output: [usize; 2],
        interpolation: Interpolation,
    ) -> Self {
        let aligned = matches!(interpolation, Interpolation::Aligned);
        let between = !matches!(interpolation, Interpolation::Nearest);
        let (mut factor, mut per) = ([0; 2], [0; 2]);
        let (mut reach, mut before, mut d) = ([1; 2], [0; 2], 0);
        while d < 2 {
            let (n, m) = (size[d], output[d]);
            let [a, b] = if aligned && n > 1 { [m - 1, n - 1] } else { [m, n] };
            let divisor = gcd(a, b);
            (factor[d], per[d]) = (a / divisor, b / divisor);
            // The neighbor that is interpolated with.
            if between && m != n && !(aligned && n == 1) {
                reach[d] = 2;
                before[d] = if aligned { 0 } else { 1 };
            }
            d += 1;
        }
        Self::Finer { factor, per, reach, before }
    }
}

/// The receptive field of a value's positions, in input pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receptive {
    /// Rows and columns seen.
    pub size: [usize; 2],
    /// Input pixels from one position to the next.
    pub jump: [Jump; 2],
    /// The first row and column that the first position sees; negative in the padding.
    pub start: [isize; 2],
}

/// Input pixels from one position to the next: a fraction after a layer that makes an image larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Jump {
    pixels: usize,
    positions: usize,
}

impl Jump {
    const ONE: Self = Self { pixels: 1, positions: 1 };

    /// The jump as a number.
    pub const fn value(self) -> f32 {
        self.pixels as f32 / self.positions as f32
    }

    /// Input pixels that this many positions further lie at most.
    const fn pixels(self, positions: usize) -> usize {
        positions.saturating_mul(self.pixels).div_ceil(self.positions)
    }

    /// The jump from every `stride`-th position to the next.
    const fn times(self, stride: usize) -> Self {
        let divisor = gcd(stride, self.positions);
        let pixels = self.pixels.saturating_mul(stride / divisor);
        Self { pixels, positions: self.positions / divisor }
    }

    /// The jump where each position becomes `factor`.
    const fn over(self, factor: usize) -> Self {
        let divisor = gcd(factor, self.pixels);
        let positions = self.positions.saturating_mul(factor / divisor);
        Self { pixels: self.pixels / divisor, positions }
    }
}

/// The greatest common divisor.
pub const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

const fn least(a: isize, b: isize) -> isize {
    if a < b { a } else { b }
}

const fn most(a: isize, b: isize) -> isize {
    if a < b { b } else { a }
}

impl Receptive {
    /// The field of an input pixel.
    pub const PIXEL: Self = Self { size: [1, 1], jump: [Jump::ONE; 2], start: [0, 0] };

    /// What a position sees that sees both.
    pub const fn and(mut self, other: Self) -> Self {
        let mut d = 0;
        while d < 2 {
            let end = most(
                self.start[d].saturating_add_unsigned(self.size[d]),
                other.start[d].saturating_add_unsigned(other.size[d]),
            );
            self.start[d] = least(self.start[d], other.start[d]);
            self.size[d] = end.abs_diff(self.start[d]);
            if self.jump[d].value() < other.jump[d].value() {
                self.jump[d] = other.jump[d];
            }
            d += 1;
        }
        self
    }

    /// The field after a layer, given what its inputs see together; `image` is the height and width of everything.
    pub const fn after(self, field: Field, image: [usize; 2]) -> Self {
        match field {
            Field::View => self,
            Field::Everything => self.whole(image),
            Field::Window(w) => {
                let (mut reach, mut before, mut d) = ([0; 2], [0; 2], 0);
                while d < 2 {
                    (reach[d], before[d]) = (w.reach(d), w.pad[2 * d]);
                    d += 1;
                }
                self.under(reach, before, [w.stride, [1; 2]])
            }
            Field::Finer { factor, per, reach, before } => self.under(reach, before, [per, factor]),
        }
    }

    /// The whole image, or what a position sees already where that is more.
    const fn whole(mut self, image: [usize; 2]) -> Self {
        let mut d = 0;
        while d < 2 {
            if self.size[d] < image[d] {
                (self.size[d], self.start[d]) = (image[d], 0);
            }
            d += 1;
        }
        self
    }

    const fn under(
        mut self,
        reach: [usize; 2],
        before: [usize; 2],
        [stride, factor]: [[usize; 2]; 2],
    ) -> Self {
        let mut d = 0;
        while d < 2 {
            let jump = self.jump[d];
            self.size[d] = self.size[d].saturating_add(jump.pixels(reach[d] - 1));
            self.start[d] = self.start[d].saturating_sub_unsigned(jump.pixels(before[d]));
            self.jump[d] = jump.times(stride[d]).over(factor[d]);
            d += 1;
        }
        self
    }
}

/// The windows that share an image of this size out among an output of that one, or, where they differ,
/// the largest of them and the smallest stride: window `i` of `O` over `N` goes from `floor(i·N/O)` to
/// `ceil((i + 1)·N/O)`.
pub(crate) const fn sharing(size: [usize; 2], output: [usize; 2]) -> Window {
    let mut window = Window::POINT;
    let mut d = 0;
    while d < 2 {
        let (n, o) = (size[d], output[d]);
        // With `f = i·N mod O`, a window has `⌈(N + f)/O⌉` positions, and `f` is at most `O − gcd(N, O)`.
        window.kernel[d] = 1 + (n - gcd(n, o)).div_ceil(o);
        window.stride[d] = if n > o { n / o } else { 1 };
        d += 1;
    }
    window
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

    fn after(fields: &[Field]) -> Receptive {
        fields.iter().fold(Receptive::PIXEL, |r, &f| r.after(f, [224, 224]))
    }

    #[test]
    fn the_stem_of_a_residual_network() {
        let stem = after(&[window(7, 2, 3), window(3, 2, 1)]);
        assert_eq!((stem.size, stem.jump[0].value(), stem.start), ([11; 2], 4.0, [-5; 2]));
    }

    #[test]
    fn branches_see_what_either_sees() {
        let left = Field::Window(Window { kernel: [2, 2], pad: [1, 0, 1, 0], ..Window::POINT });
        let right = Field::Window(Window { kernel: [2, 2], pad: [0, 1, 0, 1], ..Window::POINT });
        let joined = after(&[left]).and(after(&[right])).after(window(1, 1, 0), [8, 8]);
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
        assert_eq!(after(&[finer(3, 2), window(1, 3, 0)]).jump[0].value(), 2.0);
        assert_eq!(after(&[window(2, 2, 0), twice]).jump, [Jump::ONE; 2]);
        let third = after(&[thrice, window(3, 1, 1)]);
        assert_eq!((third.size, third.start), ([2; 2], [-1; 2]));
        assert_eq!(after(&[thrice, window(3, 3, 1)]).jump, [Jump::ONE; 2]);
    }

    #[test]
    fn whoever_sees_all_positions_sees_the_image() {
        let r = after(&[window(5, 1, 2), Field::Everything]);
        assert_eq!((r.size, r.start), ([224; 2], [0; 2]));
    }

    #[test]
    fn interpolation_looks_at_neighbors() {
        let enlarged = |output, how| match Field::enlarged([4, 1], [output, 3], how) {
            Field::Finer { factor, per, reach, before } => {
                [factor[0], per[0], reach[0], before[0], reach[1]]
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(enlarged(8, Interpolation::Nearest), [2, 1, 1, 0, 1]);
        assert_eq!(enlarged(8, Interpolation::Bilinear), [2, 1, 2, 1, 2]);
        // Corners stay in their places, and a single pixel has no neighbor.
        assert_eq!(enlarged(7, Interpolation::Aligned), [2, 1, 2, 0, 1]);
    }

    #[test]
    fn the_largest_window_is_the_largest() {
        for n in 1..40_usize {
            for o in 1..40 {
                let share = |i: usize| ((i + 1) * n).div_ceil(o) - i * n / o;
                assert_eq!(Some(sharing([n; 2], [o; 2]).kernel[0]), (0..o).map(share).max());
            }
        }
    }

    #[test]
    fn windows_share_the_image_out() {
        let of = |n, o| (sharing([n; 2], [o; 2]).kernel[0], sharing([n; 2], [o; 2]).stride[0]);
        assert_eq!(of(12, 3), (4, 4));
        assert_eq!(of(7, 3), (3, 2));
        assert_eq!(of(8, 7), (2, 1));
        assert_eq!(of(1, 7), (1, 1));
        assert_eq!(of(13, 1), (13, 13));
    }
}
