//! There is at least one group.

cnn::cnn! {
    pub struct Net< 4x8x8 -> conv(4, 3x3, groups=0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
