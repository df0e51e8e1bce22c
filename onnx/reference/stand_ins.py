"""Makes small files with the idioms of three exporters, and what ONNX Runtime gives for them.

    python stand_ins.py FOLDER

writes `torch.onnx`, `tensorflow.onnx` and `paddle.onnx` to FOLDER, and beside each a `.safetensors` with the tensors
`input` and `output`, images × channels × height × width or images × elements. Needs
`pip install numpy onnx onnxruntime safetensors torch`. The files in `tests/onnx` were made by it.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from torch import nn

RNG = np.random.default_rng(0)


def weights(*dims, low=-0.5, high=0.5):
    return RNG.uniform(low, high, dims).astype(np.float32)


def torch_model(path):
    """By `torch.onnx.export`, from a scripted trace: batch norms in the weights, hard-swish as an operator."""

    class Block(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(channels)

        def forward(self, x):
            y = torch.relu(self.bn1(self.conv1(x)))
            return torch.relu(self.bn2(self.conv2(y)) + x)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.Hardswish())
            self.layer1 = nn.Sequential(Block(8), Block(8))
            self.head = nn.Sequential(nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(8, 5))

        def forward(self, x):
            x = self.layer1(self.stem(x))
            a, b = x.chunk(2, dim=1)
            x = torch.cat([b, a], dim=1)
            n, c, h, w = x.shape
            x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
            return self.head(x)

    torch.manual_seed(0)
    net = Net().train()
    for _ in range(3):
        net(torch.randn(8, 3, 16, 16))
    net.eval()
    names = {"input_names": ["image"], "output_names": ["scores"]}
    batch = {"image": {0: "N"}, "scores": {0: "N"}}
    torch.onnx.export(net, torch.randn(1, 3, 16, 16), path, dynamo=False, opset_version=17, dynamic_axes=batch, **names)


def tensorflow_model(path):
    """As by tf2onnx: channels last, transposed around convolutions, biases added, padding apart."""
    consts = {
        "conv/Conv2D/ReadVariableOp:0": weights(6, 3, 3, 3),
        "conv/BiasAdd/ReadVariableOp:0": weights(1, 6, 1, 1),
        "bn/gamma:0": weights(6, low=0.5, high=1.5),
        "bn/beta:0": weights(6),
        "bn/mean:0": weights(6),
        "bn/variance:0": weights(6, low=0.5, high=1.5),
        "fc/MatMul/ReadVariableOp:0": weights(6 * 5 * 5, 4),
        "fc/BiasAdd/ReadVariableOp:0": weights(4),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64),
        "flat": np.array([-1, 150], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Transpose", ["image"], ["first"], "model/transpose", perm=[0, 3, 1, 2]),
        node("Pad", ["first", "pads"], ["padded"], "model/Pad", mode="constant"),
        node("Conv", ["padded", "conv/Conv2D/ReadVariableOp:0"], ["c"], "model/conv/Conv2D", strides=[2, 2], kernel_shape=[3, 3]),
        node("Add", ["c", "conv/BiasAdd/ReadVariableOp:0"], ["biased"], "model/conv/BiasAdd"),
        node("BatchNormalization", ["biased", "bn/gamma:0", "bn/beta:0", "bn/mean:0", "bn/variance:0"], ["normed"], "model/bn/FusedBatchNormV3", epsilon=1e-3),
        node("Sigmoid", ["normed"], ["gate"], "model/swish/Sigmoid"),
        node("Mul", ["normed", "gate"], ["swish"], "model/swish/mul"),
        node("Transpose", ["swish"], ["last"], "model/back", perm=[0, 2, 3, 1]),
        node("Reshape", ["last", "flat"], ["vector"], "model/flatten/Reshape"),
        node("MatMul", ["vector", "fc/MatMul/ReadVariableOp:0"], ["m"], "model/fc/MatMul"),
        node("Add", ["m", "fc/BiasAdd/ReadVariableOp:0"], ["logits"], "model/fc/BiasAdd"),
        node("Softmax", ["logits"], ["predictions"], "model/softmax", axis=1),
    ]
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["unk__1", 10, 10, 3])]
    outputs = [helper.make_tensor_value_info("predictions", TensorProto.FLOAT, ["unk__1", 4])]
    finish(path, nodes, inputs, outputs, consts, 13)


def paddle_model(path):
    """As by Paddle2ONNX: open sizes, hard-swish in parts, a flatten out of shapes."""
    consts = {
        "conv2d_0.w_0": weights(8, 3, 3, 3),
        "batch_norm_0.w_0": weights(8, low=0.5, high=1.5),
        "batch_norm_0.b_0": weights(8),
        "batch_norm_0.w_1": weights(8),
        "batch_norm_0.w_2": weights(8, low=0.5, high=1.5),
        "conv2d_1.w_0": weights(8, 1, 3, 3),
        "conv2d_2.w_0": weights(2, 8, 1, 1),
        "conv2d_2.b_0": weights(1, 2, 1, 1),
        "conv2d_3.w_0": weights(8, 2, 1, 1),
        "conv2d_3.b_0": weights(1, 8, 1, 1),
        "fc_0.w_0": weights(8, 3),
        "fc_0.b_0": weights(3),
        "three": np.array([3.0], np.float32),
        "six": np.array([6.0], np.float32),
        "zero": np.array(0.0, np.float32),
        "most": np.array(6.0, np.float32),
        "from": np.array([0], np.int64),
        "to": np.array([1], np.int64),
        "rest": np.array([-1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "conv2d_0.w_0"], ["a"], "Conv@0", strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        node("BatchNormalization", ["a", "batch_norm_0.w_0", "batch_norm_0.b_0", "batch_norm_0.w_1", "batch_norm_0.w_2"], ["b"], "BatchNormalization@0"),
        node("Add", ["b", "three"], ["b3"], "Add@0"),
        node("Clip", ["b3", "zero", "most"], ["b6"], "Clip@0"),
        node("Mul", ["b", "b6"], ["bm"], "Mul@0"),
        node("Div", ["bm", "six"], ["h"], "Div@0"),
        node("Conv", ["h", "conv2d_1.w_0"], ["d"], "Conv@1", pads=[1, 1, 1, 1], kernel_shape=[3, 3], group=8),
        node("Relu", ["d"], ["r"], "Relu@0"),
        node("GlobalAveragePool", ["r"], ["s"], "GlobalAveragePool@0"),
        node("Conv", ["s", "conv2d_2.w_0"], ["s1"], "Conv@2", kernel_shape=[1, 1]),
        node("Add", ["s1", "conv2d_2.b_0"], ["s2"], "Add@1"),
        node("Relu", ["s2"], ["s3"], "Relu@1"),
        node("Conv", ["s3", "conv2d_3.w_0"], ["s4"], "Conv@3", kernel_shape=[1, 1]),
        node("Add", ["s4", "conv2d_3.b_0"], ["s5"], "Add@2"),
        node("HardSigmoid", ["s5"], ["s6"], "HardSigmoid@0", alpha=0.2, beta=0.5),
        node("Mul", ["r", "s6"], ["e"], "Mul@1"),
        node("GlobalAveragePool", ["e"], ["p"], "GlobalAveragePool@1"),
        node("Shape", ["p"], ["shape"], "Shape@0"),
        node("Slice", ["shape", "from", "to"], ["images"], "Slice@0"),
        node("Concat", ["images", "rest"], ["flat"], "Concat@0", axis=0),
        node("Reshape", ["p", "flat"], ["v"], "Reshape@0"),
        node("MatMul", ["v", "fc_0.w_0"], ["m"], "MatMul@0"),
        node("Add", ["m", "fc_0.b_0"], ["l"], "Add@3"),
        node("Softmax", ["l"], ["save_infer_model/scale_0.tmp_1"], "Softmax@0", axis=1),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [-1, 3, "height", "width"])]
    outputs = [helper.make_tensor_value_info("save_infer_model/scale_0.tmp_1", TensorProto.FLOAT, [-1, 3])]
    finish(path, nodes, inputs, outputs, consts, 11)


def finish(path, nodes, inputs, outputs, consts, opset):
    tensors = [numpy_helper.from_array(array, name) for name, array in consts.items()]
    graph = helper.make_graph(nodes, "net", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, path)


def main():
    folder = sys.argv[1]
    shapes = {"torch": (2, 3, 16, 16), "tensorflow": (2, 10, 10, 3), "paddle": (2, 3, 12, 20)}
    for name, make in [("torch", torch_model), ("tensorflow", tensorflow_model), ("paddle", paddle_model)]:
        path = os.path.join(folder, f"{name}.onnx")
        make(path)
        session = onnxruntime.InferenceSession(path)
        images = RNG.standard_normal(shapes[name]).astype(np.float32)
        (output,) = session.run(None, {session.get_inputs()[0].name: images})
        if name == "tensorflow":
            images = images.transpose(0, 3, 1, 2)
        tensors = {"input": np.ascontiguousarray(images), "output": output}
        save_file(tensors, os.path.join(folder, f"{name}.safetensors"))


main()
