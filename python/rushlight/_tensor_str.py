"""Print options; the text itself is made in C++, so that both doors print alike."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ._C import get_printoptions, set_printoptions

__all__ = ["get_printoptions", "printoptions", "set_printoptions"]


@contextlib.contextmanager
def printoptions(**kwargs: object) -> Iterator[None]:
    """`set_printoptions(**kwargs)` for a `with` block.

    Example:
        >>> with torch.printoptions(precision=2):
        ...     print(torch.tensor([1.12345]))
        tensor([1.12])
    """
    before = get_printoptions()
    set_printoptions(**{**before, **kwargs})
    try:
        yield
    finally:
        set_printoptions(**before)
