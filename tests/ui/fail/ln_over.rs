//! What `ln` normalizes over is one of two.

cnn::cnn! {
    pub struct Net< 3x8x8 -> ln(over=al) -> flatten -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
