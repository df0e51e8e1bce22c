//! Weights from elsewhere.

use cnn::ndarray::{Array4, ArrayView4};
use cnn::{Error, Network, Pretrained, TensorProblem, cnn};

cnn! {
    block features() {
        conv1: conv(6, 3x3, pad=1) -> bn1: bn -> relu -> conv2: conv(8, 3x3, stride=2) -> bn2: bn -> relu
    }
    pub struct Old<2x8x8 -> backbone: features -> flatten -> head: dense(10)>;
    pub struct New<2x8x8 -> features: features -> flatten -> head: dense(3)>;
    pub struct Plain<2x8x8 -> conv1: conv(6, 3x3, pad=1) -> relu -> flatten -> head: dense(3)>;
}

/// An old network that was trained for a while.
fn old() -> Old {
    let mut old = Old::new(1);
    old.set("backbone.bn1.running_mean", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).expect("a buffer");
    old.params_mut().set_counter("backbone.bn2.num_batches_tracked", 42).expect("a counter");
    old
}

fn images(n: usize) -> Array4<f32> {
    Array4::from_shape_fn((n, 2, 8, 8), |(n, c, i, j)| {
        ((n * 31 + c * 17 + i * 7 + j * 3) % 23) as f32 / 11.0 - 1.0
    })
}

fn same(a: &impl Network, b: &impl Network, names: &[(&str, &str)]) {
    for (from, to) in names {
        assert_eq!(a.get(from).expect("a tensor"), b.get(to).expect("a tensor"), "{from} {to}");
    }
}

const TENSORS: [&str; 14] = [
    "conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
    "bn1.num_batches_tracked", "conv2.weight", "conv2.bias", "bn2.weight", "bn2.bias",
    "bn2.running_mean", "bn2.running_var", "bn2.num_batches_tracked",
];

#[test]
fn all_but_the_head_is_taken_under_other_names() {
    let (old, fresh) = (old(), New::new(2));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("old.safetensors");
    old.save(&path).expect("a folder to write to");
    let bytes = old.to_bytes();
    let by = |name: &str| name.replace("backbone.", "features.");
    let ways: [Pretrained<'_>; 4] = [
        Pretrained::open(&path).unwrap().rename("backbone.*", "features.*"),
        Pretrained::from_bytes(&bytes).unwrap().rename("backbone.*", "features.*").except("head.*"),
        Pretrained::from_bytes(&bytes).unwrap().rename_by(by).only("features.*"),
        Pretrained::from_bytes(&bytes).unwrap().rename("backbone.*", "*").rename("*", "features.*"),
    ];
    for (i, way) in ways.into_iter().enumerate() {
        let mut net = New::new(2);
        let report = net.load_partial(way).expect("a good file");
        let paths = TENSORS.map(|tensor| format!("features.{tensor}"));
        let taken: Vec<&str> = report.taken.iter().map(|taken| taken.path).collect();
        assert_eq!(taken, paths);
        for (taken, tensor) in report.taken.iter().zip(TENSORS) {
            assert_eq!(taken.name, format!("backbone.{tensor}"));
            if !tensor.ends_with("tracked") {
                same(&old, &net, &[(&taken.name, taken.path)]);
            }
        }
        assert_eq!(net.params().counter("features.bn2.num_batches_tracked").unwrap(), 42);
        same(&fresh, &net, &[("head.weight", "head.weight"), ("head.bias", "head.bias")]);
        let others: Vec<String> =
            report.left.iter().chain(&report.unused).map(ToString::to_string).collect();
        let expected: &[&str] = match i {
            0 => &["`head.weight`: found 10×72, expected 3×72", "`head.bias`: found 10, expected 3"],
            1 | 2 => &[],
            _ => &[
                "`head.weight` (3×72) is missing",
                "`head.bias` (3) is missing",
                "`head.bias` (10) is in the file, but not in the network (did you mean `head.bias`?)",
                "`head.weight` (10×72) is in the file, but not in the network (did you mean `head.weight`?)",
            ],
        };
        assert_eq!(others.len(), expected.len(), "{others:?}");
        if i < 3 {
            assert_eq!(others, expected);
        }
        let left_out: &[&str] = if [1, 2].contains(&i) { &["head.weight", "head.bias"] } else { &[] };
        assert_eq!(report.left_out, left_out);
        assert_eq!(report.clone().complete().is_ok(), [1, 2].contains(&i));
    }
}

#[test]
fn the_report_is_a_text() {
    let bytes = old().to_bytes();
    let mut net = New::new(2);
    let pretrained = Pretrained::from_bytes(&bytes).unwrap().rename("backbone.conv*", "features.conv*");
    let report = net.load_partial(pretrained.except("head.bias")).expect("good bytes");
    let expected = "weights in memory: took 4 of the 16 tensors of `New`, leaving out 1 as asked; not taken:
  `head.weight`: found 10×72, expected 3×72
  `features.bn1.weight` (6) is missing
  `features.bn1.bias` (6) is missing
  `features.bn1.running_mean` (6) is missing
  `features.bn1.running_var` (6) is missing
  and 4 more missing
  `backbone.bn1.bias` (6) is in the file, but not in the network
  `backbone.bn1.num_batches_tracked` (a scalar) is in the file, but not in the network
  `backbone.bn1.running_mean` (6) is in the file, but not in the network (did you mean `features.bn1.running_mean`?)
  `backbone.bn1.running_var` (6) is in the file, but not in the network (did you mean `features.bn1.running_var`?)
  and 6 more in the file only";
    assert_eq!(report.to_string(), expected);
    let error = report.complete().unwrap_err().to_string();
    assert!(error.starts_with("weights in memory: the tensors do not fit `New`, which has 16:\n"));
}

#[test]
fn what_cannot_work_is_an_error_and_changes_nothing() {
    let bytes = old().to_bytes();
    let open = || Pretrained::from_bytes(&bytes).expect("good bytes");
    let refused = |pretrained: Pretrained<'_>, start: &str| {
        let mut net = New::new(2);
        let error = net.load_partial(pretrained).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(start), "{text}");
        assert_eq!(net.to_bytes(), New::new(2).to_bytes());
        error
    };
    refused(
        open().except("haed.weight"),
        "found no parameter of `New` that fits `haed.weight` (did you mean `head.weight`?)",
    );
    refused(
        open().rename("backbone.*", "*.*"),
        "rename of `Pretrained`: found `backbone.*` and `*.*`, expected no more `*` in the",
    );
    // Nothing has a name that the network knows, or the dimensions.
    refused(open().only("features.*"), "weights in memory: the tensors do not fit `New`");
    let error = refused(
        open().rename("*.conv?.*", "features.conv.*").except("head.*"),
        "weights in memory: the tensors do not fit `New`, which has 16:\n  \
         `backbone.conv1.bias` and `backbone.conv2.bias` both become `features.conv.",
    );
    let Error::Tensors { problems, .. } = error else { panic!("{error}") };
    assert!(problems.iter().all(|problem| matches!(problem, TensorProblem::Twice { .. })));
    let mut net = New::new(2);
    let nothing = net.load_partial(open().except("*")).expect("nothing that was asked for");
    assert_eq!((nothing.taken.len(), nothing.left_out.len()), (0, 16));
    assert_eq!(net.to_bytes(), New::new(2).to_bytes());
}

#[test]
fn what_is_no_file_of_weights_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = |path: &std::path::Path| Pretrained::open(path).unwrap_err().to_string();
    assert!(error(&folder.path().join("none")).contains("none: cannot read: "));
    assert!(error(folder.path()).contains("found a folder, expected a file"));
    let path = folder.path().join("net.pt");
    std::fs::write(&path, b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.").expect("a file");
    assert!(error(&path).contains("found a Python pickle"), "{}", error(&path));
}

#[test]
fn damaged_bytes_are_refused_or_read_but_never_a_panic() {
    let small = Plain::new(1).to_bytes();
    let header = 8 + u64::from_le_bytes(small[..8].try_into().unwrap()) as usize;
    let take = |bytes: &[u8]| {
        let mut net = Plain::new(2);
        Pretrained::from_bytes(bytes).and_then(|p| net.load_partial(p.rename("h*", "h*"))).is_ok()
    };
    assert!(take(&small));
    for len in 0..small.len() {
        if len < header + 64 || len % 97 == 0 {
            assert!(!take(&small[..len]), "{len} bytes");
        }
    }
    for at in 0..header {
        for bit in [1, 4, 128] {
            let mut bytes = small.clone();
            bytes[at] ^= bit;
            take(&bytes);
        }
    }
}

#[test]
fn a_networks_own_file_is_taken_whole() {
    let old = old();
    let bytes = old.to_bytes();
    let mut net = Old::new(9);
    let report = net.load_partial(Pretrained::from_bytes(&bytes).unwrap()).unwrap();
    assert_eq!(report.to_string(), "weights in memory: took 16 of the 16 tensors of `Old`");
    assert!(report.complete().is_ok());
    assert_eq!(net.to_bytes(), bytes);
    let x = images(3);
    fn scores<N>(net: &N, x: ArrayView4<'_, f32>) -> Vec<f32>
    where
        N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>, Output = cnn::ndarray::Array2<f32>>,
    {
        net.forward(x).into_iter().collect()
    }
    assert_eq!(scores(&net, x.view()), scores(&old, x.view()));
}
