//! The networks of the field's textbooks, one file a family, each written as a reader of its paper
//! would say it.
//!
//! Where torchvision has the network, its `state_dict` loads unchanged by name, and the outputs agree.
//! Every network's documentation names its paper, its parameters, which are counted while it compiles,
//! and what its images should look like.
//!
//! ```no_run
//! use cnn_zoo::resnet::ResNet50;
//!
//! let net = ResNet50::load("resnet50.safetensors")?;
//! let image = cnn::ndarray::Array4::zeros((1, 3, 224, 224));
//! let scores = net.forward(image.view());
//! # Ok::<(), cnn::Error>(())
//! ```
//!
//! The program `cnn-zoo` lists, summarizes, runs, times and explains them; [`registry`] is its table. Training
//! and explaining is the feature `train`, which is on unless asked otherwise.
//!
//! # ImageNet's preprocessing
//!
//! Unless a network says otherwise, its images are those of torchvision's weights for ImageNet: RGB,
//! the shorter side resized to 256 pixels (bilinear, antialiased), the middle 224×224 cut out, values
//! from 0 to 1, of which the mean (0.485, 0.456, 0.406) is subtracted, then divided by the standard
//! deviation (0.229, 0.224, 0.225). The thousand outputs are scores before softmax.

pub mod alexnet;
pub mod allcnn;
pub mod cifar_resnet;
pub mod convnext;
pub mod densenet;
pub mod efficientnet;
#[cfg(feature = "train")]
pub mod explain;
pub mod googlenet;
pub mod inception;
pub mod inception_resnet;
pub mod lenet;
pub mod mobilenet;
pub mod multi_residual;
pub mod nin;
pub mod polynet;
pub mod preact;
pub mod registry;
pub mod resnet;
pub mod senet;
pub mod shufflenet;
pub mod squeezenet;
pub mod unet;
pub mod vgg;
pub mod zfnet;
