#!/usr/bin/env bash
# The short version of the experiments, through real processes: every claim's direction. Leaves its report in the directory given.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1; mkdir -p "$out"
learngene() { dotnet src/Cli/bin/Release/net10.0/learngene.dll "$@"; }
dotnet src/Silo/bin/Release/net10.0/learngene-silo.dll serve --data-dir "$out/silo" --gateway-port 0 --silo-port 0 --http-port 0 >"$out/silo.log" 2>&1 &
pid=$!; trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || true' EXIT
for _ in $(seq 60); do grep -q "^Learngene silo ready" "$out/silo.log" && break; sleep 1; done
export LEARNGENE_CLUSTER=$(sed -nE 's/^Learngene silo ready: gateway ([^ ]+) .*/\1/p' "$out/silo.log")
learngene data add fashion-small "$PWD/data/fashion-mnist" --json >/dev/null
learngene compare deploy/experiments/fashion-quick.json -o "$out/report"
python3 - "$out/report/results.json" "$out/decomposed" <<'PY'
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
def at(method, size, epochs, components=None):
    w, d = map(int, size.split("x"))
    found = [c["accuracy"] for c in cells if (c["method"], c["width"], c["depth"], c["epochs"], c.get("components")) == (method, w, d, epochs, components)]
    assert len(found) == 1, (method, size, epochs, components, found)
    return found[0]
for size in ("16x2", "32x2", "32x4"):
    sampled, paper = at("LeTs, sampled", size, 0), at("LeTs, the paper's stage 1", size, 0)
    print(size, "sampled", sampled, "paper", paper, "after 1 epoch", at("LeTs, sampled", size, 1), "scratch 1 / 4", at("from scratch", size, 1), at("from scratch", size, 4))
    assert at("LeTs, sampled", size, 1) > at("from scratch", size, 1) + 0.02, size   # one epoch after initialisation against one from scratch
    if size != "32x4": assert sampled > paper + 0.02, size                           # the paper's form is made for the auxiliary size alone
for size in ("32x2", "32x4"):
    sampled, phases = at("decomposition, sampled", size, 0, 1), at("decomposition, phases", size, 0, 1)
    print(size, "1 component: sampled", sampled, "phases", phases)
    assert sampled > phases, size
decomposed, = [c["jobs"] for c in cells if (c["method"], c["depth"], c.get("components")) == ("closed form", 4, 4)]
print(*(f"compare/{job}" for job in decomposed[:2]), file=open(sys.argv[2], "w"))
PY
# Recomposed at its own depth with as many components, a model is what it was: the very model that was decomposed, on all test images.
read -r model components <"$out/decomposed"
learngene descend "$components" --width 32 --depth 4 --components 4 -o "$out/recomposed.safetensors" --json >/dev/null
for what in "$model" "$out/recomposed.safetensors"; do learngene evaluate "$what" --data fashion-small --json; done >"$out/evaluations"
python3 - "$out/evaluations" <<'PY'
import json, sys
text, found = open(sys.argv[1]).read(), []
while text.strip():
    document, end = json.JSONDecoder().raw_decode(text.lstrip())
    found.append(document); text = text.lstrip()[end:]
model, recomposed = found
print("the model", model, "recomposed at its own depth", recomposed)
assert abs(model["accuracy"] - recomposed["accuracy"]) <= 1.01 / model["images"]   # rounding may turn one image
assert abs(model["loss"] - recomposed["loss"]) < 1e-4
PY
# All baselines, and another data set: what is learnt already is not learnt again.
learngene compare deploy/experiments/baselines-quick.json -o "$out/baselines"
python3 - "$out/baselines/results.json" <<'PY'
import json, sys
found = {(c["method"], c["epochs"]): c["accuracy"] for c in json.load(open(sys.argv[1]))["cells"]}
methods = sorted({m for m, _ in found} - {"from scratch"})
assert len(methods) == 9, methods
for m in methods: print(f"{m:18} untuned {found[m, 0]:.3f}, after one epoch {found[m, 1]:.3f}; scratch after one {found['from scratch', 1]:.3f}, after four {found['from scratch', 4]:.3f}")
for m in ("LeTs, sampled", "TLEG", "SWS", "WAVE"): assert found[m, 1] > found["from scratch", 1] + 0.02, m   # what has learnt what to share is ahead after the same epoch
for m in ("stacking", "copying"): assert found[m, 1] > found["from scratch", 1], m
assert found["LeTs, sampled", 0] > max(found[m, 0] for m in ("weight selection", "FRONT")) + 0.1   # untuned, what cuts pieces out or makes them up is behind
PY
if command -v npm >/dev/null; then
  bash data/digits.sh "$out/digits" >/dev/null
  learngene data add digits "$out/digits" --json >/dev/null
  learngene compare deploy/experiments/transfer-quick.json -o "$out/transfer"
  python3 - "$out/transfer/results.json" <<'PY'
import json, sys
found = {(c["method"], c["epochs"]): c["accuracy"] for c in json.load(open(sys.argv[1]))["cells"]}
print("digits after one epoch and two:", *(f"{m} {found[m, 1]:.3f} {found[m, 2]:.3f}" for m in ("LeTs, sampled", "from scratch")))
assert found["LeTs, sampled", 1] > found["from scratch", 1] + 0.02
PY
fi
