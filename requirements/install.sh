#!/bin/sh
# Make an environment and install locked requirements and the project into it, editable.
# usage: install.sh VENV PYTHON REQUIREMENTS
set -eu
venv=$1 python=$2 requirements=$3

make_environment() {
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --python "$python" "$venv"
    elif ! "$python" -m venv "$venv" 2>/dev/null; then
        # A bare Debian has Python without ensurepip.
        echo "python3-venv is missing: installing it" >&2
        rm -rf "$venv"
        apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
        "$python" -m venv "$venv"
    fi
}

install() {
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
    fi
}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "codeiod needs Python 3.11 or newer; $python is older (set PYTHON=...)" >&2
    exit 1
}
[ -x "$venv/bin/python" ] || make_environment
install -r "$requirements"
install --no-deps --no-build-isolation -e .
