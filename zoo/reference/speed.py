"""The networks of the zoo beside ONNX Runtime and OpenVINO, by turns.

    python zoo/reference/speed.py CNN_ZOO [--threads T] [--batch B] [--rounds R] NAME …

`CNN_ZOO` is the program, `target/release/cnn-zoo`. Prints the median of the rounds' medians in
milliseconds a call, and how many times faster this project is than each of the others: by the
medians, and by the shortest calls, which tell more where other work disturbs the machine.
"""

import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
import warnings

import numpy as np
import onnxruntime
import openvino
import torch

import models

SLICE = 1.0


def cnn(program, name, batch, threads):
    command = [program, "bench", name, "--batch", str(batch), "--threads", str(threads)]

    def measure():
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        median, least = re.search(r"([\d.]+) ms a call \(median of \d+, least ([\d.]+)", text).groups()
        return float(median), float(least)

    return measure


def timed(call):
    def measure():
        seconds, end = [], time.perf_counter() + SLICE
        for _ in range(2):
            call()
        while len(seconds) < 5 or time.perf_counter() < end:
            start = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - start)
        return statistics.median(seconds) * 1e3, min(seconds) * 1e3

    return measure


def onnx_runtime(path, x, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    key = session.get_inputs()[0].name
    return timed(lambda: session.run(None, {key: x}))


def open_vino(path, x, threads):
    options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    model = openvino.Core().compile_model(path, "CPU", {**options, "PERFORMANCE_HINT": "LATENCY"})
    request = model.create_infer_request()
    request.set_input_tensor(openvino.Tensor(x))
    return timed(request.infer)


def compare(name, arguments):
    make, shape = models.FULL[name]
    torch.manual_seed(0)
    net = make().eval()
    x = torch.randn(arguments.batch, *shape)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.onnx")
        with torch.no_grad():
            torch.onnx.export(net, (x,), path, opset_version=17, dynamo=False)
        engines = {
            "cnn": cnn(arguments.program, name, arguments.batch, arguments.threads),
            "ONNX Runtime": onnx_runtime(path, np.ascontiguousarray(x), arguments.threads),
            "OpenVINO": open_vino(path, np.ascontiguousarray(x), arguments.threads),
        }
        rounds = [
            {engine: measure() for engine, measure in engines.items()}
            for _ in range(arguments.rounds)
        ]
    ours, *others = (statistics.median(r[engine][0] for r in rounds) for engine in engines)
    least, *leasts = (min(r[engine][1] for r in rounds) for engine in engines)
    ratios = "  ".join(
        f"{t:9.3f} ({t / ours:.2f}x, {l / least:.2f}x)" for t, l in zip(others, leasts)
    )
    print(f"{name:20} {ours:9.3f}  {ratios}", flush=True)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'ms a call':20} {'cnn':>9}  {'ONNX Runtime':>24}  {'OpenVINO':>24}")
    for name in arguments.names:
        compare(name, arguments)
