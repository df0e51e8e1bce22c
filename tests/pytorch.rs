//! Every layer and option against PyTorch, forward and backward, in training and in inference.
//!
//! Each is written as an ONNX file, too, which is checked.
//!
//! `reference/README.md` says what the files hold and how they are made.

#[cfg(feature = "onnx")]
#[path = "onnx/sound.rs"]
mod sound;

use cnn::Mode;
use cnn::Outputs;
use cnn::Params;
use cnn::Role;
use cnn::ndarray::{Array2, Array4, ArrayD, ArrayView2, ArrayView4, ArrayViewD, IxDyn};
use cnn::train::Backprop;
use cnn::{Network, Session};
use safetensors::{Dtype, SafeTensors};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The files hold results rounded once; ours are rounded after every operation.
const TOLERANCE: f32 = 2e-5;

macro_rules! reference {
    ($name:ident, $mode:ident, { $($blocks:tt)* } $($net:tt)+) => {
        mod $name {
            cnn::cnn! { $($blocks)* pub(super) struct Net $($net)+; }

            #[test]
            fn agrees() {
                super::check::<Net>(stringify!($name), stringify!($mode));
            }
        }
    };
    ($name:ident, $mode:ident, $($net:tt)+) => {
        reference! { $name, $mode, {} $($net)+ }
    };
}

include!("reference/cases.rs");

/// A test that nothing includes would pass for ever.
#[test]
fn every_file_has_its_case() {
    let cases = include_str!("reference/cases.rs");
    for file in std::fs::read_dir(folder()).expect("the folder of references") {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(cases.contains(&format!("reference! {{ {name}, ")), "{name} is not compared");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/layers")
}

/// Runs a network on its file's input and compares everything that the file holds.
fn check<N>(name: &str, mode: &str)
where
    N: Network<Output: Output, TrainOutput: Output>,
    for<'a> N::Input<'a>: Input<'a>,
{
    let file = std::fs::read(folder().join(name).with_extension("safetensors")).expect(name);
    let file = File::read(&file);
    let mut net = N::from_params(Params::init::<N>(0));
    for spec in N::TENSORS {
        match spec.role {
            Role::Trainable => net.params_mut().set(spec.path, file.param(spec.path)),
            Role::Buffer => net.params_mut().set(spec.path, file.buffer(spec.path)),
            Role::Counter => {
                net.params_mut().set_counter(spec.path, file.count("buffer", spec.path))
            }
        }
        .unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(N::TENSORS.len(), file.tensors(), "tensors of the state_dict");

    let input = file.float("input");
    let x = || <N::Input<'_> as Input<'_>>::of(input);
    #[cfg(feature = "onnx")]
    sound::check(name, &net, std::slice::from_ref(input), || {
        vec![N::Output::dynamic(Session::new(&net, input.shape()[0]).run(x()).expect("run"))]
    });
    let mode = if mode == "train" { Mode::Training } else { Mode::Evaluation };
    let mut pass = Backprop::<N>::new().mode(mode).input_gradients(true);
    let output = N::TrainOutput::dynamic(pass.forward(&net, x()).expect("forward"));
    file.agrees("output", &output);
    let d_output = N::TrainOutput::of(file.float("d_output").clone());
    let gradients = pass.backward(&net, &d_output).expect("backward");
    file.agrees("d_input", &gradients.input().expect("asked for").to_owned());
    for spec in N::TENSORS.iter().filter(|spec| spec.role == Role::Trainable) {
        let gradient = gradients.get(spec.path).expect("a parameter").to_owned();
        file.agrees(&format!("grad.{}", spec.path), &gradient);
    }

    pass.commit(&mut net);
    for spec in N::TENSORS {
        match spec.role {
            Role::Trainable => {}
            Role::Buffer => {
                let after = net.params().get(spec.path).expect("a buffer").to_owned();
                file.agrees(&format!("after.{}", spec.path), &after);
            }
            Role::Counter => {
                let after = net.params().counter(spec.path).expect("a counter");
                assert_eq!(after, file.count("after", spec.path), "{}", spec.path);
            }
        }
    }

    // Without batch statistics, inference gives what training does: in both layouts, which a
    // session chooses by its batch.
    if mode == Mode::Evaluation || !N::TENSORS.iter().any(|spec| spec.role == Role::Buffer) {
        let images = input.shape()[0];
        for batch in [images, images.next_multiple_of(16)] {
            let mut session = Session::new(&net, batch);
            file.agrees("output", &N::Output::dynamic(session.run(x()).expect("run")));
        }
    }
}

/// A network's input of either kind, from an array of any.
trait Input<'a> {
    fn of(array: &'a ArrayD<f32>) -> Self;
}

impl<'a> Input<'a> for ArrayView4<'a, f32> {
    fn of(array: &'a ArrayD<f32>) -> Self {
        array.view().into_dimensionality().expect("N×C×H×W")
    }
}

impl<'a> Input<'a> for ArrayView2<'a, f32> {
    fn of(array: &'a ArrayD<f32>) -> Self {
        array.view().into_dimensionality().expect("N×elements")
    }
}

/// A network's output of either kind, from and to an array of any.
trait Output: Outputs {
    fn of(array: ArrayD<f32>) -> Self;
    fn dynamic(view: Self::View<'_>) -> ArrayD<f32>;
}

impl Output for Array4<f32> {
    fn of(array: ArrayD<f32>) -> Self {
        array.into_dimensionality().expect("N×C×H×W")
    }

    fn dynamic(view: ArrayView4<'_, f32>) -> ArrayD<f32> {
        view.to_owned().into_dyn()
    }
}

impl Output for Array2<f32> {
    fn of(array: ArrayD<f32>) -> Self {
        array.into_dimensionality().expect("N×elements")
    }

    fn dynamic(view: ArrayView2<'_, f32>) -> ArrayD<f32> {
        view.to_owned().into_dyn()
    }
}

/// The tensors of one reference, by key.
struct File {
    floats: HashMap<String, ArrayD<f32>>,
    counts: HashMap<String, i64>,
}

impl File {
    fn read(bytes: &[u8]) -> Self {
        let file = SafeTensors::deserialize(bytes).expect("a safetensors file");
        let (mut floats, mut counts) = (HashMap::new(), HashMap::new());
        for (key, tensor) in file.tensors() {
            let data = tensor.data();
            if tensor.dtype() == Dtype::I64 {
                let count = data.try_into().expect("one number of eight bytes");
                counts.insert(key, i64::from_le_bytes(count));
            } else {
                let (elements, []) = data.as_chunks::<4>() else { panic!("{key}: half a float") };
                let elements = elements.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
                let array = ArrayD::from_shape_vec(IxDyn(tensor.shape()), elements);
                floats.insert(key, array.expect("as many elements as its shape says"));
            }
        }
        Self { floats, counts }
    }

    fn float(&self, key: &str) -> &ArrayD<f32> {
        self.floats.get(key).unwrap_or_else(|| panic!("PyTorch has no `{key}`"))
    }

    fn param(&self, path: &str) -> ArrayViewD<'_, f32> {
        self.float(&format!("param.{path}")).view()
    }

    fn buffer(&self, path: &str) -> ArrayViewD<'_, f32> {
        self.float(&format!("buffer.{path}")).view()
    }

    fn count(&self, kind: &str, path: &str) -> i64 {
        self.counts[&format!("{kind}.{path}")]
    }

    /// Tensors of the `state_dict`.
    fn tensors(&self) -> usize {
        let keys = self.floats.keys().chain(self.counts.keys());
        keys.filter(|key| key.starts_with("param.") || key.starts_with("buffer.")).count()
    }

    fn agrees(&self, key: &str, ours: &ArrayD<f32>) {
        let theirs = self.float(key);
        assert_eq!(ours.shape(), theirs.shape(), "dimensions of {key}");
        let largest = theirs.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        for ((index, a), b) in ours.indexed_iter().zip(theirs) {
            // Written so that a NaN fails.
            let close = (a - b).abs() <= TOLERANCE * (1.0 + largest);
            assert!(close, "{key}{index:?}: found {a}, expected {b}");
        }
    }
}
