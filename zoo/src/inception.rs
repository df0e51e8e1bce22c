//! The second and third of the Inception networks that GoogLeNet is the first of.

// Labels are torchvision's names.
#![allow(non_snake_case)]

use cnn::cnn;

cnn! {
    block convolution(f, k = 1, s = 1) {
        conv: conv(f, k, stride=s, pad=k/2, bias=false) -> bn: bn -> relu
    }

    // Eight 7x7 filters for each color, then a 1x1.
    block separable(f) {
        depthwise: conv(8*C, 7x7, stride=2, pad=3, groups=C, bias=false)
        -> pointwise: conv(f, 1x1, bias=false) -> bn: bn -> relu
    }

    inline block halve { maxpool(3, stride=2, pad=1) }

    // Two 3x3 convolutions for GoogLeNet's 5x5.
    block double(reduce, f, s = 1) {
        reduce: convolution(reduce) -> conv1: convolution(f, 3) -> conv2: convolution(f, 3, s)
    }

    // A row of figure 5.
    block inception(one, reduce3, three, reduce5, five, pool, max = 0) {
        concat(
            branch1: convolution(one)
            | branch2: { convolution(reduce3) -> convolution(three, 3) }
            | branch3: double(reduce5, five)
            | if max == 1 { maxpool(3, stride=1, pad=1) } else { avgpool(3, stride=1, pad=1) }
              -> branch4: convolution(pool)
        )
    }

    // One that halves the size and passes its input through a pool.
    block reduction(reduce3, three, reduce5, five) {
        concat(
            branch2: { convolution(reduce3) -> convolution(three, 3, 2) }
            | branch3: double(reduce5, five, 2)
            | halve
        )
    }

    inline block head(classes) { global_avgpool -> flatten -> fc: dense(classes) }

    /// Inception-v2, the one of "Batch normalization: accelerating deep network training by reducing
    /// internal covariate shift" (Ioffe and Szegedy, 2015), 11,188,288 parameters.
    ///
    /// Images: [ImageNet's preprocessing](crate#imagenets-preprocessing).
    // Figure 5 has 128 filters after the pools of 4c and 4d, but 576 channels after the modules, which
    // takes 96.
    pub struct InceptionV2<
        3x224x224
        -> conv1: separable(64) -> halve
        -> conv2: convolution(64) -> conv3: convolution(192, 3) -> halve
        -> inception3a: inception(64, 64, 64, 64, 96, 32)
        -> inception3b: inception(64, 64, 96, 64, 96, 64)
        -> inception3c: reduction(128, 160, 64, 96)
        -> inception4a: inception(224, 64, 96, 96, 128, 128)
        -> inception4b: inception(192, 96, 128, 96, 128, 128)
        -> inception4c: inception(160, 128, 160, 128, 160, 96)
        -> inception4d: inception(96, 128, 192, 160, 192, 96)
        -> inception4e: reduction(128, 192, 192, 256)
        -> inception5a: inception(352, 192, 320, 160, 224, 128)
        -> inception5b: inception(352, 192, 320, 192, 224, 128, max=1)
        -> head(1000)
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallInceptionV2<
        3x48x48
        -> conv1: separable(8) -> halve
        -> conv2: convolution(6) -> conv3: convolution(10, 3)
        -> inception3a: inception(4, 6, 8, 2, 4, 3)
        -> inception3c: reduction(5, 7, 3, 4)
        -> inception4a: inception(4, 4, 6, 3, 5, 4, max=1)
        -> head(5)
    >;
}

const _: () = assert!(InceptionV2::PARAMETERS == 11_188_288);

cnn! {
    block convolution(f, h = 1, w = h) {
        conv: conv(f, (h, w), pad=(h/2, w/2), bias=false) -> bn: bn(eps=1e-3) -> relu
    }

    // Without padding.
    block valid(f, k, s = 1) { conv: conv(f, k, stride=s, bias=false) -> bn: bn(eps=1e-3) -> relu }

    inline block pooled(f) {
        avgpool(3, stride=1, pad=1) -> branch_pool: convolution(f)
    }

    // In all modules, d divides the number of filters of narrow networks.

    // Figure 5 of the paper: two 3x3 convolutions for a 5x5 one.
    block inception_a(pool, d = 1) {
        concat(
            branch1x1: convolution(64/d)
            | branch5x5_1: convolution(48/d) -> branch5x5_2: convolution(64/d, 5)
            | branch3x3dbl_1: convolution(64/d) -> branch3x3dbl_2: convolution(96/d, 3)
              -> branch3x3dbl_3: convolution(96/d, 3)
            | pooled(pool)
        )
    }

    // Figure 10: half the size without a bottleneck.
    block reduction_b(d = 1) {
        concat(
            branch3x3: valid(384/d, 3, 2)
            | branch3x3dbl_1: convolution(64/d) -> branch3x3dbl_2: convolution(96/d, 3)
              -> branch3x3dbl_3: valid(96/d, 3, 2)
            | maxpool(3, stride=2)
        )
    }

    // Figure 6: 7x7 as 1x7 and 7x1, through c channels.
    block inception_c(c, d = 1) {
        concat(
            branch1x1: convolution(192/d)
            | branch7x7_1: convolution(c) -> branch7x7_2: convolution(c, 1, 7)
              -> branch7x7_3: convolution(192/d, 7, 1)
            | branch7x7dbl_1: convolution(c)
              -> branch7x7dbl_2: convolution(c, 7, 1) -> branch7x7dbl_3: convolution(c, 1, 7)
              -> branch7x7dbl_4: convolution(c, 7, 1) -> branch7x7dbl_5: convolution(192/d, 1, 7)
            | pooled(192/d)
        )
    }

    block reduction_d(d = 1) {
        concat(
            branch3x3_1: convolution(192/d) -> branch3x3_2: valid(320/d, 3, 2)
            | branch7x7x3_1: convolution(192/d) -> branch7x7x3_2: convolution(192/d, 1, 7)
              -> branch7x7x3_3: convolution(192/d, 7, 1) -> branch7x7x3_4: valid(192/d, 3, 2)
            | maxpool(3, stride=2)
        )
    }

    // Figure 7: wider, for the coarsest grid.
    block inception_e(d = 1) {
        concat(
            branch1x1: convolution(320/d)
            | branch3x3_1: convolution(384/d)
              -> concat(branch3x3_2a: convolution(384/d, 1, 3)
                        | branch3x3_2b: convolution(384/d, 3, 1))
            | branch3x3dbl_1: convolution(448/d) -> branch3x3dbl_2: convolution(384/d, 3)
              -> concat(branch3x3dbl_3a: convolution(384/d, 1, 3)
                        | branch3x3dbl_3b: convolution(384/d, 3, 1))
            | pooled(192/d)
        )
    }

    inline block stem(d = 1) {
        Conv2d_1a_3x3: valid(32/d, 3, 2) -> Conv2d_2a_3x3: valid(32/d, 3)
        -> Conv2d_2b_3x3: convolution(64/d, 3) -> maxpool(3, stride=2)
        -> Conv2d_3b_1x1: convolution(80/d) -> Conv2d_4a_3x3: valid(192/d, 3)
        -> maxpool(3, stride=2)
    }

    // The classifier that only training has; k is what the pool leaves of a side.
    inline block auxiliary(pool, k, classes, d = 1) {
        avgpool(pool, stride=3) -> conv0: convolution(128/d) -> conv1: valid(768/d, k)
        -> global_avgpool -> flatten -> fc: dense(classes)
    }

    /// Inception-v3 ("Rethinking the Inception architecture for computer vision", Szegedy et al., 2016),
    /// with the parameter names of torchvision, 27,161,264 parameters, 3,326,696 of them in the
    /// classifier that only training has.
    ///
    /// Images: RGB, the shorter side resized to 342 pixels, the middle 299×299 cut out, values from 0 to
    /// 1; then [ImageNet's](crate#imagenets-preprocessing) mean and standard deviation, or, for
    /// torchvision's pretrained weights, 0.5 for both in every channel: that is what its
    /// `transform_input` comes to.
    pub struct InceptionV3<
        3x299x299 -> stem
        -> Mixed_5b: inception_a(32) -> Mixed_5c: inception_a(64) -> Mixed_5d: inception_a(64)
        -> Mixed_6a: reduction_b
        -> Mixed_6b: inception_c(128) -> Mixed_6c: inception_c(160)
        -> Mixed_6d: inception_c(160) -> Mixed_6e: inception_c(192)
        -> Mixed_7a: reduction_d
        -> Mixed_7b: inception_e -> Mixed_7c: inception_e
        -> global_avgpool -> flatten -> dropout(0.5) -> fc: dense(1000);
        AuxLogits: Mixed_6e -> auxiliary(5, 5, 1000)
        => fc, train AuxLogits
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallInceptionV3<
        3x75x75 -> stem(32)
        -> Mixed_5b: inception_a(1, 32)
        -> Mixed_6a: reduction_b(32)
        -> Mixed_6b: inception_c(3, 32)
        -> Mixed_7a: reduction_d(32)
        -> Mixed_7b: inception_e(32)
        -> global_avgpool -> flatten -> dropout(0.5) -> fc: dense(5);
        AuxLogits: Mixed_6b -> auxiliary(2, 1, 5, 32)
        => fc, train AuxLogits
    >;
}

const _: () = assert!(InceptionV3::PARAMETERS == 27_161_264);
