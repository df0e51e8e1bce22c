//! `instancenorm` needs several positions, and a volume.

cnn::cnn! {
    pub struct Net< 8x1x1 -> instancenorm -> flatten -> instancenorm -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
