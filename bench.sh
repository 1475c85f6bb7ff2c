#!/usr/bin/env bash
# Sets up, builds and runs the benchmark. Words after it go to tests/bench/run.py:
# ./bench.sh --help    ./bench.sh --peer-python PATH (measures PyTorch and onnxruntime beside Engram)
# ./bench.sh micro     single operations; words after it go to Google Benchmark:
# ./bench.sh micro --help    ./bench.sh micro --benchmark_filter=gemm/char-128
set -euo pipefail
top=$(cd "$(dirname "$0")" && pwd)
if [[ ${1:-} == micro ]]; then
  "$top/.ci/install" <<<"libbenchmark-dev <benchmark/benchmark.h>"
  "$top/.ci/setup" engram_micro
  exec "$top/build/${PRESET:-release}/tests/bench/engram_micro" "${@:2}"
fi
"$top/.ci/install" <<<"python3 python3"
"$top/.ci/setup" engram_bench language_model
exec python3 "$top/tests/bench/run.py" "$@"
