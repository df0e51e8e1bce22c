//! A layer that reflects more columns than there are besides the border.

cnn::cnn! {
    pub struct Net< 3x4x5 -> pad((0, 5), mode=reflect) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
