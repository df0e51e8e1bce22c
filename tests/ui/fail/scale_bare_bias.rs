//! A bare `scale` has one tensor.

cnn::cnn! {
    pub struct Net< 16x8x8 -> gamma: scale(bare=true, bias=true) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
