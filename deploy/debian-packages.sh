#!/bin/bash
# Installs the Debian packages named as arguments or listed in files (`@file`, one name a line, # begins a remark),
# where they are missing. As root, or by `sudo -n`; otherwise it says what to type.
#
#   deploy/debian-packages.sh python3-venv @tests/servers/debian-packages.txt
#
# Servers among them are not started: the tests run their own, on other ports, with their own folders.
set -euo pipefail

wanted=()
for word in "$@"; do
    if [[ $word == @* ]]; then
        while read -r name _; do
            [[ -z $name || $name == \#* ]] || wanted+=("$name")
        done < "${word#@}"
    else
        wanted+=("$word")
    fi
done

missing=()
for name in "${wanted[@]}"; do
    # dpkg-query says nothing on stdout for a package it has never heard of
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true) == installed ]] || missing+=("$name")
done
(( ${#missing[@]} )) || exit 0

if ! command -v apt-get > /dev/null; then
    echo "missing: ${missing[*]} (names of Debian packages). This is no Debian: install their like by hand." >&2
    exit 1
fi
as_root=()
if (( EUID != 0 )); then
    if ! sudo -n true 2> /dev/null; then
        echo "missing Debian packages: ${missing[*]}. Please run, then try again:" >&2
        echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo -n)
fi

# While packages are set up, policy-rc.d tells Debian's scripts to start nothing (101: forbidden by policy). One that
# is there already is the administrator's (containers have one) and stays.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi
# Should Debian's Postfix be started one day, it is to talk to this machine only.
if [[ " ${missing[*]} " == *" postfix "* ]] && command -v debconf-set-selections > /dev/null; then
    echo 'postfix postfix/main_mailer_type select Local only' | "${as_root[@]}" debconf-set-selections
fi

echo "Installing Debian packages: ${missing[*]} …"
# --no-remove: another mail server on this machine is a reason to stop, not to throw it out.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
install=("${apt[@]}" install --yes --no-remove --no-install-recommends "${missing[@]}")
log=$(mktemp)
if ! "${install[@]}" > "$log" 2>&1; then        # perhaps only because there are no package lists yet, or old ones
    if ! { "${apt[@]}" update && "${install[@]}"; } > "$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        echo "could not install ${missing[*]}; apt's words are above" >&2
        exit 1
    fi
fi
rm -f "$log"
