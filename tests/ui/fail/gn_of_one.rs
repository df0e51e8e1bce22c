//! `gn` needs several numbers for a mean.

cnn::cnn! {
    pub struct Net< 8 -> dense(16) -> gn(16) -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
