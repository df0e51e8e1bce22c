//! Mistakes that show themselves where a block or network of another call is used.

mod parts {
    cnn::cnn! {
        pub block shrink(f) { conv(f, 3x3) -> maxpool(2) }
        pub struct Trunk< 3x32x32 -> shrink(8) >;
    }
}

cnn::cnn! {
    use parts::{shrink, Trunk as Body};

    struct Small< 3x6x6 -> shrink(4) -> shrink(4) -> flatten -> dense(10) >;
    struct Mismatch< 3x32x32 -> net(Body => 8x16x16) -> net(parts::Trunk => 8x15x15) >;
    struct Mixed< 3x32x32 -> Body -> net(shrink => 3x8x8) -> shrinc(3) >;
}

fn main() {
    Small::new(0);
    Mismatch::new(0);
    Mixed::new(0);
}
