//! `ln` needs several numbers for a mean.

cnn::cnn! {
    pub struct Net< 1x8x8 -> ln -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
