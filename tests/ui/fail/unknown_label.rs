//! A skip to a label that is not there.

cnn::cnn! {
    pub struct Net< 3x32x32 -> d1: conv(8, 3x3, pad=1) -> relu -> concat(_ | d2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
