//! A table and groups.

cnn::cnn! {
    pub struct Net< 6x14x14 -> conv(2, 5x5, groups=2, table=[[0, 1], [1]]) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
