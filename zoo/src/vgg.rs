//! VGG (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition",
//! 2015), with the parameter names of torchvision. With batch normalization (Ioffe and Szegedy, 2015)
//! it trains without pretraining.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing); for the networks of CIFAR-10,
//! 32×32 pixels, each channel of zero mean and unit variance over the training images.

use cnn::cnn;

cnn! {
    inline block stage(f, n) { { conv(f, 3x3, pad=1) -> relu } * n -> maxpool(2) }

    inline block normalized(f, n) { { conv(f, 3x3, pad=1) -> bn -> relu } * n -> maxpool(2) }

    // The average pool to 7x7 that torchvision has before this leaves 7x7 as it is.
    block head(classes, width = 4096) {
        { dense(width) -> relu -> dropout(0.5) } * 2 -> dense(classes)
    }

    /// VGG-11, configuration A, 132,863,336 parameters.
    pub struct Vgg11<
        3x224x224
        -> features: { stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-13, configuration B, 133,047,848 parameters.
    pub struct Vgg13<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 2) -> stage(512, 2) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-16, configuration D, 138,357,544 parameters.
    pub struct Vgg16<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 3) -> stage(512, 3) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-19, configuration E, 143,667,240 parameters.
    pub struct Vgg19<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 4) -> stage(512, 4) * 2 }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-11 with batch normalization, 132,868,840 parameters.
    pub struct Vgg11Bn<
        3x224x224
        -> features: {
            normalized(64, 1) -> normalized(128, 1) -> normalized(256, 2) -> normalized(512, 2) * 2
        }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-13 with batch normalization, 133,053,736 parameters.
    pub struct Vgg13Bn<
        3x224x224
        -> features: {
            normalized(64, 2) -> normalized(128, 2) -> normalized(256, 2) -> normalized(512, 2) * 2
        }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-16 with batch normalization, 138,365,992 parameters.
    pub struct Vgg16Bn<
        3x224x224
        -> features: {
            normalized(64, 2) -> normalized(128, 2) -> normalized(256, 3) -> normalized(512, 3) * 2
        }
        -> flatten -> classifier: head(1000)
    >;

    /// VGG-19 with batch normalization, 143,678,248 parameters.
    pub struct Vgg19Bn<
        3x224x224
        -> features: {
            normalized(64, 2) -> normalized(128, 2) -> normalized(256, 4) -> normalized(512, 4) * 2
        }
        -> flatten -> classifier: head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallVggBn<
        3x16x16
        -> features: { normalized(8, 1) -> normalized(12, 2) } -> flatten -> classifier: head(5, 16)
    >;

    /// VGG-11 for the ten classes of CIFAR-10 with one dense layer, 9,225,610 parameters.
    pub struct Vgg11Cifar<
        3x32x32
        -> stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2
        -> flatten -> dense(10)
    >;
}

const _: () = assert!(Vgg11::PARAMETERS == 132_863_336);
const _: () = assert!(Vgg13::PARAMETERS == 133_047_848);
const _: () = assert!(Vgg16::PARAMETERS == 138_357_544);
const _: () = assert!(Vgg19::PARAMETERS == 143_667_240);
const _: () = assert!(Vgg11Bn::PARAMETERS == 132_868_840);
const _: () = assert!(Vgg13Bn::PARAMETERS == 133_053_736);
const _: () = assert!(Vgg16Bn::PARAMETERS == 138_365_992);
const _: () = assert!(Vgg19Bn::PARAMETERS == 143_678_248);
const _: () = assert!(Vgg11Cifar::PARAMETERS == 9_225_610);

cnn! {
    inline block stage(f, n) {
        { conv(f, 3x3, pad=1, bias=false) -> bn -> relu } * n -> maxpool(2)
    }

    /// VGG-11 for the ten classes of CIFAR-10 with batch normalization, whose shift does the work of
    /// the convolutions' biases, 9,228,362 parameters.
    pub struct Vgg11BnCifar<
        3x32x32
        -> stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2
        -> flatten -> dense(10)
    >;
}

const _: () = assert!(Vgg11BnCifar::PARAMETERS == 9_228_362);
