#!/usr/bin/env python3
"""Resident memory at the peak of training steps, of this project and of PyTorch, each in a process of its own.

    pip install torch torchvision safetensors numpy
    cargo build --release --example peer
    python examples/peer/memory.py target/release/examples/peer lenet:64 vgg11_cifar:64 resnet18_cifar:32 mobilenetv2:16

The weights, the batch and the steps (cross-entropy, SGD with momentum) are the same, and so is the loss of the fifth
step, which is printed, but for MobileNetV2, whose dropout PyTorch's network leaves out here. PyTorch's libraries alone take memory, which the last column leaves out. Linux only.
"""

import json
import os
import subprocess
import sys
import tempfile


def lenet():
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10),
    )  # fmt: skip


def vgg11_cifar():
    from torch import nn

    layers, channels = [], 3
    for filters in [64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool", 512, 512, "pool"]:
        if filters == "pool":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(inplace=True)]
            channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


def resnet18_cifar():
    import torchvision
    from torch import nn

    net = torchvision.models.resnet18(weights=None, num_classes=10)
    net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return net


def mobilenetv2():
    import torchvision

    net = torchvision.models.mobilenet_v2(weights=None)
    net.classifier[0].p = 0.0
    return net


NETWORKS = {
    "lenet": (lenet, (1, 28, 28), 10),
    "vgg11_cifar": (vgg11_cifar, (3, 32, 32), 10),
    "resnet18_cifar": (resnet18_cifar, (3, 32, 32), 10),
    "mobilenetv2": (mobilenetv2, (3, 224, 224), 1000),
}
STEPS = 5


def kib(pid, field):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))


def write(folder, name, batch):
    """The start of every run: weights, images and labels."""
    import numpy as np
    import torch
    from safetensors.torch import save_file

    build, shape, classes = NETWORKS[name]
    torch.manual_seed(1)
    generator = np.random.default_rng(3)
    files = {part: os.path.join(folder, f"{name}.{part}") for part in ("weights", "input", "labels")}
    save_file({key: value.contiguous() for key, value in build().state_dict().items()}, files["weights"])
    with open(files["input"], "wb") as file:
        np.save(file, generator.standard_normal((batch, *shape), dtype=np.float32))
    with open(files["labels"], "wb") as file:
        np.save(file, generator.integers(0, classes, batch, dtype=np.int64))
    return files


def torch_child(request):
    """Prints the loss, the memory before the network is built, and that at the peak, in KiB."""
    import numpy as np
    import torch
    import torchvision  # noqa: F401
    from safetensors.torch import load_file

    torch.set_num_threads(request["threads"])
    before = kib("self", "VmRSS")
    net = NETWORKS[request["model"]][0]()
    net.load_state_dict(load_file(request["weights"]))
    images, labels = (torch.from_numpy(np.load(request[part])) for part in ("input", "labels"))
    if request["channels_last"]:
        net, images = net.to(memory_format=torch.channels_last), images.contiguous(memory_format=torch.channels_last)
    sgd, loss_of = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9), torch.nn.CrossEntropyLoss()
    for _ in range(STEPS):
        sgd.zero_grad(set_to_none=True)
        loss = loss_of(net(images), labels)
        loss.backward()
        sgd.step()
    print(json.dumps({"loss": loss.item(), "before": before, "peak": kib("self", "VmHWM")}))


def ours(program, request):
    """The loss and the peak of this project, in KiB."""
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps({"do": "load", "mode": "train", **request}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    peak = kib(process.pid, "VmHWM")
    process.stdin.close()
    process.wait()
    if "error" in answer:
        sys.exit(f"{request['model']}: {answer['error']}")
    return answer["loss"], peak


def main(program, networks, threads=2):
    print("| network | batch | cnn, MiB | PyTorch, MiB | channels last | without its libraries | loss of step 5 |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for spec in networks:
            name, _, batch = spec.partition(":")
            if name not in NETWORKS:
                sys.exit(f"found the network `{name}`, expected one of {', '.join(NETWORKS)}")
            request = {"model": name, "batch": int(batch or 1), "threads": threads}
            request |= write(folder, name, request["batch"])
            loss, peak = ours(program, request)
            rows = []
            for channels_last in (False, True):
                child = [sys.executable, __file__, "--torch", json.dumps({**request, "channels_last": channels_last})]
                rows.append(json.loads(subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True).stdout))
            peaks = [row["peak"] / 1024 for row in rows]
            grown = min(row["peak"] - row["before"] for row in rows) / 1024
            losses = f"{loss:.4f}, {rows[0]['loss']:.4f}"
            print(f"| {name} | {request['batch']} | {peak / 1024:.0f} | {peaks[0]:.0f} | {peaks[1]:.0f} | {grown:.0f} | {losses} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        torch_child(json.loads(sys.argv[2]))
    elif len(sys.argv) < 3:
        sys.exit(__doc__)
    else:
        main(sys.argv[1], sys.argv[2:])
