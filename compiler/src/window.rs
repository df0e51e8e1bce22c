//! The output-size formula of every windowed layer, and its words.
//!
//! `floor((N + P_begin + P_end − D·(F − 1) − 1) / S) + 1`, as in Dumoulin and Visin,
//! "A guide to convolution arithmetic for deep learning" (2016), relationship 15.

use cnn_ir::{Rounding, Shape, Window};
use std::fmt::Write;

/// Padding as the user asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Top, bottom, left, right.
    Explicit([usize; 4]),
    /// `ceil(N / S)` positions; what is odd goes to the end.
    Same,
    /// As many positions as the input has, whatever the stride; what is odd goes to the end.
    Keep,
}

const NAMES: [&str; 2] = ["height", "width"];

/// What follows from a window's numbers for an input of a given height and width.
pub trait WindowRule: Sized {
    /// The window with its padding settled for an input of `size`.
    fn padded(self, padding: Padding, size: [usize; 2]) -> Self;

    /// Rows and columns of zeros around an image in which every window finds its padding, and
    /// those around the output's gradient in which the input's gradient finds its taps.
    fn halos(&self, size: [usize; 2], output: [usize; 2]) -> [usize; 2];

    /// Output height and width for an input of `size`, or the formula that shows why not.
    fn output(&self, size: [usize; 2]) -> Result<[usize; 2], Misfit>;

    /// The smallest equal padding on all sides with which the window fits.
    fn fitting_pad(&self, size: [usize; 2]) -> usize;

    /// The largest odd square kernel that fits, if it is smaller than this one.
    fn fitting_kernel(&self, size: [usize; 2]) -> Option<usize>;

    /// The first window along an axis that holds nothing but padding: the axis, and the rows or columns
    /// that it holds next to the image. Only where the kernel's elements lie further apart than the
    /// image is large can there be one, of a window that is padded by no more than half its reach.
    fn in_padding(&self, size: [usize; 2], output: [usize; 2]) -> Option<(usize, [i128; 2])>;

    /// The same window with equal padding on all sides.
    fn with_pad(self, pad: usize) -> Self;

    /// The same window with a square kernel.
    fn with_kernel(self, kernel: usize) -> Self;
}

impl WindowRule for Window {
    fn padded(mut self, padding: Padding, size: [usize; 2]) -> Self {
        self.pad = match padding {
            Padding::Explicit(pad) => pad,
            Padding::Same => pad_for(&self, [0, 1].map(|d| size[d].div_ceil(self.stride[d])), size),
            Padding::Keep => pad_for(&self, size, size),
        };
        self
    }

    fn halos(&self, size: [usize; 2], output: [usize; 2]) -> [usize; 2] {
        let mut halos = [0, 0];
        for d in 0..2 {
            let (begin, stride, dilation) = (self.pad[2 * d], self.stride[d], self.dilation[d]);
            let last = (output[d] - 1) * stride + self.reach(d);
            halos[0] = halos[0].max(begin).max(last.saturating_sub(size[d] + begin));
            halos[1] = halos[1].max(d_halo(self, d, size[d], output[d], [begin, stride, dilation]));
        }
        halos
    }

    fn output(&self, size: [usize; 2]) -> Result<[usize; 2], Misfit> {
        let mut output = [0; 2];
        let mut lines = String::new();
        let mut remainder = false;
        for d in 0..2 {
            let (n, begin, end) =
                (size[d] as i128, self.pad[2 * d] as i128, self.pad[2 * d + 1] as i128);
            let span = n + begin + end - self.reach(d) as i128;
            let stride = self.stride[d] as i128;
            let mut count = span.div_euclid(stride) + 1;
            let rest = span.rem_euclid(stride);
            // PyTorch: the last window must start inside the image or its begin padding. It is there
            // even where the first one is larger than all of the padded image.
            let last_starts_inside = count * stride < n + begin;
            if rest != 0 && self.rounding == Rounding::Ceil && last_starts_inside {
                count += 1;
            }
            if count < 1 {
                let formula = formula(self, d, size[d]);
                let _ = write!(
                    lines,
                    "\n{}: {formula} = {count}, but an output needs at least 1",
                    NAMES[d]
                );
                continue;
            }
            if rest != 0 && self.rounding == Rounding::Exact {
                remainder = true;
                let formula = formula(self, d, size[d]);
                let (unit, be) = (["row", "column"][d], if rest == 1 { "" } else { "s" });
                let _ = write!(
                    lines,
                    "\n{}: {formula} leaves a remainder of {rest}: {rest} border {unit}{be} would be dropped",
                    NAMES[d]
                );
            }
            output[d] = count as usize;
        }
        if lines.is_empty() { Ok(output) } else { Err(Misfit { lines, remainder }) }
    }

    fn fitting_pad(&self, size: [usize; 2]) -> usize {
        (0..2).map(|d| self.reach(d).saturating_sub(size[d]).div_ceil(2)).max().unwrap_or(0)
    }

    fn fitting_kernel(&self, size: [usize; 2]) -> Option<usize> {
        let most = (0..2).map(|d| {
            let room = size[d] + self.pad[2 * d] + self.pad[2 * d + 1];
            (room - 1) / self.dilation[d] + 1
        });
        let most = most.min()?;
        let odd = if most % 2 == 0 { most - 1 } else { most };
        (odd < self.kernel[0].max(self.kernel[1])).then_some(odd)
    }

    fn in_padding(&self, size: [usize; 2], output: [usize; 2]) -> Option<(usize, [i128; 2])> {
        (0..2).find_map(|d| {
            let [n, step, stride, begin] =
                [size[d], self.dilation[d], self.stride[d], self.pad[2 * d]].map(|n| n as i128);
            // Window `i` starts in the begin padding, at `i·S − P`; modulo the dilation, that is the
            // first element after the padding.
            let starts_before = (output[d] as i128).min((begin + stride - 1) / stride);
            let i = first_above(starts_before, step, stride, (-begin).rem_euclid(step), n)?;
            let after = (i * stride - begin).rem_euclid(step);
            Some((d, [after - step, after]))
        })
    }

    fn with_pad(mut self, pad: usize) -> Self {
        self.pad = [pad; 4];
        self
    }

    fn with_kernel(mut self, kernel: usize) -> Self {
        self.kernel = [kernel; 2];
        self
    }
}

/// The padding that gives `outputs` positions: `(outputs − 1)·S + D·(F − 1) + 1 − N` in all, as
/// much at the end as at the beginning, or one more. For as many positions as there are inputs,
/// each side has `p = (N(S − 1) + F − S)/2`.
fn pad_for(window: &Window, outputs: [usize; 2], size: [usize; 2]) -> [usize; 4] {
    let mut pad = [0; 4];
    for d in 0..2 {
        let covered = (outputs[d] - 1) * window.stride[d] + window.reach(d);
        let total = covered.saturating_sub(size[d]);
        pad[2 * d] = total / 2;
        pad[2 * d + 1] = total - total / 2;
    }
    pad
}

/// How far beyond the output the taps reach that give the input's gradient.
///
/// Tap `t` adds to the input's positions `p + S·k` with the phase `p = (D·t − P) mod S`, if the input
/// has such a position. For the first of them it reads the output's position `⌈(P − D·t)/S⌉`, for the
/// last one `⌊(N − 1 + P − D·t)/S⌋`: the last tap reaches furthest before the output, the first one
/// furthest after it.
fn d_halo(window: &Window, d: usize, size: usize, output: usize, numbers: [usize; 3]) -> usize {
    let [begin, stride, dilation] = numbers.map(|n| n as i128);
    let (size, output, last) = (size as i128, output as i128, window.kernel[d] as i128 - 1);
    // Taps from either end until one has a phase that the input has.
    let from_start = first_below(dilation, -begin, stride, size);
    let from_end = first_below(-dilation, dilation * last - begin, stride, size);
    let (Some(first), Some(back)) = (from_start, from_end) else { return 0 };
    if first > last {
        return 0;
    }
    let before = (dilation * (last - back) - begin).div_euclid(stride);
    let after = (size - 1 + begin - dilation * first).div_euclid(stride) - (output - 1);
    before.max(after).max(0) as usize
}

/// `(N − F + 2·P)/S + 1` with the numbers in it.
fn formula(window: &Window, d: usize, n: usize) -> String {
    let kernel = match window.dilation[d] {
        1 => format!("{}", window.kernel[d]),
        dilation => format!("({dilation}·({} − 1) + 1)", window.kernel[d]),
    };
    let (begin, end) = (window.pad[2 * d], window.pad[2 * d + 1]);
    let padding = if begin == end { format!("2·{begin}") } else { format!("{begin} + {end}") };
    format!("({n} − {kernel} + {padding})/{} + 1", window.stride[d])
}

/// The first `i` below `count` with `(a·i + b) mod m ≥ least`, where there is one.
fn first_above(count: i128, m: i128, a: i128, b: i128, least: i128) -> Option<i128> {
    let among = |n: i128| match least < m {
        true => floor_sum(n, m, a, b + m - least) - floor_sum(n, m, a, b),
        false => 0,
    };
    let (mut none, mut some) = (0, count);
    if among(count) == 0 {
        return None;
    }
    while some - none > 1 {
        let middle = (none + some) / 2;
        if among(middle) == 0 { none = middle } else { some = middle }
    }
    Some(none)
}

/// `Σ ⌊(a·i + b)/m⌋` over all `i` below `n`, in as many steps as Euclid's algorithm takes.
fn floor_sum(n: i128, m: i128, a: i128, b: i128) -> i128 {
    let whole = n * (n - 1) / 2 * (a / m) + n * (b / m);
    let (a, b) = (a % m, b % m);
    let last = a * n + b;
    if last < m { whole } else { whole + floor_sum(last / m, a, m, last % m) }
}

/// The smallest `t ≥ 0` for which `(a·t + c) mod m` is below a bound, if there is one.
fn first_below(a: i128, c: i128, m: i128, bound: i128) -> Option<i128> {
    let (a, c) = (a.rem_euclid(m), c.rem_euclid(m));
    // `a·t` must be one of these modulo `m`.
    match c < bound {
        true => Some(0),
        false => first_between(a, m, m - c, m - c + bound - 1),
    }
}

/// The smallest `t ≥ 0` with `low ≤ a·t mod m ≤ high`, for `0 < low ≤ high < m`, by Euclid's algorithm.
fn first_between(a: i128, m: i128, low: i128, high: i128) -> Option<i128> {
    if a == 0 {
        return None;
    }
    if 2 * a > m {
        return first_between(m - a, m, m - high, m - low);
    }
    let t = (low + a - 1) / a;
    if a * t <= high {
        return Some(t);
    }
    // So many times round `m`, it comes to lie between.
    let rounds = first_between((-m).rem_euclid(a), a, low % a, high % a)?;
    Some((low + m * rounds + a - 1) / a)
}

/// Why a window gives no output.
#[derive(Debug)]
pub struct Misfit {
    /// The formula of each guilty dimension, each line with a newline before it.
    pub lines: String,
    /// Whether the mistake is a remainder under [`Rounding::Exact`].
    pub remainder: bool,
}

/// `{channels}x{h}x{w}`.
pub fn volume(channels: usize, size: [usize; 2]) -> Shape {
    Shape::volume(channels, size[0], size[1])
}

#[cfg(test)]
mod tests {
    use super::{Padding, Rounding, Window, WindowRule};

    fn window(kernel: usize, stride: usize, pad: usize) -> Window {
        Window { kernel: [kernel; 2], stride: [stride; 2], pad: [pad; 4], ..Window::POINT }
    }

    #[test]
    fn the_textbook_cases() {
        assert_eq!(window(5, 1, 2).output([28, 28]).unwrap(), [28, 28]);
        assert_eq!(window(5, 1, 0).output([14, 14]).unwrap(), [10, 10]);
        assert_eq!(window(7, 2, 3).output([224, 224]).unwrap(), [112, 112]);
        assert_eq!(window(11, 4, 2).output([224, 224]).unwrap(), [55, 55]);
    }

    #[test]
    fn ceil_never_starts_a_window_in_the_end_padding() {
        let ceil = |k, s, p| Window { rounding: Rounding::Ceil, ..window(k, s, p) };
        assert_eq!(ceil(3, 2, 0).output([8, 8]).unwrap(), [4, 4]);
        assert_eq!(ceil(2, 2, 1).output([3, 3]).unwrap(), [2, 2]);
        assert_eq!(ceil(2, 3, 1).output([4, 4]).unwrap(), [2, 2]);
    }

    /// `torch.nn.functional.max_pool2d(…, ceil_mode=True)`, window by window.
    #[test]
    fn ceil_counts_before_it_tests() {
        for (n, k, s, p) in (1..9)
            .flat_map(|n| (1..9).map(move |k| (n, k)))
            .flat_map(|(n, k)| (1..6).flat_map(move |s| (0..=k / 2).map(move |p| (n, k, s, p))))
        {
            let (rows, reach) = ((n + 2 * p) as i64, k as i64);
            let mut count = (rows - reach + s as i64 - 1).div_euclid(s as i64) + 1;
            if (count - 1) * s as i64 >= (n + p) as i64 {
                count -= 1;
            }
            let found = Window { rounding: Rounding::Ceil, ..window(k, s, p) }.output([n, n]);
            let found = found.map_or(0, |[rows, _]| rows as i64);
            assert_eq!(found, count.max(0), "{n} {k} {s} {p}");
        }
        let large = Window { rounding: Rounding::Ceil, ..window(3, 2, 0) };
        assert_eq!(large.output([2, 2]).unwrap(), [1, 1]);
        assert!(large.output([1, 1]).is_err());
    }

    #[test]
    fn windows_in_the_padding_are_found() {
        let mut found = 0;
        for code in 0..5 * 4 * 5 * 6 * 4_usize {
            let (n, k, d, s, less) =
                (1 + code % 5, 2 + code / 5 % 4, 1 + code / 20 % 5, 1 + code / 100 % 6, code / 600);
            let p = (d * (k - 1)).div_ceil(2).saturating_sub(less);
            let w = Window { dilation: [d; 2], ..window(k, s, p) };
            let Ok([outputs, _]) = w.output([n, n]) else { continue };
            let holds = |i: usize, t: usize| (p..p + n).contains(&(i * s + t * d));
            let expected = (0..outputs).find(|&i| (0..k).all(|t| !holds(i, t)));
            let all = |i: usize| (0..k).map(move |t| (i * s + t * d) as i128 - p as i128);
            let expected = expected.map(|i| {
                let before = all(i).filter(|&at| at < 0).max().expect("before the image");
                (0, [before, all(i).find(|&at| at >= n as i128).expect("after it")])
            });
            assert_eq!(w.in_padding([n, n], [outputs; 2]), expected, "{n} {k} {d} {s} {p}");
            found += usize::from(expected.is_some());
        }
        assert!(found > 20, "{found}");
        let far = Window { dilation: [1 << 30; 2], ..window(2, 1, 1 << 29) };
        assert!(far.in_padding([1, 1], [1 << 29; 2]).is_some());
    }

    /// What `halos` says of the output's gradient, position by position.
    fn d_halo(w: &Window, size: usize, output: usize) -> usize {
        let (mut halo, stride) = (0, w.stride[0] as isize);
        for p in 0..size as isize {
            for tap in 0..w.kernel[0] {
                let at = p + w.pad[0] as isize - (tap * w.dilation[0]) as isize;
                if at.rem_euclid(stride) == 0 {
                    let k = at.div_euclid(stride);
                    halo = halo.max(-k).max(k - (output as isize - 1));
                }
            }
        }
        halo as usize
    }

    #[test]
    fn halos_are_as_wide_as_the_taps_ask_for() {
        let mut compared = 0;
        for size in 1..8 {
            for kernel in 1..8 {
                for stride in 1..10 {
                    for dilation in 1..6 {
                        for begin in 0..8 {
                            let w = Window {
                                kernel: [kernel, 1],
                                stride: [stride, 1],
                                dilation: [dilation, 1],
                                pad: [begin, 2, 0, 0],
                                ..Window::POINT
                            };
                            let Ok(output) = w.output([size, 1]) else { continue };
                            let found = w.halos([size, 1], output)[1];
                            assert_eq!(found, d_halo(&w, size, output[0]), "{w:?} over {size}");
                            compared += 1;
                        }
                    }
                }
            }
        }
        assert!(compared > 10_000);
        // As quickly for any numbers.
        let w = Window { kernel: [2147483647, 1], stride: [2147483646, 1], ..Window::POINT };
        assert_eq!(w.halos([2147483647, 1], [1, 1])[1], 1);
    }

    #[test]
    fn same_gives_n_over_s() {
        for n in 1..20 {
            for k in 1..6 {
                for s in 1..4 {
                    let w = window(k, s, 0).padded(Padding::Same, [n, n]);
                    assert_eq!(w.output([n, n]).unwrap(), [n.div_ceil(s); 2], "{n} {k} {s}");
                    assert!(w.pad[1] - w.pad[0] <= 1);
                }
            }
        }
    }

    #[test]
    fn keep_gives_n_at_any_stride() {
        for n in 1..20 {
            for k in 1..6 {
                for s in 1..5 {
                    let w = window(k, s, 0).padded(Padding::Keep, [n, n]);
                    assert_eq!(w.output([n, n]).unwrap(), [n, n], "{n} {k} {s}");
                    let twice = n * (s - 1) + k - s;
                    assert_eq!(w.pad[..2], [twice / 2, twice.div_ceil(2)], "{n} {k} {s}");
                }
            }
        }
    }

    #[test]
    fn the_message_holds_the_formula() {
        let misfit = window(5, 1, 0).output([4, 4]).unwrap_err();
        assert!(
            misfit
                .lines
                .contains("height: (4 − 5 + 2·0)/1 + 1 = 0, but an output needs at least 1")
        );
        let exact = Window { rounding: Rounding::Exact, ..window(2, 2, 0) };
        assert!(exact.output([5, 4]).unwrap_err().remainder);
    }
}
