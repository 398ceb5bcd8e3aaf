#!/bin/sh
# Make a Debian root whose systemd can be booted beside this one, with all that an installation of
# codeiod without network asks for: half a minute and 250 MB. What is there already stays.
# usage: make_root.sh ROOT [PYTHON]    PYTHON: one with pip, which fetches what is locked
set -eu
root=$1 python=${2:-python3}
requirements=$(dirname "$0")/../../requirements/run.txt
packages=systemd,systemd-sysv,dbus,procps,python3,python3-venv

"$python" -m pip --version >/dev/null || { echo "$python has no pip" >&2; exit 1; }
if [ ! -e "$root" ]; then
    command -v mmdebstrap >/dev/null || { echo "mmdebstrap is not installed" >&2; exit 1; }
    mkdir -p "$(dirname "$root")"
    trap 'rm -rf "$root.new"' EXIT
    mmdebstrap --quiet --variant=minbase --include=$packages trixie "$root.new"
    mv "$root.new" "$root"
fi
wheels=$root/opt/wheels
if ! cmp -s "$requirements" "$wheels/run.txt"; then
    version=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    rm -rf "$wheels"
    "$python" -m pip download --quiet --disable-pip-version-check --only-binary=:all: \
        --python-version "$version" --dest "$wheels" --requirement "$requirements"
    cp "$requirements" "$wheels/run.txt"  # last: it says that all the others are there
fi
