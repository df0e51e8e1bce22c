//! A convolution has at least one filter.

cnn::cnn! {
    pub struct Net< 1x8x8 -> conv(0, 3x3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
