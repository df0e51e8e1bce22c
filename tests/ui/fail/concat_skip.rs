//! A skip connection around a pool.

cnn::cnn! {
    pub struct Net< 4x28x28 -> a: conv(8, 3x3, pad=1) -> maxpool(2) -> concat(_ | a) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
