//! Names can'\''t be joined by an x.

cnn::cnn! {
    block b(k) { reshape(CxHxW) -> reshape(2xHxW) -> conv(4, Cxk) }
    pub struct Net< 3x32x32 -> b(3) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
