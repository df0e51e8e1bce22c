"""Writes the files of this folder with NumPy: python3 make.py"""

import numpy as np

images = (np.arange(2 * 3 * 4 * 5) % 251).astype(np.uint8).reshape(2, 3, 4, 5)
np.save("fortran.npy", np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3)))
np.save("strings.npy", np.array(["a", "b"]))
np.save("fields.npy", np.zeros(3, dtype=[("a", "<f4"), ("b", "<i2", (2, 2))]))
np.save("scalar.npy", np.float32(2.5))
for name, save in [("stored", np.savez), ("packed", np.savez_compressed)]:
    save(f"{name}.npz", x=images, y=np.array([3, 1]), weights=np.array([0.5, -2.0], dtype=np.float64))
