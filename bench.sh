#!/usr/bin/env bash
# Sets up, builds and runs the benchmark. Words after it go to tests/bench/run.py:
# ./bench.sh --help    ./bench.sh --torch-python PATH (measures PyTorch beside Engram)
set -euo pipefail
top=$(cd "$(dirname "$0")" && pwd)
"$top/.ci/install" <<<"python3 python3"
"$top/.ci/setup" engram_bench language_model
exec python3 "$top/tests/bench/run.py" "$@"
