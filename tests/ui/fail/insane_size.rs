//! A tensor beyond any memory.

cnn::cnn! {
    pub struct Net< 1x2000x2000 -> conv(100000, 3x3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
