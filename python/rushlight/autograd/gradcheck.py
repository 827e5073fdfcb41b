"""Gradients compared with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _C
from .._C import Tensor
from . import _as_tuple, grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A gradient is off."""


def _outputs(func: Callable, inputs: Sequence) -> tuple[Tensor, ...]:
    result = func(*inputs)
    return tuple(t for t in _as_tuple(result) if isinstance(t, Tensor) and t.is_floating_point())


def _numerical(func: Callable, inputs: tuple, target: Tensor, output: int, eps: float) -> Tensor:
    """d output / d target by central differences: (elements of target, elements of output)."""
    rows = []
    with _C.no_grad():
        data = target.data  # writes through it are not seen as changes of saved tensors
        for index in (
            _C.cartesian_prod(*[_C.arange(n) for n in data.shape]).reshape(-1, max(data.dim(), 1)).tolist()
            if data.dim()
            else [()]
        ):
            at = tuple(index)
            before = data[at].item()
            values = []
            for step in (eps, -eps):
                data[at] = before + step
                values.append(_outputs(func, inputs)[output].detach().clone().reshape(-1))
            data[at] = before
            rows.append((values[0] - values[1]) / (2 * eps))
    return _C.stack(rows) if rows else _C.zeros(0, 0)


def _analytical(result: Tensor, target: Tensor) -> Tensor:
    columns = []
    for i in range(result.numel()):
        unit = _C.zeros(result.numel(), dtype=result.dtype)
        unit[i] = 1
        (g,) = grad(result, target, unit.reshape(result.shape), retain_graph=True, allow_unused=True)
        columns.append(_C.zeros(target.numel(), dtype=target.dtype) if g is None else g.detach().reshape(-1))
    return _C.stack(columns, 1) if columns else _C.zeros(target.numel(), 0)


def gradcheck(
    func: Callable,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    fast_mode: bool = False,
    **_: Any,
) -> bool:
    """Compare the gradients of `func(*inputs)` with finite differences.

    Args:
        inputs: a tensor or a tuple; those of float64 that require grad are checked.
        eps: the step of the differences.
    Errors:
        GradcheckError: a gradient is off, if `raise_exception`.
    Example:
        >>> torch.autograd.gradcheck(torch.sin, torch.randn(3, dtype=torch.double, requires_grad=True))
        True
    """
    args = _as_tuple(inputs)
    targets = [(i, x) for i, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]
    if not targets:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have "
            "requires_grad=True."
        )
    for o, result in enumerate(_outputs(func, args)):
        if not result.requires_grad:
            continue
        for i, target in targets:
            expected = _numerical(func, args, target, o, eps)
            found = _analytical(result, target)
            if expected.numel() and not _C.allclose(found, expected.to(found.dtype), rtol=rtol, atol=atol):
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {i},\nnumerical:{expected}\n"
                    f"analytical:{found}\n"
                )
    return True


def gradgradcheck(func: Callable, inputs: Any, grad_outputs: Any = None, **kwargs: Any) -> bool:
    """Compare the second derivatives of `func(*inputs)` with finite differences of its gradients."""
    args = _as_tuple(inputs)
    outputs = [o for o in _outputs(func, args) if o.requires_grad]
    if grad_outputs is None:
        weights = tuple(_C.randn_like(o).requires_grad_(True) for o in outputs)
    else:
        weights = _as_tuple(grad_outputs)
    count = len(weights)

    def gradients(*all_args: Any) -> tuple:
        own, given = all_args[: len(args)], all_args[len(args) :]
        results = [o for o in _outputs(func, own) if o.requires_grad]
        targets = [x for x in own if isinstance(x, Tensor) and x.requires_grad]
        with _C.enable_grad():
            found = grad(results, targets, given[:count], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    def differentiable(*all_args: Any) -> tuple:
        with _C.enable_grad():
            return gradients(*all_args)

    kwargs.pop("gen_non_contig_grad_outputs", None)
    return gradcheck(differentiable, (*args, *weights), **kwargs)
