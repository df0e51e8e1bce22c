"""Writes what PyTorch's optimizers, rate schedules and losses compute, for the tests that compare.

    python tests/reference/optim.py

Each optimizer starts from the same 2x3 matrix and sees the same gradients. After each step one row holds
the matrix. A schedule, of an optimizer at the rate 0.1, gives the rate that each step is taken with. A loss
sees the same outputs, two images of three numbers; the first number is the loss, and the others are its
gradient. LARS and the focal losses are not PyTorch's own: they are computed here from their formulas, with
its gradients.
"""

import math
import os

import torch
import torch.nn.functional as F
from torch.optim import SGD, Adagrad, Adam, AdamW, Muon, RMSprop
from torch.optim import lr_scheduler as S

HERE = os.path.dirname(os.path.abspath(__file__))
TRAIN = os.path.join(HERE, "..", "..", "runtime", "src", "train")
HEADER = "//! Made by `tests/reference/optim.py`.\n#![allow(clippy::excessive_precision)] // the numbers are as printed\n\n"

START = [1.0, -2.0, 0.5, 0.25, -0.75, 1.5]
GRADIENTS = [
    [0.5, -0.25, 1.0, 0.125, 0.75, -0.5],
    [-0.75, 0.5, 0.125, 2.0, 0.25, -1.0],
    [0.25, 0.25, -0.5, -1.0, 0.5, 0.75],
    [1.5, 0.0, 0.75, 0.5, -0.25, 0.125],
    [-0.125, -1.0, 0.0625, 0.25, 1.0, 0.5],
]


class Lars:
    def __init__(self, parameters, lr, momentum, trust, weight_decay):
        (self.p,) = parameters
        self.lr, self.momentum, self.trust, self.decay = lr, momentum, trust, weight_decay
        self.velocity = torch.zeros_like(self.p)

    def step(self):
        with torch.no_grad():
            p, g = self.p.double(), self.p.grad.double()
            local = self.trust * p.norm() / (g.norm() + self.decay * p.norm())
            self.velocity = self.momentum * self.velocity + self.lr * local * (g + self.decay * p)
            self.p.copy_(p - self.velocity)


OPTIMIZERS = {
    "Sgd::new(0.1)": lambda p: SGD(p, lr=0.1),
    "Sgd::new(0.1).momentum(0.9)": lambda p: SGD(p, lr=0.1, momentum=0.9),
    "Sgd::new(0.1).momentum(0.9).dampening(0.3)": lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.3),
    "Sgd::new(0.1).momentum(0.9).nesterov()": lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "Sgd::new(0.1).weight_decay(0.01)": lambda p: SGD(p, lr=0.1, weight_decay=0.01),
    "Sgd::new(0.1).momentum(0.9).nesterov().weight_decay(0.01)": lambda p: SGD(
        p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "Adam::new(0.01)": lambda p: Adam(p, lr=0.01),
    "Adam::new(0.01).weight_decay(0.1)": lambda p: Adam(p, lr=0.01, weight_decay=0.1),
    "Adam::new(0.01).betas(0.8, 0.95).epsilon(1e-6)": lambda p: Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6),
    "AdamW::new(0.01).weight_decay(0.1)": lambda p: AdamW(p, lr=0.01, weight_decay=0.1),
    "AdamW::new(0.02).betas(0.8, 0.9)": lambda p: AdamW(p, lr=0.02, betas=(0.8, 0.9)),
    "RmsProp::new(0.01)": lambda p: RMSprop(p, lr=0.01),
    "RmsProp::new(0.01).smoothing(0.9).momentum(0.8).weight_decay(0.1)": lambda p: RMSprop(
        p, lr=0.01, alpha=0.9, momentum=0.8, weight_decay=0.1
    ),
    "RmsProp::new(0.01).smoothing(0.5).centered().epsilon(0.1)": lambda p: RMSprop(
        p, lr=0.01, alpha=0.5, centered=True, eps=0.1
    ),
    "Adagrad::new(0.1)": lambda p: Adagrad(p, lr=0.1),
    "Adagrad::new(0.1).slowing(0.2).weight_decay(0.1).epsilon(1e-3)": lambda p: Adagrad(
        p, lr=0.1, lr_decay=0.2, weight_decay=0.1, eps=1e-3
    ),
    "Lars::new(0.5).trust(0.1)": lambda p: Lars(p, 0.5, 0.9, 0.1, 0.0),
    "Lars::new(0.5).trust(0.1).momentum(0.8).weight_decay(0.01)": lambda p: Lars(p, 0.5, 0.8, 0.1, 0.01),
    "Muon::new(0.1)": lambda p: Muon(p, lr=0.1, momentum=0.95, weight_decay=0.0),
    "Muon::new(0.1).momentum(0.6).iterations(3).weight_decay(0.1)": lambda p: Muon(
        p, lr=0.1, momentum=0.6, ns_steps=3, weight_decay=0.1
    ),
}

STEPS = 12


def one_cycle(optimizer, **options):
    return S.OneCycleLR(optimizer, max_lr=0.1, total_steps=STEPS, cycle_momentum=False, **options)


SCHEDULES = {
    "Constant": lambda o: S.ConstantLR(o, factor=1.0),
    "OneCycle::new(12)": one_cycle,
    "OneCycle::new(12).warm_up(0.5).start(10.0).end(100.0)": lambda o: one_cycle(
        o, pct_start=0.5, div_factor=10, final_div_factor=100
    ),
    "Cosine::new(12)": lambda o: S.CosineAnnealingLR(o, T_max=STEPS),
    "Cosine::new(12).end(0.001)": lambda o: S.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.001),
    "CosineRestarts::new(4)": lambda o: S.CosineAnnealingWarmRestarts(o, T_0=4),
    "CosineRestarts::new(2).longer(2).end(0.01)": lambda o: S.CosineAnnealingWarmRestarts(
        o, T_0=2, T_mult=2, eta_min=0.01
    ),
    "Every::new(3, 0.5)": lambda o: S.StepLR(o, step_size=3, gamma=0.5),
    "Drops::new([2, 5, 6], 0.1)": lambda o: S.MultiStepLR(o, milestones=[2, 5, 6], gamma=0.1),
    "Exponential::new(0.9)": lambda o: S.ExponentialLR(o, gamma=0.9),
    "Polynomial::new(8, 2.0)": lambda o: S.PolynomialLR(o, total_iters=8, power=2.0),
    "Polynomial::new(8, 1.0)": lambda o: S.PolynomialLR(o, total_iters=8, power=1.0),
    "Constant.warm_up(4, 0.1)": lambda o: S.LinearLR(o, start_factor=0.1, end_factor=1.0, total_iters=4),
    "Exponential::new(0.9).warm_up(4, 0.25)": lambda o: S.ChainedScheduler(
        [S.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=4), S.ExponentialLR(o, gamma=0.9)]
    ),
    "Exponential::new(0.9).then(3, Polynomial::new(6, 1.0))": lambda o: S.SequentialLR(
        o, [S.ExponentialLR(o, gamma=0.9), S.PolynomialLR(o, total_iters=6, power=1.0)], milestones=[3]
    ),
}

# What a plateau sees after each step, and its options.
METRICS = [1.0, 0.9, 0.95, 0.91, 0.92, 0.5, 0.49999, 0.6, 0.7, 0.4, 0.41, 0.42]
PLATEAUS = {
    "Plateau::new(0.5, 1)": lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=1),
    "Plateau::new(0.1, 0).least(0.002)": lambda o: S.ReduceLROnPlateau(o, factor=0.1, patience=0, min_lr=0.002),
    "Plateau::new(0.5, 2).larger_is_better().threshold(0.01)": lambda o: S.ReduceLROnPlateau(
        o, mode="max", factor=0.5, patience=2, threshold=0.01
    ),
}

OUTPUTS = [[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]]
LABELS = [1, 0]
NUMBERS = [[1.0, 0.0, 0.5], [0.0, -1.0, 2.0]]
PARTS = [[1.0, 0.25, 0.5], [0.0, 0.75, 0.125]]
BITS = [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
WEIGHTS = [0.5, 2.0, 1.25]


def sigmoid_focal(x, t, alpha, gamma):
    p = torch.sigmoid(x)
    ce = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    p_t = p * t + (1 - p) * (1 - t)
    return ((alpha * t + (1 - alpha) * (1 - t)) * ce * (1 - p_t) ** gamma).mean()


def focal(x, labels, gamma):
    c = F.cross_entropy(x, labels, reduction="none")
    return ((1 - torch.exp(-c)) ** gamma * c).mean()


LOSSES = {
    "labels": {
        "CrossEntropy": lambda x, t: F.cross_entropy(x, t),
        "CrossEntropy.smoothing(0.1)": lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1),
        "CrossEntropy.class_weights(WEIGHTS)": lambda x, t: F.cross_entropy(x, t, weight=torch.tensor(WEIGHTS)),
        "CrossEntropy.class_weights(WEIGHTS).smoothing(0.2)": lambda x, t: F.cross_entropy(
            x, t, weight=torch.tensor(WEIGHTS), label_smoothing=0.2
        ),
        "CrossEntropy.weighted(0.5)": lambda x, t: 0.5 * F.cross_entropy(x, t),
        "Focal::new(0.0)": lambda x, t: focal(x, t, 0.0),
        "Focal::new(2.0)": lambda x, t: focal(x, t, 2.0),
        "Focal::new(0.5)": lambda x, t: focal(x, t, 0.5),
    },
    "parts": {
        "SoftCrossEntropy": lambda x, t: F.cross_entropy(x, t),
        "BinaryCrossEntropy::new()": F.binary_cross_entropy_with_logits,
        "BinaryCrossEntropy::new().positive_weight(3.0)": lambda x, t: F.binary_cross_entropy_with_logits(
            x, t, pos_weight=torch.tensor(3.0)
        ),
    },
    "bits": {
        "BinaryCrossEntropy::new().focal(2.0, 0.25)": lambda x, t: sigmoid_focal(x, t, 0.25, 2.0),
        "BinaryCrossEntropy::new().focal(0.5, 0.75)": lambda x, t: sigmoid_focal(x, t, 0.75, 0.5),
    },
    "numbers": {
        "MeanSquaredError": F.mse_loss,
        "MeanAbsoluteError": F.l1_loss,
        "Huber::new(1.0)": F.huber_loss,
        "Huber::new(0.75)": lambda x, t: F.huber_loss(x, t, delta=0.75),
    },
}
TARGETS = {"labels": torch.tensor(LABELS), "parts": torch.tensor(PARTS), "bits": torch.tensor(BITS), "numbers": torch.tensor(NUMBERS)}


def row(values):
    def number(v):
        text = f"{v:.9}"
        return text if any(c in text for c in ".e") else text + ".0"

    return "[" + ", ".join(number(v) for v in values) + "]"


def table(rows):
    return "[" + ", ".join(rows) + "]"


def optimizers():
    text = HEADER + "use super::*;\n\n"
    text += f"pub(super) const SHAPE: (usize, usize) = (2, 3);\npub(super) const START: [f32; 6] = {row(START)};\n"
    text += f"pub(super) const GRADIENTS: [[f32; 6]; 5] = {table(map(row, GRADIENTS))};\n"
    text += f"pub(super) const OPTIMIZERS: usize = {len(OPTIMIZERS)};\n\n"
    text += "pub(super) fn optimizers(mut check: impl FnMut(&str, &dyn Optimizer, [[f32; 6]; 5])) {\n"
    for name, make in OPTIMIZERS.items():
        parameters = torch.tensor(START).reshape(2, 3).requires_grad_()
        optimizer = make([parameters])
        rows = []
        for gradient in GRADIENTS:
            parameters.grad = torch.tensor(gradient).reshape(2, 3)
            optimizer.step()
            rows.append(row(parameters.flatten().tolist()))
        text += f'    check("{name}", &{name}, {table(rows)});\n'
    return text + "}\n"


def schedules():
    text = HEADER + "use super::*;\n\n"
    text += f"pub(super) const SCHEDULES: usize = {len(SCHEDULES)};\npub(super) const PLATEAUS: usize = {len(PLATEAUS)};\n"
    text += f"pub(super) const METRICS: [f64; {STEPS}] = {row(METRICS)};\n\n"
    text += f"pub(super) fn schedules(mut check: impl FnMut(&str, &dyn Schedule, [f32; {STEPS}])) {{\n"
    for name, make in SCHEDULES.items():
        optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedule = make(optimizer)
        rates = []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        text += f'    check("{name}", &{name}, {row(rates)});\n'
    text += f"}}\n\npub(super) fn plateaus(mut check: impl FnMut(&str, &mut dyn Schedule, [f32; {STEPS}])) {{\n"
    for name, make in PLATEAUS.items():
        optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        schedule = make(optimizer)
        rates = []
        for metric in METRICS:
            schedule.step(metric)
            rates.append(optimizer.param_groups[0]["lr"])
        text += f'    check("{name}", &mut {name}, {row(rates)});\n'
    return text + "}\n"


def losses():
    text = HEADER + "use super::*;\nuse ndarray::{Array2, array};\n\n"
    text += f"pub(super) const OUTPUTS: [f32; 6] = {row(sum(OUTPUTS, []))};\n"
    text += f"pub(super) const WEIGHTS: [f32; 3] = {row(WEIGHTS)};\n"
    for name, rows in [("parts", PARTS), ("bits", BITS), ("numbers", NUMBERS)]:
        text += f"fn {name}() -> Array2<f32> {{ array!{table(map(row, rows))} }}\n"
    text += "\n/// A loss's check by its name, its value and its gradient.\n"
    text += "pub(super) trait Check {\n    fn check<L: Loss>(&mut self, name: &str, loss: L, targets: L::Targets<'_>, expected: f32, gradient: [f32; 6]);\n}\n"
    text += "\npub(super) fn losses(check: &mut impl Check) {\n"
    for kind, all in LOSSES.items():
        targets = "&[1, 0]" if kind == "labels" else f"{kind}().view()"
        for name, loss in all.items():
            x = torch.tensor(OUTPUTS, requires_grad=True)
            value = loss(x, TARGETS[kind])
            value.backward()
            gradient = row(x.grad.flatten().tolist())
            text += f'    check.check("{name}", {name}, {targets}, {row([value.item()])[1:-1]}, {gradient});\n'
    return text + "}\n"


for name, text in [("optimizer", optimizers()), ("schedule", schedules()), ("loss", losses())]:
    with open(os.path.join(TRAIN, name, "reference.rs"), "w") as file:
        file.write(text)
print(f"torch {torch.__version__}")
