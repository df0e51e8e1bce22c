//! The branches of a sum have the same channels.

cnn::cnn! {
    pub struct Net< 64x14x14 -> add(_ | conv(128, 3x3, pad=1)) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
