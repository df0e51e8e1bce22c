//! A flag is true or false.

cnn::cnn! {
    pub struct Net< 3x8x8 -> avgpool(3, pad=1, count_pad=1) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
