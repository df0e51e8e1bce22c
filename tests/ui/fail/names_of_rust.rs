//! Words that Rust does not take for a name.

cnn::cnn! {
    #[allow(non_camel_case_types)]
    pub struct fn< 1x4x4 -> conv(2, 1x1) -> flatten -> dense(2) >;
    #[allow(non_camel_case_types)]
    pub struct in< 1x4x4 -> relu >;
    pub struct Self< 1x4x4 -> relu >;
    pub struct Outputs< 1x4x4 -> a: relu -> super: relu => a, super >;
    block self() { relu }
}

fn main() {}
