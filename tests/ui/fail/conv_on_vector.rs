//! A convolution needs a volume.

cnn::cnn! {
    pub struct Net< 1x28x28 -> flatten -> dense(64) -> conv(6, 5x5) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
