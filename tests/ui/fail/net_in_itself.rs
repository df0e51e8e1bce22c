//! A network that would hold itself.

cnn::cnn! {
    struct Net< 3x32x32 -> conv(3, 3x3, pad=1) -> net(Net => 3x32x32) >;
    struct Round< 3x32x32 -> net(Robin => 3x32x32) -> relu >;
    struct Robin< 3x32x32 -> net(Round => 3x32x32) -> relu >;
}

fn main() {
    Net::new(0);
}
