//! A sum has at least two branches.

cnn::cnn! {
    pub struct Net< 4x8x8 -> add(conv(4, 3x3, pad=1) -> relu) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
