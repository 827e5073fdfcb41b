#!/usr/bin/env bash
# Gets Debian packages into a folder without root: tools/fetch_debs.sh FOLDER PACKAGE...
#
# A package that the system has already installed is left where it is. The others are downloaded once and unpacked below
# FOLDER (so a header lands in FOLDER/usr/include). FETCH_DEBS_ALWAYS=1 unpacks a copy even of installed packages.
set -euo pipefail

fail() {
  echo "fetch_debs: $*" >&2
  exit 1
}

[ $# -ge 2 ] || fail "usage: tools/fetch_debs.sh FOLDER PACKAGE..."
folder=$1
shift
mkdir -p "$folder/.debs"
folder=$(cd "$folder" && pwd)

installed() {
  [ -z "${FETCH_DEBS_ALWAYS:-}" ] && command -v dpkg-query >/dev/null &&
    [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]
}

wanted=()
for package in "$@"; do
  [ -e "$folder/.debs/$package.done" ] || installed "$package" || wanted+=("$package")
done
[ ${#wanted[@]} -gt 0 ] || exit 0

for tool in apt-get apt-cache dpkg-deb; do
  command -v $tool >/dev/null || fail "needs the Debian packages ${wanted[*]}, but this system has no $tool." \
    "Install the packages of that content with the system's own package manager, then: touch $(printf "$folder/.debs/%s.done " "${wanted[@]}")"
done

# The package lists: the system's if they know the packages, else private ones, which need no root.
options=(-qq -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
if ! apt-cache "${options[@]}" show "${wanted[@]}" >/dev/null 2>&1; then
  state=$folder/.debs/apt
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  options+=(-o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" -o APT::Update::Post-Invoke=)
  echo "fetch_debs: the system's package lists do not know ${wanted[*]}; reading the lists into $state" >&2
  apt-get "${options[@]}" update >&2 || fail "apt-get update failed: is there a network, and are there sources in /etc/apt?"
fi

for package in "${wanted[@]}"; do
  apt-cache "${options[@]}" show "$package" >/dev/null 2>&1 ||
    fail "no Debian package '$package' in the sources of /etc/apt (Debian 12 has it in 'main')"
  download=$(mktemp -d "$folder/.debs/$package.XXXXXX")
  (cd "$download" && apt-get "${options[@]}" download "$package" >&2) || fail "could not download '$package'"
  dpkg-deb -x "$download"/*.deb "$folder"
  rm -r "$download"
  touch "$folder/.debs/$package.done"
  echo "fetch_debs: unpacked $package into $folder" >&2
done
