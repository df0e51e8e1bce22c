//! A shape has no zero in it.

cnn::cnn! {
    pub struct Net< 1x0x8 -> conv(4, 3x3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
