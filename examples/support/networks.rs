//! The networks that are compared with other engines: the zoo's own text. A dependency on the zoo
//! would compile all of its networks before the first example runs.

// Each file has more networks of its family.
#[allow(dead_code, unreachable_pub)]
#[path = "../../zoo/src"]
mod families {
    pub mod lenet;
    pub mod mobilenet;
    pub mod resnet;
    pub mod vgg;
}

pub(crate) use families::lenet::LeNet;
pub(crate) use families::mobilenet::MobileNetV2;
pub(crate) use families::resnet::{ResNet18, ResNet18Cifar, ResNet50};
pub(crate) use families::vgg::{Vgg11BnCifar, Vgg11Cifar, Vgg16};
