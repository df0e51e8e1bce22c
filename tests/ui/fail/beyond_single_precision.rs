//! Numbers that single precision does not hold.

cnn::cnn! {
    pub struct Net<
        3x8x8 -> lrn(5, alpha=1e39) -> leaky_relu(1e39) -> elu(1e400) -> softplus(beta=1e300 * 1e300)
        -> conv(4, 3x3, init=constant(1e40), bias_init=uniform(-1e39, 1)) -> rescale(0.0 / 0.0)
        -> lppool(1e39, 2) -> pad(1, value=-1e39) -> bn(init=normal(1e39)) -> prelu(init=constant(1e400))
    >;
    pub struct Option< 3x8x8 -> ln > with ln(eps=1e999);
}

fn main() {}
