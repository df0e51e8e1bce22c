//! `exact` makes a remainder a mistake.

cnn::cnn! {
    pub struct Net< 3x32x32 -> conv(8, 3x3, stride=2, exact) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
