//! How little it takes to change the network's mind.

use crate::networks::{LeNet, Residual};
use crate::pictures::{Result, digit, signed};
use cnn::explain::{Attack, DeepFool, Explainer, ShiftBorder};
use cnn::ndarray::{ArrayView4, Axis, s};
use cnn_report::{Curves, Pictures, Section};

/// Images that are attacked for the curves.
const MANY: usize = 200;

pub(crate) fn attacks(
    lenet: &LeNet,
    residual: &Residual,
    images: ArrayView4<'_, f32>,
    labels: &[usize],
) -> Result<Section> {
    let mut explain = Explainer::new(lenet)?;
    let x = images.slice_move(s![..4, .., .., ..]);
    let pgd = Attack::pgd(0.15).steps(20).range(0.0, 1.0);
    let attacked = explain.attack(x, &labels[..4], &pgd)?;
    let fooled = explain.deep_fool(x, DeepFool::new())?;
    let mut section = Section::new(
        "attacks",
        "How little it takes to change its mind",
        "An adversarial attack follows the gradient to the change that hurts most. To us the digit stays what it was. \
         That a network is right on a test says little about images that somebody chose.",
    );
    for n in 0..4 {
        let image = x.index_axis(Axis(0), n);
        let changed = attacked.images.index_axis(Axis(0), n);
        let small = fooled.images.index_axis(Axis(0), n);
        let difference = &changed - &image;
        section = section.pictures(
            Pictures::new(format!("A {}", labels[n]))
                .add(format!("read as {}", fooled.classes_before[n]), digit(image)?)
                .add(
                    format!("PGD, each pixel by at most 0.15: read as {}", attacked.classes[n]),
                    digit(changed)?,
                )
                .add(
                    "what PGD added, amplified: red is ink, blue is less",
                    signed(difference.index_axis(Axis(0), 0))?,
                )
                .add(
                    format!(
                        "DeepFool, the smallest change it found (length {:.2}): read as {}",
                        fooled.norms[n], fooled.classes[n]
                    ),
                    digit(small.mapv(|x| x.clamp(0.0, 1.0)).view())?,
                )
                .add(
                    "what DeepFool added, amplified",
                    signed(fooled.perturbations.slice(s![n, 0, .., ..]))?,
                ),
        );
    }
    let many = images.slice_move(s![..MANY, .., .., ..]);
    let epsilons = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3];
    let mut under = |how: &Attack| -> Result<Vec<(f64, f64)>> {
        let curve = explain.accuracy_under_attack(many, &labels[..MANY], &epsilons, how)?;
        Ok(curve.into_iter().map(|(epsilon, part)| (f64::from(epsilon), part)).collect())
    };
    let step = under(&Attack::fgsm(0.1).range(0.0, 1.0))?;
    let steps = under(&Attack::pgd(0.1).steps(10).range(0.0, 1.0))?;
    let one = Curves::new("Accuracy of LeNet under attack", "largest change of a pixel")
        .percent()
        .curve("one step (FGSM)", step)
        .curve("ten steps (PGD)", steps);
    let mut explain = Explainer::new(residual)?;
    let steps = explain.accuracy_under_attack(
        many,
        &labels[..MANY],
        &epsilons,
        &Attack::fgsm(0.1).range(0.0, 1.0),
    )?;
    let steps: Vec<_> = steps.into_iter().map(|(e, part)| (f64::from(e), part)).collect();
    let other =
        Curves::new("Accuracy of the residual network under FGSM", "largest change of a pixel")
            .percent()
            .curve("one step (FGSM)", steps);
    Ok(section.curves(one).curves(other))
}

/// Shifts, rotations, scales.
pub(crate) fn shifts(
    lenet: &LeNet,
    residual: &Residual,
    images: ArrayView4<'_, f32>,
    labels: &[usize],
) -> Result<Section> {
    let many = images.slice_move(s![..MANY, .., .., ..]);
    let shifts = || (0..=8).map(|by| [0, by]);
    let mut one = Explainer::new(lenet)?;
    let mut other = Explainer::new(residual)?;
    let part = |found: Vec<cnn::explain::Consistency>| {
        found.into_iter().map(|c| (c.shift[1] as f64, c.same)).collect::<Vec<_>>()
    };
    let curves = Curves::new("The same digit is read after a shift", "pixels to the right")
        .percent()
        .curve("LeNet", part(one.consistency(many, shifts(), ShiftBorder::Zeros)?))
        .curve("residual network", part(other.consistency(many, shifts(), ShiftBorder::Zeros)?));

    let degrees: Vec<f32> = (-9..=9).map(|k| 10.0 * k as f32).collect();
    let factors: Vec<f32> = (0..=12).map(|k| 0.4 + 0.1 * k as f32).collect();
    let mean = |found: &cnn::ndarray::Array3<f32>, at: usize| {
        let sum: f32 = (0..MANY).map(|n| found[[at, n, labels[n]]]).sum();
        f64::from(sum) / MANY as f64
    };
    let mut turned =
        Curves::new("Mean probability of the right digit, turned", "degrees clockwise").percent();
    let mut scaled = Curves::new("Mean probability of the right digit, scaled", "factor").percent();
    let found = [one.under_rotation(many, &degrees)?, other.under_rotation(many, &degrees)?];
    for (name, found) in ["LeNet", "residual network"].into_iter().zip(&found) {
        let points: Vec<_> =
            degrees.iter().enumerate().map(|(k, &d)| (f64::from(d), mean(found, k))).collect();
        turned = turned.curve(name, points);
    }
    let found = [one.under_scale(many, &factors)?, other.under_scale(many, &factors)?];
    for (name, found) in ["LeNet", "residual network"].into_iter().zip(&found) {
        let points: Vec<_> =
            factors.iter().enumerate().map(|(k, &f)| (f64::from(f), mean(found, k))).collect();
        scaled = scaled.curve(name, points);
    }
    Ok(Section::new(
        "shifts",
        "Shifted, turned and scaled",
        "A convolution gives the same answer at every place, but strides, pools, borders and dense layers do not: a \
         network of convolutions is invariant to shifts to some degree only. To rotation and scale it is not by \
         construction; what it bears, it has learned.",
    )
    .curves(curves)
    .curves(turned)
    .curves(scaled))
}
