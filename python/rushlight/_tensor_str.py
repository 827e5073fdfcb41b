"""Print options; the text itself is made in C++, so that both doors print alike."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from . import _C
from ._C import Tensor, get_printoptions, set_printoptions

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


def to_html(tensor: Tensor) -> str:
    """The tensor as an HTML table: a row of facts (shape, dtype, device, smallest, largest, mean), and its values."""
    import html

    facts = [
        ("shape", str(tuple(tensor.shape))),
        ("dtype", str(tensor.dtype).removeprefix("torch.")),
        ("device", str(tensor.device)),
        *_extremes(tensor.detach()),
    ]
    if tensor.grad_fn is not None:
        facts.append(("grad_fn", type(tensor.grad_fn).__name__))
    elif tensor.requires_grad:
        facts.append(("requires_grad", "True"))
    head = "".join(f"<th>{name}</th>" for name, _ in facts)
    row = "".join(f"<td>{html.escape(text)}</td>" for _, text in facts)
    values = f'<tr><td colspan="{len(facts)}" style="text-align:left"><pre>{html.escape(repr(tensor))}</pre></td></tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{row}</tr>{values}</tbody></table>"


def _extremes(tensor: Tensor) -> list[tuple[str, str]]:
    """The smallest and largest element and the mean; of complex numbers, of the absolute values."""
    if tensor.numel() == 0:
        return []
    if tensor.dtype == _C.bool:
        return [("true", f"{int(tensor.sum())} of {tensor.numel()}")]
    label = "{}"
    if tensor.is_complex():
        tensor, label = tensor.abs(), "{} |x|"
    digits = get_printoptions()["precision"]

    def text(value: float) -> str:
        return str(value) if isinstance(value, int) else f"{value:.{digits}g}"

    return [
        (label.format("min"), text(tensor.amin().item())),
        (label.format("max"), text(tensor.amax().item())),
        (label.format("mean"), text(tensor.double().mean().item())),
    ]
