//! What the adaptive pools have in common: windows that share the image out among an output of a
//! given size.

use super::{Body, Field, Kernel, Layer, Operand, Record, expect_volume, pool, sane};
use crate::args::{Args, Kind, Spec};
use crate::report::Report;
use crate::shape::Shape;
use crate::window::{Window, volume};
use proc_macro2::TokenStream;
use quote::quote;

/// Their only argument.
pub(super) const SIZE: Spec = Spec::required("size", Kind::Pair(1), "output height x width");

/// The kernels of a pool.
pub(super) struct Kernels {
    /// For windows that lie a stride apart, of this geometry.
    pub even: fn(&TokenStream, Window, Shape) -> Kernel,
    /// For windows that differ in size.
    pub uneven: fn(&TokenStream, Shape) -> Kernel,
    /// For the whole image, of so many channels, rows and columns.
    pub whole: fn(usize, [usize; 2]) -> Kernel,
}

/// The layer: nothing where the size stays, an ordinary pool where the output divides the image.
pub(super) fn layer(
    record: &'static Record,
    args: &Args,
    inputs: &[Operand],
    report: &mut Report,
    kernels: &Kernels,
) -> Option<Layer> {
    let (channels, size) = expect_volume(record.keyword, args, inputs[0], report)?;
    let output = args.pair("size", [1, 1]);
    let text = format!("{} {}x{}", record.keyword, output[0], output[1]);
    let shape = volume(channels, output);
    if !sane(args.area, &text, shape, &[], report) {
        return None;
    }
    let window = window(size, output);
    let even = (0..2).all(|d| size[d].is_multiple_of(output[d]));
    let (body, field) = if size == output {
        (None, Field::Window(Window::POINT))
    } else if output == [1, 1] {
        (Some((kernels.whole)(channels, size)), Field::Everything)
    } else if even {
        let geometry = pool::geometry(channels, size, window, output);
        (Some((kernels.even)(&geometry, window, shape)), Field::Window(window))
    } else {
        let ([h, w], [oh, ow]) = (size, output);
        let geometry = quote!(rt::PoolGeometry::adaptive([#channels, #h, #w], [#oh, #ow]));
        (Some((kernels.uneven)(&geometry, shape)), Field::Window(window))
    };
    let body = body.map_or(Body::View, |kernel| Body::Kernel(Box::new(kernel)));
    Some(Layer { text, output: shape, params: Vec::new(), macs: 0, field, body })
}

/// The windows, or, where they differ, the largest of them and the smallest stride:
/// window `i` of `O` over `N` goes from `floor(i·N/O)` to `ceil((i + 1)·N/O)`.
fn window(size: [usize; 2], output: [usize; 2]) -> Window {
    // With `f = i·N mod O`, it has `⌈(N + f)/O⌉` positions, and `f` is at most `O − gcd(N, O)`.
    let largest = |d: usize| 1 + (size[d] - gcd(size[d], output[d])).div_ceil(output[d]);
    Window {
        kernel: [largest(0), largest(1)],
        stride: [0, 1].map(|d| (size[d] / output[d]).max(1)),
        ..Window::POINT
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::window;

    #[test]
    fn the_largest_window_is_the_largest() {
        for n in 1..40_usize {
            for o in 1..40 {
                let share = |i: usize| ((i + 1) * n).div_ceil(o) - i * n / o;
                assert_eq!(window([n; 2], [o; 2]).kernel[0], (0..o).map(share).max().unwrap());
            }
        }
    }

    #[test]
    fn windows_share_the_image_out() {
        let of = |n, o| (window([n; 2], [o; 2]).kernel[0], window([n; 2], [o; 2]).stride[0]);
        assert_eq!(of(12, 3), (4, 4));
        assert_eq!(of(7, 3), (3, 2));
        assert_eq!(of(8, 7), (2, 1));
        assert_eq!(of(1, 7), (1, 1));
        assert_eq!(of(13, 1), (13, 13));
    }
}
