//! No padding is suggested that is larger than the image.

cnn::cnn! {
    pub struct Net< 1x4x4 -> conv(4, 99x99) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
