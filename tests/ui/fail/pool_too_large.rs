//! A pooling window larger than its input.

cnn::cnn! {
    pub struct Net< 3x8x8 -> maxpool(2) -> maxpool(2) -> maxpool(3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
