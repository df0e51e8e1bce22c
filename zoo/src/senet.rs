//! Squeeze-and-excitation networks (Hu, Shen and Sun, "Squeeze-and-excitation networks", 2018), with the
//! parameter names of Cadene's `pretrainedmodels`, whose weights are the paper's.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    // Each channel is weighted by what all channels are on average, through a bottleneck.
    block squeeze_excitation {
        mul(_ | global_avgpool -> fc1: conv(C/16, 1x1) -> relu -> fc2: conv(C, 1x1) -> sigmoid)
    }

    inline block shortcut(f, s, k = 1) {
        if s != 1 || f != C { downsample: { conv(f, k, stride=s, pad=k/2, bias=false) -> bn } }
    }

    // ResNet's bottleneck, with the stride in the first 1x1.
    block resnet_bottleneck(f, s = 1) {
        add(
            conv1: conv(f, 1x1, stride=s, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn -> relu
            -> conv3: conv(4*f, 1x1, bias=false) -> bn3: bn -> se_module: squeeze_excitation
            | shortcut(4*f, s)
        ) -> relu
    }

    // SENet-154's: groups as in ResNeXt, half as many channels in the first 1x1 as in the 3x3, and
    // 3x3 projections, 1x1 in the first stage.
    block senet_bottleneck(f, s = 1, groups = 64) {
        add(
            conv1: conv(2*f, 1x1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(4*f, 3x3, stride=s, pad=1, groups=groups, bias=false) -> bn2: bn -> relu
            -> conv3: conv(4*f, 1x1, bias=false) -> bn3: bn -> se_module: squeeze_excitation
            | shortcut(4*f, s, 2*s - 1)
        ) -> relu
    }

    inline block resnet_stage(n, f, s = 2) {
        resnet_bottleneck(f, s) -> resnet_bottleneck(f) * (n - 1)
    }

    inline block senet_stage(n, f, s = 2, groups = 64) {
        senet_bottleneck(f, s, groups) -> senet_bottleneck(f, 1, groups) * (n - 1)
    }

    inline block halve { maxpool(3, stride=2, ceil) }

    // Three 3x3 convolutions for ResNet's 7x7.
    inline block deep_stem(f) {
        conv1: conv(f, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu
        -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn -> relu
        -> conv3: conv(2*f, 3x3, pad=1, bias=false) -> bn3: bn -> relu
        -> halve
    }

    inline block head(classes) { flatten -> last_linear: dense(classes) }

    /// SE-ResNet-50, 28,088,024 parameters.
    pub struct SeResNet50<
        3x224x224
        -> layer0: { conv1: conv(64, 7x7, stride=2, pad=3, bias=false) -> bn1: bn -> relu -> halve }
        -> layer1: resnet_stage(3, 64, 1) -> layer2: resnet_stage(4, 128)
        -> layer3: resnet_stage(6, 256) -> layer4: resnet_stage(3, 512)
        -> global_avgpool -> head(1000)
    >;

    /// SENet-154, 115,088,984 parameters.
    pub struct SeNet154<
        3x224x224 -> layer0: deep_stem(64)
        -> layer1: senet_stage(3, 64, 1) -> layer2: senet_stage(8, 128)
        -> layer3: senet_stage(36, 256) -> layer4: senet_stage(3, 512)
        -> global_avgpool -> dropout(0.2) -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallSeNet<
        3x32x32 -> layer0: deep_stem(6)
        -> layer1: senet_stage(2, 4, 1, groups=4) -> layer2: senet_stage(2, 8, groups=4)
        -> layer3: resnet_stage(2, 12)
        -> global_avgpool -> dropout(0.2) -> head(5)
    >;
}

const _: () = assert!(SeResNet50::PARAMETERS == 28_088_024);
const _: () = assert!(SeNet154::PARAMETERS == 115_088_984);
