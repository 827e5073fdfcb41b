"""Measures what must not grow, prints each figure beside its limit, and fails past a limit: ``make budgets``.

The limits are for two cores; a clean build is timed only with ``--clean-build`` (``make budgets CLEAN=1``).
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {
    "clean build of everything, s": 360.0,
    "hello_train.cpp compiles in, s": 3.0,
    "import rushlight, ms": 80.0,
    "import brings in NumPy": 0.0,
    "wheel, MB": 14.0,
    "static trainer, stripped, MB": 6.0,
    "longest hand-written file, lines": 800.0,
    "slowest unit, s": 20.0,
}
HAND_WRITTEN = (".cpp", ".h", ".py", ".sh", ".cmake")
GENERATED = ("include/rushlight/generated/", "include/rushlight/nn/generated/", "src/nn/generated/")


@dataclass
class Figure:
    """One measured budget; ``note`` says what it was measured on."""

    name: str
    value: float
    note: str = ""

    @property
    def kept(self) -> bool:
        return self.value <= LIMITS[self.name]

    def __str__(self) -> str:
        verdict = "ok" if self.kept else "OVER"
        return f"{self.name:36}{self.value:10.4g}   limit {LIMITS[self.name]:<6g} {verdict:5} {self.note}"


def run(*command: object, **rest: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], check=True, cwd=ROOT, **rest)


def clean_build() -> Figure:
    """Library, Python module and tests from nothing, without ccache."""
    build = ROOT / "build/clean"
    shutil.rmtree(build, ignore_errors=True)
    environment = os.environ | {"CCACHE_DISABLE": "1"}
    started = time.perf_counter()
    options = ["-DRUSHLIGHT_BUILD_PYTHON=ON", "-DRUSHLIGHT_BUILD_TESTS=ON", f"-DPython_EXECUTABLE={sys.executable}"]
    run("cmake", "--preset", "release", "-B", build, *options, env=environment, stdout=subprocess.DEVNULL)
    run("cmake", "--build", build, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    shutil.rmtree(build)
    return Figure("clean build of everything, s", seconds, f"{os.cpu_count()} cores, without ccache")


def hello_train() -> Figure:
    """The best of three compilations of the smallest training program."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        include = f"-I{ROOT / 'build/install/include'}"
        run("g++", "-std=c++20", "-O2", include, "-c", "examples/hello_train.cpp", "-o", "/dev/null")
        best = min(best, time.perf_counter() - started)
    return Figure("hello_train.cpp compiles in, s", best, "g++ -O2, best of 3")


def import_time() -> list[Figure]:
    """The median of ten imports, less the median of ten starts of a bare interpreter, turn by turn."""
    spent: dict[str, list[float]] = {"pass": [], "import rushlight": []}
    with tempfile.TemporaryDirectory() as elsewhere:
        for turn in range(11):
            for code, times in spent.items():
                started = time.perf_counter()
                subprocess.run([sys.executable, "-c", code], check=True, cwd=elsewhere)
                if turn:  # the first round only warms the file cache
                    times.append(time.perf_counter() - started)
        code = "import rushlight, sys; print(int('numpy' in sys.modules))"
        done = subprocess.run([sys.executable, "-c", code], check=True, cwd=elsewhere, capture_output=True, text=True)
    bare, full = (statistics.median(times) * 1000 for times in spent.values())
    return [
        Figure("import rushlight, ms", full - bare, f"median of 10; the interpreter alone takes {bare:.0f} ms"),
        Figure("import brings in NumPy", float(done.stdout)),
    ]


def wheel() -> Figure:
    found = sorted((ROOT / "dist").glob("rushlight-*.whl"), key=lambda path: path.stat().st_mtime)
    if not found:
        sys.exit("budgets: no wheel in dist/; run `make wheel`")
    return Figure("wheel, MB", found[-1].stat().st_size / 1e6, found[-1].name)


def static_trainer() -> Figure:
    program = ROOT / "build/examples/train_fashion_mnist_static"
    if not program.exists():
        sys.exit(f"budgets: no {program.relative_to(ROOT)}; run `make examples`")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "trainer")
        run("strip", "-o", copy, program)
        return Figure("static trainer, stripped, MB", copy.stat().st_size / 1e6)


def longest_file() -> Figure:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", capture_output=True, text=True).stdout
    counted = {}
    for name in listed.splitlines():
        path = ROOT / name
        if name.endswith(HAND_WRITTEN) and not name.startswith(GENERATED) and path.is_file():
            counted[name] = len(path.read_bytes().splitlines())
    name = max(counted, key=counted.__getitem__)
    return Figure("longest hand-written file, lines", counted[name], name)


def slowest_unit() -> tuple[Figure, list[str]]:
    """From ninja's log, the last time each object was compiled; with two jobs at once, as in a real build."""
    took: dict[str, float] = {}
    for line in (ROOT / "build/release/.ninja_log").read_text().splitlines()[1:]:
        start, end, _, output, _ = line.split("\t")
        if output.endswith(".o"):
            took[output] = (int(end) - int(start)) / 1000
    order = sorted(took, key=took.__getitem__, reverse=True)
    lines = [f"  {took[output]:6.1f} s  {output}" for output in order[:10]]
    return Figure("slowest unit, s", took[order[0]], f"of {len(took)}; together {sum(took.values()):.0f} s"), lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clean-build", action="store_true", help="also time a clean build (minutes)")
    options = parser.parse_args()
    figures = []

    def note(figure: Figure) -> None:
        figures.append(figure)
        print(figure, flush=True)

    if options.clean_build:
        note(clean_build())
    note(hello_train())
    for figure in import_time():
        note(figure)
    note(wheel())
    note(static_trainer())
    note(longest_file())
    figure, lines = slowest_unit()
    note(figure)
    print("the slowest units of the last build:", *lines, sep="\n")
    over = [figure.name for figure in figures if not figure.kept]
    print(f"budgets: over the limit: {'; '.join(over)}" if over else f"budgets: all {len(figures)} kept")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
