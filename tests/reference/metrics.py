"""Writes what scikit-learn says of some scores, for the tests that compare.

    python tests/reference/metrics.py

Each case is logits, the softmax of which are probabilities, with labels. A class that never occurs or is never
predicted has NaN where scikit-learn divides by zero. The expected calibration error is made of scikit-learn's
calibration curve, whose bins it weighs by their numbers of images.
"""

import os
import textwrap
import warnings

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
    top_k_accuracy_score,
)

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "..", "..", "runtime", "src", "train", "metrics", "reference.rs")
BINS = 15


def case(name, seed, images, classes, sharpness, absent=(), unpredicted=()):
    """Logits in 65536ths, of which every fifth image has those of the image before: equal scores."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([c for c in range(classes) if c not in absent], images)
    logits = np.round(rng.normal(0.0, sharpness, (images, classes)) * 65536) / 65536
    logits[np.arange(images), labels] += sharpness
    logits[:, list(unpredicted)] = logits.min() - 1
    logits[4::5] = logits[3::5][: len(logits[4::5])]
    assert all(len(set(row)) + max(len(unpredicted), 1) > classes for row in logits), "equal scores of one image"
    return name, logits, labels


def nan_or(value):
    return "f64::NAN" if np.isnan(value) else repr(float(value))


def row(values):
    lines = textwrap.wrap(", ".join(values), 100)
    return "[" + "\n            ".join(lines) + "]"


def metrics(name, logits, labels):
    classes = range(logits.shape[1])
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    predicted = logits.argmax(axis=1)
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=list(classes), zero_division=np.nan
    )
    macro = precision_recall_fscore_support(
        labels, predicted, labels=list(classes), zero_division=np.nan, average="macro"
    )
    auroc = [
        roc_auc_score(labels == c, p[:, c]) if 0 < (labels == c).sum() < len(labels) else np.nan for c in classes
    ]
    confidence, right = p.max(axis=1), predicted == labels
    truth, mean = calibration_curve(right, confidence, n_bins=BINS, strategy="uniform")
    edges = np.linspace(0, 1, BINS + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=BINS)
    ece = np.sum(counts[counts > 0] * np.abs(truth - mean)) / len(labels)
    top5 = top_k_accuracy_score(labels, logits, k=5, labels=list(classes)) if len(classes) > 5 else 1.0
    confusion = confusion_matrix(labels, predicted, labels=list(classes))
    return f"""    Case {{
        name: "{name}",
        logits: &{row(repr(float(x)) for x in logits.flatten())},
        labels: &{row(map(str, labels))},
        loss: {log_loss(labels, p, labels=list(classes))!r},
        top1: {float(right.mean())!r},
        top5: {float(top5)!r},
        confusion: &{row(map(str, confusion.flatten()))},
        precision: &{row(map(nan_or, precision))},
        recall: &{row(map(nan_or, recall))},
        f1: &{row(map(nan_or, f1))},
        auroc: &{row(map(nan_or, auroc))},
        macros: {row(map(nan_or, [*macro[:3], np.nanmean(auroc)]))},
        calibration_error: {float(ece)!r},
    }},
"""


CASES = [
    case("seven classes", 1, 40, 7, 1.0),
    case("one class never occurs, one is never predicted", 2, 36, 7, 0.5, absent=[3], unpredicted=[5]),
    case("a class that is neither", 3, 20, 4, 2.0, absent=[1], unpredicted=[1]),
    case("two classes", 4, 30, 2, 1.5),
]

warnings.simplefilter("ignore")
text = """//! Made by `tests/reference/metrics.py`.
#![allow(clippy::excessive_precision)] // the numbers are as printed

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) logits: &'static [f32],
    pub(super) labels: &'static [usize],
    pub(super) loss: f64,
    pub(super) top1: f64,
    pub(super) top5: f64,
    pub(super) confusion: &'static [usize],
    pub(super) precision: &'static [f64],
    pub(super) recall: &'static [f64],
    pub(super) f1: &'static [f64],
    pub(super) auroc: &'static [f64],
    /// Means over the classes of the four before.
    pub(super) macros: [f64; 4],
    pub(super) calibration_error: f64,
}

#[rustfmt::skip]
pub(super) const CASES: &[Case] = &[
"""
text += "".join(metrics(*c) for c in CASES) + "];\n"
with open(FILE, "w") as file:
    file.write(text)
print(f"scikit-learn {sklearn.__version__}")
