#!/bin/sh
# Install what some tests need beside Python, where that may be done; where not, they skip and say so.
# usage: system.sh VENV
set -u
venv=$(cd "$1" && pwd)

[ -e "$venv/.system" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "no system packages can be installed here: tests that need some skip" >&2
    exit 0
fi

# A mirror that does not answer must not keep the tests waiting.
apt() { timeout 240 apt-get -o Acquire::http::Timeout=20 -o Acquire::Retries=1 "$@"; }

packages=
command -v chromium >/dev/null 2>&1 || packages="$packages chromium"
command -v systemd-analyze >/dev/null 2>&1 || packages="$packages systemd"
if [ -n "$packages" ] || ! command -v promtool >/dev/null 2>&1; then
    apt update -qq || echo "no lists of packages: tests that need some skip" >&2
fi
for package in $packages; do
    DEBIAN_FRONTEND=noninteractive apt install -y -qq --no-install-recommends "$package" >/dev/null ||
        echo "$package can't be installed: the tests that need it skip" >&2
done

# Of prometheus the checker alone: installed, it would run as a service.
if ! command -v promtool >/dev/null 2>&1 && [ ! -x "$venv/bin/promtool" ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    chmod 755 "$folder"
    (cd "$folder" && apt -o APT::Sandbox::User=root download -qq prometheus >/dev/null && dpkg -x prometheus_*.deb . &&
        cp usr/bin/promtool "$venv/bin/promtool") ||
        echo "promtool can't be had: the tests that need it skip" >&2
fi
touch "$venv/.system"
