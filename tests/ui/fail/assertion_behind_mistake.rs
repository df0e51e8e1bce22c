//! What a user asserts of a network with a mistake in it is no mistake of its own.

cnn::cnn! {
    struct Net< 1x28x28 -> conv(6, 50x50) -> flatten -> dense(10) >;
    struct Other< 1x28x28 -> conv(6, 5x5) -> flatten -> dense(10) >;
}

const _: () = assert!(Net::PARAMETERS == 12_345 && Net::MACS > 7 && Net::WORKSPACE < 3);
const _: () = assert!(Net::LAYERS[Net::LAYERS.len() - 1].receptive_field.0 >= 224);
const _: () = assert!(Net::OUTPUT.len() == 7 && Net::workspace(2, 2) > 1);
const _: () = assert!(Other::PARAMETERS == 12_345 && Other::INPUT.len() == 7);

fn main() {
    Net::new(0);
    Other::new(0);
}
