"""Makes the references for every layer and option: one tiny network each, run by PyTorch.

    python tests/reference/layers.py

Writes `layers/NAME.safetensors` beside this file for each case of the table below, and `cases.rs`,
the same table for the Rust test that compares. README.md says what the files hold. Every case has
its own seed, made of its name: adding one leaves the others' bytes alone.
"""

import json
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import safetensors.torch
import torch
import torch.nn.functional as F
from torch import nn

HERE = Path(__file__).parent
# The tightest agreement that f32 arithmetic in another order can promise for these sizes. A case
# whose f32 and f64 runs differ by more sits on a kink or a tie, and its seed is passed over.
F32_AGREEMENT = 2e-5


@dataclass
class Case:
    """One network, in this project's language and in PyTorch."""

    name: str
    dsl: str
    make: Callable[[], nn.Module]
    mode: str = "train"
    images: int = 3
    scale: float = 1.0  # of the input; wide where an activation has several pieces
    blocks: str = ""  # `block` items that the network calls

    def shape(self):
        """The shape of one image, from the head of the network's text."""
        return [int(n) for n in self.dsl.split(" -> ")[0].split("x")]


# ---- PyTorch modules for what torch.nn has no module for --------------------------------------


class Graph(nn.Module):
    """Named modules, and how a value goes through them."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            self.add_module(name.lstrip("_"), module)

    def forward(self, x):
        return self.run({name: module for name, module in self.named_children()}, x)


class Padded(nn.Module):
    """What `layer` does to an input padded by (top, bottom, left, right) with `value`."""

    def __init__(self, layer, pad, value=0.0):
        super().__init__()
        self.layer, self.pad, self.value = [layer], pad, value
        for name, parameter in layer.named_parameters():
            self.register_parameter(name, parameter)

    def forward(self, x):
        top, bottom, left, right = self.pad
        padded = F.pad(x, (left, right, top, bottom), value=self.value)
        layer = self.layer[0]
        return torch.func.functional_call(layer, dict(self.named_parameters()), (padded,))


class ProdPool(nn.Module):
    """The product of each window."""

    def __init__(self, kernel, stride=None):
        super().__init__()
        self.kernel, self.stride = kernel, stride or kernel

    def forward(self, x):
        rows = x.unfold(2, self.kernel, self.stride)
        return rows.unfold(3, self.kernel, self.stride).flatten(4).prod(4)


class Unpool(nn.Module):
    """nn.MaxUnpool2d, with the derivative of what it computes where windows overlap.

    It writes one element after the other, and the last of several to the same place stays. Its own
    backward pass gives a gradient to the others as well.
    """

    def __init__(self, kernel, stride, pad):
        super().__init__()
        self.unpool = nn.MaxUnpool2d(kernel, stride, pad)

    def forward(self, x, indices, size):
        flat, places = x.flatten(2), indices.flatten(2)
        y = x.new_zeros(*x.shape[:2], size[0] * size[1])
        for i in range(flat.shape[2]):
            y = y.scatter(2, places[:, :, i : i + 1], flat[:, :, i : i + 1])
        y = y.unflatten(2, size)
        torch.use_deterministic_algorithms(False)  # a single thread writes in order
        assert torch.equal(y, self.unpool(x, indices, output_size=size))
        torch.use_deterministic_algorithms(True)
        return y


def unpool(kernel, stride=None, pad=0):
    stride = stride or kernel

    def run(m, x):
        y, indices = m["pool"](x)
        return m["unpool"](m["1"](y), indices, x.shape[2:])

    return lambda: Graph(
        run,
        pool=nn.MaxPool2d(kernel, stride, pad, return_indices=True),
        _1=conv(3, 3, 3, padding=1),
        unpool=Unpool(kernel, stride, pad),
    )


class ScaledTanh(nn.Module):
    def __init__(self, scale, slope):
        super().__init__()
        self.scale, self.slope = scale, slope

    def forward(self, x):
        return self.scale * (self.slope * x).tanh()


class AttnPool(nn.Module):
    """`Xᵀ softmax(X w)` of the positions x channels matrix of each image."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels))

    def forward(self, x):
        x = x.flatten(2).transpose(1, 2)
        attention = (x @ self.weight).softmax(1)
        return (x.transpose(1, 2) @ attention.unsqueeze(2)).squeeze(2)


def same(size, kernel, stride=(1, 1), dilation=(1, 1)):
    """`pad=same`: the output is ceil(size / stride); what is odd goes to the end."""
    pad = []
    for n, k, s, d in zip(size, kernel, stride, dilation):
        total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
        pad += [total // 2, total - total // 2]
    return pad


# ---- Shorthands ------------------------------------------------------------------------------

seq = nn.Sequential
conv = nn.Conv2d
INF = float("inf")


def one(layer):
    return lambda: seq(layer())


def basic_block():
    """ResNet's, with a strided shortcut; the names are torchvision's."""

    def run(m, x):
        y = m["bn2"](m["conv2"](F.relu(m["bn1"](m["conv1"](x)))))
        return F.relu(y + m["downsample"](x))

    return Graph(
        run,
        conv1=conv(4, 6, 3, stride=2, padding=1, bias=False),
        bn1=nn.BatchNorm2d(6),
        conv2=conv(6, 6, 3, padding=1, bias=False),
        bn2=nn.BatchNorm2d(6),
        downsample=seq(conv(4, 6, 1, stride=2, bias=False), nn.BatchNorm2d(6)),
    )


BASIC_BLOCK = (
    "4x6x7 -> add("
    "conv1: conv(6, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu"
    " -> conv2: conv(6, 3x3, pad=1, bias=false) -> bn2: bn"
    " | downsample: { conv(6, 1x1, stride=2, bias=false) -> bn }) -> relu"
)


def small_vgg():
    def stage(inputs, filters):
        return [conv(inputs, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU()]

    return Graph(
        lambda m, x: m["classifier"](m["features"](x).flatten(1)),
        features=seq(
            *stage(3, 4), *stage(4, 4), nn.MaxPool2d(2), *stage(4, 8), *stage(8, 8), nn.MaxPool2d(2)
        ),
        classifier=seq(nn.Linear(32, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 5)),
    )


SMALL_VGG = (
    "3x8x8 -> features: { stage(4, 2) -> stage(8, 2) } -> flatten"
    " -> classifier: { dense(16) -> relu -> dropout(0.5) -> dense(5) }"
)
SMALL_VGG_BLOCKS = (
    "inline block stage(f, n) { { conv(f, 3x3, pad=1) -> bn -> relu } * n -> maxpool(2) }"
)


def small_vgg_train():
    """Without dropout, whose random mask no two libraries share."""
    net = small_vgg()
    net.classifier = seq(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 5))
    return net


def lenet():
    return seq(
        *(conv(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2)),
        *(conv(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2)),
        nn.Flatten(),
        *(nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10)),
    )


LENET = (
    "1x28x28 -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2)"
    " -> conv(16, 5x5) -> sigmoid -> avgpool(2)"
    " -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10)"
)


def squeeze_excite():
    def run(m, x):
        return x * m["expand"](F.relu(m["reduce"](x.mean((2, 3), keepdim=True)))).sigmoid()

    return Graph(run, reduce=conv(6, 2, 1), expand=conv(2, 6, 1))


class Position(nn.Module):
    """What `layer` does to the channels at each position."""

    def __init__(self, layer):
        super().__init__()
        self.layer = [layer]
        for name, parameter in layer.named_parameters():
            self.register_parameter(name, parameter)

    def forward(self, x):
        parameters = dict(self.named_parameters())
        x = x.permute(0, 2, 3, 1)
        return torch.func.functional_call(self.layer[0], parameters, (x,)).permute(0, 3, 1, 2)


class Scale(nn.Module):
    """Each channel times a weight, plus a bias if there is to be one."""

    def __init__(self, channels, bias=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels))
        self.bias = nn.Parameter(torch.randn(channels)) if bias else None

    def forward(self, x):
        shape = (-1,) + (1,) * (x.dim() - 2)
        y = x * self.weight.view(shape)
        return y if self.bias is None else y + self.bias.view(shape)


class Reshape(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


class Bare(nn.Module):
    """A factor that is a parameter of the network itself."""

    def __init__(self, **parameter):
        super().__init__()
        for name, value in parameter.items():
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, x):
        for parameter in self.parameters():
            x = x * parameter
        return x


class Split(nn.Module):
    def __init__(self, n, i):
        super().__init__()
        self.n, self.i = n, i

    def forward(self, x):
        return x.chunk(self.n, 1)[self.i]


class ChannelShuffle(nn.Module):
    """As `nn.ChannelShuffle`, which has no gradient of its own in every version."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        n, c, h, w = x.shape
        y = x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)
        assert torch.equal(y, nn.ChannelShuffle(self.groups)(x.detach()))
        return y


class ConvNextBlock(nn.Module):
    """torchvision's `CNBlock`, with its parameters' names."""

    def __init__(self, dim):
        super().__init__()
        permute = nn.Identity  # torchvision's Permute, around what `Position` does here
        self.block = seq(
            conv(dim, dim, 7, padding=3, groups=dim),
            permute(),
            Position(nn.LayerNorm(dim, 1e-6)),
            Position(nn.Linear(dim, 4 * dim)),
            nn.GELU(),
            Position(nn.Linear(4 * dim, dim)),
            permute(),
        )
        self.layer_scale = nn.Parameter(torch.randn(dim, 1, 1))

    def forward(self, x):
        return x + self.layer_scale * self.block(x)


def shuffle_unit():
    """ShuffleNetV2's: half of the channels pass, the other half is convolved."""

    def run(m, x):
        a, b = x.chunk(2, 1)
        return m["shuffle"](torch.cat([a, m["branch2"](b)], 1))

    branch2 = seq(
        *(conv(3, 3, 1, bias=False), nn.BatchNorm2d(3), nn.ReLU()),
        *(conv(3, 3, 3, padding=1, groups=3, bias=False), nn.BatchNorm2d(3)),
        *(conv(3, 3, 1, bias=False), nn.BatchNorm2d(3), nn.ReLU()),
    )
    return Graph(run, branch2=branch2, shuffle=ChannelShuffle(2))


SHUFFLE_UNIT = (
    "6x4x5 -> concat(split(2, 0) | split(2, 1) -> branch2: {"
    " conv(3, 1x1, bias=false) -> bn -> relu"
    " -> depthwise(3x3, pad=1, bias=false) -> bn -> conv(3, 1x1, bias=false) -> bn -> relu })"
    " -> shuffle(2)"
)

CONVNEXT_BLOCK = (
    "4x8x7 -> add(_ | block: { depthwise(7x7, pad=3) -> identity -> ln(eps=1e-6)"
    " -> pointwise(16) -> gelu -> pointwise(4) -> identity }"
    " -> layer_scale: scale(bare=true, init=constant(1e-6)) -> drop_path(0.2))"
)


def skip():
    def run(m, x):
        d1 = m["d1"](x)
        up = m["d2"](d1).tanh()
        return m["last"](torch.cat([up, d1], 1))

    d2 = conv(3, 5, 3, padding=1)
    return Graph(run, d1=conv(2, 3, 3, padding=1), d2=d2, last=conv(8, 2, 1))


# ---- The table -------------------------------------------------------------------------------

CONVOLUTIONS = [
    Case("conv_1x1", "3x5x4 -> conv(4, 1x1)", one(lambda: conv(3, 4, 1))),
    Case("conv_1x1_stride_2", "3x5x4 -> conv(4, 1x1, stride=2)", one(lambda: conv(3, 4, 1, 2))),
    Case("conv_3x3", "2x6x5 -> conv(3, 3x3)", one(lambda: conv(2, 3, 3))),
    Case("conv_3", "2x6x5 -> conv(3, 3)", one(lambda: conv(2, 3, 3))),
    Case("conv_3x3_pad", "2x6x5 -> conv(3, 3x3, pad=1)", one(lambda: conv(2, 3, 3, padding=1))),
    Case(
        "conv_3x3_stride_2",
        "2x9x7 -> conv(4, 3x3, stride=2, pad=1)",
        one(lambda: conv(2, 4, 3, 2, 1)),
    ),
    Case(
        "conv_3x3_images_19",
        "2x5x4 -> conv(3, 3x3, pad=1)",
        one(lambda: conv(2, 3, 3, padding=1)),
        images=19,
    ),
    Case("conv_5x5", "2x7x8 -> conv(3, 5x5, pad=2)", one(lambda: conv(2, 3, 5, padding=2))),
    Case(
        "conv_5x5_stride_2",
        "2x9x8 -> conv(3, 5x5, stride=2, pad=2)",
        one(lambda: conv(2, 3, 5, 2, 2)),
    ),
    Case("conv_7x7", "2x9x8 -> conv(3, 7x7)", one(lambda: conv(2, 3, 7))),
    Case(
        "conv_7x7_stride_2",
        "2x11x10 -> conv(3, 7x7, stride=2, pad=3)",
        one(lambda: conv(2, 3, 7, 2, 3)),
    ),
    Case("conv_3x5", "2x6x8 -> conv(3, 3x5)", one(lambda: conv(2, 3, (3, 5)))),
    Case(
        "conv_3x1_pad_1_0",
        "2x6x5 -> conv(3, 3x1, pad=(1, 0))",
        one(lambda: conv(2, 3, (3, 1), padding=(1, 0))),
    ),
    Case("conv_1x7", "2x4x9 -> conv(3, 1x7)", one(lambda: conv(2, 3, (1, 7)))),
    Case("conv_2x2_stride_2", "3x6x7 -> conv(4, 2x2, stride=2)", one(lambda: conv(3, 4, 2, 2))),
    Case("conv_4x4", "2x7x6 -> conv(3, 4x4, pad=1)", one(lambda: conv(2, 3, 4, padding=1))),
    Case(
        "conv_stride_2_1",
        "2x8x6 -> conv(3, 3x3, stride=(2, 1), pad=1)",
        one(lambda: conv(2, 3, 3, (2, 1), 1)),
    ),
    Case("conv_stride_3", "2x10x8 -> conv(3, 3x3, stride=3)", one(lambda: conv(2, 3, 3, 3))),
    Case(
        "conv_11x11_stride_4",
        "2x19x16 -> conv(2, 11x11, stride=4, pad=2)",
        one(lambda: conv(2, 2, 11, 4, 2)),
    ),
    Case(
        "conv_dilation_2",
        "2x8x7 -> conv(3, 3x3, pad=2, dilation=2)",
        one(lambda: conv(2, 3, 3, padding=2, dilation=2)),
    ),
    Case(
        "conv_dilation_1_2",
        "2x6x8 -> conv(3, 3x3, dilation=(1, 2))",
        one(lambda: conv(2, 3, 3, dilation=(1, 2))),
    ),
    Case(
        "conv_dilation_stride",
        "2x9x9 -> conv(3, 3x3, stride=2, pad=1, dilation=2)",
        one(lambda: conv(2, 3, 3, 2, 1, 2)),
    ),
    Case(
        "conv_groups_2",
        "4x5x6 -> conv(6, 3x3, pad=1, groups=2)",
        one(lambda: conv(4, 6, 3, padding=1, groups=2)),
    ),
    Case(
        "conv_groups_channels",
        "3x5x6 -> conv(6, 3x3, pad=1, groups=3)",
        one(lambda: conv(3, 6, 3, padding=1, groups=3)),
    ),
    Case(
        "depthwise",
        "4x6x5 -> depthwise(3x3, pad=1)",
        one(lambda: conv(4, 4, 3, padding=1, groups=4)),
    ),
    Case(
        "depthwise_stride_2",
        "4x7x6 -> depthwise(3x3, stride=2, pad=1)",
        one(lambda: conv(4, 4, 3, 2, 1, groups=4)),
    ),
    Case(
        "depthwise_5x5_no_bias",
        "3x7x6 -> depthwise(5x5, pad=2, bias=false)",
        one(lambda: conv(3, 3, 5, padding=2, groups=3, bias=False)),
    ),
    Case(
        "conv_no_bias",
        "2x6x5 -> conv(3, 3x3, pad=1, bias=false)",
        one(lambda: conv(2, 3, 3, padding=1, bias=False)),
    ),
    Case(
        "conv_same_odd",
        "2x6x5 -> conv(3, 3x3, pad=same)",
        lambda: seq(Padded(conv(2, 3, 3), same((6, 5), (3, 3)))),
    ),
    Case(
        "conv_same_even",
        "2x6x5 -> conv(3, 4x2, pad=same)",
        lambda: seq(Padded(conv(2, 3, (4, 2)), same((6, 5), (4, 2)))),
    ),
    Case(
        "conv_same_stride_2",
        "2x7x6 -> conv(3, 3x3, stride=2, pad=same)",
        lambda: seq(Padded(conv(2, 3, 3, 2), same((7, 6), (3, 3), (2, 2)))),
    ),
    Case(
        "conv_same_dilation_2",
        "2x7x6 -> conv(3, 3x2, dilation=2, pad=same)",
        lambda: seq(
            Padded(conv(2, 3, (3, 2), dilation=2), same((7, 6), (3, 2), dilation=(2, 2)))
        ),
    ),
    Case("conv_valid", "2x6x5 -> conv(3, 3x3, pad=valid)", one(lambda: conv(2, 3, 3))),
    Case(
        "conv_pad_four_sides",
        "2x5x6 -> conv(3, 3x3, pad=(0, 2, 1, 3))",
        lambda: seq(Padded(conv(2, 3, 3), (0, 2, 1, 3))),
    ),
]



def keep(size, kernel, stride):
    """`pad=keep`: the output is as large as the input; what is odd goes to the end."""
    pad = []
    for n, k, s in zip(size, kernel, stride):
        total = (n - 1) * s + k - n
        pad += [total // 2, total - total // 2]
    return pad


def moded(mode, kernel=3, stride=1, padding=1, groups=1):
    return lambda: seq(conv(2, 4, kernel, stride, padding, groups=groups, padding_mode=mode))


class Apply(nn.Module):
    """A function as a module."""

    def __init__(self, run):
        super().__init__()
        self.run = run

    def forward(self, x):
        return self.run(x)


def padded(pad, mode="constant", value=None):
    """F.pad by (top, bottom, left, right); cropping is negative."""
    top, bottom, left, right = pad
    return lambda: Apply(lambda x: F.pad(x, (left, right, top, bottom), mode, value))


PADDING = [
    Case(
        "conv_keep",
        "2x5x6 -> conv(3, 3x3, stride=2, pad=keep)",
        lambda: seq(Padded(conv(2, 3, 3, 2), keep((5, 6), (3, 3), (2, 2)))),
    ),
    Case(
        "conv_keep_even",
        "2x5x4 -> conv(3, 4x3, stride=(1, 3), pad=keep)",
        lambda: seq(Padded(conv(2, 3, (4, 3), (1, 3)), keep((5, 4), (4, 3), (1, 3)))),
    ),
    Case("conv_reflect", "2x5x6 -> conv(4, 3x3, pad=1, pad_mode=reflect)", moded("reflect")),
    Case(
        "conv_replicate",
        "2x5x6 -> conv(4, 5x3, pad=(2, 1), pad_mode=replicate)",
        moded("replicate", (5, 3), padding=(2, 1)),
    ),
    Case(
        "conv_circular",
        "2x5x6 -> conv(4, 5x5, stride=2, pad=2, pad_mode=circular)",
        moded("circular", 5, 2, 2),
    ),
    Case(
        "conv_circular_same",
        "2x5x6 -> conv(4, 4x2, pad=same, pad_mode=circular)",
        moded("circular", (4, 2), padding="same"),
    ),
    Case(
        "conv_reflect_groups",
        "2x5x6 -> conv(4, 3x3, pad=2, groups=2, pad_mode=reflect)",
        moded("reflect", padding=2, groups=2),
    ),
    Case(
        "conv_reflect_behind_conv",
        "2x5x6 -> conv(20, 3x3, pad=1) -> relu -> conv(4, 3x3, pad=1, pad_mode=reflect) -> tanh",
        lambda: seq(
            conv(2, 20, 3, padding=1),
            nn.ReLU(),
            conv(20, 4, 3, padding=1, padding_mode="reflect"),
            nn.Tanh(),
        ),
    ),
    Case(
        "depthwise_replicate",
        "4x6x5 -> depthwise(3x3, pad=1, pad_mode=replicate)",
        one(lambda: conv(4, 4, 3, padding=1, groups=4, padding_mode="replicate")),
    ),
    Case("pad", "2x4x5 -> pad(1)", padded((1, 1, 1, 1))),
    Case("pad_value", "2x4x5 -> pad((1, 2, 0, 3), value=0.5)", padded((1, 2, 0, 3), value=0.5)),
    Case("pad_reflect", "2x4x5 -> pad((3, 1, 2, 4), mode=reflect)", padded((3, 1, 2, 4), "reflect")),
    Case("pad_replicate", "2x4x5 -> pad((2, 6), mode=replicate)", padded((2, 2, 6, 6), "replicate")),
    Case("pad_circular", "2x4x5 -> pad((1, 4, 5, 2), mode=circular)", padded((1, 4, 5, 2), "circular")),
    Case(
        "pad_between",
        "2x4x5 -> conv(20, 1x1) -> pad((1, 2), mode=reflect) -> tanh -> conv(3, 3x3)",
        lambda: seq(
            conv(2, 20, 1), padded((1, 1, 2, 2), "reflect")(), nn.Tanh(), nn.Conv2d(20, 3, 3)
        ),
    ),
    Case("crop", "2x6x7 -> crop((1, 2, 0, 3))", padded((-1, -2, 0, -3))),
    Case(
        "crop_between",
        "2x6x7 -> conv(20, 1x1) -> crop(1) -> conv(3, 3x3)",
        lambda: seq(conv(2, 20, 1), padded((-1,) * 4)(), conv(20, 3, 3)),
    ),
]

class Table(nn.Module):
    """A convolution whose filters see the channels that are listed for them."""

    def __init__(self, channels, kernel, table, bias=True, **options):
        super().__init__()
        mask = torch.zeros(len(table), channels, dtype=torch.bool)
        for f, row in enumerate(table):
            mask[f, row] = True
        whole = conv(channels, len(table), kernel, bias=bias)
        self.mask, self.options = mask, options
        self.weight = nn.Parameter(whole.weight.detach()[mask])
        self.bias = nn.Parameter(whole.bias.detach()) if bias else None

    def forward(self, x):
        dense = self.weight.new_zeros(*self.mask.shape, *self.weight.shape[1:])
        dense = dense.masked_scatter(self.mask[:, :, None, None], self.weight)
        return F.conv2d(x, dense, self.bias, **self.options)


# Table I of LeCun et al. (1998).
C3 = [
    *([0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1]),
    *([0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2]),
    *([0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]),
]
SMALL_TABLE = [[0, 2], [1], [0, 1, 2], [2]]
TABLES = [
    Case("conv_table", f"3x5x6 -> conv(4, 3x3, table={SMALL_TABLE})", one(lambda: Table(3, 3, SMALL_TABLE))),
    Case(
        "conv_table_stride_2",
        f"3x5x6 -> conv(4, 3x2, stride=2, pad=1, table={SMALL_TABLE}, bias=false) -> tanh",
        lambda: seq(Table(3, (3, 2), SMALL_TABLE, bias=False, stride=2, padding=1), nn.Tanh()),
    ),
    Case("conv_table_c3", f"6x7x6 -> conv(16, 5x5, table={C3})", one(lambda: Table(6, 5, C3)), images=19),
    Case(
        "conv_table_bn_relu",
        f"3x5x6 -> conv(4, 3x3, pad=1, table={SMALL_TABLE}) -> bn -> relu",
        lambda: seq(Table(3, 3, SMALL_TABLE, padding=1), nn.BatchNorm2d(4), nn.ReLU()),
        mode="eval",
    ),
]

deconv = nn.ConvTranspose2d


def deconv_cut(layer, cut):
    """A transposed convolution whose output is cut off by (top, bottom, left, right)."""
    top, bottom, left, right = cut

    def run(m, x):
        return F.pad(m["0"](x), (-left, -right, -top, -bottom))

    return lambda: Graph(run, _0=layer())


TRANSPOSED = [
    Case("deconv", "3x4x5 -> deconv(4, 3x3)", one(lambda: deconv(3, 4, 3))),
    Case(
        "deconv_2x2_stride_2",
        "3x4x5 -> deconv(4, 2x2, stride=2)",
        one(lambda: deconv(3, 4, 2, 2)),
    ),
    Case(
        "deconv_output_pad",
        "3x4x5 -> deconv(4, 3x3, stride=2, pad=1, output_pad=1)",
        one(lambda: deconv(3, 4, 3, 2, 1, 1)),
    ),
    Case(
        "deconv_4x4_stride_2",
        "3x4x5 -> deconv(4, 4x4, stride=2, pad=1) -> tanh",
        lambda: seq(deconv(3, 4, 4, 2, 1), nn.Tanh()),
    ),
    Case(
        "deconv_dilation",
        "2x4x5 -> deconv(3, 3x2, stride=(1, 2), dilation=(3, 2), pad=(2, 1), output_pad=(2, 1))",
        one(lambda: deconv(2, 3, (3, 2), (1, 2), (2, 1), (2, 1), dilation=(3, 2))),
    ),
    Case(
        "deconv_groups",
        "4x4x5 -> deconv(6, 3x3, stride=2, groups=2, bias=false)",
        one(lambda: deconv(4, 6, 3, 2, groups=2, bias=False)),
    ),
    Case(
        "deconv_groups_channels",
        "4x4x5 -> deconv(4, 4x4, stride=2, pad=1, groups=4)",
        one(lambda: deconv(4, 4, 4, 2, 1, groups=4)),
    ),
    Case(
        "deconv_gaps",
        "2x3x4 -> deconv(3, 1x2, stride=3)",
        one(lambda: deconv(2, 3, (1, 2), 3)),
    ),
    Case(
        "deconv_same",
        "2x3x4 -> deconv(3, 3x4, stride=2, pad=same)",
        deconv_cut(lambda: deconv(2, 3, (3, 4), 2), (0, 1, 1, 1)),
    ),
    Case(
        "deconv_keep",
        "2x3x4 -> deconv(3, 3x3, stride=2, pad=keep)",
        deconv_cut(lambda: deconv(2, 3, 3, 2), (2, 2, 2, 3)),
    ),
    Case(
        "deconv_images_19",
        "2x3x4 -> deconv(3, 3x3, stride=2)",
        one(lambda: deconv(2, 3, 3, 2)),
        images=19,
    ),
    Case(
        "deconv_between",
        "2x4x5 -> conv(20, 1x1) -> relu -> deconv(18, 4x4, stride=2, pad=1, bias=false) -> bn -> tanh"
        " -> conv(3, 3x3)",
        lambda: seq(
            *(conv(2, 20, 1), nn.ReLU(), deconv(20, 18, 4, 2, 1, bias=False), nn.BatchNorm2d(18)),
            *(nn.Tanh(), conv(18, 3, 3)),
        ),
        mode="eval",
    ),
    Case(
        "deconv_add",
        "2x4x5 -> add(up: deconv(17, 2x2, stride=2) | other: deconv(17, 4x4, stride=2, pad=1)) -> tanh",
        lambda: Graph(
            lambda m, x: (m["up"](x) + m["other"](x)).tanh(),
            up=deconv(2, 17, 2, 2),
            other=deconv(2, 17, 4, 2, 1),
        ),
    ),
    Case("upsample", "2x3x4 -> upsample(2)", one(lambda: nn.Upsample(scale_factor=2))),
    Case(
        "upsample_2x3",
        "2x3x4 -> upsample(2x3, nearest)",
        one(lambda: nn.Upsample(scale_factor=(2, 3))),
    ),
    Case(
        "upsample_bilinear",
        "2x3x4 -> upsample(2, bilinear)",
        one(lambda: nn.Upsample(scale_factor=2, mode="bilinear")),
    ),
    Case(
        "upsample_bilinear_3x4",
        "2x3x4 -> upsample((3, 4), mode=bilinear)",
        one(lambda: nn.Upsample(scale_factor=(3, 4), mode="bilinear")),
    ),
    Case(
        "upsample_between",
        "2x3x4 -> conv(20, 1x1) -> upsample(2, bilinear) -> tanh -> conv(3, 3x3)",
        lambda: seq(
            conv(2, 20, 1), nn.Upsample(scale_factor=2, mode="bilinear"), nn.Tanh(), conv(20, 3, 3)
        ),
    ),
    Case("upsample_size", "2x3x4 -> upsample(size=5x7)", one(lambda: nn.Upsample((5, 7)))),
    Case(
        "upsample_size_bilinear",
        "2x3x4 -> upsample(size=(5, 7), mode=bilinear)",
        one(lambda: nn.Upsample((5, 7), mode="bilinear")),
    ),
    Case(
        "upsample_align_corners",
        "2x3x4 -> upsample(3x2, bilinear, align_corners=true)",
        one(lambda: nn.Upsample(scale_factor=(3, 2), mode="bilinear", align_corners=True)),
    ),
    Case(
        "upsample_size_align_corners",
        "2x3x4 -> conv(18, 1x1) -> upsample(size=7x5, mode=bilinear, align_corners=true) -> tanh",
        lambda: seq(
            conv(2, 18, 1), nn.Upsample((7, 5), mode="bilinear", align_corners=True), nn.Tanh()
        ),
    ),
    Case(
        "upsample_pixel_align_corners",
        "2x1x3 -> upsample(size=1x8, mode=bilinear, align_corners=true)",
        one(lambda: nn.Upsample((1, 8), mode="bilinear", align_corners=True)),
    ),
    Case(
        "conv_groups_of_2",
        "6x5x6 -> conv(6, 3x3, pad=1, groups=3)",
        one(lambda: conv(6, 6, 3, padding=1, groups=3)),
    ),
    Case(
        "conv_groups_of_4",
        "24x5x6 -> conv(24, 3x3, stride=2, pad=1, groups=6)",
        one(lambda: conv(24, 24, 3, 2, 1, groups=6)),
    ),
    Case(
        "conv_groups_of_8",
        "24x5x6 -> conv(24, 3x3, pad=1, groups=3, bias=false)",
        one(lambda: conv(24, 24, 3, padding=1, groups=3, bias=False)),
    ),
]

POOLS = [
    Case("maxpool_2", "3x6x5 -> maxpool(2)", one(lambda: nn.MaxPool2d(2))),
    Case(
        "maxpool_3_stride_2_pad",
        "3x7x6 -> maxpool(3, stride=2, pad=1)",
        one(lambda: nn.MaxPool2d(3, 2, 1)),
    ),
    Case(
        "maxpool_ceil",
        "3x8x7 -> maxpool(3, ceil, stride=2)",
        one(lambda: nn.MaxPool2d(3, 2, ceil_mode=True)),
    ),
    Case(
        "maxpool_ceil_pad",
        "3x6x7 -> maxpool(3, stride=2, pad=1, round=ceil)",
        one(lambda: nn.MaxPool2d(3, 2, 1, ceil_mode=True)),
    ),
    # One more window a row and a column would start in the end padding: `ceil` drops it.
    Case(
        "maxpool_ceil_dropped_window",
        "2x3x5 -> maxpool(2, stride=2, pad=1, round=ceil)",
        one(lambda: nn.MaxPool2d(2, 2, 1, ceil_mode=True)),
    ),
    Case(
        "maxpool_dilation_2",
        "3x8x7 -> maxpool(3, stride=1, dilation=2)",
        one(lambda: nn.MaxPool2d(3, 1, dilation=2)),
    ),
    Case("maxpool_3x2", "3x7x6 -> maxpool(3x2)", one(lambda: nn.MaxPool2d((3, 2)))),
    Case(
        "maxpool_stride_1_2",
        "3x5x7 -> maxpool(2, stride=(1, 2))",
        one(lambda: nn.MaxPool2d(2, (1, 2))),
    ),
    Case(
        "maxpool_same",
        "3x7x6 -> maxpool(3, stride=2, pad=same)",
        lambda: seq(Padded(nn.MaxPool2d(3, 2), same((7, 6), (3, 3), (2, 2)), -INF)),
    ),
    Case("maxpool_images_19", "2x4x5 -> maxpool(2)", one(lambda: nn.MaxPool2d(2)), images=19),
    Case("avgpool_2", "3x6x5 -> avgpool(2)", one(lambda: nn.AvgPool2d(2))),
    Case(
        "avgpool_3_stride_2_pad",
        "3x7x6 -> avgpool(3, stride=2, pad=1)",
        one(lambda: nn.AvgPool2d(3, 2, 1)),
    ),
    Case(
        "avgpool_count_pad",
        "3x7x6 -> avgpool(3, stride=2, pad=1, count_pad=true)",
        one(lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=True)),
    ),
    Case(
        "avgpool_count_pad_false",
        "3x7x6 -> avgpool(3, stride=2, pad=1, count_pad=false)",
        one(lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    ),
    Case(
        "avgpool_ceil",
        "3x8x7 -> avgpool(3, stride=2, round=ceil)",
        one(lambda: nn.AvgPool2d(3, 2, ceil_mode=True)),
    ),
    Case(
        "avgpool_ceil_pad",
        "3x6x7 -> avgpool(3, stride=2, pad=1, round=ceil)",
        one(lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True)),
    ),
    Case(
        "avgpool_ceil_pad_count_pad_false",
        "3x6x7 -> avgpool(3, stride=2, pad=1, count_pad=false, round=ceil)",
        one(lambda: nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)),
    ),
    Case("avgpool_2x3", "3x6x7 -> avgpool(2x3)", one(lambda: nn.AvgPool2d((2, 3)))),
    Case("sumpool_2", "3x6x5 -> sumpool(2)", one(lambda: nn.AvgPool2d(2, divisor_override=1))),
    Case(
        "sumpool_3_stride_2_pad",
        "3x7x6 -> sumpool(3, stride=2, pad=1)",
        one(lambda: nn.AvgPool2d(3, 2, 1, divisor_override=1)),
    ),
    Case(
        "sumpool_ceil",
        "3x8x7 -> sumpool(3x2, stride=2, round=ceil)",
        one(lambda: nn.AvgPool2d((3, 2), 2, ceil_mode=True, divisor_override=1)),
    ),
    Case("lppool_2", "3x6x5 -> lppool(2, 2)", one(lambda: nn.LPPool2d(2, 2))),
    Case(
        "lppool_4_stride",
        "3x7x6 -> lppool(4, 3x2, stride=(2, 1))",
        one(lambda: nn.LPPool2d(4, (3, 2), (2, 1))),
    ),
    # PyTorch's powers keep the sign; behind a sigmoid there is none.
    Case(
        "lppool_1_sigmoid",
        "3x6x5 -> sigmoid -> lppool(1, 2)",
        lambda: seq(nn.Sigmoid(), nn.LPPool2d(1, 2)),
    ),
    Case(
        "lppool_3_sigmoid",
        "3x6x5 -> sigmoid -> lppool(3, 2)",
        lambda: seq(nn.Sigmoid(), nn.LPPool2d(3, 2)),
    ),
    Case(
        "lppool_2_5_sigmoid_images_19",
        "2x4x5 -> sigmoid -> lppool(2.5, 2)",
        lambda: seq(nn.Sigmoid(), nn.LPPool2d(2.5, 2)),
        images=19,
    ),
    Case("prodpool_2", "3x6x5 -> prodpool(2)", one(lambda: ProdPool(2))),
    Case(
        "prodpool_3_stride_2_pad",
        "3x7x6 -> prodpool(3, stride=2, pad=1)",
        lambda: seq(Padded(ProdPool(3, 2), (1, 1, 1, 1), 1.0)),
    ),
    # Windows with one zero, and with several.
    Case("prodpool_zeros", "3x6x6 -> relu -> prodpool(2)", lambda: seq(nn.ReLU(), ProdPool(2))),
    Case("unpool_2", "3x6x8 -> p: maxpool(2) -> conv(3, 3x3, pad=1) -> unpool(p)", unpool(2)),
    Case("unpool_odd", "3x7x5 -> p: maxpool(2) -> conv(3, 3x3, pad=1) -> unpool(p)", unpool(2)),
    Case(
        "unpool_pad_images_19",
        "3x7x6 -> p: maxpool(3, stride=3, pad=1) -> conv(3, 3x3, pad=1) -> unpool(p)",
        unpool(3, 3, 1),
        images=19,
    ),
    # Windows that overlap and share maxima.
    Case(
        "unpool_overlap",
        "3x9x7 -> p: maxpool(3, stride=2, pad=1) -> conv(3, 3x3, pad=1) -> unpool(p)",
        unpool(3, 2, 1),
    ),
    Case("attnpool", "4x5x3 -> attnpool", one(lambda: AttnPool(4))),
    Case(
        "attnpool_conv",
        "2x5x6 -> conv(20, 3x3, pad=1) -> tanh -> attnpool -> dense(3)",
        lambda: seq(conv(2, 20, 3, padding=1), nn.Tanh(), AttnPool(20), nn.Linear(20, 3)),
        images=19,
    ),
    Case(
        "adaptive_avgpool_3x4",
        "3x7x6 -> adaptive_avgpool(3x4)",
        one(lambda: nn.AdaptiveAvgPool2d((3, 4))),
    ),
    Case(
        "adaptive_avgpool_even",
        "3x6x8 -> adaptive_avgpool(3x2)",
        one(lambda: nn.AdaptiveAvgPool2d((3, 2))),
    ),
    Case(
        "adaptive_avgpool_1",
        "3x5x4 -> adaptive_avgpool(1)",
        one(lambda: nn.AdaptiveAvgPool2d(1)),
    ),
    Case(
        "adaptive_avgpool_same",
        "3x5x4 -> adaptive_avgpool(5x4)",
        one(lambda: nn.AdaptiveAvgPool2d((5, 4))),
    ),
    Case(
        "adaptive_avgpool_larger",
        "3x2x3 -> adaptive_avgpool(7)",
        one(lambda: nn.AdaptiveAvgPool2d(7)),
    ),
    Case(
        "adaptive_maxpool_3x4",
        "3x7x6 -> adaptive_maxpool(3x4)",
        one(lambda: nn.AdaptiveMaxPool2d((3, 4))),
    ),
    Case(
        "adaptive_maxpool_even",
        "3x6x8 -> adaptive_maxpool(3x2)",
        one(lambda: nn.AdaptiveMaxPool2d((3, 2))),
    ),
    Case(
        "adaptive_maxpool_same",
        "3x5x4 -> adaptive_maxpool(5x4)",
        one(lambda: nn.AdaptiveMaxPool2d((5, 4))),
    ),
    Case(
        "adaptive_maxpool_larger",
        "3x2x3 -> adaptive_maxpool(7)",
        one(lambda: nn.AdaptiveMaxPool2d(7)),
    ),
    Case(
        "adaptive_maxpool_images_19",
        "3x5x4 -> conv(4, 3x3) -> adaptive_maxpool(2x1)",
        lambda: seq(conv(3, 4, 3), nn.AdaptiveMaxPool2d((2, 1))),
        images=19,
    ),
    Case("global_maxpool", "4x5x3 -> global_maxpool", one(lambda: nn.AdaptiveMaxPool2d(1))),
    Case(
        "global_avgpool",
        "4x5x3 -> global_avgpool",
        one(lambda: nn.AdaptiveAvgPool2d(1)),
    ),
]

DENSE = [
    Case("flatten", "2x3x4 -> flatten", one(nn.Flatten)),
    Case("reshape", "2x3x4 -> reshape(4x2x3)", one(lambda: Reshape(4, 2, 3))),
    Case(
        "reshape_vector",
        "5 -> dense(24) -> reshape(2x3x4) -> conv(3, 1x1)",
        lambda: seq(nn.Linear(5, 24), nn.Unflatten(1, (2, 3, 4)), conv(2, 3, 1)),
    ),
    Case("dense", "7 -> dense(5)", one(lambda: nn.Linear(7, 5))),
    Case("dense_no_bias", "7 -> dense(5, bias=false)", one(lambda: nn.Linear(7, 5, bias=False))),
    Case("dense_images_19", "7 -> dense(5)", one(lambda: nn.Linear(7, 5)), images=19),
    Case(
        "flatten_dense",
        "2x3x4 -> flatten -> dense(5)",
        lambda: seq(nn.Flatten(), nn.Linear(24, 5)),
    ),
]

NORMALISATION = [
    Case("bn_train", "3x4x5 -> bn", one(lambda: nn.BatchNorm2d(3))),
    Case("bn_train_images_19", "3x2x3 -> bn", one(lambda: nn.BatchNorm2d(3)), images=19),
    Case("bn_eval", "3x4x5 -> bn", one(lambda: nn.BatchNorm2d(3)), mode="eval"),
    Case(
        "bn_eps_momentum_train",
        "3x4x5 -> bn(eps=1e-3, momentum=0.2)",
        one(lambda: nn.BatchNorm2d(3, 1e-3, 0.2)),
    ),
    Case(
        "bn_eps_momentum_eval",
        "3x4x5 -> bn(eps=1e-3, momentum=0.2)",
        one(lambda: nn.BatchNorm2d(3, 1e-3, 0.2)),
        mode="eval",
    ),
    Case(
        "bn_bare_train",
        "3x4x5 -> bn(affine=false)",
        one(lambda: nn.BatchNorm2d(3, affine=False)),
    ),
    Case(
        "bn_bare_eval",
        "3x4x5 -> bn(affine=false)",
        one(lambda: nn.BatchNorm2d(3, affine=False)),
        mode="eval",
    ),
    Case(
        "bn_bare_between_train",
        "2x5x6 -> conv(18, 3x3, pad=1) -> bn(affine=false) -> relu -> conv(3, 3x3)",
        lambda: seq(
            conv(2, 18, 3, padding=1), nn.BatchNorm2d(18, affine=False), nn.ReLU(), conv(18, 3, 3)
        ),
    ),
    Case(
        "bn_bare_between_eval",
        "2x5x6 -> conv(18, 3x3, pad=1) -> bn(affine=false) -> relu -> conv(3, 3x3, bias=false)"
        " -> bn(affine=false)",
        lambda: seq(
            conv(2, 18, 3, padding=1),
            nn.BatchNorm2d(18, affine=False),
            nn.ReLU(),
            conv(18, 3, 3, bias=False),
            nn.BatchNorm2d(3, affine=False),
        ),
        mode="eval",
    ),
    # The pass is the sixth: its statistics have a share of a sixth.
    Case(
        "bn_cumulative_train",
        "3x4x5 -> bn(momentum=none)",
        one(lambda: nn.BatchNorm2d(3, momentum=None)),
    ),
    Case(
        "bn_cumulative_between_train",
        "2x5x6 -> conv(18, 3x3) -> bn(momentum=none) -> relu -> conv(3, 3x3) -> bn",
        lambda: seq(
            conv(2, 18, 3),
            nn.BatchNorm2d(18, momentum=None),
            nn.ReLU(),
            conv(18, 3, 3),
            nn.BatchNorm2d(3),
        ),
        images=4,
    ),
    Case(
        "bn_vector_train",
        "5 -> dense(4) -> bn",
        lambda: seq(nn.Linear(5, 4), nn.BatchNorm1d(4)),
        images=7,
    ),
    Case(
        "bn_vector_eval",
        "5 -> dense(4) -> bn",
        lambda: seq(nn.Linear(5, 4), nn.BatchNorm1d(4)),
        mode="eval",
    ),
    Case(
        "conv_bn_relu_train",
        "2x5x6 -> conv(4, 3x3, pad=1, bias=false) -> bn -> relu",
        lambda: seq(conv(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
    ),
    Case(
        "conv_bn_relu_eval",
        "2x5x6 -> conv(4, 3x3, pad=1) -> bn -> relu",
        lambda: seq(conv(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU()),
        mode="eval",
    ),
    Case("dropout_eval", "2x3x4 -> dropout(0.5)", one(lambda: nn.Dropout(0.5)), mode="eval"),
    Case("dropout2d_eval", "2x3x4 -> dropout2d(0.5)", one(lambda: nn.Dropout2d(0.5)), mode="eval"),
    Case("drop_path_eval", "2x3x4 -> drop_path(0.5)", one(nn.Identity), mode="eval"),
    Case("ln", "5x3x4 -> ln", one(lambda: Position(nn.LayerNorm(5)))),
    Case("ln_eps", "20x3x4 -> ln(eps=1e-3)", one(lambda: Position(nn.LayerNorm(20, 1e-3)))),
    Case(
        "ln_affine_false",
        "5x3x4 -> ln(affine=false)",
        one(lambda: Position(nn.LayerNorm(5, elementwise_affine=False))),
    ),
    Case("ln_over_all", "3x4x5 -> ln(over=all)", one(lambda: nn.LayerNorm([3, 4, 5]))),
    Case("ln_vector", "7 -> ln", one(lambda: nn.LayerNorm(7))),
    Case("gn", "6x3x4 -> gn(3)", one(lambda: nn.GroupNorm(3, 6))),
    Case("gn_one_eps", "20x3x4 -> gn(1, eps=1e-3)", one(lambda: nn.GroupNorm(1, 20, 1e-3))),
    Case("gn_whole_blocks", "64x3x2 -> gn(2)", one(lambda: nn.GroupNorm(2, 64))),
    Case(
        "gn_affine_false",
        "24x3x4 -> gn(4, affine=false)",
        one(lambda: nn.GroupNorm(4, 24, affine=False)),
    ),
    Case("gn_vector", "12 -> gn(3)", one(lambda: nn.GroupNorm(3, 12))),
    Case("gn_images_19", "6x3x4 -> gn(2)", one(lambda: nn.GroupNorm(2, 6)), images=19),
    Case("instancenorm", "5x4x6 -> instancenorm", one(lambda: nn.InstanceNorm2d(5))),
    Case(
        "instancenorm_affine",
        "20x4x6 -> instancenorm(affine=true, eps=1e-3)",
        one(lambda: nn.InstanceNorm2d(20, 1e-3, affine=True)),
    ),
    Case("lrn", "7x3x4 -> lrn(5)", one(lambda: nn.LocalResponseNorm(5)), scale=4.0),
    Case(
        "lrn_alexnet",
        "36x3x4 -> lrn(5, alpha=5e-1, beta=0.75, k=2)",
        one(lambda: nn.LocalResponseNorm(5, 0.5, 0.75, 2.0)),
    ),
    Case(
        "lrn_even",
        "20x3x4 -> lrn(4, alpha=1, beta=1.25)",
        one(lambda: nn.LocalResponseNorm(4, 1.0, 1.25)),
    ),
    Case(
        "lrn_wide",
        "40x3x4 -> lrn(51, alpha=1)",
        one(lambda: nn.LocalResponseNorm(51, 1.0)),
    ),
    Case("lrn_images_19", "7x3x4 -> lrn(3, alpha=1)", one(lambda: nn.LocalResponseNorm(3, 1.0)), images=19),
    Case("ln_images_19", "5x3x4 -> ln", one(lambda: Position(nn.LayerNorm(5))), images=19),
]

CHANNELS = [
    Case("pointwise", "5x3x4 -> pointwise(6)", one(lambda: Position(nn.Linear(5, 6)))),
    Case(
        "pointwise_no_bias",
        "20x3x4 -> pointwise(18, bias=false)",
        one(lambda: Position(nn.Linear(20, 18, bias=False))),
    ),
    Case("split_first", "6x3x4 -> split(3, 0)", one(lambda: Split(3, 0))),
    Case("split_last", "40x3x4 -> split(2, 1)", one(lambda: Split(2, 1))),
    Case("split_whole_blocks", "48x3x4 -> split(3, i=1)", one(lambda: Split(3, 1))),
    Case("split_vector", "6 -> split(2, 1)", one(lambda: Split(2, 1))),
    Case("shuffle", "6x3x4 -> shuffle(3)", one(lambda: ChannelShuffle(3))),
    Case("shuffle_2", "58x3x4 -> shuffle(2)", one(lambda: ChannelShuffle(2))),
    Case("scale", "5x3x4 -> scale", one(lambda: Scale(5))),
    Case("scale_bias", "20x3x4 -> scale(bias=true)", one(lambda: Scale(20, True))),
    Case("scale_vector", "6 -> scale(bias=true)", one(lambda: Scale(6, True))),
    Case(
        "scale_bare",
        "3x4x5 -> gamma: scale(bare=true, init=constant(0.1))",
        lambda: Bare(gamma=torch.randn(3, 1, 1)),
    ),
    Case("identity", "2x3x4 -> identity", one(nn.Identity)),
    Case("shuffle_unit_train", SHUFFLE_UNIT, shuffle_unit),
    Case("shuffle_unit_eval", SHUFFLE_UNIT, shuffle_unit, mode="eval"),
    Case("convnext_block_eval", CONVNEXT_BLOCK, lambda: ConvNextBlock(4), mode="eval"),
    Case(
        "convnext_block_train",
        CONVNEXT_BLOCK.replace(" -> drop_path(0.2)", ""),
        lambda: ConvNextBlock(4),
    ),
]


class Rescale(nn.Module):
    """A product with a constant."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


def activation(name, dsl, make):
    """An activation alone, and behind a convolution, where it may be fused."""
    return [
        Case(name, f"2x4x5 -> {dsl}", one(make), scale=4.0),
        Case(
            f"conv_{name}",
            f"2x4x5 -> conv(3, 3x3, pad=1) -> {dsl}",
            lambda: seq(conv(2, 3, 3, padding=1), make()),
            scale=4.0,
        ),
    ]


ACTIVATIONS = [
    *activation("sigmoid", "sigmoid", nn.Sigmoid),
    *activation("tanh", "tanh", nn.Tanh),
    *activation("tanh_scaled", "tanh(scale=1.7159, slope=2.0/3.0)", lambda: ScaledTanh(1.7159, 2 / 3)),
    *activation("relu", "relu", nn.ReLU),
    *activation("relu6", "relu6", nn.ReLU6),
    *activation("leaky_relu", "leaky_relu", nn.LeakyReLU),
    *activation("leaky_relu_0_2", "leaky_relu(0.2)", lambda: nn.LeakyReLU(0.2)),
    *activation("prelu", "prelu", nn.PReLU),
    *activation("elu", "elu", nn.ELU),
    *activation("elu_0_5", "elu(0.5)", lambda: nn.ELU(0.5)),
    *activation("selu", "selu", nn.SELU),
    *activation("gelu", "gelu", nn.GELU),
    *activation("gelu_tanh", "gelu(approx=tanh)", lambda: nn.GELU("tanh")),
    *activation("silu", "silu", nn.SiLU),
    *activation("mish", "mish", nn.Mish),
    *activation("hardsigmoid", "hardsigmoid", nn.Hardsigmoid),
    *activation("hardswish", "hardswish", nn.Hardswish),
    *activation("rescale", "rescale(-0.3)", lambda: Rescale(-0.3)),
    *activation("softplus", "softplus", nn.Softplus),
    *activation("softplus_2_5", "softplus(beta=2, threshold=5)", lambda: nn.Softplus(2, 5)),
    Case(
        "prelu_per_channel",
        "3x4x5 -> prelu(per_channel=true)",
        one(lambda: nn.PReLU(3)),
    ),
    Case("dense_tanh", "6 -> dense(4) -> tanh", lambda: seq(nn.Linear(6, 4), nn.Tanh())),
    Case("softmax", "6 -> softmax", one(lambda: nn.Softmax(1)), scale=2.0),
    Case("log_softmax", "6 -> log_softmax", one(lambda: nn.LogSoftmax(1)), scale=2.0),
    Case("softmax_volume", "4x2x3 -> softmax", one(lambda: nn.Softmax(1)), scale=2.0),
    Case("log_softmax_volume", "4x2x3 -> log_softmax", one(lambda: nn.LogSoftmax(1)), scale=2.0),
    Case("softmax_large_inputs", "5 -> softmax", one(lambda: nn.Softmax(1)), scale=60.0),
    Case("log_softmax_large_inputs", "5 -> log_softmax", one(lambda: nn.LogSoftmax(1)), scale=60.0),
]

BRANCHES = [
    Case(
        "add_unchanged",
        "3x4x5 -> add(_ | branch: conv(3, 3x3, pad=1))",
        lambda: Graph(lambda m, x: x + m["branch"](x), branch=conv(3, 3, 3, padding=1)),
    ),
    # The branches of `add` go on counting, in reading order.
    Case(
        "add_three",
        "2x4x5 -> add(conv(3, 1x1) -> tanh | conv(3, 3x3, pad=1) | conv(3, 5x5, pad=2) -> sigmoid)",
        lambda: Graph(
            lambda m, x: m["0"](x).tanh() + m["2"](x) + m["3"](x).sigmoid(),
            _0=conv(2, 3, 1),
            _2=conv(2, 3, 3, padding=1),
            _3=conv(2, 3, 5, padding=2),
        ),
    ),
    Case(
        "concat",
        "2x4x5 -> concat(_ | narrow: conv(3, 1x1) | wide: conv(4, 3x3, pad=1) -> relu)",
        lambda: Graph(
            lambda m, x: torch.cat([x, m["narrow"](x), F.relu(m["wide"](x))], 1),
            narrow=conv(2, 3, 1),
            wide=conv(2, 4, 3, padding=1),
        ),
    ),
    Case(
        "concat_vectors",
        "5 -> concat(a: dense(3) | b: dense(2) -> tanh)",
        lambda: Graph(
            lambda m, x: torch.cat([m["a"](x), m["b"](x).tanh()], 1),
            a=nn.Linear(5, 3),
            b=nn.Linear(5, 2),
        ),
    ),
    Case(
        "concat_skip",
        "2x4x5 -> d1: conv(3, 3x3, pad=1) -> d2: conv(5, 3x3, pad=1) -> tanh"
        " -> concat(_ | d1) -> last: conv(2, 1x1)",
        skip,
    ),
    Case(
        "mul",
        "2x4x5 -> mul(conv1: conv(3, 3x3, pad=1) | gate: conv(3, 3x3, pad=1) -> sigmoid)",
        lambda: Graph(
            lambda m, x: m["conv1"](x) * m["gate"](x).sigmoid(),
            conv1=conv(2, 3, 3, padding=1),
            gate=conv(2, 3, 3, padding=1),
        ),
    ),
    Case(
        "mul_broadcast",
        "3x4x5 -> mul(_ | global_avgpool -> gate: conv(3, 1x1) -> sigmoid)",
        lambda: Graph(
            lambda m, x: x * m["gate"](x.mean((2, 3), keepdim=True)).sigmoid(), gate=conv(3, 3, 1)
        ),
    ),
    Case(
        "mul_squeeze_excite",
        "6x4x5 -> mul(_ | global_avgpool -> reduce: conv(2, 1x1) -> relu"
        " -> expand: conv(6, 1x1) -> sigmoid)",
        squeeze_excite,
    ),
    Case(
        "mul_spatial",
        "3x4x5 -> mul(_ | gate: conv(1, 3x3, pad=1) -> sigmoid)",
        lambda: Graph(lambda m, x: x * m["gate"](x).sigmoid(), gate=conv(3, 1, 3, padding=1)),
    ),
    Case(
        "mul_spatial_first",
        "18x4x5 -> mul(gate: conv(1, 3x3, pad=1) -> sigmoid | _ | channels: conv(18, 4x5) -> tanh)",
        lambda: Graph(
            lambda m, x: m["gate"](x).sigmoid() * x * m["channels"](x).tanh(),
            gate=conv(18, 1, 3, padding=1),
            channels=conv(18, 18, (4, 5)),
        ),
    ),
    Case(
        "add_broadcast",
        "3x4x5 -> add(_ | pixels: conv(1, 1x1) | channels: conv(3, 4x5) | one: conv(1, 4x5)) -> tanh",
        lambda: Graph(
            lambda m, x: (x + m["pixels"](x) + m["channels"](x) + m["one"](x)).tanh(),
            pixels=conv(3, 1, 1),
            channels=conv(3, 3, (4, 5)),
            one=conv(3, 1, (4, 5)),
        ),
    ),
    Case(
        "add_outer",
        "2x4x5 -> add(channels: conv(20, 4x5) | pixels: conv(1, 3x3, pad=1)) -> tanh -> conv(3, 3x3)",
        lambda: Graph(
            lambda m, x: m["3"]((m["channels"](x) + m["pixels"](x)).tanh()),
            channels=conv(2, 20, (4, 5)),
            pixels=conv(2, 1, 3, padding=1),
            _3=conv(20, 3, 3),
        ),
    ),
    Case(
        "mul_outer",
        "2x4x5 -> mul(channels: conv(20, 4x5) | pixels: conv(1, 3x3, pad=1)) -> conv(3, 3x3)",
        lambda: Graph(
            lambda m, x: m["2"](m["channels"](x) * m["pixels"](x)),
            channels=conv(2, 20, (4, 5)),
            pixels=conv(2, 1, 3, padding=1),
            _2=conv(20, 3, 3),
        ),
    ),
    Case(
        "nested_branches",
        "3x4x5 -> add(_ | concat(a: conv(1, 1x1) | add(b: conv(2, 1x1) | c: conv(2, 3x3, pad=1))))",
        lambda: Graph(
            lambda m, x: x + torch.cat([m["a"](x), m["b"](x) + m["c"](x)], 1),
            a=conv(3, 1, 1),
            b=conv(3, 2, 1),
            c=conv(3, 2, 3, padding=1),
        ),
    ),
]

NETWORKS = [
    Case("basic_block_train", BASIC_BLOCK, basic_block),
    Case("basic_block_eval", BASIC_BLOCK, basic_block, mode="eval"),
    Case("lenet", LENET, lenet),
    Case(
        "small_vgg_train",
        SMALL_VGG.replace(" -> dropout(0.5)", ""),
        small_vgg_train,
        blocks=SMALL_VGG_BLOCKS,
    ),
    Case("small_vgg_eval", SMALL_VGG, small_vgg, mode="eval", blocks=SMALL_VGG_BLOCKS),
]

CASES = [
    *CONVOLUTIONS,
    *PADDING,
    *TABLES,
    *TRANSPOSED,
    *POOLS,
    *DENSE,
    *NORMALISATION,
    *CHANNELS,
    *ACTIVATIONS,
    *BRANCHES,
    *NETWORKS,
]


# ---- Running and writing ---------------------------------------------------------------------


def randomise(net, generator):
    """Away from the initial values that would hide a mistake (ones, zeros, equal slopes)."""

    def fill(tensor, low, high):
        tensor.uniform_(low, high, generator=generator)

    for module in net.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            if module.weight is not None:
                fill(module.weight.data, 0.5, 1.5)
                fill(module.bias.data, -0.5, 0.5)
            fill(module.running_mean, -0.5, 0.5)
            fill(module.running_var, 0.5, 2.0)
            module.num_batches_tracked.fill_(5)
        elif isinstance(module, nn.LayerNorm | nn.GroupNorm | nn.InstanceNorm2d | Position) and hasattr(module, "weight"):
            if module.weight is not None and module.weight.dim() != 2:
                fill(module.weight.data, 0.5, 1.5)
                fill(module.bias.data, -0.5, 0.5)
        elif isinstance(module, nn.PReLU):
            fill(module.weight.data, 0.1, 0.4)


def run(net, x, d_output):
    """Every tensor of one forward and backward pass, by its key in the file."""
    x = x.clone().requires_grad_()
    tensors = {f"param.{path}": p.detach().clone() for path, p in net.named_parameters()}
    tensors |= {f"buffer.{path}": b.clone() for path, b in net.named_buffers()}
    output = net(x)
    if d_output is None:
        d_output = torch.randn_like(output)
    output.backward(d_output.to(output.dtype))
    tensors |= {"input": x.detach(), "output": output.detach(), "d_output": d_output}
    tensors["d_input"] = x.grad
    tensors |= {f"grad.{path}": p.grad for path, p in net.named_parameters()}
    tensors |= {f"after.{path}": b.clone() for path, b in net.named_buffers()}
    return tensors


def single(tensors):
    """As stored: floats in single precision, counters as they are."""
    return {
        key: (t.float() if t.is_floating_point() else t).contiguous() for key, t in tensors.items()
    }


def reference(case):
    """The case's tensors: values of f32, results computed in f64 and rounded once."""
    seed = zlib.crc32(case.name.encode())
    for attempt in range(100):
        torch.manual_seed(seed + attempt)
        net = case.make().train(case.mode == "train")
        randomise(net, torch.Generator().manual_seed(seed + attempt))
        x = torch.randn(case.images, *case.shape()) * case.scale
        start = {key: value.clone() for key, value in net.state_dict().items()}
        rough = single(run(net, x, None))
        net.load_state_dict(start)
        net.zero_grad()
        exact = single(run(net.double(), x.double(), rough["d_output"]))
        if all(agree(rough[key].double(), exact[key].double()) for key in exact):
            return exact
    raise SystemExit(f"{case.name}: no seed keeps away from kinks")


def agree(a, b):
    return (a - b).abs().max() <= F32_AGREEMENT * (1 + b.abs().max())


def save(path, tensors, metadata):
    """Writes a safetensors file whose bytes depend on its contents alone.

    The library writes metadata in the random order of a hash map, so the header is sorted here.
    """
    data = safetensors.torch.save(tensors, metadata)
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    header = {key: dict(sorted(value.items())) for key, value in sorted(header.items())}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    safetensors.torch.load_file(path)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names), "two cases share a name"
    folder = HERE / "layers"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.safetensors"):
        old.unlink()
    lines = ["// Written by layers.py; do not edit.\n"]
    for case in CASES:
        metadata = {"dsl": case.dsl, "mode": case.mode}
        if case.blocks:
            metadata["blocks"] = case.blocks
        save(folder / f"{case.name}.safetensors", reference(case), metadata)
        blocks = f"{{ {case.blocks} }} " if case.blocks else ""
        lines.append(f"reference! {{ {case.name}, {case.mode}, {blocks}< {case.dsl} > }}\n")
    (HERE / "cases.rs").write_text("".join(lines))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{len(CASES)} cases, {size} bytes, torch {torch.__version__}")


if __name__ == "__main__":
    main()
