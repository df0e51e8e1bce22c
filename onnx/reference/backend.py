"""Runs the operator cases of the package `onnx` (`onnx.backend.test`) through `cnn-zoo from-onnx`.

    python backend.py CNN_ZOO FOLDER [--bless]

CNN_ZOO is the command, FOLDER an empty or missing folder for what is generated: one crate with a network for each
case that is no refusal, which is built and run; its outputs are compared with those that the case states. Every case
ends in a line of `backend.txt`: `pass`, or `refused` with the reason. Without --bless, a case that passes there and
does not any more is an error.

A case's first input is the images; others, which the cases give as inputs too, are made constants, where the network
then is no refusal. Cases of other types than float, of open shapes, and of operators outside networks (`ai.onnx.ml`,
training) are left out.

Needs `pip install onnx numpy`.
"""

import os
import subprocess
import sys
import types

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

from crates import compare

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "backend.txt")
# Some cases state their outputs with four decimals.
TOLERANCE = 2e-4


def cases():
    """Name, model, inputs and outputs of each case."""
    # Its cases need encoders of pictures when they are made.
    decoder = "onnx.backend.test.case.node.image_decoder"
    sys.modules[decoder] = types.ModuleType(decoder)
    for case in collect_testcases(None):
        for inputs, outputs in case.data_sets or []:
            yield case.name, case.model, inputs, outputs
            break
    for kind in ["pytorch-operator", "pytorch-converted", "simple"]:
        for case in load_model_tests(kind=kind):
            model = onnx.load(os.path.join(case.model_dir, "model.onnx"))
            folder = os.path.join(case.model_dir, "test_data_set_0")
            if not os.path.isdir(folder):
                continue

            def read(what, infos):
                arrays = []
                for i in range(len(infos)):
                    path = os.path.join(folder, f"{what}_{i}.pb")
                    if not os.path.exists(path):
                        return None
                    tensor = TensorProto()
                    with open(path, "rb") as file:
                        tensor.ParseFromString(file.read())
                    arrays.append(numpy_helper.to_array(tensor))
                return arrays

            known = {t.name for t in model.graph.initializer}
            free = [i for i in model.graph.input if i.name not in known]
            inputs, outputs = read("input", free), read("output", model.graph.output)
            if inputs is not None and outputs is not None:
                yield case.name, model, inputs, outputs


def plain(model, inputs, outputs):
    """Whether a case is of floats and fixed shapes."""
    arrays = [a for a in inputs + outputs]
    if not all(isinstance(a, (np.ndarray, np.generic)) for a in arrays) or not inputs:
        return False
    if np.asarray(inputs[0]).dtype != np.float32 or np.asarray(outputs[0]).dtype != np.float32:
        return False
    domains = {node.domain for node in model.graph.node}
    return domains <= {"", "ai.onnx"}


def constants(model, inputs, keep):
    """The model with all inputs but the first ones as constants."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    known = {t.name for t in model.graph.initializer}
    free = [i for i in model.graph.input if i.name not in known]
    left = [i for i in model.graph.input if i.name in known] + free[:keep]
    for info, array in list(zip(free, inputs))[keep:]:
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(array), info.name))
    del model.graph.input[:]
    model.graph.input.extend(left)
    return model


def main():
    zoo, out = sys.argv[1], sys.argv[2]
    src = os.path.join(out, "src")
    os.makedirs(src, exist_ok=True)
    found, built = {}, []
    for name, model, inputs, outputs in cases():
        if not plain(model, inputs, outputs) or name in found:
            continue
        reason = None
        counts = [1] if len(inputs) == 1 else [1, len(inputs)]
        for keep in counts:
            kept = [np.asarray(a) for a in inputs[:keep]]
            if any(a.dtype != np.float32 for a in kept):
                continue
            path = os.path.join(out, f"{name}.onnx")
            onnx.save(constants(model, inputs, keep), path)
            text = os.path.join(src, f"{name}.rs")
            weights = os.path.join(out, f"{name}.safetensors")
            run = subprocess.run(
                [zoo, "from-onnx", path, "--out", text, "--weights", weights],
                capture_output=True,
                text=True,
            )
            if run.returncode == 0:
                built.append((name, kept, outputs))
                reason = None
                break
            if run.returncode != 1:
                sys.exit(f"{name}: ended with {run.returncode}\n{run.stderr}")
            lines = run.stderr.strip().split("\n")
            text = " ".join(line.strip() for line in lines[1:2]) or lines[0]
            reason = reason or text
        found[name] = f"refused: {reason}" if reason else "pass"
    for name, difference in compare(out, src, built).items():
        if not difference <= TOLERANCE:
            found[name] = f"differs: by {difference:.1e}"
    lines = [f"{name}: {found[name]}\n" for name in sorted(found)]
    passed = sum(line == "pass" for line in found.values())
    print(f"{len(found)} cases: {passed} pass, {len(found) - passed} do not")
    bad = [line for line in lines if ": differs" in line]
    if "--bless" in sys.argv:
        with open(LIST, "w") as file:
            file.writelines(lines)
    else:
        with open(LIST) as file:
            before = dict(line.rstrip("\n").split(": ", 1) for line in file)
        bad += [f"{n}: {found.get(n)}\n" for n, was in before.items() if was == "pass" and found.get(n) != "pass"]
    if bad:
        sys.exit("".join(bad))


main()
