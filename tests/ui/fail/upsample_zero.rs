//! A factor of nothing.

cnn::cnn! {
    pub struct Net< 3x4x4 -> upsample(0) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
