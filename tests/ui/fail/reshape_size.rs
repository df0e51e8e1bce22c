//! `reshape` keeps all elements.

cnn::cnn! {
    pub struct Net< 16x5x5 -> reshape(4x10x11) -> reshape(4x10x10) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
