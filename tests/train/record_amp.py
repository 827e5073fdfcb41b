"""Records the result dtypes of PyTorch 2.13 under autocast on the cpu: `python tests/train/record_amp.py`."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from amp_cases import answers, callable_of, calls


def main() -> None:
    found = {}
    for key, row, text in calls():
        if callable_of(torch, row) is not None:
            found[key] = answers(torch, row, text)
    known = {key: text for key, text in found.items() if text.strip("! ")}
    listed = sorted(
        name.removeprefix("aten::")
        for name in torch._C._dispatch_get_all_op_names()
        if name.startswith("aten::") and torch._C._dispatch_has_kernel_for_dispatch_key(name, "AutocastCPU")
    )
    text = json.dumps({"torch": torch.__version__, "listed": listed, "dtypes": known}, indent=0)
    Path(__file__).with_name("golden_amp.json").write_text(text + "\n")
    print(f"{len(known)} calls, {len(listed)} listed ops")


if __name__ == "__main__":
    main()
