//! Groups of `shuffle` are equal.

cnn::cnn! {
    pub struct Net< 18x8x8 -> shuffle(4) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
