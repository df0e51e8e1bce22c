//! A stride is at least 1.

cnn::cnn! {
    pub struct Net< 1x8x8 -> conv(4, 3x3, stride=0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
