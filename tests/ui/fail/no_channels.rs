//! A shape without channels.

cnn::cnn! {
    pub struct Net< 28x28 -> conv(6, 5x5) -> relu -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
