//! Layers written by the user, with parameters of their own or without.
//!
//! A [`CustomLayer`] works on one image in plain channels × height × width order and says, by a
//! type computed with `typenum`, what shape it gives. [`Custom`] makes a kernel of it: images that
//! lie interleaved are taken apart into scratch and put together again.

use crate::activation::Activation;
use crate::exec;
use crate::kernel::{Forward, Kernel, Pass, Room};
use crate::layout::Layout;
use crate::vector::flush;
use cnn_ir::Shape;
use core::marker::PhantomData;
use params::MOST;
use typenum::Unsigned;

// Without training, a program holds no gradients of its layers.
#[cfg_attr(not(feature = "train"), path = "no_backward.rs")]
mod backward;
pub mod params;

pub use cnn_ir::Init;
pub use params::Parameter;

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
/// It sees one image at a time. An implementation generic over the shape lets `typenum` compute the
/// output, and `Unsigned::USIZE` the dimensions of parameters:
///
/// ```
/// use cnn::custom::{CustomLayer, ShapeType, Volume};
/// use cnn::typenum::{Shright, U1, U3, U5, U8, Unsigned};
/// use std::ops::Shr;
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
///     fn forward(_: &[&[f32]], x: &[f32], y: &mut [f32]) {
///         for (x, y) in x.chunks(2 * W::USIZE).zip(y.chunks_mut(W::USIZE)) {
///             y.copy_from_slice(&x[..W::USIZE]);
///         }
///     }
///
///     fn backward(_: &[&[f32]], _x: &[f32], _y: &[f32], dy: &[f32], dx: &mut [f32]) {
///         dx.fill(0.0);
///         for (dx, dy) in dx.chunks_mut(2 * W::USIZE).zip(dy.chunks(W::USIZE)) {
///             dx[..W::USIZE].copy_from_slice(dy);
///         }
///     }
/// }
///
/// type Halved = <EveryOtherRow as CustomLayer<Volume<U3, U8, U5>>>::Output;
/// assert_eq!(Halved::SHAPE, [3, 4, 5]);
/// ```
///
/// A layer with a learned number for each channel:
///
/// ```
/// use cnn::custom::{CustomLayer, Init, Parameter, ShapeType, Volume};
/// use cnn::typenum::Unsigned;
///
/// pub struct Gain;
///
/// impl<C: Unsigned, H: Unsigned, W: Unsigned> CustomLayer<Volume<C, H, W>> for Gain
/// where
///     Volume<C, H, W>: ShapeType,
/// {
///     type Output = Volume<C, H, W>;
///
///     const PARAMS: &'static [Parameter] =
///         &[Parameter { name: "weight", dims: &[C::USIZE], init: Init::Constant(1.0) }];
///
///     fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]) {
///         for (i, (y, x)) in y.iter_mut().zip(x).enumerate() {
///             *y = params[0][i / (H::USIZE * W::USIZE)] * x;
///         }
///     }
///
///     fn backward(params: &[&[f32]], _: &[f32], _: &[f32], dy: &[f32], dx: &mut [f32]) {
///         Self::forward(params, dy, dx);
///     }
///
///     fn backward_params(_: &[&[f32]], x: &[f32], _: &[f32], dy: &[f32], d: &mut [&mut [f32]]) {
///         for (i, (dy, x)) in dy.iter().zip(x).enumerate() {
///             d[0][i / (H::USIZE * W::USIZE)] += dy * x;
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take an input of this shape",
    label = "no `CustomLayer` for the shape that comes in here",
    note = "implement `CustomLayer<Volume<C, H, W>>` for it, generic over the `typenum` numbers, or feed it another shape"
)]
pub trait CustomLayer<In: ShapeType>: 'static {
    /// The shape that the layer gives.
    type Output: ShapeType;

    /// Its parameters, at most eight, in the order in which the functions below get them. They are
    /// trained, saved and loaded as those of other layers, below the layer's path.
    const PARAMS: &'static [Parameter] = &[];

    /// Multiply–adds for one image.
    const MACS: u64 = 0;

    /// Overwrites `y` with the output for the image `x`.
    fn forward(params: &[&[f32]], x: &[f32], y: &mut [f32]);

    /// Overwrites `dx` with the gradient with respect to the input, given the one with respect
    /// to the output.
    fn backward(params: &[&[f32]], x: &[f32], y: &[f32], dy: &[f32], dx: &mut [f32]);

    /// Adds the gradients with respect to the parameters, given the one with respect to the output.
    ///
    /// # Panics
    /// If a layer with parameters does not implement it.
    fn backward_params(
        params: &[&[f32]],
        x: &[f32],
        y: &[f32],
        dy: &[f32],
        d_params: &mut [&mut [f32]],
    ) {
        let (_, _, _, _) = (params, x, y, dy);
        assert!(d_params.is_empty(), "a layer with parameters implements `backward_params`");
    }
}

/// The kernel of a [`CustomLayer`]: what it is and does for inputs of one shape. Its parameters are one
/// stretch of floats, which the kernel takes apart.
#[derive(Clone, Copy, Debug)]
pub struct Custom {
    /// The layer's parameters.
    pub params: &'static [Parameter],
    /// Multiply–adds for one image.
    pub macs: u64,
    /// The shape that it gives.
    pub output: Shape,
    /// Floats of an image of the input, and of the output.
    floats: [usize; 2],
    forward: fn(&[&[f32]], &[f32], &mut [f32]),
    gradients: backward::Gradients,
}

/// The kernel of a layer for inputs of that shape.
pub const fn custom<T: CustomLayer<In>, In: ShapeType>() -> Custom {
    Custom {
        params: T::PARAMS,
        macs: T::MACS,
        output: T::Output::SHAPE,
        floats: [In::SHAPE.len(), T::Output::SHAPE.len()],
        forward: T::forward,
        gradients: backward::Gradients::of::<T, In>(),
    }
}

impl Custom {
    /// Scratch of the forward pass.
    #[doc(hidden)]
    pub const fn room(&self) -> Room {
        Room::images(self.floats[0] + self.floats[1])
    }

    /// Scratch of the backward pass.
    #[doc(hidden)]
    pub const fn room_backward(&self) -> Room {
        Room::images(2 * self.room().image)
    }

    /// The tensors of a stretch.
    fn tensors<'a>(&self, params: &[&'a [f32]]) -> [&'a [f32]; MOST] {
        let mut tensors: [&[f32]; MOST] = [&[]; MOST];
        let mut rest = params.first().copied().unwrap_or_default();
        for (tensor, p) in tensors.iter_mut().zip(self.params) {
            let (space, others) = rest.split_at(p.space());
            (*tensor, rest) = (&space[..p.len()], others);
        }
        tensors
    }
}

impl<L: Layout> Kernel<L> for Custom {
    fn forward<A: Activation>(&self, activation: A, cx: &Pass<'_>, t: Forward<'_>) {
        let (x_len, y_len) = (self.floats[0] * L::IMAGES, self.floats[1] * L::IMAGES);
        let tensors = self.tensors(t.params);
        let params = &tensors[..self.params.len()];
        let pieces = [(t.output, y_len), (t.scratch, self.room().image * L::IMAGES)];
        exec::split(cx.exec, cx.groups::<L>(), pieces, &|group, [y, scratch]| {
            let x = &t.inputs[0][group * x_len..][..x_len];
            if L::IMAGES == 1 {
                (self.forward)(params, x, y);
            } else {
                let (one_x, rest) = scratch.split_at_mut(self.floats[0]);
                let one_y = &mut rest[..self.floats[1]];
                for lane in 0..L::IMAGES {
                    take_lane::<L>(x, lane, one_x);
                    (self.forward)(params, one_x, one_y);
                    put_lane::<L>(one_y, lane, y);
                }
            }
            flush(y);
            activation.apply(y);
        });
    }
}

/// One image out of a group of interleaved ones.
fn take_lane<L: Layout>(group: &[f32], lane: usize, image: &mut [f32]) {
    image.iter_mut().zip(group.iter().skip(lane).step_by(L::IMAGES)).for_each(|(y, x)| *y = *x);
}

/// One image into a group of interleaved ones.
fn put_lane<L: Layout>(image: &[f32], lane: usize, group: &mut [f32]) {
    group.iter_mut().skip(lane).step_by(L::IMAGES).zip(image).for_each(|(y, x)| *y = *x);
}

/// Checks while compiling that a layer gives the shape that the network states.
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
