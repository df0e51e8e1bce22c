//! Blocks and networks of one macro call in another one, of this crate and of another.

use cnn::ndarray::{Array, Array4, Dimension};
use cnn::{Network, cnn};

mod pieces {
    cnn::cnn! {
        block helper(f) { conv(f, 3x3, pad=1) -> relu }
        pub(super) block pair(f) { helper(f) -> helper(f) }
        pub(crate) inline block twice(f) { helper(f) * 2 }
        /// A network of this module's own.
        pub(super) struct Stem< 2x8x8 -> a: twice(4) -> maxpool(2) >;
    }
}

fn noise<D: Dimension>(mut array: Array<f32, D>) -> Array<f32, D> {
    for (i, x) in array.iter_mut().enumerate() {
        let mixed = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *x = (mixed >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
    }
    array
}

fn paths<N: Network>() -> Vec<&'static str> {
    N::TENSORS.iter().map(|t| t.path).collect()
}

#[test]
fn blocks_bring_what_they_need() {
    cnn! {
        use pieces::{pair as double, twice};
        // The call's own block of the same name as one that `pair` needs.
        block helper(f) { dense(f) }
        struct Shared< 2x8x8 -> double(3) -> twice(4) -> flatten -> helper(5) >;
    }
    cnn! {
        block helper(f) { conv(f, 3x3, pad=1) -> relu }
        block double(f) { helper(f) -> helper(f) }
        inline block twice(f) { helper(f) * 2 }
        block last(f) { dense(f) }
        struct Written< 2x8x8 -> double(3) -> twice(4) -> flatten -> last(5) >;
    }
    assert_eq!(paths::<Shared>(), paths::<Written>());
    let x = noise(Array4::zeros((2, 2, 8, 8)));
    assert_eq!(Shared::new(3).forward(x.view()), Written::new(3).forward(x.view()));
}

#[test]
fn networks_stand_in_networks() {
    use pieces::Stem;
    cnn! {
        struct Whole< 2x8x8 -> stem: net(Stem => 4x4x4) -> conv(3, 1x1) -> net(Tail => 6) -> relu >;
        struct Tail< 3x4x4 -> flatten -> fc: dense(6) >;
    }
    cnn! {
        struct Written<
            2x8x8 -> stem: { a: { { conv(4, 3x3, pad=1) -> relu } * 2 } -> maxpool(2) } -> conv(3, 1x1)
            -> tail: { flatten -> fc: dense(6) } -> relu
        >;
    }
    assert_eq!(
        paths::<Whole>(),
        [
            "stem.a.0.0.weight",
            "stem.a.0.0.bias",
            "stem.a.1.0.weight",
            "stem.a.1.0.bias",
            "1.weight",
            "1.bias",
            "2.fc.weight",
            "2.fc.bias"
        ]
    );
    let x = noise(Array4::zeros((2, 2, 8, 8)));
    assert_eq!(Whole::new(3).forward(x.view()), Written::new(3).forward(x.view()));
    let expression = cnn!(< 2x8x8 -> stem: net(pieces::Stem => 4x4x4) -> flatten -> dense(2) >);
    assert_eq!(expression.forward(x.view()).dim(), (2, 2));
}

cnn! {
    use cnn_test_parts::blocks::residual;

    // Nothing to do with what the blocks of the other crate call `unit`.
    block unit(n) { dense(n) -> relu }

    /// A network of another crate as its backbone.
    pub struct Classifier<
        3x16x16 -> backbone: net(cnn_test_parts::trunks::Trunk => 12x8x8) -> residual(16)
        -> global_avgpool -> flatten -> unit(7) -> fc: dense(3)
    >;
}

#[test]
fn another_crates_parts_are_planned_with_the_rest() {
    let all = paths::<Classifier>();
    assert_eq!(all[0], "backbone.stem.weight");
    assert!(!all.contains(&"backbone.stem.bias"), "the trunk's own options hold in it");
    assert!(all.contains(&"backbone.body.first.0.weight") && all.contains(&"1.short.0.weight"));
    assert!(all.contains(&"1.second.0.weight") && all.contains(&"fc.bias"));
    assert!(!all.iter().any(|p| p.contains("aux")), "what only trains the trunk is left out");

    let trunk = cnn_test_parts::trunks::Trunk::new(1);
    let mut net = Classifier::new(2);
    for spec in cnn_test_parts::trunks::Trunk::TENSORS.iter().filter(|t| !t.path.starts_with("aux"))
    {
        if let Ok(value) = trunk.get(spec.path) {
            net.set(&format!("backbone.{}", spec.path), value).expect("the same shape");
        }
    }
    let x = noise(Array4::zeros((3, 3, 16, 16)));
    let expected = trunk.forward(x.view());
    let found = net.features("backbone", x.view()).expect("a label");
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{a} {b}");
    }
}

#[cfg(feature = "train")]
#[test]
fn a_network_with_another_one_in_it_trains_and_is_saved() {
    use cnn::{Adam, Trainer};
    let x = noise(Array4::zeros((12, 3, 16, 16)));
    let labels: Vec<usize> = (0..12).map(|i| i % 3).collect();
    let mut trainer = Trainer::new(Classifier::new(4), Adam::new(0.01)).seed(1);
    let before = trainer.network().get("backbone.stem.weight").expect("a weight").to_owned();
    let first = trainer.step(x.view(), &labels).expect("a step");
    let last = (0..30).map(|_| trainer.step(x.view(), &labels).expect("a step")).last();
    assert!(last.expect("steps") < 0.5 * first, "{first} {last:?}");
    let net = trainer.into_network();
    assert_ne!(net.get("backbone.stem.weight").expect("a weight"), before);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("weights.safetensors");
    net.save(&path).expect("a file");
    let again = <Classifier as Network>::load(&path).expect("the same network");
    assert_eq!(again.forward(x.view()), net.forward(x.view()));
    // The same without a file, for functions that are generic over networks too.
    fn copy<N: Network>(net: &N) -> N {
        N::from_bytes(&net.to_bytes()).expect("the same network")
    }
    let bytes = net.to_bytes();
    assert_eq!(bytes, std::fs::read(&path).expect("the file"));
    for again in [Classifier::from_bytes(&bytes).expect("the same network"), copy(&net)] {
        assert_eq!(again.forward(x.view()), net.forward(x.view()));
    }
    let text = Classifier::from_bytes(&bytes[1..]).unwrap_err().to_string();
    assert!(text.starts_with("weights in memory: found "), "{text}");
}
