"""Checks the rules at the doors of the directories: ``make doors``.

1. Every directory with code of its own says at its door (a README.md) what belongs there.
2. A header of ``src/`` includes only its own directory, those listed before it in ORDER, and public headers; a ``.cpp``
   may call on any directory, since nothing else is built on it.
3. Public headers include only public headers, and none of the slow ones of the standard library.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The tree in the order of its dependencies.
ORDER = ["core", "plan", "math", "dispatch", "autograd", "composite", "cpu", "gpu", "graph"]
ORDER += ["nn", "optim", "data", "io", "train", "dist"]
# Pairs that may look the other way, with the reason.
ALLOWED = {
    ("dispatch", "autograd/node.h"): "an op's body attaches the node it has recorded",
    ("dispatch", "autograd/formulas.h"): "generated bodies name the formulas of their nodes",
    ("plan", "dispatch/body.h"): "the plan of a pointwise op is run by its body",
    ("plan", "cpu/pointwise_args.h"): "the plan of a pointwise op fills the arguments of its loop",
}
SLOW = {"functional", "iostream", "regex", "sstream", "fstream", "iomanip", "filesystem", "thread", "future"}
DOORS = ["ops", "ops/gen", "include/rushlight", "python/bind", "python/rushlight", "tests", "bench", "examples", "docs"]
DOORS += ["tools", "cmake"]
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(rushlight/[^>]+|[a-z_]+)>)', re.MULTILINE)


def missing_doors() -> list[str]:
    folders = [ROOT / door for door in DOORS] + [path for path in sorted((ROOT / "src").glob("*")) if path.is_dir()]
    closed = [path for path in folders if path.is_dir() and not (path / "README.md").exists()]
    return [f"{path.relative_to(ROOT)}: no README.md at the door" for path in closed]


def upward_includes() -> list[str]:
    found = []
    for path in sorted((ROOT / "src").rglob("*")):
        relative = path.relative_to(ROOT / "src")
        if path.suffix not in (".h", ".inc") or relative.parts[0] not in ORDER:
            continue
        rank = ORDER.index(relative.parts[0])
        for quoted, _ in INCLUDE.findall(path.read_text()):
            target = quoted.split("/")[0]
            upward = "/" in quoted and target in ORDER and ORDER.index(target) > rank
            if upward and (relative.parts[0], quoted) not in ALLOWED:
                found.append(f"src/{relative}: includes {quoted}, which comes after it")
    return found


def public_includes() -> list[str]:
    found = []
    for path in sorted((ROOT / "include").rglob("*.h")):
        for quoted, angled in INCLUDE.findall(path.read_text()):
            if angled in SLOW:
                found.append(f"{path.relative_to(ROOT)}: <{angled}> makes every user's compilation slow")
            elif quoted and quoted.split("/")[0] in ORDER and not (path.parent / quoted).exists():
                found.append(f"{path.relative_to(ROOT)}: includes {quoted}, which is not installed")
    return found


def main() -> int:
    found = [*missing_doors(), *upward_includes(), *public_includes()]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"doors: {len(found)} rules broken" if found else "doors: all rules kept")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
