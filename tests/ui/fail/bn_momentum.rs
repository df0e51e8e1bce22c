//! Batch norm's momentum is from 0 to 1.

cnn::cnn! {
    pub struct Net< 3x8x8 -> conv(4, 3x3) -> bn(momentum=2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
