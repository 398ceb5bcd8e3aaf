#!/bin/sh
# Make a Debian root whose systemd can be booted beside this one, with all that an installation of
# codeiod without network asks for: half a minute and 250 MB.
# usage: make_root.sh ROOT [PYTHON]    PYTHON: one with pip, which fetches what is locked
set -eu
root=$1 python=${2:-python3}
here=$(dirname "$0")
packages=systemd,systemd-sysv,dbus,procps,python3,python3-venv

[ -e "$root" ] && { echo "$root is there already"; exit 0; }
command -v mmdebstrap >/dev/null || { echo "mmdebstrap is missing" >&2; exit 1; }
mkdir -p "$(dirname "$root")"
trap 'rm -rf "$root.new"' EXIT
mmdebstrap --quiet --variant=minbase --include=$packages trixie "$root.new"
version=$(chroot "$root.new" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -m pip download --quiet --python-version "$version" --only-binary=:all: \
    --dest "$root.new/opt/wheels" --requirement "$here/../../requirements/run.txt"
mv "$root.new" "$root"
