//! The table of networks: what a program that takes their names from outside needs.

use cnn::ndarray::{ArrayD, ArrayView4};
use cnn::{Error, Graph, Network, Outputs, Session, Shape};
use cnn_runtime::Program;
use std::path::Path;

#[cfg(feature = "train")]
use crate::explain::Explains;
use crate::{
    alexnet, allcnn, cifar_resnet, convnext, densenet, efficientnet, googlenet, inception,
    inception_resnet, lenet, mobilenet, multi_residual, nin, polynet, preact, resnet, senet,
    shufflenet, squeezenet, unet, vgg, zfnet,
};

/// A network of the zoo, known by name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// Authors and year of its paper.
    pub paper: &'static str,
    /// Shape of one image.
    pub input: Shape,
    /// Shapes of one image's outputs, the main one first.
    pub outputs: &'static [Shape],
    /// Trainable parameters.
    pub parameters: usize,
    /// Multiply–adds of one image's forward pass.
    pub macs: u64,
    /// Bytes that inference of one image on one thread needs beside the packed weights.
    pub workspace: usize,
    /// Floats of the packed weights of each of its inference plans.
    pub packed: fn() -> Vec<usize>,
    /// The module that it is written in, and its name there.
    pub place: [&'static str; 2],
    /// The text of that module.
    pub source: &'static str,
    /// Floats of scratch that a step of a plan needs for a batch on one thread, by the number of the plan
    /// that infers – none for the one that trains – and of the step's entry in the plan's list.
    pub scratch: fn(plan: Option<usize>, entry: usize, batch: usize) -> Option<usize>,
    /// The network as data.
    pub ir: fn() -> &'static cnn::ir::Graph<'static>,
    /// Labels that can be looked at, with the shape of their value.
    pub labels: &'static [(&'static str, Shape)],
    /// The table of its layers.
    pub summary: fn() -> String,
    /// The drawing of its layers.
    pub graph: fn() -> Graph,
    /// Loads the weights of a safetensors file, for batches of up to a number of images on a number of threads
    /// (0: all that the machine has).
    pub load: fn(weights: &Path, batch: usize, threads: usize) -> Started,
    /// The same with fresh weights from a seed.
    pub fresh: fn(seed: u64, batch: usize, threads: usize) -> Started,
    /// Writes it with fresh weights from a seed, or with those of a safetensors file, to an ONNX file.
    #[cfg(feature = "onnx")]
    pub export: fn(weights: Weights<'_>, out: &Path) -> Result<(), Error>,
    /// What one training pass over the images, N×C×H×W, makes of fresh weights from a seed, on so many
    /// threads; the gradient of the loss is `0.01` for every element of the outputs.
    #[cfg(feature = "train")]
    pub train: fn(seed: u64, images: ArrayView4<'_, f32>, threads: usize) -> Result<Trained, Error>,
    /// Loads the weights of a safetensors file, for explanations.
    #[cfg(feature = "train")]
    pub explains: fn(weights: &Path) -> Result<Box<dyn Explains>, Error>,
}

/// Where a network's weights come from.
#[cfg(feature = "onnx")]
#[derive(Clone, Copy, Debug)]
pub enum Weights<'a> {
    /// Fresh ones from this seed.
    Fresh(u64),
    /// Those of a safetensors file.
    File(&'a Path),
}

#[cfg(feature = "onnx")]
fn export<N: Network>(weights: Weights<'_>, out: &Path) -> Result<(), Error> {
    let net = match weights {
        Weights::Fresh(seed) => N::try_new(seed)?,
        Weights::File(path) => N::load(path)?,
    };
    net.export_onnx(out)
}

/// What a training pass leaves.
#[cfg(feature = "train")]
#[derive(Clone, Debug)]
pub struct Trained {
    /// The outputs, those that exist in training only included.
    pub outputs: Vec<ArrayD<f32>>,
    /// The gradient with respect to the images.
    pub input_gradient: ArrayD<f32>,
    /// The gradients with respect to the trainable parameters, in the order of the `state_dict`.
    pub gradients: Vec<ArrayD<f32>>,
    /// The running statistics.
    pub statistics: Vec<ArrayD<f32>>,
}

#[cfg(feature = "train")]
fn train<N>(seed: u64, images: ArrayView4<'_, f32>, threads: usize) -> Result<Trained, Error>
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>>,
{
    let mut net = N::new(seed);
    let mut pass = cnn::Backprop::<N>::new().seed(seed).input_gradients(true).threads(threads)?;
    let outputs = N::TrainOutput::arrays(pass.forward(&net, images)?);
    let outputs = outputs.into_iter().map(|output| output.to_owned()).collect();
    let mut d_outputs = N::TrainOutput::zeros(N::TRAIN_OUTPUTS, images.dim().0);
    d_outputs.slices().into_iter().flatten().for_each(|d| *d = 0.01);
    let gradients = pass.backward(&net, &d_outputs)?;
    let input_gradient = gradients.input()?.to_owned();
    let trained = N::TENSORS.iter().filter_map(|spec| gradients.get(spec.path).ok());
    let gradients = trained.map(|gradient| gradient.to_owned()).collect();
    pass.commit(&mut net);
    let (mut statistics, trainable) = (Vec::new(), pass.gradients());
    for spec in N::TENSORS.iter().filter(|spec| trainable.get(spec.path).is_err()) {
        // Counters are no numbers of 32 bits.
        statistics.extend(net.get(spec.path).ok().map(|tensor| tensor.to_owned()));
    }
    Ok(Trained { outputs, input_gradient, gradients, statistics })
}

/// A network with its weights, ready to run, or what was wrong with them.
pub type Started = Result<Box<dyn Model>, Error>;

/// A network that is ready to run.
pub trait Model {
    /// The outputs for a batch N×C×H×W, N first, the main one first.
    ///
    /// # Errors
    /// The images have another shape than the network's, or are none or more than the batch that the
    /// model was made for.
    fn run(&mut self, images: ArrayView4<'_, f32>) -> Result<Vec<ArrayD<f32>>, Error>;
}

impl<N> Model for Session<N>
where
    N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>>,
{
    fn run(&mut self, images: ArrayView4<'_, f32>) -> Result<Vec<ArrayD<f32>>, Error> {
        let outputs = N::Output::arrays(Self::run(self, images)?);
        Ok(outputs.into_iter().map(|output| output.to_owned()).collect())
    }
}

fn start<N>(net: N, batch: usize, threads: usize) -> Started
where
    N: Network,
    Session<N>: Model,
{
    Ok(Box::new(Session::try_from_network(net, batch)?.threads(threads)?))
}

fn scratch<N: Program>(plan: Option<usize>, entry: usize, batch: usize) -> Option<usize> {
    let (rooms, images) = match plan {
        Some(plan) => N::INFERENCE.get(plan).map(|plan| (plan.rooms, plan.interleaved))?,
        None => (N::TRAINING.rooms, N::TRAINING.interleaved),
    };
    let (_, room) = rooms.get(entry)?;
    Some(room.len(batch.next_multiple_of(images), 1))
}

macro_rules! networks {
    ($($name:literal $module:ident :: $net:ident, $paper:literal;)+) => {
        /// All networks, by family.
        pub static NETWORKS: &[Entry] = &[$(Entry {
            name: $name,
            paper: $paper,
            place: [stringify!($module), stringify!($net)],
            source: include_str!(concat!(stringify!($module), ".rs")),
            scratch: scratch::<$module::$net>,
            input: <$module::$net>::INPUT,
            outputs: <$module::$net>::OUTPUTS,
            parameters: <$module::$net>::PARAMETERS,
            macs: <$module::$net>::MACS,
            workspace: <$module::$net>::WORKSPACE,
            packed: || <$module::$net as Program>::INFERENCE.iter().map(|plan| plan.packed).collect(),
            summary: <$module::$net>::summary,
            graph: <$module::$net>::graph,
            load: |weights, batch, threads| start(<$module::$net>::load(weights)?, batch, threads),
            fresh: |seed, batch, threads| start(<$module::$net>::new(seed), batch, threads),
            ir: || &<$module::$net as cnn::Describe>::GRAPH,
            labels: <$module::$net>::LABELS,
            #[cfg(feature = "onnx")]
            export: export::<$module::$net>,
            #[cfg(feature = "train")]
            train: train::<$module::$net>,
            #[cfg(feature = "train")]
            explains: |weights| Ok(Box::new(<$module::$net>::load(weights)?)),
        }),+];
    };
}

networks! {
    "lenet5" lenet::LeNet, "LeCun et al., 1998";
    "lenet5_1998" lenet::LeNet1998, "LeCun et al., 1998";
    "alexnet" alexnet::AlexNet, "Krizhevsky et al., 2012";
    "alexnet_2012" alexnet::AlexNet2012, "Krizhevsky et al., 2012";
    "zfnet" zfnet::ZFNet, "Zeiler and Fergus, 2014";
    "zfnet_deconv" zfnet::ZFNetDeconv, "Zeiler and Fergus, 2014";
    "nin_cifar" nin::Nin, "Lin et al., 2014";
    "vgg11" vgg::Vgg11, "Simonyan and Zisserman, 2015";
    "vgg13" vgg::Vgg13, "Simonyan and Zisserman, 2015";
    "vgg16" vgg::Vgg16, "Simonyan and Zisserman, 2015";
    "vgg19" vgg::Vgg19, "Simonyan and Zisserman, 2015";
    "vgg11_bn" vgg::Vgg11Bn, "Simonyan and Zisserman, 2015";
    "vgg13_bn" vgg::Vgg13Bn, "Simonyan and Zisserman, 2015";
    "vgg16_bn" vgg::Vgg16Bn, "Simonyan and Zisserman, 2015";
    "vgg19_bn" vgg::Vgg19Bn, "Simonyan and Zisserman, 2015";
    "vgg11_cifar" vgg::Vgg11Cifar, "Simonyan and Zisserman, 2015";
    "vgg11_bn_cifar" vgg::Vgg11BnCifar, "Simonyan and Zisserman, 2015";
    "googlenet" googlenet::GoogLeNet, "Szegedy et al., 2015";
    "inception_v2" inception::InceptionV2, "Ioffe and Szegedy, 2015";
    "inception_v3" inception::InceptionV3, "Szegedy et al., 2016";
    "inception_resnet_v1" inception_resnet::InceptionResNetV1, "Szegedy et al., 2017";
    "inception_resnet_v2" inception_resnet::InceptionResNetV2, "Szegedy et al., 2017";
    "polynet" polynet::PolyNet, "Zhang et al., 2017";
    "resnet18" resnet::ResNet18, "He et al., 2016";
    "resnet34" resnet::ResNet34, "He et al., 2016";
    "resnet50" resnet::ResNet50, "He et al., 2016";
    "resnet101" resnet::ResNet101, "He et al., 2016";
    "resnet152" resnet::ResNet152, "He et al., 2016";
    "resnet18_cifar" resnet::ResNet18Cifar, "He et al., 2016";
    "resnet20" cifar_resnet::ResNet20, "He et al., 2016";
    "resnet56" cifar_resnet::ResNet56, "He et al., 2016";
    "resnet110" cifar_resnet::ResNet110, "He et al., 2016";
    "preact_resnet50" preact::PreActResNet50, "He et al., 2016";
    "preact_resnet200" preact::PreActResNet200, "He et al., 2016";
    "preact_resnet110" preact::PreActResNet110, "He et al., 2016";
    "preact_resnet164" preact::PreActResNet164, "He et al., 2016";
    "wide_resnet50_2" resnet::WideResNet50x2, "Zagoruyko and Komodakis, 2016";
    "wide_resnet101_2" resnet::WideResNet101x2, "Zagoruyko and Komodakis, 2016";
    "wrn28_10" preact::Wrn28x10, "Zagoruyko and Komodakis, 2016";
    "resnext50" resnet::ResNeXt50, "Xie et al., 2017";
    "multi_resnet200_5" multi_residual::MultiResNet200x5, "Abdi and Nahavandi, 2016";
    "se_resnet50" senet::SeResNet50, "Hu et al., 2018";
    "senet154" senet::SeNet154, "Hu et al., 2018";
    "densenet121" densenet::DenseNet121, "Huang et al., 2017";
    "densenet161" densenet::DenseNet161, "Huang et al., 2017";
    "densenet169" densenet::DenseNet169, "Huang et al., 2017";
    "densenet201" densenet::DenseNet201, "Huang et al., 2017";
    "squeezenet1_0" squeezenet::SqueezeNet1x0, "Iandola et al., 2016";
    "squeezenet" squeezenet::SqueezeNet, "Iandola et al., 2016";
    "mobilenetv1" mobilenet::MobileNetV1, "Howard et al., 2017";
    "mobilenetv2" mobilenet::MobileNetV2, "Sandler et al., 2018";
    "mobilenetv3" mobilenet::MobileNetV3, "Howard et al., 2019";
    "shufflenetv1" shufflenet::ShuffleNetV1, "Zhang et al., 2018";
    "shufflenetv2" shufflenet::ShuffleNetV2, "Ma et al., 2018";
    "efficientnet_b0" efficientnet::EfficientNetB0, "Tan and Le, 2019";
    "efficientnet_lite0" efficientnet::EfficientNetLite0, "Tan and Le, 2019";
    "convnext_tiny" convnext::ConvNeXtTiny, "Liu et al., 2022";
    "unet" unet::UNet, "Ronneberger et al., 2015";
    "allcnn_cam" allcnn::AllCnnCam, "Springenberg et al., 2015";
    "allcnn_attention" allcnn::AllCnnAttention, "Springenberg et al., 2015";
}

/// The network of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    NETWORKS.iter().find(|entry| entry.name == name)
}
