"""Compares what other engines make of exported networks with what the networks themselves compute.

    CNN_ONNX_CASES=DIR cargo test -p cnn-tests --test pytorch --test onnx_out
    cargo run --release -p cnn-zoo --example onnx_cases -- ZOO [NET ...]
    pip install onnx onnxruntime openvino numpy safetensors
    python tests/reference/onnx_out.py DIR ZOO

Each case is NAME.onnx with NAME.safetensors, whose tensors are `input.0`, … and `output.0`, … in the file's order.
It passes if ONNX's checker finds the file sound, with strict inference of shapes that agree with those written
in it, and if ONNX Runtime and OpenVINO, both in single precision on the CPU, come to within 1e-4 of the output's
largest element. What an engine refuses counts as a failure, too. The exit code is 1 if there is any.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
import openvino
from safetensors.numpy import load_file

TOLERANCE = 1e-4
CORE = openvino.Core()


def checked(path):
    """What is wrong with a file, if anything: the first line."""
    try:
        onnx.checker.check_model(path, full_check=True)
        # Shapes that are inferred without the help of those in the file have to be the same.
        model = onnx.load(path)
        written = {v.name: v.type for v in model.graph.value_info}
        del model.graph.value_info[:]
        inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        for value in inferred.graph.value_info:
            theirs, ours = value.type.tensor_type, written.get(value.name)
            # Of some functions, inference knows no shape.
            if ours is None or not theirs.HasField("shape"):
                continue
            if theirs.elem_type != ours.tensor_type.elem_type:
                return f"{value.name}: another type"
            sizes = [(d.dim_value, e.dim_value) for d, e in zip(theirs.shape.dim, ours.tensor_type.shape.dim)]
            if len(theirs.shape.dim) != len(ours.tensor_type.shape.dim) or any(d and e and d != e for d, e in sizes):
                return f"{value.name}: another shape"
    except Exception as error:  # the checker's errors have no common class
        return str(error).splitlines()[0]
    return None


def with_onnxruntime(path, inputs, names):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(names, inputs)


def with_openvino(path, inputs, names):
    compiled = CORE.compile_model(CORE.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    outputs = compiled(inputs)
    return [outputs[compiled.output(name)] for name in names]


def difference(ours, theirs):
    """The largest difference, of the largest of our elements."""
    if ours.shape != theirs.shape:
        return np.inf
    if not np.isfinite(ours).all():
        same = np.array_equal(np.isfinite(ours), np.isfinite(theirs))
        ours, theirs = (np.where(np.isfinite(a), a, 0) for a in (ours, theirs))
        if not same:
            return np.inf
    return float(np.abs(ours - theirs).max() / max(np.abs(ours).max(), 1e-30))


def compare(folder):
    """Compares all cases of a folder; says how many failed."""
    names = sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".onnx"))
    most, failed = {"ONNX Runtime": (0.0, "none"), "OpenVINO": (0.0, "none")}, 0
    for name in names:
        path = os.path.join(folder, name)
        arrays = load_file(path + ".safetensors")
        graph = onnx.load(path + ".onnx").graph
        inputs = {value.name: arrays[f"input.{i}"] for i, value in enumerate(graph.input)}
        outputs = {value.name: arrays[f"output.{i}"] for i, value in enumerate(graph.output)}
        problem = checked(path + ".onnx")
        problems = [f"check: {problem}"] if problem else []
        for engine, run in [("ONNX Runtime", with_onnxruntime), ("OpenVINO", with_openvino)]:
            try:
                theirs = run(path + ".onnx", inputs, list(outputs))
            except Exception as error:  # engines have no common class of errors
                problems.append(f"{engine} refuses it: {' '.join(str(error).split())[-300:]}")
                continue
            far = max(difference(a, b) for a, b in zip(outputs.values(), theirs))
            most[engine] = max(most[engine], (far, name))
            if far > TOLERANCE:
                problems.append(f"{engine} differs by {far:.1e}")
        for problem in problems:
            print(f"{name}: {problem}")
        failed += bool(problems)
    print(f"{folder}: {len(names)} networks, {failed} of them fail")
    for engine, (far, name) in most.items():
        print(f"  {engine}: at most {far:.1e}, of {name}")
    return failed


if __name__ == "__main__":
    versions = [f"{m.__name__} {m.__version__}" for m in (onnx, onnxruntime, openvino)]
    print(", ".join(versions))
    sys.exit(1 if sum(compare(folder) for folder in sys.argv[1:]) or len(sys.argv) < 2 else 0)
