//! `exact` on the network holds for every layer.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5) -> maxpool(2) -> conv(16, 4x4) -> maxpool(2) -> flatten -> dense(10) > with exact;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
