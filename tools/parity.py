"""Replays PyTorch's recorded answers on Rushlight and says what share is the same: ``make parity``.

The oracle (a folder with record.py and replay.py) makes the corpus once per machine, with torch, into build/golden;
replaying needs NumPy only. A name that Rushlight does not have yet is listed apart; the shares count the calls of the
others, in float32, int64 and bool. A whole run also writes docs/compatibility.md: the shares, every failing name with
its reason from tests/parity/reasons.json (a name or a pattern -> why it differs), and the missing names by namespace.
The run fails if a share is below tests/parity/baseline.json, a name is lost, or a failing name has no reason;
``--update`` (after an improvement) raises the baseline to a little below what was found, so that the bar only rises.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "tests/parity/baseline.json"
REASONS = ROOT / "tests/parity/reasons.json"
PAGE = ROOT / "docs/compatibility.md"
ASPECTS = ("answers", "gradients", "error types")
MARGIN = 0.001  # a new baseline lies so far below what was found: a machine may round otherwise
DTYPES = "f32,i64,bool"


def record(options: argparse.Namespace) -> None:
    """Makes the corpus, unless it is there."""
    if (options.corpus / "meta.json").exists():
        return
    probe = [str(options.torch_python), "-c", "import torch"]
    if not options.torch_python.exists() or subprocess.run(probe, capture_output=True).returncode:
        sys.exit(
            f"parity: no corpus in {options.corpus}, and {options.torch_python} cannot import torch to record one. "
            "`make parity` sets torch up where torch==2.13.0 can be installed; or copy a corpus from elsewhere there."
        )
    print(f"parity: recording PyTorch's answers into {options.corpus} (about a minute, once)", flush=True)
    partial = options.corpus.with_name(options.corpus.name + ".part")
    command = [str(options.torch_python), str(options.oracle / "record.py"), "--corpus", str(partial)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    partial.rename(options.corpus)


def replay(options: argparse.Namespace) -> Any:
    """Runs the oracle's replay and returns its report, with the missing names kept out of the shares."""
    sys.path.insert(0, str(options.oracle))
    import replay as oracle
    from report import Report

    class Present(Report):
        """Counts the calls of names that exist; the others only by name."""

        def __init__(self, module: str, corpus: Path):
            super().__init__(module, corpus)
            self.missing: set[str] = set()
            latest.append(self)

        def add(self, call: Any, found: list) -> None:
            if any(kind == "missing" for kind, _ in found):
                with self.lock:
                    self.missing.add(call.surface[1])
            else:
                super().add(call, found)

    latest: list[Present] = []
    oracle.Report = Present
    sys.argv = ["replay.py", options.module, "--corpus", str(options.corpus), "--dtypes", DTYPES, "--ops", options.ops]
    sys.argv += ["--jobs", str(options.jobs)]
    if oracle.main() == 2:
        sys.exit(f"parity: {options.module} cannot be imported: run `make build`")
    return latest[0]


def figures(report: Any) -> dict[str, Any]:
    """Shares of calls, and the names whose every call is right."""
    shares = report.shares()
    right = sorted(name for name, tally in report.names.items() if not tally.failed)
    return {aspect: share["calls"] for aspect, share in shares.items()} | {"names": right}


def judge(now: dict[str, Any], baseline: dict[str, Any], missing: set[str]) -> list[str]:
    """What is worse than the baseline."""
    worse = []
    for aspect, least in baseline["shares"].items():
        good, total = now.get(aspect, (0, 0))
        if total and good / total < least:
            worse.append(f"{aspect}: {good / total:.2%} of the calls, the baseline asks for {least:.2%}")
    lost = sorted(set(baseline["names"]) - set(now["names"]))
    return worse + [f"no longer right: {name}" + (" (the name is gone)" if name in missing else "") for name in lost]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    oracle, torch = ROOT / "../shared/oracle", ROOT / ".venv-torch/bin/python"
    parser.add_argument("--oracle", type=Path, default=oracle, help="folder of record.py and replay.py")
    parser.add_argument("--corpus", type=Path, default=ROOT / "build/golden", help="PyTorch's recorded answers")
    parser.add_argument("--torch-python", type=Path, default=torch, help="an interpreter with torch")
    parser.add_argument("--module", default="rushlight", help="the module under test")
    parser.add_argument("--ops", default="*", help="patterns of op names; anything but all leaves the baseline alone")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--update", action="store_true", help="raise the baseline to what this run has found")
    parser.add_argument("--json", type=Path, default=ROOT / "build/parity.json", help="write everything found here")
    options = parser.parse_args()
    options.oracle, options.corpus = options.oracle.resolve(), options.corpus.resolve()

    if not (options.oracle / "replay.py").exists():
        print(f"parity: no oracle in {options.oracle}, so nothing was compared; name its folder: make parity ORACLE=…")
        return 2
    options.corpus.parent.mkdir(parents=True, exist_ok=True)
    record(options)
    report = replay(options)
    now = figures(report)
    failures = report.failures()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report.summary() | {"missing": sorted(report.missing)}, indent=1) + "\n")
    listing = options.json.with_suffix(".txt")
    listing.write_text("\n".join([*failures, "", "Names that are missing:", *sorted(report.missing)]) + "\n")
    print(f"parity: {len(report.names)} names exist, {len(report.missing)} are missing; reasons in {listing}")
    for aspect in ASPECTS:
        good, total = now.get(aspect, (0, 0))
        if total:
            print(f"parity: {aspect}: {good} of {total} calls of the names that exist ({good / total:.2%})")
    if options.ops != "*":
        return 0
    unexplained = write_page(report, now)
    print(f"parity: wrote {PAGE.relative_to(ROOT)}")
    for name in unexplained:
        print(f"parity: {name} fails without a reason: mend it, or say why in {REASONS.relative_to(ROOT)}")
    return ratchet(now, report.missing, options.update) or bool(unexplained)


# ---- docs/compatibility.md ----------------------------------------------------------------------------------------

HEAD = """# Compatibility with PyTorch 2.13

Generated by `make parity`: the answers that PyTorch gives for the sample inputs of its own operator tests (float32,
int64, bool), compared with Rushlight's in values, dtypes, shapes, strides, shared memory, gradients and errors.
"""


def write_page(report: Any, now: dict[str, Any]) -> list[str]:
    """Writes the page; returns the failing names for which no reason is given."""
    failing = {name: tally for name, tally in sorted(report.names.items()) if tally.failed}
    reasons = json.loads(REASONS.read_text())
    lines = [HEAD, "| | right | calls | share |", "|---|---:|---:|---:|"]
    for aspect in ASPECTS:
        good, total = now.get(aspect, (0, 0))
        lines.append(f"| {aspect} | {good} | {total} | {good / max(total, 1):.2%} |")
    passing = len(report.names) - len(failing)
    lines += ["", f"{len(report.names)} of the names that the tests call exist. {passing} of them pass every call.", ""]
    lines += ["## Names that differ in some call", ""]
    lines += ["| name | calls that differ | kind | why | first case |", "|---|---:|---|---|---|"]
    lines += [row_of(name, tally, reason(name, reasons) or "") for name, tally in failing.items()]
    lines += ["", f"## Names that are missing ({len(report.missing)})", ""]
    spaces: dict[str, list[str]] = defaultdict(list)
    for name in sorted(report.missing):
        space, _, last = name.rpartition(".")
        spaces[space].append(last)
    for space, names in sorted(spaces.items()):
        lines.append(f"- **{space}** ({len(names)}): " + ", ".join(f"`{name}`" for name in names))
    PAGE.write_text("\n".join(lines) + "\n")
    return [name for name in failing if not reason(name, reasons)]


def reason(name: str, reasons: dict[str, str]) -> str | None:
    """The reason of the first entry that is the name, or a pattern that it matches."""
    return reasons.get(name) or next((text for pattern, text in reasons.items() if fnmatchcase(name, pattern)), None)


def row_of(name: str, tally: Any, why: str) -> str:
    kinds = ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common())
    example = tally.example
    problem = re.sub(r"\s+", " ", example["problem"])
    problem = (problem[:157] + "...") if len(problem) > 160 else problem
    case = f"{example['op']} {example['case']} ({example['mode']}): {problem}".replace("|", "\\|").replace("`", "'")
    return f"| `{name}` | {tally.failed} of {tally.failed + tally.passed} | {kinds} | {why} | {case} |"


def ratchet(now: dict[str, Any], missing: set[str], update: bool) -> int:
    """Holds what was found against the baseline, or writes a new one."""
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"shares": {}, "names": []}
    worse = judge(now, baseline, missing)
    if update:
        shares = {}
        for aspect in now.keys() - {"names"}:
            good, total = now[aspect]
            shares[aspect] = max(int(10000 * (good / total - MARGIN)) / 10000, baseline["shares"].get(aspect, 0))
        BASELINE.parent.mkdir(parents=True, exist_ok=True)
        BASELINE.write_text(json.dumps({"shares": shares, "names": now["names"]}, indent=1, sort_keys=True) + "\n")
        print(f"parity: wrote {BASELINE.relative_to(ROOT)}")
        return 0
    print(*(f"parity: {line}" for line in worse), sep="\n", end="\n" if worse else "")
    print("parity: worse than the baseline" if worse else "parity: no worse than the baseline")
    return bool(worse)


if __name__ == "__main__":
    sys.exit(main())
