"""Records what torch's modules and functionals do with sample inputs; runs in the interpreter that has torch.

The samples are those of PyTorch's module table (`module_db`), with its error samples, and those of module_samples.py
for classes and functions that the table leaves out. Each is observed in float32 and float64, in training and, where it
makes a difference, in evaluation; the first also with other strides. module_parity.py replays what is written.
"""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])  # the oracle's folder: before codec and compare are asked for

import codec
import module_answers as answers
import numpy as np
import torch
from module_samples import Attr, New, Sample, samples
from torch.testing._internal.common_modules import module_db

DTYPES = {"float32": torch.float32, "float64": torch.float64}
FIRST = 2  # so many samples of a class are also given in other layouts


class Skip(Exception):
    """A sample that the format does not hold."""


def record_of(x: Any) -> Any:
    """An argument as a record."""
    if isinstance(x, (New, Sample)):
        return {"new": [x.name, record_of(list(x.args)), record_of(x.kw)]}
    if isinstance(x, Attr):
        return {"attr": x.name}
    if isinstance(x, torch.nn.Module):
        name, args, kw = x.made
        return {"new": [name, record_of(list(args)), record_of(kw)]}
    if type(x) is torch.nn.LinearCrossEntropyOptions:
        fields = {name: getattr(x, name) for name in type(x).__annotations__}
        return {"new": ["nn.LinearCrossEntropyOptions", [], record_of(fields)]}
    if isinstance(x, (torch.Tensor, *answers.PLAIN, complex, torch.dtype, torch.Size)):
        return answers.encode(torch, x)
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    if isinstance(x, tuple) and not hasattr(x, "_fields"):
        return {"t": [record_of(item) for item in x]}
    if isinstance(x, list):
        return [record_of(item) for item in x]
    if isinstance(x, dict):
        return {"d": [[key, record_of(value)] for key, value in x.items()]}
    if callable(x):
        for space, prefix in ((torch.nn.functional, "nn.functional."), (torch, ""), (torch.nn, "nn.")):
            if getattr(space, getattr(x, "__name__", "?"), None) is x:
                return {"attr": prefix + x.__name__}
    raise Skip(f"argument of type {type(x).__name__}")


def table() -> Iterator[tuple[str, bool, Sample, str]]:
    """The samples of module_db: name, whether training, the sample, its dtype."""
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer
    remember(layer)
    for entry in module_db:
        if ".ao." in entry.module_cls.__module__:
            continue
        for dtype_name, dtype in DTYPES.items():
            for training in (True, False) if entry.train_and_eval_differ else (True,):
                options = {"device": "cpu", "dtype": dtype, "requires_grad": True, "training": training}
                for number, found in enumerate(entry.module_inputs_func(entry, **options)):
                    yield entry.name, training, sample_of(entry.name, found), dtype_name
                    if number == 0 and "inplace" in inspect.signature(entry.module_cls).parameters:
                        yield entry.name, training, sample_of(entry.name, found, inplace=True), dtype_name
                if entry.module_error_inputs_func:
                    for wrong in entry.module_error_inputs_func(entry, **options):
                        yield entry.name, training, sample_of(entry.name, wrong.module_error_input), dtype_name


def remember(kind: type) -> None:
    """Makes instances remember their arguments, as the layers that are arguments themselves need."""
    original = kind.__init__

    def remembering(self: Any, *args: Any, **kw: Any) -> None:
        original(self, *args, **kw)
        object.__setattr__(self, "made", (f"nn.{kind.__name__}", args, kw))

    remembering.__signature__ = inspect.signature(original)
    kind.__init__ = remembering
    RESTORE.append(lambda: setattr(kind, "__init__", original))


RESTORE: list[Callable[[], None]] = []


def sample_of(name: str, found: Any, **more: Any) -> Sample:
    make, call = found.constructor_input, found.forward_input
    calls = [("__call__", call.args, call.kwargs)] if call else []
    kw = {key: value for key, value in make.kwargs.items() if key != "device"}
    return Sample(name, make.args, kw | more, calls)


def by_hand() -> Iterator[tuple[str, bool, Sample, str]]:
    for dtype_name, dtype in DTYPES.items():
        torch.manual_seed(0)
        for sample in samples(dtype):
            for training in (True, False) if sample.modes else (True,):
                yield sample.name, training, sample, dtype_name


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """All samples as plain data, with the class or function to which they count."""
    many: defaultdict[Any, int] = defaultdict(int)
    for source in (table(), by_hand()):
        for name, training, sample, dtype in source:
            many[name, training, dtype] += 1
            case = {"name": name, "training": training, "dtype": dtype, "construct": sample.construct}
            case |= {"args": record_of(list(sample.args)), "kw": record_of(sample.kw)}
            case["clone"] = bool(sample.kw.get("inplace")) or sample.inplace
            case["calls"] = [[method, record_of(list(args)), record_of(kw)] for method, args, kw in sample.calls]
            owner = sample.owner or name
            yield owner, case
            layouts = (channels_last, spaced) if many[name, training, dtype] <= FIRST else ()
            others = [laid_out(case, strides) for strides in layouts]
            yield from ((owner, other) for other in others if other)
    while RESTORE:
        RESTORE.pop()()


def laid_out(case: dict[str, Any], strides: Callable[[list[int]], list[int] | None]) -> dict[str, Any] | None:
    """The same sample with other strides of its inputs; None where nothing changes."""
    changed = []

    def turn(rec: Any) -> Any:
        if isinstance(rec, dict) and "T" in rec and 0 not in rec["s"]:
            steps = strides(rec["s"]) or rec["st"]
            changed.append(steps != rec["st"])
            return rec | {"st": steps}
        if isinstance(rec, dict):
            return {key: turn(value) for key, value in rec.items()}
        return [turn(item) for item in rec] if isinstance(rec, list) else rec

    other = case | {"calls": [[method, turn(args), turn(kw)] for method, args, kw in case["calls"]]}
    return other if any(changed) else None


def channels_last(sizes: list[int]) -> list[int] | None:
    if len(sizes) not in (4, 5):
        return None
    step, steps = 1, [0] * len(sizes)
    for dim in [1, *reversed(range(2, len(sizes))), 0]:
        steps[dim], step = step, step * sizes[dim]
    return steps


def spaced(sizes: list[int]) -> list[int] | None:
    """Every second element of a row."""
    return [2 * step for step in codec.contiguous(sizes)] if len(sizes) > 1 else None


def note_errors(got: Any, exact: Any) -> None:
    """Adds to every tensor how far it is from the same in double."""
    if isinstance(got, dict) and "T" in got:
        if isinstance(exact, dict) and exact.get("s") == got["s"] and got["T"] == "float32":
            with np.errstate(all="ignore"):
                error = np.abs(got["a"].astype(np.float64) - exact["a"])
            error = error[np.isfinite(error)]
            if error.size:
                got["e"] = float(f"{error.max():.2e}")
    elif isinstance(got, dict) and isinstance(exact, dict):
        for key in got.keys() & exact.keys():
            note_errors(got[key], exact[key])
    elif isinstance(got, list) and isinstance(exact, list):
        for pair in zip(got, exact, strict=False):
            note_errors(*pair)


def share_errors(answer: dict[str, Any]) -> None:
    """Gradients of one sample come through the same layers: each may be as far off, for its size, as the worst."""
    records = [rec for _, rec in answer.get("gradient", {"d": []})["d"] if rec and "e" in rec]
    sizes = [float(np.max(np.abs(rec["a"]), initial=0, where=np.isfinite(rec["a"]))) for rec in records]
    worst = max((rec["e"] / size for rec, size in zip(records, sizes, strict=True) if size), default=0.0)
    for rec, size in zip(records, sizes, strict=True):
        rec["e"] = max(rec["e"], float(f"{worst * size:.2e}"))


def covered() -> list[str]:
    """Every public class; each has to have samples."""
    return [f"nn.{name}" for name in [*torch.nn.modules.__all__, "DataParallel"]]


def signature_names() -> list[str]:
    functions = [f"nn.functional.{n}" for n, x in vars(torch.nn.functional).items() if public_function(n, x)]
    return [*covered(), *functions]


def public_function(name: str, x: Any) -> bool:
    """Functions that nn.functional itself offers, in Python."""
    inner = name.startswith("_") or name in ("boolean_dispatch", "handle_torch_function", "assert_int_or_pair")
    return not inner and inspect.isfunction(x) and "functional" in getattr(x, "__module__", "")


def main() -> int:
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    owned: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for owner, case in cases():
        owned[owner].append(case)
    missing = [name for name in covered() if name not in owned]
    if missing:
        sys.exit(f"module_record: no samples for {', '.join(missing)}: add them to module_samples.py")
    for owner in signature_names():
        owned[owner].append({"signature": owner})
    for owner, found in owned.items():
        for case in found:
            case["answer"] = answers.observe(torch, case)
            if case.get("dtype") == "float32":
                note_errors(case["answer"], answers.observe(torch, case, widen=True))
                share_errors(case["answer"])
        answers.dump(folder / f"{owner}.jsonl.gz", found)
    (folder / "meta.json").write_text(json.dumps({"torch": torch.__version__, "recorder": sys.argv[3]}) + "\n")
    print(f"recorded {sum(map(len, owned.values()))} samples of {len(owned)} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
