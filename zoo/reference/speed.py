"""Other engines, timed by turns with this project: `cnn-zoo bench --against ort,openvino,torch` starts this.

    python speed.py ENGINE …

Answers each line of its standard input with a line. Fields stand between tabs; after `error` comes a message.

    load THREADS NET.onnx INPUT.npy OUTPUT.npy …    ok, and each engine's largest difference from these outputs,
                                                    as a part of the largest element of that output
    run ENGINE SECONDS                              ok, median and shortest call in seconds, number of calls

Before that comes one line: `engines` and their names with versions, or `missing` and the packages that pip should
install.
"""

import importlib
import os
import statistics
import sys
import time
import warnings

# What engines print must not come between the answers.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

PACKAGES = {
    "ort": ["numpy", "onnxruntime"],
    "openvino": ["numpy", "openvino"],
    "torch": ["numpy", "torch", "onnx", "onnx2torch"],
}
FEWEST_CALLS = 3


def answer(*fields):
    text = (str(field).replace("\t", " ").replace("\n", " ") for field in fields)
    print("\t".join(text), file=ANSWERS, flush=True)


def timed(call, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < FEWEST_CALLS or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times), len(times)


def ort(path, x, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: x}
    return lambda: session.run(None, feed)


def openvino(path, x, threads):
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    model.reshape(list(x.shape))
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    options["PERFORMANCE_HINT"] = "LATENCY"
    compiled = core.compile_model(model, "CPU", options)
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(x))

    def call():
        request.infer()
        return [request.get_output_tensor(i).data for i in range(len(compiled.outputs))]

    return call


def torch(path, x, threads):
    """In the faster of its two memory formats."""
    import onnx2torch
    import torch

    torch.set_num_threads(threads)
    calls = []
    for layout in torch.contiguous_format, torch.channels_last:
        net = onnx2torch.convert(path).eval().to(memory_format=layout)
        images = torch.from_numpy(x).to(memory_format=layout)

        def call(net=net, images=images):
            with torch.inference_mode():
                outputs = net(images)
            return [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)

        timed(call, 0)
        calls.append((timed(call, 0.2)[0], len(calls), call))
    return min(calls)[2]


ENGINES = {"ort": ort, "openvino": openvino, "torch": torch}


def difference(outputs, expected):
    import numpy

    if len(outputs) != len(expected):
        raise ValueError(f"found {len(outputs)} outputs, expected {len(expected)}")
    worst = 0.0
    for output, wanted in zip(outputs, expected):
        output = numpy.asarray(output)
        if output.shape != wanted.shape:
            raise ValueError(f"found an output of shape {output.shape}, expected {wanted.shape}")
        off = numpy.abs(output - wanted).max() / numpy.abs(wanted).max()
        # What is no number is worse than any.
        worst = max(worst, off) if off == off else float("inf")
    return worst


def load(names, threads, path, x, *expected):
    import numpy

    x = numpy.ascontiguousarray(numpy.load(x))
    expected = [numpy.load(file) for file in expected]
    calls, differences = {}, []
    for name in names:
        calls[name] = ENGINES[name](path, x, int(threads))
        differences.append(difference(calls[name](), expected))
    return calls, differences


def main(names):
    missing = []
    for package in dict.fromkeys(package for name in names for package in PACKAGES[name]):
        try:
            importlib.import_module(package)
        except ImportError:
            missing.append(package)
    if missing:
        return answer("missing", *missing)
    titles = {"ort": "ONNX Runtime", "openvino": "OpenVINO", "torch": "PyTorch"}
    version = lambda name: getattr(importlib.import_module(PACKAGES[name][1]), "__version__", "")
    answer("engines", *(f"{titles[name]} {version(name).split('-')[0]}" for name in names))
    calls = {}
    for line in sys.stdin:
        what, *fields = line.rstrip("\n").split("\t")
        try:
            if what == "load":
                calls.clear()
                calls, differences = load(names, *fields)
                answer("ok", *differences)
            else:
                answer("ok", *timed(calls[fields[0]], float(fields[1])))
        except Exception as error:
            answer("error", f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(sys.argv[1:])
