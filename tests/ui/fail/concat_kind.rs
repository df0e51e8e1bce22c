//! A vector can't be concatenated with a volume.

cnn::cnn! {
    pub struct Net< 4x8x8 -> concat(_ | flatten) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
