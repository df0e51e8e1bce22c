"""The networks of the zoo in PyTorch: torchvision's, and narrow ones made of its parts."""

from functools import partial

import torch
import torchvision.models as tv
from torch import nn
from torch.nn import functional as F
from torchvision.models import (
    convnext,
    densenet,
    efficientnet,
    inception,
    mobilenetv2,
    mobilenetv3,
    resnet,
    shufflenetv2,
    squeezenet,
    vgg,
)
from torchvision.models.googlenet import BasicConv2d, Inception, InceptionAux
from torchvision.ops.misc import Conv2dNormActivation

import inceptions
import papers
import residual


def head(inputs, width, classes):
    """VGG's classifier."""
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(),
        nn.Linear(width, width), nn.ReLU(), nn.Dropout(),
        nn.Linear(width, classes),
    )  # fmt: skip


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
        nn.Linear(84, 10),
    )  # fmt: skip


def vgg11_cifar(norm):
    layers, inputs = [], 3
    for filters in [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0]:
        if filters == 0:
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(inputs, filters, 3, padding=1, bias=not norm))
        layers += [nn.BatchNorm2d(filters), nn.ReLU()] if norm else [nn.ReLU()]
        inputs = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


def resnet18_cifar():
    net = tv.resnet18(num_classes=10)
    net.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    net.maxpool = nn.Identity()
    return net


def small_vgg_bn():
    net = vgg.VGG(vgg.make_layers([8, "M", 12, 12, "M"], batch_norm=True), 5, init_weights=False)
    net.avgpool, net.classifier = nn.Identity(), head(12 * 4 * 4, 16, 5)
    return net


def small_alexnet():
    net = tv.alexnet(num_classes=5)
    net.features = nn.Sequential(
        nn.Conv2d(3, 8, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(8, 12, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(12, 10, 3, padding=1), nn.ReLU(),
    )  # fmt: skip
    net.avgpool = nn.Identity()
    net.classifier = nn.Sequential(
        nn.Dropout(), nn.Linear(90, 16), nn.ReLU(),
        nn.Dropout(), nn.Linear(16, 16), nn.ReLU(),
        nn.Linear(16, 5),
    )  # fmt: skip
    return net


class SmallGoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()
        convolution = BasicConv2d
        self.conv1 = convolution(3, 8, kernel_size=7, stride=2, padding=3)
        self.inception3a = Inception(8, 4, 6, 8, 2, 4, 3)
        self.inception4a = Inception(19, 5, 4, 6, 3, 4, 2)
        self.inception5a = Inception(17, 4, 4, 8, 2, 4, 3)
        self.fc = nn.Linear(19, 5)
        self.aux1 = InceptionAux(17, 5)
        self.aux1.conv = convolution(17, 6, kernel_size=1)
        self.aux1.fc1, self.aux1.fc2 = nn.Linear(96, 12), nn.Linear(12, 5)

    def heads(self, x):
        x = F.max_pool2d(self.conv1(x), 3, 2, ceil_mode=True)
        middle = self.inception4a(self.inception3a(x))
        x = self.inception5a(F.max_pool2d(middle, 2, 2, ceil_mode=True))
        return self.fc(x.mean((2, 3))), self.aux1(middle)

    forward = heads


class Narrow(inception.BasicConv2d):
    """A convolution with 32 times fewer channels."""

    def __init__(self, inputs, filters, **options):
        super().__init__(inputs // 32, filters // 32, **options)


class NarrowAuxiliary(nn.Module):
    """torchvision's `InceptionAux` for maps of 3×3."""

    def __init__(self):
        super().__init__()
        self.conv0 = Narrow(768, 128, kernel_size=1)
        self.conv1 = Narrow(128, 768, kernel_size=1)
        self.fc = nn.Linear(24, 5)

    def forward(self, x):
        x = self.conv1(self.conv0(F.avg_pool2d(x, 2, 3)))
        return self.fc(x.mean((2, 3)))


class SmallInceptionV3(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = inception.BasicConv2d(3, 1, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = Narrow(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = Narrow(32, 64, kernel_size=3, padding=1)
        self.Conv2d_3b_1x1 = Narrow(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = Narrow(80, 192, kernel_size=3)
        self.Mixed_5b = inception.InceptionA(192, 32, Narrow)
        self.Mixed_6a = inception.InceptionB(256, Narrow)
        self.Mixed_6b = inception.InceptionC(736, 96, Narrow)
        self.Mixed_7a = inception.InceptionD(768, Narrow)
        self.Mixed_7b = inception.InceptionE(1280, Narrow)
        self.fc = nn.Linear(64, 5)
        self.AuxLogits = NarrowAuxiliary()

    def heads(self, x):
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(x, 3, 2)))
        middle = self.Mixed_6b(self.Mixed_6a(self.Mixed_5b(F.max_pool2d(x, 3, 2))))
        x = self.Mixed_7b(self.Mixed_7a(middle))
        return self.fc(x.mean((2, 3))), self.AuxLogits(middle)

    forward = heads


def projection(inputs, outputs, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
    )


class SmallResNet(nn.Module):
    """torchvision's blocks behind a narrow stem."""

    def __init__(self, layer1, layer2, features):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8)
        self.layer1, self.layer2 = layer1, layer2
        self.fc = nn.Linear(features, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer2(self.layer1(x)).mean((2, 3)))


def small_resnet():
    block = resnet.BasicBlock
    return SmallResNet(
        nn.Sequential(block(8, 8), block(8, 8)),
        nn.Sequential(block(8, 20, 2, projection(8, 20, 2)), block(20, 20)),
        20,
    )


def small_resnext():
    wide = partial(resnet.Bottleneck, groups=4, base_width=32)
    narrow = partial(resnet.Bottleneck, groups=4, base_width=24)
    return SmallResNet(
        nn.Sequential(wide(8, 4, downsample=projection(8, 16, 1)), wide(16, 4)),
        nn.Sequential(narrow(16, 6, 2, projection(16, 24, 2)), narrow(24, 6)),
        24,
    )


def small_squeezenet():
    net = squeezenet.SqueezeNet("1_1", 5)
    halve = partial(nn.MaxPool2d, 3, 2, ceil_mode=True)
    net.features = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2), nn.ReLU(), halve(),
        squeezenet.Fire(8, 4, 8, 8), squeezenet.Fire(16, 6, 10, 10), halve(),
    )  # fmt: skip
    net.classifier[1] = nn.Conv2d(20, 5, 1)
    return net


def small_mobilenetv2():
    net = mobilenetv2.MobileNetV2()
    convolution = partial(Conv2dNormActivation, activation_layer=nn.ReLU6)
    net.features = nn.Sequential(
        convolution(3, 8, stride=2),
        mobilenetv2.InvertedResidual(8, 4, 1, 1),
        mobilenetv2.InvertedResidual(4, 6, 2, 3),
        mobilenetv2.InvertedResidual(6, 6, 1, 3),
        convolution(6, 20, kernel_size=1),
    )
    net.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(20, 5))
    return net


def small_mobilenetv3():
    row = partial(mobilenetv3.InvertedResidualConfig, dilation=1, width_mult=1)
    rows = [
        row(8, 3, 8, 8, False, "RE", 1),
        row(8, 5, 24, 16, True, "RE", 2),
        row(16, 3, 32, 16, True, "HS", 1),
    ]
    return mobilenetv3.MobileNetV3(rows, 16, 5)


def small_efficientnet():
    rows = [
        efficientnet.MBConvConfig(1, 3, 1, 8, 8, 1),
        efficientnet.MBConvConfig(3, 5, 2, 8, 16, 2),
    ]
    return efficientnet.EfficientNet(rows, 0.2, num_classes=5, last_channel=20)


def small_convnext():
    rows = [convnext.CNBlockConfig(8, 12, 1), convnext.CNBlockConfig(12, None, 2)]
    return convnext.ConvNeXt(rows, num_classes=5)


SMALL = {
    "lenet": (lenet, (1, 28, 28)),
    "alexnet": (small_alexnet, (3, 63, 63)),
    "vgg_bn": (small_vgg_bn, (3, 16, 16)),
    "googlenet": (SmallGoogLeNet, (3, 47, 47)),
    "inception_v3": (SmallInceptionV3, (3, 75, 75)),
    "resnet": (small_resnet, (3, 32, 32)),
    "resnext": (small_resnext, (3, 32, 32)),
    "densenet": (lambda: densenet.DenseNet(4, (2, 1, 2, 1), 8, num_classes=5), (3, 32, 32)),
    "squeezenet": (small_squeezenet, (3, 32, 32)),
    "mobilenetv2": (small_mobilenetv2, (3, 32, 32)),
    "mobilenetv3": (small_mobilenetv3, (3, 32, 32)),
    "shufflenetv2": (
        lambda: shufflenetv2.ShuffleNetV2([2, 3, 2], [8, 12, 20, 24, 16], 5), (3, 64, 64)
    ),
    "efficientnet": (small_efficientnet, (3, 32, 32)),
    "convnext": (small_convnext, (3, 32, 32)),
    "efficientnet_lite": (
        lambda: papers.EfficientNetLite(8, [(1, 3, 1, 8, 1), (3, 5, 2, 16, 2)], 20, 5, 32), (3, 32, 32)
    ),
    "lenet_1998": (
        lambda: papers.LeNet1998(3, [[0, 1], [1, 2], [0, 2], [0, 1, 2]], 10, 8), (1, 32, 32)
    ),
    "alexnet_2012": (lambda: papers.AlexNet2012((8, 12, 10, 8), [8, 16], 5), (3, 63, 63)),
    "zfnet_deconv": (
        lambda: papers.ZFNet((8, 10, 12, 12, 10), (2, 1), 40, 16, 5, True), (3, 64, 64)
    ),
    "nin": (lambda: papers.Nin((3, 8, 5, 6, 5), (5, 7, 5, 8, 8), (8, 8, 3, 6, 4)), (3, 16, 16)),
    "inception_v2": (
        lambda: papers.InceptionV2((8, 6, 10), False, papers.SMALL_INCEPTION_V2, 19, 5), (3, 48, 48)
    ),
    "mobilenetv1": (lambda: papers.MobileNetV1(8, [(12, 1), (20, 2), (20, 1)], 5), (3, 32, 32)),
    "shufflenetv1": (lambda: papers.ShuffleNetV1(6, [(24, 2), (48, 3)], 5), (3, 48, 48)),
    "unet": (lambda: papers.UNet(4, 6, 10), (1, 44, 44)),
    "allcnn_cam": (lambda: papers.AllCnnCam(6, 5), (3, 20, 20)),
    "allcnn_attention": (lambda: papers.AllCnnAttention(6, 5), (3, 20, 20)),
    "cifar_resnet": (lambda: residual.CifarResNet(2, 6, 5), (3, 16, 16)),
    "preact": (residual.small_preact, (3, 16, 16)),
    "multi_residual": (lambda: residual.MultiResNet(2, 2, 5, 5), (3, 16, 16)),
    "senet": (residual.small_senet, (3, 32, 32)),
    "inception_resnet": (
        lambda: inceptions.InceptionResNet(2, (2, 1, 2), 32, 48, 5), (3, 75, 75)
    ),
    "polynet": (
        lambda: inceptions.PolyNet([4], [18], [38], 32, 5, shared=False), (3, 75, 75)
    ),
}  # fmt: skip

LARGE = (3, 224, 224)

# By the zoo's names: torchvision's, and from the papers what it doesn't have.
FULL = {
    "lenet5": (lenet, (1, 28, 28)),
    "alexnet": (tv.alexnet, LARGE),
    "vgg11": (tv.vgg11, LARGE),
    "vgg13": (tv.vgg13, LARGE),
    "vgg16": (tv.vgg16, LARGE),
    "vgg19": (tv.vgg19, LARGE),
    "vgg11_bn": (tv.vgg11_bn, LARGE),
    "vgg13_bn": (tv.vgg13_bn, LARGE),
    "vgg16_bn": (tv.vgg16_bn, LARGE),
    "vgg19_bn": (tv.vgg19_bn, LARGE),
    "vgg11_cifar": (partial(vgg11_cifar, False), (3, 32, 32)),
    "vgg11_bn_cifar": (partial(vgg11_cifar, True), (3, 32, 32)),
    "googlenet": (partial(tv.googlenet, init_weights=False), LARGE),
    "inception_v3": (partial(tv.inception_v3, init_weights=False), (3, 299, 299)),
    "resnet18": (tv.resnet18, LARGE),
    "resnet34": (tv.resnet34, LARGE),
    "resnet50": (tv.resnet50, LARGE),
    "resnet101": (tv.resnet101, LARGE),
    "resnet152": (tv.resnet152, LARGE),
    "resnet18_cifar": (resnet18_cifar, (3, 32, 32)),
    "wide_resnet50_2": (tv.wide_resnet50_2, LARGE),
    "wide_resnet101_2": (tv.wide_resnet101_2, LARGE),
    "resnext50": (tv.resnext50_32x4d, LARGE),
    "densenet121": (tv.densenet121, LARGE),
    "densenet161": (tv.densenet161, LARGE),
    "densenet169": (tv.densenet169, LARGE),
    "densenet201": (tv.densenet201, LARGE),
    "squeezenet1_0": (tv.squeezenet1_0, LARGE),
    "squeezenet": (tv.squeezenet1_1, LARGE),
    "mobilenetv2": (tv.mobilenet_v2, LARGE),
    "mobilenetv3": (tv.mobilenet_v3_large, LARGE),
    "shufflenetv2": (tv.shufflenet_v2_x1_0, LARGE),
    "efficientnet_b0": (tv.efficientnet_b0, LARGE),
    "convnext_tiny": (tv.convnext_tiny, LARGE),
    "efficientnet_lite0": (papers.efficientnet_lite0, LARGE),
    "lenet5_1998": (lambda: papers.LeNet1998(6, papers.C3, 120, 84), (1, 32, 32)),
    "alexnet_2012": (
        lambda: papers.AlexNet2012((96, 256, 384, 384, 256), [9216, 4096, 4096], 1000), LARGE
    ),
    "zfnet": (partial(papers.zfnet, False), LARGE),
    "zfnet_deconv": (partial(papers.zfnet, True), LARGE),
    "nin_cifar": (
        lambda: papers.Nin((3, 192, 5, 160, 96), (96, 192, 5, 192, 192), (192, 192, 3, 192, 10)),
        (3, 32, 32),
    ),
    "inception_v2": (
        lambda: papers.InceptionV2((64, 64, 192), True, papers.INCEPTION_V2, 1024, 1000), LARGE
    ),
    "mobilenetv1": (lambda: papers.MobileNetV1(32, papers.MOBILENETV1, 1000), LARGE),
    "shufflenetv1": (lambda: papers.ShuffleNetV1(24, [(240, 4), (480, 8), (960, 4)], 1000), LARGE),
    "unet": (lambda: papers.UNet(64, 128, 256, 512, 1024), (1, 572, 572)),
    "allcnn_cam": (lambda: papers.AllCnnCam(96, 10), (3, 32, 32)),
    "allcnn_attention": (lambda: papers.AllCnnAttention(96, 10), (3, 32, 32)),
    "resnet20": (partial(residual.CifarResNet, 3), (3, 32, 32)),
    "resnet56": (partial(residual.CifarResNet, 9), (3, 32, 32)),
    "resnet110": (partial(residual.CifarResNet, 18), (3, 32, 32)),
    "preact_resnet50": (partial(residual.preact_imagenet, (3, 4, 6, 3)), LARGE),
    "preact_resnet200": (partial(residual.preact_imagenet, (3, 24, 36, 3)), LARGE),
    "preact_resnet110": (residual.preact_resnet110, (3, 32, 32)),
    "preact_resnet164": (residual.preact_resnet164, (3, 32, 32)),
    "wrn28_10": (residual.wrn28_10, (3, 32, 32)),
    "multi_resnet200_5": (partial(residual.MultiResNet, 22, 16, 5), (3, 32, 32)),
    "se_resnet50": (residual.se_resnet50, LARGE),
    "senet154": (residual.senet154, LARGE),
    "inception_resnet_v1": (partial(inceptions.InceptionResNet, 1, (5, 10, 5)), (3, 299, 299)),
    "inception_resnet_v2": (partial(inceptions.InceptionResNet, 2, (10, 20, 10)), (3, 299, 299)),
    "polynet": (
        partial(inceptions.PolyNet, range(10), range(10, 30, 2), range(30, 40, 2)), (3, 331, 331)
    ),
}
