//! A transposed convolution of a vector.

cnn::cnn! {
    pub struct Net< 100 -> deconv(6, 4x4) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
