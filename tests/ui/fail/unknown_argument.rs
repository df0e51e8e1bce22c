//! An argument that no layer has.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5, color=3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
