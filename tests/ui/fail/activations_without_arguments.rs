//! Most activations take no arguments.

cnn::cnn! {
    pub struct Net<
        8
        -> sigmoid(1) -> tanh(1) -> relu(1) -> relu6(6) -> selu(1) -> silu(1) -> mish(1)
        -> hardsigmoid(1) -> hardswish(1) -> softmax(1) -> log_softmax(1) -> dense(10)
    >;
}

fn main() {
    let net = Net::new(0);
    println!("{} {}", Net::summary(), net.session(1).batch());
}
