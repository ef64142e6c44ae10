#!/usr/bin/env bash
# Makes what compose.yaml mounts: an authority, a certificate for silos and one for clients, in certificates/ beside it. Repeated, it leaves them.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p certificates
cd certificates
umask 077
[ -f ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout ca.key -out ca.pem -subj "/CN=learngene" -addext keyUsage=critical,keyCertSign
issue() { # issue NAME USAGE: one certificate of the authority
  [ ! -f "$1.pem" ] || return 0
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
  printf 'extendedKeyUsage=%s\nsubjectAltName=DNS:silo-1,DNS:silo-2,DNS:localhost,IP:127.0.0.1,IP:172.28.40.11,IP:172.28.40.12\n' "$2" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 365 -out "$1.pem" -extfile "$1.ext"
  rm "$1.csr" "$1.ext"
}
issue silo serverAuth,clientAuth
issue client clientAuth
# The containers run as user 10001.
chmod 755 .
chmod 644 ./*.pem
chown 10001:10001 silo.key 2>/dev/null || chmod 644 silo.key
