#!/usr/bin/env bash
# Makes a virtual environment and installs packages into it: tools/make_venv.sh FOLDER PIP_ARGUMENT...
# Safe to run again: it only adds what is missing. PYTHON names the interpreter (default: python3, 3.11 or newer).
set -euo pipefail

folder=$1
shift
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)

fail() {
  echo "make_venv: $*" >&2
  exit 1
}

command -v "$python" >/dev/null || fail "no '$python' here; name an interpreter, for example: make PYTHON=python3.11 build"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "needs Python 3.11 or newer, but '$python' is $("$python" --version); try: make PYTHON=python3.11 build"

if [ ! -x "$folder/bin/pip" ]; then
  echo "make_venv: creating $folder" >&2
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv "$folder"
  else
    # Debian keeps pip's wheel in a package of its own; unpacked, it can install itself.
    "$python" -m venv --without-pip "$folder"
    FETCH_DEBS_ALWAYS=1 "$here/fetch_debs.sh" "$folder/debs" python3-pip-whl
    wheel=$(find "$folder/debs/usr/share/python-wheels" -name 'pip-*.whl' | head -n 1)
    PYTHONPATH=$wheel "$folder/bin/python" -m pip install -q --no-deps --force-reinstall "$wheel"
  fi
fi
echo "make_venv: installing into $folder:" "$@" >&2
"$folder/bin/python" -m pip install -q --disable-pip-version-check "$@"
