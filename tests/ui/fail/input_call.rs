//! The input as a layer.

cnn::cnn! {
    pub struct Net< input(3, 32, 32) -> conv(8, 99x99) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
