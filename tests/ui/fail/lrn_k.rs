//! `lrn` must not divide by zero.

cnn::cnn! {
    pub struct Net< 8x4x4 -> lrn(5, k=0) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
