//! Networks that are narrow and small, made of the same blocks as the large ones, against PyTorch:
//! weights, outputs and gradients. `reference/README.md` says how the files are made.

use cnn::ndarray::{Array2, ArrayD, ArrayView2, ArrayView4, IxDyn};
use cnn::train::Backprop;
use cnn::{Mode, Network, Outputs, Session};
use cnn_zoo::googlenet::SmallGoogLeNetTrainOutput;
use safetensors::SafeTensors;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Largest error over largest reference.
const TOLERANCE: f32 = 1e-4;

macro_rules! networks {
    ($($name:ident $net:ty;)+) => {
        $(#[test]
        fn $name() {
            check::<$net>(stringify!($name));
        })+

        /// A file that nothing compares would be in order for ever.
        #[test]
        fn every_file_is_compared() {
            let compared = [$(stringify!($name)),+];
            for file in std::fs::read_dir(folder()).expect("the folder of references") {
                let name = file.expect("a file").file_name().to_string_lossy().into_owned();
                let name = name.split('.').next().expect("a name");
                assert!(compared.contains(&name), "{name} is not compared");
            }
        }
    };
}

networks! {
    alexnet cnn_zoo::alexnet::SmallAlexNet;
    convnext cnn_zoo::convnext::SmallConvNeXt;
    densenet cnn_zoo::densenet::SmallDenseNet;
    efficientnet cnn_zoo::efficientnet::SmallEfficientNet;
    googlenet cnn_zoo::googlenet::SmallGoogLeNet;
    inception_v3 cnn_zoo::inception::SmallInceptionV3;
    lenet cnn_zoo::lenet::LeNet;
    mobilenetv2 cnn_zoo::mobilenet::SmallMobileNetV2;
    mobilenetv3 cnn_zoo::mobilenet::SmallMobileNetV3;
    resnet cnn_zoo::resnet::SmallResNet;
    resnext cnn_zoo::resnet::SmallResNeXt;
    shufflenetv2 cnn_zoo::shufflenet::SmallShuffleNetV2;
    squeezenet cnn_zoo::squeezenet::SmallSqueezeNet;
    vgg_bn cnn_zoo::vgg::SmallVggBn;
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/small")
}

/// Loads a network's weights, and compares what it computes with what PyTorch did.
fn check<N>(name: &str)
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = Array2<f32>, TrainOutput: Heads>,
{
    let net = N::load(folder().join(name).with_extension("safetensors"))
        .unwrap_or_else(|error| panic!("{error}"));
    let file = File::read(&folder().join(format!("{name}.check.safetensors")));
    let input = file.get("input").view().into_dimensionality().expect("N×C×H×W");

    let mut session = Session::new(&net, 2);
    let output = session.run(input).expect("a batch of two").to_owned().into_dyn();
    file.agrees("output.0", &output);

    let mut pass = Backprop::<N>::new().mode(Mode::Evaluation).input_gradients(true);
    let heads = N::TrainOutput::arrays(pass.forward(&net, input).expect("a batch of two"));
    for (i, head) in heads.iter().enumerate() {
        file.agrees(&format!("output.{i}"), head);
    }
    let d_heads = (0..heads.len()).map(|i| file.matrix(&format!("d_output.{i}"))).collect();
    let gradients = pass.backward(&net, &N::TrainOutput::of(d_heads)).expect("a pass before");
    file.agrees("d_input", &gradients.input().expect("asked for").to_owned());
    for key in file.0.keys() {
        if let Some(path) = key.strip_prefix("grad.") {
            file.agrees(key, &gradients.get(path).expect("a parameter").to_owned());
        }
    }
}

/// The outputs of training, whose number is the network's.
trait Heads: Outputs {
    fn arrays(view: Self::View<'_>) -> Vec<ArrayD<f32>>;
    fn of(arrays: Vec<Array2<f32>>) -> Self;
}

impl Heads for Array2<f32> {
    fn arrays(view: ArrayView2<'_, f32>) -> Vec<ArrayD<f32>> {
        vec![view.to_owned().into_dyn()]
    }

    fn of(arrays: Vec<Self>) -> Self {
        let [one] = arrays.try_into().expect("one output");
        one
    }
}

impl Heads for SmallGoogLeNetTrainOutput<Array2<f32>, Array2<f32>> {
    fn arrays(view: Self::View<'_>) -> Vec<ArrayD<f32>> {
        vec![view.fc.to_owned().into_dyn(), view.aux1.to_owned().into_dyn()]
    }

    fn of(arrays: Vec<Array2<f32>>) -> Self {
        let [fc, aux1] = arrays.try_into().expect("two outputs");
        Self { fc, aux1 }
    }
}

/// The tensors of a file, by key.
struct File(HashMap<String, ArrayD<f32>>);

impl File {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let file = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        let array = |(key, tensor): (String, safetensors::tensor::TensorView<'_>)| {
            let (elements, []) = tensor.data().as_chunks::<4>() else { panic!("{key}: no floats") };
            let elements = elements.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
            let array = ArrayD::from_shape_vec(IxDyn(tensor.shape()), elements);
            (key, array.expect("as many elements as its shape says"))
        };
        Self(file.tensors().into_iter().map(array).collect())
    }

    fn get(&self, key: &str) -> &ArrayD<f32> {
        self.0.get(key).unwrap_or_else(|| panic!("PyTorch has no `{key}`"))
    }

    fn matrix(&self, key: &str) -> Array2<f32> {
        self.get(key).clone().into_dimensionality().expect("N×elements")
    }

    fn agrees(&self, key: &str, ours: &ArrayD<f32>) {
        let theirs = self.get(key);
        assert_eq!(ours.shape(), theirs.shape(), "dimensions of {key}");
        let largest = theirs.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        for ((index, a), b) in ours.indexed_iter().zip(theirs) {
            // Written so that a NaN fails. The constant is for gradients that are all but zero.
            let close = (a - b).abs() <= TOLERANCE * largest + 1e-7;
            assert!(close, "{key}{index:?}: found {a}, expected {b}, of {largest} at most");
        }
    }
}
