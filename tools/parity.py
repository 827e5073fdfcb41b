"""Replays PyTorch's recorded answers on Rushlight and says what share is the same: ``make parity``.

The oracle (a folder with record.py and replay.py) makes one corpus for each group of dtypes, once per machine, with
torch, into build/golden; replaying needs NumPy only. The shares count entries of PyTorch's operator tables: an entry
is right if every one of its calls is. A whole run also writes docs/compatibility.md: the shares, and every name that
differs with its reason from tests/parity/reasons.json (a name or a pattern -> why). The run fails if a share is below
the bar of its group or below tests/parity/baseline.json, if a name that was right is not, if a call crashes, or if a
name that differs has no reason. Then module_parity.py does the same for the classes of torch.nn, with the reasons of
tests/parity/module_reasons.json, each for a number of samples. ``--update`` raises the baseline to a little below what
was found, so that it only rises.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import module_parity

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "tests/parity/baseline.json"
REASONS = ROOT / "tests/parity/reasons.json"
PAGE = ROOT / "docs/compatibility.md"
ASPECTS = ("answers", "gradients", "error types")
MARGIN = 0.003  # a new baseline lies so far below what was found: a machine may round otherwise


@dataclass(frozen=True)
class Group:
    """Dtypes that are recorded and judged together; `bars` are the least shares of entries, by aspect."""

    name: str
    dtypes: str
    bars: dict[str, float]


GROUPS = (
    Group("main", "f32,f64,i64,bool", {"answers": 0.97, "gradients": 0.97, "error types": 0.90}),
    Group("more", "f16,bf16,i32,i16,i8,u8,c64,c128", {"answers": 0.93, "gradients": 0.93, "error types": 0.90}),
)


@dataclass
class Found:
    """What a run has found in one group."""

    group: Group
    report: Any
    shares: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    @property
    def right(self) -> list[str]:
        return sorted(name for name, tally in self.report.names.items() if not tally.failed)

    @property
    def missing(self) -> list[str]:
        return sorted(name for name, tally in self.report.names.items() if tally.state == "missing")

    @property
    def crashes(self) -> list[str]:
        return [name for name, tally in self.report.names.items() if tally.kinds["crash"] + tally.kinds["timeout"]]


def record(group: Group, options: argparse.Namespace) -> Path:
    """The corpus of a group, made unless it is there."""
    corpus = options.corpus / group.name
    if (corpus / "meta.json").exists():
        return corpus
    probe = [str(options.torch_python), "-c", "import torch"]
    if not options.torch_python.exists() or subprocess.run(probe, capture_output=True).returncode:
        sys.exit(
            f"parity: no corpus in {corpus}, and {options.torch_python} cannot import torch to record one. "
            "`make parity` sets torch up where torch==2.13.0 can be installed; or copy a corpus from elsewhere there."
        )
    print(f"parity: recording PyTorch's answers into {corpus} (a minute or two, once)", flush=True)
    partial = corpus.with_name(corpus.name + ".part")
    command = [str(options.torch_python), str(options.oracle / "record.py"), "--corpus", str(partial)]
    subprocess.run([*command, "--dtypes", group.dtypes], check=True, stdout=subprocess.DEVNULL)
    partial.rename(corpus)
    return corpus


def replay(group: Group, corpus: Path, options: argparse.Namespace) -> Found:
    """Runs the oracle's replay and keeps its report."""
    import replay as oracle
    from report import Report

    kept: list[Any] = []

    class Kept(Report):
        def __init__(self, module: str, folder: Path):
            super().__init__(module, folder)
            kept.append(self)

    oracle.Report = Kept
    sys.argv = ["replay.py", options.module, "--corpus", str(corpus), "--dtypes", group.dtypes, "--ops", options.ops]
    sys.argv += ["--jobs", str(options.jobs)]
    if oracle.main() == 2:
        sys.exit(f"parity: {options.module} cannot be imported: run `make build`")
    return Found(group, kept[0], kept[0].shares())


def replay_modules(options: argparse.Namespace) -> dict[str, module_parity.Class]:
    """The classes of torch.nn; their corpus is made again when the recorder has changed."""
    corpus = options.corpus / "modules"
    if not module_parity.record(corpus, options.oracle, options.torch_python):
        sys.exit(f"parity: no corpus in {corpus}, and {options.torch_python} cannot import torch to record one.")
    found = module_parity.replay(corpus, options.oracle, options.module, jobs=options.jobs)
    with options.json.with_suffix(".txt").open("a") as listing:
        listing.writelines(f"{line}\n" for line in ["== modules", *module_parity.listing(found)])
    return found


def judge(found: Found, baseline: dict[str, Any]) -> list[str]:
    """What is below the group's bars or worse than the baseline."""
    worse = []
    before = baseline.get(found.group.name, {"shares": {}, "names": []})
    for aspect, bar in found.group.bars.items():
        good, total = found.shares.get(aspect, {}).get("entries", (0, 0))
        least = max(bar, before["shares"].get(aspect, 0))
        if total and good / total < least:
            worse.append(f"{found.group.name}: {aspect}: {good / total:.2%} of the entries, {least:.2%} are asked for")
    missing, right = set(found.missing), set(found.right)
    for name in sorted(set(before["names"]) - right):
        gone = " (the name is gone)" if name in missing else ""
        worse.append(f"{found.group.name}: no longer right: {name}{gone}")
    return worse + [f"{found.group.name}: crashes or hangs: {name}" for name in found.crashes]


def show(found: Found) -> None:
    names = found.report.names
    print(f"parity: {found.group.dtypes}: {len(names)} names, {len(found.missing)} of them missing")
    for aspect in ASPECTS:
        shares = found.shares.get(aspect)
        if shares:
            texts = [f"{kind} {share_of(*share)}" for kind, share in shares.items() if share[1]]
            print(f"parity: {found.group.dtypes}: {aspect}: {', '.join(texts)}")


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
    options.corpus.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(options.oracle))
    runs = [replay(group, record(group, options), options) for group in GROUPS]
    options.json.write_text(json.dumps({run.group.name: run.report.summary() for run in runs}, indent=1) + "\n")
    listing = options.json.with_suffix(".txt")
    parts = [[f"== {run.group.dtypes}", *run.report.failures()] for run in runs]
    listing.write_text("\n".join(line for part in parts for line in part) + "\n")
    for run in runs:
        show(run)
    print(f"parity: every difference with a line to repeat it: {listing}")
    if options.ops != "*":
        return 0
    modules = replay_modules(options)
    unexplained = write_page(runs, modules)
    print(f"parity: wrote {PAGE.relative_to(ROOT)}")
    for name in unexplained:
        print(f"parity: {name} differs without a reason: mend it, or say why in {REASONS.relative_to(ROOT)}")
    return ratchet(runs, options.update) or bool(unexplained) or not module_parity.judge(modules)


# ---- docs/compatibility.md ----------------------------------------------------------------------------------------

HEAD = """# Compatibility with PyTorch 2.13

Generated by `make parity`: the answers that PyTorch gives for the sample inputs of its own operator tables, compared
with Rushlight's in values, dtypes, shapes, strides, shared memory, changed arguments, gradients and errors. An entry or
a name is right if every one of its calls is; a name that is missing counts as wrong.

| dtypes | | entries | names | calls |
|---|---|---:|---:|---:|"""


@dataclass
class Difference:
    """What is off about one name, over all groups."""

    failed: int = 0
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    example: dict[str, Any] = field(default_factory=dict)


def differences(runs: list[Found]) -> dict[str, Difference]:
    found: defaultdict[str, Difference] = defaultdict(Difference)
    for run in runs:
        for name, tally in run.report.names.items():
            if tally.failed:
                one = found[name]
                one.failed += tally.failed
                one.calls += tally.failed + tally.passed
                one.kinds.update(tally.kinds)
                one.example = one.example or tally.example
    return dict(sorted(found.items()))


def write_page(runs: list[Found], modules: dict[str, module_parity.Class]) -> list[str]:
    """Writes the page; returns the differing names for which no reason is given."""
    reasons = json.loads(REASONS.read_text())
    lines = [HEAD]
    for run in runs:
        for aspect in ASPECTS:
            shares = run.shares.get(aspect, {})
            cells = [share_of(*shares.get(kind, (0, 0))) for kind in ("entries", "names", "calls")]
            lines.append(f"| {run.group.dtypes.replace(',', ' ')} | {aspect} | {' | '.join(cells)} |")
    differing = differences(runs)
    lines += ["", "## Names that differ in some call", ""]
    lines += ["| name | calls that differ | kind | why | first case |", "|---|---:|---|---|---|"]
    lines += [row_of(name, difference, reason(name, reasons) or "") for name, difference in differing.items()]
    lines += module_parity.section(modules)
    PAGE.write_text("\n".join(lines) + "\n")
    return [name for name in differing if not reason(name, reasons)]


def share_of(good: int, total: int) -> str:
    return f"{good} of {total}: {good / total:.2%}" if total else ""


def reason(name: str, reasons: dict[str, str]) -> str | None:
    """The reason of the first entry that is the name, or a pattern that it matches."""
    return reasons.get(name) or next((text for pattern, text in reasons.items() if fnmatchcase(name, pattern)), None)


def row_of(name: str, difference: Difference, why: str) -> str:
    ranked = sorted(difference.kinds.items(), key=lambda item: (-item[1], item[0]))  # the same page from every run
    kinds = ", ".join(f"{kind} {count}" for kind, count in ranked)
    example = difference.example
    problem = re.sub(r"\s+", " ", example["problem"])
    problem = (problem[:157] + "...") if len(problem) > 160 else problem
    case = f"{example['op']} {example['case']} ({example['dtype']}, {example['mode']}): {problem}"
    case = case.replace("|", "\\|").replace("`", "'")
    return f"| `{name}` | {difference.failed} of {difference.calls} | {kinds} | {why} | {case} |"


def ratchet(runs: list[Found], update: bool) -> int:
    """Holds what was found against the bars and the baseline, or writes a new baseline."""
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    worse = [line for run in runs for line in judge(run, baseline)]
    if update:
        raised = {}
        for run in runs:
            before = baseline.get(run.group.name, {"shares": {}})["shares"]
            entries = {aspect: shares["entries"] for aspect, shares in run.shares.items()}
            least = {a: int(10000 * (good / total - MARGIN)) / 10000 for a, (good, total) in entries.items() if total}
            shares = {aspect: max(share, before.get(aspect, 0)) for aspect, share in least.items()}
            raised[run.group.name] = {"shares": shares, "names": run.right}
        BASELINE.parent.mkdir(parents=True, exist_ok=True)
        BASELINE.write_text(json.dumps(raised, indent=1, sort_keys=True) + "\n")
        print(f"parity: wrote {BASELINE.relative_to(ROOT)}")
        return 0
    print(*(f"parity: {line}" for line in worse), sep="\n", end="\n" if worse else "")
    print("parity: worse than asked for" if worse else "parity: the bars hold, and nothing is worse than the baseline")
    return bool(worse)


if __name__ == "__main__":
    sys.exit(main())
