//! Residual networks (He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016) and
//! their wide and grouped descendants, with the parameter names of torchvision.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing); for the networks of CIFAR-10,
//! 32×32 pixels, each channel of zero mean and unit variance over the training images.

use cnn::cnn;

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

    // The stride is that of the 3x3, as in torchvision; the paper has it in the first 1x1. A wide
    // network has a larger w, ResNeXt groups.
    block bottleneck(f, s = 1, w = f, groups = 1) {
        add(
            conv1: conv(w, 1x1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(w, 3x3, stride=s, pad=1, groups=groups, bias=false) -> bn2: bn -> relu
            -> conv3: conv(4*f, 1x1, bias=false) -> bn3: bn
            | shortcut(4*f, s)
        ) -> relu
    }

    inline block stem(f = 64) {
        conv1: conv(f, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu
        -> maxpool(3, stride=2, pad=1)
    }

    inline block basics(n, f, s = 2) { basic(f, s) -> basic(f) * (n - 1) }

    inline block bottlenecks(n, f, s = 2, w = f, groups = 1) {
        bottleneck(f, s, w, groups) -> bottleneck(f, 1, w, groups) * (n - 1)
    }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// ResNet-18, 11,689,512 parameters.
    pub struct ResNet18<
        3x224x224 -> stem
        -> layer1: basics(2, 64, 1) -> layer2: basics(2, 128)
        -> layer3: basics(2, 256) -> layer4: basics(2, 512)
        -> head(1000)
    >;

    /// ResNet-34, 21,797,672 parameters.
    pub struct ResNet34<
        3x224x224 -> stem
        -> layer1: basics(3, 64, 1) -> layer2: basics(4, 128)
        -> layer3: basics(6, 256) -> layer4: basics(3, 512)
        -> head(1000)
    >;

    /// ResNet-50, 25,557,032 parameters.
    pub struct ResNet50<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1) -> layer2: bottlenecks(4, 128)
        -> layer3: bottlenecks(6, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    >;

    // A hundred layers and more multiply whatever the first ones rounded: `accurate` keeps Winograd's
    // algorithm, which rounds more, out of them.

    /// ResNet-101, 44,549,160 parameters.
    pub struct ResNet101<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1) -> layer2: bottlenecks(4, 128)
        -> layer3: bottlenecks(23, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    > with accurate;

    /// ResNet-152, 60,192,808 parameters.
    pub struct ResNet152<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1) -> layer2: bottlenecks(8, 128)
        -> layer3: bottlenecks(36, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    > with accurate;

    /// Wide ResNet-50-2 (Zagoruyko and Komodakis, "Wide residual networks", 2016): 3×3 convolutions of
    /// twice as many channels, 68,883,240 parameters.
    pub struct WideResNet50x2<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1, w=128) -> layer2: bottlenecks(4, 128, w=256)
        -> layer3: bottlenecks(6, 256, w=512) -> layer4: bottlenecks(3, 512, w=1024)
        -> head(1000)
    >;

    /// Wide ResNet-101-2 (Zagoruyko and Komodakis, 2016), 126,886,696 parameters.
    pub struct WideResNet101x2<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1, w=128) -> layer2: bottlenecks(4, 128, w=256)
        -> layer3: bottlenecks(23, 256, w=512) -> layer4: bottlenecks(3, 512, w=1024)
        -> head(1000)
    > with accurate;

    /// ResNeXt-50, 32×4d (Xie et al., "Aggregated residual transformations for deep neural networks",
    /// 2017): 3×3 convolutions in 32 groups of four channels and more, 25,028,904 parameters.
    pub struct ResNeXt50<
        3x224x224 -> stem
        -> layer1: bottlenecks(3, 64, 1, w=128, groups=32)
        -> layer2: bottlenecks(4, 128, w=256, groups=32)
        -> layer3: bottlenecks(6, 256, w=512, groups=32)
        -> layer4: bottlenecks(3, 512, w=1024, groups=32)
        -> head(1000)
    >;

    /// ResNet-18 for the 32×32 pixels and ten classes of CIFAR-10, 11,173,962 parameters.
    pub struct ResNet18Cifar<
        3x32x32 -> conv1: conv(64, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: basics(2, 64, 1) -> layer2: basics(2, 128)
        -> layer3: basics(2, 256) -> layer4: basics(2, 512)
        -> head(10)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallResNet<
        3x32x32 -> stem(8) -> layer1: basics(2, 8, 1) -> layer2: basics(2, 20) -> head(5)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallResNeXt<
        3x32x32 -> stem(8)
        -> layer1: bottlenecks(2, 4, 1, w=8, groups=4) -> layer2: bottlenecks(2, 6, w=8, groups=4)
        -> head(5)
    >;
}

const _: () = assert!(ResNet18::PARAMETERS == 11_689_512);
const _: () = assert!(ResNet34::PARAMETERS == 21_797_672);
const _: () = assert!(ResNet50::PARAMETERS == 25_557_032);
const _: () = assert!(ResNet101::PARAMETERS == 44_549_160);
const _: () = assert!(ResNet152::PARAMETERS == 60_192_808);
const _: () = assert!(WideResNet50x2::PARAMETERS == 68_883_240);
const _: () = assert!(WideResNet101x2::PARAMETERS == 126_886_696);
const _: () = assert!(ResNeXt50::PARAMETERS == 25_028_904);
const _: () = assert!(ResNet18Cifar::PARAMETERS == 11_173_962);
