//! Every layer and option as an ONNX file: whether the file is sound. Nothing here runs it; with
//! `CNN_ONNX_CASES=DIR`, the networks and what they compute go there, and `reference/onnx_out.py` compares other
//! engines.

#[path = "onnx/rules.rs"]
mod rules;
#[path = "onnx/sound.rs"]
mod sound;

use cnn::ndarray::{Array, ArrayD, ArrayView2, ArrayView4, Axis, IxDyn};
use cnn::{Inputs, Network, Normalize, Outputs, Role, Session, Shape};
use safetensors::{Dtype, tensor::TensorView};
use std::path::PathBuf;

/// Images of a batch.
const IMAGES: usize = 3;

macro_rules! reference {
    ($name:ident, $mode:ident, { $($blocks:tt)* } $($net:tt)+) => {
        mod $name {
            cnn::cnn! { $($blocks)* #[allow(unused_labels)] pub(super) struct Net $($net)+; }

            #[test]
            fn is_sound() {
                super::check::<Net>(stringify!($name), stringify!($mode));
            }
        }
    };
    ($name:ident, $mode:ident, $($net:tt)+) => {
        reference! { $name, $mode, {} $($net)+ }
    };
}

include!("reference/cases.rs");
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
    let bytes = net.to_onnx().expect("a network of the language's layers");
    sound::check::<N>(&bytes, mode == "normalized");
    let Some(folder) = std::env::var_os("CNN_ONNX_CASES").map(PathBuf::from) else { return };

    let inputs: Vec<_> = N::INPUTS.iter().map(|&s| numbers.array(&dims(s, IMAGES)) * 2.0).collect();
    let mut session = Session::new(&net, IMAGES);
    let outputs = N::Output::arrays(session.run(Given::of(&inputs)).expect("the network's shapes"));
    std::fs::create_dir_all(&folder).expect("a folder to write to");
    std::fs::write(folder.join(name).with_extension("onnx"), &bytes).expect("a file");
    let named = inputs.iter().enumerate().map(|(i, array)| (format!("input.{i}"), array.view()));
    let outputs = outputs.into_iter().enumerate().map(|(i, array)| (format!("output.{i}"), array));
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = named
        .chain(outputs)
        .map(|(name, array)| {
            assert_eq!(array.len_of(Axis(0)), IMAGES);
            let bytes = array.iter().flat_map(|x| x.to_le_bytes()).collect();
            (name, array.shape().to_vec(), bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, dims, bytes)| {
        (name, TensorView::new(Dtype::F32, dims.clone(), bytes).expect("all of its elements"))
    });
    let path = folder.join(name).with_extension("safetensors");
    let bytes = safetensors::serialize(views, None).expect("tensors of their sizes");
    std::fs::write(path, bytes).expect("a file");
}
