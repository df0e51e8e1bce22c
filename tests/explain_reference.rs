//! Explanations beside those of Captum, and beside PyTorch where Captum has none.
//!
//! `reference/README.md` says what the files hold and how they are made.

use cnn::explain::{
    Attack, DeepFool, Explainer, FieldStart, Fill, IntegratedGradients, Inversion, Occlusion,
    Target, Visualization,
};
use cnn::ndarray::{Array3, Array4, ArrayD, IxDyn};
use cnn::{Error, Network, cnn};
use safetensors::{Dtype, SafeTensors};
use std::path::Path;

/// Of the largest number of an array: the files hold results rounded once.
const TOLERANCE: f32 = 1e-4;

cnn! {
    struct LeNet<
        1x28x28
        -> conv1: conv(6, 5x5, pad=2) -> relu -> maxpool(2)
        -> conv2: conv(16, 5x5) -> pub seen: relu -> maxpool(2)
        -> flatten -> fc1: dense(60) -> relu -> fc2: dense(10)
    >;

    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s != 1 { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        )
    }

    struct Residual<
        3x16x16
        -> conv1: conv(8, 3x3, pad=1, bias=false) -> bn1: bn -> relu
        -> layer1: basic(8) -> relu -> layer2: basic(20, 2) -> pub seen: relu
        -> global_avgpool -> flatten -> fc: dense(6)
    >;

    struct Inception<
        3x16x16
        -> stem: conv(12, 3x3, pad=1) -> relu -> maxpool(2)
        -> concat(
            b1: conv(8, 1x1) -> relu
            | b3r: conv(6, 1x1) -> relu -> b3: conv(10, 3x3, pad=1) -> relu
            | b5r: conv(4, 1x1) -> relu -> b5: conv(6, 5x5, pad=2) -> relu
            | maxpool(3, stride=1, pad=1) -> bp: conv(4, 1x1) -> relu
        )
        -> last: conv(16, 3x3, pad=1) -> pub seen: relu
        -> global_avgpool -> flatten -> fc: dense(6)
    >;
}

struct File(Vec<u8>);

impl File {
    fn open(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/explain").join(name);
        Self(std::fs::read(path.with_extension("safetensors")).expect(name))
    }

    fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.0).expect("a safetensors file")
    }

    fn get(&self, name: &str) -> ArrayD<f32> {
        let file = self.tensors();
        let tensor = file.tensor(name).expect(name);
        assert_eq!(tensor.dtype(), Dtype::F32, "{name}");
        let numbers = tensor.data().chunks_exact(4);
        let numbers = numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        ArrayD::from_shape_vec(IxDyn(tensor.shape()), numbers).expect(name)
    }

    /// The network with the weights that the file holds.
    fn network<N: Network>(&self) -> Result<N, Error> {
        let mut net = N::new(0);
        for name in self.tensors().names() {
            if let Some(path) = name.strip_prefix("net.")
                && !path.ends_with("num_batches_tracked")
            {
                net.set(path, self.get(name))?;
            }
        }
        Ok(net)
    }
}

fn agree(file: &File, name: &str, found: ArrayD<f32>) {
    let expected = file.get(name);
    assert_eq!(found.shape(), expected.shape(), "{name}");
    let most = expected.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
    assert!(most > 0.0, "{name}");
    let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= TOLERANCE * most, "{name}: {apart:e} of {most:e}");
}

fn compare<N: Network>(name: &str, cam: bool) -> Result<(), Error> {
    let file = File::open(name);
    let net: N = file.network()?;
    let x: Array4<f32> = file.get("input").into_dimensionality().expect("images");
    let x = x.view();
    let mut explainer = Explainer::new(&net)?;
    let classes = Target::from(vec![0, 2, 5]);
    agree(&file, "scores", explainer.scores(x)?.into_dyn());

    let pixels = |array: Array4<f32>| array.into_dyn();
    let maps = |array: Array3<f32>| array.into_dyn();
    agree(&file, "saliency", pixels(explainer.saliency(x, classes.clone())?.values));
    let product = explainer.input_x_gradient(x, classes.clone())?;
    agree(&file, "input_x_gradient", pixels(product.values));
    let how = IntegratedGradients::new().steps(20).baseline(0.1);
    let integrated = explainer.integrated_gradients(x, classes.clone(), &how)?;
    agree(&file, "integrated_gradients", pixels(integrated.values));
    agree(&file, "deconvolution", pixels(explainer.deconvolution(x, classes.clone())?.values));
    agree(&file, "guided", pixels(explainer.guided(x, classes.clone())?.values));
    let product = explainer.guided_grad_cam(x, "seen", classes.clone())?;
    agree(&file, "guided_grad_cam", pixels(product.values));
    let how = Occlusion::new([5, 4]).stride([3, 2]).fill(Fill::Value(0.2));
    agree(&file, "occlusion", maps(explainer.occlusion(x, classes.clone(), &how, |_, _| {})?.drop));

    agree(&file, "grad_cam", maps(explainer.grad_cam(x, "seen", classes.clone())?.values));
    let map = explainer.grad_cam_plus_plus(x, "seen", classes.clone())?;
    agree(&file, "grad_cam_plus_plus", maps(map.values));
    agree(&file, "layer_cam", maps(explainer.layer_cam(x, "seen", classes.clone())?.values));
    agree(&file, "score_cam", maps(explainer.score_cam(x, "seen", classes.clone())?.values));
    let labels = [0, 2, 5];
    let mut attack = |name: &str, how: Attack| -> Result<(), Error> {
        let attacked = explainer.attack(x, &labels, &how)?;
        agree(&file, name, (&attacked.images - &x).into_dyn());
        Ok(())
    };
    attack("fgsm", Attack::fgsm(0.03))?;
    attack("pgd_inf", Attack::pgd(0.03).steps(8).step_size(0.007))?;
    attack("pgd_2", Attack::pgd_l2(0.5).steps(8).step_size(0.15))?;
    let fooled = explainer.deep_fool(x, DeepFool::new())?;
    agree(&file, "deep_fool", pixels(fooled.perturbations));

    let start: Array4<f32> = file.get("start").into_dimensionality().expect("images");
    let how = Visualization::new().steps(6).rate(0.05).decay(0.02).total_variation(0.01);
    let made = explainer.visualize(classes.clone(), &how.start(start.clone()), |_, _| {})?;
    agree(&file, "visualized", pixels(made.images));
    let how = Inversion::new().steps(6).rate(0.05).total_variation(0.001).start(start);
    agree(&file, "inverted", pixels(explainer.invert(x, "seen", &how, |_, _| {})?.images));
    let field = explainer.effective_field(x, "seen", FieldStart::Ones)?;
    agree(&file, "effective_field", field.values.mapv(|x| x as f32).into_dyn());
    let map = explainer.cam(x, "seen", classes);
    match map {
        Ok(map) if cam => agree(&file, "cam", maps(map.values)),
        Err(Error::Explanation { .. }) if !cam => {}
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[test]
fn lenet_agrees() -> Result<(), Error> {
    compare::<LeNet>("lenet", false)
}

#[test]
fn a_residual_network_agrees() -> Result<(), Error> {
    compare::<Residual>("residual", true)
}

#[test]
fn an_inception_block_agrees() -> Result<(), Error> {
    compare::<Inception>("inception", true)
}
