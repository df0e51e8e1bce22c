//! Images that are changed so that a network is wrong.

use super::{Linear, Plain, Probable, images, message};
use cnn::Error;
use cnn::explain::{Attack, DeepFool, Explainer, Unit};
use cnn::ndarray::{Array4, Axis, s};

fn norm<'a>(pairs: impl IntoIterator<Item = (&'a f32, &'a f32)>) -> f64 {
    let square = |(&a, &b): (&f32, &f32)| (f64::from(a) - f64::from(b)).powi(2);
    pairs.into_iter().map(square).sum::<f64>().sqrt()
}

/// Attacks with the epsilon of each.
fn attacks(seed: u64) -> [(Attack, f32); 7] {
    [
        (Attack::fgsm(0.1), 0.1),
        (Attack::pgd(0.07).steps(6), 0.07),
        (Attack::pgd(0.3).steps(6).random_start(seed).range(-1.0, 1.0), 0.3),
        (Attack::pgd_l2(0.9).steps(6), 0.9),
        (Attack::pgd_l2(2.5).steps(6).random_start(seed).range(-1.0, 1.0), 2.5),
        // Larger steps than help, and a start from which one step does not.
        (Attack::pgd_l2(3.0).steps(3).step_size(9.0), 3.0),
        (Attack::pgd_l2(2.0).steps(1).step_size(1e-4).random_start(seed), 2.0),
    ]
}

#[test]
fn attacks_stay_in_their_ball_and_never_end_worse() -> Result<(), Error> {
    let mut better = 0;
    for seed in 0..4 {
        let (net, x) = (Plain::new(seed), images(3, seed));
        let labels = [0, 1, 2];
        let mut explainer = Explainer::new(&net)?;
        for (number, (attack, epsilon)) in attacks(seed).into_iter().enumerate() {
            for toward in [None, Some(vec![3, 4, 0])] {
                let (how, sign) = match &toward {
                    Some(classes) => (attack.clone().toward(classes.clone()), -1.0),
                    None => (attack.clone(), 1.0),
                };
                let attacked = explainer.attack(x.view(), &labels, &how)?;
                let classes = toward.as_deref().unwrap_or(&labels);
                let scores = explainer.scores(attacked.images.view())?;
                for image in 0..3 {
                    let (before, after) = (attacked.losses_before[image], attacked.losses[image]);
                    assert!(sign * after >= sign * before, "{number}: {before} {after}");
                    better += usize::from(sign * after > sign * before);
                    let row = scores.row(image);
                    let sum: f64 = row.iter().map(|&x| f64::from(x).exp()).sum();
                    let loss = sum.ln() - f64::from(row[classes[image]]);
                    assert!((loss - after).abs() < 1e-5, "{number}: {loss} {after}");
                    let (now, was) =
                        (attacked.images.index_axis(Axis(0), image), x.index_axis(Axis(0), image));
                    let found = row.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
                    assert_eq!(attacked.classes[image], found.unwrap().0);
                    let hit = (attacked.classes[image] == classes[image]) == toward.is_some();
                    assert_eq!(attacked.succeeded[image], hit);
                    if number < 3 {
                        assert!(now.iter().zip(was).all(|(a, b)| (a - b).abs() <= epsilon));
                    } else {
                        assert!(norm(now.iter().zip(was)) <= f64::from(epsilon));
                    }
                    if [2, 4].contains(&number) {
                        assert!(now.iter().all(|x| (-1.0..=1.0).contains(x)));
                    }
                }
            }
        }
    }
    assert!(better > 120, "{better} of 168 attacks found something");
    Ok(())
}

#[test]
fn an_attack_of_nothing_changes_nothing() -> Result<(), Error> {
    let (net, x) = (Plain::new(1), images(3, 1));
    let mut explainer = Explainer::new(&net)?;
    for how in [Attack::fgsm(0.0), Attack::pgd(0.0).random_start(1), Attack::pgd_l2(0.0)] {
        assert_eq!(explainer.attack(x.view(), &[0, 1, 2], &how)?.images, x);
    }
    Ok(())
}

#[test]
fn accuracy_falls_from_that_of_the_images() -> Result<(), Error> {
    let (net, x) = (Probable::new(2), images(40, 2));
    let mut explainer = Explainer::new(&net)?;
    let mut labels = explainer.attack(x.view(), &[0; 40], &Attack::fgsm(0.0))?.classes;
    labels[0] = (labels[0] + 1) % 5;
    let how = Attack::pgd(0.0).steps(5);
    let curve = explainer.accuracy_under_attack(x.view(), &labels, &[0.0, 2.0, 4.0], &how)?;
    assert_eq!(curve[0], (0.0, 39.0 / 40.0));
    assert!(curve[2].0 == 4.0 && curve[2].1 < 0.8 && curve[2].1 <= curve[1].1, "{curve:?}");
    Ok(())
}

#[test]
fn deep_fool_finds_the_nearest_boundary_of_a_linear_network() -> Result<(), Error> {
    let (net, x) = (Linear::new(3), images(3, 3));
    let mut explainer = Explainer::new(&net)?;
    let scores = explainer.scores(x.view())?;
    let gradients: Vec<Array4<f32>> = (0..5)
        .map(|class| Ok(explainer.saliency(x.view(), class)?.values))
        .collect::<Result<_, Error>>()?;
    for overshoot in [0.02, 0.5] {
        let fooled = explainer.deep_fool(x.view(), DeepFool::new().overshoot(overshoot))?;
        for image in 0..3 {
            let class = fooled.classes_before[image];
            let distance = |other: usize| {
                let gap = f64::from(scores[[image, class]] - scores[[image, other]]);
                let of = |k: usize| gradients[k].index_axis(Axis(0), image);
                gap / norm(of(class).iter().zip(of(other)))
            };
            let least = (0..5).filter(|&k| k != class).map(distance).fold(f64::MAX, f64::min);
            let expected = least * (1.0 + f64::from(overshoot));
            assert!((fooled.norms[image] / expected - 1.0).abs() < 1e-3, "{expected} {fooled:?}");
            assert!(fooled.succeeded[image] && fooled.classes[image] != class);
            let plain = fooled.perturbations.slice(s![image, .., .., ..]).mapv(|x| x * x).sum();
            assert!((f64::from(plain).sqrt() / expected - 1.0).abs() < 1e-3);
        }
        let found = explainer.scores(fooled.images.view())?;
        for (row, &class) in found.rows().into_iter().zip(&fooled.classes) {
            assert!(row.iter().all(|&x| x <= row[class]));
        }
    }
    let (net, x) = (Plain::new(3), images(3, 3));
    let fooled = Explainer::new(&net)?.deep_fool(x.view(), DeepFool::new())?;
    assert_eq!(fooled.succeeded, [true; 3]);
    Ok(())
}

#[test]
fn attacks_refuse_what_they_cannot_do() -> Result<(), Error> {
    let (net, x) = (Plain::new(1), images(2, 1));
    let mut explainer = Explainer::new(&net)?;
    let mut attack = |labels: &[usize], how: Attack| {
        message(explainer.attack(x.view(), labels, &how).map(|a| a.classes))
    };
    let labels = [0, 1];
    let range = Attack::fgsm(0.1).range(0.0, 1.0);
    let unit = Unit::new("last", 3);
    for (found, expected) in [
        (
            attack(&labels, Attack::fgsm(-1.0)),
            "an epsilon of -1, expected a finite number of at least 0",
        ),
        (
            attack(&labels, Attack::pgd(f32::NAN)),
            "an epsilon of NaN, expected a finite number of at least 0",
        ),
        (
            attack(&labels, Attack::pgd(0.1).step_size(-0.5)),
            "a step of -0.5, expected a finite number of at least 0",
        ),
        (attack(&labels, Attack::pgd(0.1).steps(0)), "0 steps, expected at least 1"),
        (
            attack(&labels, Attack::fgsm(0.1).range(1.0, 1.0)),
            "pixels from 1 to 1, expected a range from a smaller to a larger number",
        ),
        (attack(&[0], Attack::fgsm(0.1)), "1 labels for 2 images, expected a label for each image"),
        (attack(&[0, 5], Attack::fgsm(0.1)), "label 5 of image 1, expected a class from 0 to 4"),
        (attack(&labels, Attack::fgsm(0.1).toward(7)), "class 7, expected a class from 0 to 4"),
        (
            attack(&labels, Attack::fgsm(0.1).toward(unit)),
            "channel 3 of the label `last`, expected a class to attack toward",
        ),
    ] {
        assert_eq!(found, format!("an attack of `Plain`: found {expected}"));
    }
    let found = attack(&labels, range);
    assert!(found.starts_with("an attack of `Plain`: found a pixel of -"), "{found}");
    assert!(found.ends_with(" in image 0, expected pixels from 0 to 1"), "{found}");
    let mut fool = |how| message(explainer.deep_fool(x.view(), how).map(|f| f.classes));
    for (how, expected) in [
        (
            DeepFool::new().overshoot(-1.0),
            "an overshoot of -1, expected a finite number of at least 0",
        ),
        (DeepFool::new().steps(0), "0 steps, expected at least 1"),
        (DeepFool::new().classes(1), "1 of the network's 5 classes, expected at least 2"),
    ] {
        assert_eq!(fool(how), format!("DeepFool of `Plain`: found {expected}"));
    }
    Ok(())
}
