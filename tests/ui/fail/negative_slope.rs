//! A leaky slope is not negative.

cnn::cnn! {
    pub struct Net< 3x8x8 -> conv(4, 3x3) -> leaky_relu(-0.1) -> conv(4, 3x3) -> elu(-1) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
