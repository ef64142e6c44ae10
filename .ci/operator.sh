#!/usr/bin/env bash
# A new operator's path, as docs/operations.md has it: from an empty folder to two silos on PostgreSQL with TLS, a job done, one silo lost,
# a backup restored. Usage: operator.sh FOLDER (empty, or not there yet). Needs PostgreSQL and openssl; says so and ends well where they are missing.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd) work=$1
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
{ [ -n "$bin" ] && command -v openssl >/dev/null; } || { echo "PostgreSQL or openssl is missing: the operator's path was not tried"; exit 0; }
mkdir -p "$work" && cd "$work" && mkdir -p db shared
as_postgres=() ; [ "$(id -u)" != 0 ] || { chmod 755 "$work"; chown postgres db; as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups --); }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
pids=()
trap 'kill -9 "${pids[@]}" 2>/dev/null; "${as_postgres[@]}" "$bin/pg_ctl" -D "$work/db/data" -m immediate stop >/dev/null 2>&1 || true' EXIT
say() { echo "operator: $*"; }

say "a database"
(cd db && "${as_postgres[@]}" "$bin/initdb" -D data -U operator -A trust --no-locale -E UTF8 >/dev/null \
  && "${as_postgres[@]}" "$bin/pg_ctl" -D data -w -l log -o "-p $port -h 127.0.0.1 -k $work/db" start >/dev/null)
"$bin/psql" -q -h 127.0.0.1 -p "$port" -U operator postgres -c "CREATE ROLE learngene LOGIN PASSWORD 'learngene'" -c "CREATE DATABASE learngene OWNER learngene"
connection() { (umask 077; echo "Host=127.0.0.1;Port=$port;Database=$1;Username=learngene;Password=learngene" > connection); }
connection learngene

say "an authority and certificates"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout ca.key -out ca.pem -subj "/CN=learngene" -addext keyUsage=critical,keyCertSign 2>/dev/null
certificate() { # certificate NAME USES
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 365 -out "$1.pem" -extfile <(echo "extendedKeyUsage=$2") 2>/dev/null
}
certificate silo serverAuth,clientAuth
certificate client clientAuth

silo() { dotnet "$here/src/Silo/bin/Release/net10.0/learngene-silo.dll" "$@"; }
learngene() { dotnet "$here/src/Cli/bin/Release/net10.0/learngene.dll" "$@"; }
export LEARNGENE_CLUSTER_CERTIFICATE=$work/client.pem LEARNGENE_CLUSTER_KEY=$work/client.key LEARNGENE_CLUSTER_CA=$work/ca.pem
serve() { # serve NUMBER: a silo in the background; its gateway is in gateway.NUMBER
  (unset LEARNGENE_CLUSTER LEARNGENE_CLUSTER_CERTIFICATE LEARNGENE_CLUSTER_KEY LEARNGENE_CLUSTER_CA
   exec dotnet "$here/src/Silo/bin/Release/net10.0/learngene-silo.dll" serve --clustering postgres --connection-file connection --shared-dir shared --data-dir "silo-$1" \
     --cluster-certificate silo.pem --cluster-key silo.key --cluster-ca ca.pem --gateway-port 0 --silo-port 0 --http-port 0) > "silo-$1.out" 2> "silo-$1.log" &
  pids[$1]=$!
  for _ in $(seq 600); do
    if grep -q '^Learngene silo ready' "silo-$1.out"; then awk '{print $5}' "silo-$1.out" > "gateway.$1"; return; fi
    kill -0 "${pids[$1]}" 2>/dev/null || { cat "silo-$1.log"; return 1; }
    sleep 0.1
  done
  return 1
}

say "the schema, twice"
silo migrate --clustering postgres --connection-file connection
silo migrate --clustering postgres --connection-file connection

say "two silos and a job"
serve 1; serve 2
export LEARNGENE_CLUSTER=$(cat gateway.1),$(cat gateway.2)
learngene data add fashion "$here/data/fashion-mnist" --quiet
learngene train operator/model --data fashion --width 16 --depth 2 --patch 7 --epochs 1 --set images=512 --set testImages=200 --wait --quiet --json > job.json
learngene export operator/model -o before.safetensors --quiet

say "one silo is lost, and work goes on"
kill -9 "${pids[1]}"
learngene train operator/again --data fashion --width 16 --depth 2 --patch 7 --epochs 1 --set images=512 --set testImages=200 --wait --quiet --json > again.json
python3 -c 'import json; a, b = json.load(open("job.json")), json.load(open("again.json")); assert a["result"]["sha256"] == b["result"]["sha256"], (a, b)'

say "without a certificate nobody gets in"
if (unset LEARNGENE_CLUSTER_CERTIFICATE LEARNGENE_CLUSTER_KEY LEARNGENE_CLUSTER_CA; learngene status) 2> refused.txt; then echo "a stranger got in"; exit 1; fi
grep -q "no silo answers" refused.txt

say "a backup, with the silos stopped, and everything lost"
kill -TERM "${pids[2]}"; wait "${pids[2]}" || true
PGPASSWORD=learngene "$bin/pg_dump" -h 127.0.0.1 -p "$port" -U learngene -Fc learngene > backup.dump
cp -a shared backup.shared
"$bin/psql" -q -h 127.0.0.1 -p "$port" -U operator postgres -c "DROP DATABASE learngene" -c "CREATE DATABASE learngene OWNER learngene"
rm -rf shared silo-1 silo-2

say "restored"
PGPASSWORD=learngene "$bin/pg_restore" -h 127.0.0.1 -p "$port" -U learngene -d learngene --no-owner backup.dump
cp -a backup.shared shared
serve 3
export LEARNGENE_CLUSTER=$(cat gateway.3)
learngene export operator/model -o after.safetensors --quiet
cmp before.safetensors after.safetensors
say "done"
