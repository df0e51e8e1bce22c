"""Networks of residual inception modules, written from their papers. `d` divides the filters."""

import torch
from torch import nn
from torch.nn import functional as F


class Unit(nn.Module):
    """A convolution, padded unless it is `valid`, a batch norm and perhaps a ReLU."""

    def __init__(self, inputs, f, kernel=1, stride=1, valid=False, relu=True, eps=1e-3):
        super().__init__()
        h, w = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = 0 if valid else (h // 2, w // 2)
        self.conv = nn.Conv2d(inputs, f, (h, w), stride, padding, bias=False)
        self.bn, self.relu = nn.BatchNorm2d(f, eps=eps), relu

    def forward(self, x):
        x = self.bn(self.conv(x))
        return F.relu(x) if self.relu else x


def units(inputs, *rows, d=1, eps=1e-3):
    """Units in sequence, (filters, kernel) or, without padding, (filters, kernel, stride)."""
    made = []
    for f, kernel, *stride in rows:
        made.append(Unit(inputs, f // d, kernel, *stride, valid=bool(stride), eps=eps))
        inputs = f // d
    return made[0] if len(made) == 1 else nn.Sequential(*made)


class Branches(nn.Module):
    """Branches side by side, whose names start with `prefix`; the pool, if any, is the last."""

    def __init__(self, branches, prefix, pool=False):
        super().__init__()
        self.names = [f"{prefix}{i}" for i in range(len(branches))]
        for name, branch in zip(self.names, branches):
            setattr(self, name, branch)
        self.pool = pool

    def side_by_side(self, x):
        ys = [getattr(self, name)(x) for name in self.names]
        return torch.cat(ys + ([F.max_pool2d(x, 3, 2)] if self.pool else []), 1)

    forward = side_by_side


class ScaledResidual(Branches):
    """x + scale · conv2d(branches)."""

    def __init__(self, branches, width, channels, scale, relu=True):
        super().__init__(branches, "branch")
        self.conv2d = nn.Conv2d(width, channels, 1)
        self.scale, self.relu = scale, relu

    def forward(self, x):
        x = x + self.scale * self.conv2d(self.side_by_side(x))
        return F.relu(x) if self.relu else x


def block35(c, f, g, d):
    branches = [
        units(c, (32, 1), d=d),
        units(c, (32, 1), (32, 3), d=d),
        units(c, (32, 1), (f, 3), (g, 3), d=d),
    ]
    return ScaledResidual(branches, 2 * (32 // d) + g // d, c, 0.17)


def block17(c, one, f, g, h, d):
    branches = [units(c, (one, 1), d=d), units(c, (f, 1), (g, (1, 7)), (h, (7, 1)), d=d)]
    return ScaledResidual(branches, one // d + h // d, c, 0.1)


def block8(c, g, h, d, scale=0.2, relu=True):
    branches = [units(c, (192, 1), d=d), units(c, (192, 1), (g, (1, 3)), (h, (3, 1)), d=d)]
    return ScaledResidual(branches, 192 // d + h // d, c, scale, relu)


def reduction_a(c, k, l, m, d):  # noqa: E741
    branches = [units(c, (384, 3, 2), d=d), units(c, (k, 1), (l, 3), (m, 3, 2), d=d)]
    return Branches(branches, "branch", pool=True)


def reduction_b(c, f, g, h, d):
    branches = [
        units(c, (256, 1), (384, 3, 2), d=d),
        units(c, (256, 1), (f, 3, 2), d=d),
        units(c, (256, 1), (g, 3), (h, 3, 2), d=d),
    ]
    return Branches(branches, "branch", pool=True)


def inception(c, d):
    branches = [
        units(c, (96, 1), d=d),
        units(c, (48, 1), (64, 5), d=d),
        units(c, (64, 1), (96, 3), (96, 3), d=d),
        nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), units(c, (64, 1), d=d)),
    ]
    return Branches(branches, "branch")


class InceptionResNet(nn.Module):
    """Szegedy et al., 2017; its stem is that of the weights that they released."""

    def __init__(self, version, counts, d=1, width=1536, classes=1000):
        super().__init__()
        self.version = version
        self.conv2d_1a, self.conv2d_2a = Unit(3, 32 // d, 3, 2, True), Unit(32 // d, 32 // d, 3, 1, True)
        self.conv2d_2b = Unit(32 // d, 64 // d, 3)
        self.conv2d_3b, self.conv2d_4a = Unit(64 // d, 80 // d), Unit(80 // d, 192 // d, 3, 1, True)
        a, b, c = counts
        if version == 1:
            self.conv2d_4b = Unit(192, 256, 3, 2, True)
            self.repeat_1 = nn.Sequential(*[block35(256, 32, 32, d) for _ in range(a)])
            self.mixed_6a = reduction_a(256, 192, 192, 256, d)
            self.repeat_2 = nn.Sequential(*[block17(896, 128, 128, 128, 128, d) for _ in range(b)])
            self.mixed_7a = reduction_b(896, 256, 256, 256, d)
            self.repeat_3 = nn.Sequential(*[block8(1792, 192, 192, d) for _ in range(c)])
            self.last_linear = nn.Linear(1792, classes)
            return
        self.mixed_5b, n = inception(192 // d, d), sum(f // d for f in (96, 64, 96, 64))
        self.repeat = nn.Sequential(*[block35(n, 48, 64, d) for _ in range(a)])
        self.mixed_6a, n = reduction_a(n, 256, 256, 384, d), n + 2 * (384 // d)
        self.repeat_1 = nn.Sequential(*[block17(n, 192, 128, 160, 192, d) for _ in range(b)])
        self.mixed_7a = reduction_b(n, 288, 288, 320, d)
        n += 384 // d + 288 // d + 320 // d
        self.repeat_2 = nn.Sequential(*[block8(n, 224, 256, d) for _ in range(c - 1)])
        self.block8 = block8(n, 224, 256, d, scale=1.0, relu=False)
        self.conv2d_7b, self.last_linear = Unit(n, width), nn.Linear(width, classes)

    def forward(self, x):
        x = F.max_pool2d(self.conv2d_2b(self.conv2d_2a(self.conv2d_1a(x))), 3, 2)
        x = self.conv2d_4a(self.conv2d_3b(x))
        if self.version == 1:
            x = self.mixed_6a(self.repeat_1(self.conv2d_4b(x)))
            x = self.repeat_3(self.mixed_7a(self.repeat_2(x)))
        else:
            x = self.mixed_6a(self.repeat(self.mixed_5b(F.max_pool2d(x, 3, 2))))
            x = self.conv2d_7b(self.block8(self.repeat_2(self.mixed_7a(self.repeat_1(x)))))
        return self.last_linear(x.mean((2, 3)))


def poly_units(*rows, d=1):
    return units(*rows, d=d, eps=1e-5)


class Polynomial(Branches):
    """PolyNet's residual function: branches, and a convolution with a batch norm."""

    def __init__(self, branches, width, channels):
        super().__init__(branches, "path")
        self.conv2d = Unit(width, channels, relu=False, eps=1e-5)

    def forward(self, x):
        return self.conv2d(self.side_by_side(x))


def function_a(c, d):
    branches = [
        poly_units(c, (32, 1), (48, 3), (64, 3), d=d),
        poly_units(c, (32, 1), (32, 3), d=d),
        poly_units(c, (32, 1), d=d),
    ]
    return Polynomial(branches, 64 // d + 2 * (32 // d), c)


def function_b(c, d):
    rows = (128, 1), (160, (1, 7)), (192, (7, 1))
    branches = [poly_units(c, *rows, d=d), poly_units(c, (192, 1), d=d)]
    return Polynomial(branches, 2 * (192 // d), c)


def function_c(c, d):
    rows = (192, 1), (224, (1, 3)), (256, (3, 1))
    branches = [poly_units(c, *rows, d=d), poly_units(c, (192, 1), d=d)]
    return Polynomial(branches, 256 // d + 192 // d, c)


class TwoWay(nn.Module):
    """I + F + G, each as often as its path was there in training: module i of 40."""

    def __init__(self, make, c, i, d):
        super().__init__()
        self.f, self.g, self.scale = make(c, d), make(c, d), 1 - 0.3 * i / 39

    def forward(self, x):
        return F.relu(x + self.scale * self.f(x) + self.scale * self.g(x))


class Poly3(nn.Module):
    """I + F + GF + HGF; `shared`, the convolutions of G and H but their last are F's."""

    def __init__(self, make, c, i, d, shared):
        super().__init__()
        self.f, self.g, self.h = make(c, d), make(c, d), make(c, d)
        self.scale = 1 - 0.3 * i / 39
        for other in (self.g, self.h) if shared else ():
            for (name, unit), mine in zip(self.f.named_modules(), other.modules()):
                if isinstance(unit, Unit) and name != "conv2d":
                    mine.conv = unit.conv

    def forward(self, x):
        f = self.f(x)
        g = self.g(F.relu(f))
        h = self.h(F.relu(g))
        return F.relu(x + self.scale * f + self.scale * g + self.scale * h)


class PolyStem(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.conv1 = poly_units(3, (32, 3, 2), (32, 3, 1), (64, 3), d=d)
        self.conv1_branch = poly_units(64 // d, (96, 3, 2), d=d)
        n = 64 // d + 96 // d
        self.conv2_short = poly_units(n, (64, 1), (96, 3, 1), d=d)
        self.conv2_long = poly_units(n, (64, 1), (64, (7, 1)), (64, (1, 7)), (96, 3, 1), d=d)
        self.conv2_branch = poly_units(2 * (96 // d), (192, 3, 2), d=d)

    def forward(self, x):
        x = self.conv1(x)
        x = torch.cat((F.max_pool2d(x, 3, 2), self.conv1_branch(x)), 1)
        x = torch.cat((self.conv2_short(x), self.conv2_long(x)), 1)
        return torch.cat((F.max_pool2d(x, 3, 2), self.conv2_branch(x)), 1)


class PolyNet(nn.Module):
    """Zhang et al., 2017: numbers of 2-way modules in stage A, of pairs in stages B and C."""

    def __init__(self, a, b, c, d=1, classes=1000, shared=True):
        super().__init__()
        self.stem, n = PolyStem(d), 2 * (96 // d) + 192 // d
        self.stage_a = nn.Sequential(*[TwoWay(function_a, n, i, d) for i in a])
        branches = [
            poly_units(n, (256, 1), (256, 3), (384, 3, 2), d=d),
            poly_units(n, (384, 3, 2), d=d),
        ]
        self.reduction_a, n = Branches(branches, "path", pool=True), n + 2 * (384 // d)
        self.stage_b = nn.Sequential(*self.pairs(function_b, n, b, d, shared))
        branches = [
            poly_units(n, (256, 1), (256, 3), (256, 3, 2), d=d),
            poly_units(n, (256, 1), (256, 3, 2), d=d),
            poly_units(n, (256, 1), (384, 3, 2), d=d),
        ]
        self.reduction_b = Branches(branches, "path", pool=True)
        n += 2 * (256 // d) + 384 // d
        self.stage_c = nn.Sequential(*self.pairs(function_c, n, c, d, shared))
        self.last_linear = nn.Linear(n, classes)

    def pairs(self, make, n, first, d, shared):
        both = [(Poly3(make, n, i, d, shared), TwoWay(make, n, i + 1, d)) for i in first]
        return [module for pair in both for module in pair]

    def forward(self, x):
        x = self.reduction_a(self.stage_a(self.stem(x)))
        x = self.stage_c(self.reduction_b(self.stage_b(x)))
        return self.last_linear(x.mean((2, 3)))
