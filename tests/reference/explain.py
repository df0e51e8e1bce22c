"""What Captum and PyTorch compute for the methods of `cnn::explain`: writes explain/NAME.safetensors.

    pip install torch captum safetensors numpy
    python tests/reference/explain.py

Captum computes what it has; what it has not (CAM, Grad-CAM++, LayerCAM, Score-CAM, attacks) is written out here from
the papers. All in double precision, rounded once.
"""

from pathlib import Path

import captum.attr as A
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file


class LeNet(nn.Module):
    """LeNet-5 as it is written today."""

    size = (1, 28, 28)

    def __init__(self):
        super().__init__()
        self.conv1, self.relu1 = nn.Conv2d(1, 6, 5, padding=2), nn.ReLU()
        self.conv2, self.relu2 = nn.Conv2d(6, 16, 5), nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.fc1, self.relu3 = nn.Linear(400, 60), nn.ReLU()
        self.fc2 = nn.Linear(60, 10)

    def forward(self, x):
        x = self.pool(self.relu1(self.conv1(x)))
        x = self.pool(self.relu2(self.conv2(x)))
        return self.fc2(self.relu3(self.fc1(x.flatten(1))))

    def seen(self):
        return self.relu2


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1, self.relu1 = nn.BatchNorm2d(outputs), nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2, self.relu2 = nn.BatchNorm2d(outputs), nn.ReLU()
        self.downsample = None
        if stride > 1:
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        return self.relu2(y + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    """Two residual blocks, the second with a projection, and a head that CAM can read."""

    size = (3, 16, 16)

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1, self.relu = nn.BatchNorm2d(8), nn.ReLU()
        self.layer1, self.layer2 = Block(8, 8, 1), Block(8, 20, 2)
        self.fc = nn.Linear(20, 6)

    def forward(self, x):
        x = self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))

    def seen(self):
        return self.layer2.relu2


class Inception(nn.Module):
    """An inception block between two convolutions."""

    size = (3, 16, 16)

    def __init__(self):
        super().__init__()
        self.stem, self.relu = nn.Conv2d(3, 12, 3, padding=1), nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.b1, self.r1 = nn.Conv2d(12, 8, 1), nn.ReLU()
        self.b3r, self.r3r = nn.Conv2d(12, 6, 1), nn.ReLU()
        self.b3, self.r3 = nn.Conv2d(6, 10, 3, padding=1), nn.ReLU()
        self.b5r, self.r5r = nn.Conv2d(12, 4, 1), nn.ReLU()
        self.b5, self.r5 = nn.Conv2d(4, 6, 5, padding=2), nn.ReLU()
        self.bpool = nn.MaxPool2d(3, 1, 1)
        self.bp, self.rp = nn.Conv2d(12, 4, 1), nn.ReLU()
        self.last, self.relu_last = nn.Conv2d(28, 16, 3, padding=1), nn.ReLU()
        self.fc = nn.Linear(16, 6)

    def forward(self, x):
        x = self.pool(self.relu(self.stem(x)))
        x = torch.cat(
            [
                self.r1(self.b1(x)),
                self.r3(self.b3(self.r3r(self.b3r(x)))),
                self.r5(self.b5(self.r5r(self.b5r(x)))),
                self.rp(self.bp(self.bpool(x))),
            ],
            1,
        )
        return self.fc(self.relu_last(self.last(x)).mean((2, 3)))

    def seen(self):
        return self.relu_last


def value_and_gradient(net, layer, x, classes):
    kept = {}

    def keep(_, __, output):
        output.retain_grad()
        kept["value"] = output

    handle = layer.register_forward_hook(keep)
    scores = net(x)
    handle.remove()
    scores.gather(1, classes[:, None]).sum().backward()
    return kept["value"].detach(), kept["value"].grad, scores.detach()


def score_cam(net, x, value, classes):
    maps = []
    for image, value, c in zip(x, value, classes):
        low, high = value.amin((1, 2), keepdim=True), value.amax((1, 2), keepdim=True)
        masks = torch.where(high > low, (value - low) / (high - low).clamp_min(1e-300), 0.0)
        masks = F.interpolate(masks[:, None], image.shape[1:], mode="bilinear")
        alpha = F.softmax(net(image[None] * masks)[:, c], 0)
        maps.append(F.relu((alpha[:, None, None] * value).sum(0)))
    return torch.stack(maps)


def pgd(net, x, classes, epsilon, step, steps, norm):
    """Away from the classes; the best iterate of each image."""
    start, now = x.clone(), x.clone()
    best, best_loss = x.clone(), F.cross_entropy(net(x), classes, reduction="none").detach()
    for _ in range(steps):
        now.requires_grad_(True)
        (g,) = torch.autograd.grad(F.cross_entropy(net(now), classes, reduction="sum"), now)
        now = now.detach()
        if norm == "inf":
            now = now + step * g.sign()
            now = start + (now - start).clamp(-epsilon, epsilon)
        else:
            length = lambda t: t.flatten(1).norm(dim=1)[:, None, None, None]
            now = now + step * g / length(g)
            apart = now - start
            now = start + apart * (epsilon / length(apart)).clamp_max(1.0)
        loss = F.cross_entropy(net(now), classes, reduction="none").detach()
        better = loss > best_loss
        best_loss = torch.where(better, loss, best_loss)
        best = torch.where(better[:, None, None, None], now, best)
    return best


def deep_fool(net, x, steps=50, overshoot=0.02, most=10):
    """What is added; the boundaries to the `most` classes with the highest scores."""
    added = []
    for image in x:
        ranks = net(image[None])[0].argsort(descending=True)[:most]
        way = torch.zeros_like(image)
        for _ in range(steps):
            now = (image + (1 + overshoot) * way).requires_grad_(True)
            scores = net(now[None])[0]
            if scores.argmax() != ranks[0]:
                break
            gradients = [torch.autograd.grad(scores[c], now, retain_graph=True)[0] for c in ranks]
            best = None
            for c, gradient in zip(ranks[1:], gradients[1:]):
                w, f = gradient - gradients[0], (scores[c] - scores[ranks[0]]).abs().item()
                if best is None or f / w.norm() < best[0]:
                    best = (f / w.norm(), f / w.norm() ** 2 * w)
            way = way + best[1]
        added.append((1 + overshoot) * way)
    return torch.stack(added).detach()


def variation(x):
    return ((x[..., 1:, :] - x[..., :-1, :]) ** 2).sum() + ((x[..., 1:] - x[..., :-1]) ** 2).sum()


def visualize(net, x, classes, steps, rate, decay, weight):
    for _ in range(steps):
        x = x.detach().requires_grad_(True)
        (g,) = torch.autograd.grad(net(x).gather(1, classes[:, None]).sum(), x)
        (tv,) = torch.autograd.grad(weight * variation(x), x)
        g = g / (g**2).mean((1, 2, 3), keepdim=True).sqrt() - tv
        x = (1 - decay) * (x + rate * g)
    return x.detach()


def value_at(net, layer, x):
    kept = {}
    handle = layer.register_forward_hook(lambda _, __, output: kept.update(value=output))
    net(x)
    handle.remove()
    return kept["value"]


def invert(net, layer, x, start, steps, rate, weight):
    wanted = value_at(net, layer, x).detach()
    norm = (wanted**2).flatten(1).sum(1)
    now = start.clone().requires_grad_(True)
    adam = torch.optim.Adam([now], lr=rate)
    for _ in range(steps):
        apart = ((value_at(net, layer, now) - wanted) ** 2).flatten(1).sum(1)
        (0.5 * apart / norm).sum().add(weight * variation(now)).backward()
        adam.step()
        adam.zero_grad()
    return now.detach()


def effective_field(net, layer, x):
    x = x.clone().requires_grad_(True)
    value = value_at(net, layer, x)
    middle = value[:, :, value.shape[2] // 2, value.shape[3] // 2]
    (g,) = torch.autograd.grad(middle.sum(), x)
    return g.abs().sum(1).mean(0)


def main():
    folder = Path(__file__).parent / "explain"
    folder.mkdir(exist_ok=True)
    for seed, kind in enumerate([LeNet, Residual, Inception]):
        torch.manual_seed(seed)
        net = kind().double()
        # Running statistics of a batch, and weights large enough for the classes to differ.
        net.train()
        with torch.no_grad():
            for module in net.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.weight.uniform_(0.5, 1.5)
                    module.bias.uniform_(-0.3, 0.3)
                    module.momentum = 1.0
            net(torch.randn(32, *kind.size).double())
        # Rounded first: both sides compute with the same numbers.
        net = net.eval().float().double()
        x = torch.rand(3, *kind.size).float().double()
        classes = torch.tensor([0, 2, 5])
        tensors = {f"net.{k}": v.float() for k, v in net.state_dict().items() if v.is_floating_point()}
        counters = {f"net.{k}": v for k, v in net.state_dict().items() if not v.is_floating_point()}
        layer = net.seen()
        attribute = lambda attribution, **how: attribution.attribute(x.clone().requires_grad_(True), target=classes, **how)
        out = {
            "saliency": attribute(A.Saliency(net), abs=False),
            "input_x_gradient": attribute(A.InputXGradient(net)),
            "integrated_gradients": attribute(
                A.IntegratedGradients(net), baselines=0.1, n_steps=20, method="gausslegendre"
            ),
            "deconvolution": attribute(A.Deconvolution(net)),
            "guided": attribute(A.GuidedBackprop(net)),
            "guided_grad_cam": attribute(A.GuidedGradCam(net, layer), interpolate_mode="bilinear"),
            "grad_cam": attribute(A.LayerGradCam(net, layer), relu_attributions=True)[:, 0],
            "occlusion": attribute(
                A.Occlusion(lambda x: F.softmax(net(x), 1)),
                sliding_window_shapes=(kind.size[0], 5, 4),
                strides=(kind.size[0], 3, 2),
                baselines=0.2,
            )[:, 0],
        }
        a, g, scores = value_and_gradient(net, layer, x, classes)
        bottom = 2 * g**2 + g**3 * a.sum((2, 3), keepdim=True)
        alpha = torch.where(bottom != 0, g**2 / torch.where(bottom != 0, bottom, 1.0), 0.0)
        weights = (alpha * F.relu(g)).sum((2, 3), keepdim=True)
        out["grad_cam_plus_plus"] = F.relu((weights * a).sum(1))
        out["layer_cam"] = F.relu((F.relu(g) * a).sum(1))
        with torch.no_grad():
            out["score_cam"] = score_cam(net, x, a, classes)
            if hasattr(net, "fc"):
                out["cam"] = torch.einsum("nk,nkhw->nhw", net.fc.weight[classes], a)
        # What they add to the images.
        out["fgsm"] = pgd(net, x, classes, 0.03, 0.03, 1, "inf") - x
        out["pgd_inf"] = pgd(net, x, classes, 0.03, 0.007, 8, "inf") - x
        out["pgd_2"] = pgd(net, x, classes, 0.5, 0.15, 8, "2") - x
        out["deep_fool"] = deep_fool(net, x)
        start = torch.rand(3, *kind.size).float().double()
        tensors["start"] = start.float()
        out["visualized"] = visualize(net, start, classes, 6, 0.05, 0.02, 0.01)
        out["inverted"] = invert(net, layer, x, start, 6, 0.05, 0.001)
        out["effective_field"] = effective_field(net, layer, x)
        tensors |= {k: v.detach().float() for k, v in out.items()}
        tensors |= {"input": x.float(), "scores": scores.float()} | counters
        tensors = {k: v.contiguous() for k, v in tensors.items()}
        save_file(tensors, folder / f"{kind.__name__.lower()}.safetensors")


if __name__ == "__main__":
    main()
