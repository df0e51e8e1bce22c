//! Networks from the literature, with the parameter paths of their PyTorch and torchvision
//! versions, so that a `state_dict` of those loads as it is.

use cnn::cnn;

cnn! {
    /// LeNet-5 (LeCun et al., 1998), 61,706 parameters.
    pub(crate) struct LeNet<
        1x28x28
        -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)
        -> conv(16, 5x5) -> sigmoid -> avgpool(2)
        -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)
    >;
}

const _: () = assert!(LeNet::PARAMETERS == 61_706);

cnn! {
    inline block stage(f, n) { { conv(f, 3x3, pad=1) -> relu } * n -> maxpool(2) }

    /// VGG-16, configuration D (Simonyan and Zisserman, 2015), 138,357,544 parameters.
    pub(crate) struct Vgg16<
        3x224x224
        -> features: { stage(64, 2) -> stage(128, 2) -> stage(256, 3) -> stage(512, 3) * 2 }
        -> flatten
        -> classifier: { { dense(4096) -> relu -> dropout(0.5) } * 2 -> dense(1000) }
    >;

    /// VGG-11, configuration A (Simonyan and Zisserman, 2015), for the 32×32 pixels and ten classes
    /// of CIFAR-10 with one dense layer, 9,225,610 parameters.
    pub(crate) struct Vgg11Cifar<
        3x32x32
        -> stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2
        -> flatten -> dense(10)
    >;
}

const _: () = assert!(Vgg16::PARAMETERS == 138_357_544);
const _: () = assert!(Vgg11Cifar::PARAMETERS == 9_225_610);

cnn! {
    inline block stage(f, n) {
        { conv(f, 3x3, pad=1, bias=false) -> bn -> relu } * n -> maxpool(2)
    }

    /// VGG-11 for CIFAR-10 (Simonyan and Zisserman, 2015) with batch normalisation (Ioffe and
    /// Szegedy, 2015), 9,228,362 parameters.
    pub(crate) struct Vgg11BnCifar<
        3x32x32
        -> stage(64, 1) -> stage(128, 1) -> stage(256, 2) -> stage(512, 2) * 2
        -> flatten -> dense(10)
    >;
}

const _: () = assert!(Vgg11BnCifar::PARAMETERS == 9_228_362);

cnn! {
    // The shortcut is the identity where the shapes agree, and a projection elsewhere (option B).
    inline block shortcut(f, s) {
        if s != 1 || f != C { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
    }

    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | shortcut(f, s)
        ) -> relu
    }

    // The stride is that of the 3x3, as in torchvision; the paper has it in the first 1x1.
    block bottleneck(f, s = 1) {
        add(
            conv1: conv(f, 1x1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn2: bn -> relu
            -> conv3: conv(4*f, 1x1, bias=false) -> bn3: bn
            | shortcut(4*f, s)
        ) -> relu
    }

    inline block stem {
        conv1: conv(64, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu
        -> maxpool(3, stride=2, pad=1)
    }

    inline block two_basic(f, s = 2) { basic(f, s) -> basic(f) }

    inline block bottlenecks(n, f, s = 2) { bottleneck(f, s) -> bottleneck(f) * (n - 1) }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// ResNet-18 (He et al., 2016), 11,689,512 parameters.
    pub(crate) struct ResNet18<
        3x224x224 -> stem
        -> layer1: two_basic(64, 1) -> layer2: two_basic(128)
        -> layer3: two_basic(256) -> layer4: two_basic(512)
        -> head(1000)
    >;

    /// ResNet-18 (He et al., 2016) for the 32×32 pixels and ten classes of CIFAR-10, 11,173,962
    /// parameters.
    pub(crate) struct ResNet18Cifar<
        3x32x32 -> conv1: conv(64, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: two_basic(64, 1) -> layer2: two_basic(128)
        -> layer3: two_basic(256) -> layer4: two_basic(512)
        -> head(10)
    >;

    /// ResNet-50 (He et al., 2016), 25,557,032 parameters.
    pub(crate) struct ResNet50<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1) -> layer2: bottlenecks(4, 128)
        -> layer3: bottlenecks(6, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    >;
}

const _: () = assert!(ResNet18::PARAMETERS == 11_689_512);
const _: () = assert!(ResNet18Cifar::PARAMETERS == 11_173_962);
const _: () = assert!(ResNet50::PARAMETERS == 25_557_032);

cnn! {
    block convolution(f, k, s = 1) {
        conv(f, k, stride=s, pad=k/2, bias=false) -> bn -> relu6
    }

    block depthwise_convolution(s) {
        depthwise(3x3, stride=s, pad=1, bias=false) -> bn -> relu6
    }

    inline block residual(t, c, s) {
        if t >= 2 { convolution(t*C, 1) } -> depthwise_convolution(s)
        -> conv(c, 1x1, bias=false) -> bn
    }

    block inverted_residual(t, c, s) {
        if s == 1 && c == C { add(_ | conv: residual(t, c, s)) } else { conv: residual(t, c, s) }
    }

    // A row of the paper's table 2: expansion, channels, repetitions, stride of the first.
    inline block row(t, c, n, s) {
        inverted_residual(t, c, s) -> if n >= 2 { inverted_residual(t, c, 1) * (n - 1) }
    }

    /// MobileNetV2 (Sandler et al., 2018), 3,504,872 parameters.
    pub(crate) struct MobileNetV2<
        3x224x224
        -> features: {
            convolution(32, 3, 2)
            -> row(1, 16, 1, 1)
            -> row(6, 24, 2, 2)
            -> row(6, 32, 3, 2)
            -> row(6, 64, 4, 2)
            -> row(6, 96, 3, 1)
            -> row(6, 160, 3, 2)
            -> row(6, 320, 1, 1)
            -> convolution(1280, 1)
        }
        -> global_avgpool -> flatten -> classifier: { dropout(0.2) -> dense(1000) }
    >;
}

const _: () = assert!(MobileNetV2::PARAMETERS == 3_504_872);
