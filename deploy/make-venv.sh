#!/bin/bash
# Makes a virtual environment: deploy/make-venv.sh FOLDER [PYTHON]. PYTHON is only wanted where the choice below is wrong:
# Debian's own /usr/bin/python3 from 3.11 on, else the python3 on the PATH. One without `venv` (Debian keeps that in a
# package of its own) is the last choice, and then the package is installed.
set -euo pipefail

folder=$1
here=$(dirname "$0")
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }
whole() { "$1" -c 'import ensurepip, venv' 2> /dev/null; }

if [[ -n ${2:-} ]]; then
    candidates=("$2")
else
    candidates=(/usr/bin/python3 python3 python3.13 python3.12 python3.11)
fi
python=
for one in "${candidates[@]}"; do
    if new_enough "$one"; then
        [[ -n $python ]] || python=$one
        if whole "$one"; then
            python=$one
            break
        fi
    fi
done
if [[ -z $python ]]; then
    echo "Python 3.11 or newer is needed; found: $(python3 --version 2>&1 || echo none)." >&2
    echo "Debian 12 has it (apt-get install python3 python3-venv); elsewhere name one: make PYTHON=/path/to/python3.11 …" >&2
    exit 1
fi
if ! whole "$python"; then
    if [[ $python == /usr/bin/python3 ]]; then
        bash "$here/debian-packages.sh" python3-venv
    else
        echo "$python has no venv module; install it, or name another Python: make PYTHON=/path/to/python3.11 …" >&2
        exit 1
    fi
fi
echo "Making $folder with $("$python" --version) ($python) …"
"$python" -m venv "$folder"
