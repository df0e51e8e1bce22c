//! Dilation widens the kernel beyond its input.

cnn::cnn! {
    pub struct Net< 3x8x8 -> conv(4, 5x5, dilation=2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
