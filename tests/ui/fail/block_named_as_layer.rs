//! A block can't have a layer's name.

cnn::cnn! {
    block conv(f) { relu }
    pub struct Net< 3x8x8 -> conv(8, 3x3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
