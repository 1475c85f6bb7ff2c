#!/usr/bin/env bash
# Sets up, builds and runs the main job: a character LSTM learns Engram's own sources and writes
# some. Words after it go to examples/language_model:  ./run.sh --text my.txt   ./run.sh generate --help
set -euo pipefail
top=$(cd "$(dirname "$0")" && pwd)
"$top/.ci/setup" language_model
[[ $# -gt 0 ]] || set -- --text "$top" --out "$top/build/run"
[[ $1 != -* ]] || set -- train "$@"
exec "$top/build/${PRESET:-release}/examples/language_model" "$@"
