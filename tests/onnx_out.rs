//! Networks as ONNX files: what only exporting tells apart. `pytorch.rs` does the same with every layer and option.

#[path = "onnx/rules.rs"]
mod rules;
#[path = "onnx/sound.rs"]
mod sound;

use cnn::ndarray::{Array, ArrayD, ArrayView2, ArrayView4, IxDyn};
use cnn::{Inputs, Network, Normalize, Outputs, Role, Session, Shape};

/// Images of a batch.
const IMAGES: usize = 3;

macro_rules! reference {
    ($name:ident, $mode:ident, $($net:tt)+) => {
        mod $name {
            cnn::cnn! { #[allow(unused_labels)] pub(super) struct Net $($net)+; }

            #[test]
            fn is_sound() {
                super::check::<Net>(stringify!($name), stringify!($mode));
            }
        }
    };
}

include!("onnx/cases.rs");

/// Numbers that look like chance, from −1 to 1.
struct Numbers(u32);

impl Numbers {
    fn array(&mut self, dims: &[usize]) -> ArrayD<f32> {
        Array::from_shape_simple_fn(IxDyn(dims), || {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
    }
}

/// A network's inputs, from arrays.
trait Given<'a>: Inputs {
    fn of(arrays: &'a [ArrayD<f32>]) -> Self;
}

impl<'a> Given<'a> for ArrayView4<'a, f32> {
    fn of(arrays: &'a [ArrayD<f32>]) -> Self {
        arrays[0].view().into_dimensionality().expect("N×C×H×W")
    }
}

impl<'a> Given<'a> for ArrayView2<'a, f32> {
    fn of(arrays: &'a [ArrayD<f32>]) -> Self {
        arrays[0].view().into_dimensionality().expect("N×elements")
    }
}

impl<'a> Given<'a> for (ArrayView4<'a, f32>, ArrayView2<'a, f32>) {
    fn of(arrays: &'a [ArrayD<f32>]) -> Self {
        (Given::of(arrays), Given::of(&arrays[1..]))
    }
}

fn dims(shape: Shape, images: usize) -> Vec<usize> {
    match shape {
        Shape::Volume { channels, height, width } => vec![images, channels, height, width],
        Shape::Vector(n) => vec![images, n],
    }
}

/// Exports a network whose every number counts, and checks the file.
fn check<N>(name: &str, mode: &str)
where
    N: Network,
    for<'a> N::Input<'a>: Given<'a>,
{
    let mut numbers = Numbers(name.bytes().map(u32::from).sum());
    let mut net = N::new(1);
    for spec in N::TENSORS.iter().filter(|spec| spec.role != Role::Counter) {
        // What starts as 0 or 1 would not be missed; variances are positive.
        let more = numbers.array(spec.dims) * 0.3;
        let changed = &net.get(spec.path).expect("a tensor of floats") + &more;
        net.set(spec.path, changed).expect("the same dimensions");
    }
    if mode == "normalized" {
        let channels = N::INPUTS[0].channels();
        let [mean, deviation] =
            [0.2, 1.4].map(|x| (0..channels).map(|c| x + c as f32).collect::<Vec<_>>());
        net.set_normalization(Some(Normalize::new(mean, deviation))).expect("one for each channel");
    }
    let inputs: Vec<_> = N::INPUTS.iter().map(|&s| numbers.array(&dims(s, IMAGES)) * 2.0).collect();
    sound::check(name, &net, &inputs, || {
        let mut session = Session::new(&net, IMAGES);
        let outputs = session.run(Given::of(&inputs)).expect("the network's shapes");
        N::Output::arrays(outputs).into_iter().map(|output| output.to_owned()).collect()
    });
}
