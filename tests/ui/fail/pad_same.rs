//! Padding without a window can't keep a size.

cnn::cnn! {
    pub struct Net< 3x4x5 -> pad(same) -> conv(6, 3x3) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
