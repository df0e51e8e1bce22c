"""Residual networks that torchvision doesn't have, written from their papers."""

import torch
from torch import nn
from torch.nn import functional as F


def convolution(inputs, filters, kernel, stride=1, padding=0, groups=1):
    return nn.Conv2d(inputs, filters, kernel, stride, padding, groups=groups, bias=False)


def activated(norm, x):
    return F.relu(norm(x))


def zero_padded(x):
    """Every other row and column, between channels of zeros."""
    c = x.shape[1]
    return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, c // 2, c - c // 2))


class Basic(nn.Module):
    """He et al., 2016, with the shortcut of option A."""

    def __init__(self, inputs, f, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, f, 3, stride, 1), nn.BatchNorm2d(f)
        self.conv2, self.bn2 = convolution(f, f, 3, 1, 1), nn.BatchNorm2d(f)
        self.stride = stride

    def forward(self, x):
        y = self.bn2(self.conv2(activated(self.bn1, self.conv1(x))))
        return F.relu(y + (x if self.stride == 1 else zero_padded(x)))


class CifarResNet(nn.Module):
    def __init__(self, n, f=16, classes=10):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, f, 3, 1, 1), nn.BatchNorm2d(f)
        self.layer1 = nn.Sequential(*[Basic(f, f, 1) for _ in range(n)])
        self.layer2 = nn.Sequential(*[Basic(2 * f if i else f, 2 * f, 1 if i else 2) for i in range(n)])
        self.layer3 = nn.Sequential(
            *[Basic(4 * f if i else 2 * f, 4 * f, 1 if i else 2) for i in range(n)]
        )
        self.fc = nn.Linear(4 * f, classes)

    def forward(self, x):
        x = activated(self.bn1, self.conv1(x))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class PreActivation(nn.Module):
    """A unit of He et al., 2016b, of two or, as a bottleneck, three convolutions."""

    def __init__(self, inputs, f, stride=1, bottleneck=False, first=False, padded=False):
        super().__init__()
        outputs = 4 * f if bottleneck else f
        if not first:
            self.bn1 = nn.BatchNorm2d(inputs)
        self.bn2 = nn.BatchNorm2d(f)
        if bottleneck:
            self.conv1, self.conv2 = convolution(inputs, f, 1), convolution(f, f, 3, stride, 1)
            self.bn3, self.conv3 = nn.BatchNorm2d(f), convolution(f, outputs, 1)
        else:
            self.conv1, self.conv2 = convolution(inputs, f, 3, stride, 1), convolution(f, f, 3, 1, 1)
        self.first, self.bottleneck, self.padded = first, bottleneck, padded
        self.changes = stride != 1 or inputs != outputs
        if self.changes and not padded:
            self.downsample = convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        active = x if self.first else activated(self.bn1, x)
        y = self.conv2(activated(self.bn2, self.conv1(active)))
        if self.bottleneck:
            y = self.conv3(activated(self.bn3, y))
        if not self.changes:
            return x + y
        return y + (zero_padded(active) if self.padded else self.downsample(active))


class PreAct(nn.Module):
    """Stages are lists of units."""

    def __init__(self, f, stages, features, classes, large=False):
        super().__init__()
        self.conv1 = convolution(3, f, 7, 2, 3) if large else convolution(3, f, 3, 1, 1)
        self.bn1, self.large = nn.BatchNorm2d(f), large
        for i, stage in enumerate(stages):
            setattr(self, f"layer{i + 1}", nn.Sequential(*stage))
        self.stages = len(stages)
        self.bn, self.fc = nn.BatchNorm2d(features), nn.Linear(features, classes)

    def forward(self, x):
        x = activated(self.bn1, self.conv1(x))
        if self.large:
            x = F.max_pool2d(x, 3, 2, 1)
        for i in range(self.stages):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(activated(self.bn, x).mean((2, 3)))


def preact_stage(n, inputs, f, stride, bottleneck=False, first=False, padded=False):
    outputs = 4 * f if bottleneck else f
    head = PreActivation(inputs, f, stride, bottleneck, first, padded)
    return [head] + [PreActivation(outputs, f, 1, bottleneck) for _ in range(n - 1)]


def preact_resnet110():
    stages = [
        preact_stage(18, 16, 16, 1, first=True),
        preact_stage(18, 16, 32, 2, padded=True),
        preact_stage(18, 32, 64, 2, padded=True),
    ]
    return PreAct(16, stages, 64, 10)


def preact_resnet164():
    stages = [
        preact_stage(18, 16, 16, 1, True, first=True),
        preact_stage(18, 64, 32, 2, True),
        preact_stage(18, 128, 64, 2, True),
    ]
    return PreAct(16, stages, 256, 10)


def preact_imagenet(counts):
    stages, inputs = [], 64
    for i, n in enumerate(counts):
        f = 64 << i
        stages.append(preact_stage(n, inputs, f, 2 if i else 1, True, first=i == 0))
        inputs = 4 * f
    return PreAct(64, stages, 2048, 1000, large=True)


def wrn28_10():
    stages = [
        preact_stage(4, 16, 160, 1, first=True),
        preact_stage(4, 160, 320, 2),
        preact_stage(4, 320, 640, 2),
    ]
    return PreAct(16, stages, 640, 10)


def small_preact():
    bottlenecks = preact_stage(2, 12, 4, 1, True, first=True)
    stages = [
        preact_stage(2, 6, 6, 1, first=True),
        preact_stage(2, 6, 12, 2, padded=True),
        bottlenecks + [PreActivation(16, 5, 2, True)],
        preact_stage(2, 20, 10, 2),
    ]
    return PreAct(6, stages, 10, 5)


class Residual(nn.Module):
    """A whole residual function with pre-activation."""

    def __init__(self, inputs, f, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), convolution(inputs, f, 1)
        self.bn2, self.conv2 = nn.BatchNorm2d(f), convolution(f, f, 3, stride, 1)
        self.bn3, self.conv3 = nn.BatchNorm2d(f), convolution(f, 4 * f, 1)

    def forward(self, x):
        x = self.conv1(activated(self.bn1, x))
        return self.conv3(activated(self.bn3, self.conv2(activated(self.bn2, x))))


class MultiResidual(nn.Module):
    """Abdi and Nahavandi, 2016: k functions of the same input."""

    def __init__(self, inputs, f, stride, k):
        super().__init__()
        self.downsample = None
        if stride != 1 or inputs != 4 * f:
            self.downsample = nn.Sequential(
                nn.BatchNorm2d(inputs), nn.ReLU(), convolution(inputs, 4 * f, 1, stride)
            )
        self.k = k
        for i in range(k):
            function = Residual(inputs, f, stride)
            # Together they weigh as much as one: else errors grow too much from unit to unit.
            function.conv3.weight.data.div_(k)
            setattr(self, f"f{i + 1}", function)

    def forward(self, x):
        y = x if self.downsample is None else self.downsample(x)
        return y + sum(getattr(self, f"f{i + 1}")(x) for i in range(self.k))


class MultiResNet(nn.Module):
    def __init__(self, n, f, k, classes=10):
        super().__init__()
        self.conv1, inputs = convolution(3, f, 3, 1, 1), f
        for i in range(3):
            units = []
            for j in range(n):
                units.append(MultiResidual(inputs, f << i, 2 if i and not j else 1, k))
                inputs = 4 * (f << i)
            setattr(self, f"layer{i + 1}", nn.Sequential(*units))
        self.bn, self.fc = nn.BatchNorm2d(inputs), nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.fc(activated(self.bn, x).mean((2, 3)))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class SeBottleneck(nn.Module):
    """Hu et al., 2018: SE-ResNet's block, or SENet-154's where there are groups."""

    def __init__(self, inputs, f, stride, groups=None):
        super().__init__()
        wide, middle = (2 * f, 4 * f) if groups else (f, f)
        strides = (1, stride) if groups else (stride, 1)
        self.conv1, self.bn1 = convolution(inputs, wide, 1, strides[0]), nn.BatchNorm2d(wide)
        self.conv2 = convolution(wide, middle, 3, strides[1], 1, groups or 1)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3, self.bn3 = convolution(middle, 4 * f, 1), nn.BatchNorm2d(4 * f)
        self.se_module = SqueezeExcitation(4 * f)
        self.downsample = nn.Identity()
        if stride != 1 or inputs != 4 * f:
            kernel = 3 if groups and stride != 1 else 1
            projection = convolution(inputs, 4 * f, kernel, stride, kernel // 2)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(4 * f))

    def forward(self, x):
        y = activated(self.bn1, self.conv1(x))
        y = self.bn3(self.conv3(activated(self.bn2, self.conv2(y))))
        return F.relu(self.se_module(y) + self.downsample(x))


class SeNet(nn.Module):
    """Stages as (blocks, f, groups); the deep stem where `stem` says so."""

    def __init__(self, stem, deep, stages, classes):
        super().__init__()
        layers = {}
        sizes = [(3, stem, 2), (stem, stem, 1), (stem, 2 * stem, 1)] if deep else [(3, stem, 2)]
        for i, (inputs, f, stride) in enumerate(sizes, 1):
            kernel = 3 if deep else 7
            layers[f"conv{i}"] = convolution(inputs, f, kernel, stride, kernel // 2)
            layers[f"bn{i}"], layers[f"relu{i}"] = nn.BatchNorm2d(f), nn.ReLU()
        layers["pool"] = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.layer0 = nn.Sequential()
        for name, layer in layers.items():
            self.layer0.add_module(name, layer)
        inputs, self.stages = sizes[-1][1], len(stages)
        for i, (n, f, groups) in enumerate(stages):
            blocks = []
            for j in range(n):
                blocks.append(SeBottleneck(inputs, f, 2 if i and not j else 1, groups))
                inputs = 4 * f
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.last_linear = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.layer0(x)
        for i in range(self.stages):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.last_linear(x.mean((2, 3)))


def se_resnet50():
    return SeNet(64, False, [(3, 64, None), (4, 128, None), (6, 256, None), (3, 512, None)], 1000)


def senet154():
    return SeNet(64, True, [(3, 64, 64), (8, 128, 64), (36, 256, 64), (3, 512, 64)], 1000)


def small_senet():
    return SeNet(6, True, [(2, 4, 4), (2, 8, 4), (2, 12, None)], 5)
