"""Times Rushlight against PyTorch, side by side in one run: ``make bench`` or ``.venv/bin/python bench/run.py``.

Every workload runs in turn on Rushlight, on PyTorch with 1 thread and on PyTorch with 2 threads, round after round
(A/B/C/A/B/C), each in a process of its own that lives through the whole run. PyTorch's better thread count counts.
Writes a JSON file with everything measured and a table in Markdown.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import native
import op_table
from workloads import WORKLOADS

HERE = Path(__file__).parent
ROOT = HERE.parent
PAUSE = 0.03  # seconds between two processes' turns: spinning worker threads go to sleep
SLOW = 2.0  # seconds; a workload whose turn takes longer gets only SLOW_ROUNDS rounds
SLOW_ROUNDS = 3
BUSY_LIMIT = 2.0  # Rushlight may lose this factor to a busy process on the other core
CPP_GOAL = 8.0  # LibTorch's time over ours for the MLP step from C++


class Worker:
    """A process that times workloads on one module."""

    def __init__(self, python: Path, module: str, threads: int = 0):
        self.label = module if not threads else f"{module}, {threads} thread{'s' * (threads > 1)}"
        command = [str(python), str(HERE / "worker.py"), module, "--threads", str(threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        self.about = json.loads(first) if first else None

    def ask(self, request: dict) -> dict:
        """The answer of worker.py; an error if the process has died."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        return json.loads(line) if line else {"error": f"the process ended with status {self.process.wait()}"}

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Program:
    """A C++ program with the manners of a Worker."""

    def __init__(self, path: Path, label: str, threads: int = 0):
        self.path, self.label, self.threads = path, label, threads

    def ask(self, request: dict) -> dict:
        command = [str(self.path), str(request["seconds"]), str(self.threads)]
        done = subprocess.run(command, capture_output=True, text=True)
        return json.loads(done.stdout) if not done.returncode else {"error": done.stderr.strip()[-300:] or "it failed"}


@dataclass
class Times:
    """Seconds per call of one workload on one subject."""

    times: list[float] = field(default_factory=list)
    error: str = ""

    def add(self, answer: dict, per: int) -> None:
        self.times += [seconds / per for seconds in answer.get("times", [])]
        self.error = self.error or answer.get("error", "")

    @property
    def good(self) -> bool:
        return bool(self.times) and not self.error

    def summary(self) -> dict:
        if not self.good:
            return {"error": self.error}
        return {"min": min(self.times), "median": statistics.median(self.times), "batches": len(self.times)}


class Busy:
    """Keeps all cores but one occupied while the block runs."""

    def __enter__(self) -> None:
        others = range(max(1, (os.cpu_count() or 2) - 1))
        parent = os.getpid()  # the loop ends by itself should this process die
        loop = f"import os\nwhile os.getppid() == {parent}:\n    for _ in range(1000000): pass"
        self.processes = [subprocess.Popen([sys.executable, "-c", loop]) for _ in others]
        time.sleep(0.3)

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
            process.wait()


def rounds(subjects: list, request: dict, count: int, per: int = 1) -> list[Times]:
    """Asks every subject in turn, ``count`` times over."""
    found = [Times() for _ in subjects]
    slowest, done = 0.0, 0
    while done < count and not (slowest > SLOW and done >= SLOW_ROUNDS):
        for subject, times in zip(subjects, found, strict=True):
            if not times.error:
                started = time.perf_counter()
                times.add(subject.ask(request), per)
                slowest = max(slowest, time.perf_counter() - started)
                time.sleep(PAUSE)
        done += 1
    return found


def compare(name: str, group: str, labels: list[str], found: list[Times], goal: float | None) -> dict:
    """A row of the result: the first subject is ours, the others PyTorch at several thread counts."""
    row = {"name": name, "group": group, "rushlight": found[0].summary(), "goal": goal}
    others = [(label, times) for label, times in zip(labels[1:], found[1:], strict=True) if times.good]
    if not others:
        errors = [times.error for times in found[1:] if times.error]
        return row | ({"torch": {"error": errors[0]}} if errors else {})
    label, best = min(others, key=lambda pair: statistics.median(pair[1].times))
    row["torch"] = best.summary() | {"subject": label}
    row["torch_all"] = {label: times.summary() for label, times in others}
    if found[0].good:
        ours, theirs = row["rushlight"], row["torch"]
        row |= {"ratio": theirs["min"] / ours["min"], "ratio_median": theirs["median"] / ours["median"]}
    return row


def unit(seconds: float) -> str:
    for factor, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {name}" if seconds / factor < 1000 else f"{seconds / factor:.0f} {name}"
    return f"{seconds * 1e9:.3g} ns"


def cell(summary: dict | None) -> str:
    if not summary:
        return "-"
    return "failed" if "error" in summary else f"{unit(summary['min'])} / {unit(summary['median'])}"


def line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(rows: list[dict]) -> list[str]:
    head = ["workload", "Rushlight min / median", "PyTorch min / median", "threads"]
    lines = [line([*head, "PyTorch / Rushlight (min)", "(median)", "goal"]), "|---|---|---|---|---|---|---|"]
    for row in rows:
        ratio, median = (f"{row[key]:.2f}" if key in row else "-" for key in ("ratio", "ratio_median"))
        threads = row.get("torch", {}).get("subject", "-").removeprefix("torch, ").removeprefix("LibTorch, ").split()[0]
        goal = "" if row["goal"] is None else f"≥ {row['goal']:g}" + ("" if met(row) else ", **missed**")
        lines.append(line([row["name"], cell(row["rushlight"]), cell(row.get("torch")), threads, ratio, median, goal]))
    return lines


def met(row: dict) -> bool:
    if row["goal"] is None:
        return True
    if "error" in row["rushlight"] or "torch" not in row:
        return "error" not in row["rushlight"]
    return row.get("ratio", 0.0) >= row["goal"]


def busy_table(rows: list[dict]) -> list[str]:
    lines = [line(["beside a busy process", "subject", "quiet", "busy", "loses", "limit"]), "|---|---|---|---|---|---|"]
    for row in rows:
        limit = f"≤ {row['limit']:g}" + ("" if row["loss"] <= row["limit"] else ", **missed**") if row["limit"] else ""
        times = [unit(row["quiet"]), unit(row["busy"]), f"{row['loss']:.2f}x"]
        lines.append(line([row["name"], row["subject"], *times, limit]))
    return lines


def run_busy(subjects: list, options: argparse.Namespace) -> list[dict]:
    """How many times slower the marked workloads become with a busy process on the other core."""
    rows = []
    for row in WORKLOADS.values():
        if not row.busy or not chosen(row.name, options):
            continue
        request = {"name": row.name, "seconds": options.seconds}
        quiet = rounds(subjects, request, 3, row.per)
        with Busy():
            busy = rounds(subjects, request, 3, row.per)
        for subject, before, during in zip(subjects, quiet, busy, strict=True):
            if before.good and during.good:
                first, second = statistics.median(before.times), statistics.median(during.times)
                limit = BUSY_LIMIT if subject is subjects[0] else None
                rows.append({"name": row.name, "subject": subject.label, "quiet": first, "busy": second})
                rows[-1] |= {"loss": second / first, "limit": limit}
    return rows


def run_native(subjects: list, options: argparse.Namespace) -> list[dict]:
    """The MLP step from C++: against LibTorch, and against our own Python."""
    build, programs = ROOT / "build/bench", []
    try:
        programs.append(Program(native.build_rushlight(build, options.sdk), "C++"))
    except native.Unavailable as error:
        print(f"no C++ row: {error}", file=sys.stderr)
        return []
    try:
        if len(subjects) > 1:
            program = native.build_libtorch(build, options.torch_python)
            programs += [Program(program, f"LibTorch, {count} threads", count) for count in (1, 2)]
    except native.Unavailable as error:
        print(f"no LibTorch row: {error}", file=sys.stderr)
    request = {"name": "MLP 32-64-64-10, batch 16, Adam step", "seconds": max(options.seconds, 0.5)}
    found = rounds([*programs, subjects[0]], request, options.rounds)
    row = compare("MLP step from C++ (LibTorch)", "C++", [program.label for program in programs], found[:-1], CPP_GOAL)
    again = compare("MLP step from C++ (against Python)", "C++", ["C++", "our Python"], [found[0], found[-1]], 1.0)
    return [row, again]


def chosen(name: str, options: argparse.Namespace) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in options.only.split(","))


def machine() -> dict:
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu)
    return {"cpu": cpu, "cores": os.cpu_count(), "load": os.getloadavg()[0], "date": time.strftime("%Y-%m-%d %H:%M")}


def start(options: argparse.Namespace) -> list[Worker]:
    """Our worker first, then PyTorch's where there is one."""
    workers = [Worker(Path(sys.executable), options.module)]
    if workers[0].about is None:
        sys.exit(f"{sys.executable} cannot import {options.module}: run `make build`")
    if not options.torch_python.exists():
        print(f"PyTorch is absent ({options.torch_python} does not exist): timing Rushlight alone.", file=sys.stderr)
        print("`make bench` sets it up where torch==2.13.0 can be installed.", file=sys.stderr)
        return workers
    for threads in (1, 2):
        worker = Worker(options.torch_python, "torch", threads)
        if worker.about is None:
            print(f"{options.torch_python} cannot import torch: timing Rushlight alone.", file=sys.stderr)
            return workers
        workers.append(worker)
    return workers


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", help="comma-separated patterns of names, e.g. 'matmul*,x + y'")
    parser.add_argument("--ops", action="store_true", help="time the rows of the op table instead: op_table.py")
    parser.add_argument("--sizes", default="small,medium,large", help="of --ops: which of small, medium, large")
    parser.add_argument("--verbose", action="store_true", help="of --ops: print every case, not just slow ones")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.15, help="time of one workload's turn")
    parser.add_argument("--no-busy", action="store_true", help="leave out the busy neighbour")
    parser.add_argument("--no-cpp", action="store_true", help="leave out the C++ programs")
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a goal is missed")
    parser.add_argument("--module", default="rushlight", help="the module under test")
    other = ROOT / ".venv-torch/bin/python"
    parser.add_argument("--torch-python", type=Path, default=other, help="an interpreter with torch")
    parser.add_argument("--sdk", type=Path, default=ROOT / "build/install", help="the installed C++ SDK")
    parser.add_argument("--out", type=Path, help="results.json or (--ops) ops.json; the table goes beside it")
    options = parser.parse_args()
    options.out = options.out or HERE / ("ops.json" if options.ops else "results.json")
    return options


def main() -> int:
    options = parse()
    about = machine()
    workers = start(options)
    if options.ops:
        return op_table.run(workers, about, options)
    labels = [worker.label for worker in workers]
    about |= {worker.label: worker.about for worker in workers}
    print(f"{about['cpu']}, {about['cores']} cores, load {about['load']:.1f}; " + "; ".join(labels), flush=True)
    print(*table([]), sep="\n", flush=True)
    rows = []
    listed = [row for row in WORKLOADS.values() if chosen(row.name, options)]
    todo = [(row.name, row.group, {"name": row.name}, row.goal, row.per) for row in listed]
    for name, group, request, goal, per in todo:
        found = rounds(workers, request | {"seconds": options.seconds}, options.rounds, per)
        rows.append(compare(name, group, labels, found, goal))
        print(table(rows)[-1], flush=True)
        for label, times in zip(labels, found, strict=True):
            if times.error:
                print(f"  {label} failed: {times.error}", flush=True)
    if not options.no_cpp and chosen("MLP step from C++", options):
        rows += run_native(workers, options)
        print(*table(rows[-2:])[2:], sep="\n", flush=True)
    busy = [] if options.no_busy else run_busy(workers, options)
    for worker in workers:
        worker.end()
    beside = "\n".join(busy_table(busy)) if busy else ""
    head = f"{about['cpu']}, {about['cores']} cores, load {about['load']:.1f} at the start, {about['date']}; per call."
    options.out.write_text(json.dumps({"machine": about, "rows": rows, "busy": busy}, indent=1) + "\n")
    options.out.with_suffix(".md").write_text("\n".join([head, "", *table(rows), "", beside]).rstrip() + "\n")
    print(f"\n{beside}\n\nwritten to {options.out} and {options.out.with_suffix('.md')}")
    missed = [row["name"] for row in rows if not met(row)]
    missed += [f"{row['name']} beside a busy process" for row in busy if row["limit"] and row["loss"] > row["limit"]]
    print("goals missed: " + "; ".join(missed) if missed else "no goal missed")
    return int(options.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
