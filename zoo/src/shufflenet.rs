//! ShuffleNets: depthwise convolutions, and channels that change places between cheap 1×1 ones.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).

use cnn::cnn;

cnn! {
    // Figure 2 of the paper: through w channels in g groups, between which they are shuffled. The first
    // convolution of all sees too few channels to divide.
    inline block branch(w, f, s, g, first = g) {
        conv1: conv(w, 1x1, groups=first, bias=false) -> bn1: bn -> relu -> shuffle(g)
        -> conv2: depthwise(3x3, stride=s, pad=1, bias=false) -> bn2: bn
        -> conv3: conv(f, 1x1, groups=g, bias=false) -> bn3: bn
    }

    block unit(g) { add(_ | branch(C/4, C, 1, g)) -> relu }

    block down(f, g, first = g) {
        concat(avgpool(3, stride=2, pad=1) | branch(f/4, f - C, 2, g, first)) -> relu
    }

    inline block stage(f, n, g, first = g) { down(f, g, first) -> unit(g) * (n - 1) }

    inline block stem(f) {
        conv1: conv(f, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu
        -> maxpool(3, stride=2, pad=1)
    }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// ShuffleNetV1 ×1 with three groups (Zhang, Zhou, Lin and Sun, "ShuffleNet: an extremely efficient
    /// convolutional neural network for mobile devices", 2018), 1,865,728 parameters.
    pub struct ShuffleNetV1<
        3x224x224 -> stem(24)
        -> stage2: stage(240, 4, 3, first=1) -> stage3: stage(480, 8, 3) -> stage4: stage(960, 4, 3)
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallShuffleNetV1<
        3x48x48 -> stem(6)
        -> stage2: stage(24, 2, 3, first=1) -> stage3: stage(48, 3, 3)
        -> head(5)
    >;
}

const _: () = assert!(ShuffleNetV1::PARAMETERS == 1_865_728);

cnn! {
    inline block pointwise_convolution(f) { conv(f, 1x1, bias=false) -> bn -> relu }

    inline block depthwise_convolution(s) { depthwise(3x3, stride=s, pad=1, bias=false) -> bn }

    inline block branch(f, s) {
        pointwise_convolution(f) -> depthwise_convolution(s) -> pointwise_convolution(f)
    }

    // Half of the channels pass unchanged.
    block unit {
        concat(split(2, 0) | split(2, 1) -> branch2: branch(C/2, 1)) -> shuffle(2)
    }

    block down(f) {
        concat(
            branch1: { depthwise_convolution(2) -> pointwise_convolution(f/2) }
            | branch2: branch(f/2, 2)
        ) -> shuffle(2)
    }

    inline block stage(f, n) { down(f) -> unit * (n - 1) }

    inline block stem(f) {
        conv1: { conv(f, 3x3, stride=2, pad=1, bias=false) -> bn -> relu }
        -> maxpool(3, stride=2, pad=1)
    }

    inline block head(f, classes) {
        conv5: pointwise_convolution(f) -> global_avgpool -> flatten -> fc: dense(classes)
    }

    /// ShuffleNetV2 ×1.0 (Ma, Zhang, Zheng and Sun, "ShuffleNet V2: practical guidelines for efficient CNN
    /// architecture design", 2018), with the parameter names of torchvision, 2,278,604 parameters.
    pub struct ShuffleNetV2<
        3x224x224 -> stem(24)
        -> stage2: stage(116, 4) -> stage3: stage(232, 8) -> stage4: stage(464, 4)
        -> head(1024, 1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallShuffleNetV2<
        3x64x64 -> stem(8)
        -> stage2: stage(12, 2) -> stage3: stage(20, 3) -> stage4: stage(24, 2)
        -> head(16, 5)
    >;
}

const _: () = assert!(ShuffleNetV2::PARAMETERS == 2_278_604);
