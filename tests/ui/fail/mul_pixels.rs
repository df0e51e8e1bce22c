//! A factor of one channel has the height and width of the others.

cnn::cnn! {
    pub struct Net< 8x6x6 -> mul(_ | conv(1, 3x3) -> sigmoid) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
