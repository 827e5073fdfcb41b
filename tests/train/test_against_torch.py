"""Optimizers and schedules against recorded answers of PyTorch 2.13 (`record.py`): parameters, saved state, printed form."""

from __future__ import annotations

import hashlib
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

import rushlight as torch

from .cases import OPTIMIZERS, PROBLEMS, SCHEDULES, SNAPSHOTS, rows_kept, run, schedule

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "golden.json").read_text())
ARRAYS = np.load(HERE / "golden_optimizers.npz")
