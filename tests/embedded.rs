//! Weights that are known while compiling: a part of the program, or a file that a manifest describes.

use cnn::ndarray::{Array4, ArrayD};
use cnn::{Error, Network, Pretrained, cnn};
use std::path::PathBuf;

cnn! {
    inline block layers() { conv(4, 3x3) -> bn -> relu -> flatten -> dense(5) }
    pub struct Small< 1x8x8 -> layers >;
    /// Floats of 32 bits after a header of no round length, with counters and a normalization.
    pub struct Plain< 1x8x8 -> layers > with weights="weights/small.safetensors";
    /// Four types, of which some do not start at a multiple of their size.
    pub struct Mixed< 1x8x8 -> layers > with accurate, weights="weights/mixed.safetensors";
    /// The manifest of the first.
    pub struct Checked< 1x8x8 -> layers > with weights="weights/small.json";
    /// What the first writes by `save_packed`.
    pub struct Ahead< 1x8x8 -> layers > with weights="weights/packed.safetensors";
    /// Packed for another plan.
    pub struct Stale< 1x8x8 -> layers > with bn(eps=1e-3), weights="weights/packed.safetensors";
    /// Brings its own layers, not the weights of what it is made of.
    pub struct Around< 1x8x8 -> plain: net(Plain => 5) -> dense(2) >;
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/weights")).join(name)
}

fn images(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 1, 8, 8), |(i, _, y, x)| ((i * 31 + y * 8 + x) % 17) as f32 / 17.0)
}

fn tensors<N: Network>(net: &N) -> Vec<ArrayD<f32>> {
    let floats = N::TENSORS.iter().filter(|t| t.path != "1.num_batches_tracked");
    floats.map(|t| net.get(t.path).expect("a tensor").to_owned()).collect()
}

/// Whether two networks are the same in everything.
fn same<A, B>(a: &A, b: &B)
where
    for<'x> A:
        Network<Input<'x> = cnn::ndarray::ArrayView4<'x, f32>, Output = cnn::ndarray::Array2<f32>>,
    for<'x> B:
        Network<Input<'x> = cnn::ndarray::ArrayView4<'x, f32>, Output = cnn::ndarray::Array2<f32>>,
{
    // Before all else: in one slice, parameters are no part of the program any more.
    for n in [1, 17] {
        assert_eq!(a.forward(images(n).view()), b.forward(images(n).view()));
    }
    assert_eq!(tensors(a), tensors(b));
    assert_eq!(a.params().counters(), b.params().counters());
    assert_eq!(a.normalization(), b.normalization());
    assert_eq!(a.to_bytes(), b.to_bytes());
    assert_eq!(a.params().trainable(), b.params().trainable());
    assert_eq!(a.params().buffers(), b.params().buffers());
}

#[test]
fn embedded_weights_are_those_of_the_file() {
    let loaded = Small::load(file("small.safetensors")).expect("a good file");
    assert_eq!(loaded.params().counters(), [12]);
    assert!(loaded.normalization().is_some());
    same(&Plain::embedded(), &loaded);
}

#[test]
fn so_are_those_of_other_types() {
    cnn! {
        inline block layers() { conv(4, 3x3) -> bn -> relu -> flatten -> dense(5) }
        struct Accurate< 1x8x8 -> layers > with accurate;
    }
    let loaded = Accurate::load(file("mixed.safetensors")).expect("a good file");
    assert_eq!(loaded.params().counters(), [200]);
    same(&Mixed::embedded(), &loaded);
}

#[test]
fn sessions_and_packed_weights_are_the_same() {
    let loaded = Small::load(file("small.safetensors")).expect("a good file");
    for batch in [1, 16] {
        let x = images(batch);
        let expected = loaded.forward(x.view());
        let sessions = [
            Plain::embedded().session(batch),
            Plain::embedded().into_session(batch),
            Plain::embedded().pack().session(batch),
        ];
        for mut session in sessions {
            assert_eq!(session.run(x.view()).expect("a batch"), expected);
        }
        let mut session = Mixed::embedded().into_session(batch);
        assert_eq!(session.run(x.view()).expect("a batch"), Mixed::embedded().forward(x.view()));
    }
}

/// Where a tensor of floats lies.
fn place(net: &Plain) -> usize {
    net.get("4.weight").expect("a tensor").as_ptr().addr()
}

#[test]
fn floats_stay_in_the_program_until_they_change() {
    let (mut net, other) = (Plain::embedded(), Plain::embedded());
    let mut session = net.session(1);
    assert_eq!(place(&net), place(&other), "no copy");
    assert_eq!(place(&net.clone()), place(&other), "no copy of a copy");
    assert!(place(&net).is_multiple_of(4));

    let expected = other.forward(images(1).view());
    net.set("4.bias", [1.0, 2.0, 3.0, 4.0, 5.0]).expect("the bias");
    assert_ne!(place(&net), place(&other));
    assert_eq!(net.get("0.weight").expect("a tensor"), other.get("0.weight").expect("a tensor"));
    assert_eq!(other.forward(images(1).view()), expected);
    assert_eq!(session.run(images(1).view()).expect("a batch"), expected);
    let bias = other.get("4.bias").expect("a tensor").to_owned();
    let moved = &expected - &bias.into_dimensionality::<cnn::ndarray::Ix1>().expect("a vector");
    let changed = net.forward(images(1).view());
    for (i, (x, y)) in moved.iter().zip(&changed).enumerate() {
        assert!((x + i as f32 + 1.0 - y).abs() < 1e-5, "{x} {y}");
    }
}

/// `CNN_BLESS=1 cargo test --test embedded` writes the file anew after a change of how weights are packed; the test
/// fails that once, since it was compiled with the file before.
#[test]
fn weights_that_are_packed_ahead_are_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("packed.safetensors");
    Plain::embedded().save_packed(&path).expect("a folder to write to");
    let written = std::fs::read(&path).expect("the file");
    if std::env::var_os("CNN_BLESS").is_some() {
        std::fs::write(file("packed.safetensors"), &written).expect("the file can be written");
    }
    assert!(std::fs::read(file("packed.safetensors")).is_ok_and(|found| found == written));
    let ahead = [Ahead::PACKED_AHEAD, Plain::PACKED_AHEAD, Stale::PACKED_AHEAD];
    assert_eq!(ahead, [true, false, false]);

    let mut net = Ahead::embedded();
    let (x, expected) = (images(17), Plain::embedded().forward(images(17).view()));
    for batch in [1, 16, 17] {
        let mut session = net.session(batch);
        let x = x.slice(cnn::ndarray::s![..batch, .., .., ..]);
        let found = session.run(x).expect("a batch").to_owned();
        assert_eq!(found, Plain::embedded().session(batch).run(x).expect("a batch"));
        assert_eq!(found, Ahead::embedded().into_session(batch).run(x).expect("a batch"));
        assert_eq!(found, Ahead::embedded().pack().session(batch).run(x).expect("a batch"));
    }
    assert_eq!(tensors(&net), tensors(&Plain::embedded()));
    assert_eq!(net.to_bytes(), Plain::embedded().to_bytes());

    // What is packed does not outlive a change.
    net.set("4.bias", [9.0; 5]).expect("the bias");
    assert_ne!(net.forward(x.view()), expected);
    assert_eq!(Ahead::embedded().forward(x.view()), expected);

    // Whoever loads the file sees the weights alone.
    let loaded = Small::load(&path).expect("the file");
    assert_eq!(loaded.forward(x.view()), expected);
    let mut other = Small::new(1);
    let report = other.load_partial(Pretrained::open(&path).expect("the file"));
    assert_eq!(report.expect("weights").left_out.len(), 0);
}

#[test]
fn an_expression_gives_the_network_with_its_weights() {
    let net = cnn!(< 1x8x8 -> conv(4, 3x3) -> bn -> relu -> flatten -> dense(5) >
        with weights="weights/small.safetensors");
    assert_eq!(net.forward(images(2).view()), Plain::embedded().forward(images(2).view()));
}

#[test]
fn the_file_of_a_manifest_is_loaded_and_no_other() {
    same(&Checked::load_checked(file("small.safetensors")).expect("the file"), &Plain::embedded());
    let error = Checked::load_checked(file("mixed.safetensors")).expect_err("another file");
    let Error::Manifest { path, manifest, found, expected } = &error else { panic!("{error}") };
    assert_eq!((path, *manifest), (&file("mixed.safetensors"), "weights/small.json"));
    assert!(found != expected && error.to_string().contains(expected.as_str()), "{error}");
    // The same shapes are not enough where the file has other words or places.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.safetensors");
    Small::new(1).save(&path).expect("a folder to write to");
    assert!(matches!(Checked::load_checked(&path), Err(Error::Manifest { .. })));
    assert!(matches!(Checked::load_checked(file("small.json")), Err(Error::Weights { .. })));
    assert!(matches!(Checked::load_checked(file("absent")), Err(Error::Io { .. })));
}

#[test]
fn the_manifest_is_the_one_that_is_written() {
    let written = Pretrained::open(file("small.safetensors")).expect("a file").manifest();
    let found = std::fs::read_to_string(file("small.json")).expect("the manifest");
    assert_eq!(written.expect("a manifest"), found);
}

#[test]
fn a_part_can_be_given_the_weights_that_it_has_elsewhere() {
    let mut net = Around::new(3);
    let bytes = Plain::embedded().to_bytes();
    let part = Pretrained::from_bytes(&bytes).expect("bytes").rename("*", "plain.*");
    assert_eq!(net.load_partial(part).expect("some that fit").taken.len(), 9);
    assert_eq!(net.get("plain.4.weight").unwrap(), Plain::embedded().get("4.weight").unwrap());
}
