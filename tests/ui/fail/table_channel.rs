//! A table with a channel that isn't there.

cnn::cnn! {
    pub struct Net< 6x14x14 -> conv(3, 5x5, table=[[0, 1, 2], [3, 4, 6], [5]]) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
