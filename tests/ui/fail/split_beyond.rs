//! Parts are counted from 0.

cnn::cnn! {
    pub struct Net< 16x8x8 -> split(2, 2) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
