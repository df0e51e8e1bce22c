//! Rows at the end that no kernel reaches.

cnn::cnn! {
    pub struct Net< 3x4x4 -> deconv(6, 3x3, stride=2, pad=1, output_pad=2) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
