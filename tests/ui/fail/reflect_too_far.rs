//! Reflection of more rows than there are besides the border.

cnn::cnn! {
    pub struct Net< 3x4x9 -> conv(6, 9x9, pad=4, pad_mode=reflect) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
