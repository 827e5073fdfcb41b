"""Special functions: the ops of the table's special family, and those of the main namespace that belong here too."""

from __future__ import annotations

from . import _C

globals().update({name: op for name, op in vars(_C._special).items() if not name.startswith("_")})
