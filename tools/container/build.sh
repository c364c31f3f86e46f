#!/usr/bin/env bash
# Builds an image on a Debian machine that has no Docker engine, with buildah, on a base made from Debian's own Python.
#   apt-get install --no-install-recommends buildah debootstrap      (once, as root)
#   tools/container/build.sh remote
#   tools/container/build.sh cpu --build-arg TORCH_INDEX=ordinary
#   buildah run --isolation chroot --network host "$(buildah from playground:remote)" -- python app.py
set -euo pipefail
cd "$(dirname "$0")/../.."

target="${1:?name an image: remote, cpu or gpu}"
shift
base=localhost/playground-base:debian
tag="${TAG:-playground:$target}"
for program in buildah debootstrap; do
    command -v "$program" >/dev/null || { echo "$program is missing: apt-get install buildah debootstrap" >&2; exit 1; }
done

if ! buildah inspect --type image "$base" >/dev/null 2>&1; then
    root="$(mktemp -d)"
    trap 'rm -rf "$root"' EXIT
    release="$(. /etc/os-release && echo "$VERSION_CODENAME")"
    mirror="$(apt-get indextargets --format '$(SITE)' "Codename: $release" | sort -u | head -1)"
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv "$release" "$root" "$mirror"
    ln -s python3 "$root/usr/bin/python"
    # What the slim images of Debian leave out too.
    rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/{doc,info,locale,man}/*
    container="$(buildah from scratch)"
    buildah add --quiet "$container" "$root" /
    buildah commit --quiet --rm "$container" "$base"
fi

# What this machine needs to reach its packages, lent to the build and not kept in the image.
lent=(--volume /etc/ssl/certs:/etc/ssl/certs:ro)
[ ! -e /etc/pip.conf ] || lent+=(--volume /etc/pip.conf:/etc/pip.conf:ro)
# `--format docker`, since the other format has no health check.
buildah build --isolation chroot --network host --pull-never --layers --format docker "${lent[@]}" \
    --build-arg PYTHON_IMAGE="$base" --target "$target" --tag "$tag" "$@" .
buildah images "$tag"
