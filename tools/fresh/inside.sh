#!/usr/bin/env bash
# inside.sh ROOT CHECKOUT PROJECT PREPARE COMMAND: runs COMMAND in the root as an ordinary user in CHECKOUT, a folder of the
# user's home, after PREPARE, which runs as root outside of it. Mounts are this process's own and go with it.
set -euo pipefail
root="$1" name="$2" project="$3" prepare="$4" command="$5"
user=1000 home="/home/Žofie Müller"
checkout="$home/$name"

mount --make-rprivate /
ip link set lo up 2>/dev/null || true
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# What this machine needs to reach its packages, lent and not kept.
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
mount --bind /etc/hosts "$root/etc/hosts"
mkdir -p "$root/etc/ssl/certs"
mount --rbind /etc/ssl/certs "$root/etc/ssl/certs"
lent=(SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt)

grep -q "^user:" "$root/etc/passwd" || chroot "$root" useradd --uid "$user" --home-dir "$home" --shell /bin/bash user
mkdir -p "$root$home"
chown "$user:$user" "$root$home"
eval "$prepare"
exec chroot --userspec="$user:$user" "$root" env -i --default-signal=INT HOME="$home" USER=user LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/bin:/usr/bin:/bin "${lent[@]}" bash -c "cd \"$checkout\" || exit
$command"
