//! What the units of a network see.

use super::{Plain, Views, images};
use cnn::explain::{Explainer, FieldStart, Inversion, Place, Signal, Target, Unit, Visualization};
use cnn::ndarray::{Array4, Axis, s};
use cnn::{Error, cnn};

#[test]
fn the_strongest_patches_are_those_of_a_search() -> Result<(), Error> {
    let (net, x) = (Plain::new(5), images(70, 5));
    let mut explainer = Explainer::new(&net)?;
    let value = net.features("last", x.view())?;
    let all = explainer.top_activations(x.view(), "last", 9)?;
    assert_eq!(all.len(), 20);
    for (channel, top) in all.iter().enumerate() {
        let mut strongest: Vec<(f32, usize)> = (0..70)
            .map(|n| (value.slice(s![n, channel, .., ..]).fold(f32::MIN, |a, &b| a.max(b)), n))
            .collect();
        strongest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        assert_eq!(top.len(), 9);
        for (found, (most, n)) in top.iter().zip(strongest) {
            assert!(found.image == n && (found.value - most).abs() < 1e-5);
            let [row, column] = found.place;
            assert!((value[[n, channel, row, column]] - most).abs() < 1e-6);
        }
    }
    let patches = explainer.top_patches(x.view(), "last", 3, 4)?;
    assert_eq!(patches.deconvolutions.dim(), (4, 2, 14, 14));
    for (patch, deconvolution) in patches.patches.iter().zip(patches.deconvolutions.outer_iter()) {
        assert!(all[3].contains(&patch.activation));
        // A 3×3 window over pairs of pixels, each of which a 3×3 window reads: rows 2i − 3 to 2i + 4.
        let range = |at: usize| (2 * at).saturating_sub(3)..(2 * at + 5).min(14);
        let [row, column] = patch.activation.place;
        assert_eq!((patch.rows.clone(), patch.columns.clone()), (range(row), range(column)));
        let inside = patch.of(deconvolution).mapv(f32::abs).sum();
        assert!(
            inside > 0.0 && (deconvolution.mapv(f32::abs).sum() - inside).abs() < 1e-6 * inside
        );
        let whole = x.index_axis(Axis(0), patch.activation.image);
        assert_eq!(patch.of(whole).dim(), (2, patch.rows.len(), patch.columns.len()));
    }
    Ok(())
}

#[test]
fn visualizations_climb() -> Result<(), Error> {
    let net = Plain::new(6);
    let mut explainer = Explainer::new(&net)?;
    let plain = Visualization::new().steps(20);
    let smooth = plain.clone().jitter(2).blur(0.5, 4).total_variation(0.01).noise(0.1, 3).rate(0.2);
    let given = plain.clone().start(images(2, 6)).rate(0.01).decay(0.0);
    let targets: [(Target, usize); 3] = [
        (2.into(), 1),
        (vec![0, 4, 1].into(), 3),
        (Unit::new("last", 7).place(Place::At([3, 3])).into(), 1),
    ];
    for (target, count) in targets {
        for how in [&plain, &smooth] {
            let mut told = Vec::new();
            let made =
                explainer.visualize(target.clone(), how, |done, all| told.push((done, all)))?;
            assert_eq!(made.images.dim(), (count, 2, 14, 14));
            assert_eq!((told.len(), told[19]), (20, (20, 20)));
            let (first, last) = (made.scores.row(0), made.scores.row(20));
            assert!(first.iter().zip(last).all(|(a, b)| b > a), "{:?}", made.scores);
            let again = explainer.signal(made.images.view(), target.clone(), Signal::Gradient)?;
            assert!(again.scores.iter().zip(last).all(|(a, b)| a == b));
            assert_eq!(explainer.visualize(target.clone(), how, |_, _| ())?.images, made.images);
        }
    }
    let made = explainer.visualize(1, &given, |_, _| ())?;
    assert!(made.scores.row(20).iter().zip(made.scores.row(0)).all(|(last, first)| last > first));
    Ok(())
}

#[test]
fn a_jittered_step_is_that_of_the_shifted_image() -> Result<(), Error> {
    fn rolled(x: &Array4<f32>, [down, right]: [usize; 2]) -> Array4<f32> {
        Array4::from_shape_fn(x.raw_dim(), |(n, c, i, j)| {
            x[[n, c, (i + 14 - down) % 14, (j + 14 - right) % 14]]
        })
    }
    let net = Plain::new(6);
    let mut explainer = Explainer::new(&net)?;
    let target = Unit::new("last", 7).place(Place::At([1, 1]));
    // The first step is of the image as it is.
    let how = Visualization::new().decay(0.0).rate(0.1).jitter(3);
    let before = explainer.visualize(target.clone(), &how.clone().steps(1), |_, _| ())?.images;
    let made = explainer.visualize(target.clone(), &how.steps(2), |_, _| ())?;
    let mut shifts = Vec::new();
    for shift in (0..49).map(|k| [(k / 7 + 11) % 14, (k % 7 + 11) % 14]) {
        let pixels = explainer.saliency(rolled(&before, shift).view(), target.clone())?;
        if pixels.scores[0] == made.scores[[1, 0]] {
            shifts.push(shift);
            let slope = rolled(&pixels.values, shift.map(|by| (14 - by) % 14));
            let rms = (slope.mapv(|x| x * x).sum() / 392.0).sqrt();
            let expected = &before + &(slope * (0.1 / rms));
            let apart = (&expected - &made.images).mapv(f32::abs).sum();
            assert!(apart < 1e-3, "{shift:?}: {apart}");
        }
    }
    assert_eq!(shifts.len(), 1, "{shifts:?}");
    assert_ne!(shifts[0], [0, 0]);
    Ok(())
}

#[test]
fn inversions_come_near_and_stay_where_they_are() -> Result<(), Error> {
    let (net, x) = (Plain::new(7), images(3, 7));
    let mut explainer = Explainer::new(&net)?;
    for label in ["last", "pooled"] {
        let how = Inversion::new().steps(60);
        let made = explainer.invert(x.view(), label, &how, |_, _| ())?;
        assert_eq!((made.images.dim(), made.losses.dim()), (x.dim(), (61, 3)));
        for n in 0..3 {
            let (first, last) = (made.losses[[0, n]], made.losses[[60, n]]);
            assert!(last < 0.2 * first, "{label}: {first} {last}");
        }
        // The last loss, by hand.
        let (wanted, value) =
            (net.features(label, x.view())?, net.features(label, made.images.view())?);
        let square = |a: cnn::ndarray::ArrayViewD<'_, f32>| a.mapv(|x| x * x).sum();
        let apart = square((&value - &wanted).index_axis(Axis(0), 1));
        let loss = 0.5 * apart / square(wanted.index_axis(Axis(0), 1));
        assert!((f64::from(loss) - made.losses[[60, 1]]).abs() < 1e-4);
        let how = Inversion::new().steps(3).start(x.clone());
        let made = explainer.invert(x.view(), label, &how, |_, _| ())?;
        assert!(made.losses.iter().all(|&loss| loss < 1e-9), "{:?}", made.losses);
        let how = how.total_variation(0.1).steps(20);
        let smoothed = explainer.invert(x.view(), label, &how, |_, _| ())?.images;
        let variation = |x: &Array4<f32>| {
            let steps = &x.slice(s![.., .., 1.., ..]) - &x.slice(s![.., .., ..-1, ..]);
            steps.mapv(|x| x * x).sum()
        };
        assert!(variation(&smoothed) < 0.9 * variation(&x));
    }
    Ok(())
}

#[test]
fn effective_fields_lie_in_the_theoretical_ones() -> Result<(), Error> {
    let (net, x) = (Views::new(8), images(2, 8));
    let mut explainer = Explainer::new(&net)?;
    // Windows 3..6 and so on of the pool share 14 rows out; circular padding reaches to the other side.
    for (label, place, rows) in [
        ("around", [7, 7], 6..9),
        ("shares", [2, 2], 4..10),
        ("up", [5, 5], 1..13),
        ("down", [10, 10], 1..13),
        ("cut", [7, 7], 1..13),
        ("all", [7, 7], 0..14),
    ] {
        for start in [FieldStart::Ones, FieldStart::Signs(1)] {
            let field = explainer.effective_field(x.view(), label, start)?;
            assert_eq!(field.place, place, "{label}");
            assert_eq!((&field.rows, &field.columns), (&rows, &rows), "{label}");
            let mut inside = 0.0;
            for ((i, j), &value) in field.values.indexed_iter() {
                let seen = field.rows.contains(&i) && field.columns.contains(&j);
                assert!(seen || value == 0.0, "{label}: {value} at {i}, {j}");
                inside += value;
            }
            assert!(inside > 0.0, "{label}");
        }
    }
    // So do the gradients of other places, some of them at the border.
    let x = images(12, 9);
    for (label, _) in Views::LABELS.iter().filter(|(label, _)| *label != "all") {
        let patches = explainer.top_patches(x.view(), label, 1, 12)?.patches;
        for patch in &patches {
            let unit = Unit::new(*label, 1).place(Place::At(patch.activation.place));
            let mut slopes = explainer.saliency(x.view(), unit)?.largest();
            assert!(slopes.iter().any(|&x| x > 0.0));
            slopes.slice_mut(s![.., patch.rows.clone(), patch.columns.clone()]).fill(0.0);
            assert!(slopes.iter().all(|&x| x == 0.0), "{label}: {patch:?}");
        }
        assert!(patches.iter().any(|patch| patch.activation.place != patches[0].activation.place));
    }
    // Channels enough for Winograd's algorithm, which rounds.
    cnn! {
        struct Wide<
            2x14x14 -> conv(32, 3x3, pad=1) -> relu -> conv(32, 3x3, pad=1) -> pub last: relu
            -> global_avgpool -> flatten -> dense(5)
        >;
    }
    let wide = Wide::new(8);
    let field = Explainer::new(&wide)?.effective_field(x.view(), "last", FieldStart::Ones)?;
    assert_eq!((field.rows.clone(), field.columns.clone()), (5..10, 5..10));
    let most = field.values.iter().fold(0.0, |a: f64, &b| a.max(b));
    for ((i, j), &value) in field.values.indexed_iter() {
        let seen = field.rows.contains(&i) && field.columns.contains(&j);
        assert!(seen || value < 1e-5 * most, "{value} at {i}, {j}");
    }
    let (net, x) = (Plain::new(8), images(2, 8));
    let mut explainer = Explainer::new(&net)?;
    let field = explainer.effective_field(x.view(), "last", FieldStart::Ones)?;
    assert_eq!((field.place, field.rows, field.columns), ([3, 3], 3..11, 3..11));
    // By hand: the gradient of a sum over channels is that of each channel, summed.
    let mut sum = Array4::<f32>::zeros(x.raw_dim());
    for channel in 0..20 {
        let unit = Unit::new("last", channel).place(Place::At([3, 3]));
        sum += &explainer.saliency(x.view(), unit)?.values;
    }
    let expected = sum.mapv(f32::abs).sum_axis(Axis(1)).sum_axis(Axis(0)) / 2.0;
    for (at, &value) in field.values.indexed_iter() {
        assert!((value - f64::from(expected[at])).abs() < 1e-5);
    }
    Ok(())
}
