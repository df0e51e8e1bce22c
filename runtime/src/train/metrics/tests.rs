use super::reference::{CASES, Case};
use super::*;
use ndarray::array;

fn of(case: &Case) -> Metrics {
    let shape = (case.labels.len(), case.logits.len() / case.labels.len());
    let scores = ArrayView2::from_shape(shape, case.logits).expect("rows");
    Metrics::of(scores, case.labels).expect(case.name)
}

fn close(name: &str, what: &str, found: f64, expected: f64) {
    let same = (found - expected).abs() < 1e-12 || found.is_nan() && expected.is_nan();
    assert!(same, "{name}: {what}: {found} {expected}");
}

#[test]
fn all_of_it_is_scikit_learns() {
    for case in CASES {
        let (name, found) = (case.name, of(case));
        close(name, "loss", found.loss, case.loss);
        close(name, "top-1", found.top1, case.top1);
        close(name, "top-5", found.top5, case.top5);
        close(name, "calibration", found.calibration_error, case.calibration_error);
        assert_eq!(found.confusion.iter().copied().collect::<Vec<_>>(), case.confusion, "{name}");
        for (class, one) in found.classes.iter().enumerate() {
            close(name, "precision", one.precision, case.precision[class]);
            close(name, "recall", one.recall, case.recall[class]);
            close(name, "F1", one.f1, case.f1[class]);
            close(name, "AUROC", one.auroc, case.auroc[class]);
        }
        let macros = [found.precision(), found.recall(), found.f1(), found.auroc];
        for (found, expected) in macros.into_iter().zip(case.macros) {
            close(name, "mean", found, expected);
        }
    }
}

#[test]
fn probabilities_are_taken_as_they_are() {
    for case in CASES {
        let logits = of(case);
        let classes = logits.classes.len();
        let softmax: Vec<f32> = case
            .logits
            .chunks(classes)
            .flat_map(|row| {
                let sum: f32 = row.iter().map(|x| x.exp()).sum();
                row.iter().map(move |x| x.exp() / sum)
            })
            .collect();
        let rows = ArrayView2::from_shape((case.labels.len(), classes), &softmax).expect("rows");
        let found = Metrics::of_probabilities(rows, case.labels).expect(case.name);
        assert!((found.loss - logits.loss).abs() < 1e-5);
        assert_eq!((found.top1, &found.confusion), (logits.top1, &logits.confusion));
    }
}

#[test]
fn scores_that_are_no_numbers_spoil_nothing_but_the_loss() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let scores = array![
        [2.0, 1.0, 0.0],
        [nan, nan, nan],
        [nan, 1.0, 0.0],
        [-inf, -inf, -inf],
        [0.0, inf, 1.0],
        [-inf, 1.0, 0.0],
    ];
    let found = Metrics::of(scores.view(), &[0, 1, 1, 2, 1, 1]).expect("metrics");
    assert!(found.loss.is_nan());
    assert_eq!(found.unscored, 4);
    // The first, the third, the fifth and the last.
    assert_eq!((found.top1, found.top5), (4.0 / 6.0, 4.0 / 6.0));
    assert_eq!(found.confusion, array![[1, 0, 0], [0, 3, 0], [0, 0, 0]]);
    assert_eq!(found.classes[1].recall, 0.75);
    assert_eq!((found.classes[0].auroc, found.classes[1].auroc), (1.0, 1.0));
    assert!(found.classes[2].auroc.is_nan(), "nothing of class 2 has probabilities");
    assert_eq!(found.calibration.iter().map(|bin| bin.images).sum::<usize>(), 2);
    let worst: Vec<usize> = found.worst(9).iter().map(|p| p.image).collect();
    assert_eq!(worst, [1, 3]);

    let nothing = Metrics::of(array![[nan, nan]].view(), &[0]).expect("metrics");
    assert!([nothing.loss, nothing.auroc, nothing.calibration_error].iter().all(|x| x.is_nan()));
    assert_eq!((nothing.top1, nothing.classes[0].recall), (0.0, 0.0));
}

#[test]
fn the_worst_mistake_comes_first() {
    let scores = array![[9.0, 0.0], [1.0, 0.0], [0.0, 5.0], [0.0, 1.0], [3.0, 0.0]];
    let found = Metrics::of(scores.view(), &[1, 1, 1, 1, 1]).expect("metrics");
    let worst: Vec<usize> = found.worst(2).iter().map(|p| p.image).collect();
    assert_eq!(worst, [0, 4]);
    assert_eq!(found.worst(9).len(), 3);
    assert!((found.worst(1)[0].confidence - 1.0 / (1.0 + f64::exp(-9.0))).abs() < 1e-12);
}

#[test]
fn scores_and_labels_that_do_not_fit_are_refused() {
    let text = |n, labels: &[usize]| {
        Metrics::of(Array2::zeros((n, 2)).view(), labels).unwrap_err().to_string()
    };
    assert_eq!(text(0, &[]), "scores: found no images, expected at least 1");
    assert_eq!(text(2, &[0]), "scores: found 1 labels, expected 2, one for each image");
    assert_eq!(text(2, &[0, 2]), "scores: label 1: found class 2, expected one of 0 to 1");
}
