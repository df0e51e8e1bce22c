//! An output that is named twice, and a network that gives nothing in evaluation.

cnn::cnn! {
    struct Twice<
        1x8x8 -> flatten -> body: dense(8) -> relu;
        a: body -> dense(2);
        b: body -> dense(3)
        => a, b, train a
    >;
    struct Nothing<
        1x8x8 -> flatten -> body: dense(8) -> relu;
        a: body -> dense(2)
        => train a
    >;
}

fn main() {
    Twice::new(0);
    Nothing::new(0);
}
