//! A network without its semicolon, before another one.

cnn::cnn! {
    pub struct Net< 1x28x28 -> conv(6, 5x5) -> flatten -> dense(10) >
    pub struct Other< 1x28x28 -> flatten -> dense(10) > with exact
    pub struct Third< 1x28x28 -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
