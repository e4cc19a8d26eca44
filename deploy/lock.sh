#!/bin/bash
# Pins what pip chooses today for pyproject.toml: deploy/lock.sh deploy/constraints.txt [PYTHON]
set -euo pipefail

target=$1
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bash "$root/deploy/make-venv.sh" "$work/venv" "${2:-}"
echo 'Choosing the newest versions …'
"$work/venv/bin/python" -m pip --disable-pip-version-check install --quiet "$root[dev]"
{
    sed '/^[^#]/,$d' "$target"          # the remarks at its head
    # the project itself and what venv brings along are no choice of ours; a place ("@ file:…") would be a mistake
    "$work/venv/bin/python" -m pip freeze --exclude hotline-bridge
} > "$work/pinned.txt"
if grep -nE ' @ |://' "$work/pinned.txt"; then
    echo 'a package was taken from a place, not from an index; nothing was written' >&2
    exit 1
fi
cp "$work/pinned.txt" "$target"
echo "$target: $(grep -c == "$target") packages"
