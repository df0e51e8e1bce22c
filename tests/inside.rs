//! Looking inside networks: attacks, robustness, what units see, and loss surfaces.

#[path = "inside/attacks.rs"]
mod attacks;
#[path = "inside/parameters.rs"]
mod parameters;
#[path = "inside/units.rs"]
mod units;

use cnn::explain::{
    Attack, DeepFool, Explainer, FieldStart, Inversion, LossSurface, ShiftBorder, Target,
    Visualization,
};
use cnn::ndarray::{Array4, Axis, s};
use cnn::{Error, cnn};

cnn! {
    /// Rectified, with pools.
    struct Plain<
        2x14x14
        -> first: conv(8, 3x3, pad=1) -> relu -> maxpool(2)
        -> pub last: conv(20, 3x3, pad=1) -> pub pooled: relu -> global_avgpool -> flatten -> head: dense(5)
    >;
    /// The same without a rectifier or a maximum.
    struct Linear<
        2x14x14
        -> pub first: conv(8, 3x3, pad=1) -> avgpool(2)
        -> pub last: conv(20, 3x3, pad=1, stride=2) -> flatten -> head: dense(5)
    >;
    /// Ends in probabilities.
    struct Probable<
        2x14x14
        -> first: conv(8, 3x3, pad=1) -> relu -> maxpool(2)
        -> pub last: conv(20, 3x3, pad=1) -> relu -> global_avgpool -> flatten -> head: dense(5) -> softmax
    >;
    block basic(f, s = 1) {
        add(
            conv1: conv(f, 3x3, stride=s, pad=1, bias=false) -> bn1: bn -> relu
            -> conv2: conv(f, 3x3, pad=1, bias=false) -> bn2: bn
            | if s != 1 || f != C { downsample: { conv(f, 1x1, stride=s, bias=false) -> bn } }
        ) -> relu
    }
    block gated() {
        add(
            conv: conv(C, 3x3, pad=1) -> bn: bn
            -> mul(_ | global_avgpool -> squeeze: conv(3, 1x1) -> relu -> expand: conv(C, 1x1) -> sigmoid)
            | _
        )
    }
    /// Blocks with both kinds of shortcuts, one whose branch has no norm, and one that ends in a product.
    struct Residual<
        2x14x14
        -> stem: conv(8, 3x3, pad=1) -> relu -> layer1: basic(8) * 2 -> pub layer2: basic(12, 2)
        -> bare: { add(_ | conv(12, 3x3, pad=1)) } -> excited: gated -> global_avgpool -> flatten -> fc: dense(5)
    >;
    /// Layers that keep their shape, one with a norm and one without.
    struct Deep<
        2x14x14
        -> first: conv(6, 3x3) -> relu -> same: conv(6, 3x3, pad=1) -> bn -> relu
        -> grouped: conv(6, 3x3, pad=2, dilation=2, groups=3) -> relu -> global_avgpool -> flatten -> fc: dense(5)
    >;
    /// Layers of which each position sees something else.
    struct Views<
        2x14x14
        -> pub around: conv(4, 3x3, pad=1, pad_mode=circular)
        -> pub shares: adaptive_avgpool(5x5)
        -> pub up: upsample(2, bilinear)
        -> pub down: deconv(3, 3x3, stride=2)
        -> pub cut: crop(3)
        -> pub all: gn(1)
        -> global_avgpool -> flatten -> dense(5)
    >;
}

fn images(n: usize, seed: u64) -> Array4<f32> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    Array4::from_shape_simple_fn((n, 2, 14, 14), || {
        // Knuth's generator, of which the upper half is random enough.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    })
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn decisions_that_do_not_depend_on_the_place_are_consistent() -> Result<(), Error> {
    // What lies far enough from the borders stays the same, wherever it is; then come the sums of pools.
    cnn! {
        struct Anywhere<
            2x14x14 -> conv(6, 3x3, pad=1) -> relu -> conv(6, 3x3, pad=1) -> relu
            -> global_avgpool -> flatten -> dense(5)
        >;
    }
    let (net, mut x) = (Anywhere::new(1), images(6, 1));
    let middle = x.slice(s![.., .., 5..8, 5..8]).to_owned();
    x.fill(0.0);
    x.slice_mut(s![.., .., 5..8, 5..8]).assign(&middle);
    let mut explainer = Explainer::new(&net)?;
    let shifts = [[0, 0], [2, 2], [-2, 1], [0, -2]];
    let found = explainer.consistency(x.view(), shifts, ShiftBorder::Zeros)?;
    for (found, shift) in found.iter().zip(shifts) {
        assert_eq!(found.shift, shift);
        assert!(found.same == 1.0 && found.change < 1e-6, "{found:?}");
    }
    // A network whose head knows places.
    let (net, x) = (Linear::new(2), images(24, 2));
    let mut explainer = Explainer::new(&net)?;
    for border in [ShiftBorder::Zeros, ShiftBorder::Reflection] {
        let found = explainer.consistency(x.view(), (0..=8).map(|d| [d, d]), border)?;
        assert_eq!((found[0].same, found[0].change), (1.0, 0.0));
        assert!(found[1..].iter().all(|f| f.same < 1.0 && f.change > 0.0), "{found:?}");
        // By hand: what the pixels of a shifted image are.
        let mut moved = Array4::zeros(x.raw_dim());
        for ((n, c, i, j), to) in moved.indexed_iter_mut() {
            let back = |at: usize| (at as isize - 3).unsigned_abs();
            if border == ShiftBorder::Reflection || (i >= 3 && j >= 3) {
                *to = x[[n, c, back(i), back(j)]];
            }
        }
        let class = |row: cnn::ndarray::ArrayView1<'_, f32>| {
            (0..5).max_by(|&a, &b| row[a].total_cmp(&row[b]))
        };
        let (was, now) = (explainer.scores(x.view())?, explainer.scores(moved.view())?);
        let same = (0..24).filter(|&n| class(was.row(n)) == class(now.row(n))).count();
        assert_eq!(found[3].same, same as f64 / 24.0);
        let probability = |row: cnn::ndarray::ArrayView1<'_, f32>, k: usize| {
            let sum: f32 = row.iter().map(|x| x.exp()).sum();
            f64::from(row[k].exp() / sum)
        };
        let change = |n: usize| {
            let k = class(was.row(n)).unwrap_or(0);
            (probability(now.row(n), k) - probability(was.row(n), k)).abs()
        };
        let mean = (0..24).map(change).sum::<f64>() / 24.0;
        assert!((found[3].change - mean).abs() < 1e-6, "{found:?} {mean}");
    }
    Ok(())
}

#[test]
fn images_that_are_not_turned_give_their_probabilities() -> Result<(), Error> {
    let (net, x) = (Probable::new(4), images(3, 4));
    let mut explainer = Explainer::new(&net)?;
    let plain = net.forward(x.view());
    let turned = explainer.under_rotation(x.view(), &[0.0, 90.0, 360.0])?;
    let scaled = explainer.under_scale(x.view(), &[1.0, 0.5])?;
    let quarter = {
        // Clockwise: what was on the left is on top.
        let mut x = x.clone();
        x.swap_axes(2, 3);
        x.invert_axis(Axis(3));
        net.forward(x.view())
    };
    let half = Array4::from_shape_fn(x.raw_dim(), |(n, c, i, j)| {
        // Places 2i − 6.5, each in the middle of four pixels.
        let at = |i: usize| [2 * i as isize - 7, 2 * i as isize - 6];
        let inside = |i: &isize| (0..14).contains(i);
        let rows = at(i).into_iter().filter(inside);
        let pixels = rows.flat_map(|y| at(j).into_iter().filter(inside).map(move |z| (y, z)));
        pixels.map(|(y, z)| x[[n, c, y as usize, z as usize]]).sum::<f32>() / 4.0
    });
    let half = net.forward(half.view());
    for n in 0..3 {
        for class in 0..5 {
            assert!((scaled[[1, n, class]] - half[[n, class]]).abs() < 1e-5);
            assert!((turned[[0, n, class]] - plain[[n, class]]).abs() < 1e-6);
            assert!((turned[[1, n, class]] - quarter[[n, class]]).abs() < 1e-4);
            assert!((turned[[2, n, class]] - plain[[n, class]]).abs() < 1e-4);
            assert!((scaled[[0, n, class]] - plain[[n, class]]).abs() < 1e-6);
        }
    }
    Ok(())
}

#[test]
fn results_do_not_depend_on_the_threads() -> Result<(), Error> {
    let (net, x) = (Residual::new(12), images(40, 12));
    let labels: Vec<usize> = (0..40).map(|n| n % 5).collect();
    let run = |threads| -> Result<_, Error> {
        let mut explainer = Explainer::new(&net)?.threads(threads)?;
        let how = Attack::pgd_l2(1.0).steps(3).random_start(1);
        let attacked = explainer.attack(x.view(), &labels, &how)?.images;
        let fooled = explainer.deep_fool(x.view(), DeepFool::new().steps(2))?.images;
        let steady = explainer.consistency(x.view(), [[1, 2]], ShiftBorder::Zeros)?;
        let turned = explainer.under_rotation(x.view(), &[30.0])?;
        let top = explainer.top_patches(x.view(), "layer2", 1, 5)?;
        let made = explainer.visualize(1, &Visualization::new().steps(3).jitter(1), |_, _| ())?;
        let inverted =
            explainer.invert(x.view(), "layer2", &Inversion::new().steps(2), |_, _| ())?;
        let field = explainer.effective_field(x.view(), "layer2", FieldStart::Signs(2))?.values;
        let how = LossSurface::new().points(2);
        let surface = explainer.loss_surface(x.view(), &labels, how, |_, _| ())?.losses;
        let images = [attacked, fooled, top.deconvolutions, made.images, inverted.images];
        Ok((images, steady, turned, top.patches, (inverted.losses, field, surface)))
    };
    assert_eq!(run(1)?, run(3)?);
    Ok(())
}

#[test]
fn other_mistakes_are_told() -> Result<(), Error> {
    let (net, x) = (Plain::new(1), images(2, 1));
    let e = &mut Explainer::new(&net)?;
    let x = x.view();
    let shift = message(e.consistency(x, [[0, 15]], ShiftBorder::Zeros));
    let turn = message(e.under_rotation(x, &[f32::NAN]));
    let scale = message(e.under_scale(x, &[1.0, 0.0]));
    let count = message(e.top_activations(x, "last", 0));
    let channel = message(e.top_patches(x, "last", 20, 9).map(|p| p.patches));
    let label = message(e.effective_field(x, "lasst", FieldStart::Ones));
    let span = LossSurface::new().span(-1.0);
    let points = LossSurface::new().points(0);
    let surface = |e: &mut Explainer<'_>, labels: &[usize], how| {
        message(e.loss_surface(x, labels, how, |_, _| ()).map(|s| s.losses))
    };
    let found = [
        shift,
        turn,
        scale,
        count,
        channel,
        label,
        surface(e, &[0, 1], span),
        surface(e, &[0, 1], points),
        surface(e, &[0], LossSurface::new()),
        message(e.without_blocks(x, &[0, 9], |_, _| ())),
        message(e.without_layers(x, &[0, 1, 2], |_, _| ())),
    ];
    let expected = [
        "consistency of `Plain`: found a shift by 0 rows and 15 columns, expected at most the image's 14 and 14",
        "rotation of `Plain`: found an angle of NaN degrees, expected a finite number",
        "scale of `Plain`: found a factor of 0, expected a finite number above 0",
        "top activations of `Plain`: found 0 places, expected at least 1",
        "top patches of `Plain`: found channel 20 of the label `last`, expected one of its 20 channels, counted from 0",
        "found the label `lasst`, expected one of `Plain` (did you mean `last`?): first, last, pooled, head",
        "a loss surface of `Plain`: found a span of -1, expected a finite number of at least 0",
        "a loss surface of `Plain`: found 0 points, expected at least 1",
        "a loss surface of `Plain`: found 1 labels for 2 images, expected a label for each image",
        "without blocks of `Plain`: found label 9 of image 1, expected a class from 0 to 4",
        "without layers of `Plain`: found 3 labels for 2 images, expected a label for each image",
    ];
    assert_eq!(found, expected);
    let new = Visualization::new;
    let mut nan = images(1, 1);
    nan[[0, 0, 0, 0]] = f32::NAN;
    for (target, how, expected) in [
        (
            Target::Predicted,
            new(),
            "the predicted class, expected a class or a unit to make an image for",
        ),
        (0.into(), new().steps(0), "0 steps, expected at least 1"),
        (0.into(), new().rate(-1.0), "a rate of -1, expected a finite number of at least 0"),
        (0.into(), new().decay(2.0), "a decay of 2, expected at most 1"),
        (0.into(), new().blur(0.0, 2), "a blur of 0, expected a finite number above 0"),
        (0.into(), new().blur(1.0, 0), "0 steps between two blurs, expected at least 1"),
        (
            0.into(),
            new().total_variation(f32::INFINITY),
            "a total variation of inf, expected a finite number of at least 0",
        ),
        (0.into(), new().noise(-0.1, 1), "a noise of -0.1, expected a finite number of at least 0"),
        (
            vec![0].into(),
            new().start(images(2, 1)),
            "1 classes for 2 images, expected a class for each image",
        ),
        (0.into(), new().start(nan), "a number that is not finite in image 0, expected pixels"),
    ] {
        let found = message(e.visualize(target, &how, |_, _| ()).map(|v| v.scores));
        assert_eq!(found, format!("a visualization of `Plain`: found {expected}"));
    }
    for (how, expected) in [
        (Inversion::new().steps(0), "0 steps, expected at least 1"),
        (Inversion::new().rate(f32::NAN), "a rate of NaN, expected a finite number of at least 0"),
        (
            Inversion::new().start(images(1, 1)),
            "a start of 1 images for 2, expected a start for each image",
        ),
    ] {
        let found = message(e.invert(x, "last", &how, |_, _| ()).map(|i| i.losses));
        assert_eq!(found, format!("an inversion of `Plain`: found {expected}"));
    }
    let mut dead = Plain::new(1);
    dead.set("last.weight", Array4::zeros((20, 8, 3, 3)))?;
    dead.set("last.bias", [0.0; 20])?;
    let inverted = Explainer::new(&dead)?.invert(x, "last", &Inversion::new(), |_, _| ());
    assert_eq!(
        message(inverted.map(|i| i.losses)),
        "an inversion of `Plain`: found a value of zeros at the label `last` in image 0, expected one that is something"
    );
    Ok(())
}
