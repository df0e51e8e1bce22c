//! Multi-residual networks (Abdi and Nahavandi, "Multi-residual networks: improving the speed and
//! accuracy of residual networks", 2016), whose units add several residual functions, each with
//! pre-activation, to their input: wider ensembles in the place of deeper networks.
//!
//! Images: 32×32 pixels, each channel of zero mean and unit variance over the training images.

use cnn::cnn;

cnn! {
    block residual(f, s) {
        bn1: bn -> relu -> conv1: conv(f, 1x1, bias=false)
        -> bn2: bn -> relu -> conv2: conv(f, 3x3, stride=s, pad=1, bias=false)
        -> bn3: bn -> relu -> conv3: conv(4*f, 1x1, bias=false)
    }

    // Five functions of the same input.
    block unit(f, s = 1) {
        add(
            if s != 1 || 4*f != C {
                downsample: { bn -> relu -> conv(4*f, 1x1, stride=s, bias=false) }
            }
            | f1: residual(f, s) | f2: residual(f, s) | f3: residual(f, s)
            | f4: residual(f, s) | f5: residual(f, s)
        )
    }

    inline block stage(n, f, s = 2) { unit(f, s) -> unit(f) * (n - 1) }

    // n units a stage, 9n + 2 layers.
    inline block body(n, f) {
        conv1: conv(f, 3x3, pad=1, bias=false)
        -> layer1: stage(n, f, 1) -> layer2: stage(n, 2*f) -> layer3: stage(n, 4*f)
        -> bn: bn -> relu
    }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// Multi-ResNet-200 with five functions a unit for CIFAR-10, 10,189,434 parameters, about as many
    /// as a pre-activation ResNet-1001 has.
    pub struct MultiResNet200x5< 3x32x32 -> body(22, 16) -> head(10) >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallMultiResNet< 3x16x16 -> body(2, 2) -> head(5) >;
}

const _: () = assert!(MultiResNet200x5::PARAMETERS == 10_189_434);
