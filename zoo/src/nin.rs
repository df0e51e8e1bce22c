//! Network in network (Lin, Chen and Yan, "Network in network", 2014), with the numbers of filters that
//! its authors published for CIFAR-10.
//!
//! Images: 32×32 pixels, contrast normalized over each image, then whitened (ZCA). The ten outputs are
//! scores before softmax.

use cnn::cnn;

cnn! {
    // A perceptron of two layers slides over the output of a convolution: 1x1 convolutions.
    block mlpconv(f, k, hidden, out) {
        conv(f, k, pad=k/2) -> relu -> conv(hidden, 1x1) -> relu -> conv(out, 1x1) -> relu
    }

    inline block halve { maxpool(3, stride=2, ceil) -> dropout(0.5) }

    /// Network in network for CIFAR-10, 966,986 parameters. The last layer has a feature map for each
    /// class, whose mean is the score.
    pub struct Nin<
        3x32x32
        -> mlpconv1: mlpconv(192, 5, 160, 96) -> halve
        -> mlpconv2: mlpconv(192, 5, 192, 192) -> halve
        -> mlpconv3: mlpconv(192, 3, 192, 10)
        -> global_avgpool -> flatten
    > with init=normal(0.05);

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallNin<
        3x16x16
        -> mlpconv1: mlpconv(8, 5, 6, 5) -> halve
        -> mlpconv2: mlpconv(7, 5, 8, 8) -> halve
        -> mlpconv3: mlpconv(8, 3, 6, 4)
        -> global_avgpool -> flatten
    >;
}

const _: () = assert!(Nin::PARAMETERS == 966_986);
