//! A skip to a label that comes later.

cnn::cnn! {
    pub struct Net< 3x32x32 -> conv(8, 3x3, pad=1) -> concat(_ | d2) -> d2: conv(8, 3x3, pad=1) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
