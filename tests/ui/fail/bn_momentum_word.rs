//! The only word for a momentum.

cnn::cnn! {
    pub struct Net< 3x8x8 -> conv(4, 3x3) -> bn(momentum=None) -> bn(momentum=nothing) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
