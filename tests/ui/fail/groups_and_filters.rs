//! Groups divide the filters.

cnn::cnn! {
    pub struct Net< 6x8x8 -> conv(8, 3x3, groups=3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
