#!/usr/bin/env bash
# A rolling upgrade with real processes: two silos of an older commit on PostgreSQL are replaced one by one by those built here, while jobs and a
# federation run, asked for by the older and by the newer command line. Results must be those of the older version alone.
# Usage: upgrade.sh COMMIT FOLDER (empty, or not there yet). CI does not run it: it builds the older version, which takes minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd) commit=$1 work=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
[ -n "$bin" ] || { echo "PostgreSQL is missing"; exit 1; }
mkdir -p "$work" && cd "$work" && mkdir -p db shared
as_postgres=() ; [ "$(id -u)" != 0 ] || { chmod 755 "$work"; chown postgres db; as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups --); }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
pids=()
trap 'kill -9 "${pids[@]}" 2>/dev/null; "${as_postgres[@]}" "$bin/pg_ctl" -D "$work/db/data" -m immediate stop >/dev/null 2>&1; git -C "$here" worktree remove --force "$work/old" || true' EXIT
say() { echo "upgrade: $*"; }

say "version N is $(git -C "$here" log -1 --format='%h %s' "$commit"), N+1 is $(git -C "$here" log -1 --format='%h %s')"
git -C "$here" worktree add -q --detach "$work/old" "$commit"
for project in Silo Cli; do dotnet build "$work/old/src/$project" -c Release --nologo -v quiet >/dev/null; done
(cd db && "${as_postgres[@]}" "$bin/initdb" -D data -U operator -A trust --no-locale -E UTF8 >/dev/null \
  && "${as_postgres[@]}" "$bin/pg_ctl" -D data -w -l log -o "-p $port -h 127.0.0.1 -k $work/db" start >/dev/null)
"$bin/psql" -q -h 127.0.0.1 -p "$port" -U operator postgres -c "CREATE DATABASE learngene"
export LEARNGENE_CONNECTION="Host=127.0.0.1;Port=$port;Database=learngene;Username=operator" DOTNET_ENVIRONMENT=Development
silo() { dotnet "$1/src/Silo/bin/Release/net10.0/learngene-silo.dll" "${@:2}"; }
learngene() { env -u LEARNGENE_CONNECTION dotnet "$1/src/Cli/bin/Release/net10.0/learngene.dll" "${@:2}"; }
serve() { # serve NUMBER VERSION: a silo in the background
  (exec dotnet "$2/src/Silo/bin/Release/net10.0/learngene-silo.dll" serve --clustering postgres --shared-dir shared --data-dir "silo-$1" --threads 1 --checkpoint-seconds 0.5 --gateway-port 0 --silo-port 0 --http-port 0) > "silo-$1.out" 2> "silo-$1.log" &
  pids[$1]=$!
  for _ in $(seq 1200); do
    if grep -q '^Learngene silo ready' "silo-$1.out"; then awk '{print $5}' "silo-$1.out" > "gateway.$1"; return; fi
    kill -0 "${pids[$1]}" 2>/dev/null || { cat "silo-$1.log"; return 1; }
    sleep 0.1
  done
  return 1
}
drain() { kill -TERM "${pids[$1]}"; wait "${pids[$1]}" || { echo "silo $1 ended with $?"; return 1; }; }
train() { learngene "$1" train "$2" --data fashion --width 32 --depth 4 --patch 7 --epochs 12 --set images=512 --set testImages=200 "${@:3}" --quiet --json; }
federation() { cat > federation.json <<JSON
{ "name": "$1", "data": "fashion", "partition": { "kind": "dirichlet", "alpha": 0.5, "clients": 12, "late": 2, "imagesPerClient": 40, "seed": 3 },
  "model": { "width": 16, "depth": 2, "heads": 1, "patch": 7 }, "method": "gene-fl", "geneFl": { "cohorts": 2 },
  "rounds": 12, "clientsPerRound": 5, "quorum": 5, "deadline": 600, "localEpochs": 1, "batch": 10, "lr": 0.1, "seed": 3 }
JSON
}
sha() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["state"] == "completed", d; print(d["result"]["sha256"])' "$1"; }

silo "$work/old" migrate --clustering postgres
serve 1 "$work/old"; serve 2 "$work/old"
export LEARNGENE_CLUSTER=$(cat gateway.1),$(cat gateway.2)
learngene "$work/old" data add fashion "$here/data/fashion-mnist" --quiet
train "$work/old" plain/model --wait > plain.json
federation plain/fed; learngene "$work/old" federate start federation.json --wait --quiet --json > plain-fed.json

say "the new schema, and work by both command lines while silos are replaced"
silo "$here" migrate --clustering postgres
train "$work/old" rolling/old > old.json
federation rolling/fed; learngene "$work/old" federate start federation.json --quiet --json > fed.json
drain 1; serve 3 "$here"
export LEARNGENE_CLUSTER=$(cat gateway.2),$(cat gateway.3)
train "$here" rolling/new --priority high > new.json
train "$work/old" rolling/mixed > mixed.json
learngene "$here" status
drain 2; serve 4 "$here"
export LEARNGENE_CLUSTER=$(cat gateway.3),$(cat gateway.4)
for name in old new mixed; do
  learngene "$here" jobs watch "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["id"])' $name.json)" --quiet --json > done.json
  [ "$(sha done.json)" = "$(sha plain.json)" ] || { echo "$name differs"; exit 1; }
done
learngene "$here" federate watch rolling/fed --quiet --json > fed-done.json
[ "$(sha fed-done.json)" = "$(sha plain-fed.json)" ] || { echo "the federation differs"; exit 1; }
learngene "$here" status
say "three jobs and a federation, begun on N, ended on N+1, the same files"
