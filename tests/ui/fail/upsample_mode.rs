//! A way of interpolating that does not exist.

cnn::cnn! {
    pub struct Net< 3x4x4 -> upsample(2, bicubic) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
