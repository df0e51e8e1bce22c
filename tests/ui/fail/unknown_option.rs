//! A network-wide option that does not exist.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5) -> flatten -> dense(10) > with exakt;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
