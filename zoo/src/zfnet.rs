//! ZFNet and its deconvolutional network (Zeiler and Fergus, "Visualizing and understanding
//! convolutional networks", 2014).
//!
//! Images: 224×224 pixels out of 256×256, values from 0 to 255, of which the mean image of the training
//! set is subtracted. The thousand outputs are scores before softmax.

use cnn::{Error, Network, cnn};

cnn! {
    // Contrast across feature maps, with AlexNet's numbers.
    inline block normalize { lrn(5, alpha=5e-4, k=2) }

    inline block trunk(a, b, f, g) {
        conv1: conv(a, 7x7, stride=2, pad=1) -> relu
        -> pool1: maxpool(3, stride=2, ceil) -> normalize
        -> conv2: conv(b, 5x5, stride=2) -> relu
        -> pool2: maxpool(3, stride=2, ceil) -> normalize
        -> conv3: conv(f, 3x3, pad=1) -> relu
        -> conv4: conv(f, 3x3, pad=1) -> relu
        -> conv5: conv(g, 3x3, pad=1) -> relu
    }

    inline block head(width, classes) {
        flatten
        -> fc6: dense(width) -> relu -> dropout(0.5)
        -> fc7: dense(width) -> relu -> dropout(0.5)
        -> fc8: dense(classes)
    }

    /// ZFNet, 62,357,608 parameters.
    pub struct ZFNet<
        3x224x224 -> trunk(96, 256, 384, 256) -> maxpool(3, stride=2) -> head(4096, 1000)
    > with init=normal(0.01);

    // Top down: unpool, rectify, filter. The filters are transposed, and so are output and input.
    inline block lower(f, g) {
        relu -> deconv5: deconv(f, 3x3, pad=1, bias=false)
        -> relu -> deconv4: deconv(f, 3x3, pad=1, bias=false)
        -> relu -> deconv3: deconv(g, 3x3, pad=1, bias=false)
    }

    /// ZFNet with its deconvolutional network, which shows in the image what the features of the fifth
    /// layer see, 66,082,952 parameters.
    ///
    /// `scores` are those of the classes, `pixels` is a picture as large as the image.
    /// `pixels.shown.weight` says how much of each of the 256 feature maps goes into it: the paper shows
    /// one at a time. The filters of the way down are parameters of their own, and [`tie`] makes them
    /// those of the way up.
    pub struct ZFNetDeconv<
        3x224x224
        -> trunk(96, 256, 384, 256) -> pool5: maxpool(3, stride=2)
        -> scores: head(4096, 1000);
        pixels: pool5 -> shown: scale -> unpool(pool5) -> lower(384, 256)
        -> unpool(pool2) -> relu -> deconv2: deconv(96, 5x5, stride=2, bias=false)
        -> unpool(pool1) -> relu
        -> deconv1: deconv(3, 7x7, stride=2, pad=1, output_pad=1, bias=false)
        => scores, pixels
    > with init=normal(0.01);

    #[doc(hidden)] // narrow and small, for the tests
    pub struct SmallZFNetDeconv<
        3x64x64
        -> trunk(8, 10, 12, 10) -> pool5: maxpool(2, stride=1)
        -> scores: head(16, 5);
        pixels: pool5 -> shown: scale -> unpool(pool5) -> lower(12, 10)
        -> unpool(pool2) -> relu -> deconv2: deconv(8, 5x5, stride=2, bias=false)
        -> unpool(pool1) -> relu
        -> deconv1: deconv(3, 7x7, stride=2, pad=1, output_pad=1, bias=false)
        => scores, pixels
    >;
}

const _: () = assert!(ZFNet::PARAMETERS == 62_357_608);
const _: () = assert!(ZFNetDeconv::PARAMETERS == 66_082_952);

/// Gives the deconvolutional network of [`ZFNetDeconv`] the filters of the layers that it goes back
/// through. No numbers change places: a transposed convolution's weight has the layout of its
/// convolution's.
///
/// # Errors
/// If it is another network, without these filters.
pub fn tie<N: Network>(net: &mut N) -> Result<(), Error> {
    for layer in 1..=5 {
        let filters = net.get(&format!("conv{layer}.weight"))?.to_owned();
        net.set(&format!("pixels.deconv{layer}.weight"), filters)?;
    }
    Ok(())
}
