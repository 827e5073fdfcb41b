"""Special functions: the ops of the table's special family, and those of the main namespace that belong here too."""

from __future__ import annotations

from . import _C

_SHARED = (
    "digamma erf erfc erfinv exp2 expm1 i0 log1p log_softmax logit logsumexp multigammaln polygamma round sinc softmax"
    " xlogy"
).split()
_OTHER_NAMES = {"gammaln": "lgamma", "psi": "digamma", "expit": "sigmoid", "multigammaln": "mvlgamma"}

globals().update({name: getattr(_C, name) for name in _SHARED if hasattr(_C, name)})
globals().update({name: getattr(_C, op) for name, op in _OTHER_NAMES.items() if hasattr(_C, op)})
globals().update({name: op for name, op in vars(_C._special).items() if not name.startswith("_")})
