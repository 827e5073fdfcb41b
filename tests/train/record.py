"""Records what the optimizers and schedules of PyTorch 2.13 do, for the tests: `python tests/train/record.py`."""

from __future__ import annotations

import hashlib
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import torch
from optim_cases import OPTIMIZERS, SCHEDULES, SNAPSHOTS, problems_of, rows_kept, run, schedule

HERE = Path(__file__).parent


def blank_rows(grad: torch.Tensor, step: int) -> torch.Tensor:
    """The gradient with only some rows, as a sparse tensor."""
    rows = grad.reshape(grad.shape or (1,))
    keep = torch.tensor(rows_kept(rows.shape[0], step)).nonzero().flatten()
    if grad.dim() == 0:
        return torch.sparse_coo_tensor(torch.zeros(0, 1, dtype=torch.long), grad.reshape(1), ())
    return torch.sparse_coo_tensor(keep.unsqueeze(0), grad.index_select(0, keep), grad.shape)


def describe(optimizer: torch.optim.Optimizer) -> dict:
    """Keys, dtypes and shapes of a saved state, and the printed form."""

    def form(value: object) -> object:
        if isinstance(value, torch.Tensor):
            return [str(value.dtype).removeprefix("torch."), list(value.shape)]
        return [form(v) for v in value] if isinstance(value, list) else type(value).__name__

    saved = optimizer.state_dict()
    return {
        "groups": [list(g) for g in saved["param_groups"]],
        "state": {str(k): {n: form(v) for n, v in s.items()} for k, s in saved["state"].items()},
        "repr": repr(optimizer),
    }


def main() -> None:
    arrays, facts = {}, {}
    for name in OPTIMIZERS:
        for dtype in (torch.float32, torch.float64):
            found = []
            for kind in problems_of(name):
                problem = kind(torch, dtype)

                def after(step: int, optimizer: torch.optim.Optimizer, name=name, problem=problem, found=found) -> None:
                    if step in SNAPSHOTS:
                        found.append(np.concatenate([p.detach().numpy().ravel() for p in problem.params]))
                    if step == 2 and problem.params[0].dtype == torch.float32:
                        facts.setdefault(name, describe(optimizer))

                run(torch, name, problem, SNAPSHOTS[-1], blank_rows, after)
            arrays[f"{name} {str(dtype).removeprefix('torch.')}"] = np.concatenate(found)
    schedules = {}
    for kind in ("SGD", "Adam"):
        for name in (*SCHEDULES, "SWALR"):
            lrs = torch.optim.swa_utils if name == "SWALR" else torch.optim.lr_scheduler
            values = [x for row in schedule(torch, lrs, kind, name) for x in row]
            digest = hashlib.sha256(struct.pack(f"<{len(values)}d", *values)).hexdigest()
            schedules[f"{kind} {name}"] = {"sha256": digest, "values": [v.hex() for v in map(float, values[:: 4 * 25])]}
    np.savez_compressed(HERE / "golden_optimizers.npz", **arrays)
    parts = {"torch": {"version": torch.__version__}, "optimizers": facts, "schedules": schedules}
    lines = [
        f'"{part}": {{\n' + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in of.items()) + "\n}"
        for part, of in parts.items()
    ]
    (HERE / "golden.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
