#!/usr/bin/env bash
# Sets up, builds and runs the tests. Words after it go to ctest:  ./test.sh -R lstm
# PRESET=asan ./test.sh  does the same under the sanitizers (CMakePresets.json has the names).
set -euo pipefail
cd "$(dirname "$0")"
.ci/setup
exec ctest --preset "${PRESET:-release}" --parallel "$(nproc)" "$@"
