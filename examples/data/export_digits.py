"""Writes digits.bin, the handwritten digits that the examples and tests train on.

    python examples/data/export_digits.py

Needs scikit-learn, whose `load_digits` carries the data set; see README.md beside this file for
its authors and licence. The output is the same bytes every time.

Format (little-endian): the four bytes `DIGI`, a u32 count, then for each image 64 bytes of
pixels, row by row, each 0 (background) to 16 (ink), and one byte with the digit it shows.
"""

import struct
from pathlib import Path

from sklearn.datasets import load_digits

MAGIC = b"DIGI"
SIDE = 8
DARKEST = 16

digits = load_digits()
count = len(digits.images)
if digits.images.shape != (count, SIDE, SIDE) or digits.target.shape != (count,):
    raise SystemExit(f"expected images of {SIDE}x{SIDE}, found {digits.images.shape}")
if digits.images.min() < 0 or digits.images.max() > DARKEST:
    raise SystemExit(f"expected pixels of 0 to {DARKEST}")

out = Path(__file__).with_name("digits.bin")
with out.open("wb") as file:
    file.write(MAGIC + struct.pack("<I", count))
    for image, label in zip(digits.images, digits.target):
        file.write(image.astype("u1").tobytes() + bytes([int(label)]))
print(f"{out.name}: {count} images, {out.stat().st_size} bytes")
