//! A pool's padding is at most half its window.

cnn::cnn! {
    pub struct Net< 3x8x8 -> maxpool(3, stride=2, pad=2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
