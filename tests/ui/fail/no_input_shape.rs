//! A network without its input shape.

cnn::cnn! {
    pub struct Net< conv(6, 5x5) -> avgpool(2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
