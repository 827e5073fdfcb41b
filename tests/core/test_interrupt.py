"""Ctrl-C ends long calls with KeyboardInterrupt, and the process goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

CALLS = {
    "matmul": ("a = torch.ones(9000, 9000, dtype=torch.float64)", "a @ a"),
    "sort": ("a = torch.rand(100_000_000)", "a.sort()"),
    "backward": (
        "x = torch.ones(1, requires_grad=True); y = x\nfor _ in range(10**6): y = y * 1.0",
        "while True: torch.autograd.grad(y, x, retain_graph=True)",
    ),
    "conv": (
        "a, w = torch.ones(64, 256, 128, 128), torch.ones(256, 256, 3, 3)",
        "while True: torch.nn.functional.conv2d(a, w)",
    ),
    "lstm": ("m, x = torch.nn.LSTM(512, 512), torch.ones(3000, 64, 512)", "while True: m(x)"),
    "loader": (
        "import time\nclass Slow(torch.utils.data.Dataset):\n  def __len__(self): return 10\n"
        "  def __getitem__(self, i): time.sleep(20)\nloader = torch.utils.data.DataLoader(Slow(), num_workers=2)",
        "for _ in loader: pass",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_interrupt(name: str) -> None:
    before, call = (text.replace("\n", "\n    ") for text in CALLS[name])
    program = f"""import rushlight as torch, time
try:
    {before}
    print("ready", flush=True)
    {call}
    print("finished")
except KeyboardInterrupt:
    print("stopped", float(torch.ones(3).sum()))
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=15)  # far below what the calls would take
    finally:
        child.kill()
    assert out == "stopped 3.0\n" and child.returncode == 0
