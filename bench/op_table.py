"""Times the rows of the op table: ``make bench BENCH=--ops``.

Every row at three sizes, in every layout that it has, forward and forward + backward, on Rushlight and on PyTorch by
turns. A turn is short; a case that looks slower than PyTorch gets more of them. A case counts as slower if the minimum
and the median both say so; then ``reasons.json`` has to say why ("name size layout direction", with wildcards).
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import math
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = HERE.parent / "build/release/generated/bench_rows.json"
REASONS = HERE / "reasons.json"
SIZES = {"small": 10, "medium": 10_000, "large": 1_000_000}
GOALS = {"small": 4.0, "medium": 1.2, "large": 1.1}  # of the geometric mean of PyTorch's time over ours
TURN = {"small": 0.006, "medium": 0.01, "large": 0.02}  # seconds
BATCHES = {"small": 8, "medium": 8, "large": 16}  # of a turn: short ones find the quiet moments of a busy machine
PAUSE = {"small": 0.0, "medium": 0.002, "large": 0.004}  # seconds until spinning worker threads sleep
DOUBT, SLOW = 1.0, 0.9  # ratios: below the first a case is timed again, below the second it is slower
MORE_ROUNDS = 3
DIRECTIONS = ("forward", "backward")


def chosen(name: str, options: argparse.Namespace) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in options.only.split(","))


def turn(workers: list, request: dict, times: list[list[float]], pause: float) -> list[str]:
    """Lets every worker time the case once; the errors of those that cannot."""
    errors = []
    for worker, found in zip(workers, times, strict=True):
        answer = worker.ask(request)
        found += answer.get("times", [])
        errors += [f"{worker.label}: {answer['error']}"] if "error" in answer else []
        time.sleep(pause)
    return errors


def ratios(times: list[list[float]]) -> tuple[float, float]:
    """PyTorch's better thread count over ours: minima and medians."""
    return tuple(min(map(how, times[1:])) / how(times[0]) for how in (min, statistics.median))


def measure(workers: list, row: dict, size: str, layout: str, backward: bool) -> dict | None:
    """One case; None if PyTorch cannot do it."""
    request = {"row": row, "n": SIZES[size], "layout": layout, "backward": backward}
    request |= {"seconds": TURN[size], "batches": BATCHES[size]}
    case = {"name": row["name"], "size": size, "layout": layout, "direction": DIRECTIONS[backward]}
    subjects = workers[:2] if size == "small" else workers  # ten elements never occupy a second thread
    times: list[list[float]] = [[] for _ in subjects]
    for done in range(1 + MORE_ROUNDS):
        if errors := turn(subjects, request, times, PAUSE[size]):
            ours = errors[0].startswith(f"{workers[0].label}: ") and len(errors) < len(subjects)
            return case | {"error": errors[0]} if ours or len(subjects) == 1 else None
        if len(subjects) == 1 or (found := ratios(times))[0] >= DOUBT or (done > 1 and min(found) >= DOUBT):
            break
    case |= {"min": min(times[0]), "median": statistics.median(times[0])}
    if len(subjects) > 1:
        best = min(range(1, len(subjects)), key=lambda k: min(times[k]))
        case |= {"torch_min": min(times[best]), "torch_median": statistics.median(times[best])}
        case |= {f"torch_min_{k}": min(found) for k, found in enumerate(times) if k}
        case |= {"threads": best} | dict(zip(("ratio", "ratio_median"), ratios(times), strict=True))
    return case


def label(case: dict) -> str:
    return f"{case['name']} {case['size']} {case['layout']} {case['direction']}"


def is_slow(case: dict) -> bool:
    return "ratio" in case and max(case["ratio"], case["ratio_median"]) < SLOW


def reason(case: dict, reasons: dict[str, str]) -> str:
    return next((text for pattern, text in reasons.items() if fnmatch.fnmatch(label(case), pattern)), "")


def geomean(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values))) if values else math.nan


def means(cases: list[dict]) -> dict[str, float]:
    return {size: geomean([c["ratio"] for c in cases if c["size"] == size and "ratio" in c]) for size in SIZES}


def unit(seconds: float) -> str:
    factor, name = next((pair for pair in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")) if seconds >= pair[0]), (1e-9, "ns"))
    return f"{seconds / factor:.3g} {name}"


def line(case: dict, reasons: dict[str, str]) -> str:
    start = f"| {case['name']} | {case['layout']} | {case['direction']} "
    if "error" in case:
        return f"{start}| failed: {case['error'].replace('|', '/')[:120]} | | | | |"
    if "ratio" not in case:
        return f"{start}| {unit(case['min'])} | | | | |"
    text = reason(case, reasons) or "**no reason given**" if is_slow(case) else ""
    numbers = f"| {unit(case['min'])} | {unit(case['torch_min'])} | {case['ratio']:.2f} | {case['ratio_median']:.2f} "
    return f"{start}{numbers}| {text} |"


def summary(cases: list[dict]) -> list[str]:
    lines = ["| size | cases | geometric mean | goal | slower than PyTorch |", "|---|---|---|---|---|"]
    for size, mean in means(cases).items():
        some = [case for case in cases if case["size"] == size and "ratio" in case]
        slow = sum(map(is_slow, some))
        if some:
            lines.append(f"| {size} ({SIZES[size]:,} elements) | {len(some)} | {mean:.2f} | ≥ {GOALS[size]} | {slow} |")
    return lines


def report(cases: list[dict], untimed: list[dict], head: str, reasons: dict[str, str]) -> str:
    parts = [head, "", "Ratios are PyTorch's time over ours, from minima and from medians: above 1 we are faster.", ""]
    parts += [f"Slower means below {SLOW} by both. “Backward” is forward and backward.", "", *summary(cases)]
    for size in SIZES:
        if some := [case for case in cases if case["size"] == size]:
            parts += ["", f"## {size}: {SIZES[size]:,} elements", ""]
            parts.append("| row | layout | direction | Rushlight | PyTorch | ratio (min) | (median) | why slower |")
            parts += ["|---|---|---|---|---|---|---|---|", *(line(case, reasons) for case in some)]
    parts += ["", "## Untimed", "", "Rows without `bench=`: variants of timed ones, and what takes no time."]
    for kind in Counter(row["kind"] for row in untimed):
        names = [row["name"] for row in untimed if row["kind"] == kind]
        parts += ["", f"{kind} ({len(names)}): {', '.join(names)}."]
    return "\n".join(parts) + "\n"


def complaints(cases: list[dict], reasons: dict[str, str]) -> list[str]:
    found = [f"{label(c)} has {c['ratio']:.2f}" for c in cases if is_slow(c) and not reason(c, reasons)]
    found += [f"{label(c)} failed: {c['error']}" for c in cases if "error" in c]
    return found + [f"the mean of {size} is {mean:.2f}" for size, mean in means(cases).items() if mean < GOALS[size]]


def run(workers: list, about: dict[str, Any], options: argparse.Namespace) -> int:
    if not ROWS.exists():
        sys.exit(f"{ROWS} does not exist; run `make build`")
    rows = [row for row in json.loads(ROWS.read_text()) if chosen(row["name"], options)]
    reasons = json.loads(REASONS.read_text()) if REASONS.exists() else {}
    started, cases = time.perf_counter(), []
    for row in (row for row in rows if "expr" in row):
        for size in options.sizes.split(","):
            for layout in row["layouts"]:
                for backward in (False, True)[: 1 + row["backward"]]:
                    case = measure(workers, row, size, layout, backward)
                    if case is not None:
                        cases.append(case)
                        if "error" in case or is_slow(case) or options.verbose:
                            print(f"{size:6} {line(case, reasons)}", flush=True)
                    if case is None or "error" in case:
                        break
    for worker in workers:
        worker.end()
    head = f"{about['cpu']}, {about['cores']} cores, load {about['load']:.1f} at the start, {about['date']}; per call."
    untimed = [row for row in rows if "expr" not in row]
    rounded = [{k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in case.items()} for case in cases]
    data = {"machine": about, "means": means(cases), "untimed": [row["name"] for row in untimed]}
    text = json.dumps(data, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(map(json.dumps, rounded)) + "\n]}\n"
    options.out.write_text(text)
    options.out.with_suffix(".md").write_text(report(cases, untimed, head, reasons))
    missed = complaints(cases, reasons)
    print("", *summary(cases), "", *missed, sep="\n")
    print(f"{len(cases)} cases in {time.perf_counter() - started:.0f} s; see {options.out.with_suffix('.md')}")
    return int(options.check and bool(missed))
