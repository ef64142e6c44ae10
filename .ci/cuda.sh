#!/usr/bin/env bash
# The build for GPUs: with its own package where that can be had, else the same code on the CPU's. Without a GPU it pretends to none, and works.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1; mkdir -p "$out"
package=cuda
timeout 900 dotnet restore src/Silo -v quiet -p:TorchBackend=cuda --artifacts-path "$out/build" >/dev/null 2>&1 || package=cpu
echo "the CUDA build on the package for $package"
dotnet build src/Silo -c Release --nologo -v quiet -p:TorchBackend=cuda -p:TorchPackage=$package --artifacts-path "$out/build"
if [ -e /dev/nvidia0 ]; then echo "there is a GPU: see docs/devices.md for what to check by hand"; exit 0; fi
dotnet "$out"/build/bin/Learngene.Silo/release/learngene-silo.dll serve --data-dir "$out/silo" --gateway-port 0 --silo-port 0 --http-port 0 >"$out/silo.log" 2>&1 &
pid=$!; trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || true' EXIT
for _ in $(seq 60); do grep -q "^Learngene silo ready" "$out/silo.log" && break; sleep 1; done
export LEARNGENE_CLUSTER=$(sed -nE 's/^Learngene silo ready: gateway ([^ ]+) .*/\1/p' "$out/silo.log")
learngene() { dotnet src/Cli/bin/Release/net10.0/learngene.dll "$@"; }
learngene status --json | python3 -c 'import json, sys; d = json.load(sys.stdin)["pools"][0]["devices"]; assert [x["kind"] for x in d] == ["cpu"], d'
learngene data add small "$PWD/data/fashion-mnist" --json >/dev/null
learngene train small/model --data small --width 16 --depth 2 --patch 7 --epochs 1 --set images=512 --set testImages=200 --wait --json |
  python3 -c 'import json, sys; j = json.load(sys.stdin); assert j["state"] == "completed", j'
