//! Some activations take arguments by name.

cnn::cnn! {
    pub struct Net< 8 -> gelu(tanh) -> softplus(2) -> prelu(8) -> gelu(approx=erf) -> dense(10) >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
