//! A label that is not there.

cnn::cnn! {
    pub struct Net< 3x32x32 -> down: conv(8, 3x3, pad=1) -> relu -> add(_ | stem) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
