//! `cnn-zoo explain`: its arrays are what the library gives, its pictures are pictures, and its messages say what to do.

use cnn::data::Normalize;
use cnn::explain::{Explainer, Fill, IntegratedGradients, Occlusion, SmoothGrad, Target};
use cnn::ndarray::{Array3, Array4, ArrayD, Axis, IxDyn};
use cnn_zoo::cifar_resnet::ResNet20;
use cnn_zoo::explain::Method;
use cnn_zoo::lenet::LeNet;
use cnn_zoo::registry::NETWORKS;
use cnn_zoo::squeezenet::SqueezeNet;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

#[path = "../src/cli/npy.rs"]
mod npy;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn dims(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// A folder with LeNet's weights, `w`, and two images of digits' size, `x.npy`.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        net().save(place.path("w")).expect("weights");
        place.array("x.npy", &digits().into_dyn());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn array(&self, name: &str, array: &ArrayD<f32>) {
        npy::write(&self.path(name), array).expect("a file");
    }

    /// What the program prints in that folder, or its message. Arguments are words between spaces.
    fn explain(&self, arguments: &str) -> std::result::Result<String, String> {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cnn-zoo"));
        program.arg("explain").args(arguments.split_whitespace()).current_dir(self.0.path());
        let run = program.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        if run.status.success() { Ok(text(run.stdout)) } else { Err(text(run.stderr)) }
    }

    /// The array of LeNet, asked for with those arguments.
    fn map(&self, arguments: &str) -> ArrayD<f32> {
        self.explain(&format!("lenet5 --weights w --npy y.npy {arguments}"))
            .unwrap_or_else(|error| panic!("{arguments}: {error}"));
        npy::read(&self.path("y.npy")).expect("an array")
    }
}

fn net() -> LeNet {
    LeNet::new(5)
}

fn digits() -> Array4<f32> {
    Array4::from_shape_fn((2, 1, 28, 28), |(n, _, i, j)| ((n + 2) * i * j % 17) as f32 / 16.0)
}

#[test]
fn arrays_are_what_the_library_gives() {
    let (place, net, x) = (Place::new(), net(), digits());
    let mut library = Explainer::new(&net).expect("one input");
    let any = Target::Predicted;
    let same = |arguments: &str, expected: Array3<f32>| {
        assert!(expected.iter().any(|&x| x != 0.0), "{arguments}");
        let found = place.map(&format!("--input x.npy {arguments}"));
        assert_eq!(found, expected.into_dyn(), "{arguments}");
    };
    let x = x.view();
    let e = &mut library;
    same("--method saliency", e.saliency(x, any.clone()).expect("pixels").largest());
    same("--method saliency --class 3 --threads 2", e.saliency(x, 3).expect("pixels").largest());
    same("--method input-x-gradient", e.input_x_gradient(x, any.clone()).expect("pixels").sum());
    let smooth = e.smooth_grad(x, any.clone(), SmoothGrad::new()).expect("pixels");
    same("--method smoothgrad", smooth.sum());
    let path = IntegratedGradients::new();
    let whole = e.integrated_gradients(x, any.clone(), &path).expect("pixels");
    same("--method integrated-gradients", whole.sum());
    let path = path.steps(7).baseline(-0.5);
    let other = e.integrated_gradients(x, 2, &path).expect("pixels");
    same("--method integrated-gradients --steps 7 --baseline -0.5 --class 2", other.sum());
    same("--method deconvnet", e.deconvolution(x, any.clone()).expect("pixels").sum());
    same("--method guided", e.guided(x, any.clone()).expect("pixels").sum());
    let guided = e.guided_grad_cam(x, "c3", 1).expect("pixels");
    same("--method guided-gradcam --label c3 --class 1", guided.sum());
    // An eighth of 28 pixels, rounded up, moved by half of it.
    let plain = Occlusion::new([4, 4]).stride([2, 2]);
    let drop = e.occlusion(x, any.clone(), &plain, |_, _| ()).expect("maps").drop;
    same("--method occlusion", drop);
    let window = Occlusion::new([9, 5]).stride([3, 4]).fill(Fill::Value(0.25));
    let drop = e.occlusion(x, 4, &window, |_, _| ()).expect("maps").drop;
    same("--method occlusion --window 9x5 --stride 3x4 --fill 0.25 --class 4", drop);
    let drop = e.occlusion(x, 4, &Occlusion::new([9, 9]).fill(Fill::Mean), |_, _| ());
    same("--method occlusion --window 9 --fill mean --class 4", drop.expect("maps").drop);
    for class in 0..10 {
        // Of some class, the map is not 0 everywhere.
        let maps = e.grad_cam(x, "c3", class).expect("maps").values;
        if maps.iter().any(|&x| x != 0.0) {
            same(&format!("--method gradcam --label c3 --class {class}"), maps);
        }
        let maps = e.grad_cam_plus_plus(x, "s4", class).expect("maps").values;
        if maps.iter().any(|&x| x != 0.0) {
            same(&format!("--method gradcam++ --label s4 --class {class}"), maps);
        }
    }
    same("--method layercam --label c1", e.layer_cam(x, "c1", any.clone()).expect("maps").values);
    same("--method scorecam --label c3", e.score_cam(x, "c3", any).expect("maps").values);
}

#[test]
fn class_activation_maps_have_the_labels_resolution() {
    let place = Place::new();
    let map = place.map("--input x.npy --method scorecam --label s4");
    assert_eq!(map.shape(), [2, 5, 5]);

    let net = ResNet20::new(1);
    net.save(place.path("resnet")).expect("weights");
    let x = Array4::from_shape_fn((1, 3, 32, 32), |(_, c, i, j)| ((c + i * j) % 7) as f32 / 3.0);
    place.array("color.npy", &x.clone().into_dyn());
    let arguments = "--weights resnet --input color.npy --method cam --npy y.npy --out y.png";
    let text = place.explain(&format!("resnet20 {arguments} --label layer3")).expect("a map");
    assert!(text.contains("y.npy: 1×8×8"), "{text}");
    let map = npy::read(&place.path("y.npy")).expect("an array");
    let mut library = Explainer::new(&net).expect("one input");
    let maps = library.cam(x.view(), "layer3", Target::Predicted).expect("a map").values;
    assert_eq!(map, maps.into_dyn());
}

#[test]
fn pictures_are_pictures() {
    let place = Place::new();
    for method in Method::ALL.into_iter().filter(|method| *method != Method::Cam) {
        let label = if method.takes_label() { "--label c3" } else { "" };
        let name = method.name();
        let text = place
            .explain(&format!(
                "lenet5 --weights w --input x.npy --method {name} {label} --out y.png --class 2"
            ))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for word in ["image 0: class 2, probability 0.", "image 1: class 2, ", "y.png: "] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let bytes = std::fs::read(place.path("y.png")).expect("a file");
        let (_, height, width) = cnn_images::decode(&bytes, 3).expect("a picture").dim();
        // Two rows of three pictures of up to 224 pixels.
        assert!((725..=736).contains(&width) && height > 2 * 224, "{name}: {width}x{height}");
    }
    // More images than fit into a picture.
    place.array("many.npy", &ArrayD::zeros(IxDyn(&[40, 1, 28, 28])));
    let many = "lenet5 --weights w --input many.npy --method saliency --out many.png";
    let text = place.explain(many).expect("a picture");
    assert!(text.contains("image 39: class "), "{text}");
}

#[test]
fn pictures_become_what_the_network_takes() {
    let place = Place::new();
    let gray = Array3::from_shape_fn((1, 40, 30), |(_, i, j)| (i + j) as f32 / 70.0);
    cnn_images::save(gray.view(), place.path("gray.png")).expect("a picture");
    let found = place.map("--image gray.png --method saliency --class 1");
    let read = cnn_images::read(place.path("gray.png"), 1).expect("a picture");
    let image = cnn_images::scaled(read.view(), [28, 28]).expect("an image").insert_axis(Axis(0));
    let net = net();
    let mut library = Explainer::new(&net).expect("one input");
    let pixels = library.saliency(image.view(), 1).expect("pixels");
    assert_eq!(found, pixels.largest().into_dyn());
    let text = place
        .explain("lenet5 --weights w --image gray.png --method guided --out y.png")
        .expect("a picture");
    assert!(
        text.contains("gray.png: 40×30 pixels, gray, resized to 28×28, values from 0 to 1\n"),
        "{text}"
    );

    let color = Array3::from_shape_fn((3, 150, 100), |(c, i, j)| ((c + 1) * i * j) as f32 / 45e3);
    cnn_images::save(color.view(), place.path("color.png")).expect("a picture");
    let mut net = SqueezeNet::new(1);
    net.save(place.path("plain")).expect("weights");
    let normalize = Normalize::new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    net.set_normalization(Some(normalize)).expect("three channels");
    net.save(place.path("itself")).expect("weights");
    let [plain, itself] = ["plain", "itself"].map(|weights| {
        let more = "--image color.png --method saliency --npy y.npy --out y.png";
        let text = place.explain(&format!("squeezenet --weights {weights} {more}"));
        let text = text.expect("a map");
        let map = npy::read(&place.path("y.npy")).expect("an array");
        assert_eq!(map.shape(), [1, 224, 224]);
        assert!(
            text.contains("shorter side to 256, the middle 224×224, values from 0 to 1"),
            "{text}"
        );
        let line = text.lines().nth(1).expect("the image's line").to_owned();
        (text, line.rsplit_once(", score").expect("a score").0.to_owned())
    });
    assert!(plain.0.contains("normalized by ImageNet's mean and deviation"), "{}", plain.0);
    assert!(itself.0.contains("which the network normalizes itself"), "{}", itself.0);
    assert_eq!(plain.1, itself.1, "the same class and probability");
}

#[test]
fn methods_and_labels_are_listed() {
    let place = Place::new();
    let text = place.explain("--list").expect("a list");
    for method in Method::ALL {
        assert!(text.lines().any(|line| line.starts_with(method.name())), "{}", method.name());
        assert_eq!(Method::find(method.name()), Some(method));
    }
    let text = place.explain("lenet5 --list").expect("a list");
    assert!(text.contains("c3  16x10x10") && text.contains("s4  16x5x5"), "{text}");
}

#[test]
fn mistakes_are_told() {
    let place = Place::new();
    place.array("color.npy", &ArrayD::zeros(IxDyn(&[1, 3, 28, 28])));
    place.array("large.npy", &ArrayD::zeros(IxDyn(&[1, 1, 32, 32])));
    place.array("flat.npy", &ArrayD::zeros(IxDyn(&[28, 28])));
    place.array("none.npy", &ArrayD::zeros(IxDyn(&[0, 1, 28, 28])));
    let mut bad = digits().into_dyn();
    bad[[1, 0, 3, 4]] = f32::NAN;
    place.array("bad.npy", &bad);
    std::fs::write(place.path("text.png"), "no picture").expect("a file");
    let given = "lenet5 --weights w --out y.png --input x.npy --method";
    let with = |rest: &str| format!("{given} {rest}");
    let input =
        |file: &str| format!("lenet5 --weights w --out y.png --method saliency --input {file}");
    let image =
        |file: &str| format!("lenet5 --weights w --out y.png --method saliency --image {file}");
    let cases = [
        (String::new(), "`explain` needs the name of a network"),
        ("lenet55 --method cam".to_owned(), "perhaps `lenet5`"),
        ("lenet5".to_owned(), "`explain` also needs --method, such as --method gradcam"),
        (
            with("grad_cam+"),
            "--method: found `grad_cam+`, expected one of `cnn-zoo explain --list`, perhaps `gradcam",
        ),
        (with("lime"), "--method: found `lime`, expected one of `cnn-zoo explain --list`\n"),
        (
            with("gradcam"),
            "`gradcam` also needs --label; those of `lenet5` with maps: c1, s2, c3, s4",
        ),
        (
            with("gradcam --label c4"),
            "--label: found `c4`, expected a label of `lenet5` with maps, perhaps `c",
        ),
        (with("gradcam --label layer4"), "expected a label of `lenet5` with maps: c1, s2, c3, s4"),
        (with("saliency --label c3"), "`saliency` takes no --label"),
        (with("cam --label s4"), "global average pooling and one dense layer"),
        (
            with("saliency --class 10"),
            "--class: found `10`, expected a class of `lenet5`, from 0 to 9",
        ),
        (with("saliency --class -1"), "--class: found `-1`"),
        (with("saliency --class cat"), "--class: found `cat`"),
        (with("saliency --window 8"), "`saliency` takes no --window"),
        (with("occlusion --steps 8"), "`occlusion` takes no --steps"),
        (with("gradcam --label c3 --fill 8"), "`gradcam` takes no --fill"),
        (with("occlusion --window 0"), "--window: found `0`, expected rows and columns from 1 on"),
        (with("occlusion --window 4x0"), "--window: found `4x0`"),
        (
            with("occlusion --window 29x4"),
            "--window: found `29x4`, expected at most the image's 28x28",
        ),
        (with("occlusion --window 4x4x4"), "--window: found `4x4x4`"),
        (with("occlusion --stride 0"), "--stride: found `0`, expected rows and columns from 1 on"),
        (with("occlusion --fill nan"), "--fill: found `nan`, expected a finite number, or mean"),
        (
            with("integrated-gradients --steps 0"),
            "--steps: found `0`, expected a number from 1 to 1000",
        ),
        (with("integrated-gradients --steps 1e9"), "--steps: found `1e9`"),
        (
            with("integrated-gradients --baseline inf"),
            "--baseline: found `inf`, expected a finite number\n",
        ),
        (with("saliency --threads 0"), "--threads: found `0`"),
        (with("saliency --training"), "takes no --training"),
        (with("saliency --image y.png"), "found --image and --input, expected one"),
        (
            "lenet5 --weights w --out y.png --method guided".to_owned(),
            "also needs --image cat.png or --input x.npy",
        ),
        ("lenet5 --out y.png --method guided --input x.npy".to_owned(), "also needs --weights"),
        (
            "lenet5 --weights w --method guided --input x.npy".to_owned(),
            "also needs --out map.png or --npy map.npy",
        ),
        (
            "lenet5 --weights w --method guided --input x.npy --out y.jpg".to_owned(),
            "--out: found `y.jpg`, expected a file .png",
        ),
        (
            "lenet5 --weights w --method guided --input x.npy --out no/y.png".to_owned(),
            "no/y.png: cannot write: found no such folder",
        ),
        (
            "lenet5 --weights w --method guided --input x.npy --npy .".to_owned(),
            ".: cannot write: found a folder",
        ),
        (
            "lenet5 --weights x.npy --method guided --input x.npy --npy y".to_owned(),
            "expected a safetensors file",
        ),
        ("lenet5 --weights no --method guided --input x.npy --npy y".to_owned(), "no: cannot"),
        ("lenet5 --list --method guided".to_owned(), "this command takes no --method"),
        (
            "lenet5_1998 --weights w --method guided --input x.npy --npy y".to_owned(),
            "outputs are distances",
        ),
        (input("color.npy"), "found an array of 1×3×28×28, expected N×1×28×28"),
        (input("large.npy"), "found an array of 1×1×32×32, expected N×1×28×28"),
        (input("flat.npy"), "flat.npy: found an array of 28×28, expected images, N×C×H×W"),
        (input("none.npy"), "none.npy: found an array of 0×1×28×28, expected at least 1 image"),
        (input("bad.npy"), "found a number that is not finite in image 1"),
        (input("no.npy"), "no.npy: cannot read"),
        (image("no.png"), "no.png: cannot read"),
        (image("."), "found a folder, pipe or device, expected a file"),
        (image("text.png"), "text.png: cannot decode"),
    ];
    for (arguments, expected) in cases {
        let text = place.explain(&arguments).expect_err(&arguments);
        assert!(
            text.starts_with("error: ") && text.contains(expected),
            "{arguments}\n{text}\n{expected}"
        );
        assert!(!place.path("y.png").exists(), "{arguments}");
    }
}

/// Or the messages of the others say too little.
#[test]
fn most_networks_have_labels_with_maps() {
    let without: Vec<&str> = NETWORKS
        .iter()
        .filter(|net| net.labels.iter().all(|(_, shape)| shape.positions() < 4))
        .map(|net| net.name)
        .collect();
    assert_eq!(without, ["vgg11_cifar", "vgg11_bn_cifar"]);
}
