//! Groups of `gn` are equal.

cnn::cnn! {
    pub struct Net< 30x8x8 -> gn(4) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
