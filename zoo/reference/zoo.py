"""What PyTorch makes of the networks of the zoo.

    python zoo/reference/zoo.py small [NAME …]         # writes zoo/reference/small/
    python zoo/reference/zoo.py full CNN_ZOO [NAME …]  # compares the networks in full size

`CNN_ZOO` is the program, `target/release/cnn-zoo`. Weights are random, and the running statistics of
batch norms are those of a batch. Results are computed in double precision from single-precision
parameters and images; an error is the largest difference over the largest reference. Beside it stands
that of PyTorch in single precision, whose rounding the deepest networks amplify beyond what is allowed;
there, ours may be twice PyTorch's.
"""

import glob
import os
import subprocess
import sys
import tempfile
import time
import warnings
import zlib

import numpy as np
import torch
from safetensors.torch import save_file

import models

MOST = 1e-4
# Of small networks in PyTorch's own single precision.
NEAR = 2e-5
HERE = os.path.dirname(os.path.abspath(__file__))


def seeded(make, seed):
    """A network with random weights, in evaluation mode, and whether it has batch norms."""
    torch.manual_seed(seed)
    net = make()
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "layer_scale" in name:  # 1e-6 would hide what is scaled
                parameter.uniform_(0.2, 1.0)
        for module in net.modules():
            if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.LayerNorm)):
                module.weight.uniform_(0.5, 1.5)
                module.bias.normal_(0, 0.1)
    return net


def warm_up(net, shape, images):
    """Running statistics as after some training."""
    norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    if not norms:
        return
    momenta = [m.momentum for m in norms]
    for norm in norms:
        norm.momentum = None  # the mean of all batches
    net.train()
    with torch.no_grad():
        net(torch.randn(images, *shape))
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum


def state(net):
    return {key: value.clone().contiguous() for key, value in net.state_dict().items()}


def outputs(net, x):
    y = net(x)
    return list(y) if isinstance(y, tuple) else [y]


def passes(net, x, d_outputs=None):
    """What forward and backward make of images, starting from random gradients unless there are some."""
    net.zero_grad()
    image = x.clone().requires_grad_()
    ys = net.heads(image) if hasattr(net, "heads") else outputs(net, image)
    ds = d_outputs or [torch.randn(y.shape).to(y.dtype) for y in ys]
    sum((y * d).sum() for y, d in zip(ys, ds)).backward()
    tensors = {"d_input": image.grad}
    for i, (y, d) in enumerate(zip(ys, ds)):
        tensors[f"output.{i}"], tensors[f"d_output.{i}"] = y.detach(), d
    for path, parameter in net.named_parameters():
        tensors[f"grad.{path}"] = parameter.grad.clone()
    return tensors, ds


def agree(rough, exact):
    """Whether single precision comes near: no kink of a ReLU nearby, no sum that all but vanishes."""
    errors = ((rough[key].double() - y).abs().max() / y.abs().max() for key, y in exact.items())
    return all(error <= NEAR for error in errors)


def small(names):
    """Networks that are narrow and small: their weights, an image, outputs and gradients."""
    folder = os.path.join(HERE, "small")
    for name in names or models.SMALL:
        make, shape = models.SMALL[name]
        seed = zlib.crc32(name.encode())  # whichever others there are
        for attempt in range(100):
            net = seeded(make, seed + attempt)
            warm_up(net, shape, 8)
            net.eval()
            start, x = state(net), torch.randn(2, *shape)
            rough, ds = passes(net, x)
            exact, _ = passes(net.double(), x.double(), [d.double() for d in ds])
            if agree(rough, exact):
                break
        else:
            raise SystemExit(f"{name}: no seed at which single precision is near")
        tensors = {"input": x} | {key: y.float().contiguous() for key, y in exact.items()}
        save_file(start, os.path.join(folder, f"{name}.safetensors"))
        save_file(tensors, os.path.join(folder, f"{name}.check.safetensors"))
        print(name, sum(p.numel() for p in net.parameters()), "parameters")


def compare(program, name, make, shape):
    """The largest errors of the program's outputs for two images and of PyTorch's in single precision."""
    net = seeded(make, 0)
    warm_up(net, shape, 4)
    net.eval()
    x = torch.randn(2, *shape)
    with tempfile.TemporaryDirectory() as folder:
        weights, given, made = (
            os.path.join(folder, file) for file in ("w.safetensors", "x.npy", "y.npy")
        )
        save_file(state(net), weights)
        np.save(given, x.numpy())
        command = [program, "run", name, "--weights", weights, "--input", given, "--output", made]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        files = sorted(glob.glob(os.path.join(folder, "y*.npy")), key=lambda f: (len(f), f))
        ys = [torch.from_numpy(np.load(file)).double() for file in files]
    with torch.no_grad():
        single = [y.double() for y in outputs(net, x)]
        expected = outputs(net.double(), x.double())
    shapes = [[tuple(y.shape) for y in group] for group in (ys, expected)]
    if shapes[0] != shapes[1]:
        raise SystemExit(f"{name}: found {shapes[0]}, expected {shapes[1]}")
    errors = ([(y - e).abs().max() / e.abs().max() for y, e in zip(group, expected)] for group in (ys, single))
    return [max(e).item() for e in errors]


def full(program, names):
    failed = []
    for name in names or models.FULL:
        make, shape = models.FULL[name]
        start = time.time()
        error, own = compare(program, name, make, shape)
        if not error <= max(MOST, 2 * own):
            failed.append(name)
        took = f"({time.time() - start:.0f} s)"
        print(f"{name:24} {error:.1e}  PyTorch's own {own:.1e}  {took}", flush=True)
    if failed:
        raise SystemExit(f"errors beyond {MOST:.0e} and twice PyTorch's own: {', '.join(failed)}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    match sys.argv[1:]:
        case ["small", *names]:
            small(names)
        case ["full", program, *names]:
            full(program, names)
        case _:
            raise SystemExit(__doc__)
