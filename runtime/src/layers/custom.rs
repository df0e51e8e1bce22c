//! Layers written by the user, without parameters.
//!
//! A [`CustomLayer`] works on one image in plain channels × height × width order and says, by a
//! type computed with `typenum`, what shape it gives. [`Custom`] makes a kernel of it: images that
//! lie interleaved are taken apart into scratch and put together again.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Backward, Forward, Kernel, Pass};
use crate::layout::Layout;
use crate::shape::Shape;
use core::marker::PhantomData;
use typenum::Unsigned;

/// The shape `C×H×W` as a type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volume<C, H, W>(PhantomData<(C, H, W)>);

/// The shape of a vector as a type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vector<N>(PhantomData<N>);

/// A shape as a type: [`Volume`] or [`Vector`] of `typenum` numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the shape of an image",
    label = "write `Volume<C, H, W>` or `Vector<N>` with `typenum` numbers"
)]
pub trait ShapeType: Send + Sync + 'static {
    /// The shape as a value.
    const SHAPE: Shape;
}

impl<C, H, W> ShapeType for Volume<C, H, W>
where
    C: Unsigned + Send + Sync + 'static,
    H: Unsigned + Send + Sync + 'static,
    W: Unsigned + Send + Sync + 'static,
{
    const SHAPE: Shape = Shape::volume(C::USIZE, H::USIZE, W::USIZE);
}

impl<N: Unsigned + Send + Sync + 'static> ShapeType for Vector<N> {
    const SHAPE: Shape = Shape::Vector(N::USIZE);
}

/// A layer of your own, for inputs of the shape `In`.
///
/// It has no parameters and sees one image at a time. An implementation generic over the shape
/// lets `typenum` compute the output:
///
/// ```
/// use cnn_runtime::{CustomLayer, ShapeType, Volume};
/// use std::ops::Shr;
/// use typenum::{Shright, U1, Unsigned};
///
/// /// Keeps every other row.
/// #[derive(Default)]
/// pub struct EveryOtherRow;
///
/// impl<C: Unsigned, H: Unsigned, W: Unsigned> CustomLayer<Volume<C, H, W>> for EveryOtherRow
/// where
///     H: Shr<U1>,
///     Volume<C, H, W>: ShapeType,
///     Volume<C, Shright<H, U1>, W>: ShapeType,
/// {
///     type Output = Volume<C, Shright<H, U1>, W>;
///
///     fn forward(x: &[f32], y: &mut [f32]) {
///         for (x, y) in x.chunks(2 * W::USIZE).zip(y.chunks_mut(W::USIZE)) {
///             y.copy_from_slice(&x[..W::USIZE]);
///         }
///     }
///
///     fn backward(_x: &[f32], _y: &[f32], dy: &[f32], dx: &mut [f32]) {
///         dx.fill(0.0);
///         for (dx, dy) in dx.chunks_mut(2 * W::USIZE).zip(dy.chunks(W::USIZE)) {
///             dx[..W::USIZE].copy_from_slice(dy);
///         }
///     }
/// }
///
/// type Halved = <EveryOtherRow as CustomLayer<Volume<typenum::U3, typenum::U8, typenum::U5>>>::Output;
/// assert_eq!(Halved::SHAPE, [3, 4, 5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take an input of the shape `{In}`",
    label = "no `CustomLayer` for this shape",
    note = "implement `CustomLayer<Volume<C, H, W>>` for it, generic over the `typenum` numbers, or feed it another shape"
)]
pub trait CustomLayer<In: ShapeType>: 'static {
    /// The shape that the layer gives.
    type Output: ShapeType;

    /// Overwrites `y` with the output for the image `x`.
    fn forward(x: &[f32], y: &mut [f32]);

    /// Overwrites `dx` with the gradient with respect to the input, given the one with respect
    /// to the output.
    fn backward(x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]);
}

/// The kernel of a [`CustomLayer`].
#[derive(Debug)]
pub struct Custom<T, In>(PhantomData<fn() -> (T, In)>);

impl<In: ShapeType, T: CustomLayer<In>> Custom<T, In> {
    const INPUT: usize = In::SHAPE.len();
    const OUTPUT: usize = T::Output::SHAPE.len();

    /// The kernel.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Floats of scratch per image, forward.
    pub const fn scratch(&self) -> usize {
        Self::INPUT + Self::OUTPUT
    }

    /// Floats of scratch per image, backward.
    pub const fn scratch_backward(&self) -> usize {
        2 * (Self::INPUT + Self::OUTPUT)
    }
}

impl<In: ShapeType, T: CustomLayer<In>> Default for Custom<T, In> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Layout, In: ShapeType, T: CustomLayer<In>> Kernel<L> for Custom<T, In> {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x_len, y_len) = (Self::INPUT * L::LANES, Self::OUTPUT * L::LANES);
        let pieces = [(t.output, y_len), (t.scratch, self.scratch() * L::LANES)];
        exec::split(cx.exec, cx.groups::<L>(), pieces, &|group, [y, scratch]| {
            let x = &t.inputs[0][group * x_len..][..x_len];
            if L::LANES == 1 {
                T::forward(x, y);
            } else {
                let (one_x, rest) = scratch.split_at_mut(Self::INPUT);
                let one_y = &mut rest[..Self::OUTPUT];
                for lane in 0..L::LANES {
                    take_lane::<L>(x, lane, one_x);
                    T::forward(one_x, one_y);
                    put_lane::<L>(one_y, lane, y);
                }
            }
            activation.apply(y);
        });
    }

    fn backward(&self, cx: &Pass<'_>, t: Backward<'_>) {
        let (x_len, y_len) = (Self::INPUT * L::LANES, Self::OUTPUT * L::LANES);
        let Some(d_input) = t.d_inputs.first_mut().filter(|d| !d.is_empty()) else { return };
        let dy = &*t.d_output;
        let pieces = [(&mut **d_input, x_len), (t.scratch, self.scratch_backward() * L::LANES)];
        exec::split(cx.exec, cx.groups::<L>(), pieces, &|group, [dx, scratch]| {
            let x = &t.inputs[0][group * x_len..][..x_len];
            let y = &t.output[group * y_len..][..y_len];
            let dy = &dy[group * y_len..][..y_len];
            if L::LANES == 1 {
                return T::backward(x, y, dy, dx);
            }
            let (one_x, rest) = scratch.split_at_mut(Self::INPUT);
            let (one_dx, rest) = rest.split_at_mut(Self::INPUT);
            let (one_y, rest) = rest.split_at_mut(Self::OUTPUT);
            let one_dy = &mut rest[..Self::OUTPUT];
            for lane in 0..L::LANES {
                take_lane::<L>(x, lane, one_x);
                take_lane::<L>(y, lane, one_y);
                take_lane::<L>(dy, lane, one_dy);
                T::backward(one_x, one_y, one_dy, one_dx);
                put_lane::<L>(one_dx, lane, dx);
            }
        });
    }
}

/// One image out of a group of interleaved ones.
fn take_lane<L: Layout>(group: &[f32], lane: usize, image: &mut [f32]) {
    image.iter_mut().zip(group.iter().skip(lane).step_by(L::LANES)).for_each(|(y, x)| *y = *x);
}

/// One image into a group of interleaved ones.
fn put_lane<L: Layout>(image: &[f32], lane: usize, group: &mut [f32]) {
    group.iter_mut().skip(lane).step_by(L::LANES).zip(image).for_each(|(y, x)| *y = *x);
}

/// Checks while compiling that a spliced part gives the shape that the network states.
///
/// # Panics
/// If the shapes differ: `` `Crop` gives 16x8x8, but the network says 16x10x10 ``.
pub const fn custom_check(name: &str, given: Shape, stated: Shape) {
    let same = given.channels() == stated.channels()
        && given.height() == stated.height()
        && given.width() == stated.width()
        && matches!(given, Shape::Vector(_)) == matches!(stated, Shape::Vector(_));
    if !same {
        let message = Message::new()
            .text("`")
            .text(name)
            .text("` gives ")
            .shape(given)
            .text(", but the network says ")
            .shape(stated);
        panic!("{}", message.as_str());
    }
}

/// Text put together while compiling, where there is no `format!`. What doesn't fit is cut off.
struct Message {
    bytes: [u8; 256],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; 256], len: 0 }
    }

    const fn text(mut self, text: &str) -> Self {
        let mut i = 0;
        while i < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text.as_bytes()[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn number(self, n: usize) -> Self {
        let message = if n >= 10 { self.number(n / 10) } else { self };
        let digits = "0123456789";
        let (_, from) = digits.split_at(n % 10);
        let (digit, _) = from.split_at(1);
        message.text(digit)
    }

    const fn shape(self, shape: Shape) -> Self {
        match shape {
            Shape::Volume { channels, height, width } => {
                self.number(channels).text("x").number(height).text("x").number(width)
            }
            Shape::Vector(n) => self.number(n),
        }
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // A long name was cut in the middle of a letter.
            Err(_) => "the part gives another shape than the network says",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shapes_pass() {
        const { custom_check("Crop", Shape::volume(16, 8, 8), Shape::volume(16, 8, 8)) };
    }

    #[test]
    #[should_panic = "`Crop` gives 16x8x8, but the network says 16x10x100"]
    fn different_shapes_are_named() {
        custom_check("Crop", Shape::volume(16, 8, 8), Shape::volume(16, 10, 100));
    }

    #[test]
    #[should_panic = "`Flat` gives 120, but the network says 120x1x1"]
    fn a_vector_is_no_volume() {
        custom_check("Flat", Shape::Vector(120), Shape::volume(120, 1, 1));
    }
}
