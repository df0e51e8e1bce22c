//! Adaptive and global pools take volumes.

cnn::cnn! {
    pub struct Net<
        120 -> dense(64) -> adaptive_maxpool(7x7) -> dense(10)
    >;
    pub struct Global< 3x8x8 -> flatten -> global_maxpool -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
