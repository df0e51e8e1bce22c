//! The kernel before the filters.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(3x3, 16) -> relu -> deconv(2x2, 8, stride=2) -> lppool(3x3, 2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
