#!/bin/sh
# Put each client that bench/llm.py compares with into an environment of its own: FOLDER/NAME.
set -eu
folder=${1:-.peers}
python=${2:-python3}
mkdir -p "$folder"
for peer in openai==3.54.0 bespokelabs-curator==0.1.31 'distilabel[openai]==1.5.3 requests'; do
    name=$(echo "${peer#bespokelabs-}" | sed 's/[=[].*//')
    "$python" -m venv "$folder/$name"
    "$folder/$name/bin/pip" install --quiet $peer || echo "$name: not installed" >&2
done
