//! Users' arrays in and out: plain N×C×H×W and N×elements outside, a plan's layout inside.
//!
//! None of the copies allocates.

mod part;

use crate::error::Error;
use crate::memory;
use cnn_ir::Shape;
use ndarray::{Array2, Array4, ArrayD, ArrayView2, ArrayView4, ArrayViewD, IxDyn, s};

pub use part::Part;
pub(crate) use part::{check, store};

/// The most inputs or outputs a network can have.
pub const MOST: usize = 8;

/// A network's inputs: a view, or a tuple of views.
///
/// Implemented for `ArrayView4<f32>` (N×C×H×W), `ArrayView2<f32>` (N×elements), and tuples of two
/// to eight of them. The views may have any strides.
pub trait Inputs: Copy + Send + Sync {
    /// How many arrays there are.
    const COUNT: usize;

    /// Array number `index`.
    ///
    /// # Panics
    /// If there are no more than `index`.
    fn part(&self, index: usize) -> Part<'_>;
}

/// A network's outputs: an array, or several.
///
/// Implemented for `Array4<f32>` (N×C×H×W), `Array2<f32>` (N×elements), tuples of two to eight of
/// them, and the structs that `cnn!` makes for networks with several outputs.
pub trait Outputs: Sized + Clone + Send + Sync + 'static {
    /// How many arrays there are.
    const COUNT: usize;

    /// A view of the same dimensions, or a tuple or a struct of views.
    type View<'a>
    where
        Self: 'a;

    /// Zeros for a batch of `images` images; none if there is no memory for them, or they are more
    /// than can be addressed.
    ///
    /// # Panics
    /// If a shape is a volume where the array is N×elements, or the other way round.
    fn try_zeros(shapes: &[Shape], images: usize) -> Option<Self>;

    /// As [`Outputs::try_zeros`].
    ///
    /// # Panics
    /// If there is no memory for them, too.
    fn zeros(shapes: &[Shape], images: usize) -> Self {
        match Self::try_zeros(shapes, images) {
            Some(outputs) => outputs,
            None => panic!("found no memory for {images} images of {shapes:?}"),
        }
    }

    /// The first `images` images.
    fn lend(&self, images: usize) -> Self::View<'_>;

    /// The arrays of a view in order, for code that takes any number of outputs.
    fn arrays(view: Self::View<'_>) -> Vec<ArrayViewD<'_, f32>>;

    /// Array number `index`.
    ///
    /// # Panics
    /// If there are no more than `index`.
    fn part(&self, index: usize) -> Part<'_>;

    /// The elements of each array in N×C×H×W or N×elements order; as many slices as arrays, the
    /// others are empty.
    #[doc(hidden)]
    fn slices(&mut self) -> [&mut [f32]; MOST];
}

/// Floats of a batch of `images` images of these shapes; the largest number if they are more than it.
pub(crate) fn floats(shapes: &[Shape], images: usize) -> usize {
    let floats = shapes.iter().map(|shape| shape.len().saturating_mul(images));
    floats.fold(0, usize::saturating_add)
}

/// Zeros for the outputs of a batch of `images` images of these shapes.
///
/// # Errors
/// There is no memory for them.
pub(crate) fn outputs<O: Outputs>(
    network: &'static str,
    what: &'static str,
    shapes: &[Shape],
    images: usize,
) -> Result<O, Error> {
    O::try_zeros(shapes, images)
        .ok_or_else(|| Error::memory(network, what, images, floats(shapes, images)))
}

/// Zeros for a batch of `images` images of that shape: N×C×H×W or N×elements.
///
/// # Errors
/// There is no memory for them.
pub(crate) fn array(
    network: &'static str,
    what: &'static str,
    shape: Shape,
    images: usize,
) -> Result<ArrayD<f32>, Error> {
    let len = floats(&[shape], images);
    let dims = match shape {
        Shape::Volume { channels, height, width } => IxDyn(&[images, channels, height, width]),
        Shape::Vector(n) => IxDyn(&[images, n]),
    };
    let array = memory::zeros(len).and_then(|floats| ArrayD::from_shape_vec(dims, floats).ok());
    array.ok_or_else(|| Error::memory(network, what, images, len))
}

/// All arrays of the inputs; those beyond their number repeat the first.
pub(crate) fn parts<I: Inputs>(inputs: &I) -> [Part<'_>; MOST] {
    std::array::from_fn(|i| inputs.part(if i < I::COUNT { i } else { 0 }))
}

impl Inputs for ArrayView4<'_, f32> {
    const COUNT: usize = 1;

    fn part(&self, index: usize) -> Part<'_> {
        assert_eq!(index, 0, "there is one array");
        Part::volumes(self.view())
    }
}

impl Inputs for ArrayView2<'_, f32> {
    const COUNT: usize = 1;

    fn part(&self, index: usize) -> Part<'_> {
        assert_eq!(index, 0, "there is one array");
        Part::vectors(self.view())
    }
}

impl Outputs for Array4<f32> {
    const COUNT: usize = 1;
    type View<'a> = ArrayView4<'a, f32>;

    fn try_zeros(shapes: &[Shape], images: usize) -> Option<Self> {
        match shapes {
            &[shape @ Shape::Volume { channels, height, width }] => {
                let floats = memory::zeros(floats(&[shape], images))?;
                Array4::from_shape_vec((images, channels, height, width), floats).ok()
            }
            _ => panic!("an output of N×C×H×W is one volume, not {shapes:?}"),
        }
    }

    fn lend(&self, images: usize) -> ArrayView4<'_, f32> {
        self.slice(s![..images, .., .., ..])
    }

    fn arrays(view: Self::View<'_>) -> Vec<ArrayViewD<'_, f32>> {
        vec![view.into_dyn()]
    }

    fn part(&self, index: usize) -> Part<'_> {
        assert_eq!(index, 0, "there is one array");
        Part::volumes(ArrayView4::from(self))
    }

    fn slices(&mut self) -> [&mut [f32]; MOST] {
        one(self.as_slice_mut())
    }
}

impl Outputs for Array2<f32> {
    const COUNT: usize = 1;
    type View<'a> = ArrayView2<'a, f32>;

    fn try_zeros(shapes: &[Shape], images: usize) -> Option<Self> {
        match shapes {
            &[shape @ Shape::Vector(n)] => {
                let floats = memory::zeros(floats(&[shape], images))?;
                Array2::from_shape_vec((images, n), floats).ok()
            }
            _ => panic!("an output of N×elements is one vector, not {shapes:?}"),
        }
    }

    fn lend(&self, images: usize) -> ArrayView2<'_, f32> {
        self.slice(s![..images, ..])
    }

    fn arrays(view: Self::View<'_>) -> Vec<ArrayViewD<'_, f32>> {
        vec![view.into_dyn()]
    }

    fn part(&self, index: usize) -> Part<'_> {
        assert_eq!(index, 0, "there is one array");
        Part::vectors(ArrayView2::from(self))
    }

    fn slices(&mut self) -> [&mut [f32]; MOST] {
        one(self.as_slice_mut())
    }
}

fn one(slice: Option<&mut [f32]>) -> [&mut [f32]; MOST] {
    let mut slices: [&mut [f32]; MOST] = Default::default();
    slices[0] = slice.unwrap_or_default();
    slices
}

macro_rules! tuples {
    ($($count:literal: $($index:tt $part:ident),+;)+) => {$(
        impl<$($part: Inputs),+> Inputs for ($($part,)+) {
            const COUNT: usize = $count;

            fn part(&self, index: usize) -> Part<'_> {
                match index {
                    $($index => self.$index.part(0),)+
                    _ => panic!("there are {} arrays, no number {index}", $count),
                }
            }
        }

        impl<$($part: Outputs),+> Outputs for ($($part,)+) {
            const COUNT: usize = $count;
            type View<'a> = ($($part::View<'a>,)+);

            fn try_zeros(shapes: &[Shape], images: usize) -> Option<Self> {
                Some(($($part::try_zeros(&shapes[$index..=$index], images)?,)+))
            }

            fn lend(&self, images: usize) -> Self::View<'_> {
                ($(self.$index.lend(images),)+)
            }

            fn arrays(view: Self::View<'_>) -> Vec<ArrayViewD<'_, f32>> {
                [$($part::arrays(view.$index)),+].concat()
            }

            fn part(&self, index: usize) -> Part<'_> {
                match index {
                    $($index => self.$index.part(0),)+
                    _ => panic!("there are {} arrays, no number {index}", $count),
                }
            }

            fn slices(&mut self) -> [&mut [f32]; MOST] {
                let mut slices: [&mut [f32]; MOST] = Default::default();
                $(
                    let [first, ..] = self.$index.slices();
                    slices[$index] = first;
                )+
                slices
            }
        }
    )+};
}

tuples! {
    2: 0 A, 1 B;
    3: 0 A, 1 B, 2 C;
    4: 0 A, 1 B, 2 C, 3 D;
    5: 0 A, 1 B, 2 C, 3 D, 4 E;
    6: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F;
    7: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G;
    8: 0 A, 1 B, 2 C, 3 D, 4 E, 5 F, 6 G, 7 H;
}

/// Implements [`Outputs`] for the struct of a network's named outputs.
#[doc(hidden)]
#[macro_export]
macro_rules! named_outputs {
    ($outputs:ident, $count:literal: $($index:literal $name:ident $part:ident),+) => {
        impl<$($part: $crate::tensor::Outputs),+> $crate::tensor::Outputs for $outputs<$($part),+> {
            const COUNT: usize = $count;
            type View<'a> = $outputs<$($part::View<'a>),+>;

            fn try_zeros(
                shapes: &[$crate::Shape],
                images: usize,
            ) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self {
                    $($name: $part::try_zeros(&shapes[$index..=$index], images)?),+
                })
            }
            fn lend(&self, images: usize) -> Self::View<'_> {
                $outputs { $($name: self.$name.lend(images)),+ }
            }
            fn arrays(view: Self::View<'_>) -> ::std::vec::Vec<$crate::ndarray::ArrayViewD<'_, f32>> {
                [$($part::arrays(view.$name)),+].concat()
            }
            fn part(&self, index: usize) -> $crate::tensor::Part<'_> {
                match index {
                    $($index => self.$name.part(0),)+
                    _ => ::core::panic!("there are {} outputs, no number {index}", $count),
                }
            }
            fn slices(&mut self) -> [&mut [f32]; $crate::tensor::MOST] {
                let mut slices: [&mut [f32]; $crate::tensor::MOST] = ::core::default::Default::default();
                $({
                    let [first, ..] = self.$name.slices();
                    slices[$index] = first;
                })+
                slices
            }
        }
    };
}
