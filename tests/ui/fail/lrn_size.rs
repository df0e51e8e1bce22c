//! `lrn` needs a window.

cnn::cnn! {
    pub struct Net< 8x4x4 -> lrn -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
