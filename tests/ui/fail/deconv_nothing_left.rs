//! Padding cuts off more than there is.

cnn::cnn! {
    pub struct Net< 3x2x2 -> deconv(6, 2x2, stride=2, pad=2) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
