//! `identity` does nothing, however it is called.

cnn::cnn! {
    pub struct Net< 3x8x8 -> identity(3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
