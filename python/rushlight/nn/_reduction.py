"""The deprecated `size_average` and `reduce` arguments of the losses, turned into `reduction`."""

from __future__ import annotations

import warnings


def legacy_get_string(
    size_average: bool | None, reduce: bool | None, reduction: str = "mean", emit_warning: bool = True
) -> str:
    """The reduction that the old flags mean; `reduction` itself when neither flag is given."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is not None and not reduce:
        name = "none"
    else:
        name = "sum" if size_average is not None and not size_average else "mean"
    if emit_warning:
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{name}' instead.", stacklevel=3
        )
    return name
