#!/usr/bin/env bash
# Runs the array API standard's own test suite over rushlight.array_api. The suite is no package: clone
# https://github.com/data-apis/array-api-tests and name the folder in ARRAY_API_TESTS_DIR.
# Usage: ARRAY_API_TESTS_DIR=../array-api-tests tools/run_array_api_tests.sh [pytest arguments]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
suite=${ARRAY_API_TESTS_DIR:-$here/../array-api-tests}
python=${PYTHON:-$here/.venv/bin/python}
if [ ! -d "$suite/array_api_tests" ]; then
  echo "array-api-tests: no checkout at $suite; clone it and set ARRAY_API_TESTS_DIR. Nothing was run." >&2
  exit 0
fi
if ! "$python" -c 'import hypothesis, ndindex' 2>/dev/null; then
  echo "array-api-tests: installing what the suite needs" >&2
  "$python" -m pip install -q --disable-pip-version-check -r "$suite/requirements.txt"
fi
cd "$suite"
export ARRAY_API_TESTS_MODULE=rushlight.array_api ARRAY_API_TESTS_VERSION=2024.12
exec "$python" -m pytest array_api_tests --max-examples "${MAX_EXAMPLES:-100}" -p no:cacheprovider "$@"
