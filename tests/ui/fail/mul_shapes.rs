//! A factor has the same shape, or one number per channel.

cnn::cnn! {
    pub struct Net< 8x6x6 -> mul(_ | global_avgpool -> conv(4, 1x1) -> sigmoid) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
