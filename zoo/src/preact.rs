//! Residual networks with pre-activation (He, Zhang, Ren and Sun, "Identity mappings in deep residual
//! networks", 2016), where normalization and activation stand before the convolutions and nothing but
//! sums on the way from the first layer to the last; and the wide ones made of them (Zagoruyko and
//! Komodakis, "Wide residual networks", 2016).
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing); for the networks of CIFAR-10,
//! 32×32 pixels, each channel of zero mean and unit variance over the training images.

use cnn::cnn;

cnn! {
    use crate::cifar_resnet::zero_padded;

    // What a unit does after its first activation.
    inline block basic_convolutions(f, s) {
        conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn2: bn -> relu
        -> conv2: conv(f, 3x3, pad=1, bias=false)
    }

    inline block bottleneck_convolutions(f, s) {
        conv1: conv(f, 1x1, bias=false) -> bn2: bn -> relu
        -> conv2: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn3: bn -> relu
        -> conv3: conv(4*f, 1x1, bias=false)
    }

    inline block projection(f, s) {
        if s != 1 || f != C { downsample: conv(f, 1x1, stride=s, bias=false) }
    }

    // The first unit stands after the activation of the stem. In units that change the shape, the
    // shortcut starts after the activation too.
    block first_basic(f) { add(basic_convolutions(f, 1) | projection(f, 1)) }

    block first_bottleneck(f) { add(bottleneck_convolutions(f, 1) | projection(4*f, 1)) }

    block basic(f, s = 1) {
        if s != 1 || f != C {
            bn1: bn -> relu -> add(basic_convolutions(f, s) | projection(f, s))
        } else {
            add(bn1: bn -> relu -> basic_convolutions(f, 1) | _)
        }
    }

    // The same with a shortcut without parameters.
    block down_padded(f) { bn1: bn -> relu -> add(basic_convolutions(f, 2) | zero_padded(2)) }

    block bottleneck(f, s = 1) {
        if s != 1 || 4*f != C {
            bn1: bn -> relu -> add(bottleneck_convolutions(f, s) | projection(4*f, s))
        } else {
            add(bn1: bn -> relu -> bottleneck_convolutions(f, 1) | _)
        }
    }

    inline block basics(n, f, s) { basic(f, s) -> basic(f) * (n - 1) }

    inline block bottlenecks(n, f) { bottleneck(f, 2) -> bottleneck(f) * (n - 1) }

    inline block first_bottlenecks(n, f) { first_bottleneck(f) -> bottleneck(f) * (n - 1) }

    inline block stem(f) { conv1: conv(f, 3x3, pad=1, bias=false) -> bn1: bn -> relu }

    inline block large_stem {
        conv1: conv(64, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu
        -> maxpool(3, stride=2, pad=1)
    }

    inline block head(classes) {
        bn: bn -> relu -> global_avgpool -> flatten -> fc: dense(classes)
    }

    /// ResNet-110 with pre-activation for CIFAR-10, 1,727,962 parameters.
    pub struct PreActResNet110<
        3x32x32 -> stem(16)
        -> layer1: { first_basic(16) -> basic(16) * 17 }
        -> layer2: { down_padded(32) -> basic(32) * 17 }
        -> layer3: { down_padded(64) -> basic(64) * 17 }
        -> head(10)
    >;

    /// ResNet-164 with pre-activation for CIFAR-10, 1,703,258 parameters. With 111 units a stage in the
    /// place of 18, it is the paper's ResNet-1001.
    pub struct PreActResNet164<
        3x32x32 -> stem(16)
        -> layer1: first_bottlenecks(18, 16)
        -> layer2: bottlenecks(18, 32) -> layer3: bottlenecks(18, 64)
        -> head(10)
    >;

    /// ResNet-50 with pre-activation, 25,549,352 parameters.
    pub struct PreActResNet50<
        3x224x224 -> large_stem
        -> layer1: first_bottlenecks(3, 64) -> layer2: bottlenecks(4, 128)
        -> layer3: bottlenecks(6, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    >;

    /// ResNet-200 with pre-activation, 64,666,152 parameters.
    pub struct PreActResNet200<
        3x224x224 -> large_stem
        -> layer1: first_bottlenecks(3, 64) -> layer2: bottlenecks(24, 128)
        -> layer3: bottlenecks(36, 256) -> layer4: bottlenecks(3, 512)
        -> head(1000)
    >;

    /// WRN-28-10 for CIFAR-10, 36,479,194 parameters: 28 layers, ten times as wide as ResNet-20. The
    /// paper's variant with dropout has `dropout(0.3)` between the two convolutions of each unit,
    /// after the activation, and the same parameters.
    pub struct Wrn28x10<
        3x32x32 -> stem(16)
        -> layer1: { first_basic(160) -> basic(160) * 3 }
        -> layer2: basics(4, 320, 2) -> layer3: basics(4, 640, 2)
        -> head(10)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallPreAct<
        3x16x16 -> stem(6)
        -> layer1: { first_basic(6) -> basic(6) } -> layer2: { down_padded(12) -> basic(12) }
        -> layer3: { first_bottleneck(4) -> bottleneck(4) -> bottleneck(5, 2) }
        -> layer4: basics(2, 10, 2)
        -> head(5)
    >;
}

const _: () = assert!(PreActResNet110::PARAMETERS == 1_727_962);
const _: () = assert!(PreActResNet164::PARAMETERS == 1_703_258);
const _: () = assert!(PreActResNet50::PARAMETERS == 25_549_352);
const _: () = assert!(PreActResNet200::PARAMETERS == 64_666_152);
const _: () = assert!(Wrn28x10::PARAMETERS == 36_479_194);
