//! Networks that are narrow and small, made of the same blocks as the large ones, against PyTorch:
//! weights, outputs and gradients. `reference/README.md` says how the files are made.

use cnn::ndarray::{ArrayD, ArrayView4, ArrayViewD, IxDyn};
use cnn::train::Backprop;
use cnn::{Mode, Network, Outputs, Session};
use cnn_zoo::zfnet::{self, SmallZFNetDeconv};
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
    alexnet_2012 cnn_zoo::alexnet::SmallAlexNet2012;
    allcnn_attention cnn_zoo::allcnn::SmallAllCnnAttention;
    allcnn_cam cnn_zoo::allcnn::SmallAllCnnCam;
    cifar_resnet cnn_zoo::cifar_resnet::SmallCifarResNet;
    convnext cnn_zoo::convnext::SmallConvNeXt;
    densenet cnn_zoo::densenet::SmallDenseNet;
    efficientnet cnn_zoo::efficientnet::SmallEfficientNet;
    efficientnet_lite cnn_zoo::efficientnet::SmallEfficientNetLite;
    googlenet cnn_zoo::googlenet::SmallGoogLeNet;
    inception_v2 cnn_zoo::inception::SmallInceptionV2;
    inception_v3 cnn_zoo::inception::SmallInceptionV3;
    inception_resnet cnn_zoo::inception_resnet::SmallInceptionResNet;
    lenet cnn_zoo::lenet::LeNet;
    lenet_1998 cnn_zoo::lenet::SmallLeNet1998;
    mobilenetv1 cnn_zoo::mobilenet::SmallMobileNetV1;
    mobilenetv2 cnn_zoo::mobilenet::SmallMobileNetV2;
    mobilenetv3 cnn_zoo::mobilenet::SmallMobileNetV3;
    multi_residual cnn_zoo::multi_residual::SmallMultiResNet;
    nin cnn_zoo::nin::SmallNin;
    polynet cnn_zoo::polynet::SmallPolyNet;
    preact cnn_zoo::preact::SmallPreAct;
    resnet cnn_zoo::resnet::SmallResNet;
    resnext cnn_zoo::resnet::SmallResNeXt;
    senet cnn_zoo::senet::SmallSeNet;
    shufflenetv1 cnn_zoo::shufflenet::SmallShuffleNetV1;
    shufflenetv2 cnn_zoo::shufflenet::SmallShuffleNetV2;
    squeezenet cnn_zoo::squeezenet::SmallSqueezeNet;
    unet cnn_zoo::unet::SmallUNet;
    vgg_bn cnn_zoo::vgg::SmallVggBn;
    zfnet_deconv cnn_zoo::zfnet::SmallZFNetDeconv;
}

#[test]
fn the_deconvolutional_network_takes_the_filters_of_the_other() {
    let mut net = SmallZFNetDeconv::new(0);
    zfnet::tie(&mut net).expect("it has both");
    for layer in 1..=5 {
        let [up, down] = ["conv", "pixels.deconv"]
            .map(|name| net.get(&format!("{name}{layer}.weight")).expect("a parameter"));
        assert_eq!(up, down);
    }
    let mut other = cnn_zoo::lenet::LeNet::new(0);
    let error = zfnet::tie(&mut other).expect_err("it has neither");
    assert!(error.to_string().contains("conv1.weight"), "{error}");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/small")
}

/// Loads a network's weights, and compares what it computes with what PyTorch did.
fn check<N>(name: &str)
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>>,
{
    let net = N::load(folder().join(name).with_extension("safetensors"))
        .unwrap_or_else(|error| panic!("{error}"));
    let file = File::read(&folder().join(format!("{name}.check.safetensors")));
    let input = file.get("input").view().into_dimensionality().expect("N×C×H×W");

    let mut session = Session::new(&net, 2);
    let outputs = N::Output::arrays(session.run(input).expect("a batch of two"));
    for (i, output) in outputs.iter().enumerate() {
        file.agrees(&format!("output.{i}"), output);
    }

    let mut pass = Backprop::<N>::new().mode(Mode::Evaluation).input_gradients(true);
    let heads = N::TrainOutput::arrays(pass.forward(&net, input).expect("a batch of two"));
    for (i, head) in heads.iter().enumerate() {
        file.agrees(&format!("output.{i}"), head);
    }
    let d_outputs = file.d_outputs::<N>();
    let gradients = pass.backward(&net, &d_outputs).expect("a pass before");
    file.agrees("d_input", &gradients.input().expect("asked for").into_dyn());
    for key in file.0.keys() {
        if let Some(path) = key.strip_prefix("grad.") {
            file.agrees(key, &gradients.get(path).expect("a parameter"));
        }
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

    /// The gradients with respect to all outputs.
    fn d_outputs<N: Network>(&self) -> N::TrainOutput {
        let mut d_outputs = N::TrainOutput::zeros(N::TRAIN_OUTPUTS, 2);
        for (i, d) in d_outputs.slices().into_iter().take(N::TRAIN_OUTPUTS.len()).enumerate() {
            let theirs = self.get(&format!("d_output.{i}"));
            d.copy_from_slice(theirs.as_slice().expect("in order"));
        }
        d_outputs
    }

    fn agrees(&self, key: &str, ours: &ArrayViewD<'_, f32>) {
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
