"""Replays what torch's modules do with sample inputs (module_record.py) on the module under test, and compares.

parity.py calls `record`, `replay` and `section`; by hand, while working on a class:

    .venv/bin/python tools/module_parity.py --only 'nn.LSTM,nn.Conv*' -v

Compared are constructor and forward signatures, initial values under the same seed, state_dict keys, names, text,
plain attributes, results with strides, gradients of inputs and parameters, changed inputs and buffers, a copy through
pickle, and errors. A class is right if every sample is.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import warnings
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REASONS = ROOT / "tests/parity/module_reasons.json"
RECORDER = ("module_answers.py", "module_record.py", "module_samples.py")
LIMIT = 120  # seconds that the samples of one class may take


@dataclass
class Class:
    """What was found for a class or function."""

    passed: int = 0
    failed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def fingerprint() -> str:
    """Changes when the recorder does, so that the corpus is made again."""
    return hashlib.sha256(b"".join((ROOT / "tools" / name).read_bytes() for name in RECORDER)).hexdigest()[:16]


def record(corpus: Path, oracle: Path, torch_python: Path) -> bool:
    """Makes the corpus unless it is there and of this recorder; False if that cannot be done."""
    meta, now = corpus / "meta.json", fingerprint()
    if meta.exists() and json.loads(meta.read_text())["recorder"] == now:
        return True
    probe = [str(torch_python), "-c", "import torch, expecttest, hypothesis"]
    if not torch_python.exists() or subprocess.run(probe, capture_output=True).returncode:
        if meta.exists():
            print(f"parity: {corpus} is of another tools/module_record.py, and there is no torch to record it anew")
        return meta.exists()
    print(f"parity: recording PyTorch's modules into {corpus} (half a minute, once)", flush=True)
    partial = corpus.with_name(corpus.name + ".part")
    for path in [*partial.glob("*"), *corpus.glob("*")]:
        path.unlink()
    script = ROOT / "tools/module_record.py"
    subprocess.run([str(torch_python), str(script), str(oracle), str(partial), now], check=True)
    partial.replace(corpus)
    return True


# ---- replaying ----------------------------------------------------------------------------------------------------


def child(module: str, oracle: Path) -> None:
    """Reads paths of recorded classes and answers each with one line: problems of every sample."""
    answers_out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever the subject prints must not mix with the answers
    sys.path.insert(0, str(oracle))
    warnings.filterwarnings("ignore")
    import module_answers as answers

    T = importlib.import_module(module)
    T.set_num_threads(1)
    for line in sys.stdin:
        signal.alarm(LIMIT)
        found = []
        for case in answers.load(Path(line.strip())):
            try:
                problems = answers.problems(answers.observe(T, case), case["answer"])
            except Exception as error:
                problems = [("unreadable", f"{type(error).__name__}: {str(error)[:300]}")]
            found.append([describe(case), problems])
        print(json.dumps(found), file=answers_out)


def describe(case: dict[str, Any]) -> str:
    """A sample as one line of text."""
    if "signature" in case:
        return "signature"

    def text(rec: Any) -> str:
        if isinstance(rec, dict) and "T" in rec:
            return f"tensor{tuple(rec['s'])}"
        if isinstance(rec, dict) and "d" in rec:
            return ", ".join(f"{key}={text(value)}" for key, value in rec["d"])
        if isinstance(rec, dict) and "new" in rec:
            return f"{rec['new'][0]}({listed(rec['new'][1], rec['new'][2])})"
        if isinstance(rec, list):
            return f"[{', '.join(map(text, rec))}]"
        return repr(next(iter(rec.values()))) if isinstance(rec, dict) else repr(rec)

    def listed(args: list[Any], kw: Any) -> str:
        return ", ".join(filter(None, [*map(text, args), text(kw)]))

    made = f"{case['name']}({listed(case['args'], case['kw'])})" if case["construct"] else case["name"]
    calls = "; ".join(f"{'' if m == '__call__' else m}({listed(args, kw)})" for m, args, kw in case["calls"])
    return f"{made} {calls} [{case['dtype']}{'' if case['training'] else ', eval'}]"


class Child:
    """A process that replays classes; it may die."""

    def __init__(self, module: str, oracle: Path):
        command = [sys.executable, __file__, "--child", "--module", module, "--oracle", str(oracle)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, path: Path) -> list[Any] | None:
        """The answer for a class; None when the child has died."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def end(self) -> str:
        assert self.process.stdin
        self.process.stdin.close()
        code = self.process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"


def replay(corpus: Path, oracle: Path, module: str, only: str = "*", jobs: int = 2) -> dict[str, Class]:
    todo: queue.SimpleQueue[Path] = queue.SimpleQueue()
    patterns = only.split(",")
    for path in sorted(corpus.glob("*.jsonl.gz"), key=lambda path: -path.stat().st_size):
        if any(fnmatchcase(name_of(path), pattern) for pattern in patterns):
            todo.put(path)
    results: dict[str, Class] = {}

    def drive() -> None:
        runner: Child | None = None
        while not todo.empty():
            path = todo.get()
            runner = runner or Child(module, oracle)
            found = runner.ask(path)
            if found is None:
                found, runner = [["", [("crash", runner.end())]]], None
            results[name_of(path)] = tally(found)
        if runner:
            runner.end()

    threads = [threading.Thread(target=drive) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(sorted(results.items()))


def name_of(path: Path) -> str:
    return "torch." + path.name.removesuffix(".jsonl.gz")


def tally(found: list[Any]) -> Class:
    result = Class()
    for sample, problems in found:
        result.failed += bool(problems)
        result.passed += not problems
        result.kinds.update({kind for kind, _ in problems})
        result.examples += [f"{kind}: {text}  -- {sample}" for kind, text in problems]
    return result


# ---- what parity.py shows -----------------------------------------------------------------------------------------


HEAD = """
## Modules and nn.functional

The classes of `torch.nn` on the samples of PyTorch's module table and of `tools/module_samples.py`, and the functions
of `nn.functional` that the operator tables leave out, in float32 and float64: signatures, initial values under the same
seed, state_dict, text, attributes, results with strides (channels_last too), gradients, changed buffers, pickling,
errors. One is right if every one of its samples is.

| | right |
|---|---:|"""


def share(results: dict[str, Class], functions: bool) -> tuple[int, int]:
    chosen = [one for name, one in results.items() if name.startswith("torch.nn.functional.") == functions]
    return sum(not one.failed for one in chosen), len(chosen)


def section(results: dict[str, Class]) -> list[str]:
    """The part of docs/compatibility.md about modules."""
    lines = [HEAD]
    for functions, what in ((False, "classes"), (True, "functions: signatures, and samples where needed")):
        good, total = share(results, functions)
        lines.append(f"| {what} | {good} of {total}: {good / max(total, 1):.2%} |")
    reasons = json.loads(REASONS.read_text())
    if differing := {name: one for name, one in results.items() if one.failed}:
        lines += ["", "| name | samples that differ | why |", "|---|---:|---|"]
    for name, one in differing.items():
        why = reasons.get(name, {"why": ""})["why"]
        lines.append(f"| `{name}` | {one.failed} of {one.passed + one.failed} | {why} |")
    return lines


def judge(results: dict[str, Class]) -> bool:
    """Whether all is right, or has a reason for as many samples as differ; says what has not."""
    for functions, what in ((False, "classes of nn"), (True, "functions of nn.functional")):
        good, total = share(results, functions)
        print(f"parity: {what}: {good} of {total} right")
    reasons = json.loads(REASONS.read_text())
    fine = bool(results)
    for name, one in results.items():
        excused = reasons.get(name, {"samples": 0})["samples"]
        if one.failed > excused:
            fine = False
            print(
                f"parity: {name}: {one.failed} samples differ, {excused} have a reason in {REASONS.relative_to(ROOT)}"
            )
            print(f"parity:   {one.examples[0][:400]}")
        elif one.failed < excused:
            print(f"parity: {name}: the reason is for {excused} samples, only {one.failed} differ now")
    return fine


def listing(results: dict[str, Class]) -> list[str]:
    return [f"{name}: {example}" for name, one in results.items() for example in one.examples]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", default="rushlight", help="the module under test")
    parser.add_argument("--oracle", type=Path, default=ROOT / "../shared/oracle")
    parser.add_argument("--corpus", type=Path, default=ROOT / "build/golden/modules")
    parser.add_argument("--torch-python", type=Path, default=ROOT / ".venv-torch/bin/python")
    parser.add_argument("--only", default="*", help="patterns of names without torch., e.g. nn.LSTM,nn.Conv*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-v", action="store_true", help="a line for every difference")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    oracle = options.oracle.resolve()
    if options.child:
        child(options.module, oracle)
        return 0
    if not record(options.corpus, oracle, options.torch_python):
        print("parity: no recorded modules, and no torch to record them")
        return 2
    only = ",".join(f"torch.{pattern.removeprefix('torch.')}" for pattern in options.only.split(","))
    results = replay(options.corpus, oracle, options.module, only, options.jobs)
    if options.v:
        print(*listing(results), sep="\n")
    for name, one in results.items():
        if one.failed:
            print(f"{name}: {one.failed} of {one.passed + one.failed}: {dict(one.kinds)}")
    return not judge(results)


if __name__ == "__main__":
    sys.exit(main())
