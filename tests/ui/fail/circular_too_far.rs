//! Going round the image more than once.

cnn::cnn! {
    pub struct Net< 3x4x9 -> depthwise(3x3, pad=(1, 1, 10, 1), pad_mode=circular) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
