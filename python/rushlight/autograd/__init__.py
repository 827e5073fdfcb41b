"""Reverse-mode differentiation: backward, grad, custom functions, gradient modes, numerical checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _C
from .._C import Tensor, enable_grad, inference_mode, no_grad, set_grad_enabled
from . import function as function
from . import grad_mode as grad_mode
from .anomaly_mode import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from .function import Function, NestedIOFunction
from .variable import Variable

__all__ = [
    "Function",
    "NestedIOFunction",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "function",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_anomaly_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

_Tensors = Tensor | Sequence[Tensor]


def _as_tuple(tensors: Any) -> tuple:
    if tensors is None:
        return ()
    return (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)


def backward(
    tensors: _Tensors,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: _Tensors | None = None,
) -> None:
    """Add the gradients of `tensors` to `.grad` of the leaves.

    Args:
        tensors: what is differentiated.
        grad_tensors: the gradient of each; may be left out for tensors with one element.
        retain_graph: keep the graph, to go backward through it again. Default: `create_graph`.
        create_graph: record the backward pass itself, for higher derivatives.
        inputs: fill only the `.grad` of these.
    Errors:
        RuntimeError: a tensor has no history, or has several elements and no gradient.
    """
    if inputs is not None and len(_as_tuple(inputs)) == 0:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    grads = _as_tuple(grad_tensors if grad_tensors is not None else grad_variables)
    targets = None if inputs is None else _as_tuple(inputs)
    _C._backward(_as_tuple(tensors), grads, retain_graph, create_graph, targets)


def grad(
    outputs: _Tensors,
    inputs: _Tensors,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of the sum of `outputs` with respect to `inputs`.

    Args:
        grad_outputs: the gradient of each output; may be left out for outputs with one element.
        allow_unused: None for an input that was not used, instead of an error.
        is_grads_batched: `grad_outputs` have a leading dimension of several gradients; so have the results.
        materialize_grads: zeros instead of None for an unused input.
    Example:
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> torch.autograd.grad(x * x, x)
        (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError("Expected allow_unused to be True or not passed when materialize_grads=True, but got: False.")
    outs, ins, grads = _as_tuple(outputs), _as_tuple(inputs), _as_tuple(grad_outputs)
    unused = bool(allow_unused) or materialize_grads
    if is_grads_batched:
        rows = [
            _C._grad(outs, ins, tuple(g[i] for g in grads), True, create_graph, unused) for i in range(len(grads[0]))
        ]
        results = tuple(
            None if any(r is None for r in column) else _C.stack(column) for column in zip(*rows, strict=True)
        )
    else:
        results = _C._grad(outs, ins, grads, retain_graph, create_graph, unused)
    if materialize_grads:
        return tuple(_C.zeros_like(x) if g is None else g for g, x in zip(results, ins, strict=True))
    return results


def __getattr__(name: str) -> Any:
    import importlib

    if name in ("gradcheck", "gradgradcheck"):
        module = importlib.import_module(".gradcheck", __name__)
        # the import binds the name `gradcheck` to the module
        globals().update(gradcheck=module.gradcheck, gradgradcheck=module.gradgradcheck)
        return globals()[name]
    if name in ("functional", "graph"):
        try:
            return importlib.import_module("." + name, __name__)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
