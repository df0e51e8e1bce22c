//! Only the channels of concatenated branches may differ.

cnn::cnn! {
    pub struct Net< 64x28x28 -> concat(conv(32, 1x1) | conv(48, 5x5)) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
