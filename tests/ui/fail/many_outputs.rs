//! More outputs than a network can have.

cnn::cnn! {
    struct Net<
        1x8x8 -> flatten -> body: dense(8);
        a: body -> relu; b: body -> tanh; c: body -> selu; d: body -> silu; e: body -> mish;
        f: body -> gelu; g: body -> elu; h: body -> sigmoid; i: body -> relu6
        => a, b, c, d, e, f, g, train h, i
    >;
}

fn main() {
    Net::new(0);
}
