//! `pointwise` works at each position of a volume.

cnn::cnn! {
    pub struct Net< 16 -> pointwise(8) -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
