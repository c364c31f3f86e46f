#!/bin/sh
# Runware's clients on PyPI, `runware` 0.5.24 (the older) and `runware-sdk` 1.8.0 (2026-11-29, Python 3.11): one module.
#
# One would think that a program can move from one to the other while both are installed, or that pip would refuse.
# Both install the module `runware`, and pip says nothing. Seen:
#   older, then newer   the newer one is imported, the older one's names are gone; `pip check`: no broken requirements
#   ... older removed   pip takes the newer one's __init__.py along: the module is an empty folder, `pip check` is content
#   newer, then older   nothing can be imported at all: the older one's `types.py` stands behind the newer's folder `types`
# So each needs an environment of its own, and who changes over has to remove the older one before the newer is installed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

pip() { "$folder/$1/bin/python" -m pip --quiet --disable-pip-version-check "$2" ${3:+"$3"} ${4:+"$4"}; }
says() {
    said=$("$folder/$1/bin/python" -c "$2" 2>&1 | tail -n 1)
    case $said in *"$3"*) echo "$1: $3" ;; *) echo "$1: expected '$3', got '$said'"; exit 1 ;; esac
}

for name in older-first newer-first; do python3 -m venv "$folder/$name"; done
new="from runware import Runware, RunOptions; print('newer: imported')"
old="from runware import Runware, IImageInference; print('older: imported')"

pip older-first install runware==0.5.24
says older-first "$old" "older: imported"
pip older-first install runware-sdk==1.8.0
pip older-first check
says older-first "$new" "newer: imported"
says older-first "$old" "cannot import name 'IImageInference'"
pip older-first uninstall --yes runware
pip older-first check
says older-first "$new" "cannot import name 'Runware' from 'runware' (unknown location)"

pip newer-first install runware-sdk==1.8.0
says newer-first "$new" "newer: imported"
pip newer-first install runware==0.5.24
pip newer-first check
says newer-first "$old" "cannot import name 'SdkType' from 'runware.types'"
says newer-first "$new" "cannot import name 'SdkType' from 'runware.types'"
