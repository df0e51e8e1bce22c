//! Upsampling is by a factor or to a size, and makes no image smaller.

cnn::cnn! {
    pub struct Net<
        a: 3x8x8 -> upsample(size=4x16);
        b: 3x8x8 -> upsample(2, size=16x16);
        c: 3x8x8 -> upsample(bilinear);
        d: 3x8x8 -> upsample(2, align_corners=true);
        e: 3x8x8 -> upsample;
        => a, b, c, d, e
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
