"""A crate of many imported networks: built, run, and compared."""

import os
import re
import subprocess
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def compare(out, src, built):
    """Builds the crate, runs it, and gives each network's largest difference, relative to the largest number."""
    if not built:
        return {}
    body = []
    for case, (name, inputs, outputs) in enumerate(built):
        arrays = []
        # Where only channels last can be expressed, networks take and give channels first.
        text = open(os.path.join(src, f"{name}.rs")).read()
        shapes = re.findall(r"struct Net<[^>]*?(\d+x\d+x\d+)", text)
        if shapes and inputs[0].ndim == 4 and shapes[0] != "x".join(map(str, inputs[0].shape[1:])):
            first = [np.asarray(a).transpose(0, 3, 1, 2) if a.ndim == 4 else a for a in inputs + outputs]
            inputs, outputs = first[: len(inputs)], first[len(inputs) :]
            built[case] = (name, inputs, outputs)
        for i, a in enumerate(inputs):
            a = np.ascontiguousarray(a)
            a.tofile(os.path.join(out, f"{name}.in{i}"))
            dims = ", ".join(str(n) for n in a.shape)
            arrays.append(f'Array::from_shape_vec(({dims}), read("{name}.in{i}")).unwrap()')
        values = "".join(f"let x{i} = {a};\n" for i, a in enumerate(arrays))
        views = ", ".join(f"x{i}.view()" for i in range(len(arrays)))
        call = views if len(arrays) == 1 else f"({views})"
        names = re.findall(r"=> ([\w, ]+)\n", text)
        fields = [f".{n}" for n in names[-1].split(", ")] if names else [""]
        shown = "".join(
            f'print("{name}", y{f}.as_standard_layout().as_slice().unwrap());\n' for f in fields
        )
        body.append(
            f'    {{ {values} let net = {name}::Net::load(format!("{{}}/{name}.safetensors", dir())).unwrap();\n'
            f"    let y = net.forward({call});\n    {shown} }}\n"
        )
    with open(os.path.join(src, "main.rs"), "w") as file:
        file.write("#![allow(warnings)]\nuse cnn::ndarray::Array;\n")
        file.writelines(f"mod {name};\n" for name, _, _ in built)
        file.write(
            "fn dir() -> String { std::env::args().nth(1).unwrap() }\n"
            "fn read(name: &str) -> Vec<f32> {\n"
            '    let bytes = std::fs::read(format!("{}/{name}", dir())).unwrap();\n'
            "    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()\n}\n"
            "fn print(name: &str, y: &[f32]) {\n"
            '    println!("{name} {}", y.iter().map(|x| x.to_bits().to_string()).collect::<Vec<_>>().join(" "));\n}\n'
            "fn main() {\n"
        )
        file.writelines(body)
        file.write("}\n")
    root = os.path.dirname(os.path.dirname(HERE))
    with open(os.path.join(out, "Cargo.toml"), "w") as file:
        file.write(
            '[package]\nname = "backend"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n'
            f"cnn = {{ path = {root!r}, default-features = false }}\n\n[profile.release]\nopt-level = 1\n\n[workspace]\n"
        )
    run = subprocess.run(
        ["cargo", "run", "--release", "--quiet", "--", os.path.abspath(out)],
        cwd=out,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        sys.exit(run.stderr[-4000:])
    got = {}
    for line in run.stdout.splitlines():
        name, *bits = line.split(" ")
        array = np.array([int(b) for b in bits if b], dtype=np.uint32).view(np.float32)
        got.setdefault(name, []).append(array)
    differences = {}
    for name, _, outputs in built:
        worst = 0.0
        for a, b in zip(got[name], outputs):
            b = np.asarray(b).ravel()
            if a.shape != b.shape:
                worst = np.inf
                continue
            largest = max(np.abs(b).max(initial=0.0), 1e-30)
            worst = max(worst, float(np.abs(a - b).max(initial=0.0) / largest))
        differences[name] = worst
    return differences
