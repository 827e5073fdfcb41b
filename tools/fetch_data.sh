#!/usr/bin/env bash
# Gets real images below data/ and prints the folder of their four idx files: tools/fetch_data.sh
#
# Fashion-MNIST (60,000 + 10,000 images, MIT licence) comes from Debian's package dataset-fashion-mnist. Where that cannot be
# had, the 8x8 digits in scikit-learn's package (1,797 images) take its place in data/digits, in the same format and size.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}

complete() {
  [ "$(find -L "$1" -name '*-ubyte.gz' -size +0 2>/dev/null | wc -l)" = 4 ]
}

for folder in data/fashion-mnist data/digits; do
  if complete $folder; then
    echo $folder
    exit 0
  fi
done

system=/usr/share/datasets/fashion-mnist
if complete $system; then
  mkdir -p data && ln -sfn $system data/fashion-mnist
elif tools/fetch_debs.sh build/deps dataset-fashion-mnist; then
  mkdir -p data/fashion-mnist
  cp build/deps$system/*.gz data/fashion-mnist/
else
  echo "fetch_data: no Fashion-MNIST to be had; taking scikit-learn's digits instead" >&2
  "$python" tools/digits_to_idx.py data/digits || {
    echo "fetch_data: no data. Put the four Fashion-MNIST files (train|t10k)-(images-idx3|labels-idx1)-ubyte.gz into data/fashion-mnist" >&2
    exit 1
  }
fi
for folder in data/fashion-mnist data/digits; do
  if complete $folder; then
    echo $folder
    exit 0
  fi
done
echo "fetch_data: the package came without the four idx files" >&2
exit 1
