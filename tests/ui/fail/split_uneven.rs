//! `split` gives equal parts.

cnn::cnn! {
    pub struct Net< 16x8x8 -> split(3, 0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
