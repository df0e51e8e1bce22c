//! An all-convolutional network, All-CNN-C (Springenberg, Dosovitskiy, Brox and Riedmiller, "Striving for
//! simplicity: the all convolutional net", 2015), with heads that tell where they look.
//!
//! Images: 32×32 pixels of CIFAR-10, contrast normalized over each image, then whitened (ZCA). The ten
//! scores are those before softmax.

use cnn::cnn;

cnn! {
    inline block convolution(f, s = 1) { conv(f, 3x3, stride=s, pad=1) -> relu }

    // A convolution with a stride where others have a pool.
    inline block halving(f) { convolution(f) * 2 -> convolution(f, 2) -> dropout(0.5) }

    inline block layers(f) {
        dropout(0.2) -> halving(f) -> halving(2*f)
        -> conv(2*f, 3x3) -> relu -> conv(2*f, 1x1) -> relu
    }

    /// All-CNN-C whose last layer gives class activation maps (Zhou, Khosla, Lapedriza, Oliva and Torralba,
    /// "Learning deep features for discriminative localization", 2016), 1,369,728 parameters.
    ///
    /// `maps` are 6×6 for each class, `scores` their means. The paper has the mean before the dense layer
    /// and makes maps of its weights; both are linear, so that their order makes no difference.
    pub struct AllCnnCam<
        3x32x32
        -> features: layers(96) -> maps: conv(10, 1x1, bias=false) -> global_avgpool -> scores: flatten
        => scores, maps
    > with init=he;

    /// All-CNN-C with attention for the mean: a softmax over the 6×6 positions, of their products with a
    /// trained query, weighs them, 1,369,930 parameters.
    pub struct AllCnnAttention<
        3x32x32
        -> features: layers(96) -> attention: attnpool -> classifier: dense(10)
    > with init=he;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallAllCnnCam<
        3x20x20
        -> features: layers(6) -> maps: conv(5, 1x1, bias=false) -> global_avgpool -> scores: flatten
        => scores, maps
    >;

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallAllCnnAttention<
        3x20x20
        -> features: layers(6) -> attention: attnpool -> classifier: dense(5)
    >;
}

const _: () = assert!(AllCnnCam::PARAMETERS == 1_369_728);
const _: () = assert!(AllCnnAttention::PARAMETERS == 1_369_930);
