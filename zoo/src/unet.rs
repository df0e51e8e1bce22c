//! U-Net (Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image
//! segmentation", 2015).

use cnn::cnn;

cnn! {
    // Without padding: every output has seen all that it looks at.
    block double(f) { conv(f, 3x3) -> relu -> conv(f, 3x3) -> relu }

    inline block halve { maxpool(2) }

    /// U-Net, 31,030,658 parameters.
    ///
    /// Images: 572×572 gray values from 0 to 1, the border mirrored: the output is the middle 388×388
    /// pixels, each with two scores before softmax.
    pub struct UNet<
        1x572x572
        -> down1: double(64) -> halve
        -> down2: double(128) -> halve
        -> down3: double(256) -> halve
        -> down4: double(512) -> drop4: dropout(0.5) -> halve
        -> down5: double(1024) -> dropout(0.5)
        -> concat(drop4 -> crop(4) | up4: deconv(512, 2x2, stride=2)) -> left4: double(512)
        -> concat(down3 -> crop(16) | up3: deconv(256, 2x2, stride=2)) -> left3: double(256)
        -> concat(down2 -> crop(40) | up2: deconv(128, 2x2, stride=2)) -> left2: double(128)
        -> concat(down1 -> crop(88) | up1: deconv(64, 2x2, stride=2)) -> left1: double(64)
        -> pixels: conv(2, 1x1)
    > with init=he;

    #[doc(hidden)] // narrow, small and shallow, for the tests
    pub struct SmallUNet<
        1x44x44
        -> down1: double(4) -> halve
        -> down2: double(6) -> drop2: dropout(0.5) -> halve
        -> down3: double(10) -> dropout(0.5)
        -> concat(drop2 -> crop(4) | up2: deconv(6, 2x2, stride=2)) -> left2: double(6)
        -> concat(down1 -> crop(16) | up1: deconv(4, 2x2, stride=2)) -> left1: double(4)
        -> pixels: conv(2, 1x1)
    >;
}

const _: () = assert!(UNet::PARAMETERS == 31_030_658);
