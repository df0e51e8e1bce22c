//! A padding mode that does not exist.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, pad=2, pad_mode=mirror) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
