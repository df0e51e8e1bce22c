//! A vector has no pixels.

cnn::cnn! {
    pub struct Net< 16 -> upsample(2) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
