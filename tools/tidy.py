"""Runs clang-tidy over every hand-written unit, unless its text, headers and settings have not changed since.

Used by ``make lint``. Needs build/release/compile_commands.json (``make build``); remembers clean units in build/tidy.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# g++ knows these, clang does not.
DROPPED = re.compile(r" -fmodules-ts| -fmodule-mapper=\S+| -fdeps-format=\S+| -Winvalid-pch")
# What clang says about g++'s command lines is no finding.
IGNORED = ("unknown-warning-option", "ignored-optimization-argument", "ignored-gch")
EXTRA = [f"--extra-arg=-Wno-{name}" for name in IGNORED]


def units(builds: list[Path]) -> dict[Path, dict]:
    """One compile command per hand-written unit; a unit compiled for several instruction sets counts once."""
    found: dict[Path, dict] = {}
    for build in builds:
        for entry in json.loads((build / "compile_commands.json").read_text()):
            path = Path(entry["directory"], entry["file"]).resolve()
            inside = path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / "build") and ".venv" not in path.parts
            if inside and "avx" not in entry["command"]:
                found.setdefault(path, entry | {"command": DROPPED.sub("", entry["command"]), "file": str(path)})
    return found


def headers(builds: list[Path]) -> dict[str, list[Path]]:
    """Object file to the project's headers it includes, as ninja has recorded them."""
    found: dict[str, list[Path]] = {}
    for build in builds:
        text = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True).stdout
        for block in text.split("\n\n"):
            lines = block.strip().splitlines()
            if lines:
                paths = [Path(build, line.strip()).resolve() for line in lines[1:]]
                found[lines[0].split(":")[0]] = [path for path in paths if path.is_relative_to(ROOT) and path.exists()]
    return found


def fingerprint(path: Path, entry: dict, included: list[Path]) -> str:
    """Of all that the verdict depends on."""
    digest = hashlib.sha256(entry["command"].encode())
    for each in sorted({path, ROOT / ".clang-tidy", *included}):
        digest.update(each.read_bytes())
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("units", nargs="*", type=Path, help="only these units")
    options = parser.parse_args()
    builds = [ROOT / "build/release", ROOT / "build/examples"]
    builds = [path for path in builds if (path / "compile_commands.json").exists()]
    if not builds:
        sys.exit("tidy: no build/release/compile_commands.json; run `make build`")
    program = shutil.which("clang-tidy", path=str(Path(sys.executable).parent)) or shutil.which("clang-tidy")
    if not program:
        sys.exit("tidy: no clang-tidy; run `make lint`, which installs it")
    state = ROOT / "build/tidy"
    state.mkdir(parents=True, exist_ok=True)
    chosen, included = units(builds), headers(builds)
    if options.units:
        chosen = {path: entry for path, entry in chosen.items() if path in {unit.resolve() for unit in options.units}}
    (state / "compile_commands.json").write_text(json.dumps(list(chosen.values()), indent=1))

    def check(item: tuple[Path, dict]) -> str:
        path, entry = item
        mark = state / (str(path.relative_to(ROOT)).replace("/", "~") + ".clean")
        print_ = fingerprint(path, entry, included.get(entry.get("output", ""), []))
        if mark.exists() and mark.read_text() == print_:
            return ""
        command = [program, "-p", str(state), "--quiet", *EXTRA, str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return f"{path.relative_to(ROOT)}\n{done.stdout}{done.stderr if not done.stdout else ''}"
        mark.write_text(print_)
        return ""

    with ThreadPoolExecutor(options.jobs) as pool:
        findings = [text for text in pool.map(check, chosen.items()) if text]
    print(*findings, sep="\n", end="")
    print(f"clang-tidy: {len(chosen)} units, {len(findings)} with findings")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
