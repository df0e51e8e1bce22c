//! A kernel smaller than its stride can't fill the output.

cnn::cnn! {
    pub struct Net< 3x4x4 -> deconv(6, 2x2, stride=3, pad=same) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
