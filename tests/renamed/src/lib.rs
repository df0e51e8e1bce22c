//! What `cnn!` must stand: the crate `cnn` under another name, items with the names that emitted code uses,
//! conditions and lints on networks, calls inside macros.
#![deny(warnings)]
#![forbid(unsafe_code)]

/// The crate under the name of a module of one's own.
pub mod engine {
    pub use nn as inner;
}

crate::engine::inner::cnn! {
    // Parts of a crate that knows `cnn` by its own name.
    use cnn_test_parts::blocks::residual;

    /// A block for others.
    pub block stem(f) { conv(f, 3x3, pad=1) -> relu }
    /// A network through a re-export.
    pub struct Whole<
        3x16x16 -> backbone: net(cnn_test_parts::trunks::Trunk => 12x8x8) -> residual(16)
        -> global_avgpool -> flatten -> dense(3)
    >;
}

/// Every name that emitted code uses, as an item of the user's that a variable or type would meet.
#[allow(non_camel_case_types, non_upper_case_globals, dead_code)]
mod items {
    pub mod rt {}
    pub mod own {}
    #[derive(Clone, Copy)]
    pub struct f32;
    pub struct usize;
    pub struct u64;
    pub struct u8;
    pub struct bool;
    pub struct str;
    pub struct String;
    pub struct Vec;
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Result;
    pub trait Clone {}
    pub trait Debug {}
    pub trait Default {}
    pub mod core {}
    pub mod std {}

    macro_rules! constants {
        ($($name:ident)*) => { $(pub const $name: () = ();)* };
    }
    constants! {
        arena at batch bytes cx f first from images index input kept label n output packed params path plan seed
        shapes slices step t tap threads to value view w
    }

    nn::cnn! {
        pub block pair(f) { conv(f, 3x3, pad=1) -> bn -> relu -> pad(1) -> conv(f, 3x3) }
        /// Two outputs, one for training only.
        pub struct Net<
            image: 2x8x8; extra: 3;
            body: image -> { pair(4) * 2 } -> maxpool(2) -> flatten;
            head: concat(body | extra) -> dense(5) -> softmax;
            aux: body -> dropout(0.5) -> fc: dense(2)
            => head, body, train aux
        >;
        /// Named as the runtime is in emitted code.
        pub struct Vector< 3 -> dense(2) -> tanh >;
    }

    /// Networks with the names of types.
    pub mod named {
        nn::cnn! {
            pub struct rt< 2x4x4 -> conv(3, 3x3) -> flatten -> dense(2) >;
            pub struct cx< 2 -> dense(3) >;
            pub struct my_net< a: 2 -> dense(3); b: a -> relu => a, b >;
        }
        pub mod more {
            nn::cnn! {
                pub struct f32< 2x4x4 -> conv(3, 3x3) -> bn -> relu >;
                pub struct Vec< 3 -> dense(2) >;
            }
        }
    }
}

/// Layers of one's own with names that mean something else in emitted code.
#[allow(non_camel_case_types)]
mod layers {
    use nn::custom::{CustomLayer, Vector};
    use nn::typenum::U3;

    macro_rules! identity {
        ($($name:ident)*) => { $(
            pub struct $name;
            impl CustomLayer<Vector<U3>> for $name {
                type Output = Vector<U3>;
                fn forward(_: &[&[::core::primitive::f32]], x: &[::core::primitive::f32], y: &mut [::core::primitive::f32]) {
                    y.copy_from_slice(x);
                }
                fn backward(
                    _: &[&[::core::primitive::f32]],
                    _: &[::core::primitive::f32],
                    _: &[::core::primitive::f32],
                    d_y: &[::core::primitive::f32],
                    d_x: &mut [::core::primitive::f32],
                ) {
                    d_x.copy_from_slice(d_y);
                }
            }
        )* };
    }
    identity!(rt f32 cx own usize);

    nn::cnn! {
        pub struct Net<
            3 -> custom(rt => 3) -> custom(f32 => 3) -> custom(cx => 3) -> custom(own => 3)
            -> custom(usize => 3)
        >;
    }
}

/// Without Rust's prelude, and with several outputs.
pub mod bare {
    #![no_implicit_prelude]

    ::nn::cnn! {
        /// Two outputs.
        pub struct Net< body: 2x4x4 -> conv(3, 3x3) -> flatten; a: body -> dense(2); b: body -> dense(3) => a, b >;
        /// One.
        pub struct One< 2x4x4 -> conv(3, 3x3) -> bn -> relu >;
    }
}

/// Networks that are there or not, and such as should not be used.
pub mod attributes {
    nn::cnn! {
        /// Not there.
        #[cfg(any())]
        pub struct Gone< a: 3 -> dense(2); b: a -> dense(1) => a, b >;
        /// Not there either.
        #[cfg_attr(all(), cfg(any()))]
        pub struct Lost< 3 -> dense(2) >;
        /// There.
        #[cfg(all())]
        pub struct Here< 3 -> net(Lost => 2) -> dense(2) >;
        /// One of two.
        #[cfg(any())]
        pub struct Either< 3 -> dense(2) >;
        /// The other.
        #[cfg(not(any()))]
        pub struct Either< 3 -> dense(4) >;
        /// Old.
        #[deprecated(note = "`Here` is better")]
        pub struct Old< a: 3 -> dense(2); b: a -> dense(2) => a, b >;
        /// Uses what is old.
        pub struct New< 2 -> dense(3) -> net(Older => 2) >;
        #[deprecated]
        struct Older< 3 -> dense(2) >;
    }
    // Names that are free.
    pub struct Gone;
    pub struct LostOutput;
}

/// Labels for `features`.
pub mod labels {
    nn::cnn! {
        #[allow(unused_labels)]
        pub struct Silent< 3 -> dense(2) -> act: relu >;
        #[allow(dead_code)]
        pub struct Dead< 3 -> dense(2) -> act: relu >;
        #[allow(deprecated)]
        pub struct Old< 3 -> dense(2) -> act: relu >;
        pub struct Kept<
            pub image: 3; pub extra: 2;
            joint: concat(image | extra) -> dense(2) -> pub act: relu -> pub tail: { tanh -> pub 1: relu }
        >;
        #[allow(unused)]
        block nobody(f) { dense(f) }
    }
    #[allow(unused)]
    pub mod silent {
        nn::cnn! {
            block nobody(f) { dense(f) }
            pub struct Net< 3 -> dense(2) -> act: relu -> type: tanh -> 7: relu >;
        }
    }
}

/// A macro with a call in it, used more than once.
pub mod twice {
    macro_rules! classifier {
        ($place:ident, $n:expr) => {
            pub mod $place {
                nn::cnn! {
                    pub block head(n) { flatten -> dense(n) }
                    pub struct Net< 2x4x4 -> conv(3, 3x3) -> head($n) >;
                }
            }
        };
    }
    classifier!(small, 2);
    classifier!(large, 2 + 3);

    nn::cnn! {
        use small::head;
        pub struct Both< 2x4x4 -> net(large::Net => 5) -> relu -> reshape(5x1x1) -> head(2) >;
    }

    pub fn in_functions() -> (usize, usize) {
        macro_rules! outputs {
            ($n:literal) => {{
                nn::cnn! { pub struct Net< 3 -> dense($n) >; }
                Net::OUTPUT.len()
            }};
        }
        (outputs!(4), outputs!(5))
    }
}

#[cfg(test)]
mod tests {
    use nn::ndarray::{Array2, Array4};

    #[test]
    fn a_renamed_dependency_and_a_re_export_are_found() {
        let x = Array4::zeros((2, 3, 16, 16));
        assert_eq!(crate::Whole::new(1).forward(x.view()).dim(), (2, 3));
        let expression = nn::cnn!(< 3x16x16 -> net(cnn_test_parts::trunks::Trunk => 12x8x8) >);
        assert_eq!(expression.forward(x.view()).dim(), (2, 12, 8, 8));
        nn::cnn! {
            use crate::stem;
            struct Local< 3x16x16 -> stem(4) >;
        }
        assert_eq!(Local::new(1).forward(x.view()).dim(), (2, 4, 16, 16));
    }

    #[test]
    fn items_of_all_names_are_in_nobodys_way() {
        let net = crate::items::Net::new(1);
        let (image, extra) = (Array4::zeros((2, 2, 8, 8)), Array2::zeros((2, 3)));
        let output = net.forward((image.view(), extra.view()));
        assert_eq!(output.head.dim(), (2, 5));
        assert_eq!(
            crate::items::named::rt::new(1).forward(Array4::zeros((1, 2, 4, 4)).view()).dim(),
            (1, 2)
        );
        assert_eq!(crate::items::named::cx::OUTPUT, 3);
        assert_eq!(crate::items::named::more::f32::LAYERS.len(), 3);
        let x = Array2::from_elem((2, 3), 0.5);
        assert_eq!(crate::layers::Net::new(1).forward(x.view()), x);
        assert_eq!(
            crate::bare::Net::new(1).forward(Array4::zeros((1, 2, 4, 4)).view()).b.dim(),
            (1, 3)
        );
    }

    #[test]
    fn conditions_and_deprecation_hold_for_all_that_is_emitted() {
        use crate::attributes::{Either, Here, New};
        assert_eq!(Either::OUTPUT, 4);
        assert_eq!(Here::OUTPUT, 2);
        assert_eq!(New::OUTPUT, 2);
        #[allow(deprecated)]
        let old = crate::attributes::Old::new(1);
        assert_eq!(old.forward(Array2::zeros((1, 3)).view()).b.dim(), (1, 2));
    }

    #[test]
    fn labels_that_are_kept_are_features() {
        use crate::labels::Kept;
        let names: Vec<&str> = Kept::LABELS.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["image", "extra", "joint.act", "joint.tail.1", "joint.tail", "joint"]);
        let (x, y) = (Array2::from_elem((2, 3), 0.5), Array2::from_elem((2, 2), 0.25));
        let (net, input) = (Kept::new(1), (x.view(), y.view()));
        assert_eq!(net.features("image", input).unwrap(), x.clone().into_dyn());
        assert_eq!(net.features("extra", input).unwrap(), y.clone().into_dyn());
        assert_eq!(net.features("joint", input).unwrap(), net.forward(input).into_dyn());
    }

    #[test]
    fn macros_with_calls_are_used_twice() {
        use crate::twice::{in_functions, large, small, Both};
        assert_eq!(small::Net::OUTPUT, 2);
        assert_eq!(large::Net::OUTPUT, 5);
        assert_eq!(Both::OUTPUT, 2);
        assert_eq!(in_functions(), (4, 5));
    }
}
