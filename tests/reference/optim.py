"""Prints what PyTorch's optimizers and rate schedules compute, for the tests that compare.

    python tests/reference/optim.py

Each optimizer starts from the same four parameters and sees the same gradients: step k's gradient
of parameter i is GRADIENTS[k][i]. After each step one line holds the parameters. A schedule, of an
optimizer at the rate 0.1, prints the rate that each step is taken with.
"""

import torch
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

START = [1.0, -2.0, 0.5, 0.0]
GRADIENTS = [
    [0.5, -0.25, 1.0, 0.0],
    [-0.75, 0.5, 0.125, 2.0],
    [0.25, 0.25, -0.5, -1.0],
    [1.5, 0.0, 0.75, 0.5],
    [-0.125, -1.0, 0.0625, 0.25],
]

OPTIMISERS = {
    "Sgd::new(0.1)": lambda p: SGD(p, lr=0.1),
    "Sgd::new(0.1).momentum(0.9)": lambda p: SGD(p, lr=0.1, momentum=0.9),
    "Sgd::new(0.1).momentum(0.9).nesterov()": lambda p: SGD(
        p, lr=0.1, momentum=0.9, nesterov=True
    ),
    "Sgd::new(0.1).weight_decay(0.01)": lambda p: SGD(p, lr=0.1, weight_decay=0.01),
    "Sgd::new(0.1).momentum(0.9).nesterov().weight_decay(0.01)": lambda p: SGD(
        p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "Adam::new(0.01)": lambda p: Adam(p, lr=0.01),
    "Adam::new(0.01).weight_decay(0.1)": lambda p: Adam(p, lr=0.01, weight_decay=0.1),
    "Adam::new(0.01).betas(0.8, 0.95).epsilon(1e-6)": lambda p: Adam(
        p, lr=0.01, betas=(0.8, 0.95), eps=1e-6
    ),
    "AdamW::new(0.01).weight_decay(0.1)": lambda p: AdamW(p, lr=0.01, weight_decay=0.1),
}

STEPS = 10


def one_cycle(optimizer, **options):
    return OneCycleLR(
        optimizer, max_lr=0.1, total_steps=STEPS, cycle_momentum=False, **options
    )


SCHEDULES = {
    "OneCycle::new(10)": one_cycle,
    "OneCycle::new(10).warm_up(0.5).start(10.0).end(100.0)": lambda o: one_cycle(
        o, pct_start=0.5, div_factor=10, final_div_factor=100
    ),
    "Cosine::new(10)": lambda o: CosineAnnealingLR(o, T_max=STEPS),
    "Cosine::new(10).end(0.001)": lambda o: CosineAnnealingLR(o, T_max=STEPS, eta_min=0.001),
}


def row(values):
    return "[" + ", ".join(f"{v:.9e}" for v in values) + "]"


print(f"torch {torch.__version__}")
for name, make in OPTIMISERS.items():
    parameters = torch.tensor(START, requires_grad=True)
    optimizer = make([parameters])
    print(f"\n{name}")
    for gradient in GRADIENTS:
        parameters.grad = torch.tensor(gradient)
        optimizer.step()
        print(row(parameters.tolist()))

for name, make in SCHEDULES.items():
    parameters = torch.zeros(1, requires_grad=True)
    optimizer = SGD([parameters], lr=0.1)
    schedule = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    print(f"\n{name}\n{row(rates)}")
