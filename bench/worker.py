"""Times workloads on one module; run.py starts one worker per module and thread count.

Reads JSON requests from standard input, one a line, and answers each with one line:

    {"name": "x + y", "seconds": 0.1}                               a workload of workloads.py
    {"row": {"name": "exp", "expr": "torch.exp(x)", …}, "n": 10,    a row of the op table, as operands.call takes it
     "layout": "contiguous", "backward": false, "seconds": 0.1}

The answer holds seconds per call, one number per batch, or the error that the module raised.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from types import ModuleType

import operands
import workloads

BATCHES = 5  # a request's time is split into so many batches (unless it says how many), each of which gives a number


def measure(call: Callable[[], object], seconds: float, batches: int = BATCHES) -> list[float]:
    """Seconds per call, one figure per batch. Takes about ``seconds`` in all, or one call if that is more."""
    clock = time.perf_counter
    count, spent = 1, 0.0
    while True:  # find how many calls fill a batch
        started = clock()
        for _ in range(count):
            call()
        spent = clock() - started
        if spent >= seconds / batches / 4:
            break
        count *= 4
    if spent >= seconds:
        return [spent / count]
    count = max(1, int(count * seconds / batches / spent))
    found = []
    for _ in range(batches):
        started = clock()
        for _ in range(count):
            call()
        found.append((clock() - started) / count)
    return found


def closure(torch: ModuleType, request: dict) -> Callable[[], object]:
    torch.manual_seed(0)
    if row := request.get("row"):
        return operands.call(torch, row, request["n"], request["layout"], request["backward"])
    return workloads.WORKLOADS[request["name"]].setup(torch)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="rushlight or torch")
    parser.add_argument("--threads", type=int, default=0, help="0 leaves the module's own choice")
    options = parser.parse_args()

    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever the module prints must not mix with the answers
    torch = importlib.import_module(options.module)
    importlib.import_module(f"{options.module}.nn.functional")
    if options.threads:
        torch.set_num_threads(options.threads)
    about = {"version": str(torch.__version__), "threads": torch.get_num_threads()}
    print(json.dumps(about), file=answers)
    known: dict[str, Callable[[], object]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps({name: value for name, value in request.items() if name not in ("seconds", "batches")})
        try:
            if key not in known:
                known = {key: closure(torch, request)}  # only the last one is kept: its tensors may be large
                known[key]()
            answer = {"times": measure(known[key], request["seconds"], request.get("batches", BATCHES))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
