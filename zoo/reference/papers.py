"""Networks that torchvision doesn't have, written from their papers."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class ScaledTanh(nn.Module):
    def forward(self, x):
        return 1.7159 * (2 / 3 * x).tanh()


class Subsampling(nn.Module):
    """The sum of four, times a coefficient, plus a bias."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(channels) + 0.2)
        self.bias = nn.Parameter(torch.randn(channels) / 4)

    def forward(self, x):
        per_channel = (1, -1, 1, 1)
        x = 4 * F.avg_pool2d(x, 2)
        return x * self.weight.view(per_channel) + self.bias.view(per_channel)


class Connected(nn.Module):
    """A convolution whose filters see the channels of a table; the weight has what is connected."""

    def __init__(self, channels, table):
        super().__init__()
        self.mask = torch.tensor([[c in row for c in range(channels)] for row in table])
        self.weight = nn.Parameter(torch.randn(int(self.mask.sum()), 5, 5) / 8)
        self.bias = nn.Parameter(torch.randn(len(table)) / 4)

    def forward(self, x):
        dense = self.weight.new_zeros(*self.mask.shape, 5, 5)
        return F.conv2d(x, dense.masked_scatter(self.mask[:, :, None, None], self.weight), self.bias)


class RadialBasis(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.weight = nn.Parameter(2 * torch.rand(classes, inputs) - 1)

    def forward(self, x):
        return (x[:, None, :] - self.weight).square().sum(2)


class LeNet1998(nn.Module):
    def __init__(self, c1, table, c5, f6):
        super().__init__()
        self.c1, self.c3 = nn.Conv2d(1, c1, 5), Connected(c1, table)
        self.s2 = nn.Sequential(nn.Identity(), Subsampling(c1), ScaledTanh())
        self.s4 = nn.Sequential(nn.Identity(), Subsampling(len(table)), ScaledTanh())
        self.c5, self.f6 = nn.Conv2d(len(table), c5, 5), nn.Linear(c5, f6)
        self.output = RadialBasis(f6, 10)

    def forward(self, x):
        squash = ScaledTanh()
        x = self.s4(squash(self.c3(self.s2(squash(self.c1(x))))))
        return self.output(squash(self.f6(squash(self.c5(x)).flatten(1))))


# Table I of the paper.
C3 = [
    [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1],
    [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2],
    [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5],
]  # fmt: skip


def normalize(x):
    """Krizhevsky et al., section 3.3, without PyTorch's mean."""
    squares = F.pad(x.square(), (0, 0, 0, 0, 2, 2))
    sums = sum(squares[:, i : i + x.shape[1]] for i in range(5))
    return x / (2 + 1e-4 * sums) ** 0.75


class AlexNet2012(nn.Module):
    def __init__(self, filters, hidden, classes):
        super().__init__()
        a, b, *upper = filters
        self.conv1 = nn.Conv2d(3, a, 11, 4, 2)
        self.conv2 = nn.Conv2d(a, b, 5, padding=2, groups=2)
        self.upper, inputs, groups = [], b, 1
        for i, f in enumerate(upper):
            self.upper.append(f"conv{i + 3}")
            self.add_module(self.upper[-1], nn.Conv2d(inputs, f, 3, padding=1, groups=groups))
            inputs, groups = f, 2
        self.dense, inputs = [], hidden.pop(0)
        for i, width in enumerate(hidden):
            self.dense.append(f"fc{i + 6}")
            self.add_module(self.dense[-1], nn.Linear(inputs, width))
            inputs = width
        self.fc8 = nn.Linear(inputs, classes)

    def forward(self, x):
        for convolution in self.conv1, self.conv2:
            x = F.max_pool2d(normalize(F.relu(convolution(x))), 3, 2)
        for name in self.upper:
            x = F.relu(getattr(self, name)(x))
        x = F.max_pool2d(x, 3, 2).flatten(1)
        for name in self.dense:
            x = F.relu(getattr(self, name)(x))
        return self.fc8(x)


def unpool(x, places, size):
    """Where windows share a maximum, the last one's element counts."""
    flat, places = x.flatten(2), places.flatten(2)
    order = torch.arange(1, flat.shape[2] + 1).expand_as(places)
    last = order.new_zeros(*x.shape[:2], size[0] * size[1])
    last = last.scatter_reduce(2, places, order, "amax")
    y = flat.gather(2, (last - 1).clamp(min=0)) * (last > 0)
    return y.unflatten(2, size)


class Deconvolution(nn.Module):
    def __init__(self, filters):
        super().__init__()
        a, b, c, d, e = filters
        self.shown = nn.Module()
        self.shown.weight = nn.Parameter(torch.rand(e))
        transposed = partial(nn.ConvTranspose2d, bias=False)
        self.deconv5 = transposed(e, d, 3, padding=1)
        self.deconv4 = transposed(d, c, 3, padding=1)
        self.deconv3 = transposed(c, b, 3, padding=1)
        self.deconv2 = transposed(b, a, 5, 2)
        self.deconv1 = transposed(a, 3, 7, 2, padding=1, output_padding=1)

    def forward(self, x, places1, places2, places5):
        x = x * self.shown.weight.view(1, -1, 1, 1)
        x = self.deconv5(F.relu(unpool(x, *places5)))
        x = self.deconv3(F.relu(self.deconv4(F.relu(x))))
        x = self.deconv2(F.relu(unpool(x, *places2)))
        return self.deconv1(F.relu(unpool(x, *places1)))


class ZFNet(nn.Module):
    def __init__(self, filters, pool5, features, width, classes, deconvolution):
        super().__init__()
        a, b, c, d, e = filters
        self.pool5 = pool5
        self.conv1, self.conv2 = nn.Conv2d(3, a, 7, 2, padding=1), nn.Conv2d(a, b, 5, 2)
        self.conv3 = nn.Conv2d(b, c, 3, padding=1)
        self.conv4 = nn.Conv2d(c, d, 3, padding=1)
        self.conv5 = nn.Conv2d(d, e, 3, padding=1)
        head = nn.Module() if deconvolution else self
        head.fc6, head.fc7 = nn.Linear(features, width), nn.Linear(width, width)
        head.fc8 = nn.Linear(width, classes)
        if deconvolution:
            self.scores, self.pixels = head, Deconvolution(filters)

    def forward(self, x):
        def halve(x, kernel=3, stride=2):
            y, places = F.max_pool2d(x, kernel, stride, ceil_mode=True, return_indices=True)
            return y, (places, x.shape[2:])

        x, places1 = halve(F.relu(self.conv1(x)))
        x, places2 = halve(F.relu(self.conv2(normalize(x))))
        x = F.relu(self.conv4(F.relu(self.conv3(normalize(x)))))
        x, places5 = halve(F.relu(self.conv5(x)), *self.pool5)
        head = self.scores if hasattr(self, "scores") else self
        hidden = F.relu(head.fc7(F.relu(head.fc6(x.flatten(1)))))
        scores = head.fc8(hidden)
        if head is self:
            return scores
        return scores, self.pixels(x, places1, places2, places5)


def zfnet(deconvolution):
    return ZFNet((96, 256, 384, 384, 256), (3, 2), 9216, 4096, 1000, deconvolution)


def mlpconv(inputs, filters, kernel, hidden, outputs):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, kernel, padding=kernel // 2), nn.ReLU(),
        nn.Conv2d(filters, hidden, 1), nn.ReLU(),
        nn.Conv2d(hidden, outputs, 1), nn.ReLU(),
    )  # fmt: skip


class Nin(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.mlpconv1, self.mlpconv2, self.mlpconv3 = (mlpconv(*layer) for layer in layers)

    def forward(self, x):
        x = F.max_pool2d(self.mlpconv1(x), 3, 2, ceil_mode=True)
        x = F.max_pool2d(self.mlpconv2(x), 3, 2, ceil_mode=True)
        return self.mlpconv3(x).mean((2, 3))


def normed(inputs, filters, kernel=1, stride=1):
    """A convolution, batch norm and ReLU, by Inception's names."""
    net = nn.Sequential()
    net.conv = nn.Conv2d(inputs, filters, kernel, stride, kernel // 2, bias=False)
    net.bn = nn.BatchNorm2d(filters)
    net.relu = nn.ReLU()
    return net


class InceptionV2Module(nn.Module):
    """A row of figure 5 of Ioffe and Szegedy; without a first branch it halves the size."""

    def __init__(self, inputs, one, reduce3, three, reduce5, five, pool=0, most=False):
        super().__init__()
        stride = 1 if one else 2
        if one:
            self.branch1, self.branch4 = normed(inputs, one), normed(inputs, pool)
        self.branch2 = nn.Sequential(normed(inputs, reduce3), normed(reduce3, three, 3, stride))
        self.branch3 = nn.Sequential()
        self.branch3.reduce = normed(inputs, reduce5)
        self.branch3.conv1 = normed(reduce5, five, 3)
        self.branch3.conv2 = normed(five, five, 3, stride)
        self.most = most

    def forward(self, x):
        middle = [self.branch2(x), self.branch3(x)]
        if not hasattr(self, "branch1"):
            return torch.cat([*middle, F.max_pool2d(x, 3, 2, 1)], 1)
        pooled = (F.max_pool2d if self.most else F.avg_pool2d)(x, 3, 1, 1)
        return torch.cat([self.branch1(x), *middle, self.branch4(pooled)], 1)


class InceptionV2(nn.Module):
    def __init__(self, stem, halve, modules, features, classes):
        super().__init__()
        a, b, c = stem
        self.conv1 = nn.Sequential()
        self.conv1.depthwise = nn.Conv2d(3, 24, 7, 2, 3, groups=3, bias=False)
        self.conv1.pointwise = nn.Conv2d(24, a, 1, bias=False)
        self.conv1.bn, self.conv1.relu = nn.BatchNorm2d(a), nn.ReLU()
        self.conv2, self.conv3 = normed(a, b), normed(b, c, 3)
        self.halve, self.names = halve, list(modules)
        for name, module in modules.items():
            self.add_module(f"inception{name}", InceptionV2Module(*module))
        self.fc = nn.Linear(features, classes)

    def forward(self, x):
        x = self.conv3(self.conv2(F.max_pool2d(self.conv1(x), 3, 2, 1)))
        x = F.max_pool2d(x, 3, 2, 1) if self.halve else x
        for name in self.names:
            x = getattr(self, f"inception{name}")(x)
        return self.fc(x.mean((2, 3)))


# Figure 5, with 96 filters behind the pools of 4c and 4d, as its 576 channels take.
INCEPTION_V2 = {
    "3a": (192, 64, 64, 64, 64, 96, 32),
    "3b": (256, 64, 64, 96, 64, 96, 64),
    "3c": (320, 0, 128, 160, 64, 96),
    "4a": (576, 224, 64, 96, 96, 128, 128),
    "4b": (576, 192, 96, 128, 96, 128, 128),
    "4c": (576, 160, 128, 160, 128, 160, 96),
    "4d": (576, 96, 128, 192, 160, 192, 96),
    "4e": (576, 0, 128, 192, 192, 256),
    "5a": (1024, 352, 192, 320, 160, 224, 128),
    "5b": (1024, 352, 192, 320, 192, 224, 128, True),
}

SMALL_INCEPTION_V2 = {
    "3a": (10, 4, 6, 8, 2, 4, 3),
    "3c": (19, 0, 5, 7, 3, 4),
    "4a": (30, 4, 4, 6, 3, 5, 4, True),
}


class MobileNetV1(nn.Module):
    def __init__(self, first, rows, classes):
        super().__init__()

        def convolution(inputs, filters, kernel, stride, groups=1):
            return [
                nn.Conv2d(
                    inputs, filters, kernel, stride, kernel // 2, groups=groups, bias=False
                ),
                nn.BatchNorm2d(filters),
                nn.ReLU(),
            ]

        layers, inputs = [nn.Sequential(*convolution(3, first, 3, 2))], first
        for filters, stride in rows:
            depthwise = convolution(inputs, inputs, 3, stride, inputs)
            layers.append(nn.Sequential(*depthwise, *convolution(inputs, filters, 1, 1)))
            inputs = filters
        self.features, self.classifier = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


MOBILENETV1 = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)
]  # fmt: skip


class SameConv(nn.Conv2d):
    """TensorFlow's padding `SAME` for images of a size: what is odd goes to the end."""

    def __init__(self, inputs, filters, kernel, stride, size, groups=1):
        super().__init__(inputs, filters, kernel, stride, groups=groups, bias=False)
        outputs = (size + stride - 1) // stride
        pad = max((outputs - 1) * stride + kernel - size, 0)
        self.pad = (pad // 2, pad - pad // 2) * 2

    def forward(self, x):
        return super().forward(F.pad(x, self.pad))


class LiteBlock(nn.Module):
    """An inverted residual, with the names of the package `efficientnet_lite_pytorch`."""

    def __init__(self, inputs, t, kernel, stride, filters, size):
        super().__init__()
        norm = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)
        self.adds, wide = stride == 1 and inputs == filters, t * inputs
        if t > 1:
            self._expand_conv, self._bn0 = nn.Conv2d(inputs, wide, 1, bias=False), norm(wide)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, size, wide)
        self._bn1 = norm(wide)
        self._project_conv, self._bn2 = nn.Conv2d(wide, filters, 1, bias=False), norm(filters)

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_bn0") else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class EfficientNetLite(nn.Module):
    """Rows of expansion, kernel, stride, channels, repetitions."""

    def __init__(self, stem, rows, top, classes, size):
        super().__init__()
        norm = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)
        self._conv_stem, self._bn0 = SameConv(3, stem, 3, 2, size), norm(stem)
        blocks, inputs, size = [], stem, (size + 1) // 2
        for t, kernel, stride, filters, times in rows:
            for i in range(times):
                blocks.append(LiteBlock(inputs, t, kernel, 1 if i else stride, filters, size))
                inputs, size = filters, size if i else (size + stride - 1) // stride
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = nn.Conv2d(inputs, top, 1, bias=False), norm(top)
        self._dropout, self._fc = nn.Dropout(0.2), nn.Linear(top, classes)

    def forward(self, x):
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        x = F.relu6(self._bn1(self._conv_head(x)))
        return self._fc(self._dropout(x.mean((2, 3))))


LITE0 = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
]  # fmt: skip


def efficientnet_lite0():
    return EfficientNetLite(32, LITE0, 1280, 1000, 224)


class ShuffleUnit(nn.Module):
    def __init__(self, inputs, outputs, stride, first):
        super().__init__()
        width, filters = outputs // 4, outputs if stride == 1 else outputs - inputs
        self.stride = stride
        self.conv1 = nn.Conv2d(inputs, width, 1, groups=first, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, filters, 1, groups=3, bias=False)
        self.bn3 = nn.BatchNorm2d(filters)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = y.unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)
        y = self.bn3(self.conv3(self.bn2(self.conv2(y))))
        if self.stride == 1:
            return F.relu(x + y)
        return F.relu(torch.cat([F.avg_pool2d(x, 3, 2, 1), y], 1))


class ShuffleNetV1(nn.Module):
    def __init__(self, stem, stages, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem)
        inputs, self.stages = stem, []
        for i, (filters, units) in enumerate(stages):
            down = ShuffleUnit(inputs, filters, 2, 3 if i else 1)
            units = [ShuffleUnit(filters, filters, 1, 3) for _ in range(units - 1)]
            self.stages.append(f"stage{i + 2}")
            self.add_module(self.stages[-1], nn.Sequential(down, *units))
            inputs = filters
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for name in self.stages:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


def double(inputs, filters):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, 3), nn.ReLU(), nn.Conv2d(filters, filters, 3), nn.ReLU()
    )


class UNet(nn.Module):
    def __init__(self, *widths):
        super().__init__()
        self.depth, inputs = len(widths), 1
        for level, width in enumerate(widths, 1):
            self.add_module(f"down{level}", double(inputs, width))
            inputs = width
        for level, width in enumerate(widths[:-1], 1):
            self.add_module(f"up{level}", nn.ConvTranspose2d(widths[level], width, 2, 2))
            self.add_module(f"left{level}", double(2 * width, width))
        self.pixels = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x):
        copies = []
        for level in range(1, self.depth + 1):
            x = getattr(self, f"down{level}")(x)
            if level < self.depth:
                copies.append(x)
                x = F.max_pool2d(x, 2)
        for level in range(self.depth - 1, 0, -1):
            x = getattr(self, f"up{level}")(x)
            copy = copies.pop()
            border = (copy.shape[2] - x.shape[2]) // 2
            x = torch.cat([F.pad(copy, [-border] * 4), x], 1)
            x = getattr(self, f"left{level}")(x)
        return self.pixels(x)


def all_cnn(f):
    def convolutions(inputs, filters):
        return [
            nn.Conv2d(inputs, filters, 3, padding=1), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 2, 1), nn.ReLU(), nn.Identity(),
        ]  # fmt: skip

    return nn.Sequential(
        nn.Identity(), *convolutions(3, f), *convolutions(f, 2 * f),
        nn.Conv2d(2 * f, 2 * f, 3), nn.ReLU(), nn.Conv2d(2 * f, 2 * f, 1), nn.ReLU(),
    )  # fmt: skip


class AllCnnCam(nn.Module):
    """Scores and class activation maps as Zhou et al. give them: the maps out of the scores' weights."""

    def __init__(self, f, classes):
        super().__init__()
        self.features = all_cnn(f)
        self.maps = nn.Conv2d(2 * f, classes, 1, bias=False)

    def forward(self, x):
        x = self.features(x)
        weight = self.maps.weight[:, :, 0, 0]
        return F.linear(x.mean((2, 3)), weight), torch.einsum("kc,nchw->nkhw", weight, x)


class AllCnnAttention(nn.Module):
    def __init__(self, f, classes):
        super().__init__()
        self.features, self.attention = all_cnn(f), nn.Module()
        self.attention.weight = nn.Parameter(torch.randn(2 * f))
        self.classifier = nn.Linear(2 * f, classes)

    def forward(self, x):
        x = self.features(x).flatten(2)
        weights = torch.einsum("ncp,c->np", x, self.attention.weight).softmax(1)
        return self.classifier(torch.einsum("ncp,np->nc", x, weights))
