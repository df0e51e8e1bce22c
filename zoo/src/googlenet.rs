//! GoogLeNet (Szegedy et al., "Going deeper with convolutions", 2015), with the parameter names of
//! torchvision, which normalizes batches and has 3×3 convolutions where the paper has 5×5 ones.
//!
//! Images: [ImageNet's preprocessing](crate#imagenets-preprocessing). For torchvision's pretrained
//! weights, mean and standard deviation are 0.5 in every channel: that is what its `transform_input`
//! comes to.

use cnn::cnn;

cnn! {
    block convolution(f, k, s = 1) {
        conv: conv(f, k, stride=s, pad=k/2, bias=false) -> bn: bn(eps=1e-3) -> relu
    }

    // The paper's table 1: filters of each branch, reductions before the larger kernels.
    block inception(one, reduce3, three, reduce5, five, pool) {
        concat(
            branch1: convolution(one, 1)
            | branch2: { convolution(reduce3, 1) -> convolution(three, 3) }
            | branch3: { convolution(reduce5, 1) -> convolution(five, 3) }
            | branch4: { maxpool(3, stride=1, pad=1) -> convolution(pool, 1) }
        )
    }

    inline block halve { maxpool(3, stride=2, ceil) }

    inline block auxiliary(f, width, classes) {
        adaptive_avgpool(4x4) -> conv: convolution(f, 1) -> flatten
        -> fc1: dense(width) -> relu -> dropout(0.7) -> fc2: dense(classes)
    }

    /// GoogLeNet, 13,004,888 parameters, 6,379,984 of them in the two classifiers that only training
    /// has.
    pub struct GoogLeNet<
        3x224x224
        -> conv1: convolution(64, 7, 2) -> halve
        -> conv2: convolution(64, 1) -> conv3: convolution(192, 3) -> halve
        -> inception3a: inception(64, 96, 128, 16, 32, 32)
        -> inception3b: inception(128, 128, 192, 32, 96, 64) -> halve
        -> inception4a: inception(192, 96, 208, 16, 48, 64)
        -> inception4b: inception(160, 112, 224, 24, 64, 64)
        -> inception4c: inception(128, 128, 256, 24, 64, 64)
        -> inception4d: inception(112, 144, 288, 32, 64, 64)
        -> inception4e: inception(256, 160, 320, 32, 128, 128) -> maxpool(2, ceil)
        -> inception5a: inception(256, 160, 320, 32, 128, 128)
        -> inception5b: inception(384, 192, 384, 48, 128, 128)
        -> global_avgpool -> flatten -> dropout(0.2) -> fc: dense(1000);
        aux1: inception4a -> auxiliary(128, 1024, 1000);
        aux2: inception4d -> auxiliary(128, 1024, 1000)
        => fc, train aux1, train aux2
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallGoogLeNet<
        3x47x47
        -> conv1: convolution(8, 7, 2) -> halve
        -> inception3a: inception(4, 6, 8, 2, 4, 3)
        -> inception4a: inception(5, 4, 6, 3, 4, 2) -> maxpool(2, ceil)
        -> inception5a: inception(4, 4, 8, 2, 4, 3)
        -> global_avgpool -> flatten -> dropout(0.2) -> fc: dense(5);
        aux1: inception4a -> auxiliary(6, 12, 5)
        => fc, train aux1
    >;
}

const _: () = assert!(GoogLeNet::PARAMETERS == 13_004_888);
