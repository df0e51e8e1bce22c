//! Weights from elsewhere.

use cnn::data::{Images, Loader};
use cnn::ndarray::{Array4, ArrayView4, Axis, s};
use cnn::train::{Adam, Group, Position, Sgd, Trainer, features};
use cnn::{Error, Mode, Network, Normalize, Pretrained, TensorProblem, cnn};

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
    "conv1.weight",
    "conv1.bias",
    "bn1.weight",
    "bn1.bias",
    "bn1.running_mean",
    "bn1.running_var",
    "bn1.num_batches_tracked",
    "conv2.weight",
    "conv2.bias",
    "bn2.weight",
    "bn2.bias",
    "bn2.running_mean",
    "bn2.running_var",
    "bn2.num_batches_tracked",
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
            0 => {
                &["`head.weight`: found 10×72, expected 3×72", "`head.bias`: found 10, expected 3"]
            }
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
        let left_out: &[&str] =
            if [1, 2].contains(&i) { &["head.weight", "head.bias"] } else { &[] };
        assert_eq!(report.left_out, left_out);
        assert_eq!(report.clone().complete().is_ok(), [1, 2].contains(&i));
    }
}

#[test]
fn the_report_is_a_text() {
    let bytes = old().to_bytes();
    let mut net = New::new(2);
    let pretrained =
        Pretrained::from_bytes(&bytes).unwrap().rename("backbone.conv*", "features.conv*");
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
  and 6 more in the file only
  the file's `backbone.…` has the shapes of the network's `features.…`
  help: `net.load_partial(Pretrained::open(path)?.rename(\"backbone.*\", \"features.*\"))?.complete()?` renames them";
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
        open().rename("backbone.conv?.*", "features.conv.*").except("head.*"),
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

fn data() -> Images {
    let labels = (0..40).map(|n| n * 7 % 3).collect();
    Images::new(images(40), labels, 3).expect("a sound data set")
}

/// The bits of all floats of a network below a path.
fn below(net: &impl Network, start: &str) -> Vec<u32> {
    let specs = net.params().specs().iter().filter(|spec| spec.path.starts_with(start));
    let floats = specs.filter_map(|spec| net.get(spec.path).ok());
    floats.flat_map(|tensor| tensor.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

#[test]
fn a_head_on_cached_features_learns_what_it_learns_on_a_frozen_backbone() {
    cnn! {
        pub struct Whole<2x8x8 -> features: features -> pub pooled: flatten -> head: dense(3)>;
        pub struct Planes<2x8x8 -> features: features -> global_avgpool -> pub pooled: flatten -> head: dense(3)>;
        pub struct Head<72 -> head: dense(3)>;
        pub struct PlanesHead<8 -> head: dense(3)>;
        block features() {
            conv1: conv(6, 3x3, pad=1) -> bn1: bn -> relu -> conv2: conv(8, 3x3, stride=2) -> bn2: bn -> relu
        }
    }
    fn check<N, H>()
    where
        N: for<'a> Network<Input<'a> = ArrayView4<'a, f32>>,
        H: Network,
    {
        let mut net = N::new(4);
        let old = old().to_bytes();
        let pretrained = Pretrained::from_bytes(&old).unwrap().rename("backbone.*", "features.*");
        net.load_partial(pretrained.except("head.*")).unwrap().complete().unwrap();
        let loader = Loader::new(data()).batch(16);
        let cached = features(&net, "pooled", &loader).expect("a label");
        assert_eq!(cached.labels(), data().labels());
        // Whatever the order is in which they are read.
        let shuffled = Loader::new(data()).batch(16).shuffle(3);
        assert_eq!(features(&net, "pooled", &shuffled).unwrap(), cached);

        let whole = net.to_bytes();
        let mut head = H::new(0);
        head.load_partial(Pretrained::from_bytes(&whole).unwrap().only("head.*")).unwrap();
        let mut head = Trainer::new(head, Adam::new(0.01)).seed(5);
        let before = below(&net, "features");
        let mut frozen = Trainer::new(net, Adam::new(0.01))
            .group(Group::matching("features.*").frozen().frozen_statistics())
            .seed(5);
        for _ in 0..4 {
            let a = head.epoch(&cached, 16, |_| {}).expect("an epoch");
            let b = frozen.epoch(&data(), 16, |_| {}).expect("an epoch");
            assert_eq!(a, b);
            assert_eq!(below(head.network(), "head"), below(frozen.network(), "head"));
        }
        assert_eq!(below(frozen.network(), "features"), before);
        // Into the whole network, which then is the other one.
        let bytes = head.into_network().to_bytes();
        let mut net = N::from_bytes(&whole).unwrap();
        net.load_partial(Pretrained::from_bytes(&bytes).unwrap().only("head.*")).unwrap();
        assert_eq!(net.to_bytes(), frozen.into_network().to_bytes());
    }
    check::<Whole, Head>();
    check::<Planes, PlanesHead>();
}

#[test]
fn frozen_statistics_are_those_of_evaluation() {
    let (x, y) = (images(12), (0..12).map(|n| n % 3).collect::<Vec<usize>>());
    let trainer = || Trainer::new(New::new(3), Sgd::new(0.1).momentum(0.9));
    let gradients = |trainer: &mut Trainer<New, Sgd>, mode| {
        let (loss, gradients) = trainer.gradients_in(mode, x.view(), &y).expect("a pass");
        (loss, gradients.trainable().to_vec(), gradients.input().expect("asked for").to_owned())
    };
    let mut held = trainer().group(Group::batch_norms().frozen_statistics());
    let found = gradients(&mut held, Mode::Training);
    assert_eq!(found, gradients(&mut trainer(), Mode::Evaluation));
    assert_ne!(found, gradients(&mut trainer(), Mode::Training));

    // The parameters learn, the statistics and counters stay; those of the other batch norm move.
    let mut one = trainer().group(Group::matching("features.bn1.bias").frozen_statistics());
    one.step(x.view(), &y).expect("a step");
    let (fresh, net) = (New::new(3), one.into_network());
    let changed = |path: &str| fresh.get(path).unwrap() != net.get(path).unwrap();
    let count = |path: &str| net.params().counter(path).unwrap();
    assert!(changed("features.bn1.weight") && changed("features.bn1.bias"));
    assert!(!changed("features.bn1.running_mean") && !changed("features.bn1.running_var"));
    assert!(changed("features.bn2.running_mean") && changed("features.bn2.running_var"));
    let counters = ["features.bn1.num_batches_tracked", "features.bn2.num_batches_tracked"];
    assert_eq!(counters.map(count), [0, 1]);

    // No statistics, no batch that is too small for them.
    cnn! { struct Pooled<2x8x8 -> conv(4, 3x3) -> global_avgpool -> bn -> flatten -> dense(3)>; }
    let one = || x.slice(s![..1, .., .., ..]);
    let mut trainer = Trainer::new(Pooled::new(1), Sgd::new(0.1));
    assert!(trainer.step(one(), &[1]).is_err());
    trainer.set_groups([Group::batch_norms().frozen_statistics()]);
    assert!(trainer.step(one(), &[1]).is_ok());
    let report = trainer.epoch(&data(), 39, |_| {}).expect("an epoch");
    assert_eq!((report.images, report.left_out), (40, 0));
}

fn normalize() -> Normalize {
    Normalize::new([0.1, -0.2], [0.7, 1.3])
}

fn normal(n: usize) -> Array4<f32> {
    let mut images = images(n);
    normalize().images(&mut images);
    images
}

#[test]
fn a_network_that_normalizes_is_one_that_is_given_normalized_images() {
    let plain = New::new(3);
    let mut net = plain.clone();
    net.set_normalization(Some(normalize())).expect("two channels");
    for n in [1, 3, 20] {
        let (raw, normal) = (images(n), normal(n));
        let expected = plain.forward(normal.view());
        assert_ne!(plain.forward(raw.view()), expected);
        assert_eq!(net.forward(raw.view()), expected);
        assert_eq!(net.session(n).run(raw.view()).unwrap(), expected);
        assert_eq!(net.clone().into_session(n).run(raw.view()).unwrap(), expected);
        let features = plain.features("features", normal.view()).unwrap();
        assert_eq!(net.features("features", raw.view()).unwrap(), features);
    }
    // In training, too; gradients with respect to the images are those of the images as they come.
    let y: Vec<usize> = (0..6).map(|n| n % 3).collect();
    let pass = |net: &New, x: Array4<f32>| {
        let mut trainer = Trainer::new(net.clone(), Sgd::new(0.1));
        let (loss, gradients) = trainer.gradients(x.view(), &y[..]).expect("a pass");
        trainer.step(x.view(), &y).expect("a step");
        let input = gradients.input().unwrap().to_owned();
        (loss, gradients.trainable().to_vec(), input, trainer.into_network())
    };
    let (a, b) = (pass(&net, images(6)), pass(&plain, normal(6)));
    assert_eq!((a.0, a.1), (b.0, b.1));
    assert_eq!(below(&a.3, ""), below(&b.3, ""));
    for (c, deviation) in [0.7, 1.3].into_iter().enumerate() {
        let [raw, normal] = [&a.2, &b.2].map(|input| input.index_axis(Axis(1), c).to_owned());
        assert_eq!(raw, normal / deviation);
    }
    net.set_normalization(None).unwrap();
    assert_eq!(net.to_bytes(), plain.to_bytes());
}

#[test]
fn files_keep_the_normalization_where_pytorch_does_not_mind() {
    let mut net = New::new(3);
    net.set_normalization(Some(Normalize::new([0.1, 1e-20], [0.229, f32::MAX]))).unwrap();
    let bytes = net.to_bytes();
    let again = New::from_bytes(&bytes).expect("good bytes");
    assert_eq!(again.normalization(), net.normalization());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    net.save(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(New::load(&path).unwrap().normalization(), net.normalization());
    // The tensors are the same, and the metadata has texts that Python reads as JSON.
    let (header, metadata) = safetensors::SafeTensors::read_metadata(&bytes).expect("a file");
    let about = metadata.metadata().clone().expect("metadata");
    assert_eq!(about["format"], "pt");
    assert_eq!(about["image_mean"], "[0.1, 0.00000000000000000001]");
    assert!(about["image_std"].starts_with("[0.229, 340282350000000"));
    net.set_normalization(None).unwrap();
    let plain = net.to_bytes();
    let (bare, _) = safetensors::SafeTensors::read_metadata(&plain).expect("a file");
    assert_eq!(bytes[8 + header..], plain[8 + bare..]);
    // A network that takes part of a file takes it too, unless it has one.
    let mut other = New::new(1);
    let report = other.load_partial(Pretrained::from_bytes(&bytes).unwrap()).unwrap();
    assert_eq!(report.normalization.as_ref(), again.normalization());
    assert_eq!(other.normalization(), again.normalization());
    assert_eq!(
        report.to_string(),
        "weights in memory: took 16 of the 16 tensors of `New` and the normalization"
    );
    other.set_normalization(Some(normalize())).unwrap();
    other.load_partial(Pretrained::from_bytes(&bytes).unwrap()).unwrap();
    assert_eq!(other.normalization(), Some(&normalize()));
}

#[test]
fn a_normalization_that_makes_no_sense_is_refused() {
    let mut net = New::new(3);
    for (normalize, expected) in [
        (Normalize::new([0.1; 3], [1.0; 3]), "found 3 means, expected 1 or 2, as the input has"),
        (
            Normalize::new([0.1], []),
            "found 0 deviations, expected 1 or 2, as the input has channels",
        ),
        (Normalize::new([f32::NAN], [1.0]), "found NaN among its means, expected finite numbers"),
        (
            Normalize::new([0.0], [-1.0]),
            "found -1 among its deviations, expected finite numbers from 0 on",
        ),
    ] {
        let text = net.set_normalization(Some(normalize)).unwrap_err().to_string();
        assert!(text.starts_with(&format!("normalization: {expected}")), "{text}");
        assert_eq!(net.normalization(), None);
    }
    net.set_normalization(Some(Normalize::new([0.5], [0.0]))).expect("0 counts as 1");
    let good = net.to_bytes();
    let edited = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|w| w == from.as_bytes()).expect("the words");
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        New::from_bytes(&bytes).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        edited("[0.5]", "[x.5]"),
        "weights in memory: found `[x.5]` as `image_mean` of its metadata, expected a list of numbers such as \
         `[0.5, 0.5, 0.5]`"
    );
    let text = edited("image_mean", "image_meen");
    assert!(text.contains("found `` as `image_mean` of its metadata"), "{text}");
    assert!(edited("[0.5]", "[inf]").contains("found inf among its means in its metadata"));
}

#[test]
fn a_checkpoint_knows_how_images_are_normalized() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.checkpoint");
    let trainer = |normalize: Option<Normalize>| {
        let mut net = New::new(3);
        net.set_normalization(normalize).expect("two channels");
        Trainer::new(net, Sgd::new(0.1))
    };
    trainer(Some(normalize())).checkpoint(&path, Position::default()).expect("a checkpoint");
    assert!(trainer(Some(normalize())).resume(&path).is_ok());
    let text = trainer(None).resume(&path).unwrap_err().to_string();
    assert!(
        text.ends_with("found another normalization, expected that of the network that goes on")
    );
}
