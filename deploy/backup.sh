#!/bin/bash
# Backs the bridge up while it runs: deploy/backup.sh CONFIG TARGET [KEEP]
#
# Makes TARGET/<time>/ with the database (SQLite's own online copy, checked; or pg_dump), the large mails, and the keys
# and tokens of the state folder. Of such folders the newest KEEP (14) stay. The database is copied before the large
# mails: a mail is on the disk before its row is in the database, so whatever row the copy holds, its mail is there.
# The configuration itself, its tables and its secrets are yours to keep: they lie where you put them.
set -euo pipefail
umask 077

config=$1 target=$2 keep=${3:-14}
root=$(cd "$(dirname "$0")/.." && pwd)
python=${HOTLINE_PYTHON:-$root/.venv/bin/python}

# The program reads its own configuration; a value a line, so that no name needs quoting.
mapfile -t said < <("$python" - "$config" <<'PYTHON'
import sys
from pathlib import Path
from hotline_bridge.config import load_config, read_secret
config = load_config(Path(sys.argv[1]))
print(config.state.resolve(), config.store_url, read_secret(None, config.store.password_file), sep="\n")
PYTHON
)
(( ${#said[@]} >= 2 )) || { echo "the configuration $config cannot be read; try hotline-bridge check-config" >&2; exit 1; }
state=${said[0]} url=${said[1]} password=${said[2]:-}

mkdir -p "$target"
name=$(date +%Y%m%d-%H%M%S)
draft=$target/.$name.part
trap 'rm -rf "$draft"' EXIT
mkdir "$draft"

case $url in
    sqlite:///*)
        "$python" - "${url#sqlite:///}" "$draft/bridge.db" <<'PYTHON'
import sqlite3, sys
from contextlib import closing
source, target = sys.argv[1:]
with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as live, closing(sqlite3.connect(target)) as copy:
    live.backup(copy)
    copy.execute("PRAGMA journal_mode=DELETE")
    (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
if verdict != "ok":
    sys.exit(f"the copy of {source} is damaged: {verdict}")
PYTHON
        ;;
    postgresql*)
        # "postgresql+psycopg://…" is SQLAlchemy's spelling; pg_dump wants "postgresql://…"
        PGPASSWORD=$password pg_dump --format=custom --no-owner --file="$draft/bridge.pgdump" "postgresql:${url#*:}"
        ;;
    *)
        echo "no way to back up ${url%%:*}; only sqlite and postgresql are known" >&2
        exit 1
        ;;
esac

for one in papers mail; do
    # what is just being written has another name, and is not ours yet
    [[ ! -d $state/$one ]] || tar -C "$state" --exclude='.*' --exclude='*.tmp' -cf - "$one" | tar -C "$draft" -xpf -
done
for one in "$state"/*.key "$state"/*.token "$state"/*.password; do
    [[ ! -f $one ]] || cp -p "$one" "$draft/"
done

sync -f "$draft"
mv "$draft" "$target/$name"
trap - EXIT
mapfile -t all < <(find "$target" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*-[0-9]*' | sort -r)
for one in "${all[@]:$keep}"; do
    rm -rf "$one"
done
echo "$target/$name: $(du -sh "$target/$name" | cut -f1)"
