#!/usr/bin/env bash
# The unit of deploy/systemd, run by systemd itself: this machine's files are booted in a container (an overlay, nothing is changed), the silo is
# started, killed, drained and started again there. Usage: systemd.sh FOLDER (for what is said). Needs root, systemd-nspawn, Redis and openssl; says
# so and ends well where something is missing or nothing can be booted.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd) work=$1
mkdir -p "$work" && work=$(cd "$work" && pwd)
say() { echo "systemd: $*"; }
for tool in systemd-nspawn redis-server openssl nsenter pgrep chroot; do
  command -v "$tool" >/dev/null || { say "$tool is missing: the unit was not run"; exit 0; }
done
[ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd ] || { say "root and systemd are needed: the unit was not run"; exit 0; }
mkdir -p "$work/layer" "$work/root"
container= leader=
finish() {
  status=$?
  [ "$status" -eq 0 ] || [ -z "$leader" ] || { inside journalctl --no-pager -n 40 -u learngene-silo || true; tail -n 20 "$work/boot.log"; }
  # The first process of the container takes all others along.
  if [ -n "$leader" ] && [ "$(pgrep -P "$container" -x systemd)" = "$leader" ]; then kill -9 "$leader" || true; fi
  [ -z "$container" ] || { kill -9 "$container" 2>/dev/null; wait "$container" 2>/dev/null; } || true
  umount -l "$work/root" 2>/dev/null || true; umount -l "$work/layer" 2>/dev/null || true
}
inside() { nsenter -t "$leader" -m -u -i -n -p -- "$@"; }
trap finish EXIT

mount -t tmpfs learngene "$work/layer" && mkdir "$work/layer/upper" "$work/layer/work" \
  && mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layer/upper,workdir=$work/layer/work" "$work/root" \
  || { say "no overlay can be mounted: the unit was not run"; exit 0; }

say "a user, the silo, certificates, settings and the unit, where docs/operations.md has them"
root=$work/root
chroot "$root" useradd --system --home-dir /var/lib/learngene --shell /usr/sbin/nologin learngene
mkdir -p "$root/opt/learngene" "$root/etc/learngene" "$root/mnt/learngene"
cp -rL "$here/src/Silo/bin/Release/net10.0" "$root/opt/learngene/silo"
cp -r "$here/data/fashion-mnist" "$root/opt/learngene/fashion"
chroot "$root" chown learngene: /mnt/learngene
[ -e "$root/usr/bin/dotnet" ] || ln -s "$(readlink -f "$(command -v dotnet)")" "$root/usr/bin/dotnet"
(cd "$root/etc/learngene"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout ca.key -out ca.pem -subj "/CN=learngene" -addext keyUsage=critical,keyCertSign 2>/dev/null
  for name in silo client; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr -subj "/CN=$name" 2>/dev/null
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -days 2 -out $name.pem -extfile <(echo "extendedKeyUsage=$([ $name = silo ] && echo serverAuth,)clientAuth") 2>/dev/null
  done
  echo "127.0.0.1:6399" > connection
  # The example's settings, for one machine: Redis, weights in the shared directory, no HTTP to other machines.
  sed -e 's/^LEARNGENE_CLUSTERING=.*/LEARNGENE_CLUSTERING=redis/' -e 's/=10\.0\.0\.7$/=127.0.0.1/' -e '/_WEIGHTS=/d' -e '/_S3_/d' -e '/_HTTP_/d' -e '/_PUBLIC_URL=/d' \
    "$here/deploy/systemd/silo.env.example" > silo.env
  chown -R 0:"$(sed -n 's/^learngene:[^:]*:[0-9]*:\([0-9]*\):.*/\1/p' "$root/etc/passwd")" . && chmod 640 silo.env silo.key connection)
install -m 644 "$here/deploy/systemd/learngene-silo.service" "$root/etc/systemd/system/"
cat > "$root/etc/systemd/system/learngene-redis.service" <<'UNIT'
[Service]
ExecStart=/usr/bin/redis-server --port 6399 --bind 127.0.0.1 --appendonly yes --appendfsync always --dir /var/lib/learngene-redis
StateDirectory=learngene-redis
UNIT
for other in postgresql redis-server prometheus prometheus-node-exporter; do ln -sf /dev/null "$root/etc/systemd/system/$other.service"; done

systemd-nspawn --directory="$root" --boot --register=no --keep-unit --machine=learngene --private-network --console=pipe > "$work/boot.log" 2>&1 < /dev/null &
container=$!
for _ in $(seq 300); do
  leader=$(pgrep -P "$container" -x systemd || true)
  [ -n "$leader" ] && inside systemctl is-active --quiet multi-user.target 2>/dev/null && break
  kill -0 "$container" 2>/dev/null || { leader= ; say "nothing can be booted here: the unit was not run"; tail -n 3 "$work/boot.log"; exit 0; }
  sleep 0.1
done
[ -n "$leader" ] && inside systemctl is-active --quiet multi-user.target || { say "the container did not boot within 30 s"; exit 1; }
inside systemctl start learngene-redis

learngene() {
  nsenter -t "$leader" -n env LEARNGENE_CLUSTER=127.0.0.1:30000 LEARNGENE_CLUSTER_CERTIFICATE="$root/etc/learngene/client.pem" LEARNGENE_CLUSTER_KEY="$root/etc/learngene/client.key" \
    LEARNGENE_CLUSTER_CA="$root/etc/learngene/ca.pem" dotnet "$here/src/Cli/bin/Release/net10.0/learngene.dll" "$@"
}
ready() { # waits until the silo answers
  for _ in $(seq 300); do learngene status --quiet >/dev/null 2>&1 && return; sleep 0.2; done
  echo "no silo answers"; return 1
}
main() { inside systemctl show -P "$1" learngene-silo; }

say "systemd itself reads the unit without a word"
inside systemd-analyze verify /etc/systemd/system/learngene-silo.service 2> "$work/verify.txt" && [ ! -s "$work/verify.txt" ] || { cat "$work/verify.txt"; exit 1; }

say "enabled, started, and a model is trained"
inside systemctl enable --now --quiet learngene-silo
ready
learngene data add fashion /opt/learngene/fashion --quiet
short=(--data fashion --width 16 --depth 2 --patch 7 --epochs 1 --set images=512 --set testImages=200)
learngene train unit/model "${short[@]}" --wait --quiet
[ "$(inside stat -c %U "/proc/$(main MainPID)")" = learngene ]
write() { inside nsenter -t "$(main MainPID)" -m touch "$1" 2>/dev/null; }
write /var/lib/learngene/written || { echo "the silo's own directory cannot be written"; exit 1; }
! write /usr/written || { echo "the silo's system is not read-only"; exit 1; }

say "killed, and started again by systemd; what it had is there"
first=$(main MainPID)
inside kill -9 "$first"
for _ in $(seq 200); do [ "$(main NRestarts)" = 1 ] && [ "$(main MainPID)" != 0 ] && break; sleep 0.1; done
[ "$(main NRestarts)" = 1 ] && [ "$(main MainPID)" != "$first" ] || { echo "not started again, or more than once"; exit 1; }
ready
learngene show unit/model --json >/dev/null

say "stopped in the middle of a job, within 30 s and with success; the job goes on after the start"
job=$(learngene train unit/long --data fashion --width 48 --depth 6 --patch 7 --epochs 2 --json --quiet | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
state() { learngene jobs show "$job" --json --quiet | python3 -c 'import json, sys; print(json.load(sys.stdin)["state"])'; }
for _ in $(seq 300); do [ "$(state)" = running ] && break; sleep 0.2; done
[ "$(state)" = running ] || { echo "the job is $(state)"; exit 1; }
begun=$(date +%s)
inside systemctl stop learngene-silo
took=$(( $(date +%s) - begun ))
[ "$took" -le 30 ] && [ "$(main Result)" = success ] && [ "$(main ExecMainStatus)" = 0 ] || { echo "the stop took $took s and ended with $(main Result), $(main ExecMainStatus)"; exit 1; }
inside systemctl start learngene-silo
ready
[ "$(state)" != completed ] || { echo "the job had ended before the stop"; exit 1; }
learngene jobs watch "$job" --quiet
say "done; the stop took $took s"
