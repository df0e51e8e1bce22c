//! What `rescale` multiplies by is a finite number that has to be given.

cnn::cnn! {
    pub struct Net< 3x8x8 -> conv(4, 3x3) -> rescale -> conv(4, 3x3) -> rescale(1e39) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
