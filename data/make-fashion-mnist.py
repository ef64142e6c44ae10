#!/usr/bin/env python3
"""Makes data/fashion-mnist from the full Fashion-MNIST: the first 1,200 training and 200 test images of
each class, in their original order. Python's standard library only.

    apt-get install dataset-fashion-mnist
    python3 data/make-fashion-mnist.py [SOURCE [TARGET]]

SOURCE holds the four original .gz files (default: where Debian's package puts them).
"""

import gzip
import pathlib
import struct
import sys

CLASSES = 10
TRAIN_PER_CLASS = 1200
TEST_PER_CLASS = 200


def read(path, magic):
    with gzip.open(path) as file:
        data = file.read()
    if struct.unpack_from(">I", data)[0] != magic:
        sys.exit(f"{path}: the magic number is not {magic:#010x}")
    return data


def write(path, data):
    # No name and no time in the header, so that the same images give the same file.
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(data)
    print(f"{path}: {path.stat().st_size:,} bytes")


def take(source, target, split, per_class):
    images = read(source / f"{split}-images-idx3-ubyte.gz", 0x803)
    labels = read(source / f"{split}-labels-idx1-ubyte.gz", 0x801)[8:]
    _, _, height, width = struct.unpack_from(">IIII", images)
    size = height * width
    left = [per_class] * CLASSES
    chosen = []
    for index, label in enumerate(labels):
        if left[label] > 0:
            left[label] -= 1
            chosen.append(index)
    if any(left):
        sys.exit(f"{split}: some classes have fewer than {per_class} images")
    pixels = b"".join(images[16 + i * size : 16 + (i + 1) * size] for i in chosen)
    write(target / f"{split}-images-idx3-ubyte.gz", struct.pack(">IIII", 0x803, len(chosen), height, width) + pixels)
    write(target / f"{split}-labels-idx1-ubyte.gz", struct.pack(">II", 0x801, len(chosen)) + bytes(labels[i] for i in chosen))


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    target = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(__file__).parent / "fashion-mnist")
    target.mkdir(parents=True, exist_ok=True)
    take(source, target, "train", TRAIN_PER_CLASS)
    take(source, target, "t10k", TEST_PER_CLASS)


if __name__ == "__main__":
    main()
