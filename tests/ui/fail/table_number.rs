//! A number instead of a table.

cnn::cnn! {
    pub struct Net< 6x14x14 -> conv(2, 5x5, table=3) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
